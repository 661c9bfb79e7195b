//! Events as records of their logs: the inverse of how fields are read. What no record can say (two fields that one path holds
//! with different values, a place that only the address tells) is read from a column of its own, which the plan then names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalog::{Field, LogSource, Origin, Otherwise, Path, Presence, Read};
use crate::plan::test::Occurrence;
use crate::plan::{EVENT_ID, Geography, Plan, TIME};
use crate::types::{Issuer, Type};
use crate::value::Value;

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Columns of Log Analytics.
    Kql,
    /// The vendor's JSON in Splunk.
    Spl,
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Text.
    Text(String),
    /// A number or truth value, as it is written in JSON.
    Plain(String),
    /// A moment, in microseconds.
    Time(i64),
}

/// A record: what stands at its paths.
pub type Record = BTreeMap<Vec<String>, Cell>;

/// Records of a rule's events.
#[derive(Clone, Debug)]
pub struct Records {
    /// The rule, with fields that are read from a column of their own.
    pub plan: Plan,
    /// For each event its source and record, in their order.
    pub records: Vec<(String, Record)>,
    /// Those fields, as `source: field`.
    pub own: Vec<String>,
}

/// The first part of the name of a column that only stands here.
const OWN: &str = "Selftest_";

/// Writes events as records.
///
/// # Errors
/// The source and field of a value that cannot be written, which the catalogue makes impossible.
pub fn write(plan: &Plan, events: &[Occurrence], form: Form) -> Result<Records, String> {
    let mut own: BTreeSet<(String, String)> = BTreeSet::new();
    if plan.geography == Geography::Lookup {
        for source in plan.legs().map(|leg| leg.source.name.clone()) {
            let places = plan.fields.iter().filter(|field| field.geography().is_some());
            own.extend(places.map(|field| (source.clone(), field.name.clone())));
        }
    }
    loop {
        let plan = with_own(plan, &own, form);
        let records: Result<Vec<(String, Record)>, String> = events
            .iter()
            .map(|event| {
                Ok((
                    event.source.clone(),
                    record(&plan, event, form).map_err(|field| format!("{}: {field}", event.source))?,
                ))
            })
            .collect();
        match records {
            Ok(records) => {
                let own = own.iter().map(|(source, field)| format!("{source}: {field}")).collect();
                return Ok(Records { plan, records, own });
            }
            Err(place) => {
                let (source, field) = place.split_once(": ").unwrap_or_default();
                if !own.insert((source.to_owned(), field.to_owned())) || ["time", "event_id"].contains(&field) {
                    return Err(place);
                }
            }
        }
    }
}

/// The plan with some fields read from columns of their own.
fn with_own(plan: &Plan, own: &BTreeSet<(String, String)>, form: Form) -> Plan {
    let mut plan = plan.clone();
    if plan.geography == Geography::Lookup {
        plan.geography = Geography::Native;
    }
    for leg in plan.streams.iter_mut().flat_map(|stream| &mut stream.legs) {
        let mut source = LogSource::clone(&leg.source);
        for (field, rule_field) in leg.fields.iter_mut().zip(&mut plan.fields) {
            let Some(known) = field else { continue };
            if own.contains(&(source.name.clone(), known.name.clone())) {
                rule_field.optional = true;
                *field = Some(Arc::new(read_from_own(known, &mut source, form)));
            }
        }
        leg.source = Arc::new(source);
    }
    plan
}

fn read_from_own(field: &Field, source: &mut LogSource, form: Form) -> Field {
    let mut read = |suffix: &str, ty: &Type| {
        let name = format!("{OWN}{}{suffix}", field.name);
        let kind = match ty {
            Type::Int | Type::Asn => Some("long"),
            Type::Float | Type::Distance | Type::Speed => Some("real"),
            Type::Bool => Some("bool"),
            Type::Time => Some("datetime"),
            Type::String
            | Type::Name
            | Type::Duration
            | Type::Ip
            | Type::Cidr
            | Type::Country
            | Type::Location
            | Type::Enum(_)
            | Type::Id(..)
            | Type::Set(_) => None,
        };
        if let Some(kind) = kind {
            source.kql.columns.insert(name.clone(), kind.to_owned());
        }
        let path = vec![Path(vec![name])];
        match form {
            Form::Kql => Read { kql: path, ..Read::default() },
            Form::Spl => Read { spl: path, ..Read::default() },
        }
    };
    let origin = if field.ty == Type::Location {
        Origin::Point { latitude: read("_latitude", &Type::Float), longitude: read("_longitude", &Type::Float) }
    } else {
        Origin::Read(read("", &field.ty))
    };
    Field { origin, presence: Presence::Sometimes, ..field.clone() }
}

