//! `tokentrail build`: rules to queries and packages, on standard output or as the files of a folder.

mod findings;
mod folder;
pub mod period;
mod product;
mod query;
mod report;

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Global;
use super::console::Console;
use super::rules::Rules;
use super::selftest;
use super::settings::{self, SettingsArguments};
use super::status::{Deny, Failure, Status};
use crate::diagnostic::render::counted;
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::package::{self, Layout};
use crate::plan::Plan;
use crate::settings::Settings;
use crate::target::{ENTRY, Grain, Options, Period, Upload, limits};

pub use product::DialectName;
use product::{Product, TargetName};
use query::Files;

/// What `build` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Rule files, folders that are searched for *.trail, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    settings: SettingsArguments,
    /// What to write; several with commas between them, or given several times
    #[arg(long, short, value_enum, value_name = "TARGET", required = true, value_delimiter = ',')]
    target: Vec<TargetName>,
    /// The SQL engine that `--target sql` is for [default: duckdb]
    #[arg(long, value_enum, value_name = "DIALECT")]
    dialect: Option<DialectName>,
    /// Write files into this folder, those of several targets each into a folder of its own in it
    #[arg(long, short, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Only the rule of this name; may be given several times
    #[arg(long, value_name = "NAME")]
    rule: Vec<String>,
    /// Give exit status 1 for warnings too, those about what a target does otherwise included
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Option<Deny>,
    /// One template for all rules instead of one for each, for sentinel-arm and bicep
    #[arg(long)]
    one_file: bool,
    #[command(flatten)]
    folder: FolderArguments,
    #[command(flatten)]
    query: QueryArguments,
}

/// What is about the folder.
#[derive(Debug, Args)]
struct FolderArguments {
    /// Remove the files of earlier builds in the folder that no rule makes any more
    #[arg(long, requires = "output", conflicts_with = "rule")]
    prune: bool,
    /// Overwrite files in the folder that others wrote or changed
    #[arg(long, requires = "output")]
    force: bool,
    #[command(flatten)]
    instead: Instead,
}

/// What is done instead of writing.
#[derive(Debug, Args, Clone, Copy)]
struct Instead {
    /// Say what would be written and removed, and do nothing
    #[arg(long, requires = "output", conflicts_with = "check")]
    dry_run: bool,
    /// Do nothing, and give exit status 1 unless the folder holds exactly what would be written
    #[arg(long, requires = "output", conflicts_with_all = ["rule", "force"])]
    check: bool,
}

/// What is about queries alone.
#[derive(Debug, Args)]
struct QueryArguments {
    /// What a row of the result of a query is
    #[arg(long, value_enum, default_value_t, value_name = "GRAIN")]
    grain: GrainName,
    /// Ask about a fixed period instead of a scheduled run: two times or dates, the second not included
    #[arg(long, value_name = "FROM..TO", value_parser = period::parse_hunt)]
    hunt: Option<Period>,
    /// Write the tests of each rule as a query with their events in it, which says pass or fail: NAME.selftest.kql, .spl or .sql
    #[arg(long, conflicts_with = "hunt")]
    selftest: bool,
}

/// What a row of the result is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum GrainName {
    /// One event that completes what the rule describes
    Match,
    /// Matches of one key that follow each other closely
    #[default]
    Alert,
}

impl GrainName {
    /// The grain.
    #[must_use]
    pub fn grain(self) -> Grain {
        match self {
            Self::Match => Grain::Match,
            Self::Alert => Grain::Alert,
        }
    }
}

/// What was made for a product.
struct Made {
    product: Product,
    /// Its name in the manifest, and for people.
    label: &'static str,
    files: Files,
}

/// Runs the command.
///
/// # Errors
/// When the arguments do not go together, a rule that was asked for does not exist, or a file cannot be written.
pub fn run(arguments: &Arguments, global: &Global, console: &mut Console) -> Result<Status, Failure> {
    let products = product::products(&arguments.target, arguments.dialect)?;
    arguments.agree(&products)?;
    let mut rules = Rules::load(&arguments.paths, global.catalog.as_ref(), &arguments.settings)?;
    rules.say_all(console);
    rules.select(&arguments.rule)?;
    // What is written does not depend on how files are called and in which order they come.
    rules.plans.sort_by(|one, other| one.name.cmp(&other.name));
    let mut status = rules.status();
    let made: Vec<Made> = if arguments.query.selftest {
        rules.leave_out_unknown_lists("written", console, &mut status);
        let grain = arguments.query.grain.grain();
        let wanted = selftest::Wanted { grain, rules: &arguments.rule };
        selftests(&rules, &products, &wanted, console, &mut status)
    } else {
        everything(&rules, &products, arguments)
    };
    let findings = findings::of(&made, &rules);
    console.diagnostics(&findings, &rules.sources);
    if let Some(Deny::Warnings) = arguments.deny {
        status.raise(Deny::status(&rules.diagnostics));
        status.raise(Deny::status(&findings));
    }
    if made.iter().any(|made| !made.files.built.refused.is_empty()) {
        status.raise(Status::Findings);
    }
    let done = match &arguments.output {
        Some(folder) => folder::fill(folder, &made, &rules, arguments, console)?,
        None => print_all(&made, console)?,
    };
    console.out.flush()?;
    status.raise(done);
    Ok(status)
}

