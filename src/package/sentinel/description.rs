//! What a person reads about an analytics rule.

use crate::plan::Metadata;

/// The doc comment, then what is known of false alarms, links, and who to turn to.
pub fn describe(metadata: &Metadata) -> String {
    let mut blocks = vec![metadata.description.trim().to_owned()];
    blocks.push(section("False positives", &metadata.false_positives));
    blocks.push(section("References", &metadata.references));
    let contacts = [("Owner", &metadata.owner), ("Runbook", &metadata.runbook)];
    let contacts = contacts.iter().filter_map(|(what, who)| Some(format!("{what}: {}", who.as_deref()?.trim())));
    blocks.push(contacts.collect::<Vec<_>>().join("\n"));
    blocks.retain(|block| !block.is_empty());
    let text = blocks.join("\n\n");
    let lines: Vec<String> = text.lines().map(|line| line.trim_end().replace('\t', "    ")).collect();
    lines.join("\n")
}

fn section(title: &str, entries: &[String]) -> String {
    if entries.is_empty() {
        return String::new();
    }
    let entries: Vec<String> = entries.iter().map(|entry| format!("- {}", entry.trim())).collect();
    format!("{title}:\n{}", entries.join("\n"))
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
