//! Calls of library functions: templates filled in, and the few functions that a template cannot say.

use crate::library::agent::{self, Marks};
use crate::library::{Function, Lowering};
use crate::plan::{Expr, ExprKind};
use crate::target::fragment::{Fragment, Strength};
use crate::target::template;
use crate::types::Type;

use super::expr::{self, Logic, Scope};
use super::{geography, network, quote};

/// A call as a value.
pub fn value(scope: &Scope<'_>, called: &Function, arguments: &[Expr]) -> Fragment {
    written(scope, called, arguments)
}

/// A call of type bool as a condition. A function that passes its arguments through (`coalesce`) gives the texts that bools
/// are held as.
pub fn condition(scope: &Scope<'_>, called: &Function, arguments: &[Expr]) -> Fragment {
    let call = written(scope, called, arguments);
    match called.result {
        crate::library::ResultType::Is(_) => call,
        crate::library::ResultType::Same => {
            Fragment::new(format!("{}=\"true\"", call.at(Strength::Sum)), Strength::Comparison)
        }
    }
}

fn written(scope: &Scope<'_>, called: &Function, arguments: &[Expr]) -> Fragment {
    let written = |(at, one)| argument(scope, called, at, arguments.len(), one);
    let texts: Vec<Fragment> = arguments.iter().enumerate().map(written).collect();
    match &called.spl {
        Lowering::Call(template) => Fragment::atom(template::filled(template, &texts)),
        Lowering::Loose(template) => Fragment::new(template::filled(template, &texts), Strength::Or),
        Lowering::Special => special(scope, called, arguments, &texts),
        // The gate has refused it.
        Lowering::Unsupported(_) => Fragment::atom("null()"),
    }
}

fn argument(scope: &Scope<'_>, called: &Function, at: usize, of: usize, argument: &Expr) -> Fragment {
    if argument.ty == Type::Bool && expr::wants_condition(&called.parameter(at, of).accepts) {
        return scope.condition(argument, Logic::TwoValued);
    }
    scope.value(argument)
}

/// The functions that a template cannot say.
fn special(scope: &Scope<'_>, called: &Function, arguments: &[Expr], texts: &[Fragment]) -> Fragment {
    match (called.name, arguments, texts) {
        ("case", ..) => choice(texts),
        ("distance", [one, other], _) => geography::distance(&scope.coordinates(one), &scope.coordinates(other)),
        ("speed", [one, other, ..], [_, _, time, other_time]) => {
            let metres = geography::distance(&scope.coordinates(one), &scope.coordinates(other)).text;
            let (time, other_time) = (time.at(Strength::Product), other_time.at(Strength::Product));
            Fragment::new(
                format!("{metres}/exact(max(abs(round({time}-{other_time}, 6)), 0.000001))"),
                Strength::Product,
            )
        }
        ("location_text", [place], _) => geography::text(&scope.coordinates(place)),
        ("network", [_, of_v4, of_v6], [address, ..]) => network::around(address, bits(of_v4), bits(of_v6)),
        ("user_agent_family", _, [agent]) => first_mark(agent, agent::FAMILIES),
        ("user_agent_os", _, [agent]) => first_mark(agent, agent::SYSTEMS),
        ("overlap", _, [one, other]) => {
            let sizes = format!("coalesce(mvcount({}), 0)+coalesce(mvcount({}), 0)", one.text, other.text);
            Fragment::new(format!("coalesce({}, 0)<{sizes}", shared(one, other)), Strength::Comparison)
        }
        ("disjoint", _, [one, other]) => {
            let both = format!("isnotnull({}) AND isnotnull({})", one.text, other.text);
            let sizes = format!("mvcount({})+mvcount({})", one.text, other.text);
            Fragment::new(format!("{both} AND {}={sizes}", shared(one, other)), Strength::And)
        }
        // The checker leaves no call of `point`.
        _ => Fragment::atom("null()"),
    }
}

/// How many different values two sets have together.
fn shared(one: &Fragment, other: &Fragment) -> String {
    format!("mvcount(mvdedup(mvappend({}, {})))", one.text, other.text)
}

/// Conditions and values in turn; what is left over is the value where none holds.
fn choice(texts: &[Fragment]) -> Fragment {
    let mut arms: Vec<&str> = texts.iter().map(|text| text.text.as_str()).collect();
    if arms.len() % 2 == 1 {
        arms.insert(arms.len() - 1, "1=1");
    }
    Fragment::atom(format!("case({})", arms.join(", ")))
}

/// The number of bits, which the checker has looked at.
fn bits(argument: &Expr) -> u8 {
    let ExprKind::Literal(value) = &argument.kind else { return 0 };
    value.as_whole().and_then(|bits| u8::try_from(bits).ok()).unwrap_or_default()
}

/// A text of none of the marks is another product's; no text is none.
fn first_mark(agent: &Fragment, marks: Marks) -> Fragment {
    let mut arms = Vec::new();
    let mut marks = marks.iter().peekable();
    while let Some((mark, told)) = marks.next() {
        let mut patterns = vec![quote::escaped_for_regex(mark)];
        while let Some((mark, _)) = marks.next_if(|(_, next)| next == told) {
            patterns.push(quote::escaped_for_regex(mark));
        }
        let pattern = quote::string(&patterns.join("|")).text;
        arms.push(format!("match({}, {pattern}), {}", agent.text, quote::string(told).text));
    }
    arms.push(format!("isnotnull({}), {}", agent.text, quote::string(agent::OTHER).text));
    Fragment::atom(format!("case({})", arms.join(", ")))
}
