//! SQL in detail, on `DuckDB`: every shipped rule, the tests of all of them, a day of logs, and what users are told to write.

use serde_json::json;
use tokentrail::catalog::load;
use tokentrail::engine::event::Layout;
use tokentrail::engine::order::Orderer;
use tokentrail::target::sql::{columns, from_file};
use tokentrail::target::{self, Dialect, Grain, Options, Period, Target};

use crate::asked::{Asked, Work};
use crate::check::check_text;
use crate::engines::{canonical, found, sorted};
use crate::lists;
use crate::rules::shipped;
use crate::shipped::{GRAINS, analyse, ask_day, ask_tests, day};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn the_tests_of_the_shipped_rules_come_out_alike_in_duckdb() {
    let (checked, sources) = shipped();
    assert!(checked.tests.len() >= 400, "{}", checked.tests.len());
    let mut work = Work::default();
    ask_tests(&mut work, &checked.plans, &checked.tests, &sources, Dialect::DuckDb, &GRAINS);
    work.compare(Dialect::DuckDb);
}

#[test]
fn shipped_rules_find_in_a_day_of_logs_what_the_evaluator_finds() {
    let plans = shipped().0.plans;
    let mut work = Work::default();
    ask_day(&mut work, &plans, Dialect::DuckDb, &GRAINS);
    work.compare(Dialect::DuckDb);
}

#[test]
fn duckdb_takes_every_shipped_rule() {
    let plans = shipped().0.plans;
    let mut work = Work::default();
    analyse(&mut work, &plans, Dialect::DuckDb);
    work.compare(Dialect::DuckDb);
}

/// `tokentrail catalog table`: what it prints can be run, and the queries of all shipped rules find their columns in it.
#[test]
fn queries_find_their_columns_in_the_tables_that_are_printed() {
    let plans = shipped().0.plans;
    let mut work = Work::default();
    let world = work.world(json!({}));
    let mut tables: Vec<String> =
        load::builtin().sources.values().map(|source| columns::create_table(source, Dialect::DuckDb)).collect();
    for plan in &plans {
        let options = Options { grain: Grain::Alert, period: Period::Scheduled };
        let query = target::write(plan, Target::Sql(Dialect::DuckDb), options).unwrap();
        work.analyse(&query.text, world);
        // They stay for the others.
        work.before(std::mem::take(&mut tables));
    }
    work.compare(Dialect::DuckDb);
}

/// The block of `docs/sql.md` behind a mark.
fn block(mark: &str) -> String {
    let page = std::fs::read_to_string(format!("{ROOT}/docs/sql.md")).unwrap();
    let (_, after) = page.split_once(&format!("<!-- {mark} -->\n```sql\n")).unwrap();
    after.split("```").next().unwrap().to_owned()
}

#[test]
fn the_page_shows_the_table_that_is_printed() {
    let expected = columns::create_table(&load::builtin().sources["entra.signin"], Dialect::DuckDb);
    let shown = block("table");
    if std::env::var_os("UPDATE_README").is_some() {
        let path = format!("{ROOT}/docs/sql.md");
        let page = std::fs::read_to_string(&path).unwrap();
        let fence = |text: &str| format!("<!-- table -->\n```sql\n{text}```");
        std::fs::write(path, page.replacen(&fence(&shown), &fence(&expected), 1)).unwrap();
    } else {
        assert_eq!(shown, expected, "run the tests once with UPDATE_README=1");
    }
}

const SIGN_INS: &str = "/// D.
    rule r { title \"T\" severity low from entra.signin where result == success or result == failure by user_name within 8h
      when count() >= 2 show tokens = values(token), networks = values(asn), countries = values(country), last = last(result) }";

