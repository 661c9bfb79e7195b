//! The other events of a match: the one just before, the steps of a sequence. Their fields are columns of the match's row.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{Expr, ExprKind, FieldIndex, Plan, Role, Shape, TIME};
use crate::types::Type;

use super::column::Held;

/// The columns of another event of a match.
#[derive(Debug)]
pub struct Other {
    /// Which event.
    pub role: Role,
    /// All candidates, packed; then one of them.
    pub events: String,
    /// What orders it among events at one moment: `=` and its id, or `-`.
    pub order: String,
    /// Its source, where there are several.
    pub log: String,
    /// Its fields: those that are used, and always its time.
    pub fields: BTreeMap<FieldIndex, Held>,
}

/// The other events of a plan's matches.
pub fn all(plan: &Plan, fresh: &mut impl FnMut(&str) -> String) -> Vec<Other> {
    match &plan.shape {
        Shape::Single | Shape::Window(_) | Shape::Tumbling(_) | Shape::FirstSeen(_) => Vec::new(),
        Shape::Consecutive(_) => vec![other(plan, Role::Previous, "prev", &[], fresh)],
        // The completing event is the row itself.
        Shape::Sequence(sequence) => {
            let earlier = sequence.steps.len().saturating_sub(1);
            let steps = sequence.steps.iter().take(earlier).enumerate();
            steps.map(|(index, step)| other(plan, Role::Step(index), &step.name, &step.predicate, fresh)).collect()
        }
    }
}

/// The names of another event's columns. `own` are conditions that call its fields theirs.
fn other(plan: &Plan, role: Role, name: &str, own: &[Expr], fresh: &mut impl FnMut(&str) -> String) -> Other {
    let mut used = BTreeSet::from([TIME]);
    for expr in plan.expressions() {
        expr.walk(&mut |part| {
            if let ExprKind::Of(of, index) = part.kind
                && of == role
            {
                used.insert(index);
            }
        });
    }
    used.extend(bare(own));
    let fields = used.into_iter().map(|index| (index, held(plan, role, name, index, fresh))).collect();
    Other {
        role,
        events: fresh(&format!("{name}_events")),
        order: fresh(&format!("{name}_order")),
        log: fresh(&format!("{name}_log")),
        fields,
    }
}

/// The fields that expressions use of the event that they look at.
pub fn bare<'e>(expressions: impl IntoIterator<Item = &'e Expr>) -> BTreeSet<FieldIndex> {
    let mut used = BTreeSet::new();
    for expr in expressions {
        expr.walk(&mut |part| {
            if let ExprKind::Field(index) = part.kind {
                used.insert(index);
            }
        });
    }
    used
}

fn held(plan: &Plan, role: Role, name: &str, index: FieldIndex, fresh: &mut impl FnMut(&str) -> String) -> Held {
    let field = &plan.fields[index.0];
    let wanted = format!("{name}_{}", field.name);
    if field.ty == Type::Location {
        let (latitude, longitude) = (fresh(&format!("{wanted}_latitude")), fresh(&format!("{wanted}_longitude")));
        return Held::Point { latitude, longitude };
    }
    // What is a column of the result as it is has that column's name at once.
    let is_field = plan.fields.iter().any(|field| field.name == wanted);
    let is_shown = plan.show.iter().any(|show| {
        show.name == wanted && matches!(show.value.kind, ExprKind::Of(of, shown) if (of, shown) == (role, index))
    });
    Held::One(if is_shown && !is_field { wanted } else { fresh(&wanted) })
}
