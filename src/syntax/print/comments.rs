//! Which comment belongs to what. The tree has no comments; this finds them in the text and attaches them by their places.

use crate::source::Span;
use crate::syntax::chunk::{LexemeKind, lexemes, starts_line};

/// A `//` comment.
#[derive(Clone, Debug)]
pub(super) struct Comment {
    /// With its slashes, without the blanks at its end.
    pub(super) text: String,
    /// Where it starts.
    start: u32,
    /// Whether nothing stands before it on its line.
    own_line: bool,
    /// Whether an empty line follows.
    pub(super) gap_after: bool,
}

impl Comment {
    /// Whether it stands before a place.
    pub(super) fn starts_before(&self, place: u32) -> bool {
        self.start < place
    }
}

/// All comments of a text.
pub(super) fn collect(text: &str) -> Vec<Comment> {
    let comments = lexemes(text).filter(|lexeme| lexeme.kind == LexemeKind::Comment);
    comments
        .map(|lexeme| Comment {
            text: text[lexeme.span.range()].trim_end().to_owned(),
            start: lexeme.span.start,
            own_line: starts_line(text, lexeme.span.start as usize),
            gap_after: text[lexeme.span.end as usize..].lines().nth(1).is_some_and(|line| line.trim().is_empty()),
        })
        .collect()
}

/// The comments of one part of the text.
#[derive(Debug, Default)]
pub(super) struct Attached {
    /// On the lines before it.
    pub(super) leading: Vec<Comment>,
    /// Inside.
    pub(super) inner: Vec<Comment>,
    /// After it on its last line.
    pub(super) trailing: Vec<Comment>,
}

impl Attached {
    /// Moves what is inside to the lines before, for a part that has no lines of its own inside.
    pub(super) fn hoisted(mut self) -> Self {
        self.leading.append(&mut self.inner);
        self
    }
}

/// Attaches comments to the parts at `spans`, which are in order. What follows the last part is left over.
pub(super) fn attach(comments: Vec<Comment>, spans: &[Span]) -> (Vec<Attached>, Vec<Comment>) {
    let mut attached: Vec<Attached> = spans.iter().map(|_| Attached::default()).collect();
    let mut left_over = Vec::new();
    for comment in comments {
        let next = spans.partition_point(|span| span.start <= comment.start);
        let before = next.checked_sub(1).filter(|before| *before < attached.len());
        match before {
            Some(before) if comment.start < spans[before].end => attached[before].inner.push(comment),
            Some(before) if !comment.own_line && attached[before].trailing.is_empty() => {
                attached[before].trailing.push(comment);
            }
            _ if next < attached.len() => attached[next].leading.push(comment),
            _ => left_over.push(comment),
        }
    }
    (attached, left_over)
}

/// Attaches comments to the parts of a construct that can be broken into lines, one part a line. What would stand before the
/// first or after the last line is given back first; `None` where nothing is left to break lines for.
pub(super) fn attach_inside(comments: Vec<Comment>, spans: &[Span]) -> (Vec<Comment>, Option<Vec<Attached>>) {
    let (attached, mut before) = attach(comments, spans);
    let mut attached: Vec<Attached> = attached.into_iter().map(Attached::hoisted).collect();
    if let Some(first) = attached.first_mut() {
        before.append(&mut first.leading);
    }
    if let Some(last) = attached.last_mut() {
        before.append(&mut last.trailing);
    }
    let left = attached.iter().any(|attached| !attached.leading.is_empty() || !attached.trailing.is_empty());
    (before, left.then_some(attached))
}

/// Lines, the first without indentation, each with its comments.
pub(super) fn commented(lines: impl Iterator<Item = String>, attached: Vec<Attached>, column: usize) -> String {
    let mut text = String::new();
    let indent = " ".repeat(column);
    for (index, (line, attached)) in lines.zip(attached).enumerate() {
        let leading = attached.leading.iter().map(|comment| comment.text.as_str()).chain([line.as_str()]);
        for (number, line) in leading.enumerate() {
            if index + number > 0 {
                text.push('\n');
                text.push_str(&indent);
            }
            text.push_str(line);
        }
        text.extend(attached.trailing.iter().map(|comment| format!("  {}", comment.text)));
    }
    text
}

/// Whether an empty line stands between two places.
pub(super) fn gap(text: &str, from: u32, to: u32) -> bool {
    let between = text.get(from as usize..to as usize).unwrap_or_default();
    let lines: Vec<&str> = between.split('\n').collect();
    lines.len() > 2 && lines[1..lines.len() - 1].iter().any(|line| line.trim().is_empty())
}
