//! "Did you mean": the closest of the words in scope.

use std::cmp::Reverse;

/// The candidate closest to `word`, if it is close enough to be a slip of the pen: at most a third of its length away, and
/// case alone never counts.
#[must_use]
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase();
    let limit = (folded.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *candidate != word)
        .min_by_key(|(distance, candidate)| (*distance, Reverse(same_start(&folded, candidate)), candidate.len()))
        .map(|(_, candidate)| candidate)
}

/// How many letters two words have in common at their start: of two candidates equally far away, what was left unfinished
/// (`wher`) is likelier the one that goes on (`where`) than the one with another letter (`when`).
fn same_start(left: &str, right: &str) -> usize {
    left.chars().zip(right.chars().flat_map(char::to_lowercase)).take_while(|(left, right)| left == right).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_words_equally_far_away_the_one_with_the_same_start_is_meant() {
        assert_eq!(closest("wher", ["when", "where"]), Some("where"));
    }

    #[test]
    fn a_word_too_far_away_is_not_suggested() {
        assert_eq!(closest("country", ["where", "when"]), None);
    }
}
