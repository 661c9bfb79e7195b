//! The share of the users of the days before who have the value of the matching event.
//!
//! What is before the current day stays as it is while the day lasts, so that users are counted when a day ends. Memory follows
//! the different values and users of the history.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use crate::engine::compile::{Code, Compiler};
use crate::engine::event::Event;
use crate::plan::{DAY, Plan};
use crate::value::Value;

use super::{alone, state};

/// The prevalences of a rule.
pub struct Prevalences {
    programs: Vec<Program>,
}

/// A prevalence, ready to run.
struct Program {
    /// Its place among the rule's aggregates.
    index: usize,
    field: Code,
    user: Code,
    days: i64,
    population: Population,
}

/// Who had what, and on which day last.
#[derive(Default, Serialize, Deserialize)]
struct Population {
    /// The day of the latest event.
    today: i64,
    /// What was seen on that day, which does not count for it.
    fresh: FxHashSet<(Value, Value)>,
    /// For each value its users of the days before. The missing value has users, too: they are users all the same.
    users: FxHashMap<Value, FxHashMap<Value, i64>>,
    /// All users of the days before.
    all: FxHashMap<Value, i64>,
}

impl Prevalences {
    /// The prevalences of a plan, of which there may be none.
    pub fn new(plan: &Plan, compiler: &Compiler<'_>) -> Self {
        let programs = plan.aggregates.iter().enumerate().filter_map(|(index, aggregate)| {
            let population = aggregate.population.as_ref()?;
            Some(Program {
                index,
                field: compiler.code(aggregate.argument.as_ref()?),
                user: compiler.code(&population.user),
                days: population.days,
                population: Population::default(),
            })
        });
        Self { programs: programs.collect() }
    }

    /// Whether there are none, so that all events of a moment and key have the same aggregates.
    pub fn is_empty(&self) -> bool {
        self.programs.is_empty()
    }

    /// Takes an event that is not earlier than those before.
    pub fn push(&mut self, event: &Event) {
        for program in &mut self.programs {
            let today = event.time.div_euclid(DAY);
            if today != program.population.today {
                program.population.turn(today, program.days);
            }
            let row = alone(event);
            let user = program.user.value(&row);
            if !user.is_missing() {
                program.population.fresh.insert((program.field.value(&row).into_owned(), user.into_owned()));
            }
        }
    }

    /// Their values for an event of the current day, by their places among the rule's aggregates.
    pub fn values(&self, event: &Event) -> impl Iterator<Item = (usize, Value)> {
        self.programs.iter().map(|program| {
            let value = program.field.value(&alone(event));
            (program.index, program.population.share(&value))
        })
    }

    /// Adds the state to what is written.
    pub fn save(&self, into: &mut Vec<u8>) -> state::Result {
        self.programs.iter().try_for_each(|program| state::write(&program.population, into))
    }

    /// Takes the state from what was written.
    pub fn restore(&mut self, from: &mut &[u8]) -> state::Result {
        self.programs.iter_mut().try_for_each(|program| {
            program.population = state::read(from)?;
            Ok(())
        })
    }
}

impl Population {
    /// A later day begins: what was seen so far counts from now on, what is too old no longer does.
    fn turn(&mut self, today: i64, days: i64) {
        #[expect(clippy::iter_over_hash_type, reason = "who is put in first makes no difference")]
        for (value, user) in self.fresh.drain() {
            self.all.insert(user.clone(), self.today);
            self.users.entry(value).or_default().insert(user, self.today);
        }
        self.today = today;
        let counts = |_: &Value, last: &mut i64| *last >= today - days;
        self.all.retain(counts);
        self.users.retain(|_, users| {
            users.retain(counts);
            !users.is_empty()
        });
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of users in memory stay below 2^53")]
    fn share(&self, value: &Value) -> Value {
        if value.is_missing() || self.all.is_empty() {
            return Value::Missing;
        }
        let users = self.users.get(value).map_or(0, FxHashMap::len);
        Value::Float(users as f64 / self.all.len() as f64)
    }
}
