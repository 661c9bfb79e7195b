//! Lines in braces: parts with their comments.

use super::comments::Comment;

/// The lines of a block so far.
pub(super) struct Block {
    indent: usize,
    lines: String,
}

impl Block {
    /// A block whose lines stand at a column.
    pub(super) fn new(indent: usize) -> Self {
        Self { indent, lines: String::new() }
    }

    /// Adds a part: an empty line if it stands apart, its comments, its lines, and the comments after it.
    pub(super) fn part(
        &mut self,
        apart: bool,
        leading: impl IntoIterator<Item = Comment>,
        line: &str,
        trailing: Vec<Comment>,
    ) {
        if apart {
            self.lines.push('\n');
        }
        self.comments(leading);
        self.line(line);
        for comment in trailing {
            self.lines.pop();
            self.lines.push_str("  ");
            self.lines.push_str(&comment.text);
            self.lines.push('\n');
        }
    }

    /// Adds comments on lines of their own.
    pub(super) fn comments(&mut self, comments: impl IntoIterator<Item = Comment>) {
        for comment in comments {
            self.line(&comment.text);
        }
    }

    /// Adds text as it is, line ends included.
    pub(super) fn raw(&mut self, text: &str) {
        self.lines.push_str(text);
    }

    fn line(&mut self, line: &str) {
        self.lines.push_str(&" ".repeat(self.indent));
        self.lines.push_str(line);
        self.lines.push('\n');
    }

    /// The block in braces; the closing one stands at a column.
    pub(super) fn braces(self, indent: usize) -> String {
        if self.lines.is_empty() {
            return "{}".to_owned();
        }
        format!("{{\n{}{}}}", self.lines, " ".repeat(indent))
    }
}
