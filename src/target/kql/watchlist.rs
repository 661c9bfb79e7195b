//! Lists that a query reads from a watchlist.
//!
//! Values are a table that `in` takes as it is. Networks and addresses are an array for the functions that compare them, IPv4 and
//! IPv6 apart, because each family of functions knows its own kind only.

use crate::plan::{ListData, ListOrigin};
use crate::target::fragment::{Fragment, Strength};
use crate::target::{outside, quote};
use crate::types::Type;
use crate::value::Value;

use super::network;

/// Whether a list is compared as networks.
pub fn is_of_addresses(list: &ListData) -> bool {
    matches!(list.ty, Type::Cidr | Type::Ip)
}

/// The kinds of address that a list may hold: prefix of the functions, and the condition on an entry.
fn kinds(list: &ListData) -> Vec<(&'static str, &'static str)> {
    let is_v6 = |entry: &Value| match entry {
        Value::Ip(address) => address.is_ipv6(),
        Value::Cidr(network) => matches!(network, ipnet::IpNet::V6(_)),
        Value::Missing
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Time(_)
        | Value::Duration(_)
        | Value::Location(..)
        | Value::Set(_) => false,
    };
    // What is in the user's own watchlist when the query runs is not known here.
    let open = matches!(list.origin, ListOrigin::Watchlist { .. });
    let (v4, v6) = (open || list.entries.iter().any(|entry| !is_v6(entry)), open || list.entries.iter().any(is_v6));
    // A row that is no address must not make the answer for all the others null.
    let both = if open {
        [
            ("ipv4", "isnotnull(parse_ipv4(SearchKey))"),
            ("ipv6", "SearchKey contains_cs \":\" and isnotempty(parse_ipv6(SearchKey))"),
        ]
    } else {
        [("ipv4", "SearchKey !contains_cs \":\""), ("ipv6", "SearchKey contains_cs \":\"")]
    };
    both.into_iter().zip([v4, v6]).filter(|(_, present)| *present).map(|(kind, _)| kind).collect()
}

fn variable(name: &str, prefix: &str) -> String {
    format!("{name}_{prefix}")
}

/// The variables of a list: name and value.
pub fn variables(name: &str, list: &ListData) -> Vec<(String, String)> {
    let watchlist = format!("_GetWatchlist({})", quote::text(outside::name(list)));
    if is_of_addresses(list) {
        let array =
            |test: &str| format!("toscalar({watchlist} | where {test} | summarize make_list(tostring(SearchKey)))");
        return kinds(list).into_iter().map(|(prefix, test)| (variable(name, prefix), array(test))).collect();
    }
    let entry = match list.ty {
        Type::Name => "tolower(SearchKey)",
        Type::Country => "toupper(SearchKey)",
        Type::Int => "tolong(SearchKey)",
        Type::Asn => "tolong(trim_start(\"[Aa][Ss]\", tostring(SearchKey)))",
        Type::String
        | Type::Float
        | Type::Bool
        | Type::Time
        | Type::Duration
        | Type::Ip
        | Type::Cidr
        | Type::Location
        | Type::Distance
        | Type::Speed
        | Type::Enum(_)
        | Type::Id(..)
        | Type::Set(_) => "tostring(SearchKey)",
    };
    // A missing value is the empty text, which must be in no list.
    vec![(name.to_owned(), format!("{watchlist} | where isnotempty(SearchKey) | project Entry = {entry}"))]
}

/// One test for each kind of address, as text inside a call. The functions for IPv6 take an IPv4 address for the IPv6 address that
/// stands for it.
fn tests(address: &Fragment, list: &ListData, name: &str) -> Vec<String> {
    let test = |(prefix, _): (&str, &str)| {
        let call = format!("{prefix}_is_in_any_range({}, {})", address.text, variable(name, prefix));
        if prefix == "ipv6" { format!("{} contains_cs \":\" and {call}", address.at(Strength::Sum)) } else { call }
    };
    kinds(list).into_iter().map(test).collect()
}

/// Whether an address is in the list; false or null if not.
pub fn within(address: &Fragment, list: &ListData, name: &str) -> Fragment {
    let tests = tests(address, list, name).into_iter().map(|text| {
        let strength = if text.contains(" and ") { Strength::And } else { Strength::Atom };
        Fragment::new(text, strength)
    });
    network::any(&tests.collect::<Vec<_>>())
}

/// Whether an address is not in the list; never null.
pub fn without(address: &Fragment, list: &ListData, name: &str) -> Fragment {
    let tests = tests(address, list, name).into_iter().map(|text| (Fragment::atom(text.clone()), text));
    network::none(&tests.collect::<Vec<_>>())
}
