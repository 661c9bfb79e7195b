//! Names of columns and variables inside a query. The final columns have the language's names; all others are in Pascal case,
//! as the columns of Log Analytics are, and never meet one another, a keyword, or a name of the rule's.

use std::collections::BTreeSet;

use crate::library::aggregate::AggregateFunction;
use crate::plan::{EVENT_ID, ExprKind, FieldIndex, Plan, Role, Shape, StreamIndex, TIME};
use crate::target::quote;
use crate::types::Type;

pub use super::own::Own;
use super::read::Translation;

/// The names of one query.
#[derive(Debug)]
pub struct Names {
    own_suffix: &'static str,
    fields: Vec<String>,
    lists: Vec<String>,
    aggregates: Vec<String>,
    translations: Vec<(String, String)>,
    /// What the columns of each step of a sequence begin with.
    steps: Vec<String>,
    /// The variable of each stream's events.
    streams: Vec<String>,
}

impl Names {
    /// Names for a plan.
    pub fn new(plan: &Plan) -> Self {
        let of_rule: BTreeSet<&str> = plan.show.iter().map(|show| show.name.as_str()).collect();
        let own_suffix = ["", "_", "__"]
            .into_iter()
            .find(|suffix| Own::ALL.iter().all(|own| !of_rule.contains(format!("{own:?}{suffix}").as_str())));
        let own_suffix = own_suffix.unwrap_or("___");
        let mut taken: BTreeSet<String> = of_rule.iter().map(|&name| name.to_owned()).collect();
        taken.extend(Own::ALL.map(|own| format!("{own:?}{own_suffix}")));
        let of_events = |prefix: &str| Own::OF_EVENTS.map(|own| format!("{prefix}{own:?}{own_suffix}"));
        taken.extend([PREVIOUS, OTHER].into_iter().flat_map(of_events));
        let fields = plan.fields.iter().enumerate().map(|(index, field)| {
            // The time of a match has a name of the writer's own.
            let variants = if FieldIndex(index) == TIME { time_variants } else { field_variants };
            unused(&pascal(&field.name), variants, &mut taken)
        });
        let fields: Vec<String> = fields.collect();
        let wanted = (0..plan.aggregates.len()).map(|index| aggregate(plan, index));
        let aggregates = wanted.map(|wanted| unused(&wanted, aggregate_variants, &mut taken)).collect();
        let lists = plan.lists.iter().map(|list| unused(&list.name, list_variants, &mut taken)).collect();
        let mut translations: Vec<(String, String)> = Vec::new();
        for leg in plan.legs() {
            for field in leg.fields.iter().flatten() {
                let Some(body) = Translation::function(field, &leg.source.kql) else { continue };
                if translations.iter().all(|(_, known)| *known != body) {
                    let name = unused(&format!("{}Of", pascal(&field.name)), alone, &mut taken);
                    translations.push((name, body));
                }
            }
        }
        let steps = step_prefixes(plan, &fields, own_suffix, &mut taken);
        let streams = streams(plan, &steps, &mut taken);
        Self { own_suffix, fields, lists, aggregates, translations, steps, streams }
    }

    /// A name of the writer's own.
    pub fn own(&self, own: Own) -> String {
        format!("{own:?}{}", self.own_suffix)
    }

    /// The column of a field. A location has two: see [`Names::columns`].
    pub fn field(&self, index: FieldIndex) -> &str {
        &self.fields[index.0]
    }

    /// The columns of a field.
    pub fn columns(&self, index: FieldIndex, ty: &Type) -> Vec<String> {
        let name = self.field(index);
        if *ty == Type::Location {
            let [latitude, longitude] = self.coordinates(index);
            return vec![latitude, longitude];
        }
        vec![name.to_owned()]
    }

    /// The columns of a location: latitude and longitude.
    pub fn coordinates(&self, index: FieldIndex) -> [String; 2] {
        Self::coordinates_of(self.field(index))
    }

    /// The columns of the location that is called so.
    pub fn coordinates_of(name: &str) -> [String; 2] {
        [format!("{name}Latitude"), format!("{name}Longitude")]
    }

    /// The column of a field of a matching event. A key field is the same for all events of a window.
    pub fn of_match(&self, index: FieldIndex, plan: &Plan) -> String {
        match index {
            TIME => self.own(Own::MatchTime),
            EVENT_ID => self.own(Own::MatchId),
            _ if plan.shape.key().contains(&index) => self.field(index).to_owned(),
            _ => of_match(self.field(index)),
        }
    }

    /// The column of a field of an event of a match.
    pub fn of(&self, role: Role, index: FieldIndex, plan: &Plan) -> String {
        match self.prefix(role, plan) {
            None => self.of_match(index, plan),
            Some(_) if plan.shape.key().contains(&index) => self.field(index).to_owned(),
            Some(prefix) => format!("{prefix}{}", self.field(index)),
        }
    }

