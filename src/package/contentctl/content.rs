//! What detections name: macros, lookups, data sources, the analytic story.

use serde::Serialize;

use crate::catalog::{LogSource, Origin};
use crate::package::{File, Options, id_of, yaml};
use crate::plan::ListData;
use crate::target::{ENTRY, Upload};
use crate::types::Type;

use super::{PRODUCTS, name};

/// What all content has.
#[derive(Debug, Serialize)]
struct Head {
    name: String,
    id: String,
    version: u64,
    date: String,
    author: String,
    description: String,
}

impl Head {
    fn new(what: &str, name: &str, description: String, common: &Common<'_>) -> Self {
        Self {
            name: name.to_owned(),
            id: id_of(&format!("contentctl {what}"), name),
            version: 1,
            date: common.day.to_owned(),
            author: common.options.author.clone(),
            description,
        }
    }
}

/// What is the same for all content of a package.
#[derive(Clone, Copy, Debug)]
pub struct Common<'a> {
    /// Of the package.
    pub options: &'a Options,
    /// The day of everything that is no rule.
    pub day: &'a str,
}

#[derive(Debug, Serialize)]
struct Macro {
    #[serde(flatten)]
    head: Head,
    definition: String,
}

#[derive(Debug, Serialize)]
struct Lookup {
    #[serde(flatten)]
    head: Head,
    #[serde(rename = "lookup_type")]
    kind: &'static str,
    case_sensitive_match: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    match_type: Vec<String>,
    max_matches: u8,
}

#[derive(Debug, Serialize)]
struct DataSource {
    #[serde(flatten)]
    head: Head,
    source: String,
    sourcetype: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    references: Vec<String>,
    fields: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Story {
    #[serde(flatten)]
    head: Head,
    status: &'static str,
    narrative: String,
    tags: StoryTags,
}

#[derive(Debug, Serialize)]
struct StoryTags {
    category: [&'static str; 1],
    product: [&'static str; 3],
    usecase: &'static str,
}

fn file(folder: &str, name: &str, contents: String) -> File {
    File { path: format!("{folder}/{}.yml", name::stem(name)), contents: contents.into_bytes(), rule: None }
}

/// The macro of a source.
pub fn source_macro(source: &LogSource, common: &Common<'_>) -> File {
    let name = &source.spl.macro_name;
    let description = format!("{}. Put your own index here.", source.title);
    let head = Head::new("macro", name, description, common);
    file("macros", name, yaml::document(&Macro { head, definition: source.spl.definition.clone() }))
}

/// What is known of a source's logs in Splunk.
pub fn data_source(source: &LogSource, common: &Common<'_>) -> File {
    let name = &source.name;
    let term = |key: &str| term(&source.spl.definition, key).unwrap_or_else(|| "*".to_owned());
    let mut fields: Vec<String> = source.fields.values().flat_map(|field| paths(&field.origin)).collect();
    fields.push("_time".to_owned());
    fields.sort();
    fields.dedup();
    let data_source = DataSource {
        head: Head::new("data source", name, format!("{}. {}", source.title, source.summary), common),
        source: term("source"),
        sourcetype: term("sourcetype"),
        references: source.references.clone(),
        fields,
    };
    file("data_sources", name, yaml::document(&data_source))
}

/// The value of `key=value` in a search.
fn term(search: &str, key: &str) -> Option<String> {
    let words = search.split(|character: char| character.is_whitespace() || character == '(');
    let value = words.into_iter().find_map(|word| word.strip_prefix(key)?.strip_prefix('='))?;
    Some(value.trim_matches(['"', ')']).to_owned())
}

fn paths(origin: &Origin) -> Vec<String> {
    let reads = match origin {
        Origin::Read(read) => vec![read],
        Origin::Point { latitude, longitude } => vec![latitude, longitude],
        Origin::Constant(_) | Origin::Lookup(_) => Vec::new(),
    };
    reads.into_iter().flat_map(|read| &read.spl).map(ToString::to_string).collect()
}

/// A list that is too long for searches: its lookup and its entries.
pub fn lookup(upload: &Upload, list: &ListData, common: &Common<'_>) -> [File; 2] {
    let name = &upload.name;
    let match_type = if list.ty == Type::Cidr { vec![format!("CIDR({ENTRY})")] } else { Vec::new() };
    let lookup = Lookup {
        head: Head::new("lookup", name, "A list that is too long for a search.".to_owned(), common),
        kind: "csv",
        case_sensitive_match: true,
        match_type,
        max_matches: 1,
    };
    let entries = File {
        path: format!("lookups/{}.csv", name::stem(name)),
        contents: upload.csv.clone().into_bytes(),
        rule: None,
    };
    [file("lookups", name, yaml::document(&lookup)), entries]
}

/// The name of the package's analytic story.
pub fn story_name(options: &Options) -> String {
    name::for_file(&options.title, &options.name)
}

/// The analytic story that all rules belong to.
pub fn story(common: &Common<'_>) -> File {
    let name = story_name(common.options);
    let description = common.options.description.clone();
    let story = Story {
        head: Head::new("story", &name, description.clone(), common),
        status: "production",
        narrative: format!(
            "{description}\n\nEach detection follows identifiers of tokens and sessions through the logs of those who issue and accept \
             them. It is written in the language of Tokentrail, where its tests are, too."
        ),
        tags: StoryTags { category: ["Cloud Security"], product: PRODUCTS, usecase: "Advanced Threat Detection" },
    };
    file("stories", &name, yaml::document(&story))
}

#[cfg(test)]
mod tests {
    use super::term;

    #[test]
    fn source_types_are_taken_out_of_searches() {
        let search = "index=* sourcetype=\"azure:monitor:aad\" category=SignInLogs";
        assert_eq!(term(search, "sourcetype").as_deref(), Some("azure:monitor:aad"));
        assert_eq!(term(search, "source"), None);
        assert_eq!(term("index=* (a=b OR (sourcetype=\"x\"))", "sourcetype").as_deref(), Some("x"));
    }
}
