//! `tokentrail catalog`: the log sources that rules can read, and what each has. Also loads the user's own.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use comfy_table::{ContentArrangement, Table};

use super::Global;
use super::build::DialectName;
use super::console::Console;
use super::input::{self, Problem};
use super::status::{Failure, Status};
use crate::catalog::{Catalog, Field, GeoAttribute, LogSource, Origin, Path, Presence, Read, load};
use crate::diagnostic::{Diagnostic, suggest};
use crate::source::{Source, Sources};
use crate::target::Dialect;
use crate::target::sql::columns;

/// What `catalog` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// One line per source
    List,
    /// All there is to know about a source
    Show {
        /// Its name, such as entra.signin
        #[arg(value_name = "SOURCE")]
        source: String,
    },
    /// The table that SQL queries read for a source, as a statement that makes it
    Table {
        /// Its name, such as entra.signin; several, or none for all
        #[arg(value_name = "SOURCE")]
        sources: Vec<String>,
        /// The SQL engine
        #[arg(long, value_enum, value_name = "DIALECT", default_value_t)]
        dialect: DialectName,
    },
}

/// The built-in catalogue with the files of `folder` on top, and what is wrong with those.
pub fn read(
    folder: Option<&PathBuf>,
    sources: &mut Sources,
    problems: &mut Vec<Problem>,
) -> (Catalog, Vec<Diagnostic>) {
    let built_in = load::builtin();
    let Some(folder) = folder else { return (built_in, Vec::new()) };
    let mut found = BTreeMap::new();
    if let Err(problem) = input::collect(folder, &["toml"], &mut found, problems) {
        problems.push(problem);
        return (built_in, Vec::new());
    }
    let mut files = Vec::new();
    for path in found.into_keys() {
        match input::read_text(&path) {
            Ok(text) => files.push(sources.add(Source::new(input::shown(&path), text))),
            Err(problem) => problems.push(problem),
        }
    }
    match load::with_files(built_in.clone(), &files, sources) {
        Ok(catalog) => (catalog, Vec::new()),
        Err(diagnostics) => (built_in, diagnostics),
    }
}

/// Runs the command.
///
/// # Errors
/// When there is no such source, or the text cannot be written.
pub fn run(arguments: &Arguments, global: &Global, console: &mut Console) -> Result<Status, Failure> {
    let (mut sources, mut problems) = (Sources::default(), Vec::new());
    let (catalog, diagnostics) = read(global.catalog.as_ref(), &mut sources, &mut problems);
    console.diagnostics(&diagnostics, &sources);
    console.problems(&problems);
    let text = match &arguments.action {
        Action::List => list(&catalog),
        Action::Show { source } => show(known(&catalog, source)?),
        Action::Table { sources, dialect } => tables(&catalog, sources, dialect.dialect())?,
    };
    console.out.write_all(text.as_bytes())?;
    console.out.flush()?;
    Ok(match (problems.is_empty(), diagnostics.is_empty()) {
        (false, _) => Status::Unreadable,
        (true, false) => Status::Findings,
        (true, true) => Status::Clean,
    })
}

fn known<'a>(catalog: &'a Catalog, name: &str) -> Result<&'a LogSource, Failure> {
    if let Some(source) = catalog.sources.get(name) {
        return Ok(source);
    }
    let help = match (catalog.views.get(name), suggest::closest(name, catalog.sources.keys().map(String::as_str))) {
        (Some(parts), _) => format!("`{name}` is a view over {}", parts.join(" + ")),
        (None, Some(close)) => format!("did you mean `{close}`?"),
        (None, None) => "`tokentrail catalog list` names all of them".to_owned(),
    };
    Err(Failure::usage(format!("no source is called `{name}`"), Some(help)))
}

/// A table without frames: columns with two blanks between them.
#[must_use]
pub fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table
}

/// The table's text, without blanks at line ends, indented.
#[must_use]
pub fn table_text(table: &Table, indent: &str) -> String {
    table.lines().map(|line| format!("{indent}{}\n", line.trim())).collect()
}

