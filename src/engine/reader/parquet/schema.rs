//! The columns of a file: a tree of groups whose leaves hold values.

use super::thrift::{Fields, Item};

/// A column, or a group of columns.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) repetition: Repetition,
    pub(super) content: Content,
}

/// How often a node is there in its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repetition {
    Required,
    Optional,
    Repeated,
}

/// What a node holds.
#[derive(Debug)]
pub(super) enum Content {
    /// Values: the place of the leaf among all, and what they are.
    Leaf(usize, Leaf),
    Group(Group, Vec<Node>),
}

/// What a group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Struct,
    List,
    Map,
}

/// What the values of a leaf are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) stored: Stored,
    pub(super) meaning: Meaning,
}

/// How a value is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stored {
    Bool,
    Int32,
    Int64,
    /// So many bytes: also numbers that are not whole.
    Fixed(usize),
    Bytes,
}

/// What a stored value means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Bool,
    Int,
    /// Of so many bits.
    Unsigned(u32),
    /// Floating point, of so many bytes.
    Float(usize),
    Text,
    /// A JSON value as text.
    Json,
    Date,
    /// The time of a day.
    Clock(Unit),
    Moment(Unit),
    /// The moments of old files: a Julian day and nanoseconds.
    OldMoment,
    /// With so many digits behind the point.
    Decimal(u32),
    Uuid,
    /// What no field can be.
    Other,
}

/// Units of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Millis,
    Micros,
    Nanos,
}

/// Groups within groups.
const DEPTH: usize = 32;

/// The columns of a file from the list of its nodes, in the order of the tree.
pub(super) fn columns(items: &[Item<'_>]) -> Option<Vec<Node>> {
    let mut reading = Reading { items, at: 0, leaves: 0 };
    let root = reading.node(DEPTH)?;
    match root.content {
        Content::Group(_, columns) if reading.at == items.len() => Some(columns),
        Content::Group(..) | Content::Leaf(..) => None,
    }
}

struct Reading<'i> {
    items: &'i [Item<'i>],
    at: usize,
    leaves: usize,
}

impl Reading<'_> {
    fn node(&mut self, depth: usize) -> Option<Node> {
        let depth = depth.checked_sub(1)?;
        let Item::Fields(fields) = self.items.get(self.at)? else { return None };
        self.at += 1;
        let name = std::str::from_utf8(fields.bytes(4)?).ok()?.to_owned();
        let repetition = match fields.int(3) {
            None | Some(0) => Repetition::Required,
            Some(1) => Repetition::Optional,
            Some(2) => Repetition::Repeated,
            Some(_) => return None,
        };
        let content = match fields.int(1) {
            Some(physical) => {
                self.leaves += 1;
                Content::Leaf(self.leaves - 1, leaf(physical, fields)?)
            }
            None => {
                let count = fields.size(5)?;
                let children = (0..count).map(|_| self.node(depth)).collect::<Option<Vec<Node>>>()?;
                Content::Group(group(fields), children)
            }
        };
        Some(Node { name, repetition, content })
    }
}

fn logical<'f>(fields: &'f Fields<'_>) -> Option<(i16, Option<&'f Fields<'f>>)> {
    let union = fields.fields(10)?;
    let number = union.only()?;
    Some((number, union.fields(number)))
}

fn group(fields: &Fields<'_>) -> Group {
    match (logical(fields), fields.int(6)) {
        (Some((2, _)), _) | (None, Some(1 | 2)) => Group::Map,
        (Some((3, _)), _) | (None, Some(3)) => Group::List,
        _ => Group::Struct,
    }
}

fn leaf(physical: i64, fields: &Fields<'_>) -> Option<Leaf> {
    let (stored, plain) = match physical {
        0 => (Stored::Bool, Meaning::Bool),
        1 => (Stored::Int32, Meaning::Int),
        2 => (Stored::Int64, Meaning::Int),
        3 => (Stored::Fixed(12), Meaning::OldMoment),
        4 => (Stored::Fixed(4), Meaning::Float(4)),
        5 => (Stored::Fixed(8), Meaning::Float(8)),
        // Old writers do not say that texts are texts.
        6 => (Stored::Bytes, Meaning::Text),
        7 => (Stored::Fixed(fields.size(2).filter(|length| *length > 0)?), Meaning::Text),
        _ => return None,
    };
    let meaning = by_logical(fields).or_else(|| by_converted(fields)).unwrap_or(plain);
    Some(Leaf { stored, meaning: if fits(stored, meaning) { meaning } else { plain } })
}

fn by_logical(fields: &Fields<'_>) -> Option<Meaning> {
    let (number, inner) = logical(fields)?;
    let unit = || match inner?.fields(2)?.only()? {
        1 => Some(Unit::Millis),
        2 => Some(Unit::Micros),
        3 => Some(Unit::Nanos),
        _ => None,
    };
    Some(match number {
        1 | 4 => Meaning::Text,
        5 => Meaning::Decimal(u32::try_from(inner?.int(1).unwrap_or(0)).ok()?),
        6 => Meaning::Date,
        7 => Meaning::Clock(unit()?),
        8 => Meaning::Moment(unit()?),
        10 => match (inner?.int(1)?, inner?.bool(2)?) {
            (bits @ (8 | 16 | 32 | 64), false) => Meaning::Unsigned(u32::try_from(bits).ok()?),
            _ => Meaning::Int,
        },
        12 => Meaning::Json,
        14 => Meaning::Uuid,
        15 => Meaning::Float(2),
        _ => Meaning::Other,
    })
}

fn by_converted(fields: &Fields<'_>) -> Option<Meaning> {
    Some(match fields.int(6)? {
        0 | 4 => Meaning::Text,
        5 => Meaning::Decimal(u32::try_from(fields.int(7).unwrap_or(0)).ok()?),
        6 => Meaning::Date,
        7 => Meaning::Clock(Unit::Millis),
        8 => Meaning::Clock(Unit::Micros),
        9 => Meaning::Moment(Unit::Millis),
        10 => Meaning::Moment(Unit::Micros),
        11 => Meaning::Unsigned(8),
        12 => Meaning::Unsigned(16),
        13 => Meaning::Unsigned(32),
        14 => Meaning::Unsigned(64),
        15..=18 => Meaning::Int,
        19 => Meaning::Json,
        _ => Meaning::Other,
    })
}

/// Whether values that are stored so can mean this.
fn fits(stored: Stored, meaning: Meaning) -> bool {
    match meaning {
        Meaning::Bool => stored == Stored::Bool,
        Meaning::Date | Meaning::Clock(Unit::Millis) => stored == Stored::Int32,
        Meaning::Clock(Unit::Micros | Unit::Nanos) | Meaning::Moment(_) => stored == Stored::Int64,
        Meaning::Int | Meaning::Unsigned(_) => matches!(stored, Stored::Int32 | Stored::Int64),
        Meaning::Float(width) => stored == Stored::Fixed(width),
        Meaning::Text | Meaning::Json => matches!(stored, Stored::Bytes | Stored::Fixed(_)),
        Meaning::OldMoment => stored == Stored::Fixed(12),
        Meaning::Decimal(_) => stored != Stored::Bool,
        Meaning::Uuid => stored == Stored::Fixed(16),
        Meaning::Other => true,
    }
}
