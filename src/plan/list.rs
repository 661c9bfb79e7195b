//! Lists as rules use them: their entries, where those come from, and where a query finds them.

use crate::types::Type;
use crate::value::Value;

/// A list as rules use it. Expired entries are gone.
#[derive(Clone, Debug)]
pub struct ListData {
    /// Its name.
    pub name: String,
    /// Type of its entries.
    pub ty: Type,
    /// The entries, compiled, in the order written. Of a watchlist: those of its local copy, none where there is no copy.
    pub entries: Vec<Value>,
    /// Where they come from.
    pub origin: ListOrigin,
    /// Where a query finds them.
    pub placement: Placement,
}

/// Where the entries of a list come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListOrigin {
    /// They stand in the rule file.
    Inline,
    /// A file of the user's.
    File {
        /// Its path, for messages.
        path: String,
    },
    /// A Sentinel watchlist, or a lookup of the same name in Splunk: the target knows the entries.
    Watchlist {
        /// What the target calls it.
        alias: String,
        /// The column of the entries in Splunk and in the local copy; Sentinel's is always `SearchKey`.
        column: String,
        /// The local copy, where there is one.
        copy: Option<String>,
    },
}

/// Where a query finds the entries of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// They are written into it.
    InQuery,
    /// It reads them from a watchlist or lookup: the user's, or one that holds a file that is written beside the query.
    Outside,
}

/// A list with more entries than this does not stand in a query.
pub const MOST_ENTRIES_IN_QUERY: usize = 250;
/// Nor does one whose entries have more characters than this together.
pub const MOST_CHARACTERS_IN_QUERY: usize = 4_000;

impl ListData {
    /// Whether the entries are known here: a watchlist without a local copy is known to the target alone.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !matches!(self.origin, ListOrigin::Watchlist { copy: None, .. })
    }

    /// Whether the entries are too many, or too long together, to be written into a query.
    #[must_use]
    pub fn is_large(&self) -> bool {
        let characters = || self.entries.iter().map(|entry| entry_text(entry).chars().count()).sum::<usize>();
        self.entries.len() > MOST_ENTRIES_IN_QUERY || characters() > MOST_CHARACTERS_IN_QUERY
    }

    /// Whether the entries can stand in a watchlist or lookup, where everything is text.
    #[must_use]
    pub fn fits_outside(ty: &Type) -> bool {
        match ty {
            Type::String
            | Type::Name
            | Type::Int
            | Type::Ip
            | Type::Cidr
            | Type::Country
            | Type::Asn
            | Type::Enum(_)
            | Type::Id(..) => true,
            Type::Float
            | Type::Bool
            | Type::Time
            | Type::Duration
            | Type::Location
            | Type::Distance
            | Type::Speed
            | Type::Set(_) => false,
        }
    }
}

/// An entry as it stands in a watchlist or lookup.
#[must_use]
pub fn entry_text(entry: &Value) -> String {
    match entry {
        Value::Missing | Value::Location(..) | Value::Set(_) => String::new(),
        Value::Bool(truth) => truth.to_string(),
        Value::Int(number) | Value::Time(number) | Value::Duration(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Text(text) => text.to_string(),
        Value::Ip(address) => address.to_string(),
        Value::Cidr(network) => network.to_string(),
    }
}