impl Arguments {
    /// That what was asked for goes together.
    fn agree(&self, products: &[Product]) -> Result<(), Failure> {
        let of_queries = [
            (self.query.hunt.is_some(), "--hunt"),
            (self.query.grain == GrainName::Match, "--grain match"),
            (self.query.selftest, "--selftest"),
        ];
        let package = products.iter().find_map(|product| product.package());
        if let (Some(package), Some((_, what))) = (package, of_queries.into_iter().find(|(is_given, _)| *is_given)) {
            let message = format!("`{what}` is about queries, and `{}` is a package of detections", package.word());
            return Err(Failure::usage(message, Some("it goes with --target kql, spl and sql".to_owned())));
        }
        if let Some(other) = products.iter().find(|product| self.one_file && !product.has_layouts()) {
            let message = format!("`--one-file` is about templates, and `{}` has none", other.label());
            return Err(Failure::usage(message, Some("it goes with --target sentinel-arm and bicep".to_owned())));
        }
        if products.len() > 1 && self.output.is_none() {
            let message = format!("{} targets cannot all go to standard output", products.len());
            return Err(Failure::usage(message, Some("give a folder for their files with -o DIR".to_owned())));
        }
        Ok(())
    }
}

/// The files of all products.
fn everything(rules: &Rules, products: &[Product], arguments: &Arguments) -> Vec<Made> {
    let options =
        Options { grain: arguments.query.grain.grain(), period: arguments.query.hunt.unwrap_or(Period::Scheduled) };
    let too_old = |plan: &Plan| Some((plan.name.clone(), beyond_retention(plan, options.period, &rules.settings)?));
    let too_old: Vec<(String, Diagnostic)> = rules.plans.iter().filter_map(too_old).collect();
    let layout = if arguments.one_file { Layout::One } else { Layout::PerRule };
    let packages = package::Options { layout, ..settings::package(&rules.settings) };
    let made = |product: &Product| {
        let build = |plans: &[Plan]| match product {
            Product::Query(target) => query::build(plans, *target, options),
            Product::Package(package) => {
                Files { built: package::build(plans, *package, &packages), ..Files::default() }
            }
        };
        Made { product: *product, label: product.label(), files: accepted(rules, too_old.clone(), &build) }
    };
    products.iter().map(made).collect()
}

/// The files of all rules but those that are refused already and those that the settings refuse for what is noted about them.
fn accepted(rules: &Rules, mut refused: Vec<(String, Diagnostic)>, build: &dyn Fn(&[Plan]) -> Files) -> Files {
    let mut files = Files::default();
    for is_first in [true, false] {
        let known = refused.len();
        files = if refused.is_empty() {
            build(&rules.plans)
        } else {
            let is_refused = |plan: &Plan| refused.iter().any(|(name, _)| *name == plan.name);
            build(&rules.plans.iter().filter(|plan| !is_refused(plan)).cloned().collect::<Vec<_>>())
        };
        rules.settings.set_levels(&mut files.built.notes);
        for note in files.built.notes.iter().filter(|note| is_first && note.severity == Severity::Error) {
            let rule = rules.items.iter().find(|item| item.is_place_of(note));
            refused.extend(rule.map(|rule| (rule.name.clone(), note.clone())));
        }
        if refused.len() == known {
            break;
        }
    }
    for (name, reason) in refused {
        files.built.refused.push(name);
        files.built.errors.push(reason);
    }
    files
}

/// What is wrong with a scheduled query where the settings say how long logs are kept.
fn beyond_retention(plan: &Plan, period: Period, settings: &Settings) -> Option<Diagnostic> {
    let kept = settings.retention.as_ref().filter(|_| period == Period::Scheduled)?;
    let mut found = limits::retention(plan, kept.value)?;
    found.labels.push(Label { place: kept.place, text: "logs are kept so long".to_owned() });
    Some(found)
}

/// The self-tests for all products, which are queries.
fn selftests(
    rules: &Rules,
    products: &[Product],
    wanted: &selftest::Wanted<'_>,
    console: &Console,
    status: &mut Status,
) -> Vec<Made> {
    let mut all = Vec::new();
    for product in products {
        let Product::Query(target) = product else { continue };
        let built = selftest::build(rules, *target, wanted, console);
        if built.files.is_empty() {
            status.raise(Status::Findings);
        }
        let files = Files { built, ..Files::default() };
        all.push(Made { product: *product, label: product.label_of_selftests(), files });
    }
    if selftest::say_untested(rules, wanted, console) {
        status.raise(Status::Findings);
    }
    all
}

/// Queries on standard output, one after the other, or a package of one file.
fn print_all(made: &[Made], console: &mut Console) -> Result<Status, Failure> {
    for made in made {
        let files = &made.files.built.files;
        if made.product.package().is_some() && files.len() > 1 {
            let count = counted(files.len(), "file");
            let message = format!("`{}` makes {count}, which cannot go to standard output", made.label);
            return Err(Failure::usage(message, Some("give a folder for them with -o DIR".to_owned())));
        }
        for (index, file) in files.iter().enumerate() {
            // Its header comment says which rule it is, a blank line keeps it from the one before.
            if index > 0 {
                console.out.write_all(b"\n")?;
            }
            console.out.write_all(&file.contents)?;
        }
        made.files.uploads.iter().for_each(|upload| say_missing(upload, console));
    }
    Ok(Status::Clean)
}

/// That a query alone is not enough.
fn say_missing(upload: &Upload, console: &Console) {
    let what = match (&upload.table, &upload.transform) {
        (Some(_), _) => "table",
        (None, Some(_)) => "lookup",
        (None, None) => "watchlist",
    };
    console.warning(
        format_args!("the list `{}` is too long for a query, which reads it from a {what} of that name", upload.name),
        Some(&format!("build with -o DIR to get {}.csv, and upload it; its column is `{ENTRY}`", upload.name)),
    );
}
