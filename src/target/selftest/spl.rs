//! Self-tests in SPL: `makeresults` in place of each macro, its records as `spath` finds them, and rows compared as text.
//!
//! `multisearch` takes no generating commands, so that the searches of a rule over several logs are put together with `append`.

use crate::plan::test::Joined;
use crate::target::spl::quote;
use crate::types::Type;

use super::kql::object;
use super::record::{Record, Records};

/// The search with its data, and the comparison.
pub fn write(text: &str, records: &Records, joined: &Joined) -> String {
    let (header, body) = text.split_once("```\n").unwrap_or(("", text));
    // What the header says of the range of time does not matter here.
    let about = header.trim_start_matches("```").trim().lines().take(2).map(|line| line.trim().to_owned());
    let mut comment: Vec<String> = about.collect();
    comment.extend(super::explanation(joined, "Splunk", &records.own).iter().map(|line| quote::comment(line)));
    let mut lines = vec![format!("``` {} ```", comment.join("\n    "))];
    let (mut searches, rest) = split(body);
    let data = |name: &str| data(name, records);
    if searches.len() == 1 {
        let (name, commands) = searches.remove(0);
        lines.extend(data(&name));
        lines.extend(commands);
    }
    for (index, (name, commands)) in searches.iter().enumerate() {
        let inner = data(name).into_iter().chain(commands.iter().cloned());
        if index == 0 {
            lines.extend(inner);
        } else {
            let inner: Vec<String> = inner.map(|line| format!("    {line}")).collect();
            lines.push(format!("| append [\n{} ]", inner.join("\n")));
        }
    }
    lines.extend(rest);
    lines.extend(comparison(joined));
    lines.join("\n") + "\n"
}

/// A macro and the commands behind it.
type Search = (String, Vec<String>);

/// The searches at the start, each with its own commands, and the commands for all of them. One search alone has all commands.
fn split(body: &str) -> (Vec<Search>, Vec<String>) {
    let mut lines = body.lines();
    let first = lines.next().unwrap_or_default();
    if let Some(name) = macro_of(first) {
        return (vec![(name.to_owned(), lines.map(str::to_owned).collect())], Vec::new());
    }
    let (mut searches, mut rest): (Vec<Search>, Vec<String>) = (Vec::new(), Vec::new());
    let mut inside = false;
    for line in lines {
        if let Some(name) = line.strip_prefix("    [ search ").and_then(macro_of) {
            searches.push((name.to_owned(), Vec::new()));
            inside = true;
        } else if let (true, Some((_, commands))) = (inside, searches.last_mut()) {
            let line = line.strip_prefix("      ").unwrap_or(line);
            inside = !line.ends_with(" ]");
            commands.push(line.strip_suffix(" ]").unwrap_or(line).to_owned());
        } else {
            rest.push(line.to_owned());
        }
    }
    (searches, rest)
}

fn macro_of(line: &str) -> Option<&str> {
    line.trim().strip_prefix('`')?.strip_suffix('`')
}

/// The records behind a macro.
fn data(name: &str, records: &Records) -> Vec<String> {
    let of_macro =
        |source: &str| records.plan.legs().any(|leg| leg.source.name == source && leg.source.spl.macro_name == name);
    let of_macro: Vec<&Record> =
        records.records.iter().filter(|(source, _)| of_macro(source)).map(|(_, record)| record).collect();
    if of_macro.is_empty() {
        return vec!["| makeresults".to_owned(), "| where 1=0".to_owned()];
    }
    let texts: Vec<String> = of_macro.iter().map(|record| object(record)).collect();
    vec![
        "| makeresults".to_owned(),
        format!("| eval selftest_record={}", list(&texts)),
        "| mvexpand selftest_record".to_owned(),
        "| spath input=selftest_record".to_owned(),
        "| fields - selftest_record".to_owned(),
    ]
}

/// Texts as values of one field.
fn list(texts: &[String]) -> String {
    let mut separator = " || ".to_owned();
    while texts.iter().any(|text| text.contains(&separator)) {
        separator.insert(1, '|');
    }
    if let [one] = texts {
        return quote::string(one).text;
    }
    format!("split({}, {})", quote::string(&texts.join(&separator)).text, quote::string(&separator).text)
}