fn list(catalog: &Catalog) -> String {
    let mut table = plain_table();
    for source in catalog.sources.values() {
        table.add_row([source.name.clone(), format!("{} fields", source.fields.len()), source.title.clone()]);
    }
    let mut text = table_text(&table, "");
    if !catalog.views.is_empty() {
        text.push_str("\nviews\n");
        let mut table = plain_table();
        for (name, parts) in &catalog.views {
            table.add_row([name.clone(), parts.join(" + ")]);
        }
        text.push_str(&table_text(&table, ""));
    }
    text
}

/// The tables of some sources, or of all.
fn tables(catalog: &Catalog, names: &[String], dialect: Dialect) -> Result<String, Failure> {
    let named: Result<Vec<&LogSource>, Failure> = names.iter().map(|name| known(catalog, name)).collect();
    let named = named?;
    let sources = if named.is_empty() { catalog.sources.values().map(AsRef::as_ref).collect() } else { named };
    let texts: Vec<String> = sources.into_iter().map(|source| columns::create_table(source, dialect)).collect();
    Ok(texts.join("\n"))
}

fn show(source: &LogSource) -> String {
    let mut facts = plain_table();
    facts.add_row(["provider", &source.provider]);
    facts.add_row(["KQL table", &source.kql.table]);
    for (column, values) in &source.kql.only {
        facts.add_row(["  only rows", &format!("{column} is {}", values.join(" or "))]);
    }
    facts.add_row(["SPL macro", &format!("`{}` = {}", source.spl.macro_name, source.spl.definition)]);
    facts.add_row(["SQL table", &source.sql_table]);
    facts.add_row(["arrives within", &super::explain::duration(source.delay)]);
    let shapes: Vec<&str> = source.shapes.iter().map(|shape| shape.name.as_str()).collect();
    facts.add_row(["export shapes", &shapes.join(", ")]);
    if let Some(why) = &source.busy {
        facts.add_row(["very many events", why]);
    }
    for noise in &source.noise {
        facts.add_row(["known noise", &format!("{}: {}", noise.what, noise.why)]);
        facts.add_row(["  told apart by", &noise.handled_by.join(", ")]);
    }
    for elsewhere in &source.sign_ins_elsewhere {
        let others = elsewhere.sources.join(", ");
        facts.add_row(["other sign-ins in", &format!("{others}, by {}: {}", elsewhere.field, elsewhere.why)]);
    }
    let mut text = format!(
        "{}: {}\n\n{}\n\n{}\nfields\n",
        source.name,
        source.title,
        source.summary.trim(),
        table_text(&facts, "")
    );
    for field in source.fields.values() {
        text.push_str(&field_text(field));
    }
    if !source.references.is_empty() {
        text.push_str("\nreferences\n");
        text.extend(source.references.iter().map(|reference| format!("  {reference}\n")));
    }
    text
}

fn field_text(field: &Field) -> String {
    let presence = match field.presence {
        Presence::Always => "always",
        Presence::Sometimes => "sometimes",
    };
    let mut text = format!("  {}: {} ({presence})\n    {}\n", field.name, field.ty, field.meaning);
    if let Some(note) = &field.note {
        text.push_str(&format!("    note: {note}\n"));
    }
    if let Some(missing) = &field.often_missing {
        text.push_str(&format!("    often missing: {}\n", missing.why));
    }
    text.push_str(&format!("    from {}\n", origin(&field.origin)));
    text
}

/// Where a value comes from, in words.
#[must_use]
pub fn origin(origin: &Origin) -> String {
    match origin {
        Origin::Constant(text) => format!("the source itself: always `{text}`"),
        Origin::Read(read) => read_text(read),
        Origin::Point { latitude, longitude } => format!("{}, and {}", read_text(latitude), read_text(longitude)),
        Origin::Lookup(GeoAttribute::Country) => "the country of `ip` in GeoIP data".to_owned(),
        Origin::Lookup(GeoAttribute::City) => "the city of `ip` in GeoIP data".to_owned(),
        Origin::Lookup(GeoAttribute::Location) => "the location of `ip` in GeoIP data".to_owned(),
    }
}

fn read_text(read: &Read) -> String {
    let one = |target: &str, paths: &[Path]| match paths {
        [] => format!("{target} -"),
        paths => format!("{target} {}", paths.iter().map(Path::to_string).collect::<Vec<_>>().join(" or ")),
    };
    format!("{}; {}; {}", one("JSON", &read.raw), one("KQL", &read.kql), one("SPL", &read.spl))
}
