//! The sources: one base search, or one leg each of a `multisearch`, every field under its plain name.

use crate::catalog::{Field, GeoAttribute, Origin};
use crate::plan::{Expr, ExprKind, FieldIndex, Geography, Leg, Stream, StreamIndex, TIME};
use crate::types::{Issuer, Type};
use crate::value::Value;

use super::column::Held;
use super::expr::{Event, Logic};
use super::{Writer, lookup, period, quote, read};

/// The search up to the events that pass the rule's conditions.
pub fn write(writer: &Writer<'_>) -> Vec<String> {
    let streams = &writer.plan.streams;
    let mut lines = Vec::new();
    if let ([stream], [leg]) = (streams.as_slice(), writer.plan.main().legs.as_slice()) {
        lines.push(macro_of(leg));
        lines.extend(columns(writer, StreamIndex(0), leg));
        lines.extend(conditions(writer, StreamIndex(0), stream));
    } else {
        lines.push("| multisearch".to_owned());
        for (index, stream) in streams.iter().enumerate() {
            for leg in &stream.legs {
                lines.extend(searched(writer, StreamIndex(index), leg));
            }
        }
        if let [stream] = streams.as_slice() {
            lines.extend(conditions(writer, StreamIndex(0), stream));
        }
    }
    // `fields` keeps the raw text, which nothing from here on needs: what is sorted should be small.
    lines.push("| fields - _raw".to_owned());
    lines
}

/// A search of a `multisearch`. Where there are several streams each has its own conditions, which stand in it then.
fn searched(writer: &Writer<'_>, index: StreamIndex, leg: &Leg) -> Vec<String> {
    let mut inner = columns(writer, index, leg);
    if writer.has_streams() {
        inner.extend(conditions(writer, index, writer.plan.stream(index)));
    }
    let mut lines = vec![format!("    [ search {}", macro_of(leg))];
    lines.extend(inner.into_iter().map(|line| format!("      {}", line.replace('\n', "\n      "))));
    if let Some(last) = lines.last_mut() {
        last.push_str(" ]");
    }
    lines
}

fn macro_of(leg: &Leg) -> String {
    format!("`{}`", leg.source.spl.macro_name)
}

/// The columns of one leg, and nothing else.
fn columns(writer: &Writer<'_>, stream: StreamIndex, leg: &Leg) -> Vec<String> {
    let mut assignments = Vec::new();
    if writer.has_streams() {
        assignments.push(format!("{}={}", writer.columns.stream, stream.0));
    }
    if writer.has_unless() && !writer.is_of_unless(stream) {
        assignments.push(format!("{}=1", writer.columns.part));
    }
    if writer.has_sources() {
        let source = quote::string(&leg.source.name).text;
        assignments.push(format!("{}={source}", writer.columns.log));
    }
    if writer.is_scheduled() {
        assignments.push(format!("{}=_indextime", writer.columns.arrival));
    }
    let mut from_address = Vec::new();
    for (index, field) in leg.fields.iter().enumerate() {
        let index = FieldIndex(index);
        let Some(field) = field else { continue };
        if let Some(attribute) = looked_up(writer, field) {
            from_address.extend(geography(writer, index, attribute));
        } else {
            assignments.extend(assign(writer, leg, index, field));
        }
    }
    let mut lines = vec![format!("| eval {}", assignments.join(",\n       "))];
    if !from_address.is_empty() {
        lines.push(format!("| iplocation prefix={} ip", writer.columns.geography));
        lines.push(format!("| eval {}", from_address.join(", ")));
    }
    lines.push(format!("| fields {}", kept(writer, stream, leg).join(", ")));
    lines
}

/// The attribute that comes from the address; all legs of a rule use the same vocabulary.
fn looked_up(writer: &Writer<'_>, field: &Field) -> Option<GeoAttribute> {
    if writer.plan.geography != Geography::Lookup {
        return None;
    }
    match field.name.as_str() {
        "country" => Some(GeoAttribute::Country),
        "city" => Some(GeoAttribute::City),
        "location" => Some(GeoAttribute::Location),
        _ => None,
    }
}

