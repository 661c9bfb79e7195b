//! Configuration files of Splunk: stanzas of settings, `key = value`, a value of several lines with a backslash at each line's end.

/// A stanza.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stanza {
    /// What stands in brackets; empty for what is said of everything.
    pub name: String,
    /// Settings in the order in which they are written.
    pub settings: Vec<(String, String)>,
}

impl Stanza {
    /// One without settings.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), settings: Vec::new() }
    }

    /// With one setting more.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((key.into(), value.into()));
        self
    }

    /// With more settings.
    #[must_use]
    pub fn with_all(mut self, settings: Vec<(String, String)>) -> Self {
        self.settings.extend(settings);
        self
    }
}

/// A file.
pub fn file(stanzas: &[Stanza]) -> String {
    stanzas.iter().map(stanza).collect::<Vec<_>>().join("\n")
}

fn stanza(stanza: &Stanza) -> String {
    let settings: String = stanza.settings.iter().map(|(key, value)| setting(key, value)).collect();
    format!("[{}]\n{settings}", stanza.name)
}

fn setting(key: &str, value: &str) -> String {
    let lines: Vec<String> = value.trim().lines().map(ended).collect();
    format!("{key} = {}\n", lines.join("\\\n")).replace(" = \n", " =\n")
}

/// A line whose own end is no sign that the next one belongs to it.
fn ended(line: &str) -> String {
    let line = line.trim_end();
    if line.ends_with('\\') { format!("{line} ") } else { line.to_owned() }
}

/// A text on one line. A dollar sign would begin the name of a column in what Splunk shows, so its full-width form stands for it.
pub fn line(text: &str) -> String {
    let words = text.split(|character: char| character.is_whitespace() || character.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").replace('$', "\u{ff04}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_several_lines_go_on_behind_a_backslash() {
        let stanza = Stanza::new("a").with("search", "`m`\n| where x=1 \n").with("empty", "");
        assert_eq!(file(&[stanza]), "[a]\nsearch = `m`\\\n| where x=1\nempty =\n");
    }

    #[test]
    fn a_line_that_ends_in_a_backslash_does_not_take_the_next_one_with_it() {
        let stanza = Stanza::new("a").with("search", "``` C:\\\n```").with("last", "x\\");
        assert_eq!(file(&[stanza]), "[a]\nsearch = ``` C:\\ \\\n```\nlast = x\\ \n");
    }

    #[test]
    fn texts_for_people_have_one_line_and_no_tokens() {
        assert_eq!(line(" one\n  two $user$\u{7}"), "one two \u{ff04}user\u{ff04}");
    }
}
