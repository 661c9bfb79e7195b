//! The matches of each shape.

use crate::library::aggregate::AggregateFunction;
use crate::plan::{Consecutive, FieldIndex, FirstSeen, Shape, Stream, StreamIndex, Unless, Window};
use crate::target::Grain;
use crate::target::fragment::Strength;

use super::aggregate;
use super::anti::Anti;
use super::names::{Of, own};
use super::read::Bounds;
use super::{Cte, Pass, Writer, baseline, frame, prevalence, read, sequence};

/// The relation of a stream's events.
pub fn events(stream: StreamIndex) -> String {
    format!("events{}", stream.0 + 1)
}

/// The events of all streams, as everything that has arrived and, in a scheduled query, as what had arrived at the run before.
pub fn streams(writer: &Writer<'_>) -> Vec<Cte> {
    let (from, to) = writer.read_period();
    let bounds = Bounds { from, to };
    let of_unless = |index: usize| writer.plan.unless.iter().any(|unless| unless.stream.0 == index);
    let mut ctes = Vec::new();
    for (index, stream) in writer.plan.streams.iter().enumerate() {
        let name = events(StreamIndex(index));
        let key: &[FieldIndex] = if of_unless(index) { &[] } else { writer.plan.shape.key() };
        ctes.extend(read::stream(writer, stream, &name, key, &bounds));
        if writer.is_scheduled() {
            let arrived = Of::Event.column(own::ARRIVED);
            let body = format!("SELECT * FROM {name} WHERE {arrived} <= {}", writer.moment(Pass::Before));
            ctes.push(Cte { name: Pass::Before.name(&name), body });
        }
    }
    ctes
}

/// The relation `matches`.
pub fn matches(writer: &Writer<'_>, pass: Pass) -> Vec<Cte> {
    let mut ctes = match &writer.plan.shape {
        Shape::Single => single(writer, pass),
        Shape::Window(window) => windows(writer, window, pass, &Frame::Sliding),
        Shape::Tumbling(window) => windows(writer, window, pass, &Frame::Bucket),
        Shape::Consecutive(pair) => consecutive(writer, pair, pass),
        Shape::Sequence(steps) => sequence::write(writer, steps, pass),
        Shape::FirstSeen(first) => first_seen(writer, first, pass),
    };
    for (index, unless) in writer.plan.unless.iter().enumerate() {
        let last = ctes.last().map(|cte| cte.name.clone()).unwrap_or_default();
        let name = pass.name(&format!("kept{}", index + 1));
        ctes.push(Cte { name, body: without(writer, unless, &last, pass) });
    }
    if let Some(last) = ctes.last_mut() {
        last.name = pass.name("matches");
    }
    ctes
}

/// The matching event's columns, from columns of another role.
pub fn as_match(writer: &Writer<'_>, stream: &Stream, from: Of) -> Vec<String> {
    let columns = read::columns(writer, stream);
    let plain = columns.iter().filter_map(|column| column.strip_prefix("f_"));
    plain.map(|name| format!("{} AS {}", from.column(name), Of::Match.column(name))).collect()
}

/// The columns of an event in some role.
pub fn names_of(writer: &Writer<'_>, stream: &Stream, of: Of) -> Vec<String> {
    let columns = read::columns(writer, stream);
    columns.iter().filter_map(|column| column.strip_prefix("f_")).map(|name| of.column(name)).collect()
}

/// `SELECT … FROM … WHERE …`
pub fn select(columns: &[String], from: &str, conditions: &[String]) -> String {
    let conditions =
        if conditions.is_empty() { String::new() } else { format!("\nWHERE {}", conditions.join("\n  AND ")) };
    format!("SELECT {}\nFROM {from}{conditions}", columns.join(",\n    "))
}

/// The ids of the events that a match rests on, where alerts list them.
fn with_ids(writer: &Writer<'_>, columns: &mut Vec<String>, ids: &[String]) {
    if writer.options.grain == Grain::Alert {
        columns.push(format!("{} AS evidence_ids", writer.dialect.list(ids)));
    }
}

fn single(writer: &Writer<'_>, pass: Pass) -> Vec<Cte> {
    let mut columns = as_match(writer, writer.plan.main(), Of::Event);
    with_ids(writer, &mut columns, &["f_event_id".to_owned()]);
    let from = pass.name(&events(StreamIndex(0)));
    let body = select(&columns, &from, &writer.match_period(pass, "f_time"));
    vec![Cte { name: pass.name("found"), body }]
}

