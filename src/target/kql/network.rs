//! Addresses in networks.
//!
//! KQL has one family of functions for IPv4 and one for IPv6. The former give null for IPv6 addresses, the latter read an IPv4
//! address as the IPv6 address that stands for it (`::ffff:192.0.2.1`); in the language an address is only ever in a network of
//! its own kind.

use ipnet::IpNet;

use crate::target::fragment::{Fragment, Strength};
use crate::target::quote;
use crate::value::Value;

/// The networks among the entries of a list.
pub fn of_list(entries: &[Value]) -> Vec<IpNet> {
    let network = |entry: &Value| match entry {
        Value::Cidr(network) => Some(*network),
        Value::Missing
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Time(_)
        | Value::Duration(_)
        | Value::Ip(_)
        | Value::Location(..)
        | Value::Set(_) => None,
    };
    entries.iter().filter_map(network).collect()
}

/// Networks of one kind.
struct Kind {
    prefix: &'static str,
    networks: Vec<IpNet>,
}

fn split(networks: &[IpNet]) -> [Kind; 2] {
    let (v4, v6) = networks.iter().copied().partition(|network| matches!(network, IpNet::V4(_)));
    [Kind { prefix: "ipv4", networks: v4 }, Kind { prefix: "ipv6", networks: v6 }]
}

/// The variables of a list: name and value. Both kinds in one list make two variables.
pub fn variables(name: &str, networks: &[IpNet]) -> Vec<(String, String)> {
    let both = split(networks).iter().all(|kind| !kind.networks.is_empty());
    let kinds = split(networks).into_iter().filter(|kind| !kind.networks.is_empty());
    kinds.map(|kind| (variable(name, &kind, both), array(&kind.networks))).collect()
}

fn variable(name: &str, kind: &Kind, both: bool) -> String {
    if both { format!("{name}_{}", kind.prefix) } else { name.to_owned() }
}

fn array(networks: &[IpNet]) -> String {
    let texts: Vec<String> = networks.iter().map(|network| quote::text(&network.to_string())).collect();
    format!("dynamic([{}])", texts.join(", "))
}

/// Whether an address is in one of some networks; false or null if not.
pub fn within(address: &Fragment, networks: &[IpNet]) -> Fragment {
    let tests: Vec<Fragment> = tests(address, networks, None).into_iter().map(|(test, _)| test).collect();
    any(&tests)
}

/// Whether an address is in none of some networks; never null.
pub fn outside(address: &Fragment, networks: &[IpNet]) -> Fragment {
    none(&tests(address, networks, None))
}

/// As [`within`], for a list in variables.
pub fn within_list(address: &Fragment, networks: &[IpNet], name: &str) -> Fragment {
    let tests: Vec<Fragment> = tests(address, networks, Some(name)).into_iter().map(|(test, _)| test).collect();
    any(&tests)
}

/// As [`outside`], for a list in variables.
pub fn outside_list(address: &Fragment, networks: &[IpNet], name: &str) -> Fragment {
    none(&tests(address, networks, Some(name)))
}

/// One of some tests.
pub fn any(tests: &[Fragment]) -> Fragment {
    if tests.is_empty() { Fragment::atom("false") } else { Fragment::join(tests, " or ", Strength::Or) }
}

/// None of some tests, each given also as text inside a call.
pub fn none(tests: &[(Fragment, String)]) -> Fragment {
    if tests.is_empty() {
        return Fragment::atom("true");
    }
    let negated: Vec<Fragment> =
        tests.iter().map(|(_, test)| Fragment::atom(format!("not(coalesce({test}, false))"))).collect();
    Fragment::join(&negated, " and ", Strength::And)
}

/// One test for each kind of network, as a fragment and as text inside a call.
fn tests(address: &Fragment, networks: &[IpNet], list: Option<&str>) -> Vec<(Fragment, String)> {
    let kinds = split(networks);
    let both = kinds.iter().all(|kind| !kind.networks.is_empty());
    let test = |kind: &Kind| {
        let call = match (list, kind.networks.as_slice()) {
            (Some(name), _) => {
                format!("{}_is_in_any_range({}, {})", kind.prefix, address.text, variable(name, kind, both))
            }
            (None, [one]) => {
                format!("{}_is_in_range({}, {})", kind.prefix, address.text, quote::text(&one.to_string()))
            }
            (None, several) => format!("{}_is_in_any_range({}, {})", kind.prefix, address.text, array(several)),
        };
        if kind.networks.iter().any(covers_ipv4) {
            let text = format!("{} contains_cs \":\" and {call}", address.at(Strength::Sum));
            return (Fragment::new(text.clone(), Strength::And), text);
        }
        (Fragment::atom(call.clone()), call)
    };
    kinds.iter().filter(|kind| !kind.networks.is_empty()).map(test).collect()
}

/// Whether an IPv6 network holds the addresses that stand for IPv4 addresses.
fn covers_ipv4(network: &IpNet) -> bool {
    match network {
        IpNet::V4(_) => false,
        IpNet::V6(network) => {
            network.contains(&std::net::Ipv4Addr::UNSPECIFIED.to_ipv6_mapped()) || {
                network.network().to_ipv4_mapped().is_some()
            }
        }
    }
}

/// The network around an address, as text: of so many bits for IPv4, of so many, a multiple of 16, for IPv6.
pub fn around(address: &Fragment, of_v4: u8, of_v6: u8) -> Fragment {
    let operand = address.at(Strength::Sum);
    Fragment::atom(format!(
        "case(isempty({}), \"\", not({operand} contains_cs \":\"), {}, {operand} contains_cs \".\", \"\", {})",
        address.text,
        around_v4(&address.text, of_v4),
        around_v6(&address.text, of_v6)
    ))
}

/// The numbers before the prefix ends, the one that it ends in without its last bits, and zeros.
fn around_v4(address: &str, bits: u8) -> String {
    let (whole, rest) = (usize::from(bits / 8), bits % 8);
    let mut parts: Vec<String> = (0..whole).map(|at| octet(address, at)).collect();
    if rest > 0 {
        let step = 1 << (8 - rest);
        parts.push(format!("tostring(toint({}) / {step} * {step})", octet(address, whole)));
    }
    parts.resize(4, "\"0\"".to_owned());
    format!("strcat({}, \"/{bits}\")", parts.join(", \".\", "))
}

fn octet(address: &str, at: usize) -> String {
    format!("tostring(split({address}, \".\")[{at}])")
}

/// The groups before the prefix ends. `::` is spelled out first, for which a group stands on both of its sides.
fn around_v6(address: &str, bits: u8) -> String {
    let bounded = format!("replace_regex(replace_regex({address}, @\"^:\", \"0:\"), @\":$\", \":0\")");
    let zeros = format!("substring(\"0:0:0:0:0:0:\", 0, 2 * (8 - countof({address}, \":\")))");
    let full = format!("replace_string({bounded}, \"::\", strcat(\":\", {zeros}))");
    let more = bits / 16 - 1;
    let kept = format!("extract(@\"^((?:[0-9a-fA-F]+:){{{more}}}[0-9a-fA-F]+)\", 1, {full})");
    format!("strcat({kept}, \"{}/{bits}\")", if bits == 128 { "" } else { "::" })
}
