//! Names of columns inside a query. A field of an event is a column with the event's prefix: `f_ip` of the event itself, `prev_ip`
//! of the one before, `s1_ip` of a sequence's first step, `m_ip` of the match. None of them is a keyword anywhere.

use std::collections::BTreeSet;

use crate::plan::{Expr, ExprKind, FieldIndex, ListData, Plan, Role};
use crate::types::Type;

use super::list::{self, Listed};

/// Whose column it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// The event that is looked at.
    Event,
    /// The event just before.
    Previous,
    /// A step of a sequence.
    Step(usize),
    /// The matching event.
    Match,
}

impl From<Role> for Of {
    fn from(role: Role) -> Self {
        match role {
            Role::Previous => Self::Previous,
            Role::Step(index) => Self::Step(index),
            Role::Match => Self::Match,
        }
    }
}

impl Of {
    /// A column of this event.
    pub fn column(self, name: &str) -> String {
        match self {
            Self::Event => format!("f_{name}"),
            Self::Previous => format!("prev_{name}"),
            Self::Step(index) => format!("s{}_{name}", index + 1),
            Self::Match => format!("m_{name}"),
        }
    }
}

/// Columns that every event has beside its fields.
pub mod own {
    /// The name of its source.
    pub const SOURCE: &str = "source_name";
    /// When its first copy arrived, in microseconds.
    pub const ARRIVED: &str = "arrived_at";
}

/// The column with the digits of an address.
pub fn digits(field: &str) -> String {
    format!("{field}_digits")
}

/// The column with the text of an address in groups alone.
pub fn groups(field: &str) -> String {
    format!("{field}_groups")
}

/// The names of one query.
#[derive(Debug)]
pub struct Names {
    fields: Vec<String>,
    /// Addresses that are tested for networks, of whatever event.
    tested: Vec<FieldIndex>,
    /// Fields that are tested against lists outside the query, of whatever event.
    listed: BTreeSet<Listed>,
}

impl Names {
    /// Names for a plan: those of the fields, numbered where one stands twice with different types.
    pub fn new(plan: &Plan) -> Self {
        let mut fields: Vec<String> = Vec::new();
        for field in &plan.fields {
            let taken = |name: &String| fields.contains(name) || [own::SOURCE, own::ARRIVED].contains(&name.as_str());
            let numbered = (2..).map(|number| format!("{}_{number}", field.name));
            let name = std::iter::once(field.name.clone()).chain(numbered).find(|name| !taken(name));
            fields.push(name.unwrap_or_default());
        }
        let mut tested = Vec::new();
        for expr in plan.expressions() {
            expr.walk(&mut |part| tested.extend(tested_address(part, plan)));
        }
        Self { fields, tested, listed: list::listed(plan) }
    }

    /// The column of a field, without prefix. A location has two, see [`Names::columns`].
    pub fn field(&self, index: FieldIndex) -> &str {
        &self.fields[index.0]
    }

    /// The columns of a field, without prefix.
    pub fn columns(&self, index: FieldIndex, ty: &Type) -> Vec<String> {
        let name = self.field(index);
        if *ty == Type::Location {
            return self.coordinates(index).to_vec();
        }
        let mut columns = vec![name.to_owned()];
        if self.is_tested(index) {
            columns.push(digits(name));
        }
        columns.extend(self.listed.iter().filter(|(of, _)| *of == index).map(|(_, list)| list::column(name, *list)));
        columns
    }

    /// The two columns of a place, without prefix.
    pub fn coordinates(&self, index: FieldIndex) -> [String; 2] {
        ["latitude", "longitude"].map(|which| format!("{}_{which}", self.field(index)))
    }

    /// The fields that are tested against lists outside the query.
    pub fn listed(&self) -> &BTreeSet<Listed> {
        &self.listed
    }

    /// Whether a field is an address that some expression tests for networks.
    pub fn is_tested(&self, index: FieldIndex) -> bool {
        self.tested.contains(&index)
    }
}

/// The address that an expression tests for networks, where it is a field.
fn tested_address(expr: &Expr, plan: &Plan) -> Option<FieldIndex> {
    let subject = match &expr.kind {
        ExprKind::InNetworks(subject, _) => subject,
        ExprKind::InList(subject, list) => Some(subject).filter(|_| is_compared_as_networks(&plan.lists[*list]))?,
        ExprKind::Call(function, arguments) => {
            arguments.first().filter(|_| ["is_private", "network"].contains(&function.name))?
        }
        ExprKind::Literal(_)
        | ExprKind::Field(_)
        | ExprKind::Of(..)
        | ExprKind::Aggregate(_)
        | ExprKind::Not(_)
        | ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::Compare(..)
        | ExprKind::Text(..)
        | ExprKind::InValues(..)
        | ExprKind::IsMissing(_)
        | ExprKind::ContainsSet { .. }
        | ExprKind::Arithmetic(..) => return None,
    };
    if let ExprKind::Field(index) | ExprKind::Of(_, index) = subject.kind { Some(index) } else { None }
}

/// Addresses in the query itself are compared as texts.
fn is_compared_as_networks(list: &ListData) -> bool {
    list.ty == Type::Cidr || list::is_outside(list) && list::is_of_addresses(list)
}
