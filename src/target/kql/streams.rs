//! What is read of each stream of a rule: which fields, over which stretch of time, and which streams share their rows.

use crate::plan::{Expr, FieldIndex, Plan, Shape, Stream, StreamIndex};
use crate::target::{Period, quote};

use super::Writer;
use super::events;
use super::layout::{self, Pipeline};
use super::leg;
use super::names::Own;
use super::roles::{self, Fields};

/// A stretch of time: from its start on, and up to its end in a fixed period.
pub struct Bounds {
    /// The first moment.
    pub from: String,
    /// The first moment after.
    pub to: Option<String>,
}

/// What is read of a stream.
pub struct Reading<'a> {
    /// The sources, with all fields that are used of them.
    pub stream: Stream,
    /// Conditions that all hold.
    pub filter: Vec<&'a Expr>,
    /// Conditions of several streams that take their events from what is read; those of one of them hold. Empty for none.
    pub either: Vec<Vec<&'a Expr>>,
    /// Fields that must be present.
    pub key: &'a [FieldIndex],
    /// The fields that are read.
    pub wanted: Fields,
    /// The fields that are kept once the conditions have been looked at; none given for all.
    pub kept: Option<Fields>,
    /// When; none given for whatever the query is given, as near real time.
    pub bounds: Option<Bounds>,
    /// Whether these are the events that aggregates are over.
    pub is_main: bool,
}

impl<'a> Reading<'a> {
    /// The first stream, by itself.
    pub fn main(writer: &Writer<'a>) -> Self {
        let plan = writer.plan;
        let to = || writer.read_to().map(|to| writer.own(to));
        let bounds = || Bounds { from: writer.own(writer.read_from()), to: to() };
        let kept = match plan.shape {
            Shape::Single if plan.unless.is_empty() => None,
            Shape::Single
            | Shape::Window(_)
            | Shape::Tumbling(_)
            | Shape::Consecutive(_)
            | Shape::Sequence(_)
            | Shape::FirstSeen(_) => Some(roles::kept(plan, StreamIndex(0))),
        };
        Reading {
            stream: plan.main().clone(),
            filter: plan.main().filter.iter().collect(),
            either: Vec::new(),
            key: plan.shape.key(),
            wanted: of_stream(plan, plan.main()),
            kept,
            bounds: (!writer.is_near_real_time()).then(bounds),
            is_main: true,
        }
    }
}

/// All fields that a rule uses of a stream.
fn of_stream(plan: &Plan, stream: &Stream) -> Fields {
    (0..plan.fields.len()).map(FieldIndex).filter(|index| stream.has(*index)).collect()
}

/// How many characters reading the logs takes, about: streams of the same sources are read once.
pub fn length(writer: &Writer<'_>) -> usize {
    let plan = writer.plan;
    let bounds = Bounds { from: writer.own(Own::ReadFrom), to: None };
    let mut seen: Vec<&str> = Vec::new();
    let mut length = 0;
    for stream in &plan.streams {
        for one in &stream.legs {
            if !seen.contains(&one.source.name.as_str()) {
                seen.push(&one.source.name);
                length += leg::pipeline(writer, one, &of_stream(plan, stream), Some(&bounds)).render().len();
            }
        }
    }
    length
}

/// Streams that take their events from the same sources.
struct Group {
    members: Vec<StreamIndex>,
}

/// The statements for the events of some streams, each in a variable of its own: see [`Writer::events_of`].
pub fn write(writer: &Writer<'_>, streams: impl IntoIterator<Item = StreamIndex>) -> Vec<String> {
    let mut groups: Vec<Group> = Vec::new();
    for stream in streams {
        match groups.iter_mut().find(|group| share_sources(writer.plan, group.members[0], stream)) {
            Some(group) => group.members.push(stream),
            None => groups.push(Group { members: vec![stream] }),
        }
    }
    groups.iter().flat_map(|group| statements(writer, &group.members)).collect()
}

/// Whether two streams read the same sources for the same purpose.
fn share_sources(plan: &Plan, a: StreamIndex, b: StreamIndex) -> bool {
    let names = |stream: StreamIndex| plan.stream(stream).legs.iter().map(|leg| &leg.source.name).collect::<Vec<_>>();
    roles::is_keyed(plan, a) == roles::is_keyed(plan, b) && names(a) == names(b)
}

/// Whether two streams are the same events.
fn are_same(plan: &Plan, a: StreamIndex, b: StreamIndex) -> bool {
    let (one, other) = (&plan.stream(a).filter, &plan.stream(b).filter);
    share_sources(plan, a, b) && one.len() == other.len() && one.iter().zip(other).all(|(a, b)| a.same_as(b))
}

/// The first of the streams that has the same events as this one, and stands for it.
pub fn representative(plan: &Plan, stream: StreamIndex) -> StreamIndex {
    let earlier = (0..stream.0).map(StreamIndex);
    let is_candidate = |other: &StreamIndex| are_same(plan, *other, stream);
    earlier.into_iter().find(is_candidate).unwrap_or(stream)
}

