//! Single expressions of a rule on single events, to tell why a match did not come about.

use crate::plan::{Expr, Plan};
use crate::value::Value;

use super::compile::{Compiler, Row};
use super::event::{Event, Layout};

pub use super::compile::Others;

/// A rule whose expressions are looked at. It is the only one of the layout.
#[derive(Clone, Copy)]
pub struct Probe<'a> {
    /// The rule.
    pub plan: &'a Plan,
    /// What its events were read with.
    pub layout: &'a Layout,
}

impl Probe<'_> {
    /// Whether a condition holds for an event, beside others of the match.
    #[must_use]
    pub fn holds(&self, condition: &Expr, event: &Event, others: Others<'_>) -> bool {
        self.compiler().code(condition).holds(&Row { event, aggregates: &[], others })
    }

    /// The value of an expression for an event, beside others of the match.
    #[must_use]
    pub fn value(&self, expr: &Expr, event: &Event, others: Others<'_>) -> Value {
        self.compiler().code(expr).value(&Row { event, aggregates: &[], others }).into_owned()
    }

    fn compiler(&self) -> Compiler<'_> {
        Compiler::new(self.plan, self.layout, 0)
    }
}
