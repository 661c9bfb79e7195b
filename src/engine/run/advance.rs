//! What a session that never ends needs beside events: time that passes without any.

use super::Session;
use crate::engine::Match;

impl Session {
    /// No event before `time` comes any more: gives the matches that this settles, in order, to `sink`. Events that come later are
    /// not before it.
    pub fn advance(&mut self, time: i64, sink: &mut impl FnMut(Match)) {
        if self.now.is_none_or(|now| now < time) {
            self.pass(time, sink);
        }
    }
}
