//! What makes a folder a project of contentctl: its settings, the frame of the app, and the folders that must be there.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::attack;
use crate::package::text::one_line;
use crate::package::{File, Options, id_of, yaml};

use super::name;

/// `contentctl.yml`
#[derive(Debug, Serialize)]
struct Settings {
    path: &'static str,
    app: App,
    enrichments: bool,
    build_app: bool,
    build_api: bool,
    build_path: &'static str,
}

#[derive(Debug, Serialize)]
struct App {
    uid: u32,
    title: String,
    appid: String,
    version: String,
    description: String,
    prefix: String,
    label: String,
    author_name: String,
    author_email: &'static str,
    author_company: String,
}

/// What the app is shared with. contentctl writes a `[default]` stanza into `savedsearches.conf`, which switches searches off:
/// exported, it would do so to those of all other apps.
const SHARING: &str = "[]
access = read : [ * ], write : [ admin, sc_admin ]
export = system

[savedsearches/default]
export = none
";

const NAVIGATION: &str = "<nav search_view=\"search\">
  <view name=\"search\" default=\"true\"/>
</nav>
";

/// Folders that contentctl looks into, and that may be empty.
const FOLDERS: [(&str, &str); 5] = [
    ("baselines", "Searches that prepare lookups would be here."),
    ("dashboards", "Dashboards would be here."),
    ("deployments", "Each detection has its own deployment, with the schedule of its rule."),
    ("playbooks", "Playbooks would be here."),
    ("removed", "What was deployed once and is no more would be here."),
];

/// All of it, for rules about techniques of ATT&CK.
pub fn files(options: &Options, techniques: &BTreeSet<&str>) -> Vec<File> {
    let mut files = vec![
        file("contentctl.yml", yaml::document(&settings(options))),
        file("app_template/README.md", format!("# {}\n\n{}\n", one_line(&options.title), options.description)),
        file("app_template/metadata/default.meta", SHARING.to_owned()),
        file("app_template/default/data/ui/nav/default.xml", NAVIGATION.to_owned()),
        file("app_template/lookups/mitre_enrichment.csv", enrichment(techniques)),
        // No file here may have an ending but those of lookups.
        file("lookups/README", "Lists that are too long for a search are here.\n".to_owned()),
    ];
    files.extend(FOLDERS.iter().map(|(folder, text)| file(&format!("{folder}/README"), format!("{text}\n"))));
    files
}

/// The names and tactics of techniques: contentctl defines a lookup of this file in every app.
fn enrichment(techniques: &BTreeSet<&str>) -> String {
    let known = techniques.iter().filter_map(|id| attack::technique(id));
    let rows = known.map(|technique| {
        let tactics: Vec<&str> = technique.tactics.iter().map(|tactic| tactic.title()).collect();
        format!("{},\"{}\",{},\n", technique.id, technique.name, tactics.join("|"))
    });
    std::iter::once("mitre_id,technique,tactics,groups\n".to_owned()).chain(rows).collect()
}

fn file(path: &str, text: String) -> File {
    File { path: path.to_owned(), contents: text.into_bytes(), rule: None }
}

fn settings(options: &Options) -> Settings {
    let (title, author) = (name::plain(&options.title), name::plain(&options.author));
    Settings {
        path: ".",
        app: App {
            uid: number(&options.name),
            appid: options.name.clone(),
            version: options.version.clone(),
            description: name::plain(&options.description),
            prefix: title.clone(),
            label: title.clone(),
            title,
            author_name: author.clone(),
            author_email: "",
            author_company: author,
        },
        enrichments: false,
        build_app: true,
        build_api: false,
        build_path: "dist",
    }
}

/// A number below 100,000, as contentctl asks of Splunkbase apps. It draws one by lot where there is none.
fn number(name: &str) -> u32 {
    let id = id_of("contentctl app", name);
    let start = u32::from_str_radix(id.get(..6).unwrap_or_default(), 16).unwrap_or_default();
    20_000 + start % 80_000
}
