//! Names of content and of its files, as contentctl derives the one from the other.

use crate::package::text::one_line;

/// The name of a rule as content: `token_replayed_elsewhere` is `Token replayed elsewhere`.
pub fn of_rule(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut characters = words.trim().chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// The name of the file of some content, without its ending.
pub fn stem(name: &str) -> String {
    name.replace([' ', '-', '.', '/'], "_").to_lowercase()
}

/// The macro by which a rule's alerts are filtered.
pub fn filter(name: &str) -> String {
    format!("{}_filter", stem(name))
}

/// A text that stands in names of stanzas and in JSON, where contentctl escapes nothing.
pub fn plain(text: &str) -> String {
    let plain = text.chars().map(|character| match character {
        '"' => '\'',
        '[' => '(',
        ']' => ')',
        '\\' => '/',
        character if character.is_control() => ' ',
        character => character,
    });
    one_line(&plain.collect::<String>())
}

/// A text that can be the name of a file; `otherwise` where nothing is left of it.
pub fn for_file(text: &str, otherwise: &str) -> String {
    let kept = text.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { ' ' });
    let kept = one_line(&kept.collect::<String>());
    if kept.is_empty() { otherwise.to_owned() } else { kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_after_content() {
        assert_eq!(of_rule("token_replayed_elsewhere"), "Token replayed elsewhere");
        assert_eq!(stem("Token replayed elsewhere"), "token_replayed_elsewhere");
        assert_eq!(stem("entra.signin"), "entra_signin");
        assert_eq!(filter("Token replayed elsewhere"), "token_replayed_elsewhere_filter");
    }

    #[test]
    fn signs_that_break_configuration_files_are_replaced() {
        assert_eq!(plain("our \"best\"\n[rules]"), "our 'best' (rules)");
        assert_eq!(for_file("Regeln für Entra", "x"), "Regeln f r Entra");
        assert_eq!(for_file("規則", "rules"), "rules");
    }
}
