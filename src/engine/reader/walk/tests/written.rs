//! JSON made of a row of numbers: every kind of value, white space, escape and nesting.

/// Where the numbers are used up.
pub(super) struct Written<'c> {
    choices: &'c [u16],
    text: String,
}

const KEYS: &[&str] = &[
    "a",
    "b",
    "c",
    "d",
    "t",
    "A",
    "category",
    "CATEGORY",
    "x",
    "",
    "long key of more than sixteen letters",
    "é",
    "\u{1f600}",
];

const TEXTS: &[&str] = &[
    "",
    "text",
    "{",
    "}",
    "[,:]",
    " {\"a\":\"b\"}",
    "{\"a\":{\"a\":1,\"b\":\"\\u00e9\"}}",
    "{\"b\":\"{\\\"c\\\":1}\",\"t\":[1,\"x\"]}",
    "{\"c\":{\"d\":1e3}",
    "é",
    "\u{1f600}",
    "a longer text that goes over the end of the block of bytes that are looked at together",
    "{\"a\":\"\\ud800\"}",
    "\"",
    "\\",
];

const SCALARS: &[&str] = &[
    "true",
    "false",
    "null",
    "0",
    "-0",
    "1",
    "-17",
    "1234567",
    "12345678",
    "123456789012",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "0.5",
    "-1.25e-7",
    "1E+3",
    "52.0907",
    "1e308",
    "123456789012345678901234567890",
    "0e0",
];

const BLANKS: &[&str] =
    &["", " ", "\n", "\t", "\r\n", "                                                                  "];

impl<'c> Written<'c> {
    /// An object.
    pub(super) fn record(choices: &'c [u16]) -> String {
        let mut written = Written { choices, text: String::new() };
        written.blank();
        written.object(0);
        written.blank();
        written.text
    }

    /// An array, and how many elements it has.
    pub(super) fn row(choices: &'c [u16]) -> (String, usize) {
        let mut written = Written { choices, text: String::new() };
        let count = written.choice(12);
        written.text.push('[');
        for number in 0..count {
            if number > 0 {
                written.separated(',');
            }
            written.value(1);
        }
        written.text.push(']');
        (written.text, count)
    }

    fn choice(&mut self, of: usize) -> usize {
        let Some((first, rest)) = self.choices.split_first() else { return 0 };
        self.choices = rest;
        usize::from(*first) % of
    }

    fn one_of(&mut self, of: &[&'static str]) -> &'static str {
        of[self.choice(of.len())]
    }

    fn blank(&mut self) {
        if self.choice(4) == 3 {
            let blank = self.one_of(BLANKS);
            self.text.push_str(blank);
        }
    }

    fn separated(&mut self, text: char) {
        self.blank();
        self.text.push(text);
        self.blank();
    }

    fn object(&mut self, depth: usize) {
        self.text.push('{');
        self.blank();
        let count = if depth == 0 { 2 + self.choice(6) } else { self.choice(4) };
        for number in 0..count {
            if number > 0 {
                self.separated(',');
            }
            let key = self.one_of(KEYS);
            self.string(key);
            self.separated(':');
            self.value(depth + 1);
        }
        self.blank();
        self.text.push('}');
    }

    fn array(&mut self, depth: usize) {
        self.text.push('[');
        self.blank();
        for number in 0..self.choice(4) {
            if number > 0 {
                self.separated(',');
            }
            self.value(depth + 1);
        }
        self.blank();
        self.text.push(']');
    }

    fn value(&mut self, depth: usize) {
        match self.choice(8) {
            0..=2 if depth < 90 => self.object(depth),
            3 if depth < 90 => self.array(depth),
            4 | 5 => {
                let text = self.one_of(TEXTS);
                self.string(text);
            }
            _ => {
                let scalar = self.one_of(SCALARS);
                self.text.push_str(scalar);
            }
        }
    }

    /// A text, with the escapes it needs and some that it does not.
    fn string(&mut self, text: &str) {
        let more = self.choice(6) == 5;
        self.text.push('"');
        for letter in text.chars() {
            let way = if more { self.choice(3) } else { 0 };
            match (letter, way) {
                ('"' | '\\', _) => self.text.extend(['\\', letter]),
                (letter, 1) => {
                    for unit in letter.encode_utf16(&mut [0; 2]) {
                        self.text += &format!("\\u{unit:04x}");
                    }
                }
                (letter, _) => self.text.push(letter),
            }
        }
        if more {
            let more = self.one_of(&["\\n", "\\/", "\\b\\f\\r\\t", "\\u00E9", "\\ud83d\\ude00", "\\\\", "\\\\\\\""]);
            self.text.push_str(more);
        }
        self.text.push('"');
    }
}
