//! Events of a test: fields of a source, each with a value of its type.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::catalog::{Field, LogSource, Origin};
use crate::plan::test::{Event, Input};
use crate::source::Place;
use crate::syntax::ast::{self, ExprKind, TestEventKind, TestField, TestValue};
use crate::value::Value;

use super::super::error::CheckErrorKind;
use super::super::scope::{Globals, find_field};
use super::super::{Outcome, Report, Reported};
use super::TestError;
use super::value::{self, Prepared, Times, prepare};

/// Where a test starts unless it says: 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600_000_000;

/// The most that an event is repeated.
const MOST: u64 = 100_000;

/// A part of a test's events.
pub enum Part<'a> {
    /// The test's own.
    Own(Input),
    /// Those of another test, or of all tests of a rule.
    Other {
        /// The rule.
        rule: &'a ast::Name,
        /// The test.
        test: Option<&'a ast::Text>,
    },
}

/// The events of a test, as far as they are right.
pub struct Checked<'a> {
    /// What offsets count from.
    pub start: i64,
    /// Its events.
    pub parts: Vec<Part<'a>>,
    /// Whether that is all of them.
    pub whole: Outcome<()>,
}

/// Checks the events of a test.
pub fn check<'a>(test: &'a ast::Test, globals: &Globals<'_>, report: &mut Report<'_>) -> Checked<'a> {
    let start = start(test);
    let (given, mut whole) = given(test, globals, report);
    let mut events = Events { globals, start, given, made: 0, report };
    let mut parts = Vec::new();
    for event in &test.events {
        whole = events.part(event, &mut parts).and(whole);
    }
    Checked { start, parts, whole }
}

/// The first absolute time of a test's events, what is given to all of them first.
fn start(test: &ast::Test) -> i64 {
    let own = test.events.iter().filter_map(|event| match &event.node {
        TestEventKind::Fields { fields, .. } => Some(fields),
        TestEventKind::Record { .. } | TestEventKind::File(_) | TestEventKind::Other { .. } => None,
    });
    let mut times = std::iter::once(&test.given).chain(own).flatten().filter_map(|field| match &field.value {
        TestValue::Literal(ast::Expr { kind: ExprKind::Time(text), .. }) if field.name.node == "time" => {
            text.parse::<jiff::Timestamp>().ok()
        }
        TestValue::Literal(_) | TestValue::Offset(_) => None,
    });
    times.next().map_or(START, jiff::Timestamp::as_microsecond)
}

/// The fields given to all events. Each must be one of some source of the test.
fn given<'a>(test: &'a ast::Test, globals: &Globals<'_>, report: &mut Report<'_>) -> (Vec<&'a TestField>, Outcome<()>) {
    let mut whole = report_repeated(&test.given, report);
    let mut sources: IndexMap<&str, Arc<LogSource>> = IndexMap::new();
    for event in &test.events {
        let TestEventKind::Fields { source, .. } = &event.node else { continue };
        sources.extend(globals.catalog.source(&source.node).map(|found| (source.node.as_str(), found.clone())));
    }
    let sources: Vec<Arc<LogSource>> = sources.into_values().collect();
    let is_known = |field: &&TestField| {
        sources.is_empty() || sources.iter().any(|source| source.fields.contains_key(&field.name.node))
    };
    let (known, unknown): (Vec<&TestField>, Vec<&TestField>) = test.given.iter().partition(is_known);
    for field in unknown {
        whole = find_field(&field.name.node, &sources, field.name.span, report).map(|_| ()).and(whole);
    }
    (known, whole)
}

/// Reports fields that stand twice.
pub fn report_repeated(fields: &[TestField], report: &mut Report<'_>) -> Outcome<()> {
    let mut outcome = Ok(());
    for (index, field) in fields.iter().enumerate() {
        if let Some(first) = fields[..index].iter().find(|first| first.name.node == field.name.node) {
            let error = TestError::Twice { name: field.name.node.clone(), first: first.name.span };
            outcome = Err(report.add(field.name.span, CheckErrorKind::Test(error)));
        }
    }
    outcome
}

/// Whether a value is what the catalogue writes as this text.
fn is_always(value: &Prepared, constant: &str) -> bool {
    match value {
        Prepared::One(Value::Text(text)) => **text == *constant,
        Prepared::One(Value::Bool(value)) => value.to_string() == constant,
        Prepared::One(Value::Int(value)) => value.to_string() == constant,
        Prepared::One(_) | Prepared::Turns(_) | Prepared::Numbered(..) => false,
    }
}

/// The events of one test while they are worked out.
struct Events<'g, 'a, 'r, 'e> {
    globals: &'g Globals<'g>,
    start: i64,
    given: Vec<&'a TestField>,
    /// How many events have been given an id.
    made: u64,
    report: &'r mut Report<'e>,
}

