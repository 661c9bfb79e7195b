//! Calls of library functions: templates filled in, and what the engines spell differently.

use crate::library::agent::{self, Marks};
use crate::library::{Accepts, Function, Lowering};
use crate::plan::{Expr, ExprKind, SECOND};
use crate::target::fragment::{Fragment, Strength};
use crate::target::template;
use crate::value::Value;

use super::dialect::{Dialect, Quantifier};
use super::expr::Scope;
use super::magnitude::{self, is_whole};
use super::{arithmetic, geography, network};

const HOUR: i64 = 3600 * SECOND;
const DAY: i64 = 24 * HOUR;

/// The longest text that engines can be asked about.
const LONGEST: i64 = i32::MAX as i64;

/// A call; NULL where it is missing.
pub fn call(scope: &Scope<'_>, called: &'static Function, arguments: &[Expr]) -> Fragment {
    let written = |(at, one)| argument(scope, called, at, arguments.len(), one);
    let texts: Vec<Fragment> = arguments.iter().enumerate().map(written).collect();
    match &called.sql {
        Lowering::Call(template) => Fragment::atom(template::filled(template, &texts)),
        Lowering::Loose(template) => Fragment::new(template::filled(template, &texts), Strength::Or),
        Lowering::Special => special(scope, called, arguments, &texts),
        // The gate has refused it.
        Lowering::Unsupported(_) => Fragment::atom("NULL"),
    }
}

/// Where a condition is asked for, NULL is as good as false.
fn argument(scope: &Scope<'_>, called: &Function, at: usize, of: usize, argument: &Expr) -> Fragment {
    match called.parameter(at, of).accepts {
        Accepts::Bool => scope.holds(argument),
        Accepts::Text
        | Accepts::TextOrId
        | Accepts::Int
        | Accepts::Position
        | Accepts::Number
        | Accepts::Time
        | Accepts::Duration
        | Accepts::Ip
        | Accepts::Location
        | Accepts::Latitude
        | Accepts::Longitude
        | Accepts::Prefix(..)
        | Accepts::Set
        | Accepts::Same => scope.value(argument),
    }
}

/// The functions that a template cannot say.
fn special(scope: &Scope<'_>, called: &Function, arguments: &[Expr], texts: &[Fragment]) -> Fragment {
    let found = match called.family {
        "text" => of_text(scope, called.name, arguments, texts),
        "url" => of_url(scope, called.name, arguments, texts),
        "user agent" => of_agent(scope, called.name, texts),
        "network" => of_network(scope, called.name, arguments, texts),
        "time" => of_time(scope, called.name, arguments, texts),
        "number" => of_number(scope, called.name, arguments, texts),
        "geography" => of_places(scope, called.name, arguments),
        "choice" => of_choice(called.name, texts),
        "set" => of_sets(scope, called.name, texts),
        _ => None,
    };
    // A test asks for every function on every engine.
    found.unwrap_or_else(|| Fragment::atom("NULL"))
}

fn of_text(scope: &Scope<'_>, name: &str, arguments: &[Expr], texts: &[Fragment]) -> Option<Fragment> {
    let dialect = scope.dialect;
    let text = texts.first().map(|text| text.text.as_str()).unwrap_or_default();
    let present = |text: &str| format!("nullif({text}, '')");
    Some(Fragment::atom(match (name, arguments) {
        ("lower", _) => dialect.lower(text),
        ("upper", _) => dialect.upper(text),
        ("length", _) => dialect.length(text),
        ("trim", _) => present(&dialect.replace(text, r"^[ \t\r\n]+|[ \t\r\n]+\z", "")),
        ("substring", [_, from, count]) => present(&dialect.substring(text, position(from), position(count))),
        // There are no parts between nothings.
        ("split_part", [_, separator, _]) if separator_of(separator).is_empty() => {
            format!("CAST(NULL AS {})", dialect.string())
        }
        ("split_part", [_, separator, number]) => {
            present(&dialect.part(text, separator_of(separator), position(number)))
        }
        ("concat", _) => {
            let parts: Vec<String> = texts.iter().map(|text| format!("coalesce({}, '')", text.text)).collect();
            present(&dialect.join(&parts))
        }
        _ => return None,
    }))
}

/// A position or length, which the checker has looked at.
fn position(argument: &Expr) -> i64 {
    whole_literal(argument).clamp(1, LONGEST)
}

