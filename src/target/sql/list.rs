//! Lists that are tables of their own: the user's watchlists, and lists too long for a query.
//!
//! A test of a field against such a list is a column beside the field, worked out where events are read. Values are looked up with
//! `IN`. Networks and addresses are ranges of digits (see `network`): the addresses of the events and the ranges are put in one
//! order, and an address is in a range when one that begins before it ends behind it. That takes no join, however many there are.

use std::collections::BTreeSet;

use crate::plan::{Expr, ExprKind, FieldIndex, ListData, Placement, Plan, Stream};
use crate::target::fragment::{Fragment, Strength};
use crate::target::outside;
use crate::types::Type;

use super::dialect::Dialect;
use super::expr::Scope;
use super::names::{self, Of};
use super::{Cte, Writer, indent, range};

/// A field and a list that it is tested against.
pub type Listed = (FieldIndex, usize);

/// The relation of a list's entries.
fn relation(list: usize) -> String {
    format!("list{}", list + 1)
}

/// The column, beside a field, of whether it is in a list.
pub fn column(field: &str, list: usize) -> String {
    format!("{field}_in_list{}", list + 1)
}

/// Whether a list is compared as networks.
pub fn is_of_addresses(list: &ListData) -> bool {
    matches!(list.ty, Type::Cidr | Type::Ip)
}

/// Whether a list is a table of its own.
pub fn is_outside(list: &ListData) -> bool {
    list.placement == Placement::Outside
}

/// The fields that are tested against lists outside the query, of whatever event.
pub fn listed(plan: &Plan) -> BTreeSet<Listed> {
    let mut found = BTreeSet::new();
    for expr in plan.expressions() {
        expr.walk(&mut |part| {
            if let ExprKind::InList(subject, list) = &part.kind
                && let ExprKind::Field(index) | ExprKind::Of(_, index) = subject.kind
                && is_outside(&plan.lists[*list])
            {
                found.insert((index, *list));
            }
        });
    }
    found
}

/// The entries of every list that the plan reads from a table.
pub fn ctes(writer: &Writer<'_>) -> Vec<Cte> {
    let lists = writer.plan.lists.iter().enumerate().filter(|(_, list)| is_outside(list));
    lists.map(|(index, list)| Cte { name: relation(index), body: entries(writer.dialect, list) }).collect()
}

/// The entries of a list: `entry`, or `low` and `high` of ranges.
fn entries(dialect: Dialect, list: &ListData) -> String {
    let column = format!("CAST({} AS {})", dialect.identifier(outside::column(list)), dialect.string());
    let table = dialect.identifier(outside::name(list));
    if is_of_addresses(list) {
        let texts = format!("SELECT DISTINCT lower({column}) AS entry\nFROM {table}");
        return range::ranges(dialect, &texts);
    }
    let entry = match list.ty {
        Type::Name => dialect.lower(&column),
        Type::Country => dialect.upper(&column),
        Type::Int => dialect.parse_whole(&column),
        Type::Asn => dialect.parse_whole(&format!("regexp_replace({column}, '^[Aa][Ss]', '')")),
        Type::String
        | Type::Float
        | Type::Bool
        | Type::Time
        | Type::Duration
        | Type::Ip
        | Type::Cidr
        | Type::Location
        | Type::Distance
        | Type::Speed
        | Type::Enum(_)
        | Type::Id(..)
        | Type::Set(_) => column,
    };
    let all = format!("SELECT DISTINCT {entry} AS entry\nFROM {table}");
    format!("SELECT entry\nFROM (\n{}\n) AS entries\nWHERE entry IS NOT NULL", indent(&all))
}

/// The columns of a stream that say what is in which list, and what they read.
pub struct Membership {
    /// Relations of addresses that are in a list.
    pub ctes: Vec<Cte>,
    /// `… AS f_ip_in_list1`
    pub columns: Vec<String>,
}

