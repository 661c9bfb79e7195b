//! The names of columns: those of the language, and inner ones that never collide with them.

use std::collections::BTreeSet;

use crate::catalog::{Origin, Otherwise};
use crate::library::aggregate::AggregateFunction;
use crate::plan::{EVENT_ID, ExprKind, FieldIndex, Plan, Show, TIME};
use crate::types::Type;

/// Columns whose names are fixed by what a result is, or by Splunk.
const FIXED: [&str; 9] =
    ["time", "event_id", "first_time", "last_time", "matches", "event_ids", "source", "host", "index"];

/// How a field of the plan is held.
#[derive(Clone, Debug)]
pub enum Held {
    /// In one column.
    One(String),
    /// A location, in two.
    Point {
        /// Degrees.
        latitude: String,
        /// Degrees.
        longitude: String,
    },
}

/// All columns of a query.
#[derive(Debug)]
pub struct Columns {
    /// One entry per field of the plan.
    fields: Vec<(Held, Presence)>,
    /// One per aggregate of the plan: the name of its main column.
    pub aggregates: Vec<String>,
    /// The same over the events that the run before had seen.
    pub earlier_aggregates: Vec<String>,
    /// Which source an event is of, where there are several.
    pub log: String,
    /// When an event was indexed.
    pub arrival: String,
    /// When the first copy of an event was indexed.
    pub first_arrival: String,
    /// When the newest event of a key was indexed.
    pub newest_arrival: String,
    /// 1 where the run before had seen the event.
    pub seen: String,
    /// What orders events at one moment.
    pub order: String,
    /// Start of an event's bucket.
    pub bucket: String,
    /// Position of an event in its bucket.
    pub position: String,
    /// Number of events in a bucket.
    pub size: String,
    /// Time of the match before.
    pub previous: String,
    /// 1 where an alert starts.
    pub starts: String,
    /// Number of an alert of a key.
    pub alert: String,
    /// Where a column of the result is made whose name other columns still use.
    pub made: Vec<String>,
    /// Prefix of what `iplocation` adds.
    pub geography: String,
}

/// Whether a column may be null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It always has a value.
    Always,
    /// It may be null.
    Sometimes,
}

impl Columns {
    /// Names for a plan.
    pub fn new(plan: &Plan) -> Self {
        let mut taken: BTreeSet<String> = FIXED.into_iter().map(str::to_owned).collect();
        taken.extend(plan.fields.iter().map(|field| field.name.clone()));
        taken.extend(plan.show.iter().map(|show| show.name.clone()));
        let mut fresh = |wanted: &str| fresh(&mut taken, wanted);
        let fields = (0..plan.fields.len()).map(|index| held(plan, FieldIndex(index), &mut fresh)).collect();
        let aggregates: Vec<String> = (0..plan.aggregates.len())
            .map(|index| shown_as(plan, index).unwrap_or_else(|| fresh(&wanted_name(plan, index))))
            .collect();
        let earlier_aggregates = aggregates.iter().map(|name| fresh(&format!("{name}_before"))).collect();
        Self {
            fields,
            aggregates,
            earlier_aggregates,
            log: fresh("log"),
            arrival: fresh("arrival"),
            first_arrival: fresh("first_arrival"),
            newest_arrival: fresh("newest_arrival"),
            seen: fresh("seen_before"),
            order: fresh("order"),
            bucket: fresh("bucket"),
            position: fresh("position"),
            size: fresh("bucket_size"),
            previous: fresh("previous"),
            starts: fresh("starts_alert"),
            alert: fresh("alert_number"),
            made: plan.show.iter().map(|show| fresh(&format!("shown_{}", show.name))).collect(),
            geography: fresh("geo_"),
        }
    }

    /// The columns of a field.
    pub fn field(&self, index: FieldIndex) -> &Held {
        &self.fields[index.0].0
    }

    /// Whether a field's column may be null.
    pub fn presence(&self, index: FieldIndex) -> Presence {
        self.fields[index.0].1
    }

    /// The names of all columns of a field.
    pub fn names(&self, index: FieldIndex) -> Vec<&str> {
        match self.field(index) {
            Held::One(name) => vec![name],
            Held::Point { latitude, longitude } => vec![latitude, longitude],
        }
    }
}

fn fresh(taken: &mut BTreeSet<String>, wanted: &str) -> String {
    let numbered = (2..).map(|number| format!("{wanted}_{number}"));
    let name = std::iter::once(wanted.to_owned()).chain(numbered).find(|name| !taken.contains(name));
    let name = name.unwrap_or_default();
    taken.insert(name.clone());
    name
}

fn held(plan: &Plan, index: FieldIndex, fresh: &mut impl FnMut(&str) -> String) -> (Held, Presence) {
    let field = &plan.fields[index.0];
    if index == TIME {
        return (Held::One("_time".to_owned()), Presence::Always);
    }
    if field.ty == Type::Location {
        let latitude = fresh(&format!("{}_latitude", field.name));
        let longitude = fresh(&format!("{}_longitude", field.name));
        return (Held::Point { latitude, longitude }, Presence::Sometimes);
    }
    let always = index != EVENT_ID
        && plan.legs().filter_map(|leg| leg.fields[index.0].as_ref()).all(|of_leg| is_total(&of_leg.origin, &field.ty));
    (Held::One(field.name.clone()), if always { Presence::Always } else { Presence::Sometimes })
}

/// Whether reading gives a value whatever is in the record. What the catalogue calls "always there" is not enough: a record
/// that breaks the promise must not turn a `not` around.
fn is_total(origin: &Origin, ty: &Type) -> bool {
    match origin {
        Origin::Constant(_) => true,
        Origin::Read(read) => {
            let texts = matches!(ty, Type::Enum(_) | Type::String | Type::Name);
            texts && !read.extract_address && read.absent.is_some() && read.otherwise != Otherwise::Missing
        }
        Origin::Point { .. } | Origin::Lookup(_) => false,
    }
}

/// An aggregate that is a column of the result as it is gets that column's name at once.
fn shown_as(plan: &Plan, index: usize) -> Option<String> {
    use AggregateFunction::{All, Any, Ratio};
    if matches!(plan.aggregates[index].function, Any | All | Ratio) {
        return None; // Their column holds a count, from which the value is made.
    }
    let is_field = |name: &str| plan.fields.iter().any(|field| field.name == name);
    let shown = |show: &&Show| matches!(show.value.kind, ExprKind::Aggregate(shown) if shown == index);
    plan.show.iter().find(shown).map(|show| show.name.clone()).filter(|name| !is_field(name))
}

fn wanted_name(plan: &Plan, index: usize) -> String {
    let aggregate = &plan.aggregates[index];
    let function = aggregate.function.name();
    match aggregate.argument.as_ref().map(|argument| &argument.kind) {
        None if function == "count" => "events".to_owned(),
        Some(ExprKind::Field(field)) => format!("{function}_{}", plan.fields[field.0].name),
        None | Some(_) => format!("{function}_{}", index + 1),
    }
}
