//! Records and rows from one list of members: where each stands in the record as it is exported, in which columns it is in Log
//! Analytics, and what is in it. The lists are written from the vendors' documentation and from records, not from the
//! catalogue, which they are there to prove.

use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use super::hard::ODD;
use super::{Dice, Happening, START, activity, entra, m365, okta};
use crate::oracle;

/// A log: what stands around its members.
pub struct Log {
    /// The table.
    pub table: &'static str,
    /// The envelope's category, for what diagnostic settings export.
    pub category: Option<&'static str>,
    /// The members, in several lists.
    pub members: &'static [&'static [Member]],
    /// How it writes times.
    pub clock: Clock,
}

/// How times are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// `2026-03-04T09:12:41.3350127+00:00`
    Offset,
    /// `2026-03-04T09:12:41.3350127Z`
    Ticks,
    /// `2026-03-04T09:12:41.335Z`
    Millis,
    /// `2026-03-04T09:12:41`
    Seconds,
}

/// One member of a record.
pub struct Member {
    /// Where it stands in the record.
    pub raw: &'static str,
    /// The columns, or paths into columns that hold objects, where it is in Log Analytics. A column with `?` in front is
    /// there or not.
    pub columns: &'static [&'static str],
    /// What is in it.
    pub what: What,
    /// Whether the member may be left out although it has a value.
    pub at_times: bool,
    /// What the source writes for a missing value.
    pub placeholders: &'static [&'static str],
}

impl Member {
    /// The same member of a source that writes something for a missing value.
    pub const fn or(mut self, placeholders: &'static [&'static str]) -> Self {
        self.placeholders = placeholders;
        self
    }
}

/// A member.
pub const fn member(raw: &'static str, columns: &'static [&'static str], what: What) -> Member {
    Member { raw, columns, what, at_times: false, placeholders: &[] }
}

/// A member that says what another one says too, and need not be there.
pub const fn spare(raw: &'static str, columns: &'static [&'static str], what: What) -> Member {
    Member { raw, columns, what, at_times: true, placeholders: &[] }
}

/// What is in a member.
#[derive(Clone, Copy)]
pub enum What {
    /// The event's id.
    Id,
    /// The event's time.
    Time,
    /// The token's id.
    Token,
    /// The session's id.
    Session,
    /// The user's name.
    User,
    /// The user's id.
    UserId,
    /// The address.
    Ip,
    /// The address as Exchange and SharePoint write it, at times with a port.
    IpAndPort,
    /// The country.
    Country,
    /// The number of the autonomous system.
    Asn,
    /// Degrees.
    Latitude,
    /// Degrees.
    Longitude,
    /// The device's id.
    Device,
    /// The application's name.
    App,
    /// The application's id.
    AppId,
    /// What a call asks for.
    Uri,
    /// The client.
    Agent,
    /// The result as a number.
    Code,
    /// One of the first words where it went well, one of the others where not.
    Outcome(&'static [&'static str], &'static [&'static str]),
    /// One of these texts; the empty one is a missing value.
    Words(&'static [&'static str]),
    /// The first number is there where the second text is, in the record and in the column. An empty text is a missing value.
    Coded(&'static [(i64, &'static str)]),
    /// One of these numbers, or none.
    Numbers(&'static [i64]),
    /// The same as text.
    Digits(&'static [i64]),
    /// True, false or missing.
    Truth,
    /// Some time of that day, or none.
    Moment,
    /// Always the same.
    Fixed(&'static str),
}

/// A member's value in both worlds.
struct Drawn {
    member: &'static Member,
    /// As it stands in the record; none: it is not there.
    raw: Option<Value>,
    /// What a column of its own has; null: nothing.
    cell: Value,
    /// Whether columns that may be left out are.
    left_out: bool,
}

fn log(source: &str) -> &'static Log {
    match source {
        "entra.signin" => &entra::SIGNIN,
        "entra.signin_noninteractive" => &entra::SIGNIN_NONINTERACTIVE,
        "entra.signin_service_principal" => &entra::SIGNIN_SERVICE_PRINCIPAL,
        "entra.signin_managed_identity" => &entra::SIGNIN_MANAGED_IDENTITY,
        "entra.audit" => &entra::AUDIT,
        "entra.risk_detection" => &entra::RISK_DETECTION,
        "graph.activity" => &activity::GRAPH,
        "aad_graph.activity" => &activity::AAD_GRAPH,
        "m365.audit" => &m365::AUDIT,
        "okta.system" => &okta::SYSTEM,
        other => panic!("no log {other}"),
    }
}

/// The record as it is exported.
pub fn raw(happening: &Happening) -> Value {
    let log = log(happening.source);
    let mut members = Map::new();
    for drawn in draw(happening, log) {
        if let Some(value) = drawn.raw {
            put(&mut members, drawn.member.raw, value);
        }
    }
    let Some(category) = log.category else { return Value::Object(members) };
    let written = time(Clock::Ticks, (happening.enveloped() + START) * 10_000_000 + happening.ticks);
    json!({"time": written, "category": category, "level": "Informational", "properties": members})
}

/// The table and the row.
pub fn row(happening: &Happening) -> (&'static str, Map<String, Value>) {
    let log = log(happening.source);
    let kinds = &schema()[log.table];
    let mut row = Map::new();
    for drawn in draw(happening, log) {
        for column in drawn.member.columns {
            let column = match column.strip_prefix('?') {
                Some(_) if drawn.left_out => continue,
                Some(column) => column,
                None => column,
            };
            if column.contains('.') {
                if let Some(value) = &drawn.raw {
                    put(&mut row, column, value.clone());
                }
            } else {
                row.insert(column.to_owned(), cell(&drawn.cell, kinds[column].as_str().unwrap()));
            }
        }
    }
    let generated = time(Clock::Ticks, (happening.enveloped() + START) * 10_000_000 + happening.ticks);
    row.insert("TimeGenerated".to_owned(), json!(generated));
    for (column, value) in &mut row {
        // Objects stand as JSON in columns of texts.
        if value.is_object() && kinds[column] == "string" {
            *value = json!(value.to_string());
        }
    }
    (log.table, row)
}

/// A value of a column's type.
fn cell(value: &Value, kind: &str) -> Value {
    match (value, kind) {
        (Value::Null, "string") => json!(""),
        (Value::Null | Value::String(_), "string" | "datetime" | "dynamic") | (Value::Null, _) => value.clone(),
        (other, "string") => json!(other.to_string()),
        (Value::String(text), "int" | "long" | "real" | "bool") => text.parse().unwrap(),
        (other, _) => other.clone(),
    }
}

fn put(into: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            into.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = into.entry(first).or_insert_with(|| json!({}));
            put(inner.as_object_mut().unwrap(), rest, value);
        }
    }
}

