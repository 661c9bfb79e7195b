//! What conditions that hold together say of the values that they look at.

use crate::plan::Expr;
use crate::source::Span;

use super::domain::{Domain, Test};

/// What is known of values, each with the place that said so last.
#[derive(Clone, Debug, Default)]
pub struct Known<'a> {
    subjects: Vec<Subject<'a>>,
}

#[derive(Clone, Debug)]
struct Subject<'a> {
    expr: &'a Expr,
    domain: Domain,
    said: Span,
}

impl<'a> Known<'a> {
    /// What a value can be, where something is known of it.
    pub fn domain(&self, expr: &Expr) -> Option<&Domain> {
        Some(&self.find(expr)?.domain)
    }

    /// Where something was said of a value last.
    pub fn said(&self, expr: &Expr) -> Option<Span> {
        Some(self.find(expr)?.said)
    }

    fn find(&self, expr: &Expr) -> Option<&Subject<'a>> {
        self.subjects.iter().find(|subject| subject.expr.same_as(expr))
    }

    /// Narrows what a value can be, starting from `start` where nothing is known yet. Gives whether something is left.
    pub fn narrow(&mut self, expr: &'a Expr, start: Domain, test: Test<'_>, holds: bool, said: Span) -> bool {
        let position = self.subjects.iter().position(|subject| subject.expr.same_as(expr));
        let position = position.unwrap_or_else(|| {
            self.subjects.push(Subject { expr, domain: start, said });
            self.subjects.len() - 1
        });
        let subject = &mut self.subjects[position];
        subject.domain = subject.domain.narrow(test, holds);
        subject.said = said;
        !subject.domain.is_empty()
    }
}