impl<'a> Events<'_, 'a, '_, '_> {
    fn part(&mut self, event: &'a ast::TestEvent, parts: &mut Vec<Part<'a>>) -> Outcome<()> {
        let place = Place { source: self.report.source, span: event.span };
        match &event.node {
            TestEventKind::Fields { source, fields, repeat } => {
                let events = self.events(source, fields, repeat.as_ref(), place)?;
                parts.extend(events.into_iter().map(|event| Part::Own(Input::Event(event))));
            }
            TestEventKind::Record { source, json } => {
                let found = self.source(source);
                if let Err(error) = serde_json::from_str::<serde_json::Value>(&json.node) {
                    let error = TestError::NotJson(error.to_string());
                    return self.report.fail(json.span, CheckErrorKind::Test(error));
                }
                let source = found?.name.clone();
                parts.push(Part::Own(Input::Record { source, json: json.node.clone(), place }));
            }
            TestEventKind::File(path) => {
                let place = Place { span: path.span, ..place };
                parts.push(Part::Own(Input::File { path: path.node.clone(), place }));
            }
            TestEventKind::Other { rule, test } => parts.push(Part::Other { rule, test: test.as_ref() }),
        }
        Ok(())
    }

    /// A source by name; a view does not say which of its sources an event is of.
    fn source(&mut self, name: &ast::Name) -> Outcome<Arc<LogSource>> {
        if let Some(source) = self.globals.catalog.source(&name.node) {
            return Ok(source.clone());
        }
        if self.globals.is_view(&name.node) {
            let error = TestError::EventOfView(name.node.clone());
            return self.report.fail(name.span, CheckErrorKind::Test(error));
        }
        let known = self.globals.catalog.source_names();
        let suggestion = crate::diagnostic::suggest::closest(&name.node, known).map(str::to_owned);
        self.report.fail(name.span, CheckErrorKind::UnknownSource { name: name.node.clone(), suggestion })
    }

    fn events(
        &mut self,
        source: &ast::Name,
        fields: &'a [TestField],
        repeat: Option<&ast::Repeat>,
        place: Place,
    ) -> Outcome<Vec<Event>> {
        let repeated = repeat.map(|repeat| self.repetition(repeat)).transpose();
        let twice = report_repeated(fields, self.report);
        let source = self.source(source)?;
        let times = if repeat.is_some() { Times::Repeated } else { Times::Once };
        let prepared = self.fields(&source, fields, times);
        let (count, every) = repeated?.unwrap_or((1, 0));
        twice?;
        let prepared = prepared?;
        (0..count).map(|number| self.event(&source, &prepared, number, every, place)).collect()
    }

    fn repetition(&mut self, repeat: &ast::Repeat) -> Outcome<(u64, i64)> {
        let every = repeat.every.as_ref().map_or(Some(0.0), |every| value::amount(&every.node));
        let total = every.map(|every| every * 1e5);
        if !(1..=MOST).contains(&repeat.count.node) {
            let error = TestError::RepetitionOutOfRange { most: MOST };
            return self.report.fail(repeat.count.span, CheckErrorKind::Test(error));
        }
        match (every, total, &repeat.every) {
            #[expect(clippy::cast_possible_truncation, reason = "bounded by the guard")]
            (Some(every), Some(total), _) if total < 9e18 => Ok((repeat.count.node, every.round() as i64)),
            (_, _, Some(every)) => self.report.fail(every.span, CheckErrorKind::Test(TestError::TimeOutOfRange)),
            (_, _, None) => Ok((repeat.count.node, 0)),
        }
    }

    /// The fields of an event: its own, and those given that its source has.
    fn fields(
        &mut self,
        source: &Arc<LogSource>,
        own: &'a [TestField],
        times: Times,
    ) -> Outcome<Vec<(Arc<Field>, Prepared)>> {
        let mut prepared = Vec::new();
        let mut outcome = Ok(());
        for field in own {
            match self.field(source, field, times) {
                Ok(one) => prepared.push(one),
                Err(reported) => outcome = Err(reported),
            }
        }
        let given = std::mem::take(&mut self.given);
        for field in given {
            let overridden = own.iter().any(|own| own.name.node == field.name.node);
            if overridden || !source.fields.contains_key(&field.name.node) {
                self.given.push(field);
                continue;
            }
            match self.field(source, field, times) {
                Ok(one) => {
                    prepared.push(one);
                    self.given.push(field);
                }
                // Given no more: it is reported once, and not for every event.
                Err(reported) => outcome = Err(reported),
            }
        }
        outcome.map(|()| prepared)
    }

    fn field(&mut self, source: &Arc<LogSource>, field: &TestField, times: Times) -> Outcome<(Arc<Field>, Prepared)> {
        let name = &field.name;
        let found = find_field(&name.node, std::slice::from_ref(source), name.span, self.report);
        found?;
        let known = source.fields.get(&name.node).cloned().ok_or(Reported)?;
        let value = prepare(&field.value, &known.ty, self.start, times, self.report)?;
        let span = field.value.span();
        if known.name == "time" && matches!(value, Prepared::One(Value::Missing)) {
            return self.report.fail(span, CheckErrorKind::Test(TestError::TimeMissing));
        }
        if let Origin::Constant(constant) = &known.origin
            && !is_always(&value, constant)
        {
            let error =
                TestError::Constant { name: name.node.clone(), source: source.name.clone(), value: constant.clone() };
            return self.report.fail(span, CheckErrorKind::Test(error));
        }
        Ok((known, value))
    }

    fn event(
        &mut self,
        source: &LogSource,
        prepared: &[(Arc<Field>, Prepared)],
        number: u64,
        every: i64,
        place: Place,
    ) -> Outcome<Event> {
        let (mut time, mut event_id, mut fields) = (self.start, None, IndexMap::new());
        for (field, prepared) in prepared {
            let value = prepared.at(number, self.report)?;
            match (field.name.as_str(), value) {
                ("time", Value::Time(given)) => time = given,
                ("event_id", value) => event_id = Some(value),
                (_, value) => {
                    fields.insert(field.name.clone(), value);
                }
            }
        }
        self.made += 1;
        let made = self.made;
        // Ids decide between events of one moment: in the order written.
        let event_id = event_id.unwrap_or_else(|| Value::text(&format!("e{made:06}")));
        let after = every.saturating_mul(i64::try_from(number).unwrap_or(i64::MAX));
        let time = time.saturating_add(after);
        Ok(Event { source: source.name.clone(), time, event_id, fields, place })
    }
}
