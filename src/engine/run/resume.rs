//! What a session that never ends needs beside events: time that passes without any, and going on after a stop.

use super::Session;
use crate::engine::Match;
use crate::engine::operator::state;

impl Session {
    /// No event before `time` comes any more: gives the matches that this settles, in order, to `sink`. Events that come later are
    /// not before it.
    pub fn advance(&mut self, time: i64, sink: &mut impl FnMut(Match)) {
        if self.now.is_none_or(|now| now < time) {
            self.pass(time, sink);
        }
    }

    /// Adds the state to what is written.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self, into: &mut Vec<u8>) -> state::Result {
        let waiting: Vec<&Match> = self.waiting.values().flatten().collect();
        state::write(&(self.shards.len(), self.now, waiting), into)?;
        self.shards.iter().try_for_each(|shard| shard.save(into))
    }

    /// Takes the state from what was written for the same rules, shared out in the same way.
    ///
    /// # Errors
    /// When it is not that.
    pub fn restore(&mut self, from: &mut &[u8]) -> state::Result {
        let (shards, now, waiting): (usize, Option<i64>, Vec<Match>) = state::read(from)?;
        if shards != self.shards.len() {
            return Err(postcard::Error::SerdeDeCustom);
        }
        self.now = now;
        self.wait(waiting);
        self.shards.iter_mut().try_for_each(|shard| shard.restore(from))
    }
}
