//! Where a JSON value ends, from brackets and quotes alone: a record of an array or envelope is cut out without reading the
//! rest of the document, and a value that was cut short does not swallow what follows it.
//!
//! Whether the value is right is decided when it is read; only what makes its end unknowable is broken here.

use super::window::find;

/// A search for the end of one value; it goes on where it stopped when more bytes have come.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    at: usize,
    open: Vec<u8>,
    /// The last byte outside texts that is no white space.
    previous: u8,
    in_text: bool,
}

/// What is known of the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The value is this long.
    At(usize),
    /// It cannot go on at this offset: a bracket of the wrong kind, a line feed in a text, an object where none can start.
    Broken(usize),
    /// More bytes are needed.
    Further,
}

impl Splitter {
    /// Looks at `bytes`, which start with the value and begin with the bytes of the call before.
    pub(super) fn scan(&mut self, bytes: &[u8]) -> End {
        while self.at < bytes.len() {
            if self.in_text {
                match self.close_text(bytes) {
                    End::At(_) if self.open.is_empty() => return End::At(self.at),
                    End::At(_) => continue,
                    other @ (End::Broken(_) | End::Further) => return other,
                }
            }
            let byte = bytes[self.at];
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' if !self.open.is_empty() => {}
                b'"' => self.in_text = true,
                b'{' | b'[' if self.may_open() => self.open.push(byte),
                b'}' | b']' if self.open.last().is_some_and(|open| *open == byte - 2) => {
                    self.open.pop();
                    if self.open.is_empty() {
                        return End::At(self.at + 1);
                    }
                }
                b' ' | b'\t' | b'\r' | b'\n' | b',' | b'}' | b']' if self.open.is_empty() => return End::At(self.at),
                b'{' | b'[' | b'}' | b']' => return End::Broken(self.at),
                _ => {}
            }
            if !byte.is_ascii_whitespace() {
                self.previous = byte;
            }
            self.at += 1;
        }
        End::Further
    }

    fn may_open(&self) -> bool {
        match self.open.last() {
            None => self.at == 0,
            Some(b'[') => matches!(self.previous, b'[' | b','),
            Some(_) => self.previous == b':',
        }
    }

    /// Goes to behind the quote that ends a text.
    fn close_text(&mut self, bytes: &[u8]) -> End {
        loop {
            let rest = &bytes[self.at..];
            let quote = find(b'"', rest);
            let text = &rest[..quote.unwrap_or(rest.len())];
            if let Some(line_feed) = find(b'\n', text) {
                return End::Broken(self.at + line_feed);
            }
            self.at += text.len();
            if quote.is_none() {
                return End::Further;
            }
            let backslashes = bytes[..self.at].iter().rev().take_while(|byte| **byte == b'\\').count();
            self.at += 1;
            if backslashes % 2 == 0 {
                self.in_text = false;
                return End::At(self.at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{End, Splitter};

    fn end(text: &str) -> End {
        Splitter::default().scan(text.as_bytes())
    }

    #[test]
    fn values_end_where_they_end() {
        assert_eq!(end(r#"{"a":[1,{"b":"}]"}]} tail"#), End::At(20));
        assert_eq!(end(r#"{"a":"\\\""},"#), End::At(12));
        assert_eq!(end(r#""text", 1"#), End::At(6));
        assert_eq!(end("12.5e3]"), End::At(6));
        assert_eq!(end("[[],[]]"), End::At(7));
        assert_eq!(end(r#"{"a":"\\"#), End::Further);
    }

    #[test]
    fn a_value_that_was_cut_ends_at_the_next_one() {
        assert_eq!(end("{\"a\":1\n{\"a\":2}"), End::Broken(7));
        assert_eq!(end("{\"a\":1,\n{\"a\":2}"), End::Broken(8));
        assert_eq!(end("{\"a\":\"tex\n{\"a\":2}"), End::Broken(9));
        assert_eq!(end("[1,2}"), End::Broken(4));
        assert_eq!(end("{\"a\":[1}"), End::Broken(7));
    }

    #[test]
    fn bytes_may_come_one_by_one() {
        for text in [r#"{"a":[1,{"b":"}\\\"]"}],"c":"\\"} "#, "{\"a\":1\n{\"b\"", "\"x\\\"y\" "] {
            let mut splitter = Splitter::default();
            let pieces = (1..=text.len()).map(|length| splitter.scan(&text.as_bytes()[..length]));
            let first = pieces.into_iter().find(|end| *end != End::Further);
            assert_eq!(first, Some(end(text)), "{text}");
        }
    }

    #[test]
    fn depth_is_only_a_matter_of_memory() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(end(&deep), End::At(200_000));
    }
}
