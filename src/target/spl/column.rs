//! The names of columns: those of the language, and inner ones that never collide with them.

use std::collections::BTreeSet;

use crate::catalog::{Origin, Otherwise};
use crate::library::aggregate::AggregateFunction;
use crate::plan::{EVENT_ID, Expr, ExprKind, FieldIndex, Plan, Role, Shape, Show, TIME};
use crate::types::Type;

use super::lookup::{self, Lookup};
use super::other::{self, Other};

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

impl Held {
    /// The names of its columns.
    pub fn names(&self) -> Vec<&str> {
        match self {
            Self::One(name) => vec![name],
            Self::Point { latitude, longitude } => vec![latitude, longitude],
        }
    }
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
    /// Tests of lists that are read from a lookup.
    lookups: Vec<Lookup>,
    /// Which stream an event is of, where there are several.
    pub stream: String,
    /// 1 for events of the shape, null for those of `unless`.
    pub part: String,
    /// As of which run an event counts, where a scheduled search works out both.
    pub as_of: String,
    /// An event as one text.
    pub packed: String,
    /// The parts of such a text.
    pub pieces: String,
    /// What came of looking for an event.
    pub found: String,
    /// The stretch of time in which an event is looked for.
    pub slot: String,
    /// Columns of first uses.
    pub first_use: FirstUse,
    /// Both sides of the equations of `unless`.
    pub links: Vec<String>,
    /// The packed events that there must not be: of a sequence's absences, then of each `unless`.
    pub absent: Vec<String>,
    /// The other events of a match.
    pub others: Vec<Other>,
    /// For each aggregate the columns of its hops: of all events, and of those that the run before had seen.
    pub hops: Vec<[Hops; 2]>,
    /// The columns that baselines are worked out in.
    pub baseline: Baseline,
    /// The columns that prevalences are worked out in.
    pub prevalence: Prevalence,
}

/// The columns that prevalences are worked out in, one after the other.
#[derive(Debug)]
pub struct Prevalence {
    /// Start of an event's day.
    pub day: String,
    /// 1 for the first event of a user on the day, which stands for the others.
    pub first: String,
    /// The user's day before.
    pub last: String,
    /// Whether a row is an event, or the moment from which a user counts, or no longer does.
    pub role: String,
    /// That moment.
    pub moment: String,
    /// By how much the number of users changes.
    pub gain: String,
    /// 1 for an event.
    pub stays: String,
    /// The users of the event's value.
    pub users: String,
    /// All users.
    pub total: String,
}

/// The columns that baselines are worked out in, one after the other.
#[derive(Debug)]
pub struct Baseline {
    /// Start of an event's bucket.
    pub start: String,
    /// What is counted in the bucket.
    pub count: String,
    /// 1 for the first event of the bucket, which stands for it.
    pub first: String,
    /// When a bucket begins to count, or no longer does.
    pub moment: String,
    /// 0 for a bucket that no longer counts, 1 for an event.
    pub stays: String,
    /// By how much the sum changes.
    pub gain: String,
    /// By how much the sum of squares changes.
    pub gain_of_squares: String,
    /// The sum over the buckets that count, an event's own among them.
    pub total: String,
    /// The sum of squares.
    pub squares: String,
}

/// The columns of first uses.
#[derive(Debug)]
pub struct FirstUse {
    /// Time of the tuple's use before.
    pub last: String,
    /// 1 for a first use.
    pub is_first: String,
    /// The moment at which a row counts.
    pub moment: String,
    /// 1 for a row that stands for an event, so much later that it can be learned from.
    pub marker: String,
    /// Time of the newest event that can be learned from.
    pub learned: String,
}

