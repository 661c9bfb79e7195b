//! TOML with places, one key after the other. Alone knows the `toml` crate; knows nothing of what the keys mean.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::SettingsError;
use super::{Literal, Located, Written};
use crate::diagnostic::suggest;
use crate::source::{Place, SourceId, Span};

/// What was found wrong so far.
#[derive(Debug, Default)]
pub struct Findings(pub Vec<SettingsError>);

/// A value of the file.
#[derive(Debug)]
pub struct Node {
    /// Where it stands.
    pub place: Place,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Scalar(Written, String),
    List(Vec<Node>),
    Table(Vec<(Located<String>, Node)>),
    /// A date without a time, or a time alone.
    Other,
}

impl Kind {
    fn name(&self) -> &'static str {
        match self {
            Self::Scalar(Written::Text | Written::Plain, _) => "text",
            Self::Scalar(Written::Int, _) => "a whole number",
            Self::Scalar(Written::Float, _) => "a number",
            Self::Scalar(Written::Bool, _) => "a truth value",
            Self::Scalar(Written::Time, _) => "a time",
            Self::Other => "a date or time without an offset",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

/// The table of a file. Of a text that is no TOML every mistake is reported, and nothing comes out.
pub fn document(source: SourceId, text: &str, findings: &mut Findings) -> Option<Node> {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let place = place(source, error.span().unwrap_or(0..0));
        findings.0.push(SettingsError::Toml { place, message: error.message().to_owned() });
    }
    let place = Place { source, span: Span::default() };
    errors.is_empty().then(|| Node { place, kind: Kind::Table(entries(source, table.into_inner())) })
}

fn place(source: SourceId, range: std::ops::Range<usize>) -> Place {
    Place { source, span: Span::new(range.start, range.end) }
}

fn entries(source: SourceId, table: DeTable<'_>) -> Vec<(Located<String>, Node)> {
    let entry = |(key, value): (Spanned<std::borrow::Cow<'_, str>>, Spanned<DeValue<'_>>)| {
        let place = place(source, key.span());
        (Located { value: key.into_inner().into_owned(), place }, node(source, value))
    };
    table.into_iter().map(entry).collect()
}

fn node(source: SourceId, value: Spanned<DeValue<'_>>) -> Node {
    let place = place(source, value.span());
    let kind = match value.into_inner() {
        DeValue::String(text) => Kind::Scalar(Written::Text, text.into_owned()),
        DeValue::Integer(number) => Kind::Scalar(Written::Int, number.to_string()),
        DeValue::Float(number) => Kind::Scalar(Written::Float, number.to_string()),
        DeValue::Boolean(truth) => Kind::Scalar(Written::Bool, truth.to_string()),
        DeValue::Datetime(moment) if moment.offset.is_some() => Kind::Scalar(Written::Time, moment.to_string()),
        DeValue::Datetime(_) => Kind::Other,
        DeValue::Array(list) => Kind::List(list.into_iter().map(|value| node(source, value)).collect()),
        DeValue::Table(table) => Kind::Table(entries(source, table)),
    };
    Node { place, kind }
}

impl Node {
    fn wrong<T>(&self, expected: &'static str, findings: &mut Findings) -> Option<T> {
        findings.0.push(SettingsError::WrongKind { place: self.place, expected, found: self.kind.name() });
        None
    }

    /// A value of any type that is one value.
    pub fn literal(self, findings: &mut Findings) -> Option<Literal> {
        let place = self.place;
        let Kind::Scalar(written, text) = self.kind else { return self.wrong("one value", findings) };
        Some(Literal { text, written, place })
    }

    /// A text.
    pub fn text(self, findings: &mut Findings) -> Option<Located<String>> {
        let place = self.place;
        let Kind::Scalar(Written::Text, value) = self.kind else { return self.wrong("text", findings) };
        Some(Located { value, place })
    }

    /// A length of time in microseconds, written as text: `"90m"`.
    pub fn duration(self, findings: &mut Findings) -> Option<Located<i64>> {
        let text = self.text(findings)?;
        let value = micros(&text.value);
        if value.is_none() {
            findings.0.push(SettingsError::BadDuration { place: text.place, text: text.value });
        }
        Some(Located { value: value?, place: text.place })
    }

    /// A truth value.
    pub fn truth(self, findings: &mut Findings) -> Option<bool> {
        let Kind::Scalar(Written::Bool, value) = self.kind else { return self.wrong("true or false", findings) };
        Some(value == "true")
    }

    /// The values of a list.
    pub fn list(self, findings: &mut Findings) -> Option<Vec<Self>> {
        let Kind::List(items) = self.kind else { return self.wrong("a list", findings) };
        Some(items)
    }

    /// Whether it is a table.
    pub fn is_table(&self) -> bool {
        matches!(self.kind, Kind::Table(_))
    }

    /// The entries of a table with free keys.
    pub fn entries(self, findings: &mut Findings) -> Vec<(Located<String>, Self)> {
        let Kind::Table(entries) = self.kind else {
            return self.wrong("a table", findings).unwrap_or_default();
        };
        entries
    }

    /// The entries of a table whose keys are these; any other is reported.
    pub fn known(self, keys: &'static [&'static str], findings: &mut Findings) -> Vec<(&'static str, Self)> {
        let mut known = Vec::new();
        for (key, node) in self.entries(findings) {
            if let Some(word) = keys.iter().find(|word| **word == key.value) {
                known.push((*word, node));
            } else {
                let near = suggest::closest(&key.value, keys.iter().copied()).map(str::to_owned);
                findings.0.push(SettingsError::UnknownKey { place: key.place, key: key.value, near, known: keys });
            }
        }
        known
    }
}

/// The microseconds of `90m`, `1.5h`, `14d`; more than nothing.
fn micros(text: &str) -> Option<i64> {
    let at = text.find(|character: char| character.is_ascii_alphabetic())?;
    let number: f64 = text[..at].trim_end().parse().ok()?;
    let unit = match &text[at..] {
        "ms" => 1e3,
        "s" => 1e6,
        "m" => 60e6,
        "h" => 3600e6,
        "d" => 86_400e6,
        _ => return None,
    };
    let micros = number * unit;
    #[expect(clippy::cast_possible_truncation, reason = "bounded")]
    (micros > 0.0 && micros < 9e15).then(|| micros.round() as i64)
}
