//! What an alert of Defender's is about: the entities of Sentinel with the identifiers that the Graph API takes.
//!
//! Facts: `entityMappingConfiguration` and the mappings in it, in the reference of the Graph API (beta and v1.0, 2026). Which
//! identifiers are enough, and that one entity must be an account, a host, a mailbox or an address, is not in the reference but in
//! what the service answers (`docs/API-Constraints.md` of `SentinelToXDR`, 16 September 2026).

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use crate::package::sentinel::rule::EntityMapping;

/// The entities that one of the others must be beside.
const ASSETS: [&str; 4] = ["accounts", "hosts", "mailboxes", "ips"];

/// Entities by the property that holds them, each an object from identifiers to columns.
pub type Mappings = IndexMap<&'static str, Vec<Json>>;

/// Spells entities for the Graph API. Those that nothing identifies are left out; their places in `entities` come second.
pub fn map(entities: &[EntityMapping]) -> (Mappings, Vec<usize>) {
    let mut mappings = Mappings::new();
    let mut left_out = Vec::new();
    for (index, entity) in entities.iter().enumerate() {
        let property = property(entity.entity_type);
        let identifier = |(name, column): &(&'static str, String)| {
            identifier(name).map(|name| (name.to_owned(), Json::from(column.clone())))
        };
        let columns: Map<String, Json> = entity.fields.iter().filter_map(identifier).collect();
        match property.filter(|property| is_enough(property, &columns)) {
            Some(property) => {
                let known = mappings.entry(property).or_default();
                let columns = Json::Object(columns);
                if !known.contains(&columns) {
                    known.push(columns);
                }
            }
            None => left_out.push(index),
        }
    }
    mappings.sort_keys();
    (mappings, left_out)
}

/// Whether an alert may be about these.
pub fn has_asset(mappings: &Mappings) -> bool {
    ASSETS.iter().any(|asset| mappings.contains_key(asset))
}

/// The property for entities of a type of Sentinel's.
fn property(entity_type: &str) -> Option<&'static str> {
    Some(match entity_type {
        "Account" => "accounts",
        "IP" => "ips",
        "Host" => "hosts",
        "CloudApplication" => "cloudApplications",
        "Mailbox" => "mailboxes",
        "URL" => "urls",
        _ => return None,
    })
}

/// The property for an identifier of Sentinel's.
fn identifier(name: &str) -> Option<&'static str> {
    Some(match name {
        "Name" | "HostName" => "nameColumn",
        "UPNSuffix" => "upnSuffixColumn",
        "AadUserId" => "aadUserIdColumn",
        "Address" | "Url" => "addressColumn",
        "AppId" => "appIdColumn",
        "MailboxPrimaryAddress" => "primaryAddressColumn",
        _ => return None,
    })
}

/// Whether these identifiers tell an entity. An account is not told by its name without the domain.
fn is_enough(property: &str, columns: &Map<String, Json>) -> bool {
    let has = |name: &str| columns.contains_key(name);
    match property {
        "accounts" => has("aadUserIdColumn") || (has("nameColumn") && has("upnSuffixColumn")),
        _ => !columns.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(entity_type: &'static str, fields: &[(&'static str, &str)]) -> EntityMapping {
        let fields = fields.iter().map(|(name, column)| (*name, (*column).to_owned())).collect();
        EntityMapping { entity_type, fields }
    }

    #[test]
    fn an_account_needs_its_id_or_its_name_with_the_domain() {
        let entities = [
            entity("Account", &[("Name", "user_Name"), ("UPNSuffix", "user_UPNSuffix")]),
            entity("Account", &[("AadUserId", "user_id")]),
            entity("Account", &[("Name", "principal")]),
            entity("IP", &[("Address", "ip")]),
            entity("IP", &[("Address", "ip")]),
        ];
        let (mappings, left_out) = map(&entities);
        assert_eq!(left_out, [2]);
        assert_eq!(mappings["accounts"].len(), 2);
        assert_eq!(mappings["ips"], [serde_json::json!({ "addressColumn": "ip" })]);
        assert!(has_asset(&mappings));
    }

    #[test]
    fn an_application_alone_is_nothing_that_an_alert_may_be_about() {
        let (mappings, left_out) = map(&[entity("CloudApplication", &[("AppId", "app")])]);
        assert_eq!(mappings["cloudApplications"], [serde_json::json!({ "appIdColumn": "app" })]);
        assert!(left_out.is_empty() && !has_asset(&mappings));
    }
}