fn schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(|| oracle::schema()["tables"].clone())
}

/// The values of all members, the same for the record and the row.
fn draw(happening: &Happening, log: &'static Log) -> Vec<Drawn> {
    let mut dice = Dice(happening.more.unwrap_or_default());
    let members = log.members.iter().flat_map(|members| members.iter());
    members.map(|member| one(happening, member, log.clock, &mut dice)).collect()
}

fn one(happening: &Happening, member: &'static Member, clock: Clock, dice: &mut Dice) -> Drawn {
    let (there, spelling, left_out) = (dice.below(2) == 0, dice.below(3), dice.below(2) == 0);
    let mut both = value(happening, member.what, clock, dice);
    if member.at_times && !there {
        both = None;
    }
    let (raw, cell) = match both {
        Some((raw, cell)) => (Some(raw), cell),
        // Every spelling of a missing value.
        None if happening.hard && spelling > 0 && !member.placeholders.is_empty() => {
            let placeholder = json!(dice.pick(member.placeholders));
            (Some(placeholder.clone()), placeholder)
        }
        None => match spelling {
            0 => (None, Value::Null),
            1 => (Some(Value::Null), Value::Null),
            _ => (is_text(member.what).then(|| json!("")), Value::Null),
        },
    };
    // What is missing is so in both columns.
    let left_out = left_out && !cell.is_null();
    // A number or truth value may be a text in the record.
    let raw = match raw {
        Some(value @ (Value::Number(_) | Value::Bool(_))) if happening.hard && spelling == 0 => {
            Some(json!(value.to_string()))
        }
        raw => raw,
    };
    Drawn { member, raw, cell, left_out }
}

