//! Templates of library functions with their arguments filled in, the same on every target.

use super::fragment::{Fragment, Strength};

/// A template with its places filled. A place between brackets and commas takes any text; one next to an operator takes only
/// what binds as tightly as a name.
pub fn filled(template: &str, arguments: &[Fragment]) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, place, after)) = next_place(rest) {
        text.push_str(before);
        let enclosed = before.trim_end().ends_with(['(', ',']) && after.trim_start().starts_with([')', ',']);
        let strength = if enclosed { Strength::Or } else { Strength::Atom };
        match place {
            Place::One(index) => {
                text.push_str(&arguments.get(index).map(|argument| argument.at(strength)).unwrap_or_default());
            }
            Place::All => {
                let all: Vec<String> = arguments.iter().map(|argument| argument.at(strength)).collect();
                text.push_str(&all.join(", "));
            }
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

/// A place in a template.
enum Place {
    /// `{0}`
    One(usize),
    /// `{*}`
    All,
}

/// The text before the first place, the place, and the text behind. Braces around anything else are text.
fn next_place(template: &str) -> Option<(&str, Place, &str)> {
    template.match_indices('{').find_map(|(open, _)| {
        let close = open + template[open..].find('}')?;
        let place = match &template[open + 1..close] {
            "*" => Place::All,
            digits => Place::One(digits.parse().ok()?),
        };
        Some((&template[..open], place, &template[close + 1..]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_between_brackets_takes_an_argument_as_it_is() {
        let sum = Fragment::new("a+b", Strength::Sum);
        assert_eq!(filled("lower({0})", std::slice::from_ref(&sum)), "lower(a+b)");
        assert_eq!(filled("coalesce({*})", &[sum.clone(), Fragment::atom("c")]), "coalesce(a+b, c)");
        assert_eq!(filled("floor({0}/60)", &[sum]), "floor((a+b)/60)");
    }
}
