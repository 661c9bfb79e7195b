//! Functions of addresses. Networks are tested with `in`.

use std::net::IpAddr;

use super::{Accepts, Example, Function, Lowering, MissingRule, Parameter, Repeats, ResultType};
use crate::types::Type;
use crate::value::Value;

const IP: Parameter = Parameter { name: "ip", accepts: Accepts::Ip, literal: false };

fn test(arguments: &[Value], holds: impl Fn(&IpAddr) -> bool) -> Value {
    match arguments {
        [Value::Ip(address)] => Value::Bool(holds(address)),
        _ => Value::Missing,
    }
}

/// The network that an address is in, its zero groups written out: the targets have no shorter way to write it.
fn network(address: IpAddr, [of_v4, of_v6]: [u8; 2]) -> Option<String> {
    match address {
        IpAddr::V4(address) => {
            let network = ipnet::Ipv4Net::new(address, of_v4).ok()?.trunc();
            Some(network.to_string())
        }
        // These are written as IPv4 addresses in part, and are IPv4 addresses in fact.
        IpAddr::V6(address) if address.to_ipv4_mapped().is_some() => None,
        IpAddr::V6(address) => {
            let groups = address.segments();
            let kept = groups.iter().take(usize::from(of_v6 / 16)).map(|group| format!("{group:x}"));
            let rest = if of_v6 == 128 { "" } else { "::" };
            Some(format!("{}{rest}/{of_v6}", kept.collect::<Vec<_>>().join(":")))
        }
    }
}

/// `network`
pub static NETWORK: Function = Function {
    name: "network",
    family: "network",
    summary: "The network that an address is in, as text: of so many bits for an IPv4 address, of so many for an IPv6 address \
              (a multiple of 16; its groups stand without zeros in front, and no zero group is left out).",
    parameters: &[
        IP,
        Parameter { name: "bits", accepts: Accepts::Prefix(32, 1), literal: true },
        Parameter { name: "bits_of_ipv6", accepts: Accepts::Prefix(128, 16), literal: true },
    ],
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::String),
    missing: MissingRule::Missing,
    kql: Lowering::Special,
    spl: Lowering::Special,
    sql: Lowering::Special,
    eval: |arguments| match arguments {
        [Value::Ip(address), Value::Int(of_v4), Value::Int(of_v6)] => {
            let bits = [u8::try_from(*of_v4).unwrap_or(32), u8::try_from(*of_v6).unwrap_or(128)];
            network(*address, bits).map_or(Value::Missing, |text| Value::text(&text))
        }
        _ => Value::Missing,
    },
    examples: &[
        Example { call: r#"network("198.51.100.77", 24, 64)"#, gives: r#""198.51.100.0/24""# },
        Example { call: r#"network("198.51.107.77", 20, 64)"#, gives: r#""198.51.96.0/20""# },
        Example { call: r#"network("203.0.113.9", 3, 64)"#, gives: r#""192.0.0.0/3""# },
        Example { call: r#"network("203.0.113.9", 32, 64)"#, gives: r#""203.0.113.9/32""# },
        Example { call: r#"network("2001:db8::1", 24, 64)"#, gives: r#""2001:db8:0:0::/64""# },
        Example { call: r#"network("2001:db8:1:2:3:4:5:6", 24, 48)"#, gives: r#""2001:db8:1::/48""# },
        Example { call: r#"network("::1", 24, 128)"#, gives: r#""0:0:0:0:0:0:0:1/128""# },
        Example { call: r#"network("2001:db8::", 24, 112)"#, gives: r#""2001:db8:0:0:0:0:0::/112""# },
        Example { call: r#"network("::ffff:192.0.2.1", 24, 64)"#, gives: "missing" },
    ],
};

/// `is_private`
pub static IS_PRIVATE: Function = Function {
    name: "is_private",
    family: "network",
    summary: "Whether an IPv4 address is of the private ranges of RFC 1918; an IPv6 address never is.",
    parameters: &[IP],
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::Bool),
    missing: MissingRule::Missing,
    kql: Lowering::Call("coalesce(ipv4_is_private({0}), false)"),
    spl: Lowering::Loose(
        r#"cidrmatch("10.0.0.0/8", {0}) OR cidrmatch("172.16.0.0/12", {0}) OR cidrmatch("192.168.0.0/16", {0})"#,
    ),
    sql: Lowering::Special,
    eval: |arguments| {
        test(arguments, |address| match address {
            IpAddr::V4(address) => address.is_private(),
            IpAddr::V6(_) => false,
        })
    },
    examples: &[
        Example { call: r#"is_private("192.168.1.20")"#, gives: "true" },
        Example { call: r#"is_private("192.0.2.1")"#, gives: "false" },
        Example { call: r#"is_private("fd00::1")"#, gives: "false" },
    ],
};

/// `is_ipv4`
pub static IS_IPV4: Function = Function {
    name: "is_ipv4",
    family: "network",
    summary: "Whether the address is an IPv4 address.",
    parameters: &[IP],
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::Bool),
    missing: MissingRule::Missing,
    kql: Lowering::Call(r#"not({0} contains ":")"#),
    spl: Lowering::Call(r#"NOT like({0}, "%:%")"#),
    sql: Lowering::Special,
    eval: |arguments| test(arguments, IpAddr::is_ipv4),
    examples: &[
        Example { call: r#"is_ipv4("192.0.2.1")"#, gives: "true" },
        Example { call: r#"is_ipv4("2001:db8::1")"#, gives: "false" },
    ],
};

/// `is_ipv6`
pub static IS_IPV6: Function = Function {
    name: "is_ipv6",
    family: "network",
    summary: "Whether the address is an IPv6 address.",
    parameters: &[IP],
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::Bool),
    missing: MissingRule::Missing,
    kql: Lowering::Loose(r#"{0} contains ":""#),
    spl: Lowering::Call(r#"like({0}, "%:%")"#),
    sql: Lowering::Special,
    eval: |arguments| test(arguments, IpAddr::is_ipv6),
    examples: &[
        Example { call: r#"is_ipv6("2001:db8::1")"#, gives: "true" },
        Example { call: r#"is_ipv6("192.0.2.1")"#, gives: "false" },
    ],
};
