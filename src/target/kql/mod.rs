//! KQL for Microsoft Sentinel.
//!
//! Each leg is brought to typed scalar columns before `union`, so that a column never splits by type. A sliding window is a join
//! of each event with the events of its key in the two buckets of the window's width that its window touches. A scheduled query
//! also looks at what had arrived at the run before, by `ingestion_time()`, and reports what is true now and was not then.

mod aggregate;
mod baseline;
mod consecutive;
mod evaluation;
mod events;
mod expr;
mod first_seen;
mod function;
mod hops;
mod layout;
mod leg;
mod matches;
mod names;
mod network;
mod operator;
mod own;
mod prevalence;
mod read;
mod report;
mod roles;
mod sequence;
mod shape;
mod streams;
mod unless;
mod watchlist;
mod written;

use super::{Grain, Options, Period, quote};
use crate::plan::{FieldIndex, Geography, ListData, Placement, Plan, Role, Runs, Shape, StreamIndex, TIME};
use crate::target::fragment::{Fragment, Strength};
use crate::types::Type;

use expr::{Columns, Scope};
use names::{Names, Own};
pub use written::{Part, Written, characters};

/// Writes the query. The plan has passed the gate.
#[must_use]
pub fn write(plan: &Plan, options: Options) -> Written {
    let writer = Writer::new(plan, options);
    let translations = writer.names.translations();
    Written {
        header: header(&writer),
        constants: constants(&writer),
        lists: lists(&writer),
        translations: translations.iter().map(|(name, definition)| layout::variable(name, definition)).collect(),
        statements: shape::write(&writer),
        reading: streams::length(&writer),
    }
}

/// One query being written.
struct Writer<'a> {
    plan: &'a Plan,
    options: Options,
    names: Names,
    /// For each stream and field whether an event that passes the stream's conditions may lack it.
    optional: Vec<Vec<bool>>,
}

impl<'a> Writer<'a> {
    fn new(plan: &'a Plan, options: Options) -> Self {
        let optional = (0..plan.streams.len()).map(|index| optional(plan, StreamIndex(index))).collect();
        Self { plan, options, names: Names::new(plan), optional }
    }

    /// What expressions of an event of a match are written against; those of one that there must not be have their own.
    fn scope(&self, columns: Columns) -> Scope<'_> {
        let role = if let Columns::Step(index) = columns { Role::Step(index) } else { Role::Match };
        self.scope_of(&self.optional[roles::stream(self.plan, role).0], columns)
    }

    fn scope_of<'b>(&'b self, optional: &'b [bool], columns: Columns) -> Scope<'b> {
        Scope { plan: self.plan, names: &self.names, optional, streams: &self.optional, columns }
    }

    /// Whether the event in a role may lack a field.
    fn is_optional(&self, role: Role, index: FieldIndex) -> bool {
        self.optional[roles::stream(self.plan, role).0][index.0]
    }

    /// The variable of a stream's events.
    fn events_of(&self, stream: StreamIndex) -> &str {
        self.names.stream(streams::representative(self.plan, stream))
    }

    fn own(&self, own: Own) -> String {
        self.names.own(own)
    }

    /// The column of the event's time.
    fn time(&self) -> &str {
        self.names.field(TIME)
    }

    /// Whether each run looks back and tells itself what is new since the run before.
    fn is_scheduled(&self) -> bool {
        match (self.options.period, self.plan.schedule.runs) {
            (Period::Scheduled, Runs::Scheduled) => true,
            (Period::Scheduled, Runs::NearRealTime) | (Period::Hunt { .. }, _) => false,
        }
    }

    /// Whether each run is given the events that arrived in the last minute and no others. These are single events.
    fn is_near_real_time(&self) -> bool {
        match (self.options.period, self.plan.schedule.runs) {
            (Period::Scheduled, Runs::NearRealTime) => true,
            (Period::Scheduled, Runs::Scheduled) | (Period::Hunt { .. }, _) => false,
        }
    }

    /// Whether events carry their source: ids are unique within a source only.
    fn has_sources(&self) -> bool {
        self.plan.streams.iter().any(|stream| stream.legs.len() > 1)
    }

    /// The first moment of which events are read.
    fn read_from(&self) -> Own {
        match self.plan.shape {
            Shape::Single => Own::MatchFrom,
            Shape::Window(_)
            | Shape::Tumbling(_)
            | Shape::Consecutive(_)
            | Shape::Sequence(_)
            | Shape::FirstSeen(_) => Own::ReadFrom,
        }
    }

    /// The first moment of which no events are read any more.
    fn read_to(&self) -> Option<Own> {
        match (self.options.period, &self.plan.shape) {
            (Period::Scheduled, _) => None,
            (
                Period::Hunt { .. },
                Shape::Single | Shape::Window(_) | Shape::Consecutive(_) | Shape::Sequence(_) | Shape::FirstSeen(_),
            ) => Some(Own::MatchTo),
            (Period::Hunt { .. }, Shape::Tumbling(_)) => Some(Own::ReadTo),
        }
    }

    /// Whether a field comes from the address.
    fn is_looked_up(&self, index: FieldIndex) -> bool {
        let field = &self.plan.fields[index.0];
        self.plan.geography == Geography::Lookup
            && (matches!(field.ty, Type::Country | Type::Location) || field.name == "city")
    }

    /// The condition that an event had arrived at the run before.
    fn had_arrived(&self) -> Fragment {
        Fragment::new(format!("{} <= {}", self.own(Own::Arrived), self.own(Own::Cutoff)), Strength::Comparison)
    }

    /// The condition that what arrived at the moment in `column` is new since the run before.
    fn is_new(&self, column: Own) -> Fragment {
        Fragment::new(format!("{} > {}", self.own(column), self.own(Own::Cutoff)), Strength::Comparison)
    }

    /// The columns of the key.
    fn key(&self) -> Vec<String> {
        self.plan.shape.key().iter().map(|index| self.names.field(*index).to_owned()).collect()
    }
}