/// Which events share a window.
enum Frame {
    Sliding,
    Bucket,
}

/// `PARTITION BY key`, where there is one.
pub fn partition(columns: &[String]) -> String {
    if columns.is_empty() { String::new() } else { format!("PARTITION BY {} ", columns.join(", ")) }
}

/// The order of events of one key: time, id (a missing one first), source.
pub fn order(of: Of, descending: &str) -> String {
    let (time, id, source) = (of.column("time"), of.column("event_id"), of.column(own::SOURCE));
    format!("{time}{descending}, coalesce({id}, ''){descending}, {source}{descending}")
}

fn windows(writer: &Writer<'_>, window: &Window, pass: Pass, frame: &Frame) -> Vec<Cte> {
    let key = writer.key(Of::Event);
    let (mut ctes, from) = changes(writer, pass, &key);
    let (histories, from) = baseline::write(writer, pass, &from);
    let (populations, from) = prevalence::write(writer, pass, &from);
    ctes.extend(histories.into_iter().chain(populations));
    let scope = writer.scope(Of::Event);
    let mut columns = vec!["*".to_owned()];
    for index in 0..writer.plan.aggregates.len() {
        columns.push(format!("{} AS {}", aggregate::value(writer, index, "OVER w"), aggregate::column(index)));
    }
    if writer.options.grain == Grain::Alert {
        columns.push(format!("{} AS evidence_ids", writer.dialect.values("f_event_id", "OVER w")));
    }
    let mut conditions = Vec::new();
    let specification = match frame {
        Frame::Sliding => {
            format!("{}{}", partition(&key), frame::within(writer.dialect, window.width))
        }
        Frame::Bucket => {
            let bucket = writer.dialect.floor_divide("f_time", &window.width.to_string());
            let mut by = key.clone();
            by.push(bucket.clone());
            columns.push(format!("{bucket} AS m_bucket"));
            columns.push(format!(
                "row_number() OVER ({}ORDER BY {}) AS position_from_end",
                partition(&by),
                order(Of::Event, " DESC")
            ));
            conditions.push("position_from_end = 1".to_owned());
            partition(&by).trim_end().to_owned()
        }
    };
    let body = format!("SELECT {}\nFROM {from}\nWINDOW w AS ({specification})", columns.join(",\n    "));
    let name = pass.name("windows");
    ctes.push(Cte { name: name.clone(), body });
    let mut columns = as_match(writer, writer.plan.main(), Of::Event);
    columns.extend((0..writer.plan.aggregates.len()).map(aggregate::column));
    if writer.options.grain == Grain::Alert {
        columns.push("evidence_ids".to_owned());
    }
    if matches!(frame, Frame::Bucket) {
        columns.push("m_bucket".to_owned());
    }
    conditions.extend(writer.match_period(pass, "f_time"));
    conditions.push(scope.holds(&window.condition).at(Strength::And));
    ctes.push(Cte { name: pass.name("found"), body: select(&columns, &name, &conditions) });
    ctes
}

/// The events with, for each `hops`, a running count of the changes of what it is over; and the relation's name.
fn changes(writer: &Writer<'_>, pass: Pass, key: &[String]) -> (Vec<Cte>, String) {
    let events = pass.name(&events(StreamIndex(0)));
    let scope = writer.scope(Of::Event);
    let over = format!("{}ORDER BY {}", partition(key), order(Of::Event, ""));
    let (mut lagged, mut counted) = (vec!["*".to_owned()], vec!["*".to_owned()]);
    for (index, one) in writer.plan.aggregates.iter().enumerate() {
        let (AggregateFunction::Hops, Some(argument)) = (one.function, &one.argument) else { continue };
        let value = scope.value(argument).at(Strength::Sum);
        let before = format!("value_before{}", index + 1);
        lagged.push(format!("{} AS {before}", writer.dialect.lag_present(&value, &over)));
        counted.push(format!(
            "CASE WHEN {value} IS NOT NULL THEN sum(CASE WHEN {value} <> {before} THEN 1 ELSE 0 END) OVER ({over} \
             ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) END AS {}",
            aggregate::changes(index)
        ));
    }
    if lagged.len() == 1 {
        return (Vec::new(), events);
    }
    let (first, second) = (pass.name("lagged"), pass.name("changed"));
    let ctes = vec![
        Cte { name: first.clone(), body: select(&lagged, &events, &[]) },
        Cte { name: second.clone(), body: select(&counted, &first, &[]) },
    ];
    (ctes, second)
}

