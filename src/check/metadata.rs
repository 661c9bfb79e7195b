//! What a person reads about a rule: title, severity, status, techniques and the like.

use crate::attack::{self, Standing};
use crate::diagnostic::suggest;
use crate::plan::Metadata;
use crate::source::Span;
use crate::syntax::ast::{self, ClauseKind, Name, Text};

use super::Report;
use super::error::{CheckErrorKind, NotA};

/// How much a rule's alerts matter.
pub const SEVERITIES: [&str; 5] = ["informational", "low", "medium", "high", "critical"];
/// Sigma's words for the state of a rule.
const STATUSES: [&str; 5] = ["experimental", "test", "stable", "deprecated", "unsupported"];

/// Collects and checks the metadata clauses. Mistakes are reported; what is wrong is left at its default.
pub fn check(rule: &ast::Rule, report: &mut Report<'_>) -> Metadata {
    let mut metadata = Metadata {
        description: rule.doc.as_ref().map(|doc| doc.node.clone()).unwrap_or_default(),
        status: "experimental".to_owned(),
        version: "1.0.0".to_owned(),
        ..Metadata::default()
    };
    for clause in &rule.clauses {
        read(&clause.node, &mut metadata, report);
    }
    metadata
}

fn read(clause: &ClauseKind, metadata: &mut Metadata, report: &mut Report<'_>) {
    match clause {
        ClauseKind::Id(text) => {
            let good = uuid::Uuid::try_parse(&text.node).is_ok() && text.node.len() == 36;
            if literal_is(good, text, NotA::Uuid, report) {
                metadata.id = Some(text.node.to_lowercase());
            }
        }
        ClauseKind::Title(text) => {
            if literal_is(!text.node.trim().is_empty(), text, NotA::Title, report) {
                metadata.title.clone_from(&text.node);
            }
        }
        ClauseKind::Severity(word) => {
            metadata.severity = one_of(word, "severity", &SEVERITIES, report).unwrap_or_default();
        }
        ClauseKind::Status(word) => {
            metadata.status = one_of(word, "status", &STATUSES, report).unwrap_or_default();
        }
        ClauseKind::Attack(techniques) => {
            for technique in techniques {
                let well_formed = literal_is(is_technique(&technique.node), technique, NotA::Technique, report);
                if well_formed && is_known(technique, report) {
                    metadata.attack.push(technique.node.clone());
                }
            }
        }
        ClauseKind::Author(text) => metadata.author = Some(text.node.clone()),
        ClauseKind::Owner(text) => {
            if literal_is(!text.node.trim().is_empty(), text, NotA::Owner, report) {
                metadata.owner = Some(text.node.clone());
            }
        }
        ClauseKind::Date(day) => {
            if literal_is(day.node.parse::<jiff::civil::Date>().is_ok(), day, NotA::Date, report) {
                metadata.date = Some(day.node.clone());
            }
        }
        ClauseKind::Runbook(link) => {
            if literal_is(is_link(&link.node), link, NotA::Link, report) {
                metadata.runbook = Some(link.node.clone());
            }
        }
        ClauseKind::Version(version) => {
            if literal_is(is_version(&version.node), version, NotA::Version, report) {
                metadata.version.clone_from(&version.node);
            }
        }
        ClauseKind::References(links) => {
            for link in links {
                if literal_is(is_link(&link.node), link, NotA::Link, report) {
                    metadata.references.push(link.node.clone());
                }
            }
        }
        ClauseKind::FalsePositives(texts) => metadata.false_positives = plain(texts),
        ClauseKind::Tags(texts) => metadata.tags = plain(texts),
        ClauseKind::Allow(_)
        | ClauseKind::Param(_)
        | ClauseKind::From(_)
        | ClauseKind::Where(_)
        | ClauseKind::By(_)
        | ClauseKind::Within(_)
        | ClauseKind::Per(_)
        | ClauseKind::When(_)
        | ClauseKind::Consecutive(_)
        | ClauseKind::Sequence(_)
        | ClauseKind::FirstSeen(_)
        | ClauseKind::Unless(_)
        | ClauseKind::Show(_)
        | ClauseKind::Entity(_)
        | ClauseKind::Detail(_)
        | ClauseKind::AlertTitle(_)
        | ClauseKind::Group(_)
        | ClauseKind::Schedule(_)
        | ClauseKind::Suppress(_)
        | ClauseKind::Respond(_) => {}
    }
}

