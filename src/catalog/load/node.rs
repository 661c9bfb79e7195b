//! TOML with places: values are taken key by key, and keys that nobody asked for are reported.
//!
//! Alone knows the `toml` crate. Knows nothing of what the keys mean.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::catalog::error::CatalogError;
use crate::diagnostic::suggest;
use crate::source::{Place, SourceId, Span};

/// A value with the place that it was read from.
#[derive(Clone, Debug)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

/// What was found wrong so far in the files that are being read.
#[derive(Debug, Default)]
pub struct Findings(pub Vec<CatalogError>);

impl Findings {
    /// Notes an error.
    pub fn report(&mut self, error: CatalogError) {
        self.0.push(error);
    }
}

/// A value of a document.
#[derive(Debug)]
pub struct Node {
    /// Where it stands.
    pub place: Place,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Text(String),
    /// A whole number or a truth value, as text.
    Scalar(String, &'static str),
    List(Vec<Node>),
    Table(Vec<(Located<String>, Node)>),
    /// A kind that no key takes.
    Other(&'static str),
}

/// What a value that is true or false is called.
const TRUTH: &str = "a truth value";

impl Kind {
    fn name(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Scalar(_, name) | Self::Other(name) => name,
        }
    }
}

/// The table of a document. Of a text that is no TOML every mistake is reported, and nothing comes out.
pub fn document(source: SourceId, text: &str, findings: &mut Findings) -> Option<Table> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Some(Table::new(entries(source, table.into_inner()), Place { source, span: Span::default() }));
    }
    for error in errors {
        let place = place(source, error.span().unwrap_or(0..0));
        findings.report(CatalogError::Toml { place, message: error.message().to_owned() });
    }
    None
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
        DeValue::String(text) => Kind::Text(text.into_owned()),
        DeValue::Integer(number) => Kind::Scalar(number.to_string(), "a whole number"),
        DeValue::Boolean(truth) => Kind::Scalar(truth.to_string(), TRUTH),
        DeValue::Array(list) => Kind::List(list.into_iter().map(|value| node(source, value)).collect()),
        DeValue::Table(table) => Kind::Table(entries(source, table)),
        DeValue::Float(_) => Kind::Other("a number"),
        DeValue::Datetime(_) => Kind::Other("a date"),
    };
    Node { place, kind }
}

impl Node {
    /// The value as text.
    pub fn text(self, findings: &mut Findings) -> Option<Located<String>> {
        let (place, found) = (self.place, self.kind.name());
        let Kind::Text(value) = self.kind else { return wrong_kind(place, "text", found, findings) };
        Some(Located { value, place })
    }

    /// The value as one text or a list of texts.
    pub fn texts(self, findings: &mut Findings) -> Option<Vec<Located<String>>> {
        let (place, found) = (self.place, self.kind.name());
        if let Kind::Text(value) = self.kind {
            return Some(vec![Located { value, place }]);
        }
        let Kind::List(items) = self.kind else {
            return wrong_kind(place, "a text or a list of texts", found, findings);
        };
        Some(items.into_iter().filter_map(|item| item.text(findings)).collect())
    }

    /// A text, a whole number or a truth value, as text.
    pub fn scalar(self, findings: &mut Findings) -> Option<Located<String>> {
        let place = self.place;
        if let Kind::Scalar(value, _) = self.kind { Some(Located { value, place }) } else { self.text(findings) }
    }

    /// A truth value.
    pub fn truth(self, findings: &mut Findings) -> Option<bool> {
        let found = self.kind.name();
        let Kind::Scalar(value, TRUTH) = self.kind else { return wrong_kind(self.place, TRUTH, found, findings) };
        Some(value == "true")
    }

    /// The value as a table.
    pub fn table(self, findings: &mut Findings) -> Option<Table> {
        let (place, found) = (self.place, self.kind.name());
        let Kind::Table(entries) = self.kind else { return wrong_kind(place, "a table", found, findings) };
        Some(Table::new(entries, place))
    }

    /// The value as a list of tables.
    pub fn tables(self, findings: &mut Findings) -> Option<Vec<Table>> {
        let found = self.kind.name();
        let Kind::List(items) = self.kind else {
            return wrong_kind(self.place, "a list of tables", found, findings);
        };
        Some(items.into_iter().filter_map(|item| item.table(findings)).collect())
    }

    /// The values of a table with free keys.
    pub fn entries<T>(
        self,
        findings: &mut Findings,
        read: impl Fn(Self, &mut Findings) -> Option<T>,
    ) -> Vec<(Located<String>, T)> {
        let Some(table) = self.table(findings) else { return Vec::new() };
        let entries = table.entries.into_iter().filter_map(|(key, node)| Some((key, node?)));
        entries.filter_map(|(key, node)| Some((key, read(node, findings)?))).collect()
    }
}

fn wrong_kind<T>(place: Place, expected: &'static str, found: &'static str, findings: &mut Findings) -> Option<T> {
    findings.report(CatalogError::WrongKind { place, expected, found });
    None
}

/// A table whose keys are taken one by one.
#[derive(Debug)]
pub struct Table {
    entries: Vec<(Located<String>, Option<Node>)>,
    known: Vec<&'static str>,
    /// Where it stands: its header, or the whole of it when written in line.
    pub place: Place,
}

impl Table {
    fn new(entries: Vec<(Located<String>, Node)>, place: Place) -> Self {
        let entries = entries.into_iter().map(|(key, node)| (key, Some(node))).collect();
        Self { entries, known: Vec::new(), place }
    }

    /// Whether some key is left that was not taken.
    pub fn has_more(&self) -> bool {
        self.entries.iter().any(|(_, node)| node.is_some())
    }

    /// Takes the value of a key.
    pub fn take(&mut self, key: &'static str) -> Option<Node> {
        self.known.push(key);
        self.entries.iter_mut().find(|(found, _)| found.value == key)?.1.take()
    }

    /// Takes a text.
    pub fn text(&mut self, key: &'static str, findings: &mut Findings) -> Option<Located<String>> {
        self.take(key)?.text(findings)
    }

    /// Takes a text whose place does not matter.
    pub fn plain(&mut self, key: &'static str, findings: &mut Findings) -> Option<String> {
        Some(self.text(key, findings)?.value)
    }

    /// Takes one text or a list of them, whose places do not matter.
    pub fn texts(&mut self, key: &'static str, findings: &mut Findings) -> Option<Vec<String>> {
        Some(self.take(key)?.texts(findings)?.into_iter().map(|text| text.value).collect())
    }

    /// Takes a table with known keys; nothing said is the default.
    pub fn section<T: Default>(
        &mut self,
        key: &'static str,
        findings: &mut Findings,
        read: impl Fn(&mut Self, &mut Findings) -> T,
    ) -> T {
        let Some(mut inner) = self.take(key).and_then(|node| node.table(findings)) else { return T::default() };
        let section = read(&mut inner, findings);
        inner.finish(findings);
        section
    }

    /// Reports the keys that nobody asked for.
    pub fn finish(self, findings: &mut Findings) {
        for (key, _) in self.entries.into_iter().filter(|(_, node)| node.is_some()) {
            let near = suggest::closest(&key.value, self.known.iter().copied()).map(str::to_owned);
            let known = self.known.iter().map(|key| (*key).to_owned()).collect();
            findings.report(CatalogError::UnknownKey { place: key.place, key: key.value, near, known });
        }
    }
}