fn consecutive(writer: &Writer<'_>, pair: &Consecutive, pass: Pass) -> Vec<Cte> {
    let over = format!("{}ORDER BY {}", partition(&writer.key(Of::Event)), order(Of::Event, ""));
    let all = read::columns(writer, writer.plan.main());
    let names: Vec<&str> = all.iter().filter_map(|column| column.strip_prefix("f_")).collect();
    let mut columns = vec!["*".to_owned()];
    columns.extend(names.iter().map(|name| {
        format!("{} AS {}", writer.dialect.lag(&Of::Event.column(name), &over), Of::Previous.column(name))
    }));
    let pairs = pass.name("pairs");
    let body = select(&columns, &pass.name(&events(StreamIndex(0))), &[]);
    let mut columns = as_match(writer, writer.plan.main(), Of::Event);
    columns.extend(names.iter().map(|name| Of::Previous.column(name)));
    with_ids(writer, &mut columns, &["prev_event_id".to_owned(), "f_event_id".to_owned()]);
    let scope = writer.scope(Of::Event);
    let mut conditions = writer.match_period(pass, "f_time");
    conditions.push(format!("f_time - prev_time <= {}", pair.width));
    conditions.extend(pair.predicate.iter().map(|part| scope.holds(part).at(Strength::And)));
    let found = select(&columns, &pairs, &conditions);
    vec![Cte { name: pairs, body }, Cte { name: pass.name("found"), body: found }]
}

fn first_seen(writer: &Writer<'_>, first: &FirstSeen, pass: Pass) -> Vec<Cte> {
    let key = writer.key(Of::Event);
    let tuple: Vec<String> = first.tuple.iter().map(|index| Of::Event.column(writer.names.field(*index))).collect();
    let by: Vec<String> = key.iter().chain(&tuple).cloned().collect();
    let over = format!("{}ORDER BY {}", partition(&by), order(Of::Event, ""));
    let mut columns = vec!["*".to_owned(), format!("{} AS previous_use", writer.dialect.lag("f_time", &over))];
    let mut conditions: Vec<String> = tuple.iter().map(|column| format!("{column} IS NOT NULL")).collect();
    if let Some(learning) = first.learning {
        columns.push(format!(
            "max(f_time) OVER ({}{}) AS known_since",
            partition(&key),
            frame::older(writer.dialect, learning)
        ));
        conditions.push(format!("known_since >= f_time - {}", first.history));
    }
    conditions.push(format!("(previous_use IS NULL OR previous_use < f_time - {})", first.history));
    conditions.extend(writer.match_period(pass, "f_time"));
    let uses = pass.name("uses");
    let body = select(&columns, &pass.name(&events(StreamIndex(0))), &[]);
    let mut columns = as_match(writer, writer.plan.main(), Of::Event);
    with_ids(writer, &mut columns, &["f_event_id".to_owned()]);
    let found = select(&columns, &uses, &conditions);
    vec![Cte { name: uses, body }, Cte { name: pass.name("found"), body: found }]
}

/// The matches that no event of an `unless` speaks against.
fn without(writer: &Writer<'_>, unless: &Unless, matches: &str, pass: Pass) -> String {
    let scope = writer.scope(Of::Event);
    let equal: Vec<String> = unless
        .links
        .iter()
        .map(|(field, value)| {
            format!("{} = {}", Of::Event.column(writer.names.field(*field)), scope.value(value).at(Strength::Sum))
        })
        .collect();
    let between = format!("f_time BETWEEN m_time - {} AND m_time + {}", unless.before, unless.after);
    let mut conditions = vec![between, read::different(Of::Event, Of::Match).text];
    conditions.extend(unless.predicate.iter().map(|part| scope.holds(part).at(Strength::And)));
    let events = pass.name(&events(unless.stream));
    let columns = names_of(writer, writer.matching(), Of::Match);
    Anti { rows: matches, columns: &columns, others: &events, equal: &equal, conditions: &conditions }
        .text(writer.dialect)
}
