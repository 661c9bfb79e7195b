//! The state of a shard, to go on after a stop.

use super::Shard;
use crate::engine::operator::state;

impl Shard {
    /// Adds the state to what is written.
    pub(in crate::engine) fn save(&self, into: &mut Vec<u8>) -> state::Result {
        state::write(&(&self.pending, &self.found), into)?;
        self.rules.iter().try_for_each(|rule| {
            rule.operator.save(into)?;
            rule.dropping.as_ref().map_or(Ok(()), |dropping| dropping.save(into))?;
            state::write(&(rule.last, rule.pending, rule.without_key), into)
        })
    }

    /// Takes the state from what was written for the same rules.
    pub(in crate::engine) fn restore(&mut self, from: &mut &[u8]) -> state::Result {
        (self.pending, self.found) = state::read(from)?;
        self.rules.iter_mut().try_for_each(|rule| {
            rule.operator.restore(from)?;
            rule.dropping.as_mut().map_or(Ok(()), |dropping| dropping.restore(from))?;
            (rule.last, rule.pending, rule.without_key) = state::read(from)?;
            Ok(())
        })
    }
}
