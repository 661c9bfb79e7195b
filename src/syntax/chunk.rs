//! Cuts a file into chunks with one item each, before the grammar sees it, and finds comments for the formatter.
//!
//! One pass over the bytes that knows texts, comments, words and brackets and nothing else. So a mistake in one item cannot hide
//! the next item, and nesting too deep for a recursive parser is found without recursion.

use crate::source::Span;

/// How deep brackets may nest. Real rules stay under ten.
pub(super) const MAX_DEPTH: usize = 64;

/// The keywords that start an item.
pub(super) const ITEMS: [&str; 4] = ["rule", "list", "view", "test"];

/// What a lexeme is, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LexemeKind {
    /// A run of letters, digits and `_`.
    Word,
    /// `"…"`, closed or not.
    Text,
    /// `// …`, and the foreign `# …` and `/* … */`.
    Comment,
    /// `/// …`
    Doc,
    /// An opening bracket.
    Open(u8),
    /// A closing bracket.
    Close(u8),
    /// Any other character.
    Other,
}

/// A lexeme and where it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lexeme {
    pub(super) kind: LexemeKind,
    pub(super) span: Span,
}

/// The lexemes of a text, white space left out. Every byte that is not white space is in exactly one.
pub(super) fn lexemes(text: &str) -> impl Iterator<Item = Lexeme> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
        let start = at;
        let kind = kind_at(bytes, start)?;
        at = end_of(bytes, start, kind);
        Some(Lexeme { kind, span: Span::new(start, at) })
    })
}

fn kind_at(bytes: &[u8], at: usize) -> Option<LexemeKind> {
    let rest = bytes.get(at..)?;
    Some(match *rest.first()? {
        b'"' => LexemeKind::Text,
        b'/' if rest.starts_with(b"///") && rest.get(3) != Some(&b'/') => LexemeKind::Doc,
        b'/' if rest.starts_with(b"//") || rest.starts_with(b"/*") => LexemeKind::Comment,
        b'#' => LexemeKind::Comment,
        b'r' if rest.get(1) == Some(&b'"') => LexemeKind::Text,
        byte if is_word(byte) => LexemeKind::Word,
        byte @ (b'{' | b'(' | b'[') => LexemeKind::Open(byte),
        byte @ (b'}' | b')' | b']') => LexemeKind::Close(byte),
        _ => LexemeKind::Other,
    })
}

fn end_of(bytes: &[u8], start: usize, kind: LexemeKind) -> usize {
    match kind {
        LexemeKind::Word => start + run(&bytes[start..], is_word),
        LexemeKind::Text => end_of_text(bytes, start),
        LexemeKind::Comment if bytes[start..].starts_with(b"/*") => end_of_block(bytes, start),
        LexemeKind::Comment | LexemeKind::Doc => start + run(&bytes[start..], |byte| !is_line_end(byte)),
        LexemeKind::Open(_) | LexemeKind::Close(_) | LexemeKind::Other => {
            start + 1 + run(&bytes[start + 1..], |byte| (0x80..0xC0).contains(&byte))
        }
    }
}

/// A text ends at its closing quote, or, unterminated, at the end of its line.
fn end_of_text(bytes: &[u8], start: usize) -> usize {
    let raw = bytes[start] == b'r';
    let mut at = start + if raw { 2 } else { 1 };
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            byte if is_line_end(byte) => return at,
            b'\\' if !raw && bytes.get(at + 1).is_some_and(|next| !is_line_end(*next)) => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn end_of_block(bytes: &[u8], start: usize) -> usize {
    let close = bytes[start + 2..].windows(2).position(|pair| pair == b"*/");
    close.map_or(bytes.len(), |at| start + 2 + at + 2)
}

fn run(bytes: &[u8], inside: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|byte| inside(**byte)).count()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_line_end(byte: u8) -> bool {
    byte == b'\n' || byte == b'\r'
}

/// A part of the file with at most one item in it.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// From its doc comment or keyword to where the next chunk starts.
    pub(super) span: Span,
    /// The name after `rule`, `list`, `view` or, with its quotes, `test`, whatever else is wrong with the item.
    pub(super) name: Option<String>,
    /// The first bracket that is too deep.
    pub(super) too_deep: Option<Span>,
}

/// The chunks of a file. Parts with nothing but comments and white space are in none.
pub(super) fn chunks(text: &str) -> Vec<Chunk> {
    let byte_order_mark = |lexeme: &Lexeme| lexeme.span.start == 0 && text.starts_with('\u{feff}');
    let lexemes: Vec<Lexeme> = lexemes(text).filter(|lexeme| !byte_order_mark(lexeme)).collect();
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut depth: usize = 0;
    let mut docs_from: Option<Span> = None;
    for (index, lexeme) in lexemes.iter().enumerate() {
        if starts_item(text, &lexemes, index, depth) {
            let span = docs_from.take().unwrap_or(lexeme.span);
            chunks.push(Chunk { span, name: item_name(text, &lexemes, index), too_deep: None });
            depth = 0;
        }
        if lexeme.kind == LexemeKind::Doc {
            docs_from = docs_from.or(Some(lexeme.span));
        } else if lexeme.kind != LexemeKind::Comment {
            if let Some(docs) = docs_from.take() {
                extend(&mut chunks, docs);
            }
            let chunk = extend(&mut chunks, lexeme.span);
            depth = depth_after(depth, lexeme.kind);
            if depth > MAX_DEPTH && chunk.too_deep.is_none() {
                chunk.too_deep = Some(lexeme.span);
            }
        }
    }
    if let Some(docs) = docs_from {
        chunks.push(Chunk { span: docs, ..Chunk::default() });
    }
    close(chunks, text.len())
}

