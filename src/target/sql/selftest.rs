//! Self-tests in SQL: each view is a common table expression of its own name, and rows are compared as text.

use indexmap::IndexMap;

use super::indent;
use crate::plan::test::{Joined, Occurrence};
use crate::plan::{EVENT_ID, FieldIndex, Geography, Plan, TIME};
use crate::target::selftest;
use crate::types::{Issuer, Type};
use crate::value::Value;

use super::dialect::Dialect;

/// The query with its data, and the comparison.
pub fn write(text: &str, plan: &Plan, joined: &Joined, dialect: Dialect) -> String {
    let (header, body) = text.split_once("\nWITH ").unwrap_or(("", text));
    let (parts, result) = body.rsplit_once("\n)\n").unwrap_or(("", body));
    let result = result.rsplit_once("\nORDER BY").map_or(result, |(result, _)| result);
    let mut lines: Vec<String> = header.lines().map(str::to_owned).collect();
    lines.extend(selftest::explanation(joined, dialect.title(), &[]).iter().map(|line| Dialect::comment(line)));
    let views = views(plan, joined, dialect);
    let rows = rows(joined, dialect);
    lines.push(format!(
        "WITH {}{parts}\n),\nselftest_found AS (\n{}\n),\nselftest_rows AS (\n{}\n),\nselftest_balances AS (\n    \
         SELECT test_name, row_text, sum(side) AS balance, sum(CASE WHEN side > 0 THEN 1 ELSE 0 END) AS wanted\n    \
         FROM selftest_rows\n    GROUP BY test_name, row_text\n)",
        views.concat(),
        indent(result),
        indent(&rows)
    ));
    lines.push(format!(
        "SELECT test_name AS test,\n    CASE WHEN sum(abs(balance)) = 0 THEN 'pass' ELSE 'fail' END AS verdict,\n    \
         sum(wanted) AS expected,\n    {} AS not_found,\n    {} AS not_expected\nFROM selftest_balances\nGROUP BY test_name\nORDER BY 1{}",
        gathered("balance > 0", dialect),
        gathered("balance < 0", dialect),
        dialect.settings()
    ));
    lines.join("\n") + "\n"
}

/// The texts of rows, one after the other.
fn gathered(condition: &str, dialect: Dialect) -> String {
    let text = format!("CASE WHEN {condition} THEN row_text END");
    match dialect {
        Dialect::DuckDb => format!("string_agg({text}, ' | ')"),
        Dialect::Spark => format!("array_join(collect_list({text}), ' | ')"),
        Dialect::ClickHouse => format!("arrayStringConcat(groupArray({text}), ' | ')"),
    }
}

/// A column of a view: its name, its type, and the field with the coordinate that it is of.
struct Column {
    name: String,
    index: FieldIndex,
    place: usize,
    ty: Type,
}

fn views(plan: &Plan, joined: &Joined, dialect: Dialect) -> Vec<String> {
    let mut of_source: IndexMap<&str, (&str, IndexMap<String, Column>)> = IndexMap::new();
    for leg in plan.legs() {
        let (_, columns) =
            of_source.entry(&leg.source.name).or_insert_with(|| (&leg.source.sql_table, IndexMap::new()));
        for (index, _) in leg.fields.iter().enumerate().filter(|(_, field)| field.is_some()) {
            let index = FieldIndex(index);
            for (place, name) in columns_of_view(plan, index).into_iter().enumerate() {
                let ty = if plan.fields[index.0].ty == Type::Location {
                    Type::Float
                } else {
                    plan.fields[index.0].ty.clone()
                };
                columns.insert(name.clone(), Column { name, index, place, ty });
            }
        }
    }
    let view = |(source, (table, columns)): (&str, (&str, IndexMap<String, Column>))| {
        let columns: Vec<Column> = columns.into_values().collect();
        let events = joined.events.iter().filter(|event| event.source == source);
        let mut rows: Vec<String> = events.map(|event| row(Some(event), &columns, dialect)).collect();
        if rows.is_empty() {
            rows.push(format!("{} WHERE 1 = 0", row(None, &columns, dialect)));
        }
        format!("{} AS (\n    {}\n),\n", dialect.table(table), rows.join("\n    UNION ALL "))
    };
    of_source.into_iter().map(view).collect()
}

/// The columns of a view that a field is read from.
fn columns_of_view(plan: &Plan, index: FieldIndex) -> Vec<String> {
    let field = &plan.fields[index.0];
    let looked_up = plan.geography == Geography::Lookup && field.geography().is_some();
    let name = if looked_up { format!("ip_{}", field.name) } else { field.name.clone() };
    if field.ty != Type::Location {
        return vec![name];
    }
    let prefix = if looked_up { "ip" } else { name.as_str() };
    vec![format!("{prefix}_latitude"), format!("{prefix}_longitude")]
}

fn row(event: Option<&Occurrence>, columns: &[Column], dialect: Dialect) -> String {
    let cells = columns.iter().map(|column| {
        let value = event.map_or(Value::Missing, |event| match column.index {
            TIME => Value::Time(event.time),
            EVENT_ID => event.event_id.clone(),
            FieldIndex(index) => match (&event.values[index], column.place) {
                (Value::Location(north, _), 0) => Value::Float(*north),
                (Value::Location(_, east), _) => Value::Float(*east),
                (value, _) => value.clone(),
            },
        });
        format!("{} AS {}", literal(&value, &column.ty, dialect), dialect.identifier(&column.name))
    });
    format!("SELECT {}", cells.collect::<Vec<_>>().join(", "))
}

