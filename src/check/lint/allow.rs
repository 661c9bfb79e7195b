//! `allow CODE "reason"`: which lints a rule silences.

use crate::diagnostic::{Code, Severity, suggest};
use crate::source::Span;
use crate::syntax::ast::{self, ClauseKind};

use super::finding::{Lint, NotALint};
use super::{Finding, Findings};

/// A lint that a rule silences.
pub struct Allowed {
    code: Code,
    span: Span,
}

/// Whether a code is that of a lint on rules, and if not, why not.
fn not_a_lint(code: Code) -> Option<NotALint> {
    if code.severity() == Severity::Error {
        return Some(NotALint::Error);
    }
    let about = |code| match code {
        "W0801" => Some("an entry of a list: renew or remove the entry"),
        "W0804" => Some("`allow` itself"),
        "W0814" | "W0815" => Some("a list or view: begin its name with `_` to keep it"),
        code if code.starts_with("W08") => None,
        _ => Some("what a target does, not what the rule says"),
    };
    about(code.id()).map(NotALint::Elsewhere)
}

/// The lints that a rule can silence.
pub fn codes() -> impl Iterator<Item = Code> {
    Code::ALL.iter().copied().filter(|code| not_a_lint(*code).is_none())
}

/// Reads the `allow` clauses of a rule and notes their mistakes.
pub fn read(rule: &ast::Rule, findings: &mut Findings) -> Vec<Allowed> {
    let mut allowed: Vec<Allowed> = Vec::new();
    for clause in &rule.clauses {
        let ClauseKind::Allow(allow) = &clause.node else { continue };
        let word = &allow.code;
        let code = Code::ALL.iter().copied().find(|code| code.id() == word.node);
        let what = code.map_or(Some(NotALint::Unknown), not_a_lint);
        if let Some(what) = what {
            let suggestion = suggest::closest(&word.node, codes().map(Code::id)).map(str::to_owned);
            findings.add(word.span, Lint::Unsilenceable { word: word.node.clone(), what, suggestion });
        }
        if allow.reason.as_ref().is_none_or(|reason| reason.node.trim().is_empty()) {
            findings.add(clause.span, Lint::NoReason(word.node.clone()));
        }
        let (Some(code), None) = (code, what) else { continue };
        match allowed.iter().find(|known| known.code == code) {
            Some(first) => findings.add(clause.span, Lint::AllowTwice { code, first: first.span }),
            None => allowed.push(Allowed { code, span: clause.span }),
        }
    }
    allowed
}

/// Takes out what is allowed, and notes what allows nothing.
pub fn silence(allowed: &[Allowed], findings: Findings) -> Vec<Finding> {
    let (silenced, mut kept): (Vec<Finding>, Vec<Finding>) =
        findings.0.into_iter().partition(|finding| allowed.iter().any(|allowed| allowed.code == finding.lint.code()));
    for allowed in allowed {
        if !silenced.iter().any(|finding| finding.lint.code() == allowed.code) {
            kept.push(Finding { span: allowed.span, lint: Lint::AllowsNothing(allowed.code) });
        }
    }
    kept
}
