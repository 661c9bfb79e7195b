//! First uses: every event with the time of the same tuple's use before, and of the newest event of its key that is old enough to
//! have learned from.

use crate::plan::{FieldIndex, FirstSeen};

use super::{Writer, period, quote, report, shape};

/// Everything behind the events.
pub fn write(writer: &Writer<'_>, first_seen: &FirstSeen) -> Vec<String> {
    let columns = &writer.columns.first_use;
    let mut lines = shape::with_news(writer);
    lines.extend(shape::in_order(writer));
    lines.extend(shape::without_copies(writer));
    lines.extend(period::both_views(writer));
    let tuple: Vec<String> = first_seen.tuple.iter().flat_map(|index| names(writer, *index)).collect();
    let by = [writer.group(), tuple.clone()].concat().join(", ");
    lines.push(format!("| streamstats current=f window=1 global=f last(_time) AS {} by {by}", columns.last));
    let mut first: Vec<String> = tuple.iter().map(|name| format!("isnotnull({name})")).collect();
    first.push(format!("(isnull({0}) OR {0}<{1})", columns.last, quote::moved("_time", -first_seen.history)));
    first.push(format!("({})", period::counted(writer)));
    let first = first.join(" AND ");
    match first_seen.learning.filter(|learning| *learning > 0) {
        None => lines.push(writer.kept(&first)),
        Some(learning) => lines.extend(learned(writer, first_seen, &first, &quote::width(learning))),
    }
    lines.extend(shape::standing(writer));
    lines.extend(report::single(writer));
    lines
}

fn names(writer: &Writer<'_>, index: FieldIndex) -> Vec<String> {
    writer.columns.names(index).into_iter().map(quote::column).collect()
}

/// Every event has a second row at the moment from which on it can be learned from. Only first uses keep their own.
fn learned(writer: &Writer<'_>, first_seen: &FirstSeen, first: &str, learning: &str) -> Vec<String> {
    let columns = &writer.columns.first_use;
    let (is_first, moment, marker, learned) = (&columns.is_first, &columns.moment, &columns.marker, &columns.learned);
    let by = writer.group();
    let by = if by.is_empty() { String::new() } else { format!(" by {}", by.join(", ")) };
    let (own, later) = ("printf(\"%.6f\", _time)", format!("printf(\"%.6f\", _time+{learning})"));
    let both = format!("if({is_first}=1, mvappend({own}, {later}), {later})");
    let moments =
        if writer.has_unless() { format!("if(isnull({}), {own}, {both})", writer.columns.part) } else { both };
    vec![
        format!("| eval {is_first}=if({first}, 1, 0)"),
        format!("| eval {moment}={moments}"),
        format!("| mvexpand {moment}"),
        format!("| eval {moment}=tonumber({moment}), {marker}=if({moment}>_time, 1, 0)"),
        // At one moment what can be learned from comes first.
        format!("| sort 0 num({moment}), -num({marker}), {}", shape::ties(writer)),
        format!("| streamstats max(eval(if({marker}=1, _time, null()))) AS {learned}{by}"),
        format!("| where {marker}=0"),
        writer.kept(&format!("{learned}>={}", quote::moved("_time", -first_seen.history))),
    ]
}
