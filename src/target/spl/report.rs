//! What comes out: one row per match, or one per alert.

use crate::plan::Show;
use crate::target::Grain;

use super::expr::{AggregateValue, Scope};
use super::{Writer, key_of, quote};

/// The end of a search over single events: each match is an alert of its own.
pub fn single(writer: &Writer<'_>) -> Vec<String> {
    let mut columns = match writer.options.grain {
        Grain::Match => vec!["time=_time".to_owned()],
        Grain::Alert => {
            ["first_time=_time", "last_time=_time", "matches=1", "event_ids=event_id"].map(str::to_owned).into()
        }
    };
    columns.extend(shown(writer, &[]));
    vec![format!("| eval {}", columns.join(", ")), table(writer)]
}

/// The end of a search over windows or buckets, which so far gives a row for each match.
pub fn windows(writer: &Writer<'_>, aggregates: &[AggregateValue]) -> Vec<String> {
    match writer.options.grain {
        Grain::Match => {
            let mut columns = vec!["time=_time".to_owned()];
            columns.extend(shown(writer, aggregates));
            vec![format!("| eval {}", columns.join(", ")), table(writer)]
        }
        Grain::Alert => alerts(writer, aggregates),
    }
}

/// Matches of one key that follow each other within the window's width are one alert, with the evidence of the first.
fn alerts(writer: &Writer<'_>, aggregates: &[AggregateValue]) -> Vec<String> {
    let columns = &writer.columns;
    let key = writer.key().join(", ");
    let width = quote::seconds(writer.plan.shape.width().unwrap_or(0));
    let (previous, starts, alert) = (&columns.previous, &columns.starts, &columns.alert);
    let mut made = vec!["first_time=_time".to_owned()];
    made.extend(shown(writer, aggregates));
    vec![
        format!("| sort 0 {key}, _time, event_id"),
        format!("| streamstats current=f window=1 global=f last(_time) AS {previous} by {key}"),
        format!("| eval {starts}=if(isnull({previous}) OR round(_time-{previous}, 6)>{width}, 1, 0)"),
        format!("| streamstats sum({starts}) AS {alert} by {key}"),
        format!("| eventstats max(_time) AS last_time count AS matches by {key}, {alert}"),
        format!("| where {starts}=1"),
        format!("| eval {}", made.join(", ")),
        table(writer),
    ]
}

/// The evidence columns that are not there already under their own name.
fn shown(writer: &Writer<'_>, aggregates: &[AggregateValue]) -> Vec<String> {
    let scope = Scope { plan: writer.plan, columns: &writer.columns, aggregates };
    let value = |show: &Show| {
        let value = scope.value(&show.value).text;
        let name = quote::column(&show.name);
        (value != name).then(|| format!("{name}={value}"))
    };
    writer.plan.show.iter().filter_map(value).collect()
}

fn table(writer: &Writer<'_>) -> String {
    let fields = key_of(&writer.plan.shape).iter();
    let mut names: Vec<String> = fields.map(|index| writer.plan.fields[index.0].name.clone()).collect();
    match writer.options.grain {
        Grain::Match => names.extend(["time", "event_id"].map(str::to_owned)),
        Grain::Alert => names.extend(["first_time", "last_time", "matches", "event_ids"].map(str::to_owned)),
    }
    names.extend(writer.plan.show.iter().map(|show| show.name.clone()));
    format!("| table {}", names.join(", "))
}
