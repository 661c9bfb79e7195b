//! What can be wrong with a Parquet file.

use std::fmt;

/// Why a Parquet file, or a part of it, is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    /// It does not end as such a file ends.
    NoEnd,
    /// What it says of itself at its end makes no sense.
    Footer,
    /// It is encrypted.
    Encrypted,
    /// It comes as a stream.
    Stream,
    /// A column is compressed in a way that is not read: the column, the way.
    Codec(String, &'static str),
    /// The values of a column are written in a way that is not read: the column, the number of the way.
    Encoding(String, i64),
    /// A part of a column is larger than what is read: the column.
    TooLarge(String),
    /// A part of a column makes no sense: the column.
    Column(String),
    /// A column has fewer values than its rows: the column.
    Short(String),
    /// What a row group says of itself makes no sense.
    Group,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoEnd => f.write_str("the Parquet file has no end: it is cut short, or still being written"),
            Self::Footer => f.write_str("the end of the Parquet file, which says what is in it, is damaged"),
            Self::Encrypted => f.write_str("the Parquet file is encrypted; decrypt it first"),
            Self::Stream => f.write_str(
                "a Parquet file begins at its end and cannot be read as a stream; save it as a file, unpacked, and give its path",
            ),
            Self::Codec(column, name) => {
                write!(f, "column `{column}` is compressed with {name}, which is not read; write the file with zstd or snappy")
            }
            Self::Encoding(column, number) => {
                write!(f, "column `{column}` is written in encoding {number} of Parquet, which is not read")
            }
            Self::TooLarge(column) => write!(f, "a page of column `{column}` is larger than what is read"),
            Self::Column(column) => write!(f, "column `{column}` is damaged"),
            Self::Short(column) => write!(f, "column `{column}` ends before its rows do"),
            Self::Group => f.write_str("what the file says of this row group makes no sense"),
        }
    }
}

/// The same before the column is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    Codec(&'static str),
    Encoding(i64),
    TooLarge,
    Damaged,
    Short,
}

impl Flaw {
    pub(super) fn of(self, column: &str) -> Damage {
        let column = column.to_owned();
        match self {
            Self::Codec(name) => Damage::Codec(column, name),
            Self::Encoding(number) => Damage::Encoding(column, number),
            Self::TooLarge => Damage::TooLarge(column),
            Self::Damaged => Damage::Column(column),
            Self::Short => Damage::Short(column),
        }
    }
}
