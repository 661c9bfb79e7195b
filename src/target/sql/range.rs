//! Networks and addresses that stand as texts in a table: each is a range of digits (see `network`). A row that is nothing of the
//! kind is in no list.

use super::dialect::Dialect;
use super::{indent, network};

/// A number of an IPv4 address.
const BYTE: &str = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";

/// The digits that a digit becomes when its lower bits are cleared, by how many of its bits are left; and when they are set.
const CLEARED: [&str; 3] = ["0000000088888888", "000044448888cccc", "0022446688aaccee"];
const FILLED: [&str; 3] = ["77777777ffffffff", "33337777bbbbffff", "1133557799bbddff"];

/// The ranges `low` to `high` of the rows of a relation with the column `entry`, in lower case.
pub fn ranges(dialect: Dialect, entries: &str) -> String {
    let part = |number: usize| match dialect {
        Dialect::DuckDb | Dialect::Spark => format!("split_part(entry, '/', {number})"),
        // A part that is not there is the empty text.
        Dialect::ClickHouse => format!("arrayElement(splitByChar('/', assumeNotNull(entry)), {number})"),
    };
    let split = format!(
        "SELECT {} AS address, {} AS prefix\nFROM (\n{}\n) AS entries\nWHERE entry IS NOT NULL",
        part(1),
        part(2),
        indent(entries)
    );
    let version_4 = dialect.matches("address", &dialect.text(&format!("^{BYTE}([.]{BYTE}){{3}}$")));
    let version_6 =
        dialect.matches("address", &dialect.text(&format!("^[0-9a-f:]*:[0-9a-f:]*({BYTE}([.]{BYTE}){{3}})?$")));
    let digits = format!(
        "SELECT CASE WHEN {version_4} OR {version_6} THEN {} END AS digits, prefix\nFROM (\n{}\n) AS parts",
        network::digits(dialect, "address"),
        indent(&split)
    );
    let number = dialect.matches("prefix", "'^[0-9]{1,3}$'");
    let whole = dialect.whole();
    let numbered = format!(
        "SELECT digits, CASE WHEN prefix = '' THEN 4 * length(digits) WHEN {number} THEN {} END AS bits\n\
         FROM (\n{}\n) AS addresses",
        number_of(dialect, "prefix"),
        indent(&digits)
    );
    let halved = format!(
        "SELECT digits, bits, CAST({} AS {whole}) AS kept, bits % 4 AS left_over\nFROM (\n{}\n) AS networks\n\
         WHERE length(digits) IN (8, 32) AND bits <= 4 * length(digits) AND {}",
        dialect.floor_divide("bits", "4"),
        indent(&numbered),
        dialect.matches("digits", "'^[0-9a-f]*$'")
    );
    let end = |tables: [&str; 3], fill: &str| {
        let digit = "substr(digits, kept + 1, 1)";
        let cases: String = tables
            .iter()
            .enumerate()
            .map(|(index, table)| format!(" WHEN {} THEN translate({digit}, '0123456789abcdef', '{table}')", index + 1))
            .collect();
        let fill = fill.repeat(32);
        let start = format!("concat(substr(digits, 1, kept), CASE left_over{cases} ELSE '' END, '{fill}')");
        format!("substr({start}, 1, length(digits))")
    };
    format!(
        "SELECT {} AS low, {} AS high\nFROM (\n{}\n) AS prefixes",
        end(CLEARED, "0"),
        end(FILLED, "f"),
        indent(&halved)
    )
}

fn number_of(dialect: Dialect, text: &str) -> String {
    match dialect {
        Dialect::DuckDb | Dialect::Spark => format!("CAST({text} AS BIGINT)"),
        Dialect::ClickHouse => format!("toInt64OrNull({text})"),
    }
}
