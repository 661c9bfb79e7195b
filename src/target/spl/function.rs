//! Calls of library functions: templates filled in, and the few functions that a template cannot say.

use crate::library::{Function, Lowering};
use crate::plan::Expr;
use crate::target::fragment::{Fragment, Strength};
use crate::types::Type;

use super::expr::{self, Logic, Scope};

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
    let texts: Vec<Fragment> = arguments.iter().enumerate().map(|(at, one)| argument(scope, called, at, one)).collect();
    match &called.spl {
        Lowering::Call(template) => Fragment::atom(filled(template, &texts)),
        Lowering::Loose(template) => Fragment::new(filled(template, &texts), Strength::Or),
        Lowering::Special => special(scope, called, arguments, &texts),
        // The gate has refused it.
        Lowering::Unsupported(_) => Fragment::atom("null()"),
    }
}

fn argument(scope: &Scope<'_>, called: &Function, at: usize, argument: &Expr) -> Fragment {
    let parameter = called.parameters.get(at).or(called.parameters.last());
    if argument.ty == Type::Bool && parameter.is_some_and(|parameter| expr::wants_condition(&parameter.accepts)) {
        return scope.condition(argument, Logic::TwoValued);
    }
    scope.value(argument)
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

fn special(_scope: &Scope<'_>, _called: &Function, _arguments: &[Expr], _texts: &[Fragment]) -> Fragment {
    Fragment::atom("null()")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_between_brackets_takes_an_argument_as_it_is() {
        let sum = Fragment::new("a+b", Strength::Sum);
        assert_eq!(filled("lower({0})", std::slice::from_ref(&sum)), "lower(a+b)");
        assert_eq!(filled("coalesce({*})", &[sum.clone(), Fragment::atom("c")]), "coalesce(a+b, c)");
        assert_eq!(filled("floor({0}/60)", &[sum]), "floor((a+b)/60)");
    }
}
