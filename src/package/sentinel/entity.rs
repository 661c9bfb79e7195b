//! What an alert is about: entities from columns of the result, and the columns that are appended for them.
//!
//! Sentinel identifies an account by its name and the domain behind it, or by its id in the directory, and takes single values
//! only. So a name with an `@` is taken apart, and of a set the first values become columns of their own.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::plan::{Entity, EntityKind, Plan};
use crate::source::Span;
use crate::target::quote;
use crate::types::{IdKind, Issuer, Type};

use super::error::{MOST_ENTITIES, RuleError};
use super::rule::EntityMapping;

/// How many values of a set become entities, where there is room.
const MOST_OF_A_SET: usize = 3;
/// How many identifiers an entity may have.
const MOST_IDENTIFIERS: usize = 3;
/// The provider whose users Sentinel knows by their ids.
const DIRECTORY: &str = "entra";

/// Entities, and the columns to append for them: name and expression.
pub type Mapped = (Vec<EntityMapping>, Vec<(String, String)>);

/// The entities of a rule.
///
/// # Errors
/// More than Sentinel takes.
pub fn map(plan: &Plan) -> Result<Mapped, Diagnostic> {
    let things: Vec<Thing> = plan.deployment.entities.iter().flat_map(|entity| things(plan, entity)).collect();
    if let Some(first_too_many) = things.get(MOST_ENTITIES) {
        let error = RuleError::TooManyEntities { entities: things.len() };
        return Err(error.at(plan, first_too_many.span));
    }
    let sets = things.iter().filter(|thing| thing.is_set()).count();
    let room = (MOST_ENTITIES - (things.len() - sets)).checked_div(sets).unwrap_or(0);
    let mut appended = Appended::new(plan);
    let mappings = things.iter().flat_map(|thing| thing.mappings(room.min(MOST_OF_A_SET), &mut appended)).collect();
    Ok((mappings, appended.columns))
}

/// Something that an alert is about: columns that identify one thing together, or a set.
struct Thing {
    kind: EntityKind,
    columns: Vec<(String, Type)>,
    span: Span,
}

/// The things that an entity of a rule names: a set each, and as many columns together as have different identifiers.
fn things(plan: &Plan, entity: &Entity) -> Vec<Thing> {
    let known = plan.columns();
    let mut things: Vec<Thing> = Vec::new();
    let mut open: Option<usize> = None;
    for name in &entity.columns {
        let Some(column) = known.iter().find(|column| column.name == name) else { continue };
        let ty = column.ty.clone();
        let joins = |thing: &Thing| !matches!(ty, Type::Set(_)) && thing.takes(entity.kind, &ty);
        match open.filter(|index| joins(&things[*index])) {
            Some(index) => things[index].columns.push((name.clone(), ty)),
            None => {
                if !matches!(ty, Type::Set(_)) {
                    open = Some(things.len());
                }
                things.push(Thing { kind: entity.kind, columns: vec![(name.clone(), ty)], span: entity.span });
            }
        }
    }
    things
}

impl Thing {
    fn is_set(&self) -> bool {
        self.columns.iter().any(|(_, ty)| matches!(ty, Type::Set(_)))
    }

    /// Whether a further column says of it what its columns do not say yet.
    fn takes(&self, kind: EntityKind, ty: &Type) -> bool {
        let of = |ty: &Type| identifiers(kind, ty).into_iter().map(|(identifier, _)| identifier);
        let mut all: Vec<&str> = self.columns.iter().flat_map(|(_, ty)| of(ty)).chain(of(ty)).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        all.len() == count && count <= MOST_IDENTIFIERS
    }

    /// Its entities: of a set up to `most`.
    fn mappings(&self, most: usize, appended: &mut Appended) -> Vec<EntityMapping> {
        let one = |fields| EntityMapping { entity_type: entity_type(self.kind), fields };
        match self.columns.as_slice() {
            [(name, Type::Set(inner))] => (0..most)
                .map(|index| {
                    let value = format!("tostring({}[{index}])", quote::name(name));
                    let base = format!("{name}_{}", index + 1);
                    one(fields(self.kind, inner, &Value::Computed { base, value }, appended))
                })
                .collect(),
            columns => {
                let fields =
                    columns.iter().flat_map(|(name, ty)| fields(self.kind, ty, &Value::Column(name), appended));
                vec![one(fields.collect())]
            }
        }
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
fn fields(kind: EntityKind, ty: &Type, value: &Value<'_>, appended: &mut Appended) -> Vec<(&'static str, String)> {
    let identifiers = identifiers(kind, ty);
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
