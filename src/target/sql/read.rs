//! The events of a stream: its sources' views with their columns under the query's own names, missing values NULL, copies
//! removed.

use crate::plan::{DAY, EVENT_ID, FieldIndex, Geography, Leg, Stream, TIME};
use crate::target::fragment::{Fragment, Strength};
use crate::types::{Issuer, Type};

use super::dialect::Dialect;
use super::names::{self, Of, own};
use super::{Cte, Pass, Writer, indent, list, network};

/// The moments that events are read from and up to, in microseconds.
pub struct Bounds {
    /// The first.
    pub from: String,
    /// The first one after, where there is one.
    pub to: Option<String>,
}

impl Bounds {
    /// Conditions on an event.
    fn conditions(&self, writer: &Writer<'_>) -> Vec<String> {
        let mut conditions = vec![format!("f_time >= {}", self.from)];
        conditions.extend(self.to.iter().map(|to| format!("f_time < {to}")));
        if writer.is_scheduled() {
            // What comes in while the query runs belongs to the next run.
            let arrived = Of::Event.column(own::ARRIVED);
            conditions.push(format!("{arrived} <= {}", writer.moment(Pass::Now)));
        }
        conditions
    }

    /// A condition on the rows of a table, so that only the files and partitions of that time are read. It leaves a day more on
    /// either side: an engine may compare a moment without time zone in its own.
    fn coarse(&self, dialect: Dialect) -> String {
        let time = dialect.identifier("time");
        let from = format!("{time} >= {}", dialect.moment(&format!("{} - {DAY}", self.from)));
        let to = self.to.iter().map(|to| format!(" AND {time} < {}", dialect.moment(&format!("{to} + {DAY}"))));
        to.fold(from, |text, to| text + &to)
    }
}

/// The CTEs of a stream; the last one has the name `name`.
pub fn stream(writer: &Writer<'_>, stream: &Stream, name: &str, key: &[FieldIndex], bounds: &Bounds) -> Vec<Cte> {
    let legs: Vec<String> = stream.legs.iter().map(|one| leg(writer, one, bounds)).collect();
    let bounds = bounds.conditions(writer);
    let records = format!("{name}_records");
    let scope = writer.scope(Of::Event);
    let mut conditions = bounds.clone();
    conditions.extend(key.iter().map(|index| format!("{} IS NOT NULL", Of::Event.column(writer.names.field(*index)))));
    conditions.extend(stream.filter.iter().map(|condition| scope.holds(condition).at(Strength::And)));
    let from = with_digits(writer, stream, legs.join("\nUNION ALL\n"));
    let columns = columns(writer, stream);
    let where_ = conditions.join("\n  AND ");
    let member = list::membership(writer, stream, &format!("{name}_read"));
    let mut ctes = Vec::new();
    let filtered = if member.columns.is_empty() {
        format!("SELECT *\nFROM (\n{}\n) AS records\nWHERE {where_}", indent(&from))
    } else {
        let read = format!("SELECT *\nFROM (\n{}\n) AS records\nWHERE {}", indent(&from), bounds.join("\n  AND "));
        ctes.push(Cte { name: format!("{name}_read"), body: read });
        ctes.extend(member.ctes);
        let looked_up = format!("SELECT *,\n    {}\nFROM {name}_read", member.columns.join(",\n    "));
        format!("SELECT *\nFROM (\n{}\n) AS records\nWHERE {where_}", indent(&looked_up))
    };
    // Of several copies of an event the earliest stays; it arrived when the first of them did. Events without id are no copies.
    let identity = "f_source_name, f_event_id";
    let arrived = Of::Event.column(own::ARRIVED);
    let counted = format!(
        "SELECT *,\n    row_number() OVER (PARTITION BY {identity} ORDER BY f_time, {arrived}) AS copy,\n    \
         min({arrived}) OVER (PARTITION BY {identity}) AS first_arrival\nFROM {records}"
    );
    let kept: Vec<String> = columns
        .iter()
        .map(|column| {
            if *column == arrived {
                format!("CASE WHEN f_event_id IS NULL THEN {arrived} ELSE first_arrival END AS {arrived}")
            } else {
                column.clone()
            }
        })
        .collect();
    let body = format!(
        "SELECT {}\nFROM (\n{}\n) AS counted\nWHERE f_event_id IS NULL OR copy = 1",
        kept.join(", "),
        indent(&counted)
    );
    ctes.push(Cte { name: records, body: filtered });
    ctes.push(Cte { name: name.to_owned(), body });
    ctes
}

/// All columns of a stream's events.
pub fn columns(writer: &Writer<'_>, stream: &Stream) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for (index, field) in writer.plan.fields.iter().enumerate() {
        let index = FieldIndex(index);
        if stream.has(index) {
            columns.extend(writer.names.columns(index, &field.ty).iter().map(|name| Of::Event.column(name)));
        }
    }
    columns.extend([own::SOURCE, own::ARRIVED].map(|name| Of::Event.column(name)));
    columns
}

