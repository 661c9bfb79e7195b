//! One pass over the JSON of a record: values at paths of the tree are captured, everything else is checked and left.
//!
//! A text at which paths go on is taken for JSON and looked into. A path that meets another kind of value finds nothing. The last
//! of several equal keys counts. Nesting may be of any depth: what is not wanted is walked without recursion, and what is wanted is
//! as deep as the paths are.

mod text;

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;

use super::capture::{Captures, ITEM_END, Raw};
use super::fault::Fault;
use super::index::{self, Extent, Index, Number};
use super::report::Reason;
use super::trie::{NodeId, Trie};
pub(super) use text::given;

/// Captures what the first line of `bytes` holds, which ends at a line feed or with the bytes. Gives its text, without the line
/// feed.
pub(super) fn line<'b>(trie: &Trie, captures: &mut Captures, bytes: &'b [u8]) -> Result<&'b str, Fault> {
    captures.clear();
    let mut index = captures.take_index();
    let extent = index.line(bytes);
    let outcome = std::str::from_utf8(&bytes[..extent.length]).map_err(Fault::not_utf8);
    let outcome = outcome.and_then(|text| {
        let record = Text { letters: text, index: &index, extent };
        record.walk(trie, captures, |walk| walk.only(NodeId::ROOT)).map_err(|stop| stop.fault(text)).map(|()| text)
    });
    captures.give_back(index);
    outcome
}

/// Captures what an object holds.
pub(super) fn object(trie: &Trie, captures: &mut Captures, text: &str) -> Result<(), Fault> {
    captures.clear();
    whole(trie, captures, text, |walk| walk.only(NodeId::ROOT)).map_err(|stop| stop.fault(text))
}

/// Captures what a row of a table holds: one value per column, none for columns that no path names.
pub(super) fn row(trie: &Trie, captures: &mut Captures, columns: &[Option<NodeId>], text: &str) -> Result<(), Fault> {
    captures.clear();
    whole(trie, captures, text, |walk| walk.row(columns)).map_err(|stop| stop.fault(text))
}

/// Captures what the cells of a row are, all of them texts.
pub(super) fn cells<'c>(
    trie: &Trie,
    captures: &mut Captures,
    columns: &[Option<NodeId>],
    cells: impl Iterator<Item = &'c str>,
) {
    captures.clear();
    for (column, cell) in columns.iter().zip(cells) {
        if let Some(node) = *column {
            captures.meet(trie, node);
            text::given(trie, captures, node, cell);
        }
    }
}

/// Captures the JSON value that a text is.
pub(super) fn json(trie: &Trie, captures: &mut Captures, node: NodeId, value: &str) {
    text::look_into(trie, captures, node, value);
}

fn whole(
    trie: &Trie,
    captures: &mut Captures,
    text: &str,
    what: impl FnOnce(&mut Walk<'_, '_>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut index = captures.take_index();
    let extent = index.whole(text.as_bytes());
    let outcome = Text { letters: text, index: &index, extent }.walk(trie, captures, what);
    captures.give_back(index);
    outcome
}

/// A text with its index.
struct Text<'t> {
    letters: &'t str,
    index: &'t Index,
    extent: Extent,
}

impl<'t> Text<'t> {
    fn walk(
        self,
        trie: &'t Trie,
        captures: &mut Captures,
        what: impl FnOnce(&mut Walk<'t, '_>) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        if !self.extent.sound {
            return Err(Stop::Syntax);
        }
        let mut walk = Walk { trie, captures, text: self.letters, index: self.index, within: Within::Record };
        what(&mut walk)
    }
}

/// Why a walk ends before the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// What is here is no JSON.
    Syntax,
    /// Half of a surrogate pair stands alone in the text that begins here.
    Surrogate(usize),
    /// The number that is here is beyond all floating point numbers.
    Range(usize),
    /// A row of so many cells ends here, and there are so many columns.
    Row { at: usize, cells: usize, columns: usize },
}

impl Stop {
    fn fault(self, text: &str) -> Fault {
        let wrong = |offset, message: &str| Fault { offset, reason: Reason::Syntax(message.to_owned()) };
        match self {
            Self::Syntax => Fault::syntax(text),
            Self::Surrogate(at) => wrong(at, "lone surrogate in hex escape"),
            Self::Range(at) => wrong(at, "number out of range"),
            Self::Row { at, cells, columns } => {
                wrong(at, &format!("invalid length {cells}, expected an array of {columns} values"))
            }
        }
    }
}

