//! The clauses that say what is made of a rule: entities, details, titles, groups, schedule, silence.

use super::{Expr, Name, Spanned};
use crate::source::Span;

/// `account(user)`
#[derive(Clone, Debug, PartialEq)]
pub struct EntityItem {
    /// `account`, `ip`, `host`, `cloud_application`, …
    pub kind: Name,
    /// Names of `show` columns, keys or fields.
    pub arguments: Vec<Name>,
    /// All of it.
    pub span: Span,
}

/// `countries`, or `applications = services`
#[derive(Clone, Debug, PartialEq)]
pub struct DetailItem {
    /// The detail's name.
    pub name: Name,
    /// The column of its value, where it has another name.
    pub column: Option<Name>,
}

/// A text with columns in it; the span includes the quotes.
pub type Template = Spanned<Vec<TemplatePart>>;

/// A part of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum TemplatePart {
    /// A text, with plain braces and no escapes; never empty, and never two in a row.
    Text(String),
    /// `{user}`: the column's name, and the place of it with its braces.
    Column(Name),
}

/// `group by account, region within 5h reopen`
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// What alerts have in common; nothing for `all`.
    pub by: Vec<Name>,
    /// How long.
    pub within: Expr,
    /// Whether closed incidents are opened again.
    pub reopen: bool,
}

/// `schedule every 15m, delay 30m`
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// How often it runs; nothing for `nrt`.
    pub every: Option<Expr>,
    /// How late events may arrive.
    pub delay: Option<Expr>,
}

/// `suppress 4h`, `suppress all 4h`
#[derive(Clone, Debug, PartialEq)]
pub struct Suppress {
    /// How long.
    pub time: Expr,
    /// Whether all alerts of the rule are meant.
    pub all: bool,
}
