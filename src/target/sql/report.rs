//! From matches to rows: what is new since the run before, alerts, and the columns of the result.

use crate::plan::Shape;
use crate::target::fragment::{Fragment, Strength};
use crate::target::{Dialect, Grain};
use crate::types::Type;

use super::names::{Of, own};
use super::{Cte, Pass, Writer, anti, indent, shape};

/// The parts behind the matches, and the last statement.
pub fn write(writer: &Writer<'_>) -> (Vec<Cte>, String) {
    let mut ctes = Vec::new();
    let mut from = Pass::Now.name("matches");
    if writer.is_scheduled() {
        ctes.push(Cte { name: "new_matches".to_owned(), body: fresh(writer) });
        "new_matches".clone_into(&mut from);
    }
    if writer.options.grain == Grain::Alert && writer.plan.shape.width().is_some() {
        ctes.extend(alerts(writer, &from));
        "alerts".clone_into(&mut from);
    }
    let columns = columns(writer);
    let first: Vec<String> = (1..=columns.len().min(3)).map(|place| place.to_string()).collect();
    let last = format!("SELECT {}\nFROM {from}\nORDER BY {}", columns.join(",\n    "), first.join(", "));
    (ctes, last)
}

/// The matches that there were not at the run before. A bucket is the same bucket though its last event is another.
fn fresh(writer: &Writer<'_>) -> String {
    let mut names = writer.key(Of::Match);
    match writer.plan.shape {
        Shape::Tumbling(_) => names.push("m_bucket".to_owned()),
        Shape::Single | Shape::Window(_) | Shape::Consecutive(_) | Shape::Sequence(_) | Shape::FirstSeen(_) => {
            names.extend([own::SOURCE, "time", "event_id"].map(|name| Of::Match.column(name)));
        }
    }
    if writer.dialect == Dialect::ClickHouse {
        let identity = anti::identity(&names);
        let (now, before) = (Pass::Now.name("matches"), Pass::Before.name("matches"));
        return format!("SELECT *\nFROM {now}\nWHERE {identity} NOT IN (SELECT {identity} FROM {before})");
    }
    let same: Vec<String> = names
        .iter()
        .map(|name| {
            if name == "m_event_id" {
                format!("coalesce(b.{name}, '') = coalesce(n.{name}, '')")
            } else {
                format!("b.{name} = n.{name}")
            }
        })
        .collect();
    let before = Pass::Before.name("matches");
    let known = shape::select(&["1".to_owned()], &format!("{before} AS b"), &same);
    format!("SELECT *\nFROM {} AS n\nWHERE NOT EXISTS (\n{}\n)", Pass::Now.name("matches"), indent(&known))
}

/// Matches of one key that follow each other within the width are one alert: its first match, with how many there are and when
/// the last one was.
fn alerts(writer: &Writer<'_>, from: &str) -> Vec<Cte> {
    let width = writer.plan.shape.width().unwrap_or(0);
    let key = writer.key(Of::Match);
    let by = shape::partition(&key);
    let order = shape::order(Of::Match, "");
    let previous = writer.dialect.lag("m_time", &format!("{by}ORDER BY {order}"));
    let starts =
        format!("SELECT *, CASE WHEN m_time - {previous} <= {width} THEN 0 ELSE 1 END AS starts_alert\nFROM {from}");
    let numbered = format!(
        "SELECT *, sum(starts_alert) OVER ({by}ORDER BY {order} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS \
         alert_number\nFROM alert_starts"
    );
    let mut of_alert = key;
    of_alert.push("alert_number".to_owned());
    let over = shape::partition(&of_alert);
    let over = over.trim_end();
    let counted = format!(
        "SELECT *, max(m_time) OVER ({over}) AS last_match_time, count(*) OVER ({over}) AS match_count\nFROM alert_numbers"
    );
    let alerts = "SELECT * FROM counted_alerts WHERE starts_alert = 1".to_owned();
    [("alert_starts", starts), ("alert_numbers", numbered), ("counted_alerts", counted), ("alerts", alerts)]
        .map(|(name, body)| Cte { name: name.to_owned(), body })
        .into()
}

/// The columns of the result, under the language's names.
fn columns(writer: &Writer<'_>) -> Vec<String> {
    let plan = writer.plan;
    let dialect = writer.dialect;
    let name = |name: &str| dialect.identifier(name);
    let mut columns: Vec<String> = Vec::new();
    for index in plan.shape.key() {
        columns.push(format!(
            "{} AS {}",
            Of::Match.column(writer.names.field(*index)),
            name(&plan.fields[index.0].name)
        ));
    }
    let grouped = plan.shape.width().is_some();
    match writer.options.grain {
        Grain::Match => {
            columns.push(format!("{} AS {}", dialect.moment("m_time"), name("time")));
            columns.push(format!("m_event_id AS {}", name("event_id")));
        }
        Grain::Alert => {
            let last = if grouped { "last_match_time" } else { "m_time" };
            let count = if grouped { "match_count" } else { "1" };
            columns.push(format!("{} AS {}", dialect.moment("m_time"), name("first_time")));
            columns.push(format!("{} AS {}", dialect.moment(last), name("last_time")));
            columns.push(format!("{count} AS {}", name("matches")));
            columns.push(format!("evidence_ids AS {}", name("event_ids")));
        }
    }
    let scope = writer.scope(Of::Match);
    for show in &plan.show {
        let text = shown(dialect, &scope.value(&show.value), &show.value.ty);
        columns.push(format!("{text} AS {}", name(&show.name)));
    }
    columns
}

/// A value as people read it: moments as such, durations in seconds, distances in km, speeds in km/h.
fn shown(dialect: Dialect, value: &Fragment, ty: &Type) -> String {
    match ty {
        Type::Time => dialect.moment(&value.text),
        Type::Duration => format!("CAST({} AS {}) / 1000000", value.text, dialect.real()),
        Type::Distance => format!("{} / 1000e0", value.at(Strength::Product)),
        Type::Speed => format!("{} * 3.6e0", value.at(Strength::Product)),
        Type::Set(inner) if matches!(**inner, Type::Time | Type::Duration | Type::Distance | Type::Speed) => {
            dialect.each(&value.text, "one", &shown(dialect, &Fragment::atom("one"), inner))
        }
        Type::String
        | Type::Name
        | Type::Int
        | Type::Float
        | Type::Bool
        | Type::Ip
        | Type::Cidr
        | Type::Country
        | Type::Asn
        | Type::Location
        | Type::Enum(_)
        | Type::Id(..)
        | Type::Set(_) => value.at(Strength::Or),
    }
}
