//! Content in the layout of ESCU, for contentctl 5.6.2: detections with the macros, lookups, data sources and the analytic story that
//! they name, in a folder on which `contentctl validate` and `contentctl build` run as they are.

mod app;
mod content;
mod detection;
mod error;
mod limits;
mod name;
mod risk;
mod schedule;
mod search;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{self, Diagnostic};
use crate::package::{Built, File, Options, cron, id, yaml};
use crate::plan::Plan;

use content::Common;
use detection::Made;
use error::{Finding, Kind};

/// The products that content is for.
const PRODUCTS: [&str; 3] = ["Splunk Enterprise", "Splunk Enterprise Security", "Splunk Cloud"];

/// Names that contentctl gives itself.
const OWN_LOOKUPS: [&str; 2] = ["data_sources", "mitre_enrichment"];

/// Writes rules.
#[must_use]
pub fn build(plans: &[Plan], options: &Options) -> Built {
    let mut plans: Vec<&Plan> = plans.iter().collect();
    plans.sort_by_key(|plan| &plan.name);
    let mut built = Built::default();
    let mut names = Names::new(options);
    let mut made = Vec::new();
    for plan in plans {
        match make(plan, options, &mut names) {
            Ok(one) => made.push((plan, one)),
            Err(errors) => {
                built.refused.push(plan.name.clone());
                built.errors.extend(errors);
            }
        }
    }
    if !made.is_empty() {
        write(&made, options, &mut built);
    }
    diagnostic::sort(&mut built.errors);
    diagnostic::sort(&mut built.notes);
    built
}

fn make(plan: &Plan, options: &Options, names: &mut Names) -> Result<Made, Vec<Diagnostic>> {
    let made = detection::make(plan, options, &content::story_name(options))?;
    names.take(plan, &made).map_err(|taken| vec![taken.diagnostic(plan)])?;
    Ok(made)
}

fn write(made: &[(&Plan, Made)], options: &Options, built: &mut Built) {
    let days = made.iter().map(|(_, made)| made.detection.date.as_str());
    let day = options.date.as_deref().or_else(|| days.max()).unwrap_or_default();
    let common = Common { options, day };
    let mut files: BTreeMap<String, File> = BTreeMap::new();
    let mut add = |file: File| {
        files.insert(file.path.clone(), file);
    };
    let techniques = made.iter().flat_map(|(plan, _)| &plan.metadata.attack).map(String::as_str).collect();
    app::files(options, &techniques).into_iter().for_each(&mut add);
    add(content::story(&common));
    for (plan, made) in made {
        add(File {
            path: made.detection.path(),
            contents: yaml::document(&made.detection).into_bytes(),
            rule: Some(plan.name.clone()),
        });
        for leg in plan.legs() {
            add(content::source_macro(&leg.source, &common));
            add(content::data_source(&leg.source, &common));
        }
        for upload in &made.search.uploads {
            let list = plan.lists.iter().find(|list| list.name == upload.name);
            list.into_iter().flat_map(|list| content::lookup(upload, list, &common)).for_each(&mut add);
        }
        built.notes.extend(made.notes.iter().cloned());
    }
    built.rules = made.len();
    built.files = files.into_values().collect();
    built.advice = advice(made);
}

fn advice(made: &[(&Plan, Made)]) -> Vec<String> {
    let own = made.iter().flat_map(|(_, made)| &made.search.own_lookups).collect::<BTreeSet<_>>();
    let mut advice: Vec<String> = own
        .iter()
        .map(|name| {
            format!(
                "share the lookup `{name}` in Splunk with all apps: searches read it, and the package does not have it"
            )
        })
        .collect();
    advice.push("run `contentctl build` in the folder, and install the app that it puts into `dist`".to_owned());
    if made.iter().any(|(plan, _)| cron::follows_clocks(schedule::cron(plan.schedule.every).0)) {
        advice
            .push("let the search head run in UTC: cron follows its clock when summer time begins and ends".to_owned());
    }
    advice
}

/// The names of a package: contentctl takes each once, whatever has it, and names files after them.
struct Names {
    known: BTreeMap<String, Kind>,
    /// The rules by their ids.
    ids: BTreeMap<String, String>,
    /// What macros stand for.
    macros: BTreeMap<String, String>,
}

impl Names {
    fn new(options: &Options) -> Self {
        let mut known: BTreeMap<String, Kind> = OWN_LOOKUPS.map(|name| (name.to_owned(), Kind::Lookup)).into();
        known.insert(name::stem(&content::story_name(options)), Kind::Story);
        Self { known, ids: BTreeMap::new(), macros: BTreeMap::new() }
    }

    /// Takes the names of a rule, or none of them.
    fn take(&mut self, plan: &Plan, made: &Made) -> Result<(), Finding> {
        let id = id(plan);
        if let Some(by) = self.ids.get(&id) {
            return Err(Finding::IdTaken { by: by.clone() });
        }
        let mut macros = self.macros.clone();
        for search in plan.legs().map(|leg| &leg.source.spl) {
            let before = macros.insert(search.macro_name.clone(), search.definition.clone());
            if before.is_some_and(|definition| definition != search.definition) {
                return Err(Finding::NameTaken { name: search.macro_name.clone(), by: Kind::Macro });
            }
        }
        let mut wanted = vec![(made.detection.name.clone(), Kind::Detection)];
        wanted.push((name::filter(&made.detection.name), Kind::FilterMacro));
        for leg in plan.legs() {
            wanted.push((leg.source.spl.macro_name.clone(), Kind::Macro));
            wanted.push((leg.source.name.clone(), Kind::DataSource));
        }
        wanted.extend(made.search.uploads.iter().map(|upload| (upload.name.clone(), Kind::Lookup)));
        let mut known = self.known.clone();
        for (name, kind) in wanted {
            let is_shared = |by: Kind| by == kind && kind != Kind::Detection && !OWN_LOOKUPS.contains(&name.as_str());
            if let Some(by) = known.insert(name::stem(&name), kind).filter(|by| !is_shared(*by)) {
                return Err(Finding::NameTaken { name, by });
            }
        }
        (self.known, self.macros) = (known, macros);
        self.ids.insert(id, plan.name.clone());
        Ok(())
    }
}
