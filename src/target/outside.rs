//! Lists that do not stand in a query: the user's watchlists, and lists too long for one, with the files that hold those.

use std::sync::Arc;

use crate::plan::list::entry_text;
use crate::plan::{ExprKind, Geography, ListData, ListOrigin, Placement, Plan, Shape};
use crate::source::Span;
use crate::types::Type;

use super::{Target, sql};

/// The column of the entries in the files that are written.
pub const ENTRY: &str = "entry";

/// A list that must be uploaded for a query to find its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// The name of the watchlist, lookup or table.
    pub name: String,
    /// Its entries as CSV, in the column `entry`.
    pub csv: String,
    /// How Splunk is told of the lookup: a stanza of `transforms.conf`.
    pub transform: Option<String>,
    /// How a SQL engine makes a table of the file.
    pub table: Option<String>,
}

/// What the target calls the watchlist, lookup or table of a list.
pub fn name(list: &ListData) -> &str {
    match &list.origin {
        ListOrigin::Watchlist { alias, .. } => alias,
        ListOrigin::Inline | ListOrigin::File { .. } => &list.name,
    }
}

/// The column of the entries in a Splunk lookup, or in a table.
pub fn column(list: &ListData) -> &str {
    match &list.origin {
        ListOrigin::Watchlist { column, .. } => column,
        ListOrigin::Inline | ListOrigin::File { .. } => ENTRY,
    }
}

/// Whether the entries are the user's to keep in the target.
fn is_watchlist(list: &ListData) -> bool {
    matches!(list.origin, ListOrigin::Watchlist { .. })
}

/// What must be uploaded for a plan's query.
pub fn uploads(plan: &Plan, target: Target) -> Vec<Upload> {
    let lists = plan.lists.iter().filter(|list| list.placement == Placement::Outside && !is_watchlist(list));
    lists.map(|list| upload(list, target)).collect()
}

fn upload(list: &ListData, target: Target) -> Upload {
    let mut csv = format!("{ENTRY}\n");
    for entry in &list.entries {
        csv.push_str(&cell(&entry_text(entry)));
        csv.push('\n');
    }
    let match_type = if list.ty == Type::Cidr { format!("match_type = CIDR({ENTRY})\n") } else { String::new() };
    let name = &list.name;
    let transform = format!("[{name}]\nfilename = {name}.csv\n{match_type}max_matches = 1\n");
    let (transform, table) = match target {
        Target::Kql => (None, None),
        Target::Spl => (Some(transform), None),
        Target::Sql(dialect) => (None, Some(sql::from_file(dialect, name))),
    };
    Upload { name: name.clone(), csv, transform, table }
}

fn cell(text: &str) -> String {
    let plain = !text.contains([',', '"', '\n', '\r']) && text.trim() == text;
    if plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

/// The plan with its longest list moved out of the query; none where nothing can be moved.
pub fn with_one_more(plan: &Plan) -> Option<Plan> {
    let movable = |list: &ListData| {
        let translated = list.ty == Type::Country && plan.geography == Geography::Lookup;
        list.placement == Placement::InQuery && ListData::fits_outside(&list.ty) && !translated
    };
    let length = |list: &ListData| list.entries.iter().map(|entry| entry_text(entry).len() + 4).sum::<usize>();
    let candidates = plan.lists.iter().enumerate().filter(|(_, list)| movable(list));
    let (index, list) = candidates.max_by_key(|(_, list)| length(list))?;
    let mut plan = plan.clone();
    plan.lists[index] = Arc::new(ListData { placement: Placement::Outside, ..(**list).clone() });
    Some(plan)
}

/// Sentinel's arrays hold a megabyte, and what compares networks takes an array.
const MOST_BYTES_OF_NETWORKS: usize = 1_000_000;

/// Whether a list of networks or addresses is longer than what an array of Sentinel's holds.
pub fn is_too_long_for_an_array(list: &ListData) -> bool {
    let bytes = || list.entries.iter().map(|entry| entry_text(entry).len() + 3).sum::<usize>();
    matches!(list.ty, Type::Cidr | Type::Ip) && !is_watchlist(list) && bytes() > MOST_BYTES_OF_NETWORKS
}

/// The tests of lists outside the query that are on more than a field of the event itself, so that no lookup of the event can
/// answer them.
pub fn beyond_the_event(plan: &Plan) -> Vec<Span> {
    let mut found = Vec::new();
    let shows_the_event = match plan.shape {
        Shape::Single | Shape::Window(_) | Shape::Tumbling(_) => plan.unless.is_empty(),
        Shape::Consecutive(_) | Shape::Sequence(_) | Shape::FirstSeen(_) => false,
    };
    let of_event: Vec<_> = plan
        .streams
        .iter()
        .flat_map(|stream| &stream.filter)
        .chain(plan.aggregates.iter().filter_map(|aggregate| aggregate.argument.as_ref()))
        .chain(plan.show.iter().map(|show| &show.value).filter(|_| shows_the_event))
        .collect();
    for expr in plan.expressions() {
        let at_event = of_event.iter().any(|known| std::ptr::eq(*known, expr));
        expr.walk(&mut |part| {
            let ExprKind::InList(operand, list) = &part.kind else { return };
            let mut of_field = true;
            operand.walk(&mut |inner| {
                of_field &= !matches!(inner.kind, ExprKind::Aggregate(_) | ExprKind::Of(..));
            });
            if plan.lists[*list].placement == Placement::Outside && !(at_event && of_field) {
                found.push(part.span);
            }
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        assert_eq!(cell("curl/8.0"), "curl/8.0");
        assert_eq!(cell("a, \"b\""), "\"a, \"\"b\"\"\"");
        assert_eq!(cell(" x"), "\" x\"");
    }
}