/// One source's events under the query's names.
fn leg(writer: &Writer<'_>, leg: &Leg, bounds: &Bounds) -> String {
    let dialect = writer.dialect;
    let mut inner: Vec<String> = Vec::new();
    for (index, field) in leg.fields.iter().enumerate() {
        let index = FieldIndex(index);
        if field.is_none() {
            continue;
        }
        let names = writer.names.columns(index, &writer.plan.fields[index.0].ty);
        for (name, value) in names.iter().zip(values(writer, leg, index)) {
            inner.push(format!("{value} AS {}", Of::Event.column(name)));
        }
    }
    inner.push(format!("{} AS {}", dialect.text(&leg.source.name), Of::Event.column(own::SOURCE)));
    let arrived = if writer.is_scheduled() {
        dialect.micros(&dialect.identifier("arrived"))
    } else {
        // A fixed period asks for no arrivals.
        format!("CAST(0 AS {})", dialect.whole())
    };
    inner.push(format!("{arrived} AS {}", Of::Event.column(own::ARRIVED)));
    let table = dialect.table(&leg.source.sql_table);
    format!("SELECT {}\nFROM {table}\nWHERE {}", inner.join(",\n    "), bounds.coarse(dialect))
}

/// The rows of all sources with the digits of the addresses that are looked for in networks.
fn with_digits(writer: &Writer<'_>, stream: &Stream, rows: String) -> String {
    let dialect = writer.dialect;
    let tested = (0..writer.plan.fields.len()).map(FieldIndex);
    let tested = tested.filter(|index| stream.has(*index) && writer.names.is_tested(*index));
    let names: Vec<&str> = tested.map(|index| writer.names.field(index)).collect();
    if names.is_empty() {
        return rows;
    }
    let around = |columns: Vec<String>, rows: &str| {
        format!("SELECT *,\n    {}\nFROM (\n{}\n) AS addresses", columns.join(",\n    "), indent(rows))
    };
    let groups = |name: &str| Of::Event.column(&names::groups(name));
    let groups_of = |name: &&str| {
        let spelled = network::groups(dialect, &Of::Event.column(name))?;
        Some(format!("{spelled} AS {}", groups(name)))
    };
    let in_groups: Vec<String> = names.iter().filter_map(groups_of).collect();
    let rows = if in_groups.is_empty() { rows } else { around(in_groups, &rows) };
    let digits = names.iter().map(|name| {
        let digits = network::digits_of(dialect, &Of::Event.column(name), &groups(name));
        format!("{digits} AS {}", Of::Event.column(&names::digits(name)))
    });
    around(digits.collect(), &rows)
}

/// A field's columns as they are read from the view. Digits of addresses are not among them.
fn values(writer: &Writer<'_>, leg: &Leg, index: FieldIndex) -> Vec<String> {
    let dialect = writer.dialect;
    let field = &writer.plan.fields[index.0];
    let looked_up = writer.plan.geography == Geography::Lookup;
    let view = |name: &str| dialect.identifier(name);
    let text = |name: &str| format!("nullif(CAST({} AS {}), '')", view(name), dialect.string());
    if index == TIME {
        return vec![dialect.micros(&view("time"))];
    }
    if index == EVENT_ID {
        return vec![text("event_id")];
    }
    let name = match (&field.ty, field.name.as_str()) {
        (Type::Country, _) | (_, "city") if looked_up => format!("ip_{}", field.name),
        (_, name) => name.to_owned(),
    };
    vec![match &field.ty {
        Type::Location => {
            let prefix = if looked_up { "ip".to_owned() } else { name };
            let coordinate =
                |which: &str| format!("CAST({} AS {})", view(&format!("{prefix}_{which}")), dialect.real());
            return vec![coordinate("latitude"), coordinate("longitude")];
        }
        Type::Name => dialect.lower(&text(&name)),
        Type::Ip => format!("lower({})", text(&name)),
        Type::Country => format!("upper({})", text(&name)),
        Type::Id(_, Issuer::Several) => {
            let tag = dialect.text(&format!("{}:", leg.source.provider));
            format!("CASE WHEN {0} IS NOT NULL THEN {1} END", text(&name), dialect.join(&[tag, text(&name)]))
        }
        Type::String | Type::Cidr | Type::Enum(_) | Type::Id(_, Issuer::One(_)) => text(&name),
        Type::Int | Type::Asn => format!("CAST({} AS {})", view(&name), dialect.whole()),
        Type::Float | Type::Distance | Type::Speed => format!("CAST({} AS {})", view(&name), dialect.real()),
        Type::Time => dialect.micros(&view(&name)),
        Type::Duration | Type::Bool | Type::Set(_) => view(&name),
    }]
}

/// That two events are different ones.
pub fn different(one: Of, other: Of) -> Fragment {
    let same: Vec<String> = [own::SOURCE, "time", "event_id"]
        .iter()
        .map(|name| {
            let (one, other) = (one.column(name), other.column(name));
            if *name == "event_id" {
                format!("coalesce({one}, '') = coalesce({other}, '')")
            } else {
                format!("{one} = {other}")
            }
        })
        .collect();
    Fragment::new(format!("NOT ({})", same.join(" AND ")), Strength::Comparison)
}
