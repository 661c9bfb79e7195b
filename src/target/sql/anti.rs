//! Rows for which there is no event of some kind, or no row in another relation.
//!
//! The standard's `NOT EXISTS` says it, and ClickHouse sometimes keeps rows that it should drop where the condition is a range. There
//! the rows for which there is one are joined and left out by all their columns.

use super::dialect::Dialect;
use super::{indent, shape};

/// A relation, and what its rows are held against.
pub struct Anti<'a> {
    /// The relation.
    pub rows: &'a str,
    /// Its columns that tell rows apart.
    pub columns: &'a [String],
    /// What there must not be.
    pub others: &'a str,
    /// Equations between a column of the one and an expression over columns of the other; maybe none.
    pub equal: &'a [String],
    /// Other conditions.
    pub conditions: &'a [String],
}

impl Anti<'_> {
    /// The rows that are left.
    pub fn text(&self, dialect: Dialect) -> String {
        let Self { rows, others, .. } = self;
        match dialect {
            Dialect::DuckDb | Dialect::Spark => {
                let all = [self.equal, self.conditions].concat();
                let against = shape::select(&["1".to_owned()], others, &all);
                format!("SELECT *\nFROM {rows}\nWHERE NOT EXISTS (\n{}\n)", indent(&against))
            }
            Dialect::ClickHouse => {
                let identity = identity(self.columns);
                let from = if self.equal.is_empty() {
                    format!("{rows} CROSS JOIN {others}")
                } else {
                    format!("{rows} JOIN {others} ON {}", self.equal.join(" AND "))
                };
                let dropped = shape::select(std::slice::from_ref(&identity), &from, self.conditions);
                format!("SELECT *\nFROM {rows}\nWHERE {identity} NOT IN (\n{}\n)", indent(&dropped))
            }
        }
    }
}

/// A row's columns as one value of ClickHouse that is never NULL.
pub fn identity(columns: &[String]) -> String {
    let present = |column: &String| format!("coalesce(toString({column}), '')");
    format!("tuple({})", columns.iter().map(present).collect::<Vec<_>>().join(", "))
}
