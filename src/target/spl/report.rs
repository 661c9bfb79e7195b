//! What comes out: one row per match, or one per alert.

use crate::plan::Expr;
use crate::target::Grain;
use crate::target::fragment::Strength;
use crate::types::Type;

use super::expr::{AggregateValue, Event};
use super::{Writer, quote};

/// The end of a search over single events: each match is an alert of its own.
pub fn single(writer: &Writer<'_>) -> Vec<String> {
    let columns = match writer.options.grain {
        Grain::Match => vec!["time=_time".to_owned()],
        Grain::Alert => {
            ["first_time=_time", "last_time=_time", "matches=1", "event_ids=event_id"].map(str::to_owned).into()
        }
    };
    finish(writer, columns, &[])
}

/// The end of a search over windows or buckets, which so far gives a row for each match, in order of time.
pub fn windows(writer: &Writer<'_>, aggregates: &[AggregateValue]) -> Vec<String> {
    match writer.options.grain {
        Grain::Match => finish(writer, vec!["time=_time".to_owned()], aggregates),
        Grain::Alert => alerts(writer, aggregates),
    }
}

/// The end of a search whose matches have other events beside their own; these columns hold the ids of all of them.
pub fn with_others(writer: &Writer<'_>, ids: &[String]) -> Vec<String> {
    let mut lines = Vec::new();
    if writer.options.grain == Grain::Alert {
        lines.push(format!("| eval event_ids=mvappend({})", ids.join(", ")));
    }
    lines.extend(windows(writer, &[]));
    lines
}

/// Matches of one key that follow each other within the window's width are one alert, with the evidence of the first.
fn alerts(writer: &Writer<'_>, aggregates: &[AggregateValue]) -> Vec<String> {
    let columns = &writer.columns;
    let key = writer.key().join(", ");
    let width = quote::seconds(writer.plan.shape.width().unwrap_or(0));
    let (previous, starts, alert) = (&columns.previous, &columns.starts, &columns.alert);
    let mut lines = vec![
        format!("| streamstats current=f window=1 global=f last(_time) AS {previous} by {key}"),
        format!("| eval {starts}=if(isnull({previous}) OR round(_time-{previous}, 6)>{width}, 1, 0)"),
        format!("| streamstats sum({starts}) AS {alert} by {key}"),
        format!("| eventstats max(_time) AS last_time count AS matches by {key}, {alert}"),
        format!("| where {starts}=1"),
    ];
    lines.extend(finish(writer, vec!["first_time=_time".to_owned()], aggregates));
    lines
}

/// Makes the columns of the result and leaves no others. Times stay numbers and are shown as text.
fn finish(writer: &Writer<'_>, mut assignments: Vec<String>, aggregates: &[AggregateValue]) -> Vec<String> {
    let mut renamed = Vec::new();
    let scope = writer.scope(aggregates, Event::Row);
    for (show, made) in writer.plan.show.iter().zip(&writer.columns.made) {
        let (value, name) = (shown(&scope, &show.value), quote::column(&show.name));
        if value == name {
            continue;
        }
        // The name of a field may be taken only when no other column needs the field any more.
        if writer.plan.fields.iter().any(|field| field.name == show.name) {
            assignments.push(format!("{made}={value}"));
            renamed.push(format!("{made} AS {}", show.name));
        } else {
            assignments.push(format!("{name}={value}"));
        }
    }
    let mut lines = vec![format!("| eval {}", assignments.join(", "))];
    if !renamed.is_empty() {
        lines.push(format!("| rename {}", renamed.join(", ")));
    }
    lines.push(table(writer));
    let format = |name: &str| format!("| fieldformat {name}=strftime({name}, \"%Y-%m-%dT%H:%M:%S.%6N%z\")");
    lines.extend(times(writer).iter().map(|name| format(&quote::column(name))));
    lines
}

/// A value as a column: distances in km, speeds in km/h.
fn shown(scope: &super::expr::Scope<'_>, value: &Expr) -> String {
    let written = scope.value(value);
    if value.ty == Type::Distance {
        format!("{}/1000", written.at(Strength::Product))
    } else if value.ty == Type::Speed {
        format!("{}*18/5", quote::exact(&written.text).text)
    } else {
        written.text
    }
}

/// The columns that hold a time.
fn times<'a>(writer: &Writer<'a>) -> Vec<&'a str> {
    let mut names = match writer.options.grain {
        Grain::Match => vec!["time"],
        Grain::Alert => vec!["first_time", "last_time"],
    };
    let shown = writer.plan.show.iter().filter(|show| show.value.ty == Type::Time);
    names.extend(shown.map(|show| show.name.as_str()));
    names
}

fn table(writer: &Writer<'_>) -> String {
    let fields = writer.plan.shape.key().iter();
    let mut names: Vec<String> = fields.map(|index| writer.plan.fields[index.0].name.clone()).collect();
    match writer.options.grain {
        Grain::Match => names.extend(["time", "event_id"].map(str::to_owned)),
        Grain::Alert => names.extend(["first_time", "last_time", "matches", "event_ids"].map(str::to_owned)),
    }
    names.extend(writer.plan.show.iter().map(|show| show.name.clone()));
    format!("| table {}", names.join(", "))
}
