//! What can be wrong with what rules are given from outside: list files, settings, the command line. Part of the checker's
//! wording, in a file of its own for its length.

use crate::diagnostic::Code;
use crate::source::Place;
use crate::types::Type;

use super::error::one_of;
use super::wording::Wording;

/// What is wrong.
#[derive(Debug)]
pub enum GivenError {
    /// A list file that could not be read.
    ListUnreadable { reason: String, help: Option<String> },
    /// A column that a list file does not have.
    ColumnUnknown { column: String, known: Vec<String>, suggestion: Option<String> },
    /// A column that a list file has twice.
    ColumnTwice(String),
    /// A first line that names columns, where no column is named.
    HeaderWithoutColumn,
    /// A list file without entries.
    NoEntries,
    /// A line of a list file without an entry.
    EntryMissing,
    /// A cell over several lines.
    CellOverLines,
    /// A list file that cannot be read as one.
    NotCsv(String),
    /// More mistakes than are shown.
    MoreMistakes(usize),
    /// A watchlist of a type that watchlists do not have.
    NotAWatchlistType(Type),
    /// A watchlist or column that is not spelled like one.
    BadAlias(String),
    /// A watchlist and a list of one name.
    WatchlistNamedAsList { alias: String, list: Place },

    /// A name in the settings that is not there.
    UnknownName { what: &'static str, name: String, suggestion: Option<String>, known: Vec<String> },
    /// A file for a list that has its entries in the rule file.
    FileForInlineList(String),
    /// Entries for a list that is kept in a watchlist.
    AddToWatchlist { list: String, alias: String },
    /// A column without a file that could have it.
    ColumnWithoutFile(String),
}

/// The wording.
pub fn wording(kind: GivenError) -> Wording {
    use GivenError as Kind;
    match kind {
        Kind::ListUnreadable { reason, help } => {
            let wording = Wording::new(Code::E1001, reason, "read for this list");
            wording
                .help(help.unwrap_or_else(|| "paths are read from the folder of the file that names them".to_owned()))
        }
        Kind::ColumnUnknown { column, known, suggestion } => {
            Wording::new(Code::E1002, format!("the list file has no column `{column}`"), "no such column").suggest(
                suggestion,
                || match known.as_slice() {
                    [one] if one.contains([';', '\t']) => "columns are separated by commas".to_owned(),
                    known => format!("its first line names {}", one_of(known)),
                },
            )
        }
        Kind::ColumnTwice(column) => {
            Wording::new(Code::E1002, format!("the list file has two columns `{column}`"), "which one?")
                .help("rename one of them in the file")
        }
        Kind::HeaderWithoutColumn => {
            Wording::new(Code::E1002, "the list file names its columns, and the list names none", "names of columns")
                .help("say which column has the entries: `from file \"…\" column \"…\"`")
        }
        Kind::NoEntries => Wording::new(Code::E1003, "the list file has no entries", "empty")
            .help("a list without entries makes every `in` false; write at least one entry"),
        Kind::EntryMissing => {
            Wording::new(Code::E1003, "the line has no entry", "nothing in the column of the entries")
                .help("write the entry, or remove the line")
        }
        Kind::CellOverLines => Wording::new(Code::E1003, "a cell goes over several lines", "starts here")
            .help("close its quotes: `\"…\"`, and write a quote inside as two"),
        Kind::NotCsv(reason) => Wording::new(Code::E1003, format!("the list file is not CSV: {reason}"), "here"),
        Kind::MoreMistakes(count) => {
            Wording::new(Code::E1003, format!("{count} more lines of the list file are wrong"), "this file")
        }
        Kind::NotAWatchlistType(ty) => {
            Wording::new(Code::E0308, format!("a watchlist of `{ty}` is not possible"), "watchlists hold text")
                .help("write the entries into the rule file")
        }
        Kind::BadAlias(alias) => {
            Wording::new(Code::E0501, format!("`{alias}` is not the name of a watchlist or of its column"), "bad name")
                .help("write letters, digits, blanks, `-` and `_`, at most 64")
        }
        Kind::WatchlistNamedAsList { alias, list } => Wording::new(
            Code::E0202,
            format!("`{alias}` is the name of a list, which is a watchlist of its own"),
            "taken",
        )
        .help("rename the list: a list too long for a query is read from a watchlist of the list's name")
        .also(list, "the list"),

        Kind::UnknownName { what, name, suggestion, known } => Wording::new(
            Code::E1007,
            format!("there is no {what} `{name}`"),
            format!("unknown {what}"),
        )
        .suggest(suggestion, || {
            if known.is_empty() { format!("there is no {what} at all") } else { format!("one of {}", one_of(&known)) }
        }),
        Kind::FileForInlineList(list) => {
            Wording::new(Code::E1008, format!("the entries of `{list}` stand in the rule file"), "a file for them")
                .help(format!("add entries with `add`, or declare `list {list}: TYPE from file \"…\"`"))
        }
        Kind::AddToWatchlist { list, alias } => {
            Wording::new(Code::E1008, format!("the entries of `{list}` are in the watchlist `{alias}`"), "more entries")
                .help("add them to the watchlist itself")
        }
        Kind::ColumnWithoutFile(list) => {
            Wording::new(Code::E1008, format!("`{list}` is not read from a file"), "a column of no file")
                .help("name the file beside the column")
        }
    }
}
