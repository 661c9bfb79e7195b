//! Conditions that are always true, never true or written twice.
//!
//! Conditions that hold together narrow what each value can be; one that leaves nothing is never true, and one whose opposite
//! leaves nothing is always true. Only what is proved is reported: a value of which nothing is known stays possible.

use crate::library::aggregate::AggregateFunction;
use crate::plan::{CompareOperator, Expr, ExprKind};
use crate::source::Span;
use crate::value::Value;

use super::Findings;
use super::domain::{Domain, Present, Test};
use super::finding::{Because, Lint};
use super::known::Known;
use super::start::Start;

static TRUE: Value = Value::Bool(true);

/// A condition with `not` pushed down to what it stands before.
#[derive(Clone)]
enum Form<'a> {
    /// A test, and whether it holds.
    Test(&'a Expr, bool),
    /// All hold.
    All(Vec<Form<'a>>),
    /// One holds.
    One(Vec<Form<'a>>, Span),
}

impl<'a> Form<'a> {
    fn of(expr: &'a Expr, holds: bool) -> Self {
        let all = |parts: &'a [Expr]| parts.iter().map(|part| Self::of(part, holds)).collect();
        match (&expr.kind, holds) {
            (ExprKind::Not(inner), _) => Self::of(inner, !holds),
            (ExprKind::And(parts), true) | (ExprKind::Or(parts), false) => Self::All(all(parts)),
            (ExprKind::Or(parts), true) | (ExprKind::And(parts), false) => Self::One(all(parts), expr.span),
            _ => Self::Test(expr, holds),
        }
    }
}

/// The value that a test looks at, and the test.
pub struct Looks<'a> {
    /// The value.
    pub subject: &'a Expr,
    /// The test.
    pub test: Test<'a>,
    /// Whether it holds.
    pub holds: bool,
}

/// What a test looks at; a test that cannot be taken apart is itself the value, true or false.
pub fn looks(expr: &Expr, holds: bool) -> Looks<'_> {
    let (subject, test) = value_and_test(expr).unwrap_or((expr, Test::Compare(CompareOperator::Equal, &TRUE)));
    Looks { subject, test, holds }
}

fn value_and_test(expr: &Expr) -> Option<(&Expr, Test<'_>)> {
    if let ExprKind::Compare(left, operator, right) = &expr.kind {
        if let ExprKind::Literal(value) = &right.kind {
            return Some((left, Test::Compare(*operator, value)));
        }
        let ExprKind::Literal(value) = &left.kind else { return None };
        return Some((right, Test::Compare(operator.mirrored(), value)));
    }
    if let ExprKind::InValues(value, values) = &expr.kind {
        return Some((value, Test::In(values)));
    }
    if let ExprKind::Text(value, operator, text) = &expr.kind {
        return Some((value, Test::Text(*operator, text)));
    }
    if let ExprKind::IsMissing(value) = &expr.kind { Some((value, Test::Missing)) } else { None }
}

/// Looks at conditions that stand in one place of a rule.
pub struct Logic<'b> {
    /// Where values start.
    pub start: &'b Start<'b>,
    /// Where parameters are used: a constant that comes from one is meant to vary.
    pub parameters: &'b [Span],
    /// What was found.
    pub findings: &'b mut Findings,
}

