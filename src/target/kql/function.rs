//! Calls of library functions: templates filled in, and guarded where a missing argument would not come out missing.

use crate::library::agent::{self, Marks};
use crate::library::{Function, Lowering, MissingRule};
use crate::plan::{Expr, ExprKind};
use crate::target::fragment::{Fragment, Strength};
use crate::target::{quote, template};
use crate::types::Type;

use super::expr::Scope;
use super::network;

/// Functions whose KQL is false of the empty string by itself.
const FALSE_OF_EMPTY: &[&str] = &["is_private", "is_ipv6"];

/// A call.
pub fn call(scope: &Scope<'_>, function: &'static Function, arguments: &[Expr], ty: &Type) -> Fragment {
    let values = || arguments.iter().map(|argument| scope.value(argument)).collect::<Vec<_>>();
    let written = match function.kql {
        Lowering::Call(template) => Fragment::atom(template::filled(template, &values())),
        Lowering::Loose(template) => Fragment::new(template::filled(template, &values()), Strength::Or),
        Lowering::Special => special(scope, function, arguments, ty),
        // The gate has refused it.
        Lowering::Unsupported(_) => Fragment::atom(super::read::missing(ty)),
    };
    guarded(scope, function, arguments, ty, written)
}

/// A call with a missing argument is missing (or false). Null arguments come out null of themselves; the empty string does not.
fn guarded(scope: &Scope<'_>, function: &Function, arguments: &[Expr], ty: &Type, written: Fragment) -> Fragment {
    if function.missing == MissingRule::Handles || FALSE_OF_EMPTY.contains(&function.name) {
        return written;
    }
    let optional = arguments.iter().filter(|argument| argument.ty.is_held_as_text() && scope.is_optional(argument));
    let tests: Vec<Fragment> = optional.map(|argument| Fragment::atom(scope.present_test(argument))).collect();
    if tests.is_empty() || ty.is_held_as_text() {
        return written;
    }
    let present = Fragment::join(&tests, " and ", Strength::And);
    if *ty == Type::Bool {
        return Fragment::join(&[present, written], " and ", Strength::And);
    }
    Fragment::atom(format!("iff({}, {}, {})", present.text, written.text, super::read::missing(ty)))
}

/// The functions that a template cannot say.
fn special(scope: &Scope<'_>, function: &Function, arguments: &[Expr], ty: &Type) -> Fragment {
    match (function.name, arguments) {
        ("case", _) => choice(scope, arguments, ty),
        ("distance", [one, other]) => {
            let ([north, east], [other_north, other_east]) = (scope.coordinates(one), scope.coordinates(other));
            Fragment::atom(format!("geo_distance_2points({east}, {north}, {other_east}, {other_north})"))
        }
        ("speed", [one, other, time, other_time]) => {
            let ([north, east], [other_north, other_east]) = (scope.coordinates(one), scope.coordinates(other));
            let metres = format!("geo_distance_2points({east}, {north}, {other_east}, {other_north})");
            let (time, other_time) = (scope.value(time).text, scope.value(other_time).text);
            let seconds = format!("max_of(abs(({time} - {other_time}) / 1s), 0.000001)");
            Fragment::new(format!("{metres} / {seconds}"), Strength::Product)
        }
        ("location_text", [place]) => location_text(scope, place),
        ("network", [address, of_v4, of_v6]) => network::around(&scope.value(address), bits(of_v4), bits(of_v6)),
        ("user_agent_family", [agent]) => first_mark(&scope.value(agent), agent::FAMILIES),
        ("user_agent_os", [agent]) => first_mark(&scope.value(agent), agent::SYSTEMS),
        // The checker leaves no call of `point`.
        _ => Fragment::atom(super::read::missing(ty)),
    }
}

/// KQL's `case` always has a last argument.
fn choice(scope: &Scope<'_>, arguments: &[Expr], ty: &Type) -> Fragment {
    let mut texts: Vec<String> = arguments.iter().map(|argument| scope.value(argument).text).collect();
    if texts.len().is_multiple_of(2) {
        texts.push(super::read::missing(ty));
    }
    Fragment::atom(if texts.len() == 3 {
        format!("iff({})", texts.join(", "))
    } else {
        format!("case({})", texts.join(", "))
    })
}

/// Whole ten-thousandths of a degree, and the text made from their digits: how a real becomes a text of its own is not said to
/// be the same everywhere.
fn location_text(scope: &Scope<'_>, place: &Expr) -> Fragment {
    let [north, east] = scope.coordinates(place);
    let text = |degrees: &str| {
        let parts = format!("tolong(floor(abs({degrees}) * 10000.0 + 0.5, 1))");
        let digits = format!("tostring(100000000 + {parts})");
        format!(
            "iff({degrees} <= -0.00005, \"-\", \"\"), replace_regex({digits}, @\"^10*([0-9]+)([0-9]{{4}})$\", @\"\\1.\\2\")"
        )
    };
    let present = scope.present_test(place);
    Fragment::atom(format!("iff({present}, strcat({}, \",\", {}), \"\")", text(&north), text(&east)))
}

/// The number of bits, which the checker has looked at.
fn bits(argument: &Expr) -> u8 {
    let ExprKind::Literal(value) = &argument.kind else { return 0 };
    value.as_whole().and_then(|bits| u8::try_from(bits).ok()).unwrap_or_default()
}

fn first_mark(agent: &Fragment, marks: Marks) -> Fragment {
    let subject = agent.at(Strength::Sum);
    let mut arms = vec![format!("isempty({}), \"\"", agent.text)];
    let mut marks = marks.iter().peekable();
    while let Some((mark, told)) = marks.next() {
        let mut patterns = vec![regex::escape(mark)];
        while let Some((mark, _)) = marks.next_if(|(_, next)| next == told) {
            patterns.push(regex::escape(mark));
        }
        arms.push(format!("{subject} matches regex {}, {}", quote::regex(&patterns.join("|")), quote::text(told)));
    }
    Fragment::atom(format!("case({}, {})", arms.join(", "), quote::text(agent::OTHER)))
}