fn whole_literal(argument: &Expr) -> i64 {
    let ExprKind::Literal(value) = &argument.kind else { return 0 };
    value.as_whole().unwrap_or_default()
}

fn separator_of(argument: &Expr) -> &str {
    let ExprKind::Literal(Value::Text(text)) = &argument.kind else { return "" };
    text
}

/// Up to the path of a URL, or nothing before a path alone.
const BEFORE_PATH: &str = "^(?:[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*)?";
/// A part of a path that names one thing, and what ends it. It shares its slashes with its neighbours, so that a second pass finds
/// what lies between two findings of the first.
const ONE_THING: &str = r"/([0-9]+|[^/]*[@!=%][^/]*|[^/]*[0-9][^/]*[0-9][^/]*[0-9][^/]*)(/|\z)";

fn of_url(scope: &Scope<'_>, name: &str, arguments: &[Expr], texts: &[Fragment]) -> Option<Fragment> {
    let dialect = scope.dialect;
    let url = &texts.first()?.text;
    let path = || dialect.extract(url, &format!("{BEFORE_PATH}([^?#]*)"));
    let text = match (name, arguments) {
        ("url_host", _) => dialect.extract(url, "^[a-zA-Z][a-zA-Z0-9+.-]*://([^/?#]*)"),
        ("url_path", _) => path(),
        ("path_segment", [_, number]) => {
            // What is before the first slash is the first of the parts.
            let rooted = dialect.extract(url, &format!("{BEFORE_PATH}(/[^?#]*)"));
            dialect.part(&rooted, "/", position(number).saturating_add(1).min(LONGEST))
        }
        ("path_template", _) => {
            let keyless = dialect.replace(&path(), r"\('[^']*'\)", "/{id}");
            let once = dialect.replace(&keyless, ONE_THING, r"/{id}\2");
            dialect.replace(&once, ONE_THING, r"/{id}\2")
        }
        _ => return None,
    };
    Some(Fragment::atom(format!("nullif({text}, '')")))
}

fn of_agent(scope: &Scope<'_>, name: &str, texts: &[Fragment]) -> Option<Fragment> {
    let marks = match name {
        "user_agent_family" => agent::FAMILIES,
        "user_agent_os" => agent::SYSTEMS,
        _ => return None,
    };
    Some(first_mark(scope.dialect, texts.first()?, marks))
}

fn first_mark(dialect: Dialect, agent: &Fragment, marks: Marks) -> Fragment {
    let mut arms = vec![format!("WHEN {} IS NULL THEN NULL", agent.at(Strength::Sum))];
    let mut marks = marks.iter().peekable();
    while let Some((mark, told)) = marks.next() {
        let mut patterns = vec![regex::escape(mark)];
        while let Some((mark, _)) = marks.next_if(|(_, next)| next == told) {
            patterns.push(regex::escape(mark));
        }
        arms.push(format!(
            "WHEN {} THEN {}",
            dialect.matches(&agent.text, &dialect.text(&patterns.join("|"))),
            dialect.text(told)
        ));
    }
    Fragment::atom(format!("CASE {} ELSE {} END", arms.join(" "), dialect.text(agent::OTHER)))
}

fn of_network(scope: &Scope<'_>, name: &str, arguments: &[Expr], texts: &[Fragment]) -> Option<Fragment> {
    let address = texts.first()?;
    let test = |text: &str| Fragment::new(format!("{} {text} '%:%'", address.at(Strength::Sum)), Strength::Comparison);
    Some(match (name, arguments) {
        ("is_private", [address]) => {
            let networks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
            let networks: Vec<ipnet::IpNet> = networks.iter().filter_map(|text| text.parse().ok()).collect();
            network::within(&scope.digits(address), &networks)
        }
        ("is_ipv4", _) => test("NOT LIKE"),
        ("is_ipv6", _) => test("LIKE"),
        ("network", [subject, of_v4, of_v6]) => {
            let bits = [whole_literal(of_v4), whole_literal(of_v6)];
            network::around(scope.dialect, &scope.digits(subject), bits)
        }
        _ => return None,
    })
}