#[test]
fn the_view_on_the_page_makes_events_of_raw_records() {
    let plan = check_text("r.trail", SIGN_INS).0.plans.remove(0);
    let layout = Layout::new(std::slice::from_ref(&plan), &load::builtin());
    let mut orderer = Orderer::new(usize::MAX);
    let events = day(&layout, None);
    let times = || events.iter().map(|event| event.time);
    let period = Period::Hunt { from: times().min().unwrap(), to: times().max().unwrap() + 1 };
    events.iter().for_each(|event| orderer.push(event.clone()).unwrap());
    let rows = found(std::slice::from_ref(&plan), &layout, orderer, Grain::Match).remove(0);
    let expected = sorted(rows.iter().map(|row| canonical(row, &plan, Grain::Match)).collect());
    assert!(expected.len() > 5, "{expected:?}");
    let options = Options { grain: Grain::Match, period };
    let query = target::write(&plan, Target::Sql(Dialect::DuckDb), options).unwrap().text;
    let mut work = Work::default();
    let world = work.world(json!({}));
    work.ask(&query, 0, world, Asked { name: "the view".to_owned(), plan: &plan, grain: Grain::Match, expected });
    let file = format!("{ROOT}/tests/fixtures/sample/day.ndjson");
    work.before(vec![block("view").replace("day.ndjson", &file)]);
    work.compare(Dialect::DuckDb);
}

#[test]
fn the_statements_beside_long_lists_make_their_tables() {
    let odd = ["plain", "with, comma", "with \"quotes\"", "'single'", "#hash", "back\\slash"];
    let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut text = "agent\n".to_owned();
    text.extend(odd.iter().map(|one| cell(one) + "\n"));
    text.extend((0..300).map(|number| format!("agent {number}\n")));
    let rule = "list agents: string from file \"agents.csv\" column \"agent\"
        /// D.
        rule r { title \"T\" severity low from entra.signin where user_agent in agents show user_agent }";
    let plans = lists::plans(rule, &[("agents", &text)], &[]);
    let options = Options { grain: Grain::Match, period: Period::Scheduled };
    let query = target::write(&plans[0], Target::Sql(Dialect::DuckDb), options).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("agents.csv");
    std::fs::write(&file, &query.uploads[0].csv).unwrap();
    let statement = query.uploads[0].table.clone().unwrap();
    assert_eq!(statement, from_file(Dialect::DuckDb, "agents"));
    let (checked, _) =
        check_text("r.trail", "/// D.\nrule r { title \"T\" severity low from entra.signin show entry = user_agent }");
    let shows = &checked.plans[0];
    let expected = sorted(
        odd.iter()
            .map(|one| (*one).to_owned())
            .chain((0..300).map(|number| format!("agent {number}")))
            .map(|entry| {
                canonical(
                    &json!({"time": "2026-01-01T00:00:00Z", "event_id": null, "entry": entry}),
                    shows,
                    Grain::Match,
                )
            })
            .collect(),
    );
    let mut work = Work::default();
    let world = work.world(json!({}));
    let rows = "SELECT TIMESTAMPTZ '2026-01-01 00:00:00+00' AS \"time\", NULL AS event_id, entry FROM agents";
    work.ask(rows, 0, world, Asked { name: "agents".to_owned(), plan: shows, grain: Grain::Match, expected });
    work.before(vec![statement.replace("agents.csv", file.to_str().unwrap())]);
    work.compare(Dialect::DuckDb);
}

/// ClickHouse measures its windows in 31 bits; the others have them of any width.
#[test]
fn a_width_that_clickhouse_cannot_measure_is_refused_there() {
    let plan = |width: &str| {
        let rule = format!(
            "/// D\nrule r {{ title \"T\" severity low from entra.signin by token within {width} when count() >= 2 }}"
        );
        check_text("r.trail", &rule).0.plans.remove(0)
    };
    let options = Options { grain: Grain::Match, period: crate::engines::hunt() };
    let exact = ["90m", "90001s", "8641m", "553h", "14400001ms"].map(|width| (width, true));
    let odd = ["172801s", "36000001ms"].map(|width| (width, false));
    for (width, is_exact) in exact.into_iter().chain(odd) {
        let plan = plan(width);
        assert_eq!(target::write(&plan, Target::Sql(Dialect::ClickHouse), options).is_ok(), is_exact, "{width}");
        assert!(target::write(&plan, Target::Sql(Dialect::Spark), options).is_ok(), "{width}");
    }
}
