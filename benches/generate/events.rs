//! Which events there are: who uses which token when, where, and for what.
//!
//! Every token belongs to one person, one application, one address, one country and at most two services, for as long as it
//! lives. So nothing but what is planted is ever in three countries, in three services, or on two networks.

use std::collections::VecDeque;

use super::random::{Random, Zipf};

/// One million events a day: the density of every set, long or short.
const MICROSECONDS_EACH: u64 = 86_400;
/// Longest time between the events that a detection puts together, as the rules have it.
pub const HOUR: u64 = 3_600_000_000;
/// The window of the rule that looks for services.
pub const HOP_WINDOW: u64 = 600_000_000;
const SECOND: u64 = 1_000_000;
/// Long enough for the windows of what is planted.
const SHORTEST: u64 = 100_000 * MICROSECONDS_EACH;
/// Applications that tokens are for.
pub const APPLICATIONS: u64 = 60;
/// Applications that are seen now and then.
pub const RARE_APPLICATIONS: u64 = 100;

/// The kinds of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    SignIn,
    Graph,
    Exchange,
    SharePoint,
    Teams,
}

/// What is planted for which detection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detection {
    Geo,
    Hop,
    Sequence,
}

/// Which token, as a number that everything else about it is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    Missing,
    Usual(u64),
    Planted(Detection, u64),
    Decoy(Detection, u64),
}

impl Token {
    /// What its person, address and name are made from.
    pub fn seed(self) -> u64 {
        let number = |detection, index| (detection as u64) << 32 | index;
        match self {
            Self::Missing => 0,
            Self::Usual(rank) => 1 << 40 | rank,
            Self::Planted(detection, index) => 2 << 40 | number(detection, index),
            Self::Decoy(detection, index) => 3 << 40 | number(detection, index),
        }
    }

    /// Its name in the logs.
    pub fn name(self) -> String {
        if self == Self::Missing { String::new() } else { Random(self.seed()).token() }
    }
}

/// One event.
#[derive(Debug, Clone, Copy)]
pub struct Use {
    /// Microseconds since the beginning of the set.
    pub time: u64,
    pub kind: Kind,
    pub token: Token,
    /// How far from the token's own country and network, 0 to 7.
    pub away: u64,
    /// Error code of a sign-in.
    pub code: u32,
    /// Whether an application is named that is seldom seen.
    pub rare: Option<u64>,
}

/// What a set consists of.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub records: u64,
    pub geo: u64,
    pub hop: u64,
    pub sequence: u64,
    pub seed: u64,
}

impl Plan {
    /// Two hundred tokens in three countries, two hundred in three services, one hundred signed in here and used there.
    pub fn new(records: u64, seed: u64) -> Self {
        Self { records, geo: 200, hop: 200, sequence: 100, seed }
    }

    /// How many of what is planted.
    pub fn count(&self, detection: Detection) -> u64 {
        match detection {
            Detection::Geo => self.geo,
            Detection::Hop => self.hop,
            Detection::Sequence => self.sequence,
        }
    }

    /// How long the set lasts. Short sets last long enough for the windows of what is planted.
    pub fn length(&self) -> u64 {
        (self.records * MICROSECONDS_EACH).max(SHORTEST)
    }

    /// All events in the order of their times.
    pub fn events(&self) -> Events {
        let mut random = Random(self.seed);
        let planted = planted(self, &mut random);
        let usual = self.records.saturating_sub(planted.len() as u64).max(1);
        Events {
            step: self.length() / usual,
            ranks: Zipf::new(usual_tokens(usual)),
            planted: planted.into(),
            random,
            usual,
            next: 0,
            waiting: None,
        }
    }
}

/// So many tokens that about a fifth as many as there are events are seen.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn usual_tokens(events: u64) -> f64 {
    events as f64 * 0.36
}

/// The events of a set, one after the other.
pub struct Events {
    random: Random,
    ranks: Zipf,
    planted: VecDeque<Use>,
    step: u64,
    usual: u64,
    next: u64,
    waiting: Option<Use>,
}

impl Iterator for Events {
    type Item = Use;

    fn next(&mut self) -> Option<Use> {
        if self.waiting.is_none() && self.next < self.usual {
            self.waiting = Some(self.usual());
            self.next += 1;
        }
        match (self.waiting, self.planted.front()) {
            (Some(waiting), Some(planted)) if planted.time <= waiting.time => self.planted.pop_front(),
            (Some(_), _) => self.waiting.take(),
            (None, _) => self.planted.pop_front(),
        }
    }
}

