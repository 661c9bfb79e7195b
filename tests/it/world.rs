//! Made-up events in every raw shape: what one event looks like in a diagnostic export (the evaluator, Splunk) and as a row
//! of its table in Log Analytics (KQL). Times, ids and values come from a seed and hit what matters: edges, ties,
//! copies, missing and empty values, upper and lower case, IPv6.
//!
//! [`happenings`] are the plain ones, [`full`] have something in every field of the catalogue, [`hard`] are made to
//! trip.

use serde_json::{Map, Value, json};

mod activity;
mod entra;
mod hard;
mod m365;
mod okta;
mod plain;
mod wired;

pub use hard::hard;

/// A small generator of numbers: the same seed gives the same world on every machine (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (word ^ (word >> 31)) % bound
    }

    /// One of the values.
    pub fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[usize::try_from(self.below(values.len() as u64)).unwrap()]
    }
}

/// 2026-03-04T00:00:00Z in seconds since 1970.
pub const START: i64 = 1_772_582_400;

/// The sources that most rules read.
pub const SOURCES: [&str; 4] = ["entra.signin", "entra.signin_noninteractive", "graph.activity", "m365.audit"];

/// Every source of the catalogue.
pub const ALL_SOURCES: [&str; 10] = [
    "entra.signin",
    "entra.signin_noninteractive",
    "entra.signin_service_principal",
    "entra.signin_managed_identity",
    "entra.audit",
    "entra.risk_detection",
    "graph.activity",
    "aad_graph.activity",
    "m365.audit",
    "okta.system",
];

/// An event before it takes any shape.
#[derive(Clone, Debug)]
pub struct Happening {
    /// One of [`ALL_SOURCES`].
    pub source: &'static str,
    /// Seconds since [`START`].
    pub second: i64,
    /// Ticks of 100 ns after the second; no more digits than the source writes.
    pub ticks: i64,
    /// Event id.
    pub id: String,
    /// Unique token identifier; may be empty.
    pub token: &'static str,
    /// Session id; may be empty.
    pub session: &'static str,
    /// User principal name.
    pub user: &'static str,
    /// Address; may be empty.
    pub ip: &'static str,
    /// Country of a sign-in; may be empty.
    pub country: &'static str,
    /// AS number of a sign-in; 0 for none.
    pub asn: i64,
    /// Result: error code of a sign-in, HTTP status of a call.
    pub code: i64,
    /// Device id; may be empty.
    pub device: &'static str,
    /// Application name of a sign-in.
    pub app: &'static str,
    /// What a Graph call asks for.
    pub uri: &'static str,
    /// The client.
    pub agent: &'static str,
    /// When it arrived, seconds after [`START`].
    pub arrived: i64,
    /// What the members beside those above come from. None: the record has few others, and the same in each.
    pub more: Option<u64>,
    /// Whether these members have values that are made to trip.
    pub hard: bool,
}

const URIS: [&str; 6] = [
    "https://graph.microsoft.com/v1.0/users",
    "https://graph.microsoft.com/v1.0/users/ana@example.org/messages?$top=9",
    "https://graph.microsoft.com/beta/users('bo')/mailFolders/inbox",
    "https://graph.microsoft.com/v1.0/oauth2PermissionGrants/aB3dE5fG7h",
    "https://graph.microsoft.com/v1.0/groups/5f0d5f3e-62c7-4a0b-8b7e-0f6f4e2f9a11/12/members",
    "https://graph.microsoft.com",
];

const AGENTS: [&str; 5] = [
    "Example/1.0",
    "Example/1.0",
    "python-requests/2.32.3",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0",
    "",
];

/// Whether the code of a source's result is an HTTP status.
fn is_http(source: &str) -> bool {
    matches!(source, "graph.activity" | "aad_graph.activity")
}

