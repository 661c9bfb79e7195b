//! Different values and when each was last there: all that counting them over a moving window needs.

use std::borrow::Cow;
use std::collections::VecDeque;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::value::Value;

/// Values beyond so many are found by hash.
const FEW: usize = 12;

/// Different values, each with the last time it was there.
#[derive(Serialize, Deserialize)]
pub enum Recent {
    /// By last time.
    Few(Vec<(i64, Value)>),
    /// More of them.
    Many(Box<Many>),
}

/// Many values.
#[derive(Serialize, Deserialize)]
pub struct Many {
    last: FxHashMap<Value, i64>,
    /// Times and values in the order they came. An entry that says an earlier time than `last` is out of date.
    order: VecDeque<(i64, Value)>,
}

impl Default for Recent {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Recent {
    /// The value is there at a time, which is not earlier than those before; when it was there last.
    pub fn add(&mut self, time: i64, value: Cow<'_, Value>) -> Option<i64> {
        let few = match self {
            Self::Few(few) => few,
            Self::Many(many) => return many.add(time, value),
        };
        if let Some(place) = few.iter().rposition(|(_, known)| *known == *value) {
            let before = std::mem::replace(&mut few[place].0, time);
            few[place..].rotate_left(1);
            return Some(before);
        }
        if few.len() == FEW {
            let mut many = Many::new(std::mem::take(few));
            many.add(time, value);
            *self = Self::Many(Box::new(many));
            return None;
        }
        if few.is_empty() {
            few.reserve_exact(1);
        }
        few.push((time, value.into_owned()));
        None
    }

    /// Forgets values that were last there before a time.
    pub fn drop_before(&mut self, time: i64) {
        match self {
            Self::Few(few) => {
                let old = few.iter().take_while(|(last, _)| *last < time).count();
                few.drain(..old);
            }
            Self::Many(many) => {
                many.drop_before(time);
                if many.last.len() <= FEW / 2 {
                    *self = Self::Few(many.in_order());
                }
            }
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Few(few) => few.len(),
            Self::Many(many) => many.last.len(),
        }
    }

    /// The values, sorted.
    pub fn sorted(&self) -> Vec<Value> {
        let mut values: Vec<Value> = match self {
            Self::Few(few) => few.iter().map(|(_, value)| value.clone()).collect(),
            Self::Many(many) => many.last.keys().cloned().collect(),
        };
        values.sort_unstable();
        values
    }
}

impl Many {
    /// Values by last time.
    fn new(few: Vec<(i64, Value)>) -> Self {
        Self { last: few.iter().map(|(time, value)| (value.clone(), *time)).collect(), order: few.into() }
    }

    fn add(&mut self, time: i64, value: Cow<'_, Value>) -> Option<i64> {
        let before = match self.last.get_mut(value.as_ref()) {
            Some(last) => Some(std::mem::replace(last, time)),
            None => self.last.insert(value.as_ref().clone(), time),
        };
        if before == Some(time) {
            return before;
        }
        self.order.push_back((time, value.into_owned()));
        // What is out of date is thrown out when it is the larger part, so that it costs each addition the same.
        if self.order.len() > 2 * self.last.len() + FEW {
            let last = &self.last;
            self.order.retain(|(time, value)| last.get(value) == Some(time));
        }
        before
    }

    fn drop_before(&mut self, time: i64) {
        while self.order.front().is_some_and(|(oldest, _)| *oldest < time) {
            let Some((oldest, value)) = self.order.pop_front() else { break };
            if self.last.get(&value) == Some(&oldest) {
                self.last.remove(&value);
            }
        }
        if self.last.len() < self.last.capacity() / 8 {
            self.last.shrink_to(self.last.len() * 2);
            self.order.shrink_to(self.order.len() * 2);
        }
    }

    fn in_order(&mut self) -> Vec<(i64, Value)> {
        let last = &self.last;
        self.order.retain(|(time, value)| last.get(value) == Some(time));
        std::mem::take(&mut self.order).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn few_and_many_values_are_those_of_the_window(
            facts in prop::collection::vec((0..3_i64, 0..40_i64), 0..300),
            width in 0..60_i64,
        ) {
            let (mut recent, mut now, mut all) = (Recent::default(), 0, Vec::new());
            for (step, value) in facts {
                now += step;
                recent.drop_before(now - width);
                let inside = |(time, _): &&(i64, i64)| now - *time <= width;
                let before = all.iter().filter(inside).filter(|(_, other)| *other == value).map(|(time, _)| *time).max();
                prop_assert_eq!(recent.add(now, Cow::Owned(Value::Int(value))), before);
                all.push((now, value));
                let mut expected: Vec<Value> = all.iter().filter(inside).map(|(_, value)| Value::Int(*value)).collect();
                expected.sort();
                expected.dedup();
                prop_assert_eq!(recent.len(), expected.len());
                prop_assert_eq!(recent.sorted(), expected);
            }
        }
    }
}