fn is_text(what: What) -> bool {
    !matches!(
        what,
        What::Time
            | What::Asn
            | What::Latitude
            | What::Longitude
            | What::Code
            | What::Coded(_)
            | What::Numbers(_)
            | What::Truth
            | What::Moment
    )
}

/// The value in the record and in a column of its own.
fn value(happening: &Happening, what: What, clock: Clock, dice: &mut Dice) -> Option<(Value, Value)> {
    let same = |value: Value| Some((value.clone(), value));
    let text = |text: &str| if text.is_empty() { None } else { same(json!(text)) };
    match what {
        What::Id => text(&happening.id),
        What::Time => moment(clock, (START + happening.second) * 10_000_000 + happening.ticks),
        What::Token => text(happening.token),
        What::Session => text(happening.session),
        What::User => text(happening.user),
        What::UserId => text(&happening.user.to_lowercase()),
        What::Ip => text(happening.ip),
        What::IpAndPort => text(&with_port(happening.ip, dice.below(4))),
        What::Country => text(happening.country),
        What::Asn => (happening.asn != 0 || dice.below(2) == 0).then(|| same(json!(happening.asn))).flatten(),
        What::Latitude => happening.coordinates().and_then(|(latitude, _)| same(json!(latitude))),
        What::Longitude => happening.coordinates().and_then(|(_, longitude)| same(json!(longitude?))),
        What::Device => text(happening.device),
        What::App => text(happening.app),
        What::AppId => text(&happening.app.to_lowercase()),
        What::Uri => text(happening.uri),
        What::Agent => text(happening.agent),
        What::Code => same(json!(happening.code)),
        What::Outcome(good, bad) => {
            text(if matches!(happening.code, 0 | 200..400) { dice.pick(good) } else { dice.pick(bad) })
        }
        What::Words(_) if happening.hard && dice.below(3) == 0 => text(dice.pick(&ODD)),
        What::Words(words) => text(dice.pick(words)),
        What::Coded(pairs) => {
            let (number, word) = dice.pick(pairs);
            (!word.is_empty()).then(|| (json!(number), json!(word)))
        }
        What::Numbers(numbers) => number(numbers, dice).and_then(|number| same(json!(number))),
        What::Digits(numbers) => number(numbers, dice).and_then(|number| same(json!(number.to_string()))),
        What::Truth => dice.pick(&[Some(true), Some(false), None]).and_then(|truth| same(json!(truth))),
        What::Moment => {
            let ticks = i64::try_from(dice.below(9_000)).unwrap() * 10_000_000 + 1_230_000;
            (dice.below(3) > 0).then(|| moment(clock, START * 10_000_000 + ticks)).flatten()
        }
        What::Fixed(fixed) => text(fixed),
    }
}

fn number(numbers: &[i64], dice: &mut Dice) -> Option<i64> {
    let number = dice.pick(numbers);
    (dice.below(4) > 0).then_some(number)
}

/// A time as the source writes it, and as a column has it.
fn moment(clock: Clock, ticks: i64) -> Option<(Value, Value)> {
    let column = if clock == Clock::Offset { Clock::Ticks } else { clock };
    let zone = if clock == Clock::Seconds { "Z" } else { "" };
    Some((json!(time(clock, ticks)), json!(time(column, ticks) + zone)))
}

/// A moment in ticks of 100 ns since 1970 as text. What is finer than the clock is left out.
pub fn time(clock: Clock, ticks: i64) -> String {
    let second = jiff::Timestamp::from_second(ticks.div_euclid(10_000_000)).unwrap();
    let whole = second.strftime("%Y-%m-%dT%H:%M:%S");
    let ticks = ticks.rem_euclid(10_000_000);
    match clock {
        Clock::Offset => format!("{whole}.{ticks:07}+00:00"),
        Clock::Ticks => format!("{whole}.{ticks:07}Z"),
        Clock::Millis => format!("{whole}.{:03}Z", ticks / 10_000),
        Clock::Seconds => whole.to_string(),
    }
}

/// An address with a port, the ways that Microsoft 365 writes it.
fn with_port(ip: &str, way: u64) -> String {
    match (ip.is_empty(), ip.contains(':'), way) {
        (true, _, _) | (false, _, 0) => ip.to_owned(),
        (false, false, _) => format!("{ip}:51234"),
        (false, true, 1) => format!("[{ip}]"),
        (false, true, _) => format!("[{ip}]:443"),
    }
}