    /// The column of a field of an event that there must not be.
    pub fn of_other(&self, index: FieldIndex) -> String {
        format!("{OTHER}{}", self.field(index))
    }

    /// A column of the writer's own of another event than the matching one.
    pub fn own_of(&self, role: Role, own: Own, plan: &Plan) -> String {
        match (self.prefix(role, plan), own) {
            (None, Own::Source) => self.own(Own::MatchSource),
            (None, Own::Arrived) => self.own(Own::MatchArrived),
            (None, _) => self.own(own),
            (Some(prefix), _) => format!("{prefix}{}", self.own(own)),
        }
    }

    /// A column of the writer's own of an event that there must not be.
    pub fn own_of_other(&self, own: Own) -> String {
        format!("{OTHER}{}", self.own(own))
    }

    /// What the columns of an event of a match begin with; none for the matching event, which has names of its own.
    fn prefix(&self, role: Role, plan: &Plan) -> Option<&str> {
        match (role, &plan.shape) {
            (Role::Match, _) => None,
            (Role::Previous, _) => Some(PREVIOUS),
            (Role::Step(index), Shape::Sequence(sequence)) if index + 1 == sequence.steps.len() => None,
            (Role::Step(index), _) => self.steps.get(index).map(String::as_str),
        }
    }

    /// The variable of a stream's events.
    pub fn stream(&self, index: StreamIndex) -> &str {
        &self.streams[index.0]
    }

    /// The variable of the rows that several streams take their events from, the first of them given.
    pub fn records(&self, index: StreamIndex) -> String {
        records(self.stream(index))
    }

    /// The variable of a list.
    pub fn list(&self, index: usize) -> &str {
        &self.lists[index]
    }

    /// The column of an aggregate.
    pub fn aggregate(&self, index: usize) -> &str {
        &self.aggregates[index]
    }

    /// The column of an aggregate over what had arrived at the run before.
    pub fn aggregate_before(&self, index: usize) -> String {
        before(self.aggregate(index))
    }

    /// The column that counts the changes of a key up to an event, for an aggregate of changes.
    pub fn changes(&self, index: usize) -> String {
        changes(self.aggregate(index))
    }

    /// The column of what an aggregate is over, where that is not a field.
    pub fn argument(&self, index: usize) -> String {
        argument(self.aggregate(index))
    }

    /// The functions that translate values: name and definition.
    pub fn translations(&self) -> &[(String, String)] {
        &self.translations
    }

    /// The name of a function that translates values.
    pub fn translation(&self, definition: &str) -> Option<&str> {
        self.translations.iter().find(|(_, known)| known == definition).map(|(name, _)| name.as_str())
    }

    /// The column that orders the events of `first` and `last`, given the column of the aggregate.
    pub fn order_of(aggregate: &str) -> String {
        format!("{aggregate}Order")
    }
}

/// What a baseline adds to its name: its tables and their columns.
const BASELINE: [&str; 7] = ["Buckets", "Earlier", "Start", "Count", "Bucket", "Total", "Squares"];

/// The same for a prevalence.
const PREVALENCE: [&str; 11] =
    ["Daily", "History", "Totals", "Shares", "Day", "Date", "Value", "User", "Users", "Total", "Join"];

fn of_match(field: &str) -> String {
    format!("Match{field}")
}

fn before(aggregate: &str) -> String {
    format!("{aggregate}Before")
}

fn argument(aggregate: &str) -> String {
    format!("{aggregate}Argument")
}

fn changes(aggregate: &str) -> String {
    format!("{aggregate}SoFar")
}

fn alone(name: &str) -> Vec<String> {
    vec![name.to_owned()]
}

/// What the columns of the event before begin with.
const PREVIOUS: &str = "Prev";
/// What the columns of an event that there must not be begin with.
const OTHER: &str = "Other";

fn time_variants(name: &str) -> Vec<String> {
    vec![name.to_owned(), format!("{PREVIOUS}{name}"), format!("{OTHER}{name}")]
}

fn field_variants(name: &str) -> Vec<String> {
    let mut variants = vec![of_match(name)];
    for prefix in ["", PREVIOUS, OTHER] {
        variants.extend(with_coordinates(&format!("{prefix}{name}")));
    }
    variants
}

fn with_coordinates(name: &str) -> [String; 3] {
    [name.to_owned(), format!("{name}Latitude"), format!("{name}Longitude")]
}

fn records(stream: &str) -> String {
    stream.replacen("Events", "Records", 1)
}

