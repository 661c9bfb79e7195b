//! What the command line says about rules: `--env NAME` and `--set RULE.PARAM=VALUE`, with places in the command line itself.

use super::{Literal, Located, Written};
use crate::source::{Place, SourceId, Span};

/// `--set RULE.PARAM=VALUE`, or `--set PARAM=VALUE` for every rule that has the parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The rule.
    pub rule: Option<Located<String>>,
    /// The parameter.
    pub parameter: Located<String>,
    /// What it is set to.
    pub value: Literal,
}

impl Assignment {
    /// Whether it sets a parameter of a rule.
    #[must_use]
    pub fn is_for(&self, rule: &str, parameter: &str) -> bool {
        self.parameter.value == parameter && self.rule.as_ref().is_none_or(|wanted| wanted.value == rule)
    }
}

/// The part of the command line that settings come from.
#[derive(Clone, Debug, Default)]
pub struct CommandLine {
    /// The chosen environment.
    pub environment: Option<Located<String>>,
    /// What is set, in order.
    pub assignments: Vec<Assignment>,
}

impl CommandLine {
    /// The arguments as they are, and a text of them that diagnostics can point into. `set` holds texts with a `=`, as
    /// [`is_assignment`] tells; any other is passed over.
    #[must_use]
    pub fn new(source: SourceId, environment: Option<&str>, set: &[String]) -> (Self, String) {
        let (mut line, mut text) = (Self::default(), String::new());
        if let Some(name) = environment {
            text.push_str("--env ");
            line.environment = Some(located(source, &mut text, name));
        }
        for argument in set {
            let Some((target, value)) = argument.split_once('=') else { continue };
            text.push_str(if text.is_empty() { "--set " } else { " --set " });
            let (rule, parameter) = target.rsplit_once('.').map_or((None, target), |(rule, name)| (Some(rule), name));
            let rule = rule.map(|rule| located(source, &mut text, rule));
            if rule.is_some() {
                text.push('.');
            }
            let parameter = located(source, &mut text, parameter);
            text.push('=');
            let Located { value, place } = located(source, &mut text, value);
            let value = Literal { text: value, written: Written::Plain, place };
            line.assignments.push(Assignment { rule, parameter, value });
        }
        (line, text)
    }
}

/// Whether an argument of `--set` reads `PARAM=VALUE` or `RULE.PARAM=VALUE`.
#[must_use]
pub fn is_assignment(argument: &str) -> bool {
    let word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    argument.split_once('=').is_some_and(|(target, _)| target.split('.').all(word) && target.split('.').count() <= 2)
}

/// Appends a piece and says where it is.
fn located(source: SourceId, text: &mut String, piece: &str) -> Located<String> {
    let start = text.len();
    text.push_str(piece);
    Located { value: piece.to_owned(), place: Place { source, span: Span::new(start, text.len()) } }
}
