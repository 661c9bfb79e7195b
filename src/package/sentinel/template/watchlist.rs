//! The lists that queries read from outside, as watchlists.

use super::alert_rule::STABLE;
use super::{Name, Reference, Resource, Scope, Value};
use crate::target::{ENTRY, Upload};

/// A watchlist with its entries, searched by them.
pub fn resource(upload: &Upload) -> Resource {
    let name = &upload.name;
    let properties = Value::object([
        ("displayName", Value::text(name)),
        ("watchlistAlias", Value::text(name)),
        ("description", Value::text(format!("The entries of the list {name} of Tokentrail's rules."))),
        ("provider", Value::text("Tokentrail")),
        ("source", Value::text(format!("{name}.csv"))),
        ("sourceType", Value::text("Local")),
        ("itemsSearchKey", Value::text(ENTRY)),
        ("contentType", Value::text("text/csv")),
        ("numberOfLinesToSkip", Value::Number(0)),
        ("rawContent", Value::text(&upload.csv)),
    ]);
    Resource {
        reference: Reference {
            symbol: format!("{name}_watchlist"),
            resource_type: "Microsoft.SecurityInsights/watchlists",
            name: Name::Text(name.clone()),
            scope: Scope::Workspace,
        },
        api_version: STABLE,
        body: vec![("properties", properties)],
        after: Vec::new(),
    }
}