/// For each step of a sequence a beginning with which no column of it has the name of anything else.
fn step_prefixes(plan: &Plan, fields: &[String], own_suffix: &str, taken: &mut BTreeSet<String>) -> Vec<String> {
    let Shape::Sequence(sequence) = &plan.shape else { return Vec::new() };
    let prefixes = sequence.steps.iter().map(|step| {
        let columns = |prefix: &str| {
            let of_fields = fields.iter().flat_map(|field| with_coordinates(&format!("{prefix}{field}")));
            let own = Own::OF_EVENTS.map(|own| format!("{prefix}{own:?}{own_suffix}"));
            of_fields.chain(own).collect()
        };
        unused(&pascal(&step.name), columns, taken)
    });
    prefixes.collect()
}

/// The variables of the streams' events.
fn streams(plan: &Plan, steps: &[String], taken: &mut BTreeSet<String>) -> Vec<String> {
    let wanted = (0..plan.streams.len()).map(|index| {
        let of_step = match &plan.shape {
            Shape::Sequence(sequence) => sequence.steps.iter().position(|step| step.stream.0 == index),
            Shape::Single | Shape::Window(_) | Shape::Tumbling(_) | Shape::Consecutive(_) | Shape::FirstSeen(_) => None,
        };
        let of_unless = plan.unless.iter().any(|unless| unless.stream.0 == index);
        match of_step.and_then(|step| steps.get(step)) {
            Some(prefix) => format!("{prefix}Events"),
            None if of_unless => "UnlessEvents".to_owned(),
            None if matches!(plan.shape, Shape::Sequence(_)) => "AbsentEvents".to_owned(),
            None => "MainEvents".to_owned(),
        }
    });
    wanted.map(|wanted| unused(&wanted, |name| vec![name.to_owned(), records(name)], taken)).collect()
}

fn aggregate_variants(name: &str) -> Vec<String> {
    let (now, before) = (name.to_owned(), before(name));
    let baseline = BASELINE.map(|part| format!("{name}{part}"));
    let mut variants =
        vec![Names::order_of(&now), Names::order_of(&before), argument(name), changes(name), now, before];
    variants.extend(baseline);
    let prevalence = PREVALENCE.iter().filter(|part| !BASELINE.contains(part));
    variants.extend(prevalence.map(|part| format!("{name}{part}")));
    variants
}

fn list_variants(name: &str) -> Vec<String> {
    vec![name.to_owned(), format!("{name}_ipv4"), format!("{name}_ipv6")]
}

/// `wanted`, or the first of `wanted2`, `wanted3`, … that, with all that is made from it, nothing else has.
fn unused(wanted: &str, variants: impl Fn(&str) -> Vec<String>, taken: &mut BTreeSet<String>) -> String {
    let free =
        |name: &String| quote::is_plain_name(name) && variants(name).iter().all(|variant| !taken.contains(variant));
    // A word that no number makes a name gets a beginning.
    let wanted = if quote::is_plain_name(&format!("{wanted}2")) { wanted } else { "Column" };
    let name = std::iter::once(wanted.to_owned())
        .chain((2..=u32::MAX).map(|number| format!("{wanted}{number}")))
        .find(free)
        .unwrap_or_else(|| wanted.to_owned());
    taken.extend(variants(&name));
    name
}

/// `user_name` to `UserName`.
fn pascal(name: &str) -> String {
    let mut pascal = String::with_capacity(name.len());
    for word in name.split(['_', '.']) {
        let mut characters = word.chars();
        pascal.extend(characters.next().map(|first| first.to_ascii_uppercase()));
        pascal.extend(characters);
    }
    pascal
}

/// A telling name for an aggregate: `DistinctCountry`, `CountIf`.
fn aggregate(plan: &Plan, index: usize) -> String {
    let aggregate = &plan.aggregates[index];
    let of = match aggregate.argument.as_ref().map(|argument| &argument.kind) {
        Some(ExprKind::Field(field)) => pascal(&plan.fields[field.0].name),
        Some(_) | None => String::new(),
    };
    let word = match aggregate.function {
        AggregateFunction::Count if aggregate.argument.is_some() => "CountIf",
        AggregateFunction::Count => "Count",
        AggregateFunction::Any => "AnyOf",
        AggregateFunction::All => "NoneOf",
        AggregateFunction::Distinct
        | AggregateFunction::Values
        | AggregateFunction::Min
        | AggregateFunction::Max
        | AggregateFunction::Sum
        | AggregateFunction::Avg
        | AggregateFunction::First
        | AggregateFunction::Last
        | AggregateFunction::Span
        | AggregateFunction::Hops
        | AggregateFunction::Ratio
        | AggregateFunction::Mean
        | AggregateFunction::Deviation
        | AggregateFunction::Prevalence => &pascal(aggregate.function.name()),
    };
    format!("{word}{of}")
}
