//! An installable Splunk app: saved searches, macros, lookups, and the same as an archive.
//!
//! Everything is in `default/`, what a user changes goes to `local/`, which is never written. Searches are off until enabled.

mod app;
mod archive;
mod conf;
mod drilldown;
mod error;
mod notable;
mod rule;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{self, Diagnostic};
use crate::package::{Built, File, Options, cron};
use crate::plan::Plan;

use error::SplunkError;
use rule::Saved;

/// Writes rules.
#[must_use]
pub fn build(plans: &[Plan], options: &Options) -> Built {
    let mut plans: Vec<&Plan> = plans.iter().collect();
    plans.sort_by(|one, other| one.name.cmp(&other.name));
    let mut built = Built::default();
    let mut shared = Shared::default();
    let mut kept = Vec::new();
    for plan in plans {
        let saved = rule::saved(plan, options).and_then(|saved| shared.take(plan).map(|()| saved));
        match saved {
            Ok(mut saved) => {
                built.notes.append(&mut saved.notes);
                kept.push((plan, saved));
            }
            Err(errors) => {
                built.refused.push(plan.name.clone());
                built.errors.extend(errors);
            }
        }
    }
    diagnostic::sort(&mut built.notes);
    diagnostic::sort(&mut built.errors);
    built.rules = kept.len();
    if !kept.is_empty() {
        built.advice = advice(&kept);
        built.files = files(&kept, &shared, options);
    }
    built
}

/// Macros that the rules of an app share: names and definitions.
#[derive(Default)]
struct Shared {
    sources: BTreeMap<String, String>,
    filters: BTreeSet<String>,
}

impl Shared {
    /// Adds the macros of a rule, all or none.
    fn take(&mut self, plan: &Plan) -> Result<(), Vec<Diagnostic>> {
        let filter = rule::filter(plan);
        let mut sources = self.sources.clone();
        for leg in plan.legs() {
            let (name, definition) = (&leg.source.spl.macro_name, &leg.source.spl.definition);
            let known = sources.entry(name.clone()).or_insert_with(|| definition.clone());
            if known != definition || self.filters.contains(name) || *name == filter {
                return Err(taken(plan, name, &format!("the log `{}`", leg.source.name)));
            }
        }
        if sources.contains_key(&filter) {
            return Err(taken(plan, &filter, "a log"));
        }
        self.sources = sources;
        self.filters.insert(filter);
        Ok(())
    }
}

fn taken(plan: &Plan, name: &str, by: &str) -> Vec<Diagnostic> {
    vec![SplunkError::MacroTaken { name: name.to_owned(), by: by.to_owned() }.diagnostic(plan)]
}

/// The files of the app and, beside its folder, the archive of them.
fn files(kept: &[(&Plan, Saved)], shared: &Shared, options: &Options) -> Vec<File> {
    let searches: Vec<conf::Stanza> = kept.iter().map(|(_, saved)| saved.stanza.clone()).collect();
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    all.insert("README.md".to_owned(), app::readme(kept, &shared.sources, options));
    all.insert("default/app.conf".to_owned(), app::app(options));
    all.insert("default/macros.conf".to_owned(), app::macros(&shared.sources, &shared.filters));
    all.insert("default/savedsearches.conf".to_owned(), conf::file(&searches));
    all.insert("metadata/default.meta".to_owned(), app::metadata().to_owned());
    let uploads: BTreeMap<&str, _> =
        kept.iter().flat_map(|(_, saved)| &saved.uploads).map(|upload| (upload.name.as_str(), upload)).collect();
    let transforms: Vec<&str> = uploads.values().filter_map(|upload| upload.transform.as_deref()).collect();
    if !transforms.is_empty() {
        all.insert("default/transforms.conf".to_owned(), transforms.join("\n"));
    }
    all.extend(uploads.values().map(|upload| (format!("lookups/{}.csv", upload.name), upload.csv.clone())));
    let named = |(path, text): (String, String)| File {
        path: format!("{}/{path}", options.name),
        contents: text.into_bytes(),
        rule: None,
    };
    let mut files: Vec<File> = all.into_iter().map(named).collect();
    let path = format!("{}-{}.tgz", options.name, options.version);
    files.push(File { path, contents: archive::pack(&files), rule: None });
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}

/// What is left to be done where the app is installed.
fn advice(kept: &[(&Plan, Saved)]) -> Vec<String> {
    let mut all =
        vec!["point the macros of `macros.conf` at your indexes, and enable the searches that you want".to_owned()];
    let lookups: BTreeSet<_> = kept.iter().flat_map(|(_, saved)| &saved.watchlists).collect();
    all.extend(lookups.iter().map(|(name, column)| {
        format!(
            "define the lookup `{name}` with the column `{column}`; for networks with `match_type = CIDR({column})`"
        )
    }));
    if kept.iter().any(|(plan, _)| cron::follows_clocks(plan.schedule.every)) {
        all.push("let the search head run in UTC: cron follows its clock when summer time begins and ends".to_owned());
    }
    all
}
