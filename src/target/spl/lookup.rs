//! Lists that a search reads from a lookup: each test of such a list is a column that the lookup fills where it finds something.

use crate::plan::{Expr, ExprKind, Placement, Plan};
use crate::target::outside;

use super::expr::Scope;
use super::quote;

/// A test of a list outside the search.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// What is tested.
    pub operand: Expr,
    /// The list.
    pub list: usize,
    /// The column of what is tested, where that is no column of the event.
    pub tested: String,
    /// The column that has a value where the list has the entry.
    pub found: String,
}

/// All tests of a plan, each once, with columns that `fresh` names.
pub fn all(plan: &Plan, fresh: &mut impl FnMut(&str) -> String) -> Vec<Lookup> {
    let mut lookups: Vec<Lookup> = Vec::new();
    for expr in plan.expressions() {
        expr.walk(&mut |part| {
            let ExprKind::InList(operand, list) = &part.kind else { return };
            let known = lookups.iter().any(|known| known.list == *list && known.operand.same_as(operand));
            if known || plan.lists[*list].placement == Placement::InQuery {
                return;
            }
            let name = &plan.lists[*list].name;
            let (tested, found) = (fresh(&format!("tested_{name}")), fresh(&format!("in_{name}")));
            lookups.push(Lookup { operand: (**operand).clone(), list: *list, tested, found });
        });
    }
    lookups
}

/// The commands that fill the columns of the tests in these expressions.
pub fn commands<'e>(scope: &Scope<'_>, expressions: impl IntoIterator<Item = &'e Expr>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut done: Vec<&str> = Vec::new();
    for expr in expressions {
        expr.walk(&mut |part| {
            let ExprKind::InList(operand, list) = &part.kind else { return };
            let Some(lookup) = scope.columns.lookup(operand, *list) else { return };
            if !done.contains(&lookup.found.as_str()) {
                done.push(&lookup.found);
                lines.extend(command(scope, lookup));
            }
        });
    }
    lines
}

fn command(scope: &Scope<'_>, lookup: &Lookup) -> Vec<String> {
    let list = &scope.plan.lists[lookup.list];
    let (name, column) = (quote::lookup(outside::name(list)), quote::lookup(outside::column(list)));
    let value = scope.value(&lookup.operand).text;
    let mut lines = Vec::new();
    let tested = if let ExprKind::Field(_) = lookup.operand.kind {
        value
    } else {
        lines.push(format!("| eval {}={value}", lookup.tested));
        lookup.tested.clone()
    };
    lines.push(format!("| lookup {name} {column} AS {tested} OUTPUT {column} AS {}", lookup.found));
    lines
}
