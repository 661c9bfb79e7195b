//! Who is at risk by an alert, and how much, as Splunk Enterprise Security counts it.

use crate::plan::{Entity, Plan};
use crate::types::Type;

/// How much a severity counts, up to 100: the bounds by which contentctl makes severities of scores, so that it makes the same one
/// again.
pub fn score(severity: &str) -> u8 {
    match severity {
        "informational" => 20,
        "low" => 40,
        "medium" => 60,
        "high" => 80,
        _ => 100,
    }
}

/// The column that stands for an entity. Several name one thing together: the one that people know it by is taken, so that its risk
/// counts once.
pub fn column<'p>(plan: &Plan, entity: &'p Entity) -> Option<&'p String> {
    let columns = plan.columns();
    let is_id = |name: &str| columns.iter().any(|column| column.name == name && is_id(column.ty));
    entity.columns.iter().find(|name| !is_id(name)).or_else(|| entity.columns.first())
}

fn is_id(ty: &Type) -> bool {
    match ty {
        Type::Id(..) => true,
        Type::Set(of) => is_id(of),
        Type::String
        | Type::Name
        | Type::Int
        | Type::Float
        | Type::Bool
        | Type::Time
        | Type::Duration
        | Type::Ip
        | Type::Cidr
        | Type::Country
        | Type::Asn
        | Type::Location
        | Type::Distance
        | Type::Speed
        | Type::Enum(_) => false,
    }
}
