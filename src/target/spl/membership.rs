//! Tests whether a value is one of several: literals, networks, lists, sets of aggregates, and countries of several names.

use crate::plan::{CompareOperator, Expr, ExprKind, Geography};
use crate::target::country;
use crate::target::fragment::{Fragment, Strength};
use crate::types::Type;
use crate::value::Value;

use super::expr::{Scope, either};
use super::quote;

impl Scope<'_> {
    pub(super) fn one_of(&self, subject: &Expr, values: &[Value]) -> Fragment {
        let values: Vec<Value> = values.iter().flat_map(|value| self.spellings(value, &subject.ty)).collect();
        let list: Option<Vec<String>> = values.iter().map(|value| listable(value, &self.literal(value))).collect();
        if let (Some(list), true, 2..) = (list, self.is_column(subject), values.len()) {
            let text = format!("{} IN ({})", self.value(subject).text, list.join(", "));
            return Fragment::new(text, Strength::Comparison);
        }
        let tests = values.iter().map(|value| {
            // Not a country any more where it was one: its names stand for it.
            let ty = if subject.ty == Type::Country { Type::String } else { subject.ty.clone() };
            let literal = Expr { kind: ExprKind::Literal(value.clone()), ty, span: subject.span };
            self.plain_comparison(subject, CompareOperator::Equal, &literal)
        });
        either(tests.collect())
    }

    /// A value in all the spellings that it has in the vocabulary in use: a country may have several names.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other kind is treated alike")]
    pub(super) fn spellings(&self, value: &Value, ty: &Type) -> Vec<Value> {
        match value {
            Value::Text(code) if *ty == Type::Country && self.plan.geography == Geography::Lookup => {
                country::names(code).into_iter().map(Value::text).collect()
            }
            other => vec![other.clone()],
        }
    }

    pub(super) fn in_networks(&self, subject: &Expr, networks: &[String]) -> Fragment {
        let subject = self.value(subject).text;
        let test = |network: &String| Fragment::atom(format!("cidrmatch(\"{network}\", {subject})"));
        either(networks.iter().map(test).collect())
    }

    pub(super) fn in_list(&self, subject: &Expr, list: usize) -> Fragment {
        let list = &self.plan.lists[list];
        if list.ty != Type::Cidr {
            return self.one_of(subject, &list.entries);
        }
        let networks: Vec<String> = list.entries.iter().filter_map(network).collect();
        self.in_networks(subject, &networks)
    }

    /// Whether a lookup has found the value; never null.
    pub(super) fn found(&self, subject: &Expr, list: usize) -> Fragment {
        let lookup = self.columns.lookup(subject, list);
        Fragment::atom(lookup.map_or_else(|| "1=0".to_owned(), |lookup| format!("isnotnull({})", lookup.found)))
    }

    /// Whether a multivalue column holds a value.
    pub(super) fn holds(&self, set: &str, value: &Value, ty: &Type) -> Fragment {
        let spelled = self.spellings(value, ty).into_iter().map(|value| match value {
            Value::Text(text) => text.to_string(),
            Value::Missing
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Time(_)
            | Value::Duration(_)
            | Value::Ip(_)
            | Value::Cidr(_)
            | Value::Location(..)
            | Value::Set(_) => self.literal(&value).text.trim_matches('"').to_owned(),
        });
        let alternatives: Vec<String> = spelled.map(|text| quote::escaped_for_regex(&text)).collect();
        let pattern = match alternatives.as_slice() {
            [one] => format!("^{one}\\z"),
            several => format!("^({})\\z", several.join("|")),
        };
        Fragment::atom(format!("isnotnull(mvfind({set}, {}))", quote::string(&pattern).text))
    }
}

/// A value as it stands in the list of `IN`: one string literal that is never taken for a number.
fn listable(value: &Value, literal: &Fragment) -> Option<String> {
    let number = matches!(value, Value::Text(text) if quote::looks_like_number(text));
    (literal.strength == Strength::Atom && literal.text.starts_with('"') && !number).then(|| literal.text.clone())
}

fn network(value: &Value) -> Option<String> {
    match value {
        Value::Cidr(network) => Some(network.to_string()),
        Value::Ip(address) => Some(ipnet::IpNet::from(*address).to_string()),
        Value::Missing
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Time(_)
        | Value::Duration(_)
        | Value::Location(..)
        | Value::Set(_) => None,
    }
}