/// Happenings over some hours, crowded enough to meet on edges. Those of [`SOURCES`] have few members, the others all.
pub fn happenings(seed: u64, count: usize, sources: &[&'static str]) -> Vec<Happening> {
    let mut dice = Dice(seed);
    let mut all: Vec<Happening> = Vec::new();
    for index in 0..count {
        let source = dice.pick(sources);
        let failed = dice.below(4) == 0;
        // Whole quarter hours with a few seconds around them: ties and exact window edges are common.
        let second = i64::try_from(dice.below(24)).unwrap() * 900 + dice.pick(&[0, 0, 0, 1, 899, 450]);
        // Dice of their own, so that what is drawn here changes nothing else.
        let mut more = Dice(dice.0 ^ 0x5DEE_CE66);
        let happening = Happening {
            source,
            ticks: 0,
            uri: more.pick(&URIS),
            agent: more.pick(&AGENTS),
            second,
            id: format!("e{:04}-{index}", dice.below(10_000)),
            token: dice.pick(&["T1", "T2", "t2", "T3", ""]),
            session: dice.pick(&["S1", "S2", ""]),
            user: dice.pick(&["ana@example.org", "Ana@Example.org", "bo@example.org"]),
            ip: dice.pick(&["192.0.2.1", "192.0.2.2", "198.51.100.7", "203.0.113.9", "2001:db8::1", ""]),
            country: dice.pick(&["DE", "FR", "US", ""]),
            asn: dice.pick(&[64500, 64501, 64502, 0]),
            code: match (is_http(source), failed) {
                (true, true) => 403,
                (true, false) => 200,
                (false, true) => 50126,
                (false, false) => 0,
            },
            device: dice.pick(&["d1", "", ""]),
            app: dice.pick(&["OfficeHome", "officehome", "Azure Portal"]),
            arrived: second + dice.pick(&[5, 60, 600, 3000]),
            hard: false,
            more: (!SOURCES.contains(&source)).then_some(more.0),
        };
        all.push(happening);
        // Delivery is at least once: some come again, later.
        if dice.below(12) == 0 {
            let mut copy = all[all.len() - 1].clone();
            copy.arrived += 700;
            all.push(copy);
        }
    }
    all
}

/// The same happenings with every member that the catalogue reads, each with several values and sometimes without.
pub fn full(seed: u64, count: usize, sources: &[&'static str]) -> Vec<Happening> {
    let mut all = happenings(seed, count, sources);
    for happening in &mut all {
        // Copies of one event, which have its id, are alike but for their arrival.
        let mut dice = Dice(seed ^ happening.id.bytes().fold(0xF01D, |sum, byte| sum * 31 + u64::from(byte)));
        happening.more = Some(dice.below(u64::MAX));
        happening.code = if is_http(happening.source) {
            dice.pick(&[200, 200, 201, 204, 304, 308, 400, 403, 404, 429, 500])
        } else {
            dice.pick(&[0, 0, 0, 50126, 50074, 50140, 50199, 53003, 500_121])
        };
        happening.device = dice.pick(&["d1", "D1", ""]);
        if dice.below(6) == 0 {
            happening.user = "";
        }
        if dice.below(6) == 0 {
            happening.app = "";
        }
    }
    all
}

/// RFC 3339 of a second of the world, with the seven digits that Entra writes.
pub fn time_text(second: i64) -> String {
    let moment = jiff::Timestamp::from_second(START + second).unwrap();
    format!("{}.0000000Z", moment.strftime("%Y-%m-%dT%H:%M:%S"))
}

impl Happening {
    /// The record as it is exported: by diagnostic settings, the Management API, or the System Log API.
    pub fn raw(&self) -> Value {
        if self.more.is_some() { wired::raw(self) } else { self.plain_raw() }
    }

    /// The table and the row in Log Analytics.
    pub fn row(&self) -> (&'static str, Map<String, Value>) {
        let (table, mut row) = if self.more.is_some() { wired::row(self) } else { self.plain_row() };
        row.insert("__arrived".to_owned(), json!(time_text(self.arrived)));
        (table, row)
    }

    /// The time that the record's envelope has, in seconds after [`START`]: diagnostic settings of Entra ID write later.
    pub fn enveloped(&self) -> i64 {
        if self.source.starts_with("entra") { self.second + 60 } else { self.second }
    }

    /// Latitude and longitude of its place; both may be missing, or one.
    fn coordinates(&self) -> Option<(f64, Option<f64>)> {
        match (self.country, self.asn) {
            ("DE", 64500) => Some((52.52, Some(13.405))),
            ("DE", _) => Some((48.137_15, Some(11.576_125))),
            ("FR", 64500) => Some((48.8566, None)),
            ("FR", _) => Some((48.8566, Some(2.3522))),
            ("US", _) => Some((41.9, Some(-87.6))),
            _ => None,
        }
    }
}
