//! The search of a detection: that of the rule, one row per alert, as it is deployed, with the macro that filters alerts at its end.

use std::sync::LazyLock;

use regex::Regex;

use crate::diagnostic::Diagnostic;
use crate::plan::{ListData, ListOrigin, Placement, Plan, Suppress, Suppressed};
use crate::target::{self, Upload};

use super::error::Finding;
use super::name;

/// The column that is the same in all alerts of a rule, for those that are kept back together.
pub const RULE: &str = "tokentrail_rule";

/// What contentctl takes for the use of a lookup.
static LOOKUP: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)\W(?:input|output)?lookup\s+(\w+)").ok());

/// A search for a package.
#[derive(Debug)]
pub struct Search {
    /// SPL.
    pub text: String,
    /// The lists that it reads and that are in the package.
    pub uploads: Vec<Upload>,
    /// The lookups that it reads and that are the user's own.
    pub own_lookups: Vec<String>,
    /// Where Splunk's result may differ from the language's meaning.
    pub notes: Vec<Diagnostic>,
}

/// Writes the search of a plan.
///
/// # Errors
/// What Splunk cannot do, and texts that contentctl misreads.
pub fn write(plan: &Plan, content_name: &str) -> Result<Search, Vec<Diagnostic>> {
    let query = target::deployed_search(plan)?;
    let own: Vec<String> = own_lookups(plan).collect();
    let mut lines: Vec<String> = without_header(&query.text).lines().map(|line| quoted(line, &own)).collect();
    if is_kept_back_as_a_whole(plan) {
        lines.push(format!("| eval {RULE}=\"{}\"", plan.name));
    }
    lines.push(format!("| `{}`", name::filter(content_name)));
    let text = lines.join("\n") + "\n";
    let known = |lookup: &str| query.uploads.iter().any(|upload| upload.name == lookup);
    let misread = LOOKUP.iter().flat_map(|pattern| pattern.captures_iter(&text));
    let misread = misread.filter_map(|found| found.get(1)).map(|found| found.as_str()).find(|found| !known(found));
    if let Some(lookup) = misread {
        return Err(vec![Finding::ReadsLikeLookup(lookup.to_owned()).diagnostic(plan)]);
    }
    Ok(Search { uploads: query.uploads, own_lookups: own, notes: query.notes, text })
}

/// The search without its header comment: that names the file of the rule, and the package says all of it elsewhere.
pub fn without_header(text: &str) -> &str {
    let after = text.strip_prefix("```").and_then(|rest| rest.split_once("```"));
    after.map_or(text, |(_, search)| search.trim_start())
}

/// Whether all alerts of a rule are kept back after one. Without a key, all are alike.
pub fn is_kept_back_as_a_whole(plan: &Plan) -> bool {
    match plan.deployment.suppress {
        Some(Suppress { of: Suppressed::Rule, .. }) => true,
        Some(Suppress { of: Suppressed::Key, .. }) => plan.shape.key().is_empty(),
        None => false,
    }
}

/// contentctl wants to know every lookup by name, and cannot know those that are in Splunk already: it does not read a name in
/// quotation marks, which Splunk reads alike.
fn quoted(line: &str, own: &[String]) -> String {
    let begins = |name: &&String| line.trim_start().starts_with(&format!("| lookup {name} "));
    let name = own.iter().find(begins);
    name.map_or_else(|| line.to_owned(), |name| line.replacen(&format!(" {name} "), &format!(" \"{name}\" "), 1))
}

fn own_lookups(plan: &Plan) -> impl Iterator<Item = String> {
    let outside = plan.lists.iter().filter(|list| list.placement == Placement::Outside);
    outside.filter_map(|list| own_lookup(list))
}

fn own_lookup(list: &ListData) -> Option<String> {
    match &list.origin {
        ListOrigin::Watchlist { alias, .. } => Some(alias.clone()),
        ListOrigin::Inline | ListOrigin::File { .. } => None,
    }
}