/// A column as it is compared.
fn spelled(name: &str, ty: &Type) -> String {
    let name = quote::column(name);
    let present = |text: String| format!("if(isnull({name}), \"\", {text})");
    match ty {
        Type::Int | Type::Asn => present(format!("printf(\"%.0f\", {name})")),
        Type::Float | Type::Distance | Type::Speed | Type::Duration => {
            present(format!("printf(\"%.0f\", {name}*1000)"))
        }
        Type::Time => present(format!("printf(\"%.0f\", {name}*1000000)")),
        Type::Set(_) if !super::is_compared_by_value(ty) => format!("coalesce(tostring(mvcount({name})), \"0\")"),
        Type::Set(_) => format!("coalesce(mvjoin(mvsort({name}), \", \"), \"\")"),
        Type::String
        | Type::Name
        | Type::Bool
        | Type::Ip
        | Type::Cidr
        | Type::Country
        | Type::Location
        | Type::Enum(_)
        | Type::Id(..) => format!("coalesce(tostring({name}), \"\")"),
    }
}

/// Stands for the row of a test without rows: `stats` leaves out rows without one.
const NOTHING: &str = "-";

fn comparison(joined: &Joined) -> Vec<String> {
    let cells = joined.expected.columns.iter().enumerate().map(|(index, (name, ty))| {
        let before = if index == 0 { "" } else { "; " };
        format!("{}.{}", quote::string(&format!("{before}{name}=")).text, spelled(name, ty))
    });
    let time = quote::column(&joined.expected.columns[super::time_column(&joined.expected)].0);
    let tests = super::tests(&joined.parts, |end, name| {
        let name = quote::string(name).text;
        end.map_or_else(|| format!("1=1, {name}"), |end| format!("{time}<{}, {name}", quote::seconds(end)))
    });
    let rows = joined.expected.rows.iter();
    let rows = rows.map(|row| (super::test_of(joined, row), super::row_text(&joined.expected, row)));
    let all: Vec<(&str, String)> =
        joined.parts.iter().map(|part| (part.name.as_str(), NOTHING.to_owned())).chain(rows).collect();
    let numbers: Vec<String> = (0..all.len()).map(|number| number.to_string()).collect();
    let (tests_of_rows, texts): (Vec<String>, Vec<String>) =
        all.into_iter().map(|(test, text)| (test.to_owned(), text)).unzip();
    vec![
        format!(
            "| eval selftest_test=case({}),\n       selftest_row={},\n       selftest_side=-1",
            tests.join(", "),
            cells.collect::<Vec<_>>().join(".")
        ),
        "| fields selftest_test, selftest_row, selftest_side".to_owned(),
        format!(
            "| append [\n    | makeresults\n    | eval selftest_number={},\n           selftest_tests={},\n           selftest_rows={}\n    \
             | mvexpand selftest_number\n    | eval selftest_test=mvindex(selftest_tests, tonumber(selftest_number)),\n           \
             selftest_row=mvindex(selftest_rows, tonumber(selftest_number)),\n           \
             selftest_side=if(selftest_row=\"{NOTHING}\", 0, 1)\n    \
             | fields selftest_test, selftest_row, selftest_side ]",
            list(&numbers),
            list(&tests_of_rows),
            list(&texts)
        ),
        "| eval selftest_wanted=if(selftest_side>0, 1, 0)".to_owned(),
        "| stats sum(selftest_side) AS selftest_balance sum(selftest_wanted) AS selftest_expected by selftest_test, selftest_row"
            .to_owned(),
        "| eval selftest_not_found=if(selftest_balance>0, selftest_row, null()),\n       \
         selftest_not_expected=if(selftest_balance<0, selftest_row, null())"
            .to_owned(),
        "| stats sum(selftest_expected) AS expected values(selftest_not_found) AS not_found values(selftest_not_expected) AS \
         not_expected by selftest_test"
            .to_owned(),
        "| eval test=selftest_test,\n       verdict=if(isnull(not_found) AND isnull(not_expected), \"pass\", \"fail\")".to_owned(),
        "| table test, verdict, expected, not_found, not_expected".to_owned(),
    ]
}
