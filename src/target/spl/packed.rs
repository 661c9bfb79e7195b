//! An event as one text, so that `values` can gather events and a row can hold many: its time, what orders it among events at
//! one moment, its source, and the fields that are needed of it, with `|` between them.
//!
//! A missing piece is `-` and no piece is empty, since `split` may leave out empty ones. A text has `=` before it, and its own `|`
//! and `%` are written as `%7C` and `%25`. The time has a fixed width, so that packed events sort by time.

use crate::plan::{EVENT_ID, FieldIndex, Plan, TIME};
use crate::target::fragment::Fragment;
use crate::types::Type;

use super::column::{Columns, Presence};
use super::quote;

/// Which fields are packed.
#[derive(Debug)]
pub struct Packing {
    /// The types of the pieces behind time, order and source, and whose they are.
    pieces: Vec<Piece>,
    /// Whether the source is among the pieces.
    has_sources: bool,
}

#[derive(Debug)]
struct Piece {
    field: FieldIndex,
    /// Which column of the field.
    part: usize,
    form: Form,
}

/// How a value becomes a piece.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// Any text.
    Text,
    /// A text of which the type says that it has none of the signs.
    Plain,
    /// A whole number.
    Whole,
    /// A number with so many digits behind the point.
    Number(u8),
}

/// Expressions for what tells an event from others.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Its time, a number.
    pub time: String,
    /// What orders it.
    pub order: String,
    /// Its source, where there are several.
    pub log: Option<String>,
}

impl Identity {
    /// A condition that holds for one and the same event; never null.
    pub fn equals(&self, other: &Self) -> String {
        let mut parts = vec![format!("{}={}", self.time, other.time), format!("{}={}", self.order, other.order)];
        if let (Some(one), Some(other)) = (&self.log, &other.log) {
            parts.push(format!("{one}={other}"));
        }
        parts.join(" AND ")
    }
}

impl Packing {
    /// A packing of these fields.
    pub fn new(
        plan: &Plan,
        columns: &Columns,
        has_sources: bool,
        fields: impl IntoIterator<Item = FieldIndex>,
    ) -> Self {
        let mut pieces = Vec::new();
        for field in fields {
            if field == TIME || field == EVENT_ID {
                continue;
            }
            let form = form(&plan.fields[field.0].ty);
            pieces.extend((0..columns.names(field).len()).map(|part| Piece { field, part, form }));
        }
        Self { pieces, has_sources }
    }

    /// The row's own event, packed.
    pub fn pack(&self, columns: &Columns) -> String {
        let mut texts = vec!["printf(\"%017.6f\", _time)".to_owned(), escaped(&columns.order)];
        if self.has_sources {
            texts.push(columns.log.clone());
        }
        texts.extend(self.pieces.iter().map(|piece| {
            let column = quote::column(columns.names(piece.field)[piece.part]);
            packed(&column, piece.form, columns.presence(piece.field))
        }));
        texts.join(".\"|\".")
    }
}

/// An event that was packed.
pub struct Packed<'a> {
    /// How.
    pub packing: &'a Packing,
    /// The expression for its pieces, a multivalue.
    pub pieces: String,
}

impl Packed<'_> {
    /// What tells it from others.
    pub fn identity(&self) -> Identity {
        Identity {
            time: format!("tonumber({})", self.piece(0)),
            order: plain(&self.piece(1)),
            log: self.packing.has_sources.then(|| self.piece(2)),
        }
    }

    /// A field of it.
    pub fn field(&self, columns: &Columns, index: FieldIndex) -> Vec<Fragment> {
        if index == TIME {
            return vec![Fragment::atom(self.identity().time)];
        }
        if index == EVENT_ID {
            return vec![Fragment::atom(id_of(&self.identity().order))];
        }
        let start = if self.packing.has_sources { 3 } else { 2 };
        let own = self.packing.pieces.iter().enumerate().filter(|(_, piece)| piece.field == index);
        let found: Vec<Fragment> =
            own.map(|(at, piece)| Fragment::atom(unpacked(&self.piece(start + at), piece.form))).collect();
        if found.is_empty() { columns.names(index).iter().map(|_| Fragment::atom("null()")).collect() } else { found }
    }

    fn piece(&self, at: usize) -> String {
        format!("mvindex({}, {at})", self.pieces)
    }
}

/// The id of an event from what orders it.
pub fn id_of(order: &str) -> String {
    format!("nullif(substr({order}, 2), \"\")")
}

fn form(ty: &Type) -> Form {
    match ty {
        Type::Time | Type::Duration => Form::Number(6),
        Type::Float | Type::Distance | Type::Speed | Type::Location => Form::Number(12),
        Type::Int | Type::Asn => Form::Whole,
        Type::Bool | Type::Ip => Form::Plain,
        Type::String | Type::Name | Type::Country | Type::Cidr | Type::Enum(_) | Type::Id(..) | Type::Set(_) => {
            Form::Text
        }
    }
}

fn packed(column: &str, form: Form, presence: Presence) -> String {
    let (present, missing) = match form {
        Form::Text => (format!("\"=\".{}", escaped(column)), Missing::GivesNull),
        Form::Plain => (format!("\"=\".{column}"), Missing::GivesNull),
        Form::Whole => (format!("printf(\"%d\", {column})"), Missing::MustBeAsked),
        Form::Number(digits) => (format!("printf(\"%.{digits}f\", {column})"), Missing::MustBeAsked),
    };
    match (presence, missing) {
        (Presence::Always, _) => present,
        (Presence::Sometimes, Missing::GivesNull) => format!("coalesce({present}, \"-\")"),
        (Presence::Sometimes, Missing::MustBeAsked) => format!("if(isnull({column}), \"-\", {present})"),
    }
}

/// What becomes of a form's text when its value is null.
#[derive(Clone, Copy)]
enum Missing {
    GivesNull,
    MustBeAsked,
}

fn unpacked(piece: &str, form: Form) -> String {
    match form {
        Form::Text => format!("nullif({}, \"\")", plain(&format!("substr({piece}, 2)"))),
        Form::Plain => format!("nullif(substr({piece}, 2), \"\")"),
        // A missing one, `-`, is no number, and null.
        Form::Whole | Form::Number(_) => format!("tonumber({piece})"),
    }
}

fn escaped(text: &str) -> String {
    format!("replace(replace({text}, \"%\", \"%25\"), \"[|]\", \"%7C\")")
}

fn plain(text: &str) -> String {
    format!("replace(replace({text}, \"%7C\", \"|\"), \"%25\", \"%\")")
}
