//! Single expressions of a rule on single events, to tell why an event was left out.

use crate::plan::{Expr, Plan};
use crate::value::Value;

use super::compile::{Compiler, Row};
use super::event::{Event, Layout};

/// Whether a condition of a rule holds for an event. The rule is the first one of the layout.
#[must_use]
pub fn holds(condition: &Expr, event: &Event, plan: &Plan, layout: &Layout) -> bool {
    let compiler = Compiler { plan, slots: &layout.of_plan[0] };
    compiler.code(condition).holds(&Row { event, aggregates: &[] })
}

/// The value of an expression of a rule for an event. The rule is the first one of the layout.
#[must_use]
pub fn value(expr: &Expr, event: &Event, plan: &Plan, layout: &Layout) -> Value {
    let compiler = Compiler { plan, slots: &layout.of_plan[0] };
    compiler.code(expr).value(&Row { event, aggregates: &[] }).into_owned()
}