/// What a stream's fields are tested against. `events` are its events with the digits of addresses.
pub fn membership(writer: &Writer<'_>, stream: &Stream, events: &str) -> Membership {
    let mut found = Membership { ctes: Vec::new(), columns: Vec::new() };
    for &(index, list) in writer.names.listed().iter().filter(|(index, _)| stream.has(*index)) {
        let field = writer.names.field(index);
        let named = Of::Event.column(&column(field, list));
        let test = if is_of_addresses(&writer.plan.lists[list]) {
            let digits = Of::Event.column(&names::digits(field));
            let name = format!("{events}_{}", column(field, list));
            let body = addresses_within(writer.dialect, events, &digits, &relation(list));
            found.ctes.push(Cte { name: name.clone(), body });
            format!("{digits} IN (SELECT address FROM {name})")
        } else {
            format!("{} IN (SELECT entry FROM {})", Of::Event.column(field), relation(list))
        };
        found.columns.push(format!("coalesce({test}, FALSE) AS {named}"));
    }
    found
}

/// The addresses of events that lie in one of the ranges.
fn addresses_within(dialect: Dialect, events: &str, digits: &str, ranges: &str) -> String {
    let both = format!(
        "SELECT DISTINCT {digits} AS address, CAST(NULL AS {}) AS high, 1 AS is_address\nFROM {events}\n\
         WHERE {digits} IS NOT NULL\nUNION ALL\nSELECT low, high, 0\nFROM {ranges}",
        dialect.string()
    );
    // A range that begins at the address comes before it.
    let reach = "max(high) OVER (PARTITION BY length(address) ORDER BY address, is_address \
                 ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)";
    let ordered =
        format!("SELECT address, is_address, {reach} AS reach\nFROM (\n{}\n) AS addresses_and_ranges", indent(&both));
    format!("SELECT address\nFROM (\n{}\n) AS ordered\nWHERE is_address = 1 AND reach >= address", indent(&ordered))
}

/// Whether a value is in a list outside the query; false or NULL if not.
pub fn test(scope: &Scope<'_>, subject: &Expr, list: usize) -> Fragment {
    if let ExprKind::Field(index) | ExprKind::Of(_, index) = subject.kind {
        let of = if let ExprKind::Of(role, _) = subject.kind { Of::from(role) } else { scope.event };
        return Fragment::atom(of.column(&column(scope.names.field(index), list)));
    }
    let relation = relation(list);
    if is_of_addresses(&scope.plan.lists[list]) {
        let digits = scope.digits(subject);
        let length = format!("length(low) = length({digits})");
        return Fragment::atom(format!(
            "EXISTS (SELECT 1 FROM {relation} WHERE {length} AND {digits} BETWEEN low AND high)"
        ));
    }
    let text = format!("{} IN (SELECT entry FROM {relation})", scope.value(subject).at(Strength::Sum));
    Fragment::new(text, Strength::Comparison)
}

/// The statements that make the table of a list from the CSV file that is written for it.
#[must_use]
pub fn from_file(dialect: Dialect, name: &str) -> String {
    let (table, entry) = (dialect.identifier(name), dialect.identifier(outside::ENTRY));
    let file = dialect.text(&format!("{name}.csv"));
    match dialect {
        Dialect::DuckDb => format!(
            "CREATE OR REPLACE TABLE {table} AS\nSELECT {entry} FROM read_csv({file}, columns = {{'{}': 'VARCHAR'}}, \
             auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"');\n",
            outside::ENTRY
        ),
        Dialect::Spark => format!(
            "CREATE OR REPLACE TEMPORARY VIEW {table} ({entry} STRING)\nUSING csv OPTIONS (path {file}, header 'true', \
             escape '\"');\n"
        ),
        Dialect::ClickHouse => format!(
            "CREATE OR REPLACE TABLE {table} ({entry} String) ENGINE = MergeTree ORDER BY {entry};\n\
             INSERT INTO {table} FROM INFILE {file} FORMAT CSVWithNames;\n"
        ),
    }
}