fn geography(writer: &Writer<'_>, index: FieldIndex, attribute: GeoAttribute) -> Vec<String> {
    let prefix = &writer.columns.geography;
    match (attribute, writer.columns.field(index)) {
        (GeoAttribute::Location, Held::Point { latitude, longitude }) => {
            vec![format!("{latitude}=tonumber({prefix}lat)"), format!("{longitude}=tonumber({prefix}lon)")]
        }
        (GeoAttribute::City, Held::One(name)) => vec![format!("{name}=lower(nullif({prefix}City, \"\"))")],
        (GeoAttribute::Country | GeoAttribute::Location, Held::One(name))
        | (GeoAttribute::Country | GeoAttribute::City, Held::Point { latitude: name, .. }) => {
            vec![format!("{name}=nullif({prefix}Country, \"\")")]
        }
    }
}

fn assign(writer: &Writer<'_>, leg: &Leg, index: FieldIndex, field: &Field) -> Vec<String> {
    let ty = &writer.plan.fields[index.0].ty;
    let provider = matches!(ty, Type::Id(_, Issuer::Several)).then_some(leg.source.provider.as_ref());
    match (&field.origin, writer.columns.field(index)) {
        (Origin::Read(paths), Held::One(name)) if index == TIME => vec![format!("{name}={}", read::event_time(paths))],
        (Origin::Read(paths), Held::One(name)) => read::assignments(paths, ty, provider, name),
        (Origin::Constant(text), Held::One(name)) => {
            let text = provider.map_or_else(|| text.clone(), |provider| format!("{provider}:{text}"));
            vec![format!("{name}={}", read::constant(&text, ty))]
        }
        (Origin::Point { latitude, longitude }, Held::Point { latitude: north, longitude: east }) => {
            let mut both = read::assignments(latitude, &Type::Float, None, north);
            both.extend(read::assignments(longitude, &Type::Float, None, east));
            both
        }
        (Origin::Lookup(_) | Origin::Point { .. }, Held::One(name)) => vec![format!("{name}=null()")],
        (Origin::Read(_) | Origin::Constant(_) | Origin::Lookup(_), Held::Point { latitude, longitude }) => {
            vec![format!("{latitude}=null()"), format!("{longitude}=null()")]
        }
    }
}

/// All columns that later commands use.
fn kept(writer: &Writer<'_>, stream: StreamIndex, leg: &Leg) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (index, _) in leg.fields.iter().enumerate().filter(|(_, field)| field.is_some()) {
        names.extend(writer.columns.names(FieldIndex(index)).into_iter().map(str::to_owned));
    }
    if writer.has_sources() {
        names.push(writer.columns.log.clone());
    }
    if writer.is_scheduled() {
        names.push(writer.columns.arrival.clone());
    }
    if writer.has_streams() {
        names.push(writer.columns.stream.clone());
    }
    if writer.has_unless() && !writer.is_of_unless(stream) {
        names.push(writer.columns.part.clone());
    }
    names
}

/// `where`: the period, what must be present, the stream's own conditions. Each in its own line.
fn conditions(writer: &Writer<'_>, index: StreamIndex, stream: &Stream) -> Vec<String> {
    let mut lines = vec![format!("| where {}", period::read(writer, index))];
    let needed: Vec<String> = match writer.unless_of(index) {
        None => writer.key(),
        // An event that lacks its side of a link drops nothing.
        Some(unless) => {
            let linked = unless.links.iter().flat_map(|(field, _)| writer.columns.names(*field));
            linked.map(str::to_owned).collect()
        }
    };
    if !needed.is_empty() {
        let present: Vec<String> = needed.iter().map(|name| format!("isnotnull({})", quote::column(name))).collect();
        lines.push(format!("| where {}", present.join(" AND ")));
    }
    let scope = writer.scope(&[], Event::Row);
    lines.extend(lookup::commands(&scope, of_event(writer, index)));
    let whole = |condition: &Expr| !matches!(&condition.kind, ExprKind::Literal(Value::Bool(true)));
    for condition in stream.filter.iter().filter(|condition| whole(condition)) {
        lines.push(format!("| where {}", scope.condition(condition, Logic::NullIsFalse).text));
    }
    lines
}

/// The expressions that see fields of single events.
fn of_event<'a>(writer: &Writer<'a>, index: StreamIndex) -> Vec<&'a Expr> {
    let plan = writer.plan;
    let mut all: Vec<&Expr> = plan.stream(index).filter.iter().collect();
    if index == StreamIndex(0) {
        all.extend(plan.aggregates.iter().filter_map(|aggregate| aggregate.argument.as_ref()));
        all.extend(plan.show.iter().map(|show| &show.value));
    }
    all
}