fn literal(value: &Value, ty: &Type, dialect: Dialect) -> String {
    let of_type = |text: String, ty: &str| format!("CAST({text} AS {ty})");
    match (value, ty) {
        (Value::Time(time), _) => dialect.moment(&of_type(time.to_string(), dialect.whole())),
        (Value::Missing | Value::Location(..) | Value::Set(_), Type::Time) => {
            dialect.moment(&of_type("NULL".to_owned(), dialect.whole()))
        }
        (Value::Bool(truth), _) => truth.to_string(),
        (Value::Int(number) | Value::Duration(number), _) => of_type(number.to_string(), dialect.whole()),
        (Value::Float(number), _) => of_type(format!("{number:?}"), dialect.real()),
        (Value::Text(text), Type::Id(_, Issuer::Several)) => {
            dialect.text(text.split_once(':').map_or(text, |(_, id)| id))
        }
        (Value::Text(text), _) => dialect.text(text),
        (Value::Ip(address), _) => dialect.text(&address.to_string()),
        (Value::Cidr(network), _) => dialect.text(&network.to_string()),
        (Value::Missing | Value::Location(..) | Value::Set(_), Type::Int | Type::Asn | Type::Duration) => {
            of_type("NULL".to_owned(), dialect.whole())
        }
        (Value::Missing | Value::Location(..) | Value::Set(_), Type::Float | Type::Distance | Type::Speed) => {
            of_type("NULL".to_owned(), dialect.real())
        }
        (Value::Missing | Value::Location(..) | Value::Set(_), Type::Bool) => {
            of_type("NULL".to_owned(), boolean(dialect))
        }
        (
            Value::Missing | Value::Location(..) | Value::Set(_),
            Type::String
            | Type::Name
            | Type::Ip
            | Type::Cidr
            | Type::Country
            | Type::Location
            | Type::Enum(_)
            | Type::Id(..)
            | Type::Set(_),
        ) => of_type("NULL".to_owned(), dialect.string()),
    }
}

fn boolean(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::DuckDb | Dialect::Spark => "BOOLEAN",
        Dialect::ClickHouse => "Nullable(Bool)",
    }
}

/// What is expected, what was found, and a row for each test.
fn rows(joined: &Joined, dialect: Dialect) -> String {
    let table = &joined.expected;
    let one = |test: &str, row: &str, side: i8| {
        format!("SELECT {} AS test_name, {} AS row_text, {side} AS side", dialect.text(test), dialect.text(row))
    };
    let mut all: Vec<String> = joined.parts.iter().map(|part| one(&part.name, "-", 0)).collect();
    all.extend(table.rows.iter().map(|row| one(selftest::test_of(joined, row), &selftest::row_text(table, row), 1)));
    let time = dialect.micros(&dialect.identifier(&table.columns[selftest::time_column(table)].0));
    let tests = selftest::tests(&joined.parts, |end, name| match end {
        Some(end) => format!("WHEN {time} < {end} THEN {}", dialect.text(name)),
        None => format!("WHEN 1 = 1 THEN {}", dialect.text(name)),
    });
    let mut cells = Vec::new();
    for (index, (name, ty)) in table.columns.iter().enumerate() {
        let before = if index == 0 { "" } else { "; " };
        cells.push(dialect.text(&format!("{before}{name}=")));
        cells.push(format!("coalesce({}, '')", spelled(name, ty, dialect)));
    }
    all.push(format!(
        "SELECT CASE {} END AS test_name, {} AS row_text, -1 AS side FROM selftest_found",
        tests.join(" "),
        dialect.join(&cells)
    ));
    all.join("\nUNION ALL ")
}

/// A column as it is compared.
fn spelled(name: &str, ty: &Type, dialect: Dialect) -> String {
    let name = dialect.identifier(name);
    let text = |value: String| format!("CAST({value} AS {})", dialect.string());
    let thousandths = || text(format!("CAST(round({name} * 1000) AS {})", dialect.whole()));
    match ty {
        Type::Int | Type::Asn => text(name),
        Type::Float | Type::Distance | Type::Speed | Type::Duration => thousandths(),
        Type::Time => text(dialect.micros(&name)),
        Type::Bool => format!("CASE WHEN {name} THEN 'true' WHEN NOT {name} THEN 'false' END"),
        Type::Set(_) if !selftest::is_compared_by_value(ty) => text(match dialect {
            Dialect::DuckDb => format!("len({name})"),
            Dialect::Spark => format!("size({name})"),
            Dialect::ClickHouse => format!("length({name})"),
        }),
        Type::Set(_) => match dialect {
            Dialect::DuckDb => {
                format!("array_to_string(list_sort(list_transform({name}, lambda e: CAST(e AS VARCHAR))), ', ')")
            }
            Dialect::Spark => format!("array_join(array_sort(transform({name}, e -> CAST(e AS STRING))), ', ')"),
            Dialect::ClickHouse => {
                format!("arrayStringConcat(arraySort(arrayMap(e -> toString(e), {name})), ', ')")
            }
        },
        Type::String
        | Type::Name
        | Type::Ip
        | Type::Cidr
        | Type::Country
        | Type::Location
        | Type::Enum(_)
        | Type::Id(..) => name,
    }
}