/// Where the text that is walked comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    /// It is the record's own: values may be kept as ranges of it.
    Record,
    /// It is the value of a text, and goes away.
    Text,
}

struct Walk<'w, 'c> {
    trie: &'w Trie,
    captures: &'c mut Captures,
    text: &'w str,
    index: &'w Index,
    within: Within,
}

impl Walk<'_, '_> {
    /// One value and nothing behind it.
    fn only(&mut self, node: NodeId) -> Result<(), Stop> {
        let end = self.value(node, self.significant(0))?;
        self.ended(end)
    }

    fn ended(&self, end: usize) -> Result<(), Stop> {
        if self.significant(end) == self.text.len() { Ok(()) } else { Err(Stop::Syntax) }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// The place of the next byte that is no white space, the text's length if there is none.
    #[inline]
    fn significant(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        at + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count()
    }

    #[inline]
    fn keep(&mut self, node: NodeId, raw: Raw) {
        if self.trie.is_wanted(node) {
            self.captures.set(node, raw);
        }
    }

    /// The value at a node, which begins here. Gives the place behind it.
    fn value(&mut self, node: NodeId, at: usize) -> Result<usize, Stop> {
        match self.byte(at) {
            Some(b'"') => self.text(node, at),
            Some(b'{' | b'[') => {
                let behind = self.composite(node, self.mark(at))?;
                self.behind(behind)
            }
            Some(_) | None => self.scalar(node, at),
        }
    }

    /// The place behind a value that nobody wants.
    fn skip(&self, at: usize) -> Result<usize, Stop> {
        match self.byte(at) {
            Some(b'"') => self.index.quote(at + 1).map(|end| end + 1).ok_or(Stop::Syntax),
            Some(b'{' | b'[') => self.behind(self.close(self.mark(at))?),
            Some(_) | None => self.run(at).map(|run| at + run.len()),
        }
    }

    /// Which of the marks is at a place.
    fn mark(&self, at: usize) -> usize {
        self.index.marks().partition_point(|mark| (*mark as usize) < at)
    }

    /// The place behind the mark that comes before another.
    fn behind(&self, mark: usize) -> Result<usize, Stop> {
        let last = mark.checked_sub(1).and_then(|last| self.index.marks().get(last));
        last.map(|at| *at as usize + 1).ok_or(Stop::Syntax)
    }

    /// The mark behind a container that nobody wants, which opens at a mark.
    #[inline]
    fn close(&self, open: usize) -> Result<usize, Stop> {
        let bytes = self.text.as_bytes();
        let mut depth = 0;
        for (number, at) in self.index.marks().iter().enumerate().skip(open) {
            let byte = bytes.get(*at as usize).copied().unwrap_or_default();
            // Bits tell brackets that open, that close, and quotes: any of them may come next.
            depth += i32::from(byte >> 1 & byte >> 6 & 1) - i32::from(byte >> 2 & 1);
            if depth == 0 {
                return Ok(number + 1);
            }
        }
        Err(Stop::Syntax)
    }

    /// The letters of a scalar that is no text.
    fn run(&self, at: usize) -> Result<&str, Stop> {
        let run = index::run(self.text.as_bytes(), at);
        self.text.get(at..at + run.len()).filter(|run| !run.is_empty()).ok_or(Stop::Syntax)
    }

    fn scalar(&mut self, node: NodeId, at: usize) -> Result<usize, Stop> {
        let run = self.run(at)?;
        let end = at + run.len();
        let raw = match run.as_bytes() {
            [b't', ..] => Raw::Bool(true),
            [b'f', ..] => Raw::Bool(false),
            [b'n', ..] => Raw::Absent,
            _ => match index::number(run).ok_or(Stop::Range(at))? {
                Number::Int(value) => Raw::Int(value),
                Number::Big(value) => Raw::Big(value),
                Number::Float(value) => Raw::Float(value),
            },
        };
        self.keep(node, raw);
        Ok(end)
    }

    /// The container at a node, which opens at a mark. Gives the mark behind it.
    fn composite(&mut self, node: NodeId, open: usize) -> Result<usize, Stop> {
        let at = self.place(open)?;
        let is_object = self.byte(at) == Some(b'{');
        if !is_object && self.trie.is_tested(node) {
            let end = self.items(node, at)?;
            return Ok(self.mark(end));
        }
        let end = if is_object && self.trie.has_children(node) { self.members(node, open)? } else { self.close(open)? };
        if self.trie.is_wanted(node) {
            let is_empty = end == open + 2 && self.significant(at + 1) + 1 == self.behind(end)?;
            self.captures.set(node, if is_empty { Raw::EmptyComposite } else { Raw::Composite });
        }
        Ok(end)
    }

    /// The place of a mark.
    #[inline]
    fn place(&self, mark: usize) -> Result<usize, Stop> {
        self.index.marks().get(mark).map(|at| *at as usize).ok_or(Stop::Syntax)
    }

    /// The members of an object, which opens at a mark. Gives the mark behind it.
    fn members(&mut self, node: NodeId, open: usize) -> Result<usize, Stop> {
        let mut mark = open + 1;
        loop {
            let at = self.place(mark)?;
            match self.byte(at) {
                Some(b'"') => {
                    let child = self.key(node, at, self.place(mark + 1)?)?;
                    mark += 2;
                    if let Some((child, value)) = child {
                        self.captures.meet(self.trie, child);
                        match self.byte(value) {
                            Some(b'{' | b'[') => mark = self.composite(child, mark)?,
                            Some(b'"') => {
                                self.text(child, value)?;
                            }
                            Some(_) | None => {
                                self.scalar(child, value)?;
                            }
                        }
                    }
                }
                Some(b'{' | b'[') => mark = self.close(mark)?,
                Some(_) | None => return Ok(mark + 1),
            }
        }
    }

    /// The node that a key names, if any, and where its value begins.
    #[inline]
    fn key(&mut self, node: NodeId, open: usize, close: usize) -> Result<Option<(NodeId, usize)>, Stop> {
        let child = if self.index.escaped_keys {
            self.escaped_key(node, open, close)?
        } else {
            self.trie.child_at(node, self.text.as_bytes(), open + 1, close)
        };
        let Some(child) = child else { return Ok(None) };
        let colon = self.significant(close + 1);
        Ok(Some((child, self.significant(colon + 1))))
    }

    /// The elements of an array. Gives the place behind it.
    fn elements(
        &mut self,
        open: usize,
        mut each: impl FnMut(&mut Self, usize) -> Result<usize, Stop>,
    ) -> Result<usize, Stop> {
        let mut at = self.significant(open + 1);
        if self.byte(at) == Some(b']') {
            return Ok(at + 1);
        }
        loop {
            let end = each(self, at)?;
            at = self.significant(end);
            match self.byte(at) {
                Some(b',') => at = self.significant(at + 1),
                Some(b']') => return Ok(at + 1),
                Some(_) | None => return Err(Stop::Syntax),
            }
        }
    }

    /// An array that tells records apart: its scalars are kept as text.
    fn items(&mut self, node: NodeId, open: usize) -> Result<usize, Stop> {
        let start = self.captures.own().len();
        let end = self.elements(open, Self::item)?;
        let stop = self.captures.own().len();
        self.captures.set(node, if start < stop { Raw::Items(start, stop) } else { Raw::EmptyComposite });
        Ok(end)
    }

    fn item(&mut self, at: usize) -> Result<usize, Stop> {
        let end = self.skip(at)?;
        match self.byte(at) {
            Some(b'"') => {
                let text = &self.text[at + 1..end - 1];
                index::decode(text, self.captures.own()).ok_or(Stop::Surrogate(at))?;
            }
            Some(b'{' | b'[' | b'n') | None => return Ok(end),
            Some(b't' | b'f') => self.captures.own().push_str(&self.text[at..end]),
            Some(_) => {
                let number = match index::number(&self.text[at..end]).ok_or(Stop::Range(at))? {
                    Number::Int(value) => value.to_string(),
                    Number::Big(value) => value.to_string(),
                    Number::Float(value) => value.to_string(),
                };
                self.captures.own().push_str(&number);
            }
        }
        self.captures.own().push(ITEM_END);
        Ok(end)
    }

    /// A row of a table.
    fn row(&mut self, columns: &[Option<NodeId>]) -> Result<(), Stop> {
        let open = self.significant(0);
        if self.byte(open) != Some(b'[') {
            return Err(Stop::Syntax);
        }
        let mut cells = 0;
        let end = self.elements(open, |walk, at| {
            cells += 1;
            match columns.get(cells - 1) {
                Some(Some(node)) => {
                    walk.captures.meet(walk.trie, *node);
                    walk.value(*node, at)
                }
                Some(None) | None => walk.skip(at),
            }
        })?;
        self.ended(end)?;
        if cells != columns.len() {
            return Err(Stop::Row { at: end - 1, cells, columns: columns.len() });
        }
        Ok(())
    }
}