impl Logic<'_> {
    /// Looks at conditions that all hold together with what is known, and adds what they say to it.
    pub fn together<'a>(&mut self, conditions: impl IntoIterator<Item = &'a Expr>, known: &mut Known<'a>) {
        let forms = conditions.into_iter().map(|condition| Form::of(condition, true)).collect();
        self.all(forms, known);
    }

    /// Gives whether they can hold together.
    fn all<'a>(&mut self, forms: Vec<Form<'a>>, known: &mut Known<'a>) -> bool {
        let (mut tests, mut choices) = (Vec::new(), Vec::new());
        flatten(forms, &mut tests, &mut choices);
        let mut possible = true;
        for (index, (expr, holds)) in tests.iter().enumerate() {
            if let Some((first, _)) = tests[..index].iter().find(|(other, same)| same == holds && other.same_as(expr)) {
                self.findings.add(expr.span, Lint::Repeated { first: first.span });
                continue;
            }
            possible &= self.test(expr, *holds, known);
        }
        for (parts, span) in choices {
            possible &= self.one(&parts, span, known);
        }
        possible
    }

    /// Gives whether one of several can hold.
    fn one<'a>(&mut self, parts: &[Form<'a>], span: Span, known: &Known<'a>) -> bool {
        let before = self.findings.len();
        let mut possible = false;
        for part in parts {
            possible |= self.all(vec![part.clone()], &mut known.clone());
        }
        if self.findings.len() == before {
            self.choice_of_everything(parts, span);
        }
        possible
    }

    /// `x != "a" or x != "b"`: what one leaves out another lets in.
    fn choice_of_everything(&mut self, parts: &[Form<'_>], span: Span) {
        let mut none_holds = Known::default();
        for part in parts {
            let Form::Test(expr, holds) = part else { continue };
            if self.is_from_a_parameter(expr) {
                continue;
            }
            let look = looks(expr, !*holds);
            let start = self.start.domain(look.subject);
            none_holds.narrow(look.subject, start, look.test, look.holds, expr.span);
            let Some(Domain { missing, present: Present::Only(values) }) = none_holds.domain(look.subject) else {
                continue;
            };
            if values.is_empty() {
                let because = Because::LeavesNothingOut { what: self.start.name(look.subject), missing: *missing };
                self.findings.add(span, Lint::AlwaysTrue(because));
                return;
            }
        }
    }

    /// Gives whether a test can pass.
    fn test<'a>(&mut self, expr: &'a Expr, holds: bool, known: &mut Known<'a>) -> bool {
        if let Some((always, because)) = self.constant(expr) {
            self.report(expr, always == holds, because);
            return always == holds;
        }
        if self.is_from_a_parameter(expr) {
            return true;
        }
        let look = looks(expr, holds);
        let start = self.start.domain(look.subject);
        if start.narrow(look.test, look.holds).is_empty() {
            let because = self.because(look.subject, &start, look.test);
            self.report(expr, false, because);
            return false;
        }
        if start.narrow(look.test, !look.holds).is_empty() {
            let because = self.because(look.subject, &start, look.test);
            self.report(expr, true, because);
            return true;
        }
        let other = known.said(look.subject);
        let start = self.start.narrowed(look.subject, start);
        let possible = known.narrow(look.subject, start, look.test, look.holds, expr.span);
        if !possible {
            let because = match other {
                Some(other) => Because::Against(other),
                None => Because::Key(self.start.name(look.subject)),
            };
            self.findings.add(expr.span, Lint::NeverTrue(because));
        }
        possible
    }

    /// A test whose result does not depend on any event, and which.
    fn constant(&self, expr: &Expr) -> Option<(bool, Because)> {
        let literal = |expr: &Expr| matches!(expr.kind, ExprKind::Literal(_)) && !self.parameters.contains(&expr.span);
        if let ExprKind::Literal(value) = &expr.kind {
            return literal(expr).then(|| (value.is_true(), Because::Constant));
        }
        if let ExprKind::ContainsSet { set, values, all } = &expr.kind {
            return self.start.lacks(set, values, *all).map(|why| (false, why));
        }
        let ExprKind::Compare(left, operator, right) = &expr.kind else { return None };
        if let (ExprKind::Literal(a), ExprKind::Literal(b)) = (&left.kind, &right.kind) {
            let domain = Domain::between(Some(a.clone()), Some(a.clone()));
            let holds = !domain.narrow(Test::Compare(*operator, b), true).is_empty();
            return (literal(left) && literal(right)).then_some((holds, Because::Constant));
        }
        let present = self.start.is_present(left) && self.start.is_present(right);
        if let Some(because) = self.start.at_most(left, right) {
            return relation(*operator, because, present);
        }
        relation(operator.mirrored(), self.start.at_most(right, left)?, present)
    }

    /// Whether there is nothing in it but constants.
    fn is_from_a_parameter(&self, expr: &Expr) -> bool {
        let mut only = true;
        expr.walk(&mut |part| only &= !part.children().is_empty() || matches!(part.kind, ExprKind::Literal(_)));
        only
    }

    fn because(&self, subject: &Expr, start: &Domain, test: Test<'_>) -> Because {
        let what = self.start.name(subject);
        match (test, &start.present) {
            (Test::Missing, _) if !start.missing => Because::NeverMissing(what),
            (Test::Missing | Test::Compare(..) | Test::In(_) | Test::Text(..), Present::Only(values)) => {
                if values.is_empty() {
                    Because::AlwaysMissing(what)
                } else {
                    Because::OneOf { what, values: values.iter().cloned().collect() }
                }
            }
            (Test::Missing | Test::Compare(..) | Test::In(_) | Test::Text(..), Present::Range(range)) => {
                Because::Between { what, low: range.low.clone(), high: range.high.clone() }
            }
        }
    }

    fn report(&mut self, expr: &Expr, always: bool, because: Because) {
        let mut over_window = false;
        expr.walk(&mut |part| over_window |= matches!(part.kind, ExprKind::Aggregate(_)));
        let lint = match (over_window, always) {
            (true, true) => Lint::AlwaysReached(because),
            (true, false) => Lint::NeverReached(because),
            (false, true) => Lint::AlwaysTrue(because),
            (false, false) => Lint::NeverTrue(because),
        };
        self.findings.add(expr.span, lint);
    }

    /// A whole condition that one value makes true, such as `distinct(f) >= 1`.
    pub fn threshold_of_one(&mut self, condition: &Expr) {
        let aggregates = &self.start.plan.aggregates;
        let look = looks(condition, true);
        let ExprKind::Aggregate(index) = look.subject.kind else { return };
        let one = match look.test {
            Test::Compare(CompareOperator::GreaterOrEqual, value) => *value == Value::Int(1),
            Test::Compare(CompareOperator::Greater, value) => *value == Value::Int(0),
            Test::Compare(..) | Test::In(_) | Test::Text(..) | Test::Missing => false,
        };
        let always = self.start.domain(look.subject).narrow(look.test, false).is_empty();
        if one && !always && aggregates[index].function == AggregateFunction::Distinct {
            let what = aggregates[index].argument.as_ref().map(|argument| self.start.name(argument));
            self.findings.add(condition.span, Lint::AlwaysReached(Because::One(what.unwrap_or_default())));
        }
    }
}

fn flatten<'a>(forms: Vec<Form<'a>>, tests: &mut Vec<(&'a Expr, bool)>, choices: &mut Vec<(Vec<Form<'a>>, Span)>) {
    for form in forms {
        match form {
            Form::Test(expr, holds) => tests.push((expr, holds)),
            Form::All(parts) => flatten(parts, tests, choices),
            Form::One(parts, span) => choices.push((parts, span)),
        }
    }
}

/// What is known of `a OPERATOR b` where a is never more than b, or always the same as b.
fn relation(operator: CompareOperator, because: Because, present: bool) -> Option<(bool, Because)> {
    let same = matches!(because, Because::SameSides | Because::SameKey(_));
    let holds = match operator {
        CompareOperator::LessOrEqual => true,
        CompareOperator::Greater => false,
        CompareOperator::Equal | CompareOperator::GreaterOrEqual if same => true,
        CompareOperator::NotEqual | CompareOperator::Less if same => false,
        CompareOperator::Equal
        | CompareOperator::GreaterOrEqual
        | CompareOperator::NotEqual
        | CompareOperator::Less => return None,
    };
    // A comparison with a missing operand is false, so one that is otherwise true is constant only where nothing is missing.
    (present || !holds).then_some((holds, because))
}
