//! SARIF 2.1.0, as code scanning and editors read it.
//!
//! Files are named from the root of the repository (`%SRCROOT%`), columns count characters, and fingerprints are of the text of
//! a finding's line, so that they survive lines added above it.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use super::file::{File, encoded};
use super::{Notice, Report, with_help};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::{Place, Position, Source, SourceId};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const ROOT: &str = "%SRCROOT%";

/// A log of one run, ending with a newline.
#[must_use]
pub fn sarif(report: &Report<'_>) -> String {
    let mut codes: Vec<Code> = report.diagnostics.iter().map(|found| found.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "Tokentrail",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().copied().map(rule).collect::<Vec<_>>(),
            } },
            "automationDetails": { "id": "tokentrail/check/" },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { ROOT: { "description": { "text": "The root of the repository." } } },
            "invocations": [invocation(report)],
            "artifacts": report.sources.iter().map(|(id, source)| artifact(id, source, report)).collect::<Vec<_>>(),
            "results": results(report, &codes),
        }],
    });
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// What a code is about.
fn rule(code: Code) -> Json {
    let page = code.page();
    let description = page.split("\n## ").next().unwrap_or_default();
    let description = description.split_once("\n\n").map_or(code.title(), |(_, text)| text.trim());
    json!({
        "id": code.id(),
        "shortDescription": { "text": code.title() },
        "fullDescription": { "text": description.replace('\n', " ") },
        "help": { "text": page, "markdown": page },
        "defaultConfiguration": { "level": level(code.severity()) },
    })
}

/// How the run went; what could not be read is told here, because it is no result.
fn invocation(report: &Report<'_>) -> Json {
    let failed = report.notices.iter().any(|notice| notice.severity == Severity::Error);
    let notifications: Vec<Json> = report.notices.iter().map(|notice| notification(notice, report)).collect();
    json!({ "executionSuccessful": !failed, "toolExecutionNotifications": notifications })
}

fn notification(notice: &Notice, report: &Report<'_>) -> Json {
    let text = with_help(&notice.message, notice.help.as_deref());
    let mut object = json!({ "level": level(notice.severity), "message": { "text": text } });
    let uri = notice.path.as_ref().map(|path| location(report.folders.find(path)));
    if let Some(uri) = uri.filter(|uri| !uri.is_empty()) {
        let mut place = json!({ "artifactLocation": uri });
        if let Some(Position { line, column }) = notice.at {
            place["region"] = json!({ "startLine": line, "startColumn": column });
        }
        object["locations"] = json!([{ "physicalLocation": place }]);
    }
    object
}

/// The `uri` of a file and what it is relative to; nothing for what is no file.
fn location(file: File) -> Map<String, Json> {
    let mut object = Map::new();
    match file {
        File::Below(path) => {
            object.insert("uri".to_owned(), encoded(&path).into());
            object.insert("uriBaseId".to_owned(), ROOT.into());
        }
        File::Elsewhere(path) => drop(object.insert("uri".to_owned(), format!("file://{}", encoded(&path)).into())),
        File::Nowhere => {}
    }
    object
}

fn artifact(id: SourceId, source: &Source, report: &Report<'_>) -> Json {
    let mut object = Map::new();
    let file = report.folders.find(&source.path);
    let mut roles = Vec::new();
    if file == File::Nowhere {
        object.insert("description".to_owned(), json!({ "text": source.path }));
        roles.push("standardStream");
    } else {
        object.insert("location".to_owned(), location(file).into());
    }
    if report.files.contains(&id) {
        roles.push("analysisTarget");
    }
    if !roles.is_empty() {
        object.insert("roles".to_owned(), roles.into());
    }
    object.into()
}

fn results(report: &Report<'_>, codes: &[Code]) -> Vec<Json> {
    let mut seen = BTreeMap::new();
    let result = |found| result(found, report, codes, &mut seen);
    report.diagnostics.iter().map(result).collect()
}

fn result(found: &Diagnostic, report: &Report<'_>, codes: &[Code], seen: &mut BTreeMap<String, usize>) -> Json {
    let mut object = json!({
        "ruleId": found.code.id(),
        "ruleIndex": codes.iter().position(|code| *code == found.code),
        "level": level(found.severity),
        "message": { "text": with_help(&found.message, found.help.as_deref()) },
    });
    let mut locations = found.labels.iter().map(|label| labelled(label.place, &label.text, report));
    object["locations"] = locations.next().into_iter().collect();
    let related: Vec<Json> = locations.enumerate().map(|(index, label)| numbered(index, label)).collect();
    if !related.is_empty() {
        object["relatedLocations"] = related.into();
    }
    let print = fingerprint(found, report);
    let times = seen.entry(print.clone()).and_modify(|times| *times += 1).or_insert(1);
    object["partialFingerprints"] = json!({ "primaryLocationLineHash": format!("{print}:{times}") });
    object
}

fn numbered(index: usize, mut location: Json) -> Json {
    location["id"] = (index + 1).into();
    location
}

/// A place with what is there.
fn labelled(place: Place, text: &str, report: &Report<'_>) -> Json {
    let source = report.sources.get(place.source);
    let mut file = location(report.folders.find(&source.path));
    file.insert("index".to_owned(), place.source.0.into());
    let (start, end) = (source.position(place.span.start), source.position(place.span.end));
    let mut object = json!({ "physicalLocation": {
        "artifactLocation": file,
        "region": {
            "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column,
        },
    } });
    if !text.is_empty() {
        object["message"] = json!({ "text": text });
    }
    object
}

/// What a finding is known by in the next run: its code, its file and the text of its line.
fn fingerprint(found: &Diagnostic, report: &Report<'_>) -> String {
    let mut hash = Sha256::new();
    hash.update(found.code.id());
    if let Some(place) = found.place() {
        let source = report.sources.get(place.source);
        let line = source.position(place.span.start).line;
        let file = report.folders.path(&source.path).unwrap_or_default();
        for text in ["\n", &file, "\n", source.text.lines().nth(line - 1).unwrap_or_default().trim()] {
            hash.update(text);
        }
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
