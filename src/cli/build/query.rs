//! Queries as files: one for each rule, and what is uploaded for them.

use std::collections::BTreeMap;

use crate::package::{Built, File};
use crate::plan::Plan;
use crate::target::{self, ENTRY, Options, Target, Upload};

/// The statements that make tables of lists.
const LISTS: &str = "lists.sql";

/// Writes the queries of rules.
pub fn build(plans: &[Plan], target: Target, options: Options) -> Files {
    let mut built = Built::default();
    let mut uploads: BTreeMap<String, (Upload, Vec<&str>)> = BTreeMap::new();
    for plan in plans {
        match target::write(plan, target, options) {
            Ok(query) => {
                built.rules += 1;
                built.notes.extend(query.notes);
                let path = format!("{}.{}", plan.name, target.word());
                built.files.push(File { path, contents: query.text.into_bytes(), rule: Some(plan.name.clone()) });
                for upload in query.uploads {
                    let (_, rules) = uploads.entry(upload.name.clone()).or_insert_with(|| (upload, Vec::new()));
                    rules.push(&plan.name);
                }
            }
            Err(gaps) => {
                built.refused.push(plan.name.clone());
                built.errors.extend(gaps);
            }
        }
    }
    let list = |(upload, rules): &(Upload, Vec<&str>)| File {
        path: format!("{}.csv", upload.name),
        contents: upload.csv.clone().into_bytes(),
        rule: if let [rule] = rules[..] { Some(rule.to_owned()) } else { None },
    };
    let mut lists: Vec<File> = uploads.values().map(list).collect();
    let uploads: Vec<Upload> = uploads.into_values().map(|(upload, _)| upload).collect();
    lists.extend(definitions(&uploads));
    built.advice.extend(uploads.iter().map(advice));
    Files { built, uploads, lists }
}

/// Queries with the lists that they read from outside, or a package, which has its own.
#[derive(Default)]
pub struct Files {
    /// The queries, or the package.
    pub built: Built,
    /// The lists.
    pub uploads: Vec<Upload>,
    /// Their files, and what makes lookups or tables of them.
    pub lists: Vec<File>,
}

/// What makes lookups or tables of the files of lists.
fn definitions(uploads: &[Upload]) -> Vec<File> {
    let file = |path: &str, texts: Vec<&str>| {
        let contents = texts.join("\n").into_bytes();
        (!texts.is_empty()).then(|| File { path: path.to_owned(), contents, rule: None })
    };
    let transforms = uploads.iter().filter_map(|upload| upload.transform.as_deref()).collect();
    let tables = uploads.iter().filter_map(|upload| upload.table.as_deref()).collect();
    file("transforms.conf", transforms).into_iter().chain(file(LISTS, tables)).collect()
}

/// What is to be done with the file of a list.
fn advice(upload: &Upload) -> String {
    let name = &upload.name;
    if upload.table.is_some() {
        format!("make a table `{name}` of `{name}.csv`; `{LISTS}` does so where the file is")
    } else if upload.transform.is_some() {
        format!("upload `{name}.csv` as a lookup table file; `transforms.conf` defines the lookup `{name}`")
    } else {
        format!("upload `{name}.csv` as the watchlist `{name}` with `{ENTRY}` as its search key")
    }
}
