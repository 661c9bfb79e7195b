//! How a field is read from a raw event: paths, placeholders, maps, types.

use crate::catalog::{ADDRESS_PATTERN, Otherwise, Path, Read};
use crate::types::Type;

use super::quote;

/// The assignments that put a field into the column `name`, one after the other; null when missing. The first one reads, the
/// others refine what is in the column then.
pub fn assignments(read: &Read, ty: &Type, provider: Option<&str>, name: &str) -> Vec<String> {
    let mut steps = vec![present(read)];
    let held = quote::column(name);
    if read.extract_address {
        // Where the pattern does not fit, the text stays, and is no address.
        let pattern = quote::string(ADDRESS_PATTERN).text;
        steps.push(format!(r#"replace({held}, {pattern}, "\\1")"#));
    }
    let mut last = typed(&held, ty);
    if !read.map.is_empty() || read.otherwise != Otherwise::Same {
        last = mapped(read, &last, &held, ty);
    }
    // A value that the map makes missing stays missing: `mapped` knows then what became of an absent one.
    if let Some(absent) = read.absent.as_ref().filter(|_| read.otherwise != Otherwise::Missing) {
        last = format!("coalesce({last}, {})", constant(absent, ty));
    }
    if let Some(provider) = provider {
        last = format!("{}.{last}", quote::string(&format!("{provider}:")).text);
    }
    if last != held {
        steps.push(last);
    }
    // Two short steps read better as one.
    if let [first, second] = steps.as_slice()
        && second.matches(held.as_str()).count() == 1
        && read.map.is_empty()
    {
        steps = vec![second.replacen(&held, first, 1)];
    }
    steps.into_iter().map(|step| format!("{name}={step}")).collect()
}

/// The time of an event: its own clock, whatever time Splunk gave it.
pub fn event_time(read: &Read) -> String {
    let moments: Vec<String> = read.spl.iter().map(|path| moment(&quote::column(&path.to_string()))).collect();
    format!("coalesce({}, _time)", moments.join(", "))
}

/// A text in ISO 8601 as seconds since 1970. The whole second and the fraction are read apart, because no one format takes
/// fractions of any length; without a zone it is UTC, where `strptime` would take the zone of the user.
fn moment(text: &str) -> String {
    let whole = quote::string(r"^(.{10}).(.{8})(?:\.[0-9]+)?Z?([+-][0-9]{2}):?([0-9]{2}).*$").text;
    let fraction = quote::string(r"^[^.]*(\.[0-9]{1,6})?.*$").text;
    let second = format!(r#"strptime(replace({text}."+0000", {whole}, "\\1T\\2\\3\\4"), "%Y-%m-%dT%H:%M:%S%z")"#);
    format!(r#"round({second}+tonumber("0".replace({text}, {fraction}, "\\1")), 6)"#)
}

/// The first path that holds something. JSON null may be extracted as the text "null".
fn present(read: &Read) -> String {
    let one = |path: &Path| {
        let mut value = format!("nullif({}, \"\")", quote::column(&path.to_string()));
        value = format!("nullif({value}, \"null\")");
        for placeholder in read.placeholders.iter().filter(|placeholder| *placeholder != "null") {
            value = format!("nullif({value}, {})", quote::string(placeholder).text);
        }
        value
    };
    let values: Vec<String> = read.spl.iter().map(one).collect();
    match values.as_slice() {
        [] => "null()".to_owned(),
        [one] => one.clone(),
        several => format!("coalesce({})", several.join(", ")),
    }
}

/// A text of the catalogue as a value of a type.
pub fn constant(text: &str, ty: &Type) -> String {
    if *ty == Type::Name { quote::string(&text.to_lowercase()).text } else { quote::string(text).text }
}

/// A value of its type as the other commands expect it: names, addresses and bools in lower case, numbers as numbers.
fn typed(value: &str, ty: &Type) -> String {
    match ty {
        Type::Name => format!("lower({value})"),
        // What is no address is missing.
        Type::Ip => {
            let address = quote::string(r"^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$").text;
            format!("if(match({value}, {address}), lower({value}), null())")
        }
        Type::Bool => {
            format!(r#"case(in(lower({value}), "true", "1"), "true", in(lower({value}), "false", "0"), "false")"#)
        }
        Type::Country => format!("upper({value})"),
        Type::Int | Type::Float | Type::Distance | Type::Speed => format!("tonumber({value})"),
        Type::Asn => format!("tonumber(replace({value}, \"^(?i:AS)\", \"\"))"),
        Type::Time => moment(value),
        Type::String | Type::Duration | Type::Cidr | Type::Location | Type::Enum(_) | Type::Id(..) | Type::Set(_) => {
            value.to_owned()
        }
    }
}

/// Translated by the catalogue's map: values that become the same stand together, in the order of the map.
fn mapped(read: &Read, typed: &str, held: &str, ty: &Type) -> String {
    let mut groups: indexmap::IndexMap<&str, Vec<String>> = indexmap::IndexMap::new();
    for (from, to) in &read.map {
        groups.entry(to).or_default().push(quote::string(from).text);
    }
    let mut cases: Vec<String> = Vec::new();
    if let (Otherwise::Missing, Some(absent)) = (&read.otherwise, &read.absent) {
        cases.push(format!("isnull({held}), {}", constant(absent, ty)));
    }
    for (to, from) in groups {
        let test = match from.as_slice() {
            [one] => format!("{held}={one}"),
            several => format!("in({held}, {})", several.join(", ")),
        };
        cases.push(format!("{test}, {}", constant(to, ty)));
    }
    match &read.otherwise {
        Otherwise::Same => cases.push(format!("isnotnull({held}), {typed}")),
        Otherwise::Text(text) => cases.push(format!("isnotnull({held}), {}", constant(text, ty))),
        Otherwise::Missing => {}
    }
    if cases.is_empty() { "null()".to_owned() } else { format!("case({})", cases.join(", ")) }
}