/// For each field whether an event of a stream that passes its conditions may lack it.
fn optional(plan: &Plan, stream: StreamIndex) -> Vec<bool> {
    let mut optional: Vec<bool> = plan.fields.iter().map(|field| field.optional).collect();
    if roles::is_keyed(plan, stream) {
        plan.shape.key().iter().for_each(|index| optional[index.0] = false);
    }
    for condition in &plan.stream(stream).filter {
        events::mark_present(condition, &mut optional);
    }
    optional
}

fn header(writer: &Writer<'_>) -> Vec<String> {
    let plan = writer.plan;
    let rows = match writer.options.grain {
        Grain::Match => "one row per match",
        Grain::Alert => "one row per alert",
    };
    let schedule = plan.schedule;
    let when = match (writer.options.period, schedule.runs) {
        (Period::Scheduled, Runs::NearRealTime) => {
            "run near real time, over what arrived in the last minute".to_owned()
        }
        (Period::Scheduled, Runs::Scheduled) => format!(
            "run every {}, look back {} (events may arrive {} late)",
            quote::timespan(schedule.every),
            quote::timespan(plan.lookback()),
            quote::timespan(schedule.delay)
        ),
        (Period::Hunt { .. }, _) => "for a fixed period".to_owned(),
    };
    let metadata = &plan.metadata;
    [
        metadata.title.clone(),
        format!("Rule {} {}, from {}", plan.name, metadata.version, plan.file),
        format!("Written by Tokentrail {}: {rows}; {when}", env!("CARGO_PKG_VERSION")),
    ]
    .iter()
    .map(|line| format!("// {}", quote::comment(line)))
    .collect()
}

/// The variables for width and time.
fn constants(writer: &Writer<'_>) -> Vec<String> {
    let own = |own| writer.own(own);
    let mut variables = Vec::new();
    let mut add = |name: Own, value: String| variables.push(layout::variable(&own(name), &value));
    if let Some(width) = writer.plan.shape.width() {
        add(Own::Window, quote::timespan(width));
    }
    if let Shape::FirstSeen(first_seen) = &writer.plan.shape {
        add(Own::History, quote::timespan(first_seen.history));
        if let Some(learning) = first_seen.learning {
            add(Own::Learning, quote::timespan(learning));
        }
    }
    let schedule = writer.plan.schedule;
    match writer.options.period {
        Period::Scheduled if writer.is_near_real_time() => {}
        Period::Scheduled => {
            if evaluation::is_twofold(writer) {
                add(Own::Now, "now()".to_owned());
            }
            add(Own::Cutoff, format!("ago({})", quote::timespan(schedule.every)));
            add(Own::MatchFrom, format!("ago({})", quote::timespan(writer.plan.fresh())));
        }
        Period::Hunt { from, to } => {
            add(Own::MatchFrom, quote::datetime(from));
            add(Own::MatchTo, quote::datetime(to));
        }
    }
    let (from, to, window) = (own(Own::MatchFrom), own(Own::MatchTo), own(Own::Window));
    match writer.plan.shape {
        Shape::Single => {}
        Shape::Window(_) | Shape::Consecutive(_) | Shape::Sequence(_) => {
            let reach = writer.plan.shape_reach();
            let back = if reach > writer.plan.shape.reach() { quote::timespan(reach) } else { window };
            add(Own::ReadFrom, format!("{from} - {back}"));
        }
        Shape::FirstSeen(_) => add(Own::ReadFrom, format!("{from} - {}", own(Own::History))),
        Shape::Tumbling(ref shape) => {
            let baseline = writer.plan.shape_reach() - shape.width;
            let first = format!("bin({from}, {window})");
            let from = if baseline > 0 { format!("{first} - {}", quote::timespan(baseline)) } else { first };
            add(Own::ReadFrom, from);
            if !writer.is_scheduled() {
                add(Own::ReadTo, format!("bin({to}, {window}) + {window}"));
            }
        }
    }
    variables
}

/// The variables of each list: two where it mixes networks of both kinds.
fn lists(writer: &Writer<'_>) -> Vec<String> {
    let lists = writer.plan.lists.iter().enumerate();
    let named = lists.flat_map(|(index, list)| list_variables(writer, list, writer.names.list(index)));
    named.map(|(name, value)| layout::variable(&name, &value)).collect()
}

fn list_variables(writer: &Writer<'_>, list: &ListData, name: &str) -> Vec<(String, String)> {
    if list.placement == Placement::Outside {
        return watchlist::variables(name, list);
    }
    if list.entries.is_empty() {
        return Vec::new();
    }
    if list.ty == Type::Cidr {
        return network::variables(name, &network::of_list(&list.entries));
    }
    let spelled = list.entries.iter().flat_map(|entry| operator::spellings(writer.plan, entry, &list.ty));
    vec![(name.to_owned(), operator::array(&spelled.collect::<Vec<_>>()))]
}
