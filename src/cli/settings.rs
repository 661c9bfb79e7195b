//! `tokentrail.toml` and the arguments that change it: found, read, and put to the catalogue.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::input::{self, Problem};
use super::status::Failure;
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Severity};
use crate::package;
use crate::settings::{self, CommandLine, FILE_NAME, Located, Settings};
use crate::source::{Source, SourceId, Sources};

/// What commands that read rules take about settings.
#[derive(Debug, Default, Args)]
pub struct SettingsArguments {
    /// Settings file [default: tokentrail.toml in the folder of the rules or above]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Use what the settings say for this environment
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// Set a parameter of a rule, as RULE.PARAM=VALUE, or of every rule that has it; may be given several times
    #[arg(long, value_name = "RULE.PARAM=VALUE", value_parser = parse_assignment)]
    set: Vec<String>,
}

fn parse_assignment(text: &str) -> Result<String, String> {
    if settings::is_assignment(text) {
        return Ok(text.to_owned());
    }
    Err("expected RULE.PARAM=VALUE or PARAM=VALUE, such as token_geo_traversal.min_countries=4".to_owned())
}

/// What the command line is called in diagnostics.
const COMMAND_LINE: &str = "<command line>";

/// Settings with where they come from.
#[derive(Debug, Default)]
pub struct Loaded {
    /// What they say.
    pub settings: Settings,
    /// The folder that their paths start from.
    pub folder: PathBuf,
    /// The file, and the command line as far as it sets anything.
    pub texts: Vec<SourceId>,
    /// What is wrong with them.
    pub diagnostics: Vec<Diagnostic>,
}

impl Loaded {
    /// Whether one of these mistakes is in the settings. Nothing may be made with settings that are not what was meant.
    pub fn are_wrong(&self, diagnostics: &[Diagnostic]) -> bool {
        let is_error = |found: &&Diagnostic| found.severity == Severity::Error;
        let mut places = diagnostics.iter().filter(is_error).filter_map(Diagnostic::place);
        places.any(|place| self.texts.contains(&place.source))
    }
}

/// Finds and reads the settings for the rules below `paths`.
///
/// # Errors
/// When two of the paths have settings of their own.
pub fn load(
    paths: &[PathBuf],
    arguments: &SettingsArguments,
    sources: &mut Sources,
    problems: &mut Vec<Problem>,
) -> Result<Loaded, Failure> {
    let path = match &arguments.config {
        Some(path) => Some(path.clone()),
        None => find_for_all(paths)?,
    };
    let mut loaded = Loaded::default();
    let mut file = None;
    if let Some(path) = path {
        path.parent().unwrap_or(Path::new("")).clone_into(&mut loaded.folder);
        match input::read_text(&path) {
            Ok(text) => file = Some(sources.add(Source::new(input::shown(&path), text))),
            Err(problem) => {
                problems.push(problem);
                return Ok(loaded);
            }
        }
    }
    // The text is known only once the places are, and its id before: it is the next.
    let next = sources.next_id();
    let (line, text) = CommandLine::new(next, arguments.env.as_deref(), &arguments.set);
    if !text.is_empty() {
        loaded.texts.push(sources.add(Source::new(COMMAND_LINE, text)));
    }
    loaded.texts.extend(file);
    match settings::read(file.map(|id| (id, sources.get(id).text.as_str())), &line) {
        Ok(settings) => loaded.settings = settings,
        Err(diagnostics) => loaded.diagnostics = diagnostics,
    }
    Ok(loaded)
}

/// The one settings file of some paths.
fn find_for_all(paths: &[PathBuf]) -> Result<Option<PathBuf>, Failure> {
    let mut found: Option<PathBuf> = None;
    for path in paths {
        let Some(next) = find(path) else { continue };
        match &found {
            Some(first) if *first != next => {
                let message =
                    format!("the paths have two settings files: `{}` and `{}`", first.display(), next.display());
                return Err(Failure::usage(message, Some("say which one with --config FILE".to_owned())));
            }
            _ => found = Some(next),
        }
    }
    Ok(found)
}

/// The settings file in the folder of a path, or the nearest above; named from where the program runs if it is below.
fn find(path: &Path) -> Option<PathBuf> {
    let here = Path::new(".").canonicalize().ok()?;
    let start = if path.as_os_str() == "-" { here.clone() } else { path.canonicalize().ok()? };
    let folder = start.ancestors().find(|folder| folder.join(FILE_NAME).is_file())?;
    let file = folder.join(FILE_NAME);
    Some(file.strip_prefix(&here).map(Path::to_owned).unwrap_or(file))
}

/// What the settings say of what is deployed as a whole.
pub fn package(settings: &Settings) -> package::Options {
    let set = &settings.package;
    let usual = package::Options::default();
    let text = |set: &Option<Located<String>>, usual: String| set.as_ref().map_or(usual, |set| set.value.clone());
    package::Options {
        name: text(&set.name, usual.name),
        title: text(&set.title, usual.title),
        description: text(&set.description, usual.description),
        version: text(&set.version, usual.version),
        author: text(&set.author, usual.author),
        date: set.date.as_ref().map(|date| date.value.clone()),
        layout: usual.layout,
    }
}

/// Tables and macros that the settings name in place of the catalogue's.
pub fn rename_sources(settings: &Settings, catalog: &mut Catalog) {
    for (name, (_, set)) in &settings.sources {
        let Some(source) = catalog.sources.get_mut(name) else { continue };
        let source = Arc::make_mut(source);
        let texts = [
            (&set.table, &mut source.kql.table),
            (&set.macro_name, &mut source.spl.macro_name),
            (&set.definition, &mut source.spl.definition),
        ];
        for (set, text) in texts {
            if let Some(set) = set {
                text.clone_from(&set.value);
            }
        }
    }
}
