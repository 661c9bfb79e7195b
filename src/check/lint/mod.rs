//! Lints: warnings about rules that are right but deserve a look.
//!
//! They look at the finished plan of a rule without errors. A rule silences one with `allow CODE "reason"` (see `allow`).

mod allow;
mod cost;
mod domain;
mod finding;
mod known;
mod logic;
mod sources;
mod start;
mod techniques;
mod unused;

use indexmap::IndexMap;

use crate::plan::{Aggregate, Expr, ExprKind, Plan, Shape, StreamIndex};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::Type;

use super::Report;
use super::error::CheckErrorKind;
use super::fields::Parameter;

pub use finding::Lint;
pub use unused::items as unused_items;

use allow::Allowed;
use known::Known;
use logic::Logic;
use start::{Others, Start};

/// A lint and its place.
pub struct Finding {
    span: Span,
    lint: Lint,
}

/// What lints have found so far.
#[derive(Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, span: Span, lint: Lint) {
        self.0.push(Finding { span, lint });
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

/// Reads what a rule silences. Its mistakes are errors.
pub fn allowed(rule: &ast::Rule, report: &mut Report<'_>) -> Vec<Allowed> {
    let mut findings = Findings::default();
    let allowed = allow::read(rule, &mut findings);
    add_all(findings.0, report);
    allowed
}

/// Looks at a rule that has no errors.
pub fn check(
    rule: &ast::Rule,
    plan: &Plan,
    parameters: &IndexMap<String, Parameter>,
    allowed: &[Allowed],
    report: &mut Report<'_>,
) {
    let mut findings = Findings::default();
    if rule.doc.as_ref().is_none_or(|doc| doc.node.trim().is_empty()) {
        findings.add(rule.name.span, Lint::NoDescription);
    }
    techniques::check(rule, &mut findings);
    unused::parameters(parameters, &mut findings);
    conditions(plan, parameters, &mut findings);
    sources::check(plan, &mut findings);
    cost::check(plan, &mut findings);
    add_all(allow::silence(allowed, findings), report);
}

fn add_all(findings: impl IntoIterator<Item = Finding>, report: &mut Report<'_>) {
    for finding in findings {
        report.add(finding.span, CheckErrorKind::Lint(Box::new(finding.lint)));
    }
}

/// The conditions of a rule, filters first: they say what values the others meet.
struct Conditions<'a, 'b> {
    plan: &'a Plan,
    /// Where parameters are used.
    parameters: Vec<Span>,
    /// What the filters of the streams say.
    filters: Vec<Known<'a>>,
    findings: &'b mut Findings,
}

/// Looks at every condition of a rule.
fn conditions(plan: &Plan, parameters: &IndexMap<String, Parameter>, findings: &mut Findings) {
    let parameters = parameters.values().flat_map(|parameter| parameter.uses.iter().copied()).collect();
    let mut conditions = Conditions { plan, parameters, filters: Vec::new(), findings };
    conditions.filters();
    conditions.shape();
    for unless in &plan.unless {
        conditions.look(unless.stream, Others::Unknown, &unless.predicate);
    }
}

impl<'a> Conditions<'a, '_> {
    fn filters(&mut self) {
        for (index, stream) in self.plan.streams.iter().enumerate() {
            let is_unless = self.plan.unless.iter().any(|unless| unless.stream.0 == index);
            let others = if is_unless { Others::Unknown } else { Others::SameKey };
            let start = Start { plan: self.plan, stream: StreamIndex(index), others, filters: &[] };
            let mut known = Known::default();
            Logic { start: &start, parameters: &self.parameters, findings: self.findings }
                .together(&stream.filter, &mut known);
            self.filters.push(known);
        }
    }

    fn look(&mut self, stream: StreamIndex, others: Others, conditions: impl IntoIterator<Item = &'a Expr>) {
        let start = Start { plan: self.plan, stream, others, filters: &self.filters };
        let mut known = self.filters[stream.0].clone();
        Logic { start: &start, parameters: &self.parameters, findings: self.findings }.together(conditions, &mut known);
    }

    fn shape(&mut self) {
        match &self.plan.shape {
            Shape::Single | Shape::FirstSeen(_) => {}
            Shape::Window(window) | Shape::Tumbling(window) => self.window(&window.condition),
            Shape::Consecutive(pair) => self.look(StreamIndex(0), Others::Earlier(pair.width), &pair.predicate),
            Shape::Sequence(sequence) => {
                for step in &sequence.steps {
                    self.look(step.stream, Others::Earlier(sequence.width), &step.predicate);
                }
                for absence in &sequence.absences {
                    self.look(absence.stream, Others::SameKey, &absence.predicate);
                }
            }
        }
    }

    fn window(&mut self, condition: &'a Expr) {
        let stream = StreamIndex(0);
        for aggregate in in_condition(condition, self.plan) {
            let argument = aggregate.argument.as_ref().filter(|argument| argument.ty == Type::Bool);
            self.look(stream, Others::SameKey, argument);
        }
        self.look(stream, Others::SameKey, [condition]);
        let start = Start { plan: self.plan, stream, others: Others::SameKey, filters: &self.filters };
        Logic { start: &start, parameters: &self.parameters, findings: self.findings }.threshold_of_one(condition);
    }
}

/// The aggregates of a window's condition.
fn in_condition<'a>(condition: &Expr, plan: &'a Plan) -> Vec<&'a Aggregate> {
    let mut found = Vec::new();
    condition.walk(&mut |part| {
        if let ExprKind::Aggregate(index) = part.kind {
            found.push(&plan.aggregates[index]);
        }
    });
    found
}
