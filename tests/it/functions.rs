//! Every function, operator and aggregate, by its documented examples: they hold in the evaluator and on every engine, with literals
//! and with values that come from events.

use serde_json::{Value as Json, json};
use tokentrail::check::Checked;
use tokentrail::diagnostic::Diagnostic;
use tokentrail::engine::Match;
use tokentrail::engine::event::Layout;
use tokentrail::engine::output::match_object;
use tokentrail::engine::run::Session;
use tokentrail::engine::synthetic;
use tokentrail::library::aggregate::AggregateFunction;
use tokentrail::library::aggregate::examples::{CONTAINS, EVENTS, GIVEN};
use tokentrail::library::operator::{OPERATORS, TIME};
use tokentrail::library::{Example, FUNCTIONS, Function};
use tokentrail::plan::test::Column;
use tokentrail::target::{self, Dialect, Grain, Options, Period, Target};
use tokentrail::types::Type;
use tokentrail::value::Value;

use crate::check::check_text;
use crate::emit::assert_analysed;
use crate::engines::{Engine, spell};
use crate::oracle;
use crate::world::START;

mod fields;
mod world;

/// An expression over an event, and what it gives.
struct Case {
    /// The event's fields, as in a test.
    given: String,
    expression: String,
    gives: &'static str,
}

/// Examples that one query answers: a rule whose columns are the expressions, and a test with the events and what is expected.
struct Sheet {
    checked: Checked,
    /// As written, by column.
    expressions: Vec<String>,
}

/// How many expressions a query has: the KQL executor takes far longer for one long query than for several short ones.
const COLUMNS: usize = 6;

impl Sheet {
    /// A row an event: each expression is worked out for every event, and looked at for its own.
    fn of_events(cases: &[Case]) -> Self {
        let mut expressions: Vec<&str> = Vec::new();
        let (mut events, mut expected) = (String::new(), String::new());
        for (index, case) in cases.iter().enumerate() {
            let known = expressions.iter().position(|known| *known == case.expression);
            let column = known.unwrap_or(expressions.len());
            if known.is_none() {
                expressions.push(&case.expression);
            }
            let comma = if case.given.is_empty() { "" } else { ", " };
            events += &format!("  example.values {{ event_id: \"e{index:03}\"{comma}{} }}\n", case.given);
            expected += &format!("  expect match {{ event_id: \"e{index:03}\", x{column}: {} }}\n", case.gives);
        }
        let given = format!("given {{ time: {TIME} }}");
        Self::new("from example.values", &expressions, &given, &events, &expected)
    }

    /// A row that looks at all events of a window or bucket.
    fn of_window(clauses: &str, examples: &[&Example]) -> Self {
        let expressions: Vec<&str> = examples.iter().map(|example| example.call).collect();
        let events: String = EVENTS.iter().map(|event| format!("  example.values {event}\n")).collect();
        let values = examples.iter().enumerate().map(|(column, example)| format!(", x{column}: {}", example.gives));
        let expected = format!("  expect match {{ event_id: \"e5\"{} }}\n", values.collect::<String>());
        let clauses = format!("from example.values {clauses} when count() >= 5");
        Self::new(&clauses, &expressions, &format!("given {{ {GIVEN} }}"), &events, &expected)
    }

    fn new(clauses: &str, expressions: &[&str], given: &str, events: &str, expected: &str) -> Self {
        let columns = expressions.iter().enumerate().map(|(column, call)| format!("x{column} = {call}"));
        let columns = columns.collect::<Vec<_>>().join(",\n  ");
        let text = format!(
            "/// T.\nrule r {{ title \"T\" severity low\n{clauses} show {columns} }}\n\
            test \"t\" for r {{ {given} events {{\n{events}}}\n{expected}}}\n"
        );
        let expressions = expressions.iter().map(|&call| call.to_owned()).collect();
        Self { checked: world::checked(&text), expressions }
    }

    /// How many examples it has.
    fn len(&self) -> usize {
        self.expected().len()
    }

    /// Event, column, type, value, and the expression as written.
    fn expected(&self) -> Vec<(&str, &str, &Type, &Value)> {
        let (plan, test) = (&self.checked.plans[0], &self.checked.tests[0]);
        let mut all = Vec::new();
        for row in world::expected(test) {
            let event =
                row.iter().find_map(|(column, value)| (*column == Column::EventId).then(|| value.as_text().unwrap()));
            for (column, value) in row {
                if let Column::Show(place) = column {
                    let show = &plan.show[*place];
                    all.push((event.unwrap(), show.name.as_str(), &show.value.ty, value));
                }
            }
        }
        all
    }

