//! The same call over fields instead of literals, so that an engine has something to work out.

use std::collections::BTreeMap;

use tokentrail::plan::{Expr, ExprKind};
use tokentrail::source::Span;
use tokentrail::types::Type;
use tokentrail::value::Value;

use super::world::checked;

/// Rewrites a call: gives the fields with their values, as an event of a test has them, and the call over them.
pub fn over_fields(call: &str) -> (String, String) {
    let before = "/// T.\nrule r { title \"T\" severity low from example.values show x = ";
    let checked = checked(&format!("{before}{call} }}"));
    let mut literals: BTreeMap<(u32, u32), (Type, Value)> = BTreeMap::new();
    collect(&checked.plans[0].show[0].value, &mut literals);
    let start = u32::try_from(before.len()).unwrap();
    let (mut given, mut text, mut done) = (Vec::new(), String::new(), 0);
    let mut used: BTreeMap<String, usize> = BTreeMap::new();
    for ((from, to), (ty, value)) in &literals {
        // A literal that the checker made has the place of the whole expression.
        if literals.keys().any(|other| other != &(*from, *to) && from <= &other.0 && &other.1 <= to) {
            continue;
        }
        let (from, to) = ((from - start) as usize, (to - start) as usize);
        let Some(put) = field(ty, value, &call[from..to], &mut used, &mut given) else { continue };
        text += &format!("{}{put}", &call[done..from]);
        done = to;
    }
    text += &call[done..];
    (given.join(", "), text)
}

/// The literals that a field may stand in for.
fn collect(expr: &Expr, found: &mut BTreeMap<(u32, u32), (Type, Value)>) {
    if let ExprKind::Literal(value) = &expr.kind {
        let Span { start, end } = expr.span;
        found.insert((start, end), (expr.ty.clone(), value.clone()));
    }
    if let ExprKind::Call(function, arguments) = &expr.kind {
        for (index, argument) in arguments.iter().enumerate() {
            if !function.parameter(index, arguments.len()).literal {
                collect(argument, found);
            }
        }
        return;
    }
    expr.children().into_iter().for_each(|child| collect(child, found));
}

/// What stands for a literal: a field of its type, or an expression over one where no field has such a type.
fn field(
    ty: &Type,
    value: &Value,
    text: &str,
    used: &mut BTreeMap<String, usize>,
    given: &mut Vec<String>,
) -> Option<String> {
    let mut next = |word: &str| {
        let count = used.entry(word.to_owned()).or_default();
        *count += 1;
        assert!(*count <= 4, "more than four literals of a type");
        format!("{word}_{count}")
    };
    let word = match ty {
        Type::String => "string",
        Type::Name => "name",
        Type::Int => "int",
        Type::Float => "float",
        Type::Bool => "bool",
        Type::Time => "time",
        Type::Ip => "ip",
        Type::Country => "country",
        Type::Asn => "asn",
        Type::Location => {
            let Value::Location(latitude, longitude) = value else { return None };
            let name = next("location");
            given.push(format!("{name}: [{}, {}]", decimal(*latitude), decimal(*longitude)));
            return Some(name);
        }
        Type::Duration => {
            let (early, late) = (next("time"), next("time"));
            given.push(format!("{early}: -0s, {late}: {}{text}", if text.starts_with('-') { "" } else { "+" }));
            return Some(format!("({late} - {early})"));
        }
        Type::Distance | Type::Speed => {
            let (number, unit) = text.split_once(' ').unwrap();
            let number: f64 = number.parse().unwrap();
            let name = next("float");
            given.push(format!("{name}: {}", decimal(number)));
            return Some(format!("({name} * 1 {unit})"));
        }
        Type::Cidr | Type::Enum(_) | Type::Id(..) | Type::Set(_) => return None,
    };
    let name = next(word);
    let Value::Float(number) = value else {
        given.push(format!("{name}: {text}"));
        return Some(name);
    };
    given.push(format!("{name}: {}", decimal(*number)));
    Some(name)
}

/// A number as the language writes a `float`.
fn decimal(number: f64) -> String {
    let text = number.to_string();
    if text.contains('.') { text } else { text + ".0" }
}
