//! Self-tests in KQL: each table is a variable of its own name, and rows are compared as text.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::catalog::{KqlTable, Origin, Path};
use crate::plan::Plan;
use crate::plan::test::Joined;
use crate::target::quote;
use crate::types::Type;
use crate::value::Value;

use super::record::{Cell, Form, Record, Records, paths};

/// The query with its data, and the comparison.
pub fn write(text: &str, records: &Records, joined: &Joined) -> String {
    let (header, body) = split_header(text);
    let (variables, result) = body.rsplit_once(";\n").map_or(("", body), |(variables, result)| (variables, result));
    let mut lines: Vec<String> = header.iter().map(|line| (*line).to_owned()).collect();
    let explanation = super::explanation(joined, "Microsoft Sentinel", &records.own);
    lines.extend(explanation.iter().map(|line| format!("// {}", quote::comment(line))));
    lines.extend(tables(records));
    if !variables.is_empty() {
        lines.push(format!("{variables};"));
    }
    lines.push(format!("let SelftestFound = {};", result.trim_end().replace('\n', "\n    ")));
    lines.push(expected(joined));
    lines.push(comparison(joined));
    lines.join("\n") + "\n"
}

/// The comments at the start, and the rest.
fn split_header(text: &str) -> (Vec<&str>, &str) {
    let header: Vec<&str> = text.lines().take_while(|line| line.starts_with("//")).collect();
    let length: usize = header.iter().map(|line| line.len() + 1).sum();
    (header, &text[length..])
}

/// A variable for each table that the rule reads.
fn tables(records: &Records) -> Vec<String> {
    let mut columns: IndexMap<&str, IndexMap<String, &str>> = IndexMap::new();
    for leg in records.plan.legs() {
        let table = &leg.source.kql;
        let of_table = columns.entry(&table.table).or_default();
        for name in columns_of(&records.plan, &leg.source.name, table) {
            let kind = table.columns.get(&name).map_or("string", String::as_str);
            of_table.insert(name, kind);
        }
    }
    let table_of = |source: &str| {
        let leg = records.plan.legs().find(|leg| leg.source.name == source);
        leg.map_or("", |leg| leg.source.kql.table.as_str())
    };
    let variable = |(table, columns): (&str, IndexMap<String, &str>)| {
        let rows = records.records.iter().filter(|(source, _)| table_of(source) == table);
        let rows: Vec<String> = rows.map(|(_, record)| format!("    {}", row(record, &columns))).collect();
        let columns: Vec<String> =
            columns.iter().map(|(name, kind)| format!("{}: {kind}", quote::name(name))).collect();
        format!("let {} = datatable({})[\n{}\n];", quote::name(table), columns.join(", "), rows.join(",\n"))
    };
    columns.into_iter().map(variable).collect()
}

/// The columns of a table that the query reads.
fn columns_of(plan: &Plan, source: &str, table: &KqlTable) -> Vec<String> {
    let mut names = vec![table.time.clone()];
    let mut add = |path: &Path| names.extend(path.0.first().cloned());
    table.only.keys().map(|path| Path::parse(path)).for_each(|path| add(&path));
    for field in plan.legs().filter(|leg| leg.source.name == source).flat_map(|leg| leg.fields.iter().flatten()) {
        match &field.origin {
            Origin::Read(read) => paths(read, Form::Kql).iter().for_each(&mut add),
            Origin::Point { latitude, longitude } => {
                paths(latitude, Form::Kql).iter().chain(paths(longitude, Form::Kql)).for_each(&mut add);
            }
            Origin::Constant(_) | Origin::Lookup(_) => {}
        }
    }
    names
}

fn row(record: &Record, columns: &IndexMap<String, &str>) -> String {
    let cells = columns.iter().map(|(name, kind)| {
        let below: Record = record
            .iter()
            .filter(|(path, _)| path.first() == Some(name))
            .map(|(path, cell)| (path[1..].to_vec(), cell.clone()))
            .collect();
        cell(&below, kind)
    });
    cells.collect::<Vec<_>>().join(", ")
}

/// What stands in a column: a value, or an object of what stands below it.
fn cell(below: &Record, kind: &str) -> String {
    let value = below.get(&Vec::new());
    match (kind, value) {
        ("string", None) if below.is_empty() => "\"\"".to_owned(),
        (kind, None) if below.is_empty() => format!("{kind}(null)"),
        ("string", None) => quote::text(&object(below)),
        (_, None) => format!("dynamic({})", object(below)),
        ("datetime", Some(Cell::Time(time))) => quote::datetime(*time),
        ("string", Some(cell)) => quote::text(&plain(cell)),
        ("dynamic", Some(cell)) => format!("dynamic({})", json(cell)),
        ("real", Some(cell)) => format!("real({})", plain(cell)),
        (_, Some(cell)) => plain(cell),
    }
}

fn plain(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) | Cell::Plain(text) => text.clone(),
        Cell::Time(time) => super::moment(*time),
    }
}

fn json(cell: &Cell) -> String {
    match cell {
        Cell::Plain(text) => text.clone(),
        Cell::Text(_) | Cell::Time(_) => serde_json::Value::String(plain(cell)).to_string(),
    }
}

/// Paths and what stands there, as JSON.
pub fn object(record: &Record) -> String {
    let mut members: BTreeMap<&str, Record> = BTreeMap::new();
    for (path, cell) in record {
        if let Some((first, rest)) = path.split_first() {
            members.entry(first).or_default().insert(rest.to_vec(), cell.clone());
        }
    }
    let member = |(name, below): (&str, Record)| {
        let value = below.get(&Vec::new()).map_or_else(|| object(&below), json);
        format!("{}:{value}", serde_json::Value::from(name))
    };
    format!("{{{}}}", members.into_iter().map(member).collect::<Vec<_>>().join(","))
}