    /// What the evaluator makes of the events.
    fn evaluated(&self) -> Vec<Match> {
        let catalog = world::catalog();
        let plans = std::slice::from_ref(&self.checked.plans[0]);
        let layout = Layout::new(plans, catalog);
        let events = world::events(&self.checked.tests[0]);
        let mut events: Vec<_> =
            events.iter().map(|event| synthetic::event(event, catalog, &layout).unwrap()).collect();
        events.sort_by_key(|event| (event.time, event.event_id.clone()));
        let mut session = Session::new(plans, &layout);
        let mut found = Vec::new();
        events.iter().for_each(|event| session.push(event, &mut |one| found.push(one)));
        session.finish(&mut |one| found.push(one));
        found
    }

    /// Where the evaluator gives something else.
    fn wrong_in_evaluator(&self) -> Vec<String> {
        let (plan, found) = (&self.checked.plans[0], self.evaluated());
        let mut wrong = Vec::new();
        for (event, column, _, value) in self.expected() {
            let one = found.iter().find(|one| one.event_id.as_text() == Some(event));
            let place = plan.show.iter().position(|show| show.name == column).unwrap();
            let given = one.map(|one| &one.show[place]);
            if given != Some(value) {
                wrong.push(format!("{} of {event} gives {given:?}, not {value:?}", self.expressions[place]));
            }
        }
        wrong
    }

    /// The query, or what the target cannot do.
    fn query(&self, engine: Engine) -> Result<String, Vec<Diagnostic>> {
        let micros = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_microsecond();
        let period = Period::Hunt { from: micros("2026-01-01T00:00:00Z"), to: micros("2026-01-10T00:00:00Z") };
        let plan = &self.checked.plans[0];
        target::write(plan, engine.target(), Options { grain: Grain::Match, period }).map(|query| query.text)
    }

    /// Where the rows of an engine have something else than the evaluator.
    fn wrong_in(&self, rows: &[Json], query: &str) -> Vec<String> {
        let (plan, found) = (&self.checked.plans[0], self.evaluated());
        let mut wrong = Vec::new();
        for (event, column, ty, _) in self.expected() {
            let one = found.iter().find(|one| one.event_id.as_text() == Some(event)).unwrap();
            let wanted = spell(&match_object(one, plan)["show"][column], ty);
            let row = rows.iter().find(|row| row["event_id"] == event);
            let given = row.map_or("no row".to_owned(), |row| spell(&row[column], ty));
            if given != wanted {
                let place = plan.show.iter().position(|show| show.name == column).unwrap();
                let written = query.lines().find(|line| line.contains(column)).unwrap_or_default();
                wrong.push(format!("{} of {event} gives {given}, not {wanted}: {written}", self.expressions[place]));
            }
        }
        wrong
    }
}

/// Functions whose examples are over the events of a window.
fn is_of_window(function: &Function) -> bool {
    function.family == "set"
}

fn calls() -> impl Iterator<Item = &'static Example> {
    FUNCTIONS.iter().filter(|function| !is_of_window(function)).flat_map(|function| function.examples)
}

/// Examples with equal expressions stand together, so that a query has few columns.
fn sheets_of(mut cases: Vec<Case>) -> Vec<Sheet> {
    cases.sort_by(|one, other| one.expression.cmp(&other.expression));
    let groups: Vec<&[Case]> = cases.chunk_by(|one, other| one.expression == other.expression).collect();
    let flat = |some: &[&[Case]]| -> Vec<Case> {
        let copy = |case: &Case| Case { given: case.given.clone(), expression: case.expression.clone(), ..*case };
        some.iter().flat_map(|group| group.iter().map(copy)).collect()
    };
    groups.chunks(COLUMNS).map(|some| Sheet::of_events(&flat(some))).collect()
}

/// Functions, called with literals.
fn literals() -> Vec<Sheet> {
    let case =
        |example: &Example| Case { given: String::new(), expression: example.call.to_owned(), gives: example.gives };
    sheets_of(calls().map(case).collect())
}

/// The same with fields.
fn over_fields() -> Vec<Sheet> {
    let case = |example: &Example| {
        let (given, expression) = fields::over_fields(example.call);
        Case { given, expression, gives: example.gives }
    };
    sheets_of(calls().map(case).collect())
}

fn operators() -> Vec<Sheet> {
    let examples = OPERATORS.iter().flat_map(|operator| operator.examples);
    let case = |example: &tokentrail::library::operator::Example| Case {
        given: example.given.to_owned(),
        expression: example.expression.to_owned(),
        gives: example.gives,
    };
    sheets_of(examples.map(case).collect())
}

