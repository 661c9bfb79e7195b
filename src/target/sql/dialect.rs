//! What `DuckDB`, Spark and ClickHouse spell differently. Everything else of the queries is the same text.

use crate::target::quote;

/// A SQL engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// `DuckDB`.
    #[default]
    DuckDb,
    /// Apache Spark SQL.
    Spark,
    /// ClickHouse.
    ClickHouse,
}

impl Dialect {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::DuckDb, Self::Spark, Self::ClickHouse];

    /// The word on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::DuckDb => "duckdb",
            Self::Spark => "spark",
            Self::ClickHouse => "clickhouse",
        }
    }

    /// The product, for messages and headers.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::DuckDb => "DuckDB",
            Self::Spark => "Spark SQL",
            Self::ClickHouse => "ClickHouse",
        }
    }

    /// A name as an identifier, whatever it is.
    pub(super) fn identifier(self, name: &str) -> String {
        match self {
            Self::DuckDb => format!("\"{}\"", name.replace('"', "\"\"")),
            Self::Spark => format!("`{}`", name.replace('`', "``")),
            Self::ClickHouse => format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"")),
        }
    }

    /// A table's name, dots between its parts.
    pub(super) fn table(self, name: &str) -> String {
        name.split('.').map(|part| self.identifier(part)).collect::<Vec<_>>().join(".")
    }

    /// A text literal, on one line.
    pub(super) fn text(self, text: &str) -> String {
        let escaped = || {
            let backslashes = text.replace('\\', "\\\\").replace('\'', "\\'");
            backslashes.replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t").replace('\0', "\\0")
        };
        match self {
            Self::DuckDb if text.chars().any(char::is_control) => format!("E'{}'", escaped()),
            Self::DuckDb => format!("'{}'", text.replace('\'', "''")),
            // Spark puts settings where it sees `${`, even inside a literal.
            Self::Spark => format!("'{}'", escaped().replace("${", "\\u0024{")),
            Self::ClickHouse => format!("'{}'", escaped()),
        }
    }

    /// A moment as microseconds since 1970.
    pub(super) fn micros(self, moment: &str) -> String {
        match self {
            Self::DuckDb => format!("epoch_us({moment})"),
            Self::Spark => format!("unix_micros({moment})"),
            Self::ClickHouse => format!("toUnixTimestamp64Micro(toDateTime64({moment}, 6, 'UTC'))"),
        }
    }

    /// Microseconds since 1970 as a moment.
    pub(super) fn moment(self, micros: &str) -> String {
        match self {
            Self::DuckDb => format!("make_timestamp({micros})"),
            Self::Spark => format!("timestamp_micros({micros})"),
            Self::ClickHouse => format!("fromUnixTimestamp64Micro({micros}, 'UTC')"),
        }
    }

    /// A list of what comes of each member of a list.
    pub(super) fn each(self, list: &str, name: &str, of: &str) -> String {
        match self {
            Self::DuckDb => format!("list_transform({list}, lambda {name}: {of})"),
            Self::Spark => format!("transform({list}, {name} -> {of})"),
            Self::ClickHouse => format!("arrayMap({name} -> {of}, {list})"),
        }
    }

    /// This moment as microseconds since 1970.
    pub(super) fn now(self) -> &'static str {
        match self {
            Self::DuckDb => "epoch_us(now())",
            Self::Spark => "unix_micros(now())",
            Self::ClickHouse => "toUnixTimestamp64Micro(now64(6))",
        }
    }

    /// The type of whole numbers.
    pub(super) fn whole(self) -> &'static str {
        match self {
            Self::DuckDb | Self::Spark => "BIGINT",
            Self::ClickHouse => "Nullable(Int64)",
        }
    }

    /// The type of other numbers.
    pub(super) fn real(self) -> &'static str {
        match self {
            Self::DuckDb | Self::Spark => "DOUBLE",
            Self::ClickHouse => "Nullable(Float64)",
        }
    }

    /// The type of texts.
    pub(super) fn string(self) -> &'static str {
        match self {
            Self::DuckDb => "VARCHAR",
            Self::Spark => "STRING",
            Self::ClickHouse => "Nullable(String)",
        }
    }

    /// The whole number that a text is; NULL if it is none.
    pub(super) fn parse_whole(self, text: &str) -> String {
        let is_number = self.matches(text, "'^[+-]?[0-9]{1,18}$'");
        match self {
            Self::DuckDb | Self::Spark => format!("CASE WHEN {is_number} THEN CAST({text} AS BIGINT) END"),
            Self::ClickHouse => format!("toInt64OrNull({text})"),
        }
    }

    /// Whole numbers divided, what is left over cut off. Both are operands of a product.
    pub(super) fn divide(self, left: &str, right: &str) -> String {
        match self {
            Self::DuckDb => format!("({left} // {right})"),
            Self::Spark => format!("({left} DIV {right})"),
            Self::ClickHouse => format!("intDiv({left}, {right})"),
        }
    }

    /// What is left over of a whole number, never negative. Both are operands of a product.
    pub(super) fn remainder(self, left: &str, right: &str) -> String {
        match self {
            Self::DuckDb => format!("(({left} % {right} + {right}) % {right})"),
            Self::Spark => format!("pmod({left}, {right})"),
            Self::ClickHouse => format!("positiveModulo({left}, {right})"),
        }
    }

    /// Whole numbers divided, rounded down also below zero. Both are operands of a product.
    pub(super) fn floor_divide(self, left: &str, right: &str) -> String {
        self.divide(&format!("({left} - {})", self.remainder(left, right)), right)
    }

    /// A whole number; NULL for what is none, or beyond 64 bits.
    pub(super) fn try_whole(self, value: &str) -> String {
        match self {
            Self::DuckDb => format!("TRY_CAST({value} AS BIGINT)"),
            Self::Spark => format!("try_cast({value} AS BIGINT)"),
            Self::ClickHouse => format!("accurateCastOrNull({value}, 'Int64')"),
        }
    }

    /// A float that is a whole number, of less than 64 bits, as such.
    pub(super) fn as_whole(self, value: &str) -> String {
        match self {
            Self::DuckDb | Self::Spark => format!("CAST({value} AS BIGINT)"),
            // Behind a NULL is a number all the same there, such as what dividing by nothing gives, and `CAST` fails on it.
            Self::ClickHouse => self.try_whole(value),
        }
    }

    /// A condition as a value that is no number.
    pub(super) fn flag(self, condition: &str) -> String {
        match self {
            Self::DuckDb | Self::Spark => condition.to_owned(),
            Self::ClickHouse => format!("toBool({condition})"),
        }
    }

    /// The nearest whole number as a float, halves away from zero.
    pub(super) fn round(self, value: &str) -> String {
        match self {
            Self::DuckDb | Self::Spark => format!("round({value})"),
            // Its `round` takes halves to even numbers.
            Self::ClickHouse => {
                format!("trunc({value}) + sign({value}) * if(abs({value} - trunc({value})) >= 0.5, 1, 0)")
            }
        }
    }

    /// A float; NULL where it is infinite.
    pub(super) fn finite(self, value: &str) -> String {
        let infinity = match self {
            Self::DuckDb => "CAST('Infinity' AS DOUBLE)",
            Self::Spark => "double('Infinity')",
            Self::ClickHouse => "inf",
        };
        format!("nullif(nullif({value}, {infinity}), -{infinity})")
    }

    /// Texts one after the other, none of them missing.
    pub(super) fn join(self, parts: &[String]) -> String {
        format!("concat({})", parts.join(", "))
    }

    /// The number that some hexadecimal digits say.
    pub(super) fn number_of_digits(self, digits: &str) -> String {
        match self {
            Self::DuckDb => format!("TRY_CAST(concat('0x', {digits}) AS BIGINT)"),
            Self::Spark => format!("CAST(conv({digits}, 16, 10) AS BIGINT)"),
            Self::ClickHouse => format!("reinterpretAsUInt8(unhex({digits}))"),
        }
    }

    /// A text with zeros in front, so that it has so many characters.
    pub(super) fn pad(self, text: &str, length: usize) -> String {
        match self {
            Self::DuckDb | Self::Spark => format!("lpad({text}, {length}, '0')"),
            Self::ClickHouse => format!("leftPad({text}, {length}, '0')"),
        }
    }

    /// A text in lower case.
    pub(super) fn lower(self, text: &str) -> String {
        match self {
            Self::DuckDb | Self::Spark => format!("lower({text})"),
            // Its `lower` knows ASCII alone.
            Self::ClickHouse => format!("lowerUTF8({text})"),
        }
    }

    /// A text in upper case.
    pub(super) fn upper(self, text: &str) -> String {
        match self {
            Self::DuckDb | Self::Spark => format!("upper({text})"),
            Self::ClickHouse => format!("upperUTF8({text})"),
        }
    }

    /// The number of characters.
    pub(super) fn length(self, text: &str) -> String {
        match self {
            Self::DuckDb => format!("length({text})"),
            Self::Spark => format!("CAST(length({text}) AS BIGINT)"),
            Self::ClickHouse => format!("CAST(lengthUTF8({text}) AS Nullable(Int64))"),
        }
    }

    /// So many characters from a position on.
    pub(super) fn substring(self, text: &str, from: i64, count: i64) -> String {
        match self {
            Self::DuckDb | Self::Spark => format!("substring({text}, {from}, {count})"),
            Self::ClickHouse => format!("substringUTF8({text}, {from}, {count})"),
        }
    }

    /// The n-th part of a text between separators; an empty text where there is none.
    pub(super) fn part(self, text: &str, separator: &str, number: i64) -> String {
        let separator = self.text(separator);
        match self {
            Self::DuckDb | Self::Spark => format!("split_part({text}, {separator}, {number})"),
            Self::ClickHouse => format!("splitByString({separator}, {text})[{number}]"),
        }
    }

    /// What the first group of a pattern matches; an empty text where the pattern does not match.
    pub(super) fn extract(self, text: &str, pattern: &str) -> String {
        let pattern = self.text(pattern);
        match self {
            Self::DuckDb | Self::Spark => format!("regexp_extract({text}, {pattern}, 1)"),
            Self::ClickHouse => format!("regexpExtract({text}, {pattern}, 1)"),
        }
    }

    /// A text with all that a pattern matches replaced; `\2` in the replacement is the second group.
    pub(super) fn replace(self, text: &str, pattern: &str, replacement: &str) -> String {
        let pattern = self.text(pattern);
        match self {
            Self::DuckDb => format!("regexp_replace({text}, {pattern}, {}, 'g')", self.text(replacement)),
            Self::Spark => {
                format!("regexp_replace({text}, {pattern}, {})", self.text(&replacement.replace('\\', "$")))
            }
            Self::ClickHouse => format!("replaceRegexpAll({text}, {pattern}, {})", self.text(replacement)),
        }
    }

    /// Whether a text holds another somewhere, at its start, or at its end.
    pub(super) fn contains(self, text: &str, part: &str) -> String {
        match self {
            Self::DuckDb | Self::Spark => format!("contains({text}, {part})"),
            Self::ClickHouse => format!("position({text}, {part}) > 0"),
        }
    }

    pub(super) fn starts_with(self, text: &str, part: &str) -> String {
        match self {
            Self::DuckDb => format!("starts_with({text}, {part})"),
            Self::Spark => format!("startswith({text}, {part})"),
            Self::ClickHouse => format!("startsWith({text}, {part})"),
        }
    }

    pub(super) fn ends_with(self, text: &str, part: &str) -> String {
        match self {
            Self::DuckDb => format!("ends_with({text}, {part})"),
            Self::Spark => format!("endswith({text}, {part})"),
            Self::ClickHouse => format!("endsWith({text}, {part})"),
        }
    }

    /// Whether a regular expression matches somewhere in a text.
    pub(super) fn matches(self, text: &str, pattern: &str) -> String {
        match self {
            Self::DuckDb => format!("regexp_matches({text}, {pattern})"),
            Self::Spark => format!("regexp_like({text}, {pattern})"),
            Self::ClickHouse => format!("match({text}, {pattern})"),
        }
    }

    /// How many different values there are.
    pub(super) fn count_distinct(self, value: &str, over: &str) -> String {
        match self {
            Self::DuckDb => format!("count(DISTINCT {value}) {over}"),
            Self::Spark => format!("CAST(size(collect_set({value}) {over}) AS BIGINT)"),
            Self::ClickHouse => format!("CAST(uniqExact({value}) {over} AS Nullable(Int64))"),
        }
    }

    /// A sum of whole numbers, of more than 64 bits where it must be.
    pub(super) fn sum_of_whole(self, value: &str, over: &str) -> String {
        match self {
            Self::DuckDb => format!("sum({value}) {over}"),
            Self::Spark => format!("sum(CAST({value} AS DECIMAL(19, 0))) {over}"),
            Self::ClickHouse => format!("sum(toInt128({value})) {over}"),
        }
    }

    /// A sum of floats, as little rounded as the engine can.
    pub(super) fn sum_of_real(self, value: &str, over: &str) -> String {
        match self {
            Self::DuckDb => format!("fsum({value}) {over}"),
            Self::Spark => format!("sum({value}) {over}"),
            Self::ClickHouse => format!("sumKahan({value}) {over}"),
        }
    }

    /// The different values, sorted.
    pub(super) fn values(self, value: &str, over: &str) -> String {
        match self {
            Self::DuckDb => {
                format!("coalesce(list_sort(list(DISTINCT {value}) FILTER (WHERE {value} IS NOT NULL) {over}), [])")
            }
            Self::Spark => format!("array_sort(collect_set({value}) {over})"),
            Self::ClickHouse => format!("arraySort(groupUniqArray({value}) {over})"),
        }
    }

    /// The value of the row whose `order` comes last (or first); rows without value do not count.
    pub(super) fn extreme(self, value: &str, order: &[String], which: Extreme, over: &str) -> String {
        let order = order.join(", ");
        let present = |record: &str| format!("CASE WHEN {value} IS NOT NULL THEN {record}({order}) END");
        let (function, order) = match (self, which) {
            (Self::DuckDb, Extreme::Last) => ("arg_max", present("row")),
            (Self::DuckDb, Extreme::First) => ("arg_min", present("row")),
            (Self::Spark, Extreme::Last) => ("max_by", present("struct")),
            (Self::Spark, Extreme::First) => ("min_by", present("struct")),
            (Self::ClickHouse, Extreme::Last) => ("argMaxIf", format!("tuple({order}), {value} IS NOT NULL")),
            (Self::ClickHouse, Extreme::First) => ("argMinIf", format!("tuple({order}), {value} IS NOT NULL")),
        };
        format!("{function}({value}, {order}) {over}")
    }

    /// Whether a set holds all of some values, or any.
    pub(super) fn holds(self, set: &str, values: &str, all: Quantifier) -> String {
        let function = match (self, all) {
            (Self::DuckDb, Quantifier::All) => "list_has_all",
            (Self::DuckDb, Quantifier::Any) => "list_has_any",
            (Self::Spark, Quantifier::All) => return format!("size(array_except({values}, {set})) = 0"),
            (Self::Spark, Quantifier::Any) => "arrays_overlap",
            (Self::ClickHouse, Quantifier::All) => "hasAll",
            (Self::ClickHouse, Quantifier::Any) => "hasAny",
        };
        format!("{function}({set}, {values})")
    }

    /// How many values a set has.
    pub(super) fn size(self, set: &str) -> String {
        match self {
            Self::DuckDb => format!("len({set})"),
            Self::Spark => format!("size({set})"),
            Self::ClickHouse => format!("length({set})"),
        }
    }

    /// A list of values; those that are null are left out.
    pub(super) fn list(self, values: &[String]) -> String {
        let all = values.join(", ");
        match self {
            Self::DuckDb => format!("list_filter([{all}], lambda x: x IS NOT NULL)"),
            Self::Spark => format!("filter(array({all}), x -> x IS NOT NULL)"),
            Self::ClickHouse => format!("arrayFilter(x -> x IS NOT NULL, [{all}])"),
        }
    }

    /// A list of literals.
    pub(super) fn literals(self, values: &[String]) -> String {
        let all = values.join(", ");
        match self {
            Self::DuckDb | Self::ClickHouse => format!("[{all}]"),
            Self::Spark => format!("array({all})"),
        }
    }

    /// The last value before a row that is not null. `over` has the order.
    pub(super) fn lag_present(self, value: &str, over: &str) -> String {
        match self {
            Self::DuckDb => format!("lag({value} IGNORE NULLS) OVER ({over})"),
            Self::Spark => format!("lag({value}) IGNORE NULLS OVER ({over})"),
            Self::ClickHouse => {
                format!(
                    "last_value({value}) IGNORE NULLS OVER ({over} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
                )
            }
        }
    }

    /// The value of the row before.
    pub(super) fn lag(self, value: &str, over: &str) -> String {
        match self {
            Self::DuckDb | Self::Spark => format!("lag({value}) OVER ({over})"),
            Self::ClickHouse => {
                format!("any({value}) RESPECT NULLS OVER ({over} ROWS BETWEEN 1 PRECEDING AND 1 PRECEDING)")
            }
        }
    }

    /// What stands behind the last statement.
    pub(super) fn settings(self) -> &'static str {
        match self {
            Self::DuckDb | Self::Spark => "",
            Self::ClickHouse => {
                "\nSETTINGS allow_experimental_correlated_subqueries = 1, join_use_nulls = 1, cast_keep_nullable = 1"
            }
        }
    }

    /// A comment line.
    pub(super) fn comment(text: &str) -> String {
        format!("-- {}", quote::comment(text))
    }
}

/// The first or the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extreme {
    /// The first.
    First,
    /// The last.
    Last,
}

/// All of some values, or any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// Every one.
    All,
    /// One at least.
    Any,
}