/// What is expected, as a table of the columns of the result.
fn expected(joined: &Joined) -> String {
    let columns: Vec<String> =
        joined.expected.columns.iter().map(|(name, ty)| format!("{}: {}", quote::name(name), kind(ty))).collect();
    let types = || joined.expected.columns.iter().map(|(_, ty)| ty);
    let row = |row: &Vec<Value>| {
        let cells: Vec<String> = row.iter().zip(types()).map(|(value, ty)| literal(value, ty)).collect();
        format!("    {}", cells.join(", "))
    };
    let mut lines = Vec::new();
    let mut test = None;
    let last = joined.expected.rows.len().saturating_sub(1);
    for (index, values) in joined.expected.rows.iter().enumerate() {
        let name = super::test_of(joined, values);
        if test != Some(name) {
            lines.push(format!("    // {}", quote::comment(name)));
            test = Some(name);
        }
        lines.push(format!("{}{}", row(values), if index == last { "" } else { "," }));
    }
    format!("let SelftestExpected = datatable({})[\n{}\n];", columns.join(", "), lines.join("\n"))
}

fn kind(ty: &Type) -> &'static str {
    match ty {
        Type::Int | Type::Asn => "long",
        Type::Float | Type::Distance | Type::Speed => "real",
        Type::Bool => "bool",
        Type::Time => "datetime",
        Type::Duration => "timespan",
        Type::Set(_) => "dynamic",
        Type::String
        | Type::Name
        | Type::Ip
        | Type::Cidr
        | Type::Country
        | Type::Location
        | Type::Enum(_)
        | Type::Id(..) => "string",
    }
}

fn literal(value: &Value, ty: &Type) -> String {
    match value {
        Value::Missing | Value::Location(..) if kind(ty) == "string" => "\"\"".to_owned(),
        Value::Missing | Value::Location(..) => format!("{}(null)", kind(ty)),
        Value::Bool(truth) => truth.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => quote::real(super::shown(*number, ty)),
        Value::Text(text) => quote::text(text),
        Value::Time(time) => quote::datetime(*time),
        Value::Duration(micros) => format!("time({})", quote::timespan(*micros)),
        Value::Ip(address) => quote::text(&address.to_string()),
        Value::Cidr(network) => quote::text(&network.to_string()),
        Value::Set(values) => {
            let inner = if let Type::Set(inner) = ty { inner } else { ty };
            let plain = matches!(kind(inner), "long" | "real" | "bool");
            let texts = values.iter().filter_map(super::record::text_of);
            let texts = texts.map(|text| if plain { text } else { serde_json::Value::from(text).to_string() });
            format!("dynamic([{}])", texts.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A column as it is compared.
fn spelled(name: &str, ty: &Type) -> String {
    let name = quote::name(name);
    match kind(ty) {
        "dynamic" if !super::is_compared_by_value(ty) => format!("tostring(array_length({name}))"),
        "long" => format!("tostring({name})"),
        "real" => format!("tostring(tolong(round({name} * 1000)))"),
        "bool" => format!("case(isnull({name}), \"\", {name}, \"true\", \"false\")"),
        "datetime" => format!("format_datetime({name}, \"yyyy-MM-dd HH:mm:ss.ffffff\")"),
        "timespan" => format!("tostring(tolong(round({name} / 1ms)))"),
        "dynamic" => format!("strcat_array(array_sort_asc({name}), \", \")"),
        _ => name,
    }
}

fn comparison(joined: &Joined) -> String {
    let mut cells: Vec<String> = Vec::new();
    for (index, (name, ty)) in joined.expected.columns.iter().enumerate() {
        let before = if index == 0 { "" } else { "; " };
        cells.push(format!("{}, {}", quote::text(&format!("{before}{name}=")), spelled(name, ty)));
    }
    let time = quote::name(&joined.expected.columns[super::time_column(&joined.expected)].0);
    let tests = super::tests(&joined.parts, |end, name| match end {
        Some(end) => format!("{time} < {}, {}", quote::datetime(end), quote::text(name)),
        None => quote::text(name),
    });
    let test = if let [one] = tests.as_slice() { one.clone() } else { format!("case({})", tests.join(", ")) };
    let row = format!("Test = {test},\n        Row = strcat({})", cells.join(", "));
    let names: Vec<String> = joined.parts.iter().map(|part| quote::text(&part.name)).collect();
    format!(
        "let SelftestTests = datatable(Test: string)[{}];\n\
        union\n    \
        (\n        SelftestTests\n        | project Test, Row = \"\", Side = 0\n    ),\n    \
        (\n        SelftestExpected\n        | project {row}, Side = 1\n    ),\n    \
        (\n        SelftestFound\n        | project {row}, Side = -1\n    )\n\
        | summarize Balance = sum(Side), Wanted = countif(Side > 0) by Test, Row\n\
        | summarize expected = sum(Wanted), not_found = make_set_if(Row, Balance > 0), not_expected = make_set_if(Row, Balance < 0) by Test\n\
        | extend verdict = iff(array_length(not_found) + array_length(not_expected) == 0, \"pass\", \"fail\")\n\
        | project test = Test, verdict, expected, not_found, not_expected\n\
        | sort by test asc",
        names.join(", ")
    )
}
