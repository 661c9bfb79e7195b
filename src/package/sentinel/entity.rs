//! What an alert is about: entities from columns of the result, and the columns that are appended for them.
//!
//! Sentinel identifies an account by its name and the domain behind it, or by its id in the directory, and takes single values
//! only. So a name with an `@` is taken apart, and of a set the first values become columns of their own.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::plan::{Entity, EntityKind, Plan};
use crate::target::quote;
use crate::types::{IdKind, Issuer, Type};

use super::error::{MOST_ENTITIES, RuleError};
use super::rule::EntityMapping;

/// How many values of a set become entities, where there is room.
const MOST_OF_A_SET: usize = 3;
/// The provider whose users Sentinel knows by their ids.
const DIRECTORY: &str = "entra";

/// Entities, and the columns to append for them: name and expression.
pub type Mapped = (Vec<EntityMapping>, Vec<(String, String)>);

/// The entities of a rule.
///
/// # Errors
/// More than Sentinel takes.
pub fn map(plan: &Plan) -> Result<Mapped, Diagnostic> {
    let entities = &plan.deployment.entities;
    if let Some(first_too_many) = entities.get(MOST_ENTITIES) {
        let error = RuleError::TooManyEntities { entities: entities.len() };
        return Err(error.at(plan, first_too_many.span));
    }
    let things: Vec<Thing> = entities.iter().map(|entity| Thing::new(plan, entity)).collect();
    let sets = things.iter().filter(|thing| thing.set().is_some()).count();
    let room = (MOST_ENTITIES - (things.len() - sets)).checked_div(sets).unwrap_or(0);
    let mut appended = Appended::new(plan);
    let mappings = things.iter().flat_map(|thing| thing.mappings(room.min(MOST_OF_A_SET), &mut appended)).collect();
    Ok((mappings, appended.columns))
}

/// Something that an alert is about: a set alone, or columns that identify one thing together, texts before ids.
struct Thing<'p> {
    kind: EntityKind,
    columns: Vec<(&'p str, &'p Type)>,
}

impl<'p> Thing<'p> {
    fn new(plan: &'p Plan, entity: &'p Entity) -> Self {
        let known = plan.columns();
        let of =
            |name: &'p String| known.iter().find(|column| column.name == name).map(|column| (column.name, column.ty));
        let mut columns: Vec<(&str, &Type)> = entity.columns.iter().filter_map(of).collect();
        columns.sort_by_key(|(_, ty)| matches!(ty, Type::Id(..)));
        Self { kind: entity.kind, columns }
    }

    /// Its column and the type of its values, where it is a set.
    fn set(&self) -> Option<(&'p str, &'p Type)> {
        let (name, ty) = self.columns.first()?;
        if let Type::Set(inner) = ty { Some((name, inner)) } else { None }
    }

    /// Its entities: of a set up to `most`. An identifier that a column before has given is not given again.
    fn mappings(&self, most: usize, appended: &mut Appended) -> Vec<EntityMapping> {
        let one = |fields| EntityMapping { entity_type: entity_type(self.kind), fields };
        if let Some((name, inner)) = self.set() {
            let value = |index: usize| Value::Computed {
                base: format!("{name}_{}", index + 1),
                value: format!("tostring({}[{index}])", quote::name(name)),
            };
            return (0..most)
                .map(|index| one(fields(identifiers(self.kind, inner), &value(index), appended)))
                .collect();
        }
        let mut all: Vec<(&'static str, String)> = Vec::new();
        for (name, ty) in &self.columns {
            let mut of_column = identifiers(self.kind, ty);
            of_column.retain(|(identifier, _)| all.iter().all(|(known, _)| known != identifier));
            all.extend(fields(of_column, &Value::Column(name), appended));
        }
        vec![one(all)]
    }
}

/// A value of a row.
enum Value<'a> {
    /// That of a column.
    Column(&'a str),
    /// Another one, and the name of the column that it would get.
    Computed { base: String, value: String },
}

/// How the value of an identifier is made from what a column holds.
#[derive(Clone, Copy)]
enum Part {
    /// It is that.
    Whole,
    /// What stands before the `@`, or all of it.
    BeforeAt,
    /// What stands behind the `@`.
    BehindAt,
    /// An id of one of several providers, without its provider.
    WithoutProvider,
    /// The same where it is the directory's.
    OfDirectory,
    /// The same where it is not.
    NotOfDirectory,
}

/// The identifiers that a value of a type gives an entity of a kind.
fn identifiers(kind: EntityKind, ty: &Type) -> Vec<(&'static str, Part)> {
    let several = matches!(ty, Type::Id(_, Issuer::Several));
    let whole = if several { Part::WithoutProvider } else { Part::Whole };
    match (kind, ty) {
        (EntityKind::Account, Type::Id(IdKind::User, Issuer::One(provider))) if &**provider == DIRECTORY => {
            vec![("AadUserId", Part::Whole)]
        }
        (EntityKind::Account, Type::Id(_, Issuer::Several)) => {
            vec![("AadUserId", Part::OfDirectory), ("Name", Part::NotOfDirectory)]
        }
        (EntityKind::Account, Type::Id(..)) => vec![("Name", Part::Whole)],
        (EntityKind::Account, _) => vec![("Name", Part::BeforeAt), ("UPNSuffix", Part::BehindAt)],
        (EntityKind::Ip, _) => vec![("Address", whole)],
        (EntityKind::Host, _) => vec![("HostName", whole)],
        (EntityKind::CloudApplication, Type::Id(..)) => vec![("AppId", whole)],
        (EntityKind::CloudApplication, _) => vec![("Name", whole)],
        (EntityKind::Mailbox, _) => vec![("MailboxPrimaryAddress", whole)],
        (EntityKind::Url, _) => vec![("Url", whole)],
    }
}

/// Sentinel's name of a kind.
fn entity_type(kind: EntityKind) -> &'static str {
    match kind {
        EntityKind::Account => "Account",
        EntityKind::Ip => "IP",
        EntityKind::Host => "Host",
        EntityKind::CloudApplication => "CloudApplication",
        EntityKind::Mailbox => "Mailbox",
        EntityKind::Url => "URL",
    }
}