/// The columns that `hops` needs.
#[derive(Debug)]
pub struct Hops {
    /// The value, as a text.
    pub value: String,
    /// First the value before, then whether the value is another.
    pub change: String,
    /// The changes so far.
    pub total: String,
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
        let fields = fields(plan, &mut fresh);
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
            lookups: lookup::all(plan, &mut fresh),
            stream: fresh("stream"),
            part: fresh("part"),
            as_of: fresh("as_of"),
            packed: fresh("packed"),
            pieces: fresh("pieces"),
            found: fresh("found"),
            slot: fresh("slot"),
            first_use: FirstUse {
                last: fresh("last_use"),
                is_first: fresh("is_first"),
                moment: fresh("moment"),
                marker: fresh("marker"),
                learned: fresh("learned"),
            },
            links: (1..=most_links(plan)).map(|number| fresh(&format!("link_{number}"))).collect(),
            absent: (1..=absent(plan)).map(|number| fresh(&format!("absent_{number}"))).collect(),
            others: other::all(plan, &mut fresh),
            baseline: Baseline {
                start: fresh("baseline_start"),
                count: fresh("baseline_count"),
                first: fresh("baseline_first"),
                moment: fresh("baseline_moment"),
                stays: fresh("baseline_stays"),
                gain: fresh("baseline_gain"),
                gain_of_squares: fresh("baseline_gain_of_squares"),
                total: fresh("baseline_total"),
                squares: fresh("baseline_squares"),
            },
            prevalence: Prevalence {
                day: fresh("prevalence_day"),
                first: fresh("prevalence_first"),
                last: fresh("prevalence_last"),
                role: fresh("prevalence_role"),
                moment: fresh("prevalence_moment"),
                gain: fresh("prevalence_gain"),
                stays: fresh("prevalence_stays"),
                users: fresh("prevalence_users"),
                total: fresh("prevalence_total"),
            },
            hops: (1..=plan.aggregates.len()).map(|number| hops(number, &mut fresh)).collect(),
        }
    }

    /// The columns of another event of a match; none for the matching event, whose columns are the row's own.
    pub fn other(&self, role: Role) -> Option<&Other> {
        self.others.iter().find(|other| other.role == role)
    }

    /// The columns of a field.
    pub fn field(&self, index: FieldIndex) -> &Held {
        &self.fields[index.0].0
    }

    /// The test whether a list outside the search holds a value; none for a list in it.
    pub fn lookup(&self, operand: &Expr, list: usize) -> Option<&Lookup> {
        self.lookups.iter().find(|lookup| lookup.list == list && lookup.operand.same_as(operand))
    }

    /// Whether a field's column may be null.
    pub fn presence(&self, index: FieldIndex) -> Presence {
        self.fields[index.0].1
    }

    /// The names of all columns of a field.
    pub fn names(&self, index: FieldIndex) -> Vec<&str> {
        self.field(index).names()
    }
}

fn fresh(taken: &mut BTreeSet<String>, wanted: &str) -> String {
    let numbered = (2..).map(|number| format!("{wanted}_{number}"));
    let name = std::iter::once(wanted.to_owned()).chain(numbered).find(|name| !taken.contains(name));
    let name = name.unwrap_or_default();
    taken.insert(name.clone());
    name
}

/// The columns of all fields. A field has its own name as its column; of two fields of one name the key's has it.
fn fields(plan: &Plan, fresh: &mut impl FnMut(&str) -> String) -> Vec<(Held, Presence)> {
    let is_key = |index: usize| plan.shape.key().contains(&FieldIndex(index));
    let shadowed = |index: usize| {
        let same = (0..plan.fields.len()).filter(|other| plan.fields[*other].name == plan.fields[index].name);
        let rank = |index: &usize| (!is_key(*index), *index);
        same.min_by_key(rank) != Some(index)
    };
    let name = |index: usize, fresh: &mut dyn FnMut(&str) -> String| {
        let name = &plan.fields[index].name;
        if shadowed(index) { fresh(name) } else { name.clone() }
    };
    (0..plan.fields.len())
        .map(|index| {
            let name = name(index, fresh);
            held(plan, FieldIndex(index), name, fresh)
        })
        .collect()
}

/// How many equations the `unless` with the most of them has.
fn most_links(plan: &Plan) -> usize {
    plan.unless.iter().map(|unless| unless.links.len()).max().unwrap_or(0)
}

fn absent(plan: &Plan) -> usize {
    let absences = if let Shape::Sequence(sequence) = &plan.shape { sequence.absences.len() } else { 0 };
    absences + plan.unless.len()
}

fn hops(number: usize, fresh: &mut impl FnMut(&str) -> String) -> [Hops; 2] {
    ["", "_before"].map(|when| Hops {
        value: fresh(&format!("hop_{number}{when}")),
        change: fresh(&format!("change_{number}{when}")),
        total: fresh(&format!("changes_{number}{when}")),
    })
}

fn held(plan: &Plan, index: FieldIndex, name: String, fresh: &mut impl FnMut(&str) -> String) -> (Held, Presence) {
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
    (Held::One(name), if always { Presence::Always } else { Presence::Sometimes })
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
