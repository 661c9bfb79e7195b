//! What a person reads about an analytics rule.

use crate::package::text::{blocks, list};
use crate::plan::Metadata;

/// The doc comment, then what is known of false alarms, links, and who to turn to.
pub fn describe(metadata: &Metadata) -> String {
    let contacts = [("Owner", &metadata.owner), ("Runbook", &metadata.runbook)];
    let contacts = contacts.iter().filter_map(|(what, who)| Some(format!("{what}: {}", who.as_deref()?.trim())));
    let text = blocks(&[
        metadata.description.trim().to_owned(),
        list("False positives", &metadata.false_positives),
        list("References", &metadata.references),
        contacts.collect::<Vec<_>>().join("\n"),
    ]);
    let lines: Vec<String> = text.lines().map(|line| line.trim_end().replace('\t', "    ")).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_rule_does_not_say_leaves_no_heading() {
        let mut metadata = Metadata { description: "One line. \n\n\tTwo.".to_owned(), ..Metadata::default() };
        assert_eq!(describe(&metadata), "One line.\n\n    Two.");
        metadata.false_positives = vec!["A test".to_owned()];
        metadata.owner = Some("Identity team".to_owned());
        assert_eq!(describe(&metadata), "One line.\n\n    Two.\n\nFalse positives:\n- A test\n\nOwner: Identity team");
    }
}