/// Makes the last chunk reach over a span; a span before any item is a chunk of its own.
fn extend(chunks: &mut Vec<Chunk>, span: Span) -> &mut Chunk {
    if chunks.is_empty() {
        chunks.push(Chunk { span, ..Chunk::default() });
    }
    let last = chunks.len() - 1;
    let chunk = &mut chunks[last];
    chunk.span = chunk.span.to(span);
    chunk
}

/// Lets each chunk reach to the start of the next, so that comments after an item are white space in its chunk.
fn close(mut chunks: Vec<Chunk>, length: usize) -> Vec<Chunk> {
    let mut end = Span::new(length, length).start;
    for chunk in chunks.iter_mut().rev() {
        chunk.span.end = end;
        end = chunk.span.start;
    }
    chunks
}

fn depth_after(depth: usize, kind: LexemeKind) -> usize {
    match kind {
        LexemeKind::Open(_) => depth + 1,
        LexemeKind::Close(_) => depth.saturating_sub(1),
        LexemeKind::Word | LexemeKind::Text | LexemeKind::Comment | LexemeKind::Doc | LexemeKind::Other => depth,
    }
}

/// Whether an item starts here. `rule NAME {` and its like are legal nowhere else, so at the start of a line they count even
/// inside a block that is not closed; outside of blocks the keyword at the start of a line is enough.
fn starts_item(text: &str, lexemes: &[Lexeme], index: usize, depth: usize) -> bool {
    let word = |at: usize| lexemes.get(at).map(|lexeme| &text[lexeme.span.range()]);
    let kind = |at: usize| lexemes.get(at).map(|lexeme| lexeme.kind);
    let Some(keyword) = word(index).and_then(|word| ITEMS.iter().find(|item| item.eq_ignore_ascii_case(word))) else {
        return false;
    };
    let heads = match *keyword {
        "rule" => kind(index + 1) == Some(LexemeKind::Word) && word(index + 2) == Some("{"),
        "list" => kind(index + 1) == Some(LexemeKind::Word) && word(index + 2) == Some(":"),
        "view" => kind(index + 1) == Some(LexemeKind::Word) && word(index + 2) == Some("="),
        _ => kind(index + 1) == Some(LexemeKind::Text) && word(index + 2) == Some("for"),
    };
    let line_starts = starts_line(text, lexemes[index].span.start as usize);
    let continues =
        index > 0 && matches!(word(index - 1), Some("=" | "+" | ":" | "for" | "," | "rule" | "list" | "view"));
    (heads && (depth == 0 || line_starts)) || (depth == 0 && line_starts && !continues)
}

/// Whether nothing but blanks stands before a place on its line.
pub(super) fn starts_line(text: &str, at: usize) -> bool {
    let before = text[..at].bytes().rev().find(|byte| *byte != b' ' && *byte != b'\t');
    before.is_none_or(is_line_end)
}

fn item_name(text: &str, lexemes: &[Lexeme], index: usize) -> Option<String> {
    let next = lexemes.get(index + 1).filter(|next| matches!(next.kind, LexemeKind::Word | LexemeKind::Text))?;
    Some(text[next.span.range()].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of the chunks and how each starts.
    fn cut(text: &str) -> Vec<(Option<String>, &str)> {
        chunks(text).into_iter().map(|chunk| (chunk.name, text[chunk.span.range()].trim_end())).collect()
    }

    #[test]
    fn an_item_starts_a_chunk_even_after_a_block_that_is_not_closed() {
        let cut = cut("rule a { title \"x\"\n  sequence {\nrule b { }\n");
        assert_eq!(cut[0], (Some("a".to_owned()), "rule a { title \"x\"\n  sequence {"));
        assert_eq!(cut[1], (Some("b".to_owned()), "rule b { }"));
    }

    #[test]
    fn a_doc_comment_belongs_to_the_item_after_it() {
        let cut = cut("view a = b\n/// Doc.\n// plain\nview c = d");
        assert_eq!(cut[1], (Some("c".to_owned()), "/// Doc.\n// plain\nview c = d"));
    }

    #[test]
    fn brackets_and_keywords_in_texts_and_comments_do_not_count() {
        assert_eq!(cut("rule a { title \"{ \\\" }\" // { rule b {\n}\nrule c { }").len(), 2);
    }

    #[test]
    fn item_keywords_are_names_inside_of_blocks() {
        assert_eq!(cut("rule a { by rule,\n list\n show view,\n  test = last(list) }").len(), 1);
    }

    #[test]
    fn the_bracket_after_the_deepest_level_is_the_one_reported() {
        let text = format!("view a = {}", "(".repeat(MAX_DEPTH + 5));
        let too_deep = chunks(&text)[0].too_deep.map(|span| span.start);
        assert_eq!(too_deep, Some(Span::new("view a = ".len() + MAX_DEPTH, 0).start));
    }

    #[test]
    fn lexemes_cover_every_byte_that_is_not_white_space() {
        let text = "rule é { \"open\n/* block r\"\\\" '…' \u{a0} /// doc";
        let covered: usize = lexemes(text).map(|lexeme| lexeme.span.range().len()).sum();
        let blanks_in_lexemes =
            lexemes(text).flat_map(|lexeme| text[lexeme.span.range()].bytes()).filter(u8::is_ascii_whitespace);
        assert_eq!(
            covered - blanks_in_lexemes.count(),
            text.bytes().filter(|byte| !byte.is_ascii_whitespace()).count()
        );
    }
}