impl Events {
    fn usual(&mut self) -> Use {
        let random = &mut self.random;
        let time = self.next * self.step + random.below(self.step);
        let token = if random.below(100) == 0 { Token::Missing } else { Token::Usual(self.ranks.draw(random)) };
        let kind = match random.below(100) {
            0..45 => Kind::SignIn,
            45..80 => Kind::Graph,
            _ => workload(token),
        };
        let away = if token == Token::Missing { random.below(8) } else { 0 };
        let code = match random.below(100) {
            0..93 => 0,
            _ => random.one(&[50126, 50126, 50126, 50074, 50140, 50076, 53003, 70043, 65001, 16000]),
        };
        // For an hour at a time, so that there is more than one event of a key.
        let mut hour = Random(token.seed() ^ (time / HOUR) << 48);
        let rare = (hour.below(2_000) == 0).then(|| hour.below(RARE_APPLICATIONS));
        Use { time, kind, token, away, code, rare }
    }
}

/// The one service of Microsoft 365 that a token is for, beside Graph.
pub fn workload(token: Token) -> Kind {
    match Random(token.seed() ^ 0x5eed).below(10) {
        0..4 => Kind::Exchange,
        4..8 => Kind::SharePoint,
        _ => Kind::Teams,
    }
}

fn planted(plan: &Plan, random: &mut Random) -> Vec<Use> {
    let mut uses = Vec::new();
    for (detection, one) in [
        (Detection::Geo, geo as fn(&mut Random, bool, u64) -> Vec<Use>),
        (Detection::Hop, hop),
        (Detection::Sequence, sequence),
    ] {
        for index in 0..plan.count(detection) {
            for is_decoy in [false, true] {
                let token = if is_decoy { Token::Decoy(detection, index) } else { Token::Planted(detection, index) };
                // In whole seconds, so that events of Microsoft 365 are where they are planned to be.
                let start = random.below((plan.length() - 2 * HOUR) / SECOND) * SECOND;
                let events = one(random, is_decoy, index);
                uses.extend(events.into_iter().map(|event| Use { time: start + event.time, token, ..event }));
            }
        }
    }
    uses.sort_by_key(|planted| planted.time);
    uses
}

/// An event so long after the beginning of what is planted, so far from home.
fn event(time: u64, kind: Kind, away: u64) -> Use {
    Use { time, kind, token: Token::Missing, away, code: 0, rare: None }
}

/// Three countries within the hour, the last moment of it included; of a decoy just not.
fn geo(random: &mut Random, is_decoy: bool, index: u64) -> Vec<Use> {
    let last = match (is_decoy, index % 4) {
        (true, 0) => HOUR + 1,
        (true, _) => HOUR + 1 + random.below(SECOND),
        (false, 0) => HOUR,
        (false, _) => HOUR - random.below(50 * 60 * SECOND),
    };
    let middle = 1 + random.below(last - 1);
    vec![event(0, Kind::SignIn, 0), event(middle, Kind::SignIn, 1), event(last, Kind::SignIn, 2)]
}

/// Three services within ten minutes, the last moment of them included; of a decoy just not.
fn hop(random: &mut Random, is_decoy: bool, index: u64) -> Vec<Use> {
    let last = match (is_decoy, index % 4) {
        (true, _) => HOP_WINDOW + SECOND * (1 + random.below(2)),
        (false, 0) => HOP_WINDOW,
        (false, _) => HOP_WINDOW - SECOND * random.below(500),
    };
    let middle = 1 + random.below(last - 1);
    let (first, third) = random.one(&[
        (Kind::Exchange, Kind::SharePoint),
        (Kind::SharePoint, Kind::Teams),
        (Kind::Teams, Kind::Exchange),
    ]);
    vec![event(0, first, 0), event(middle, Kind::Graph, 0), event(last, third, 0)]
}

/// A sign-in, and Graph from another network within the hour. A decoy comes too late, or first, or after a sign-in that failed.
fn sequence(random: &mut Random, is_decoy: bool, index: u64) -> Vec<Use> {
    let within = if index.is_multiple_of(4) { HOUR } else { 1 + random.below(HOUR - 1) };
    let sign_in = |time, code| Use { code, ..event(time, Kind::SignIn, 0) };
    let graph = |time| event(time, Kind::Graph, 3);
    match (is_decoy, index % 3) {
        (false, _) => vec![sign_in(0, 0), graph(within)],
        (true, 0) => vec![sign_in(0, 0), graph(HOUR + 1 + random.below(SECOND))],
        (true, 1) => vec![graph(0), sign_in(within, 0)],
        (true, _) => vec![sign_in(0, 50126), graph(within)],
    }
}
