//! Questions to an engine of SQL: queries over worlds, and the rows that they must find.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use tokentrail::plan::Plan;
use tokentrail::target::{Dialect, Grain};

use crate::engines::{canonical, sorted};
use crate::oracle;

/// What a query must find.
pub struct Asked<'p> {
    /// For messages.
    pub name: String,
    pub plan: &'p Plan,
    pub grain: Grain,
    /// Rows in one spelling, sorted.
    pub expected: Vec<String>,
}

/// Questions that are asked together, for an engine takes long to start.
#[derive(Default)]
pub struct Work<'p> {
    worlds: Vec<Json>,
    jobs: Vec<Json>,
    asked: Vec<Option<Asked<'p>>>,
}

impl<'p> Work<'p> {
    /// Tables with rows; gives their place.
    pub fn world(&mut self, world: Json) -> usize {
        self.worlds.push(world);
        self.worlds.len() - 1
    }

    /// A query, asked at a moment in seconds since 1970.
    pub fn ask(&mut self, query: &str, now: i64, world: usize, asked: Asked<'p>) {
        self.jobs.push(json!({"query": query, "now": now * 1_000_000, "world": world}));
        self.asked.push(Some(asked));
    }

    /// Statements that go before the last query.
    pub fn before(&mut self, statements: Vec<String>) {
        self.jobs.last_mut().unwrap()["before"] = json!(statements);
    }

    /// A query that the engine must take; it need not run it.
    pub fn analyse(&mut self, query: &str, world: usize) {
        self.jobs.push(json!({"query": query, "now": 0, "world": world, "analyse": true}));
        self.asked.push(None);
    }

    /// Asks the engine, and fails where it finds something else.
    pub fn compare(&self, dialect: Dialect) {
        let answers = oracle::sql(dialect, &json!({"worlds": self.worlds, "jobs": self.jobs}));
        assert_eq!(answers.len(), self.jobs.len());
        let (mut names, mut texts) = (Vec::new(), Vec::new());
        for ((asked, answer), job) in self.asked.iter().zip(&answers).zip(&self.jobs) {
            let (query, error) = (job["query"].as_str().unwrap(), &answer["error"]);
            let header: String = query.lines().take(2).collect();
            let rows = answer["rows"].as_array();
            match asked {
                None if rows.is_some() => {}
                None => {
                    names.push(header.clone());
                    texts.push(format!("{header}: {error}\n{query}"));
                }
                Some(Asked { name, plan, grain, expected }) => {
                    let spell = |rows: &Vec<Json>| rows.iter().map(|row| canonical(row, plan, *grain)).collect();
                    let found = rows.map(|rows| sorted(spell(rows)));
                    if found.as_ref() != Some(expected) {
                        names.push(name.clone());
                        texts.push(format!("{name}: {error}\nexpected {expected:#?}\nfound {found:#?}\n{query}"));
                    }
                }
            }
        }
        let errors: BTreeSet<String> = answers.iter().map(|answer| start(&answer["error"])).collect();
        let (wrong, all) = (names.len(), self.jobs.len());
        assert!(names.is_empty(), "{wrong} of {all}: {names:?}\n{errors:#?}\n{}", texts[0]);
    }
}

/// The start of a message, which tells what kind of error it is.
fn start(error: &Json) -> String {
    error.as_str().unwrap_or_default().chars().take(200).collect()
}
