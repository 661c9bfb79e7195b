//! The tables that queries read: one per source, its columns the fields of the catalogue.

use crate::catalog::LogSource;
use crate::types::Type;

use super::dialect::Dialect;

/// When the record came in.
pub const ARRIVED: &str = "arrived";
/// What an address says of a place, beside the fields of a source that has `ip`.
pub const PLACES: [&str; 4] = ["ip_country", "ip_city", "ip_latitude", "ip_longitude"];

/// What a column holds, whatever an engine calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Texts; addresses and networks are texts too.
    Text,
    /// Whole numbers; durations are whole microseconds.
    Whole,
    /// Other numbers.
    Real,
    /// True or false.
    Truth,
    /// Moments, to the microsecond.
    Moment,
}

/// A column of a source's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// What for people.
    pub meaning: String,
}

/// The columns of a source's table, in order.
#[must_use]
pub fn columns(source: &LogSource) -> Vec<Column> {
    let column =
        |name: &str, kind: Kind, meaning: &str| Column { name: name.to_owned(), kind, meaning: meaning.to_owned() };
    let mut columns = Vec::new();
    for field in source.fields.values() {
        if field.ty == Type::Location {
            columns.push(column(&format!("{}_latitude", field.name), Kind::Real, &field.meaning));
            columns.push(column(&format!("{}_longitude", field.name), Kind::Real, &field.meaning));
        } else {
            columns.push(column(&field.name, kind(&field.ty), &field.meaning));
        }
    }
    columns.push(column(ARRIVED, Kind::Moment, "When the record came in; only scheduled queries ask."));
    if source.fields.contains_key("ip") {
        let kinds = [Kind::Text, Kind::Text, Kind::Real, Kind::Real];
        let meaning = "Of `ip`, from GeoIP data; only rules that look addresses up ask.";
        columns.extend(PLACES.iter().zip(kinds).map(|(name, kind)| column(name, kind, meaning)));
    }
    columns
}

fn kind(ty: &Type) -> Kind {
    match ty {
        Type::Int | Type::Asn | Type::Duration => Kind::Whole,
        Type::Float | Type::Distance | Type::Speed => Kind::Real,
        Type::Bool => Kind::Truth,
        Type::Time => Kind::Moment,
        Type::String
        | Type::Name
        | Type::Ip
        | Type::Cidr
        | Type::Country
        | Type::Location
        | Type::Enum(_)
        | Type::Id(..)
        | Type::Set(_) => Kind::Text,
    }
}

impl Kind {
    /// What an engine calls it. Everything but the time of an event may be missing.
    #[must_use]
    pub fn name(self, dialect: Dialect) -> &'static str {
        match (self, dialect) {
            (Self::Text, Dialect::DuckDb) => "VARCHAR",
            (Self::Text, Dialect::Spark) => "STRING",
            (Self::Text, Dialect::ClickHouse) => "Nullable(String)",
            (Self::Whole, Dialect::DuckDb | Dialect::Spark) => "BIGINT",
            (Self::Whole, Dialect::ClickHouse) => "Nullable(Int64)",
            (Self::Real, Dialect::DuckDb | Dialect::Spark) => "DOUBLE",
            (Self::Real, Dialect::ClickHouse) => "Nullable(Float64)",
            (Self::Truth, Dialect::DuckDb | Dialect::Spark) => "BOOLEAN",
            (Self::Truth, Dialect::ClickHouse) => "Nullable(Bool)",
            (Self::Moment, Dialect::DuckDb) => "TIMESTAMPTZ",
            (Self::Moment, Dialect::Spark) => "TIMESTAMP",
            (Self::Moment, Dialect::ClickHouse) => "Nullable(DateTime64(6, 'UTC'))",
        }
    }
}

/// A statement that makes a source's table, with what each column means behind it.
#[must_use]
pub fn create_table(source: &LogSource, dialect: Dialect) -> String {
    let columns = columns(source);
    let last = columns.len() - 1;
    let lines = columns.iter().enumerate().map(|(index, column)| {
        let comma = if index == last { "" } else { "," };
        let name = dialect.identifier(&column.name);
        format!("    {name} {}{comma}  {}\n", column.kind.name(dialect), Dialect::comment(&column.meaning))
    });
    let engine = match dialect {
        Dialect::DuckDb | Dialect::Spark => "",
        Dialect::ClickHouse => " ENGINE = MergeTree ORDER BY tuple()",
    };
    let title = Dialect::comment(&format!("{}: {}", source.name, source.title));
    format!("{title}\nCREATE TABLE {} (\n{}){engine};\n", dialect.table(&source.sql_table), lines.collect::<String>())
}