/// The paths of a field in a form.
pub fn paths(read: &Read, form: Form) -> &[Path] {
    match form {
        Form::Kql => &read.kql,
        Form::Spl => &read.spl,
    }
}

/// What the paths of a record hold; `None` for nothing, which some field needs.
struct Draft<'a> {
    at: BTreeMap<Vec<String>, Option<Cell>>,
    source: &'a LogSource,
    form: Form,
}

/// An event as a record, or the field that it cannot have.
fn record(plan: &Plan, event: &Occurrence, form: Form) -> Result<Record, String> {
    let legs: Vec<_> = plan.legs().filter(|leg| leg.source.name == event.source).collect();
    let Some(leg) = legs.first() else { return Ok(Record::new()) };
    let mut draft = Draft { at: BTreeMap::new(), source: &leg.source, form };
    let mut wanted: Vec<(&Field, Value, u8)> = Vec::new();
    for leg in &legs {
        for (index, field) in leg.fields.iter().enumerate() {
            let Some(field) = field else { continue };
            let value = match index {
                index if index == TIME.0 => Value::Time(event.time),
                index if index == EVENT_ID.0 => event.event_id.clone(),
                index => untagged(&event.values[index], &plan.fields[index].ty),
            };
            let order = if index <= EVENT_ID.0 { u8::try_from(index).unwrap_or(0) } else { rank(field, &value) };
            wanted.push((field, value, order));
        }
    }
    wanted.sort_by_key(|(_, _, order)| *order);
    for (field, value, order) in wanted {
        draft.put(field, &value).map_err(|Conflict| field.name.clone())?;
        if order == 0 && form == Form::Kql {
            let column = vec![draft.source.kql.time.clone()];
            draft.at.entry(column).or_insert(Some(Cell::Time(event.time)));
        }
    }
    draft.rows_of_the_source()?;
    Ok(draft.at.into_iter().filter_map(|(path, cell)| Some((path, cell?))).collect())
}

/// Without the provider that stands in front where a rule has several.
fn untagged(value: &Value, ty: &Type) -> Value {
    match (value, ty) {
        (Value::Text(text), Type::Id(_, Issuer::Several)) => {
            Value::text(text.split_once(':').map_or(text, |(_, id)| id))
        }
        (value, _) => value.clone(),
    }
}

/// What must be missing comes first, then what stands as it is, then what is translated and may stand for several.
fn rank(field: &Field, value: &Value) -> u8 {
    let Origin::Read(read) = &field.origin else { return if value.is_missing() { 2 } else { 3 } };
    let text = text_of(value);
    if text.is_none() || text == read.absent {
        2
    } else if read.map.is_empty() && read.otherwise == Otherwise::Same {
        3
    } else {
        4
    }
}

/// A field cannot have its value.
struct Conflict;