/// The identifiers of a value with the columns that hold them.
fn fields(
    identifiers: Vec<(&'static str, Part)>,
    value: &Value<'_>,
    appended: &mut Appended,
) -> Vec<(&'static str, String)> {
    let alone = identifiers.len() == 1;
    let column = |(identifier, part): (&'static str, Part)| {
        let (base, text) = match value {
            Value::Column(name) => (*name, quote::name(name)),
            Value::Computed { base, value } => (base.as_str(), value.clone()),
        };
        let column = match (value, part) {
            (Value::Column(name), Part::Whole) => (*name).to_owned(),
            (Value::Computed { .. }, _) if alone => appended.add(base, part.of(&text)),
            (Value::Column(_) | Value::Computed { .. }, _) => {
                appended.add(&format!("{base}_{identifier}"), part.of(&text))
            }
        };
        (identifier, column)
    };
    identifiers.into_iter().map(column).collect()
}

impl Part {
    /// The expression. A text without an `@`, or with nothing before or behind it, is a name as a whole.
    fn of(self, text: &str) -> String {
        let provider = quote::text(&format!("{DIRECTORY}:"));
        match self {
            Self::Whole => text.to_owned(),
            Self::BeforeAt => format!("extract({}, 1, {text})", quote::regex("^(.+?)(?:@[^@]+)?$")),
            Self::BehindAt => format!("extract({}, 1, {text})", quote::regex("^.+@([^@]+)$")),
            Self::WithoutProvider => format!("extract({}, 1, {text})", quote::regex("^[^:]*:(.*)$")),
            Self::OfDirectory => {
                format!("iff({text} startswith_cs {provider}, {}, \"\")", Self::WithoutProvider.of(text))
            }
            Self::NotOfDirectory => {
                format!("iff({text} startswith_cs {provider}, \"\", {})", Self::WithoutProvider.of(text))
            }
        }
    }
}

/// The columns that are appended to a result.
struct Appended {
    taken: BTreeSet<String>,
    columns: Vec<(String, String)>,
}

impl Appended {
    fn new(plan: &Plan) -> Self {
        let always = ["first_time", "last_time", "matches", "event_ids"];
        let taken = plan.columns().into_iter().map(|column| column.name).chain(always).map(str::to_owned).collect();
        Self { taken, columns: Vec::new() }
    }

    /// The column of an expression: one that is there already, or a new one of about that name.
    fn add(&mut self, wanted: &str, value: String) -> String {
        if let Some((known, _)) = self.columns.iter().find(|(_, known)| *known == value) {
            return known.clone();
        }
        let numbered = (2_u32..).map(|number| format!("{wanted}_{number}"));
        let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
        let name = names.find(|name| !self.taken.contains(name)).unwrap_or_else(|| wanted.to_owned());
        self.taken.insert(name.clone());
        self.columns.push((name.clone(), value));
        name
    }
}
