//! Calls of library functions: templates filled in, and guarded where a missing argument would not come out missing.

use crate::library::{Function, Lowering, MissingRule};
use crate::plan::Expr;
use crate::target::fragment::{Fragment, Strength};
use crate::types::Type;

use super::expr::Scope;

/// Functions whose KQL is false of the empty string by itself.
const FALSE_OF_EMPTY: &[&str] = &["is_private", "is_ipv6"];

/// A call.
pub fn call(scope: &Scope<'_>, function: &'static Function, arguments: &[Expr], ty: &Type) -> Fragment {
    let written = match function.kql {
        Lowering::Call(template) => Fragment::atom(fill(template, scope, arguments)),
        Lowering::Loose(template) => Fragment::new(fill(template, scope, arguments), Strength::Or),
        // The gate has refused it.
        Lowering::Special | Lowering::Unsupported(_) => Fragment::atom(super::read::missing(ty)),
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

/// A template with its places filled. A place next to an operator needs an argument that binds as tightly as a name.
fn fill(template: &str, scope: &Scope<'_>, arguments: &[Expr]) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, place, after)) = next_place(rest) {
        text.push_str(before);
        let enclosed = before.trim_end().ends_with(['(', ',']) && after.trim_start().starts_with([')', ',']);
        let strength = if enclosed { Strength::Or } else { Strength::Atom };
        let write = |argument: &Expr| scope.value(argument).at(strength);
        match place {
            Place::One(index) => text.push_str(&arguments.get(index).map(write).unwrap_or_default()),
            Place::All => text.push_str(&arguments.iter().map(write).collect::<Vec<_>>().join(", ")),
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

/// A place in a template.
enum Place {
    /// `{0}`
    One(usize),
    /// `{*}`
    All,
}

/// The text before the first place, the place, and the text behind. Braces around anything else are text.
fn next_place(template: &str) -> Option<(&str, Place, &str)> {
    template.match_indices('{').find_map(|(open, _)| {
        let close = open + template[open..].find('}')?;
        let place = match &template[open + 1..close] {
            "*" => Place::All,
            digits => Place::One(digits.parse().ok()?),
        };
        Some((&template[..open], place, &template[close + 1..]))
    })
}