fn of_time(scope: &Scope<'_>, name: &str, arguments: &[Expr], texts: &[Fragment]) -> Option<Fragment> {
    let dialect = scope.dialect;
    let micros = texts.first()?.at(Strength::Product);
    let cut = |width: i64| {
        let over = dialect.remainder(&micros, &width.to_string());
        Fragment::new(format!("{micros} - {over}"), Strength::Sum)
    };
    Some(match name {
        "hour" => Fragment::atom(dialect.divide(&dialect.remainder(&micros, &DAY.to_string()), &HOUR.to_string())),
        "day_of_week" => {
            // 1970 began on a Thursday, the fourth day of a week.
            let days = format!("({} + 3)", dialect.floor_divide(&micros, &DAY.to_string()));
            Fragment::new(format!("{} + 1", dialect.remainder(&days, "7")), Strength::Sum)
        }
        "start_of_hour" => cut(HOUR),
        "start_of_day" => cut(DAY),
        "seconds" => Fragment::new(
            format!("{} / 1000000e0", arithmetic::real(scope, arguments.first()?).text),
            Strength::Product,
        ),
        _ => return None,
    })
}

fn of_number(scope: &Scope<'_>, name: &str, arguments: &[Expr], texts: &[Fragment]) -> Option<Fragment> {
    let (dialect, number, argument) = (scope.dialect, texts.first()?, arguments.first()?);
    let whole = dialect.whole();
    Some(Fragment::atom(match name {
        "abs" if is_whole(&argument.ty) => {
            // The least number has no counterpart, and absolute values have a type of their own in ClickHouse.
            let number = if magnitude::most(scope.plan, argument) < magnitude::WHOLE {
                number.text.clone()
            } else {
                format!("nullif({}, {})", number.text, i64::MIN)
            };
            format!("CAST(abs({number}) AS {whole})")
        }
        "abs" => format!("abs({})", number.text),
        "floor" | "ceiling" if is_whole(&argument.ty) => return Some(number.clone()),
        "floor" | "ceiling" => {
            let function = if name == "floor" { "floor" } else { "ceil" };
            let rounded = dialect.as_whole(&format!("{function}({})", number.text));
            if magnitude::most(scope.plan, argument) < magnitude::WHOLE {
                rounded
            } else {
                format!("CASE WHEN abs({}) < {:e} THEN {rounded} END", number.text, magnitude::WHOLE)
            }
        }
        "to_float" => return Some(arithmetic::real(scope, argument)),
        _ => return None,
    }))
}

fn of_places(scope: &Scope<'_>, name: &str, arguments: &[Expr]) -> Option<Fragment> {
    let metres = |one: &Expr, other: &Expr| geography::distance(&scope.coordinates(one), &scope.coordinates(other));
    Some(match (name, arguments) {
        ("point", [latitude, longitude]) => {
            geography::text(scope.dialect, &[scope.value(latitude), scope.value(longitude)])
        }
        ("distance", [one, other]) => metres(one, other),
        ("speed", [one, other, time, other_time]) => {
            let (time, other_time) =
                (scope.value(time).at(Strength::Sum), scope.value(other_time).at(Strength::Product));
            let micros = format!("CAST(greatest(abs({time} - {other_time}), 1) AS {})", scope.dialect.real());
            let text = format!("{} / ({micros} / 1000000e0)", metres(one, other).at(Strength::Product));
            Fragment::new(text, Strength::Product)
        }
        ("location_text", [place]) => geography::text(scope.dialect, &scope.coordinates(place)),
        _ => return None,
    })
}

/// Conditions and values in turn; what is left over is the value where none holds.
fn of_choice(name: &str, texts: &[Fragment]) -> Option<Fragment> {
    if name != "case" {
        return None;
    }
    let arms: Vec<String> = texts
        .chunks(2)
        .map(|pair| match pair {
            [condition, value] => format!("WHEN {} THEN {}", condition.text, value.text),
            rest => rest.iter().map(|otherwise| format!("ELSE {}", otherwise.text)).collect(),
        })
        .collect();
    Some(Fragment::atom(format!("CASE {} END", arms.join(" "))))
}

fn of_sets(scope: &Scope<'_>, name: &str, texts: &[Fragment]) -> Option<Fragment> {
    let [one, other] = texts else { return None };
    let dialect = scope.dialect;
    let share = dialect.holds(&one.text, &other.text, Quantifier::Any);
    match name {
        "overlap" => Some(Fragment::new(share, Strength::Comparison)),
        "disjoint" => {
            let sizes = [one, other].map(|set| format!("{} > 0", dialect.size(&set.text)));
            Some(Fragment::new(format!("{} AND NOT {share}", sizes.join(" AND ")), Strength::And))
        }
        _ => None,
    }
}
