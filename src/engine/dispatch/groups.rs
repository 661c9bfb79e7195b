//! Streams with the same filter as groups, and which groups an event of a source can be for at all.

use rustc_hash::{FxHashMap, FxHashSet};

use super::EVENT_ID;
use crate::engine::compile::{Code, TextTest};
use crate::engine::event::Places;
use crate::plan::CompareOperator;
use crate::value::Value;

/// The different conditions of all filters.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    codes: Vec<Code>,
    /// By their spelling: conditions have no state.
    known: FxHashMap<String, usize>,
}

/// A condition with more constants than this is not compared with others.
const MANY: usize = 64;

impl Conditions {
    /// Adds the conjuncts of a condition, and tells which they are.
    pub(super) fn add(&mut self, code: Code) -> Vec<usize> {
        if let Code::And(parts) = code {
            return parts.into_iter().flat_map(|part| self.add(part)).collect();
        }
        let index = self.codes.len();
        let mut many = false;
        code.walk(&mut |part| many |= is_long(part));
        if !many {
            let known = *self.known.entry(format!("{code:?}")).or_insert(index);
            if known < index {
                return vec![known];
            }
        }
        self.codes.push(code);
        vec![index]
    }

    pub(super) fn into_codes(self) -> Vec<Code> {
        self.codes
    }
}

/// Whether something holds so many constants that spelling them is not worth it.
fn is_long(code: &Code) -> bool {
    match code {
        Code::InValues(_, values) => values.len() > MANY,
        Code::InNetworks(..) => true,
        Code::Literal(_)
        | Code::Time
        | Code::EventId
        | Code::Slot(_)
        | Code::Of(..)
        | Code::Aggregate(_)
        | Code::Not(_)
        | Code::And(_)
        | Code::Or(_)
        | Code::Compare(..)
        | Code::Text(..)
        | Code::IsMissing(_)
        | Code::ContainsSet(..)
        | Code::Arithmetic(..)
        | Code::Call(..) => false,
    }
}

/// A stream, and its filter by conditions.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) rule: usize,
    pub(super) stream: usize,
    pub(super) filter: Vec<usize>,
}

/// The groups that read a source.
#[derive(Debug)]
pub(super) struct OfSource {
    pub(super) groups: Vec<Group>,
    /// Where groups are found by a value of the event.
    pub(super) indexes: Vec<Index>,
    /// The other groups.
    pub(super) always: Vec<usize>,
}

/// Rule and stream of each.
type Streams = Vec<(usize, usize)>;

/// Streams with the same filter.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) streams: Streams,
    /// What is still to be tested.
    pub(super) tests: Vec<Test>,
}

/// A condition of a group.
#[derive(Debug)]
pub(super) struct Test {
    pub(super) condition: usize,
    /// Whether other groups have it too.
    pub(super) shared: bool,
    /// The places of the values that it looks at.
    pub(super) places: Box<[u16]>,
}

/// Groups by the value that they ask for.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) place: u16,
    pub(super) groups: FxHashMap<Value, Vec<usize>>,
}

impl OfSource {
    /// The groups of these streams, all of which read the source.
    pub(super) fn new(source: u16, members: Vec<Member>, conditions: &Conditions) -> Self {
        let mut filters: Vec<(Vec<usize>, Streams)> = Vec::new();
        let mut known: FxHashMap<Vec<usize>, usize> = FxHashMap::default();
        for Member { rule, stream, mut filter } in members {
            filter.sort_by_key(|condition| (cost(&conditions.codes[*condition]), *condition));
            filter.dedup();
            let group = *known.entry(filter.clone()).or_insert(filters.len());
            if group == filters.len() {
                filters.push((filter, Vec::new()));
            }
            filters[group].1.push((rule, stream));
        }
        let mut used: FxHashMap<usize, usize> = FxHashMap::default();
        filters.iter().flat_map(|(filter, _)| filter).for_each(|condition| *used.entry(*condition).or_default() += 1);
        let constants = constants(source, filters.iter().flat_map(|(filter, _)| filter), conditions);
        let mut of_source = Self { groups: Vec::new(), indexes: Vec::new(), always: Vec::new() };
        for (filter, streams) in filters {
            let group = of_source.groups.len();
            let chosen = of_source.find_by(source, group, &filter, conditions, &constants);
            let rest = filter.into_iter().filter(|condition| Some(*condition) != chosen);
            let tests = rest.map(|condition| Test {
                condition,
                shared: used.get(&condition).is_some_and(|used| *used > 1),
                places: places(&conditions.codes[condition], source),
            });
            of_source.groups.push(Group { streams, tests: tests.collect() });
        }
        of_source
    }

