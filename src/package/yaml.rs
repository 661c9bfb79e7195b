//! YAML documents. Alone knows the crate that writes them.

use serde::Serialize;

/// A document: keys in the order of the fields, texts of several lines as blocks, a newline at its end. Readers of YAML 1.1 and
/// of 1.2 see the same in it.
pub fn document(value: &impl Serialize) -> String {
    // Structures of texts, numbers and lists always have a spelling.
    let written = yaml_serde::to_string(value).unwrap_or_default();
    let mut text = String::with_capacity(written.len());
    let mut block = None;
    for line in written.lines() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        if block.is_some_and(|column| line.is_empty() || indent > column) {
            text.push_str(line);
        } else {
            let parts = Parts::of(line);
            block = parts.opens_block().then_some(parts.column);
            text.push_str(&parts.written());
        }
        text.push('\n');
    }
    text
}

/// A line outside of blocks: `  - key: value`.
struct Parts<'l> {
    /// Blanks and dashes.
    start: &'l str,
    /// Where the key begins, or the last dash.
    column: usize,
    /// The key, where it stands without quotes.
    key: Option<&'l str>,
    /// What follows.
    value: &'l str,
}

impl<'l> Parts<'l> {
    fn of(line: &'l str) -> Self {
        let mut rest = line.trim_start_matches(' ');
        let mut column = line.len() - rest.len();
        while let Some(item) = rest.strip_prefix("- ") {
            column = line.len() - rest.len();
            rest = item;
        }
        let start = &line[..line.len() - rest.len()];
        let named = rest.split_once(": ").or_else(|| Some((rest.strip_suffix(':')?, "")));
        let is_key =
            |key: &&str| key.chars().all(|character| character.is_alphanumeric() || "_-.<=".contains(character));
        match named.filter(|(key, _)| is_key(key)) {
            Some((key, value)) => Self { start, column: start.len(), key: Some(key), value },
            None => Self { start, column, key: None, value: rest },
        }
    }

    /// Whether the lines that follow are text.
    fn opens_block(&self) -> bool {
        let header = self.value.strip_prefix(['|', '>']);
        header.is_some_and(|rest| rest.chars().all(|sign| sign.is_ascii_digit() || sign == '-' || sign == '+'))
    }

    fn written(&self) -> String {
        let key = self.key.map_or_else(String::new, |key| format!("{}:", quoted(key)));
        let between = if self.key.is_some() && !self.value.is_empty() { " " } else { "" };
        format!("{}{key}{between}{}", self.start, quoted(self.value))
    }
}

/// What YAML 1.1 takes for something else than text, in quotes: `no`, `1:30`, `1_000`, `2026-01-31`. Numbers and truth values of our own
/// do not look like that.
fn quoted(plain: &str) -> String {
    let is_word = ["y", "n", "yes", "no", "on", "off", "=", "<<"].iter().any(|word| plain.eq_ignore_ascii_case(word));
    let is_numeric = plain.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first))
        && plain.chars().all(|character| character.is_ascii_hexdigit() || "_:.+-xobTtZz ".contains(character));
    let is_date =
        plain.len() >= 8 && plain.chars().take(4).all(|digit| digit.is_ascii_digit()) && plain[4..].starts_with('-');
    if is_word || is_numeric && (plain.contains(['_', ':']) || is_date) {
        format!("'{plain}'")
    } else {
        plain.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::document;

    #[test]
    fn what_older_readers_take_for_something_else_is_quoted() {
        let written = |text: &str| document(&BTreeMap::from([("author", text)]));
        for text in [
            "yes",
            "NO",
            "on",
            "Off",
            "y",
            "1:30",
            "190:20:30",
            "1_000",
            "2024-01-31",
            "2024-01-31 10:00:00",
            "=",
            "<<",
        ] {
            assert_eq!(written(text), format!("author: '{text}'\n"));
        }
        for text in ["yes and no", "1.0.0", "-150m", "now", "a: b", "x_y", "a |", "12:30 o'clock"] {
            assert!(
                !written(text).contains("''")
                    && yaml_serde::from_str::<BTreeMap<String, String>>(&written(text)).unwrap()["author"] == text
            );
        }
        assert_eq!(document(&BTreeMap::from([("no", 1.5), ("off", 1e-9)])), "'no': 1.5\n'off': 1e-9\n");
    }

    #[test]
    fn texts_of_several_lines_stay_as_they_are() {
        let lists = vec![BTreeMap::from([("a", "on\nno: yes\n- off"), ("b", "off")]), BTreeMap::from([("c", "no")])];
        let text = document(&lists);
        assert_eq!(text, "- a: |-\n    on\n    no: yes\n    - off\n  b: 'off'\n- c: 'no'\n");
        assert_eq!(document(&vec!["no\nyes", "no"]), "- |-\n  no\n  yes\n- 'no'\n");
    }

    #[test]
    fn any_text_comes_back() {
        let odd = [
            "",
            " x",
            "x ",
            "a\n\nb\n\n",
            "\tx",
            "- a",
            "a:",
            ": a",
            "'no'",
            "\"",
            "#",
            "|",
            "> x",
            "a\u{2028}b",
            "\u{feff}",
            "no:",
            "no: on",
        ];
        for text in odd {
            let given = BTreeMap::from([("a", vec![text]), ("b", vec!["end"])]);
            let back: BTreeMap<String, Vec<String>> = yaml_serde::from_str(&document(&given)).unwrap();
            assert_eq!(back["a"], [text], "{}", document(&given));
            assert_eq!(back["b"], ["end"]);
        }
    }
}
