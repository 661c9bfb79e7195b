//! Events as a data lake has them: one view per source, its columns the fields of the catalogue.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use tokentrail::catalog::{Catalog, load};
use tokentrail::engine::event::{Event, Layout, Slot};
use tokentrail::engine::reader::Reader;
use tokentrail::types::Type;
use tokentrail::value::Value;

use crate::world::{ALL_SOURCES, Happening, START};

/// Where `ip_country` and its like come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Places {
    /// From a database of addresses, if the reader has one.
    LookedUp,
    /// From the record or the test that says a country, as in the language's own tests.
    AsGiven,
}

/// The views that a data lake would have over some sources: every field of each, the arrival, and what an address says of a place.
pub struct Lake {
    pub catalog: Catalog,
    pub layout: Layout,
    sources: Vec<String>,
    names: Vec<String>,
}

/// What an address says of a place, in this order behind the fields.
const PLACES: [&str; 3] = ["country", "city", "location"];

impl Lake {
    pub fn new(sources: impl IntoIterator<Item = impl Into<String>>, places: Places) -> Self {
        let catalog = load::builtin();
        let sources: Vec<String> = sources.into_iter().map(Into::into).collect();
        let mut names: Vec<String> = Vec::new();
        for source in &sources {
            for name in catalog.sources[source].fields.keys().filter(|name| *name != "time" && *name != "event_id") {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
        }
        let slot = |field: &str, look_up| Slot { field: field.to_owned(), look_up, tagged: false };
        let mut slots: Vec<Slot> = names.iter().map(|name| slot(name, false)).collect();
        slots.extend(PLACES.iter().map(|name| slot(name, places == Places::LookedUp)));
        let of_plan = vec![[usize::MAX; 2].into_iter().chain(0..slots.len()).collect()];
        let every = vec![true; catalog.sources.len()];
        let layout =
            Layout { slots, of_plan, reads: vec![every.clone()], stream_reads: vec![vec![every]], ..Layout::default() };
        Self { catalog, layout, sources, names }
    }

    /// The views over events, each with the time of its arrival in microseconds.
    pub fn views<'e>(&self, events: impl IntoIterator<Item = (&'e Event, i64)>) -> Json {
        let mut rows: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
        for (event, arrived) in events {
            let name = &self.catalog.by_name()[usize::from(event.source)].name;
            if self.sources.contains(name) {
                rows.entry(name).or_default().push(self.row(name, event, arrived));
            }
        }
        let view = |source: &String| {
            let rows = rows.remove(source.as_str()).unwrap_or_default();
            (self.catalog.sources[source].sql_table.clone(), json!({"columns": self.columns(source), "rows": rows}))
        };
        Json::Object(self.sources.iter().map(view).collect())
    }

    fn columns(&self, source: &str) -> Map<String, Json> {
        let mut columns = Map::new();
        for (name, kind) in [("time", "time"), ("event_id", "text"), ("arrived", "time")] {
            columns.insert(name.to_owned(), json!(kind));
        }
        let fields = self.catalog.sources[source].fields.values();
        for field in fields.filter(|field| field.name != "time" && field.name != "event_id") {
            if field.ty == Type::Location {
                columns.insert(format!("{}_latitude", field.name), json!("real"));
                columns.insert(format!("{}_longitude", field.name), json!("real"));
            } else {
                columns.insert(field.name.clone(), json!(kind(&field.ty)));
            }
        }
        for (name, kind) in
            [("ip_country", "text"), ("ip_city", "text"), ("ip_latitude", "real"), ("ip_longitude", "real")]
        {
            columns.insert(name.to_owned(), json!(kind));
        }
        columns
    }

    /// A row, its cells in the order of the columns.
    fn row(&self, source: &str, event: &Event, arrived: i64) -> Json {
        let mut row = vec![json!(event.time), cell(&event.event_id), json!(arrived)];
        let fields = self.catalog.sources[source].fields.values();
        for field in fields.filter(|field| field.name != "time" && field.name != "event_id") {
            let slot = self.names.iter().position(|name| *name == field.name).unwrap();
            push(&mut row, &field.ty, &event.values[slot]);
        }
        for (place, ty) in [Type::Country, Type::String, Type::Location].iter().enumerate() {
            push(&mut row, ty, &event.values[self.names.len() + place]);
        }
        Json::Array(row)
    }
}

fn push(row: &mut Vec<Json>, ty: &Type, value: &Value) {
    match (ty, value) {
        (Type::Location, Value::Location(latitude, longitude)) => row.extend([json!(latitude), json!(longitude)]),
        (Type::Location, _) => row.extend([Json::Null, Json::Null]),
        (_, value) => row.push(cell(value)),
    }
}

/// The views over the events of a world.
pub fn lake(events: &[Happening]) -> Json {
    let lake = Lake::new(ALL_SOURCES, Places::LookedUp);
    let mut reader = Reader::new(&lake.catalog, &lake.layout, None);
    let mut read: Vec<(Event, i64)> = Vec::new();
    for happening in events {
        let line = happening.raw().to_string();
        let before = read.len();
        let arrived = (START + happening.arrived) * 1_000_000;
        reader.read("world", line.as_bytes(), &mut |event| read.push((event, arrived)));
        assert_eq!(read.len(), before + 1, "{line}");
    }
    lake.views(read.iter().map(|(event, arrived)| (event, *arrived)))
}

fn kind(ty: &Type) -> &'static str {
    match ty {
        Type::Int | Type::Asn | Type::Duration => "whole",
        Type::Float | Type::Distance | Type::Speed => "real",
        Type::Bool => "bool",
        Type::Time => "time",
        Type::String
        | Type::Name
        | Type::Ip
        | Type::Cidr
        | Type::Country
        | Type::Location
        | Type::Enum(_)
        | Type::Id(..)
        | Type::Set(_) => "text",
    }
}

fn cell(value: &Value) -> Json {
    match value {
        Value::Missing | Value::Location(..) | Value::Set(_) => Json::Null,
        Value::Bool(flag) => json!(flag),
        Value::Int(number) | Value::Time(number) | Value::Duration(number) => json!(number),
        Value::Float(number) => json!(number),
        Value::Text(text) => json!(text.as_ref()),
        Value::Ip(address) => json!(address.to_string()),
        Value::Cidr(network) => json!(network.to_string()),
    }
}
