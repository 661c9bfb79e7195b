//! Calls of library functions: templates filled in, and what the engines spell differently.

use crate::library::{Function, Lowering};
use crate::plan::{Expr, SECOND};
use crate::target::fragment::{Fragment, Strength};
use crate::types::Type;

use super::dialect::Dialect;
use super::expr::Scope;
use super::network;

const HOUR: i64 = 3600 * SECOND;
const DAY: i64 = 24 * HOUR;

/// A call; NULL where it is missing.
pub fn call(scope: &Scope<'_>, called: &Function, arguments: &[Expr]) -> Fragment {
    if let Some(text) = special(scope, called, arguments) {
        return text;
    }
    let texts: Vec<Fragment> = arguments.iter().map(|argument| argument_of(scope, argument)).collect();
    match &called.sql {
        Lowering::Call(template) => Fragment::atom(filled(template, &texts)),
        Lowering::Loose(template) => Fragment::new(filled(template, &texts), Strength::Or),
        // The gate has refused it.
        Lowering::Special | Lowering::Unsupported(_) => Fragment::atom("NULL"),
    }
}

fn argument_of(scope: &Scope<'_>, argument: &Expr) -> Fragment {
    if argument.ty == Type::Bool { scope.holds(argument) } else { scope.value(argument) }
}

/// What a template cannot say, because times are microseconds here or because the engines differ.
fn special(scope: &Scope<'_>, called: &Function, arguments: &[Expr]) -> Option<Fragment> {
    let dialect = scope.dialect;
    let first = || arguments.first().map(|argument| scope.value(argument));
    let pattern = |pattern: &str| dialect.text(pattern);
    let group = |text: &str, expression: &str| match dialect {
        Dialect::DuckDb | Dialect::Spark => format!("nullif(regexp_extract({text}, {}, 1), '')", pattern(expression)),
        Dialect::ClickHouse => format!("nullif(regexpExtract({text}, {}, 1), '')", pattern(expression)),
    };
    Some(match called.name {
        "is_private" => {
            let networks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
            let networks: Vec<ipnet::IpNet> = networks.iter().filter_map(|text| text.parse().ok()).collect();
            network::within(&scope.digits(arguments.first()?), &networks)
        }
        "is_ipv4" => Fragment::new(format!("{} NOT LIKE '%:%'", first()?.at(Strength::Sum)), Strength::Comparison),
        "is_ipv6" => Fragment::new(format!("{} LIKE '%:%'", first()?.at(Strength::Sum)), Strength::Comparison),
        "hour" => {
            let hours = dialect.floor_divide(&first()?.at(Strength::Product), &HOUR.to_string());
            Fragment::new(format!("{hours} % 24"), Strength::Product)
        }
        "day_of_week" => {
            // 1970 began on a Thursday, the fourth day of a week.
            let days = dialect.floor_divide(&first()?.at(Strength::Product), &DAY.to_string());
            Fragment::new(format!("({days} + 3) % 7 + 1"), Strength::Sum)
        }
        "start_of_hour" | "start_of_day" => {
            let width = if called.name == "start_of_day" { DAY } else { HOUR };
            let whole = dialect.floor_divide(&first()?.at(Strength::Product), &width.to_string());
            Fragment::new(format!("{whole} * {width}"), Strength::Product)
        }
        "floor" | "ceiling" => {
            let function = if called.name == "floor" { "floor" } else { "ceil" };
            Fragment::atom(format!("CAST({function}({}) AS {})", first()?.text, dialect.whole()))
        }
        "to_float" => Fragment::atom(format!("CAST({} AS {})", first()?.text, dialect.real())),
        "length" => Fragment::atom(match dialect {
            Dialect::DuckDb | Dialect::Spark => format!("length({})", first()?.text),
            Dialect::ClickHouse => format!("CAST(lengthUTF8({}) AS Nullable(Int64))", first()?.text),
        }),
        "trim" => {
            let expression = pattern(r"^[ \t\r\n]+|[ \t\r\n]+$");
            Fragment::atom(match dialect {
                Dialect::DuckDb => format!("nullif(regexp_replace({}, {expression}, '', 'g'), '')", first()?.text),
                Dialect::Spark => format!("nullif(regexp_replace({}, {expression}, ''), '')", first()?.text),
                Dialect::ClickHouse => format!("nullif(replaceRegexpAll({}, {expression}, ''), '')", first()?.text),
            })
        }
        "url_host" => Fragment::atom(group(&first()?.text, r"^[a-zA-Z][a-zA-Z0-9+.-]*://([^/?#]*)")),
        "url_path" => Fragment::atom(group(&first()?.text, r"^(?:[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*)?([^?#]*)")),
        _ => return None,
    })
}

/// A template with its places filled. A place between brackets and commas takes any text; another takes only what binds
/// tightest.
fn filled(template: &str, arguments: &[Fragment]) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        out.push_str(&rest[..start]);
        let Some(length) = rest[start..].find('}') else { break };
        let (place, after) = (&rest[start + 1..start + length], &rest[start + length + 1..]);
        let free = matches!(out.trim_end().chars().last(), None | Some('(' | ','))
            && matches!(after.trim_start().chars().next(), None | Some(')' | ','));
        let strength = if free { Strength::Or } else { Strength::Atom };
        if place == "*" {
            out.push_str(&arguments.iter().map(|one| one.text.as_str()).collect::<Vec<_>>().join(", "));
        } else if let Some(argument) = place.parse().ok().and_then(|at: usize| arguments.get(at)) {
            out.push_str(&argument.at(strength));
        }
        rest = after;
    }
    out.push_str(rest);
    out
}