/// Aggregates, over a window and over a bucket.
fn aggregates() -> Vec<Sheet> {
    let of_sets = FUNCTIONS.iter().filter(|function| is_of_window(function)).flat_map(|function| function.examples);
    let all = AggregateFunction::ALL.into_iter().flat_map(AggregateFunction::examples).chain(CONTAINS).chain(of_sets);
    let all: Vec<&Example> = all.collect();
    let sheets = ["by token within 30m", "by token per 1h"]
        .into_iter()
        .flat_map(|clauses| all.chunks(2 * COLUMNS).map(move |some| Sheet::of_window(clauses, some)));
    sheets.collect()
}

/// All of them.
fn sheets() -> Vec<Sheet> {
    [literals(), over_fields(), operators(), aggregates()].into_iter().flatten().collect()
}

/// Asks an engine for every documented example and fails where one does not hold, or where the target has not got it; says how many
/// there were.
pub fn examples_hold(engine: Engine) -> usize {
    let sheets = sheets();
    let (mut questions, mut asked, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for sheet in &sheets {
        match sheet.query(engine) {
            Ok(query) => {
                questions.push((query, world::events(&sheet.checked.tests[0])));
                asked.push(sheet);
            }
            Err(gaps) => wrong.extend(gaps.into_iter().map(|gap| gap.message)),
        }
    }
    for ((sheet, (query, _)), rows) in asked.iter().zip(&questions).zip(world::ask(engine, &questions)) {
        match rows {
            Ok(rows) => wrong.extend(sheet.wrong_in(&rows, query)),
            Err(error) => wrong.push(format!("{error}\n{query}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    sheets.iter().map(Sheet::len).sum()
}

#[test]
fn every_example_gives_what_it_says() {
    let wrong: Vec<String> = sheets().iter().flat_map(Sheet::wrong_in_evaluator).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_example_holds_in_kql() {
    assert!(examples_hold(Engine::Kql) > 300);
}

#[test]
fn every_example_holds_in_spl() {
    assert!(examples_hold(Engine::Spl) > 300);
}

#[test]
fn every_example_holds_in_duckdb() {
    assert!(examples_hold(Engine::Sql(Dialect::DuckDb)) > 300);
}

#[test]
#[ignore = "ClickHouse is large: `cargo test --test it clickhouse -- --ignored`"]
fn every_example_holds_in_clickhouse() {
    assert!(examples_hold(Engine::Sql(Dialect::ClickHouse)) > 300);
}

#[test]
#[ignore = "Spark is large and slow: `cargo test --test it spark -- --ignored`"]
fn every_example_holds_in_spark() {
    assert!(examples_hold(Engine::Sql(Dialect::Spark)) > 300);
}

/// A function that an engine's writer does not know would be a missing value there.
#[test]
fn every_function_is_written_for_every_engine_of_sql() {
    for dialect in Dialect::ALL {
        for sheet in literals().into_iter().chain(over_fields()).chain(aggregates()) {
            let query = sheet.query(Engine::Sql(dialect)).unwrap();
            let unknown = query.lines().find(|line| line.trim_start().starts_with("NULL AS "));
            assert_eq!(unknown, None, "{dialect:?}: {:?}\n{query}", sheet.expressions);
        }
    }
}

#[test]
fn scheduled_queries_with_every_function_can_be_read() {
    let functions = check_text("r.trail", include_str!("../fixtures/agreement_functions.trail")).0;
    let prevalence = check_text("r.trail", include_str!("../fixtures/agreement_prevalence.trail")).0;
    let (mut queries, mut searches) = (Vec::new(), Vec::new());
    for plan in functions.plans.iter().chain(&prevalence.plans) {
        let options = Options { grain: Grain::Alert, period: Period::Scheduled };
        queries.push((format!("functions_{}", plan.name), target::write(plan, Target::Kql, options).unwrap().text));
        let macros: serde_json::Map<String, Json> =
            plan.legs().map(|leg| (leg.source.spl.macro_name.clone(), json!([]))).collect();
        let search = target::write(plan, Target::Spl, options).unwrap().text;
        searches.push(json!({"search": search, "now": START, "macros": macros}));
    }
    assert_analysed(&queries);
    for (answer, search) in oracle::spl(&json!(searches)).iter().zip(&searches) {
        assert!(answer["rows"].is_array(), "{answer}\n{}", search["search"].as_str().unwrap());
    }
}
