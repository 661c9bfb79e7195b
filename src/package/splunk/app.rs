//! The files of an app beside its searches.

use std::collections::{BTreeMap, BTreeSet};

use super::conf::{self, Stanza, line};
use super::rule::{self, Saved};
use crate::package::Options;
use crate::plan::Plan;

/// `default/app.conf`
pub fn app(options: &Options) -> String {
    let (title, description) = (line(&options.title), line(&options.description));
    let stanzas = [
        Stanza::new("id").with("name", &options.name).with("version", &options.version),
        Stanza::new("package").with("id", &options.name).with("check_for_updates", "0"),
        Stanza::new("install").with("is_configured", "0").with("state", "enabled").with("build", "1"),
        Stanza::new("launcher")
            .with("author", line(&options.author))
            .with("description", description)
            .with("version", &options.version),
        Stanza::new("ui").with("is_visible", "0").with("label", title),
    ];
    conf::file(&stanzas)
}

/// `metadata/default.meta`: everyone reads, administrators change, and Enterprise Security sees the searches from its own app.
pub fn metadata() -> &'static str {
    "[]\naccess = read : [ * ], write : [ admin, sc_admin ]\nexport = system\n"
}

/// `default/macros.conf`
pub fn macros(sources: &BTreeMap<String, String>, filters: &BTreeSet<String>) -> String {
    let stanza =
        |name: &String, definition: &str| Stanza::new(name.as_str()).with("definition", definition).with("iseval", "0");
    let sources = sources.iter().map(|(name, definition)| stanza(name, definition));
    let filters = filters.iter().map(|name| stanza(name, "search *"));
    conf::file(&sources.chain(filters).collect::<Vec<_>>())
}

/// `README.md`
pub fn readme(plans: &[(&Plan, Saved)], sources: &BTreeMap<String, String>, options: &Options) -> String {
    let mut text = format!(
        "# {}\n\n{}\n\nVersion {}, written by Tokentrail {}.\n\n{SETUP}",
        line(&options.title),
        line(&options.description),
        options.version,
        env!("CARGO_PKG_VERSION")
    );
    text.push_str("## Logs\n\n| macro | definition |\n|---|---|\n");
    text.extend(sources.iter().map(|(name, definition)| format!("| `{name}` | `{}` |\n", cell(definition))));
    let lookups = lookups(plans);
    if !lookups.is_empty() {
        text.push_str("\n## Lookups to make\n\n| lookup | column | read by |\n|---|---|---|\n");
        text.extend(lookups.iter().map(|((name, column), rules)| {
            let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
            format!("| `{name}` | `{column}` | {} |\n", rules.join(", "))
        }));
    }
    text.push_str(
        "\n## Searches\n\n| search | what it finds | severity | ATT&CK | schedule |\n|---|---|---|---|---|\n",
    );
    text.extend(plans.iter().map(|(plan, saved)| row(plan, saved, options)));
    text
}

const SETUP: &str = "\
## Before use

1. Point the macros below at your indexes, in `local/macros.conf` or under Settings, Advanced search.
2. All searches are off. Run one by hand, then enable it.
3. Each search ends with a macro of its own, `RULE_filter`, that lets everything pass. Redefine it to leave known good results out:
   what is in `local/` stays when the app is replaced.
4. Searches that run less often than every hour follow the clock of the search head. Where it changes between summer and winter, a
   run is an hour late or early on those days: let the search head run in UTC.

";

/// The lookups that the user keeps, and the rules that read them.
fn lookups(plans: &[(&Plan, Saved)]) -> BTreeMap<(String, String), BTreeSet<String>> {
    let mut all: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for (plan, saved) in plans {
        for lookup in &saved.watchlists {
            all.entry(lookup.clone()).or_default().insert(plan.name.clone());
        }
    }
    all
}

fn row(plan: &Plan, saved: &Saved, options: &Options) -> String {
    let metadata = &plan.metadata;
    format!(
        "| `{}` | {} | {} | {} | `{}` |\n",
        rule::name(plan, options),
        cell(&line(&metadata.title)),
        metadata.severity,
        metadata.attack.join(", "),
        saved.schedule
    )
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