fn statements(writer: &Writer<'_>, members: &[StreamIndex]) -> Vec<String> {
    let plan = writer.plan;
    let mut different: Vec<StreamIndex> = Vec::new();
    for member in members {
        if different.iter().all(|known| !are_same(plan, *known, *member)) {
            different.push(*member);
        }
    }
    let mut reading = reading(writer, members);
    if let [only] = different.as_slice() {
        reading.filter = plan.stream(*only).filter.iter().collect();
        let records = events::records(writer, &reading);
        return vec![variable(writer.names.stream(*only), &records, members.len() > 1)];
    }
    // What only the conditions of one stream need is kept for them.
    reading.kept = Some(reading.wanted.clone());
    reading.either = different.iter().map(|stream| plan.stream(*stream).filter.iter().collect()).collect();
    let name = writer.names.records(different[0]);
    let mut statements = vec![layout::materialized(&name, &events::records(writer, &reading))];
    for stream in different {
        let mut events = Pipeline::new(name.clone());
        let mut optional: Vec<bool> = plan.fields.iter().map(|field| field.optional).collect();
        reading.key.iter().for_each(|index| optional[index.0] = false);
        let filter = plan.stream(stream).filter.iter();
        events.steps(filter.map(|condition| events::where_step(writer, condition, &mut optional)));
        statements.push(variable(writer.names.stream(stream), &events, false));
    }
    statements
}

/// A variable, computed once where it is used several times.
fn variable(name: &str, pipeline: &Pipeline, several: bool) -> String {
    if several { layout::materialized(name, pipeline) } else { layout::tabular(name, pipeline) }
}

/// What is read for streams of the same sources, but their conditions.
fn reading<'a>(writer: &Writer<'a>, members: &[StreamIndex]) -> Reading<'a> {
    let plan = writer.plan;
    let key = if roles::is_keyed(plan, members[0]) { plan.shape.key() } else { &[] };
    let mut kept = Fields::new();
    let mut wanted: Fields = key.iter().copied().collect();
    for member in members {
        kept.extend(roles::kept(plan, *member));
        wanted.extend(roles::own_fields(&plan.stream(*member).filter));
    }
    wanted.extend(&kept);
    let stream = merged(plan, members);
    if wanted.iter().any(|index| writer.is_looked_up(*index)) {
        wanted.extend(address(plan, &stream));
    }
    Reading {
        stream,
        filter: Vec::new(),
        either: Vec::new(),
        key,
        wanted,
        kept: Some(kept),
        bounds: Some(bounds(writer, members)),
        is_main: false,
    }
}

/// The field of a stream's address.
pub fn address(plan: &Plan, stream: &Stream) -> Option<FieldIndex> {
    let mut fields = (0..plan.fields.len()).map(FieldIndex);
    fields.find(|index| plan.fields[index.0].name == "ip" && stream.has(*index))
}

/// Streams of the same sources as one, with all fields that are used of any.
fn merged(plan: &Plan, members: &[StreamIndex]) -> Stream {
    let mut stream = plan.stream(members[0]).clone();
    for member in &members[1..] {
        for (leg, other) in stream.legs.iter_mut().zip(&plan.stream(*member).legs) {
            for (field, of_other) in leg.fields.iter_mut().zip(&other.fields) {
                *field = field.take().or_else(|| of_other.clone());
            }
        }
    }
    stream
}

/// From when to when events of some streams may matter.
fn bounds(writer: &Writer<'_>, members: &[StreamIndex]) -> Bounds {
    let plan = writer.plan;
    let keyed = roles::is_keyed(plan, members[0]);
    let unless = || plan.unless.iter().filter(|unless| members.contains(&unless.stream));
    let from = if keyed {
        writer.own(Own::ReadFrom)
    } else {
        let before = unless().map(|unless| unless.before).max().unwrap_or(0);
        // The last event of a bucket may have been an earlier one at the run before.
        let buckets = matches!(plan.shape, Shape::Tumbling(_));
        offset(&writer.own(if buckets { Own::ReadFrom } else { Own::MatchFrom }), '-', before)
    };
    let after = if keyed { plan.shape.wait() } else { unless().map(|unless| unless.after).max().unwrap_or(0) };
    let to = match writer.options.period {
        Period::Scheduled => None,
        Period::Hunt { .. } => Some(offset(&writer.own(Own::MatchTo), '+', after)),
    };
    Bounds { from, to }
}

/// `moment - 5m`, or the moment itself.
fn offset(moment: &str, sign: char, width: i64) -> String {
    if width == 0 { moment.to_owned() } else { format!("{moment} {sign} {}", quote::timespan(width)) }
}

/// The same, in parentheses where it is more than a name.
pub fn bracketed(moment: &str, sign: char, width: i64) -> String {
    let text = offset(moment, sign, width);
    if width == 0 { text } else { format!("({text})") }
}