fn plain(texts: &[Text]) -> Vec<String> {
    texts.iter().map(|text| text.node.clone()).collect()
}

fn literal_is(good: bool, text: &Text, not_a: NotA, report: &mut Report<'_>) -> bool {
    if !good {
        report.add(text.span, CheckErrorKind::BadLiteral { text: text.node.clone(), not_a });
    }
    good
}

/// A word out of a fixed choice.
pub fn one_of(
    word: &Name,
    of: &'static str,
    words: &'static [&'static str],
    report: &mut Report<'_>,
) -> Option<String> {
    if words.contains(&word.node.as_str()) {
        return Some(word.node.clone());
    }
    let suggestion = suggest::closest(&word.node, words.iter().copied()).map(str::to_owned);
    report.add(word.span, CheckErrorKind::UnknownWord { word: word.node.clone(), of, words, suggestion });
    None
}

/// `T1550` or `T1550.001`, as ATT&CK numbers its techniques.
fn is_technique(text: &str) -> bool {
    let digits = |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    let Some(number) = text.strip_prefix('T') else { return false };
    match number.split_once('.') {
        Some((technique, sub)) => digits(technique, 4) && digits(sub, 3),
        None => digits(number, 4),
    }
}

fn is_link(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let begins_host = |character: char| character.is_alphanumeric() || character == '[';
    rest.is_some_and(|rest| rest.starts_with(begins_host) && !rest.contains(char::is_whitespace))
}

/// Whether ATT&CK has a technique, or had it. Lints tell the two apart.
fn is_known(technique: &Text, report: &mut Report<'_>) -> bool {
    let id = technique.node.as_str();
    let matrix = match attack::standing(id) {
        Standing::Current(_) | Standing::Replaced { .. } | Standing::Deprecated { .. } => return true,
        Standing::Elsewhere { matrix, .. } => Some(matrix),
        Standing::Unknown => None,
    };
    report.add(technique.span, CheckErrorKind::UnknownTechnique { id: id.to_owned(), matrix });
    false
}

fn is_version(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    parts.len() == 3 && parts.iter().all(|part| part.parse::<u32>().is_ok())
}

/// The clauses that a rule may have at most once, by the word that begins them; parameters and `unless` may repeat.
pub fn once_word(clause: &ClauseKind) -> Option<&'static str> {
    Some(match clause {
        ClauseKind::Id(_) => "id",
        ClauseKind::Title(_) => "title",
        ClauseKind::Severity(_) => "severity",
        ClauseKind::Status(_) => "status",
        ClauseKind::Attack(_) => "attack",
        ClauseKind::Author(_) => "author",
        ClauseKind::Owner(_) => "owner",
        ClauseKind::Version(_) => "version",
        ClauseKind::Date(_) => "date",
        ClauseKind::References(_) => "references",
        ClauseKind::Runbook(_) => "runbook",
        ClauseKind::FalsePositives(_) => "false_positives",
        ClauseKind::Tags(_) => "tags",
        ClauseKind::From(_) => "from",
        ClauseKind::Where(_) => "where",
        ClauseKind::By(_) => "by",
        ClauseKind::Within(_) => "within",
        ClauseKind::Per(_) => "per",
        ClauseKind::When(_) => "when",
        ClauseKind::Consecutive(_) => "consecutive",
        ClauseKind::Sequence(_) => "sequence",
        ClauseKind::FirstSeen(_) => "first seen",
        ClauseKind::Show(_) => "show",
        ClauseKind::Entity(_) => "entity",
        ClauseKind::Detail(_) => "detail",
        ClauseKind::AlertTitle(_) => "alert_title",
        ClauseKind::Group(_) => "group",
        ClauseKind::Schedule(_) => "schedule",
        ClauseKind::Suppress(_) => "suppress",
        ClauseKind::Respond(_) => "respond",
        ClauseKind::Allow(_) | ClauseKind::Param(_) | ClauseKind::Unless(_) => return None,
    })
}

/// Reports clauses that stand twice.
pub fn report_repeated(rule: &ast::Rule, report: &mut Report<'_>) {
    let mut seen: Vec<(&'static str, Span)> = Vec::new();
    for clause in &rule.clauses {
        let Some(word) = once_word(&clause.node) else { continue };
        if let Some((_, first)) = seen.iter().find(|(known, _)| *known == word) {
            report.add(clause.span, CheckErrorKind::ClauseTwice { clause: word, first: *first });
        } else {
            seen.push((word, clause.span));
        }
    }
}
