//! How fast logs are read, by one thread, without any state of rules.
//!
//! ```text
//! cargo run --release --example read -- FILE RULES.trail... > figures.json
//! ```
//!
//! Two figures: every record read, checked as a whole and recognised, and the same with the values taken out that the rules use.

use std::fs::{self, File};
use std::io::{self, Write};
use std::time::Instant;

use tokentrail::catalog::{Catalog, load};
use tokentrail::check::{self, Checked};
use tokentrail::engine::event::Layout;
use tokentrail::engine::reader::Reader;
use tokentrail::plan::Plan;
use tokentrail::source::{Source, Sources};
use tokentrail::syntax;

fn plans(paths: &[String], catalog: &Catalog) -> io::Result<Vec<Plan>> {
    let mut sources = Sources::default();
    let mut parsed = Vec::new();
    for path in paths {
        let id = sources.add(Source::new(path.clone(), fs::read_to_string(path)?));
        parsed.push((id, syntax::parse(id, sources.get(id))));
    }
    let Checked { plans, .. } = check::check(parsed, &sources, catalog, jiff::civil::date(2026, 3, 4));
    if plans.is_empty() { Err(io::Error::other("there are no rules")) } else { Ok(plans) }
}

/// Seconds and events.
fn read(path: &str, catalog: &Catalog, layout: &Layout) -> io::Result<(f64, u64)> {
    let file = File::open(path)?;
    let begin = Instant::now();
    let mut events = 0;
    let report = Reader::new(catalog, layout, None).read(path, file, &mut |_| events += 1);
    let seconds = begin.elapsed().as_secs_f64();
    match (report.unreadable, report.stopped) {
        (0, None) => Ok((seconds, events)),
        (unreadable, stopped) => Err(io::Error::other(format!("{unreadable} unreadable records, {stopped:?}"))),
    }
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, rules @ ..] = arguments.as_slice() else {
        return Err(io::Error::other("usage: read FILE RULES.trail..."));
    };
    let catalog = load::builtin();
    let plans = plans(rules, &catalog)?;
    let wanted = Layout::new(&plans, &catalog);
    let nothing = Layout { of_plan: vec![Vec::new()], reads: wanted.reads.clone(), ..Layout::default() };
    let (recognised, _) = read(path, &catalog, &nothing)?;
    let (extracted, events) = read(path, &catalog, &wanted)?;
    let bytes = fs::metadata(path)?.len();
    writeln!(
        io::stdout(),
        "{{\"bytes\":{bytes},\"events\":{events},\"recognised\":{recognised},\"extracted\":{extracted}}}"
    )
}
