//! What a count was in earlier buckets of a key: mean and standard deviation, worked out from whole numbers, so that they are the
//! same on every target.

use std::collections::VecDeque;

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use crate::engine::compile::{Code, Compiler, Others, Row};
use crate::engine::event::Event;
use crate::engine::key::{Key, KeyTable};
use crate::library::aggregate::AggregateFunction;
use crate::plan::{Earlier, Plan};
use crate::value::Value;

use super::{Sweeps, state};

/// The baselines of a rule.
pub struct Baselines {
    programs: Vec<Program>,
    keys: KeyTable<Box<[History]>>,
    sweeps: Sweeps,
}

/// A baseline, ready to run.
struct Program {
    /// Its place among the rule's aggregates.
    index: usize,
    function: AggregateFunction,
    earlier: Earlier,
    argument: Option<Code>,
}

/// The buckets of one key that have events, by number.
type History = VecDeque<(i64, Bucket)>;

/// What is counted in a bucket.
#[derive(Serialize, Deserialize)]
enum Bucket {
    /// Events.
    Events(u64),
    /// Different values.
    Values(FxHashSet<Value>),
}

impl Bucket {
    fn count(&self) -> i128 {
        match self {
            Self::Events(count) => i128::from(*count),
            Self::Values(values) => i128::try_from(values.len()).unwrap_or_default(),
        }
    }
}

impl Baselines {
    /// The baselines of a plan, of which there may be none.
    pub fn new(plan: &Plan, compiler: &Compiler<'_>) -> Self {
        let programs = plan.aggregates.iter().enumerate().filter_map(|(index, aggregate)| {
            let argument = aggregate.argument.as_ref().map(|argument| compiler.code(argument));
            Some(Program { index, function: aggregate.function, earlier: aggregate.earlier?, argument })
        });
        Self { programs: programs.collect(), keys: KeyTable::default(), sweeps: Sweeps::default() }
    }

    /// Takes an event that is not earlier than those before.
    pub fn push(&mut self, event: &Event, key: &Key<'_>) {
        if self.programs.is_empty() {
            return;
        }
        let (_, histories) = self.keys.entry(key, || self.programs.iter().map(|_| History::new()).collect());
        for (program, history) in self.programs.iter().zip(histories) {
            program.push(event, history);
        }
        self.sweep(event.time);
    }

    /// Drops keys whose buckets are too old for every later event.
    fn sweep(&mut self, now: i64) {
        if !self.sweeps.due(self.keys.len()) {
            return;
        }
        let programs = &self.programs;
        self.keys.retain(|histories| {
            programs
                .iter()
                .zip(histories)
                .any(|(program, history)| history.back().is_some_and(|(number, _)| *number >= program.first(now)))
        });
        self.sweeps.done(self.keys.len());
    }

    /// Their values for an event of a key, by their places among the rule's aggregates.
    pub fn values(&self, key: &[Value], time: i64) -> Vec<(usize, Value)> {
        if self.programs.is_empty() {
            return Vec::new();
        }
        let histories = self.keys.find_values(key);
        let history = |at: usize| histories.and_then(|histories| histories.get(at));
        self.programs
            .iter()
            .enumerate()
            .map(|(at, program)| (program.index, program.value(history(at), time)))
            .collect()
    }

    /// Adds the state to what is written.
    pub fn save(&self, into: &mut Vec<u8>) -> state::Result {
        state::write(&self.keys, into)
    }

    /// Takes the state from what was written.
    pub fn restore(&mut self, from: &mut &[u8]) -> state::Result {
        self.keys = state::read(from)?;
        Ok(())
    }
}

impl Program {
    /// The number of the first bucket that counts for an event.
    fn first(&self, time: i64) -> i64 {
        time.div_euclid(self.earlier.bucket) - self.earlier.buckets()
    }

    fn push(&self, event: &Event, history: &mut History) {
        let number = event.time.div_euclid(self.earlier.bucket);
        while history.front().is_some_and(|(oldest, _)| *oldest < self.first(event.time)) {
            history.pop_front();
        }
        if history.back().is_none_or(|(newest, _)| *newest != number) {
            let distinct = self.earlier.of == AggregateFunction::Distinct;
            history
                .push_back((number, if distinct { Bucket::Values(FxHashSet::default()) } else { Bucket::Events(0) }));
        }
        let row = Row { event, aggregates: &[], others: Others::default() };
        match history.back_mut() {
            Some((_, Bucket::Events(count))) => {
                *count += u64::from(self.argument.as_ref().is_none_or(|condition| condition.holds(&row)));
            }
            Some((_, Bucket::Values(values))) => {
                let value = self.argument.as_ref().map(|argument| argument.value(&row).into_owned());
                values.extend(value.filter(|value| !value.is_missing()));
            }
            None => {}
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "the one rounding before the root and the quotient")]
    fn value(&self, history: Option<&History>, time: i64) -> Value {
        let (first, current) = (self.first(time), time.div_euclid(self.earlier.bucket));
        let counts = history.into_iter().flatten().filter(|(number, _)| (first..current).contains(number));
        let (sum, squares) = counts.fold((0_i128, 0_i128), |(sum, squares), (_, bucket)| {
            (sum + bucket.count(), squares + bucket.count() * bucket.count())
        });
        let buckets = self.earlier.buckets();
        Value::Float(if self.function == AggregateFunction::Deviation {
            ((i128::from(buckets) * squares - sum * sum) as f64).sqrt() / buckets as f64
        } else {
            sum as f64 / buckets as f64
        })
    }
}
