//! Functions of addresses. Networks are tested with `in`.

use std::net::IpAddr;

use super::{Accepts, Example, Function, Lowering, MissingRule, Parameter, ResultType};
use crate::types::Type;
use crate::value::Value;

const IP: Parameter = Parameter { name: "ip", accepts: Accepts::Ip, literal: false };

fn test(arguments: &[Value], holds: impl Fn(&IpAddr) -> bool) -> Value {
    match arguments {
        [Value::Ip(address)] => Value::Bool(holds(address)),
        _ => Value::Missing,
    }
}

/// `is_private`
pub static IS_PRIVATE: Function = Function {
    name: "is_private",
    family: "network",
    summary: "Whether an IPv4 address is of the private ranges of RFC 1918; an IPv6 address never is.",
    parameters: &[IP],
    variadic: false,
    result: ResultType::Is(Type::Bool),
    missing: MissingRule::Missing,
    kql: Lowering::Call("coalesce(ipv4_is_private({0}), false)"),
    spl: Lowering::Loose(
        r#"cidrmatch("10.0.0.0/8", {0}) OR cidrmatch("172.16.0.0/12", {0}) OR cidrmatch("192.168.0.0/16", {0})"#,
    ),
    sql: Lowering::Loose(
        "{0} <<= '10.0.0.0/8'::INET OR {0} <<= '172.16.0.0/12'::INET OR {0} <<= '192.168.0.0/16'::INET",
    ),
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
    variadic: false,
    result: ResultType::Is(Type::Bool),
    missing: MissingRule::Missing,
    kql: Lowering::Call(r#"not({0} contains ":")"#),
    spl: Lowering::Call(r#"NOT like({0}, "%:%")"#),
    sql: Lowering::Call("NOT contains({0}, ':')"),
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
    variadic: false,
    result: ResultType::Is(Type::Bool),
    missing: MissingRule::Missing,
    kql: Lowering::Loose(r#"{0} contains ":""#),
    spl: Lowering::Call(r#"like({0}, "%:%")"#),
    sql: Lowering::Call("contains({0}, ':')"),
    eval: |arguments| test(arguments, IpAddr::is_ipv6),
    examples: &[
        Example { call: r#"is_ipv6("2001:db8::1")"#, gives: "true" },
        Example { call: r#"is_ipv6("192.0.2.1")"#, gives: "false" },
    ],
};