    /// Puts a group where events find it: by the equality whose field has the most constants for each that it asks for itself.
    fn find_by(
        &mut self,
        source: u16,
        group: usize,
        filter: &[usize],
        conditions: &Conditions,
        constants: &FxHashMap<u16, FxHashSet<Value>>,
    ) -> Option<usize> {
        let equalities = filter.iter().filter_map(|index| {
            let (place, values) = equality(&conditions.codes[*index], source)?;
            Some((*index, place, values))
        });
        let share = |place: u16, values: &[Value]| {
            // In millionths: what is asked for of what could be.
            values.len() * 1_000_000 / constants.get(&place).map_or(1, FxHashSet::len).max(1)
        };
        let best = equalities.min_by_key(|(index, place, values)| (share(*place, values), *index));
        let Some((chosen, place, values)) = best else {
            self.always.push(group);
            return None;
        };
        let known = self.indexes.iter().position(|index| index.place == place).unwrap_or_else(|| {
            self.indexes.push(Index { place, groups: FxHashMap::default() });
            self.indexes.len() - 1
        });
        for value in values {
            self.indexes[known].groups.entry(value).or_default().push(group);
        }
        Some(chosen)
    }
}

/// The constants that each place is compared with.
fn constants<'f>(
    source: u16,
    filters: impl Iterator<Item = &'f usize>,
    conditions: &Conditions,
) -> FxHashMap<u16, FxHashSet<Value>> {
    let mut constants: FxHashMap<u16, FxHashSet<Value>> = FxHashMap::default();
    for (place, values) in filters.filter_map(|condition| equality(&conditions.codes[*condition], source)) {
        constants.entry(place).or_default().extend(values);
    }
    constants
}

/// The place whose value a condition asks for, and the values that fulfil it, each once. None for any other condition.
fn equality(code: &Code, source: u16) -> Option<(u16, Vec<Value>)> {
    let (places, values): (&Places, Vec<Value>) = match code {
        Code::Compare(left, CompareOperator::Equal, right) => match (&**left, &**right) {
            (Code::Slot(places), Code::Literal(value)) | (Code::Literal(value), Code::Slot(places)) => {
                (places, vec![value.clone()])
            }
            _ => return None,
        },
        Code::InValues(inner, values) => {
            let Code::Slot(places) = &**inner else { return None };
            let mut values: Vec<Value> = values.iter().cloned().collect();
            values.sort_unstable();
            (places, values)
        }
        Code::Slot(places) => (places, vec![Value::Bool(true)]),
        Code::Literal(_)
        | Code::Time
        | Code::EventId
        | Code::Of(..)
        | Code::Aggregate(_)
        | Code::Not(_)
        | Code::And(_)
        | Code::Or(_)
        | Code::Compare(..)
        | Code::Text(..)
        | Code::InNetworks(..)
        | Code::IsMissing(_)
        | Code::ContainsSet(..)
        | Code::Arithmetic(..)
        | Code::Call(..) => return None,
    };
    // A field that the source lacks has no place to look at, and nothing equals what is missing.
    let place = places.of(source)?;
    (!values.iter().any(Value::is_missing)).then_some((place, values))
}

/// The places that a condition looks at.
fn places(code: &Code, source: u16) -> Box<[u16]> {
    let mut places = Vec::new();
    code.walk(&mut |part| match part {
        Code::Slot(slot) => places.extend(slot.of(source)),
        Code::EventId => places.push(EVENT_ID),
        Code::Literal(_)
        | Code::Time
        | Code::Of(..)
        | Code::Aggregate(_)
        | Code::Not(_)
        | Code::And(_)
        | Code::Or(_)
        | Code::Compare(..)
        | Code::Text(..)
        | Code::InValues(..)
        | Code::InNetworks(..)
        | Code::IsMissing(_)
        | Code::ContainsSet(..)
        | Code::Arithmetic(..)
        | Code::Call(..) => {}
    });
    places.sort_unstable();
    places.dedup();
    places.into()
}

/// About how long a condition takes: what is quickly told comes first.
fn cost(code: &Code) -> u32 {
    let own = match code {
        Code::Literal(_) | Code::Time | Code::EventId | Code::Slot(_) | Code::Aggregate(_) | Code::Of(..) => 1,
        Code::Not(_) | Code::And(_) | Code::Or(_) | Code::Compare(..) | Code::IsMissing(_) => 1,
        Code::InValues(..) | Code::InNetworks(..) | Code::Arithmetic(..) => 4,
        Code::Text(_, TextTest::Contains(_) | TextTest::StartsWith(_) | TextTest::EndsWith(_)) => 8,
        Code::ContainsSet(..) | Code::Call(..) => 16,
        Code::Text(_, TextTest::Matches(_)) => 64,
    };
    own + code.parts().into_iter().map(cost).sum::<u32>()
}
