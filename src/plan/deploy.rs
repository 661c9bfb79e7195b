//! What a rule says about the detection that is made of it: entities, details, grouping, suppression, responses.
//!
//! Columns are named as in the result: key fields, `show` columns, and `time`, `event_id`, `first_time`, `last_time`, `matches`,
//! `event_ids` where the rule names them. All are checked to exist.

use crate::source::Span;
use crate::types::Type;

use super::Plan;

/// Everything about the deployed detection that is not in its query. Empty where the rule says nothing.
#[derive(Clone, Debug, Default)]
pub struct Deployment {
    /// `entity`, or, where the rule has none, what the types of its columns say ([`Entity::span`] is then the rule's name).
    pub entities: Vec<Entity>,
    /// `detail`: values that an alert carries by name.
    pub details: Vec<Detail>,
    /// `alert_title`: the title of each alert.
    pub alert_title: Option<Template>,
    /// `group`: which alerts make one incident.
    pub group: Option<Group>,
    /// `suppress`.
    pub suppress: Option<Suppress>,
    /// `respond`: what is done about an alert.
    pub responses: Vec<Respond>,
    /// Where each clause of the rule stands, by the word that begins it; clauses that may repeat are not among them.
    pub clauses: Vec<(&'static str, Span)>,
}

/// What kind of thing an alert is about, after Sentinel's entity types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityKind {
    /// A user or service principal.
    Account,
    /// An address.
    Ip,
    /// A device.
    Host,
    /// An application.
    CloudApplication,
    /// A mailbox.
    Mailbox,
    /// A link.
    Url,
}

impl EntityKind {
    /// All kinds.
    pub const ALL: [Self; 6] = [Self::Account, Self::Ip, Self::Host, Self::CloudApplication, Self::Mailbox, Self::Url];

    /// The word in the language.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Ip => "ip",
            Self::Host => "host",
            Self::CloudApplication => "cloud_application",
            Self::Mailbox => "mailbox",
            Self::Url => "url",
        }
    }
}

/// An entity of an alert: what kind, and the columns that identify it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// What kind.
    pub kind: EntityKind,
    /// Columns: names of `show` columns, or of key fields. Several identify one entity together.
    pub columns: Vec<String>,
    /// Where it is named.
    pub span: Span,
}

/// A value that an alert carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// Its name.
    pub name: String,
    /// The column of its value.
    pub column: String,
    /// Where it is named.
    pub span: Span,
}

/// A text with columns in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its parts in order; no two texts follow each other.
    pub parts: Vec<TemplatePart>,
    /// Where it stands.
    pub span: Span,
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplatePart {
    /// As it stands.
    Text(String),
    /// The value of a column.
    Column(String),
}

/// Which alerts make one incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What they have in common.
    pub by: GroupBy,
    /// How long after its first alert an incident takes more, in microseconds.
    pub within: i64,
    /// Whether an alert opens its incident again that was closed.
    pub reopen: bool,
    /// Where it stands.
    pub span: Span,
}

/// What alerts of one incident have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// `group all within 5h`: the rule.
    Rule,
    /// `group by entities within 5h`: all entities.
    Entities,
    /// `group by account, region within 5h`: some entities and details.
    Some {
        /// Entities of these kinds.
        entities: Vec<EntityKind>,
        /// Details of these names.
        details: Vec<String>,
    },
}

/// How long alerts are kept back after one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suppress {
    /// How long, in microseconds.
    pub time: i64,
    /// Which alerts.
    pub of: Suppressed,
}

/// Which alerts are kept back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suppressed {
    /// `suppress 4h`: those of the same key.
    Key,
    /// `suppress all 4h`: all of the rule.
    Rule,
}

/// `respond`: something that is done about an alert, and where the rule asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Respond {
    /// What.
    pub response: Response,
    /// Where it stands.
    pub span: Span,
}

/// What is done about an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Response {
    /// The sessions of its accounts are revoked.
    RevokeSessions,
}

impl Response {
    /// All responses.
    pub const ALL: [Self; 1] = [Self::RevokeSessions];

    /// The word in the language.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::RevokeSessions => "revoke_sessions",
        }
    }
}

/// A column of a rule's result, one row per alert.
#[derive(Clone, Debug, PartialEq)]
pub struct Column<'p> {
    /// Its name.
    pub name: &'p str,
    /// Its type.
    pub ty: &'p Type,
    /// Whether it is part of the key.
    pub is_key: bool,
}

impl Plan {
    /// The key fields and evidence columns of the result, in its order.
    #[must_use]
    pub fn columns(&self) -> Vec<Column<'_>> {
        let key = self.shape.key().iter().map(|index| &self.fields[index.0]);
        let key = key.map(|field| Column { name: &field.name, ty: &field.ty, is_key: true });
        let show = self.show.iter().map(|show| Column { name: &show.name, ty: &show.value.ty, is_key: false });
        key.chain(show).collect()
    }

    /// Where a clause stands, by the word that begins it; the rule's name where it has none.
    #[must_use]
    pub fn clause(&self, word: &str) -> Span {
        let known = self.deployment.clauses.iter().find(|(known, _)| *known == word);
        known.map_or(self.name_span, |(_, span)| *span)
    }
}
