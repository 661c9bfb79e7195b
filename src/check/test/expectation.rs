//! What a test expects, checked against the columns of its rule's results.

use crate::diagnostic::suggest;
use crate::plan::Plan;
use crate::plan::test::{Column, Expectation, ExpectationKind, Grain};
use crate::source::Place;
use crate::syntax::ast::{self, ExprKind, ResultWord, TestField, TestValue};
use crate::types::Type;
use crate::value::Value;

use super::super::error::CheckErrorKind;
use super::super::{Outcome, Report, all};
use super::event::report_repeated;
use super::{TestError, value};

/// Reports a test that cannot fail or cannot pass, whatever the rule does.
pub fn report_missing(test: &ast::Test, report: &mut Report<'_>) {
    if test.expectations.is_empty() {
        report.add(test.name.span, CheckErrorKind::Test(TestError::NothingExpected));
    }
    if test.events.is_empty() {
        report.add(test.name.span, CheckErrorKind::Test(TestError::NoEvents));
    }
    let is_none = |one: &&ast::Expectation| one.node == ast::ExpectationKind::None;
    let other = test.expectations.iter().find(|one| !is_none(one));
    if let (Some(none), Some(other)) = (test.expectations.iter().find(is_none), other) {
        report.add(none.span, CheckErrorKind::Test(TestError::NoneAndMore { other: other.span }));
    }
}

/// The expectations of a test.
pub fn check(test: &ast::Test, plan: &Plan, start: i64, report: &mut Report<'_>) -> Outcome<Vec<Expectation>> {
    let source = report.source;
    let outcomes = test.expectations.iter().map(|expectation| {
        let kind = match &expectation.node {
            ast::ExpectationKind::None => ExpectationKind::None,
            ast::ExpectationKind::Count(count, result) => ExpectationKind::Count(*count, grain(*result)),
            ast::ExpectationKind::Row(result, fields) => {
                let grain = grain(*result);
                let twice = report_repeated(fields, report);
                let row = all(fields.iter().map(|field| column(field, grain, plan, start, report)));
                twice?;
                ExpectationKind::Row(grain, row?)
            }
        };
        Ok(Expectation { kind, place: Place { source, span: expectation.span } })
    });
    all(outcomes)
}

fn grain(result: ResultWord) -> Grain {
    match result {
        ResultWord::Match => Grain::Match,
        ResultWord::Alert => Grain::Alert,
    }
}

fn column(
    field: &TestField,
    grain: Grain,
    plan: &Plan,
    start: i64,
    report: &mut Report<'_>,
) -> Outcome<(Column, Value)> {
    let columns = columns(plan, grain);
    let name = &field.name.node;
    if let Some((_, column, ty)) = columns.iter().find(|(known, ..)| known == name) {
        return Ok((*column, value(&field.value, ty, start, report)?));
    }
    let (result, other_grain, other) = match grain {
        Grain::Match => ("match", Grain::Alert, "alert"),
        Grain::Alert => ("alert", Grain::Match, "match"),
    };
    let error = if self::columns(plan, other_grain).iter().any(|(known, ..)| known == name) {
        TestError::ColumnOfOther { name: name.clone(), result, other }
    } else {
        let suggestion = suggest::closest(name, columns.iter().map(|(known, ..)| known.as_str())).map(str::to_owned);
        TestError::UnknownColumn { name: name.clone(), result, suggestion }
    };
    report.fail(field.name.span, CheckErrorKind::Test(error))
}

/// The columns of a rule's results with their types.
fn columns(plan: &Plan, grain: Grain) -> Vec<(String, Column, Type)> {
    let key = plan.shape.key().iter().enumerate().map(|(place, index)| {
        let field = &plan.fields[index.0];
        (field.name.clone(), Column::Key(place), field.ty.clone())
    });
    let show = plan.show.iter().enumerate();
    let show = show.map(|(place, show)| (show.name.clone(), Column::Show(place), show.value.ty.clone()));
    let always = match grain {
        Grain::Match => vec![("time", Column::Time, Type::Time), ("event_id", Column::EventId, Type::String)],
        Grain::Alert => vec![
            ("first_time", Column::FirstTime, Type::Time),
            ("last_time", Column::LastTime, Type::Time),
            ("matches", Column::Matches, Type::Int),
            ("event_ids", Column::EventIds, Type::Set(Box::new(Type::String))),
        ],
    };
    let always = always.into_iter().map(|(name, column, ty)| (name.to_owned(), column, ty));
    key.chain(show).chain(always).collect()
}

/// A value of a column: values in brackets for a set, in whatever order.
fn value(given: &TestValue, ty: &Type, start: i64, report: &mut Report<'_>) -> Outcome<Value> {
    let Type::Set(inner) = ty else { return value::one(given, ty, start, report) };
    let entries = match given {
        TestValue::Literal(ast::Expr { kind: ExprKind::List(entries), .. }) => entries,
        TestValue::Literal(ast::Expr { kind: ExprKind::Name(word), .. }) if word == "missing" => {
            return Ok(Value::Set([].into()));
        }
        TestValue::Literal(_) | TestValue::Offset(_) => {
            return report.fail(given.span(), CheckErrorKind::Test(TestError::SetExpected(inner.as_ref().clone())));
        }
    };
    let entries = entries.iter().map(|entry| value::one(&TestValue::Literal(entry.clone()), inner, start, report));
    let mut values = all(entries)?;
    values.sort();
    values.dedup();
    Ok(Value::Set(values.into()))
}
