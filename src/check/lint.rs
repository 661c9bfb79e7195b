//! Warnings about rules that are right but deserve a look.

use crate::syntax::ast;

use super::Report;
use super::error::CheckErrorKind;
use super::expr::Scope;

/// A rule whose alerts nobody can read up on.
pub fn missing_description(rule: &ast::Rule, report: &mut Report<'_>) {
    if rule.doc.as_ref().is_none_or(|doc| doc.node.trim().is_empty()) {
        report.add(rule.name.span, CheckErrorKind::NoDescription);
    }
}

/// Parameters that nothing uses.
pub fn unused_parameters(scope: &Scope<'_>, report: &mut Report<'_>) {
    for (name, parameter) in &scope.parameters {
        if !parameter.used {
            report.add(parameter.span, CheckErrorKind::ParameterUnused(name.clone()));
        }
    }
}
