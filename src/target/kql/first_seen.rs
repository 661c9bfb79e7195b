//! First uses: the events of a key and tuple in their order, those kept that follow no other within the history.

use crate::plan::{EVENT_ID, FirstSeen, Role};
use crate::target::quote;

use super::Writer;
use super::evaluation;
use super::events;
use super::layout::{self, Pipeline, column};
use super::matches::{self, Matches};
use super::names::Own;

/// The matches.
pub fn write(writer: &Writer<'_>, first_seen: &FirstSeen) -> Matches {
    let events = events::write(writer);
    let mut statements = events.statements;
    let tuple: Vec<String> = first_seen.tuple.iter().map(|index| writer.names.field(*index).to_owned()).collect();
    let mut query = match first_seen.learning {
        None => {
            let mut with_tuple = events.pipeline;
            with_tuple.steps(has_tuple(writer, first_seen));
            let both: Vec<String> = writer.key().into_iter().chain(tuple.iter().cloned()).collect();
            let mut query = matches::of_keys_with_news(writer, &both, with_tuple, &mut statements);
            query.steps(evaluation::expand(writer));
            query
        }
        Some(_) => {
            let mut query = matches::of_keys_with_news(writer, &writer.key(), events.pipeline, &mut statements);
            query.steps(evaluation::expand(writer));
            let name = writer.own(Own::Candidates);
            statements.push(layout::materialized(&name, &query));
            let mut query = Pipeline::new(name);
            query.steps(has_tuple(writer, first_seen));
            query
        }
    };
    query.step(matches::sorted(writer, &tuple));
    query.steps(follows_none(writer, &tuple));
    query.step(evaluation::in_period(writer, writer.time()));
    let id = (writer.names.field(EVENT_ID).to_owned(), writer.is_optional(Role::Match, EVENT_ID));
    let matches = matches::of_events(writer, statements, query, Vec::new(), &[id]);
    match first_seen.learning {
        None => matches,
        Some(learning) => of_known_keys(writer, first_seen.history - learning, matches),
    }
}

/// That the fields of the tuple are there.
fn has_tuple(writer: &Writer<'_>, first_seen: &FirstSeen) -> Option<String> {
    let mut optional = writer.optional[0].clone();
    events::presence(writer, &first_seen.tuple, &mut optional)
}

/// That the event before is of another key or tuple, or older than the history.
fn follows_none(writer: &Writer<'_>, tuple: &[String]) -> [String; 2] {
    let mut tests: Vec<String> = evaluation::key(writer).into_iter().chain(tuple.iter().cloned()).collect();
    for column in &mut tests {
        *column = format!("{column} == prev({column})");
    }
    let time = writer.time();
    tests.push(format!("{time} - prev({time}) <= {}", writer.own(Own::History)));
    let known = writer.own(Own::Known);
    // The first row of all follows nothing: what is compared with it is missing.
    [format!("extend {known} = coalesce({}, false)", tests.join(" and ")), format!("where not({known})")]
}

/// The first uses by keys that have an event between the start of the history and the start of learning. That stretch of time
/// is as long as the buckets are and touches two of them: the end of the first one, and the start of the second one.
fn of_known_keys(writer: &Writer<'_>, span: i64, matches: Matches) -> Matches {
    let [name, bucket, first, last, match_time, history, learning] =
        [Own::FirstUses, Own::Bucket, Own::FirstUse, Own::LastUse, Own::MatchTime, Own::History, Own::Learning]
            .map(|own| writer.own(own));
    let (span, time) = (quote::timespan(span), writer.time());
    let mut statements = matches.statements;
    statements.push(layout::materialized(&name, &matches.pipeline));
    let mut by = evaluation::key(writer);
    by.push(column(&bucket, &format!("bin({time}, {span})")));
    let mut uses = Pipeline::new(writer.own(Own::Candidates));
    let edges = [format!("{first} = min({time})"), format!("{last} = max({time})")];
    uses.step(layout::columns_by("summarize", &edges, &by));
    let (from, to) = (format!("{match_time} - {history}"), format!("{match_time} - {learning}"));
    let mut known = Pipeline::new(name.clone());
    known.step(format!("extend {bucket} = pack_array(bin({from}, {span}), bin({to}, {span}))"));
    known.step(format!("mv-expand {bucket} to typeof(datetime)"));
    let mut on = evaluation::key(writer);
    on.push(bucket);
    known.step(format!("join kind=inner {} on {}", uses.nested(), on.join(", ")));
    let between = |column: &str| format!("{column} between (({from}) .. ({to}))");
    known.step(format!("where {} or {}", between(&first), between(&last)));
    let identity = evaluation::identity(writer).join(", ");
    known.step(format!("distinct {identity}"));
    let mut pipeline = Pipeline::new(name);
    pipeline.step(format!("join kind=leftsemi {} on {identity}", known.nested()));
    Matches { statements, pipeline, columns: matches.columns }
}