impl Draft<'_> {
    fn put(&mut self, field: &Field, value: &Value) -> Result<(), Conflict> {
        match (&field.origin, value) {
            (Origin::Constant(text), value) => {
                let same = text_of(value).is_some_and(|value| value == *text || value == text.to_lowercase());
                if same { Ok(()) } else { Err(Conflict) }
            }
            (Origin::Read(read), value) => self.put_read(read, value, &field.ty),
            (Origin::Point { latitude, longitude }, Value::Location(north, east)) => {
                self.put_read(latitude, &Value::Float(*north), &Type::Float)?;
                self.put_read(longitude, &Value::Float(*east), &Type::Float)
            }
            (Origin::Point { latitude, longitude }, _) => {
                self.put_read(latitude, &Value::Missing, &Type::Float)?;
                self.put_read(longitude, &Value::Missing, &Type::Float)
            }
            (Origin::Lookup(_), _) => Err(Conflict),
        }
    }

    /// Lets a field be read as a value: the first path that has something decides.
    fn put_read(&mut self, read: &Read, value: &Value, ty: &Type) -> Result<(), Conflict> {
        let wanted = text_of(value);
        let absent = wanted == read.absent;
        for path in paths(read, self.form) {
            match self.at.get(&path.0) {
                Some(Some(cell)) => {
                    let is = read_of(read, &text_of_cell(cell));
                    return if same(is.as_deref(), wanted.as_deref(), ty) { Ok(()) } else { Err(Conflict) };
                }
                Some(None) => {}
                None if absent => {
                    self.at.insert(path.0.clone(), None);
                }
                None => {
                    let cell = self.cell(read, value, path).ok_or(Conflict)?;
                    self.at.insert(path.0.clone(), Some(cell));
                    return Ok(());
                }
            }
        }
        if absent { Ok(()) } else { Err(Conflict) }
    }

    /// What a path must hold for a field to be a value.
    fn cell(&self, read: &Read, value: &Value, path: &Path) -> Option<Cell> {
        let wanted = text_of(value)?;
        let allowed = self.source.kql.only.get(&path.to_string()).filter(|_| self.form == Form::Kql);
        let fits = |text: &&String| allowed.is_none_or(|allowed| allowed.contains(*text));
        if let Some((key, _)) = read.map.iter().find(|(key, value)| same_text(value, &wanted) && fits(key)) {
            return Some(self.plain(key, path));
        }
        match &read.otherwise {
            Otherwise::Text(other) if *other == wanted => Some(self.plain(self.unnamed(read, path), path)),
            Otherwise::Same if !read.map.contains_key(&wanted) && fits(&&wanted) => match value {
                Value::Time(time) => Some(Cell::Time(*time)),
                Value::Bool(_) | Value::Int(_) | Value::Float(_) => Some(Cell::Plain(wanted)),
                Value::Missing
                | Value::Text(_)
                | Value::Duration(_)
                | Value::Ip(_)
                | Value::Cidr(_)
                | Value::Location(..)
                | Value::Set(_) => Some(Cell::Text(wanted)),
            },
            Otherwise::Text(_) | Otherwise::Same | Otherwise::Missing => None,
        }
    }

    /// A value that the map does not name, of the kind that it names.
    fn unnamed(&self, read: &Read, path: &Path) -> &'static str {
        let numbers = !read.map.is_empty() && read.map.keys().all(|key| key.parse::<i64>().is_ok());
        if numbers || self.is_plain(path) { "599" } else { "other" }
    }

    /// Whether a column holds numbers or truth values.
    fn is_plain(&self, path: &Path) -> bool {
        let column = path.0.first().filter(|_| path.0.len() == 1 && self.form == Form::Kql);
        let kind = column.and_then(|column| self.source.kql.columns.get(column)).map(String::as_str);
        matches!(kind, Some("int" | "long" | "real" | "bool"))
    }

    fn plain(&self, text: &str, path: &Path) -> Cell {
        if self.is_plain(path) { Cell::Plain(text.to_owned()) } else { Cell::Text(text.to_owned()) }
    }

    /// Where only some rows of the table belong to the source, this is one of them.
    fn rows_of_the_source(&mut self) -> Result<(), String> {
        if self.form == Form::Spl {
            return Ok(());
        }
        for (path, values) in &self.source.kql.only {
            let path = Path::parse(path);
            let first = values.first().map(|value| Cell::Text(value.clone()));
            match self.at.get(&path.0) {
                Some(Some(cell)) if values.contains(&text_of_cell(cell)) => {}
                Some(_) => {
                    let reads =
                        |field: &&Arc<Field>| matches!(&field.origin, Origin::Read(read) if read.kql.contains(&path));
                    let field = self.source.fields.values().find(reads);
                    return Err(field.map_or(path.to_string(), |field| field.name.clone()));
                }
                None => {
                    self.at.insert(path.0, first);
                }
            }
        }
        Ok(())
    }
}

/// What a field with this text at its path is read as.
fn read_of(read: &Read, text: &str) -> Option<String> {
    if read.placeholders.iter().any(|placeholder| placeholder == text) {
        return read.absent.clone();
    }
    match (read.map.get(text), &read.otherwise) {
        (Some(value), _) => Some(value.clone()),
        (None, Otherwise::Same) => Some(text.to_owned()),
        (None, Otherwise::Text(other)) => Some(other.clone()),
        (None, Otherwise::Missing) => read.absent.clone(),
    }
}

fn same(one: Option<&str>, other: Option<&str>, ty: &Type) -> bool {
    match (one, other) {
        (Some(one), Some(other)) if *ty == Type::Name => same_text(one, other),
        (one, other) => one == other,
    }
}

fn same_text(one: &str, other: &str) -> bool {
    one == other || one.to_lowercase() == other
}

/// A value as a record has it; missing has none.
pub fn text_of(value: &Value) -> Option<String> {
    Some(match value {
        Value::Missing | Value::Location(..) | Value::Set(_) => return None,
        Value::Bool(truth) => truth.to_string(),
        Value::Int(number) | Value::Duration(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Text(text) => text.to_string(),
        Value::Time(time) => moment(*time),
        Value::Ip(address) => address.to_string(),
        Value::Cidr(network) => network.to_string(),
    })
}

fn text_of_cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) | Cell::Plain(text) => text.clone(),
        Cell::Time(time) => moment(*time),
    }
}

/// RFC 3339 in UTC.
pub fn moment(time: i64) -> String {
    jiff::Timestamp::from_microsecond(time).map_or_else(|_| String::new(), |moment| moment.to_string())
}
