//! How far event time has come: which events need not be waited for any longer.
//!
//! Each input goes forward by its own records, [`Clock::lateness`] behind the latest of them, and the input that is furthest back
//! holds the others. An input of which nothing new has come for a while holds nothing. When that is so of all, time goes on with
//! the clock on the wall, up to the latest event and no further, so that what is held back is settled at last.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Something that is followed: a file, a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InputId(pub u32);

/// What a caller knows of time.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// Milliseconds on a clock that never goes back.
    pub steady: i64,
    /// Microseconds since 1970, as this machine believes.
    pub wall: i64,
}

/// Events further ahead of this machine's clock than this do not move the time, in microseconds: one wrong clock would make all
/// other events late.
pub const AHEAD: i64 = 3_600_000_000;

/// How far event time has come.
#[derive(Debug)]
pub struct Clock {
    /// How much earlier than the latest event of its input an event may be, in microseconds.
    lateness: i64,
    /// How long nothing must have come of an input before it holds nothing, in milliseconds.
    idle: i64,
    inputs: BTreeMap<InputId, Progress>,
    /// No event before this time is waited for.
    reached: i64,
}

/// How far one input has come.
#[derive(Clone, Copy, Debug)]
struct Progress {
    /// The time of its latest event.
    latest: Option<i64>,
    /// Since when nothing new has come, on the steady clock.
    since: i64,
    /// Whether there is more to be read at once.
    behind: bool,
    /// Whether it has been told that it holds nothing any more.
    told: bool,
}

impl Clock {
    /// A clock without inputs.
    #[must_use]
    pub fn new(lateness: i64, idle: i64) -> Self {
        Self { lateness, idle, inputs: BTreeMap::new(), reached: i64::MIN }
    }

    /// Goes on where another clock was.
    pub fn resume(&mut self, reached: i64) {
        self.reached = self.reached.max(reached);
    }

    /// No event before this time is waited for.
    #[must_use]
    pub fn reached(&self) -> i64 {
        self.reached
    }

    /// A new input. `latest` is the time of the latest event that is known to come before its own.
    pub fn join(&mut self, input: InputId, latest: Option<i64>, now: Now) {
        self.inputs.insert(input, Progress { latest, since: now.steady, behind: true, told: false });
    }

    /// Nothing more comes of an input.
    pub fn leave(&mut self, input: InputId) {
        self.inputs.remove(&input);
    }

    /// The time of an input's latest event.
    #[must_use]
    pub fn latest(&self, input: InputId) -> Option<i64> {
        self.inputs.get(&input).and_then(|progress| progress.latest)
    }

    /// An input has been looked at. `behind` says whether there is more of it at once, `quiet` for how many milliseconds nothing has
    /// been added to it, if anything has come now.
    pub fn looked(&mut self, input: InputId, behind: bool, quiet: Option<i64>, now: Now) {
        if let Some(progress) = self.inputs.get_mut(&input) {
            progress.behind = behind;
            if let Some(quiet) = quiet {
                progress.since = now.steady.saturating_sub(quiet);
            }
        }
    }

    /// An event of an input, in the order of its records. False where it is so far ahead of this machine's clock that it moves nothing.
    pub fn event(&mut self, input: InputId, time: i64, now: Now) -> bool {
        if time > now.wall.saturating_add(AHEAD) {
            return false;
        }
        if let Some(progress) = self.inputs.get_mut(&input) {
            progress.latest = progress.latest.max(Some(time));
        }
        true
    }

    /// How far the other inputs let time come, as [`Clock::moved`] wants it.
    #[must_use]
    pub fn others(&self, input: InputId, now: Now) -> i64 {
        let others = self.inputs.iter().filter(|(other, progress)| **other != input && self.holds(progress, now));
        others.map(|(_, progress)| self.behind(progress)).min().unwrap_or(i64::MAX)
    }

    /// Goes on after an event of this input. Done for every record, so that what counts as late depends on the order of records and
    /// not on how many of them are read at a time.
    pub fn moved(&mut self, input: InputId, others: i64) {
        if let Some(progress) = self.inputs.get(&input) {
            self.reached = self.reached.max(self.behind(progress).min(others));
        }
    }

    /// Goes on as time passes.
    pub fn tick(&mut self, now: Now) {
        let held = self.inputs.values().filter(|progress| self.holds(progress, now));
        let reached = match held.map(|progress| self.behind(progress)).min() {
            Some(held) => held,
            None => self.inputs.values().filter_map(|progress| self.silent(progress, now)).max().unwrap_or(i64::MIN),
        };
        self.reached = self.reached.max(reached);
    }

    /// Inputs that held others back until just now. Each is given once.
    pub fn idle(&mut self, now: Now) -> Vec<InputId> {
        let waiting = self.inputs.values().filter(|progress| self.holds(progress, now));
        let Some(waiting) = waiting.map(|progress| self.behind(progress)).min() else { return Vec::new() };
        let lagging = self.inputs.iter().filter(|(_, progress)| {
            !progress.told && !self.holds(progress, now) && self.behind(progress) < waiting && waiting > i64::MIN
        });
        let lagging: Vec<InputId> = lagging.map(|(input, _)| *input).collect();
        for input in &lagging {
            if let Some(progress) = self.inputs.get_mut(input) {
                progress.told = true;
            }
        }
        lagging
    }

    /// Of the inputs that time waits for, the one that is furthest back.
    #[must_use]
    pub fn holder(&self, now: Now) -> Option<InputId> {
        let held = self.inputs.iter().filter(|(_, progress)| self.holds(progress, now));
        held.min_by_key(|(input, progress)| (progress.latest, **input)).map(|(input, _)| *input)
    }

    fn holds(&self, progress: &Progress, now: Now) -> bool {
        progress.behind || now.steady.saturating_sub(progress.since) < self.idle
    }

    fn behind(&self, progress: &Progress) -> i64 {
        progress.latest.map_or(i64::MIN, |latest| latest.saturating_sub(self.lateness))
    }

    fn silent(&self, progress: &Progress, now: Now) -> Option<i64> {
        let silence = now.steady.saturating_sub(progress.since).max(0).saturating_mul(1000);
        progress
            .latest
            .map(|latest| latest.saturating_sub(self.lateness).saturating_add(silence).min(latest.saturating_add(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;
    const A: InputId = InputId(0);
    const B: InputId = InputId(1);

    fn at(seconds: i64) -> Now {
        Now { steady: seconds * 1000, wall: 1000 * SECOND }
    }

    fn event(clock: &mut Clock, input: InputId, second: i64, now: Now) {
        let others = clock.others(input, now);
        assert!(clock.event(input, second * SECOND, now));
        clock.moved(input, others);
        clock.looked(input, false, Some(0), now);
    }

    /// Ten seconds late, idle after sixty.
    fn two() -> Clock {
        let mut clock = Clock::new(10 * SECOND, 60_000);
        clock.join(A, None, at(0));
        clock.join(B, None, at(0));
        clock
    }

    #[test]
    fn the_input_furthest_back_holds_the_others() {
        let mut clock = two();
        event(&mut clock, A, 100, at(0));
        assert_eq!(clock.reached(), i64::MIN);
        event(&mut clock, B, 50, at(0));
        assert_eq!(clock.reached(), 40 * SECOND);
        event(&mut clock, B, 200, at(0));
        assert_eq!(clock.reached(), 90 * SECOND);
        assert_eq!(clock.holder(at(0)), Some(A));
    }

    #[test]
    fn an_idle_input_holds_nothing_and_is_told_once() {
        let mut clock = two();
        event(&mut clock, B, 50, at(0));
        event(&mut clock, A, 100, at(59));
        clock.tick(at(59));
        assert_eq!((clock.reached(), clock.idle(at(59))), (40 * SECOND, vec![]));
        clock.tick(at(60));
        assert_eq!((clock.reached(), clock.idle(at(60))), (90 * SECOND, vec![B]));
        assert_eq!(clock.idle(at(61)), vec![]);
    }

    #[test]
    fn in_silence_time_goes_on_with_the_wall_up_to_the_latest_event() {
        let mut clock = Clock::new(100 * SECOND, 10_000);
        clock.join(A, None, at(0));
        event(&mut clock, A, 500, at(0));
        for (second, reached) in [(9, 400 * SECOND), (10, 410 * SECOND), (50, 450 * SECOND), (99, 499 * SECOND)] {
            clock.tick(at(second));
            assert_eq!(clock.reached(), reached, "after {second} s");
        }
        clock.tick(at(5000));
        assert_eq!(clock.reached(), 500 * SECOND + 1);
    }

    #[test]
    fn what_is_not_yet_read_holds_however_long_it_takes() {
        let mut clock = two();
        event(&mut clock, A, 100, at(0));
        clock.looked(B, true, None, at(500));
        clock.looked(A, true, None, at(500));
        clock.tick(at(500));
        assert_eq!(clock.reached(), i64::MIN);
    }

    #[test]
    fn an_event_from_the_future_moves_nothing() {
        let mut clock = two();
        assert!(!clock.event(A, 1000 * SECOND + AHEAD + 1, at(0)));
        assert_eq!(clock.latest(A), None);
        assert!(clock.event(A, 1000 * SECOND + AHEAD, at(0)));
    }

    #[test]
    fn time_never_goes_back() {
        let mut clock = Clock::new(0, 60_000);
        clock.join(A, None, at(0));
        event(&mut clock, A, 100, at(0));
        event(&mut clock, A, 20, at(0));
        clock.join(B, None, at(0));
        event(&mut clock, B, 5, at(0));
        clock.tick(at(0));
        assert_eq!(clock.reached(), 100 * SECOND);
    }
}
