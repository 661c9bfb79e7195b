//! The pages of a chunk: levels and values, decoded one page at a time.

use super::bits;
use super::cells::Cells;
use super::codec;
use super::fault::Flaw;
use super::schema::Leaf;
use super::thrift::{self, Fields};
use super::values;
use crate::engine::reader::capture::Scalar;

/// Most bytes of a page.
const LARGEST: usize = 1 << 28;

/// Most values of a page.
const MOST: usize = 1 << 24;

/// How deep a leaf is: the levels of a value that is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Levels {
    /// How many of the nodes on its path may be missing.
    pub(super) definition: u32,
    /// How many of them repeat.
    pub(super) repetition: u32,
}

/// What a column holds at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) definition: u32,
    pub(super) repetition: u32,
    /// Where its value is, if it has one.
    value: usize,
}

/// Reads the pages of one chunk.
#[derive(Debug)]
pub(super) struct Pages {
    leaf: Leaf,
    levels: Levels,
    codec: i64,
    /// The chunk.
    bytes: Vec<u8>,
    at: usize,
    /// Values of which no page has been met.
    left: u64,
    dictionary: Option<Cells>,
    page: Page,
}

/// A page, decoded.
#[derive(Debug, Default)]
struct Page {
    length: usize,
    definitions: Vec<u32>,
    repetitions: Vec<u32>,
    /// The values, if they stand in the page itself.
    cells: Cells,
    /// Their places in the dictionary otherwise.
    places: Vec<u32>,
    is_dictionary: bool,
    /// The next entry, and the next value.
    next: usize,
    next_value: usize,
    unpacked: Vec<u8>,
}

/// Kinds of pages.
mod kind {
    pub(super) const DATA: i64 = 0;
    pub(super) const DICTIONARY: i64 = 2;
    pub(super) const DATA_2: i64 = 3;
}

impl Pages {
    pub(super) fn new(leaf: Leaf, levels: Levels, codec: i64, bytes: Vec<u8>, values: u64) -> Self {
        Self { leaf, levels, codec, bytes, at: 0, left: values, dictionary: None, page: Page::default() }
    }

    /// The next entry; none at the end.
    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<Entry>, Flaw> {
        while self.page.next >= self.page.length {
            if !self.turn()? {
                return Ok(None);
            }
        }
        let page = &mut self.page;
        let at = page.next;
        page.next += 1;
        // There are as many levels as entries, or none where all are the same.
        let definition = page.definitions.get(at).copied().unwrap_or(self.levels.definition);
        let repetition = page.repetitions.get(at).copied().unwrap_or(0);
        let value = page.next_value;
        page.next_value += usize::from(definition == self.levels.definition);
        Ok(Some(Entry { definition, repetition, value }))
    }

    /// Whether the next entry goes on with the row of the one before it.
    pub(super) fn goes_on(&mut self) -> Result<bool, Flaw> {
        if self.levels.repetition == 0 {
            return Ok(false);
        }
        while self.page.next >= self.page.length {
            if !self.turn()? {
                return Ok(false);
            }
        }
        Ok(self.page.repetitions.get(self.page.next).is_some_and(|level| *level > 0))
    }

    /// The value of the entry that was given last; none where it is null.
    #[inline]
    pub(super) fn value(&self, entry: Entry) -> Option<Scalar<'_>> {
        if entry.definition != self.levels.definition {
            return None;
        }
        if self.page.is_dictionary {
            self.dictionary.as_ref()?.get(*self.page.places.get(entry.value)? as usize)
        } else {
            self.page.cells.get(entry.value)
        }
    }

    /// Goes to the next page with values; false when there is none.
    fn turn(&mut self) -> Result<bool, Flaw> {
        self.page.length = 0;
        self.page.next = 0;
        if self.left == 0 {
            return Ok(false);
        }
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty()).ok_or(Flaw::Short)?;
        let (header, size) = thrift::read(rest).ok_or(Flaw::Damaged)?;
        let (unpacked, packed) = (header.size(2).ok_or(Flaw::Damaged)?, header.size(3).ok_or(Flaw::Damaged)?);
        let body = rest.get(size..).and_then(|rest| rest.get(..packed)).ok_or(Flaw::Short)?;
        if unpacked > LARGEST {
            return Err(Flaw::TooLarge);
        }
        self.at += size + packed;
        match header.int(1) {
            Some(kind::DICTIONARY) => {
                let fields = header.fields(7).ok_or(Flaw::Damaged)?;
                self.dictionary = Some(dictionary(self.leaf, self.codec, fields, body, unpacked)?);
            }
            Some(kind::DATA) => {
                let fields = header.fields(5).ok_or(Flaw::Damaged)?;
                self.page.first(self.levels, self.codec, fields, body, unpacked)?.read(
                    self.leaf,
                    self.levels,
                    &mut self.page,
                )?;
                self.check()?;
            }
            Some(kind::DATA_2) => {
                let fields = header.fields(8).ok_or(Flaw::Damaged)?;
                self.page.second(self.levels, self.codec, fields, body, unpacked)?.read(
                    self.leaf,
                    self.levels,
                    &mut self.page,
                )?;
                self.check()?;
            }
            // Other pages say something about the values.
            Some(_) => {}
            None => return Err(Flaw::Damaged),
        }
        Ok(true)
    }

    /// Every value must be there before any is given.
    fn check(&mut self) -> Result<(), Flaw> {
        let page = &mut self.page;
        self.left = self.left.checked_sub(page.length as u64).ok_or(Flaw::Damaged)?;
        if page.is_dictionary {
            let known = self.dictionary.as_ref().map_or(0, Cells::len);
            if page.places.iter().any(|place| *place as usize >= known) {
                page.length = 0;
                return Err(Flaw::Damaged);
            }
        }
        Ok(())
    }
}

fn dictionary(leaf: Leaf, codec: i64, fields: &Fields<'_>, body: &[u8], size: usize) -> Result<Cells, Flaw> {
    let (count, mut bytes, mut cells) = (count(fields)?, Vec::new(), Cells::default());
    codec::unpack(codec, body, size, &mut bytes)?;
    values::each(0, leaf.stored, &bytes, count, &mut |value| cells.push(leaf, value))?;
    if cells.is_too_large { Err(Flaw::TooLarge) } else { Ok(cells) }
}

fn count(fields: &Fields<'_>) -> Result<usize, Flaw> {
    let count = fields.size(1).ok_or(Flaw::Damaged)?;
    if count > MOST { Err(Flaw::TooLarge) } else { Ok(count) }
}

/// Where the values of a page are.
struct Body {
    encoding: i64,
    /// Where they begin in the unpacked page.
    start: usize,
}

impl Page {
    /// A page whose levels are packed with its values.
    fn first(
        &mut self,
        levels: Levels,
        codec: i64,
        fields: &Fields<'_>,
        body: &[u8],
        size: usize,
    ) -> Result<Body, Flaw> {
        let count = count(fields)?;
        self.unpacked.clear();
        codec::unpack(codec, body, size, &mut self.unpacked)?;
        let mut rest = &self.unpacked[..];
        for (most, field, into) in
            [(levels.repetition, 4, &mut self.repetitions), (levels.definition, 3, &mut self.definitions)]
        {
            into.clear();
            if most == 0 {
                continue;
            }
            // Levels of single bits without runs were given up before anyone wrote logs.
            if let Some(other) = fields.int(field).filter(|encoding| *encoding != 3) {
                return Err(Flaw::Encoding(other));
            }
            let (length, behind) = rest.split_first_chunk::<4>().ok_or(Flaw::Damaged)?;
            let (bytes, behind) = behind.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or(Flaw::Damaged)?;
            rest = behind;
            decode_levels(bytes, most, count, into)?;
        }
        self.length = count;
        Ok(Body { encoding: fields.int(2).ok_or(Flaw::Damaged)?, start: self.unpacked.len() - rest.len() })
    }

    /// A page whose levels stand in front of its values.
    fn second(
        &mut self,
        levels: Levels,
        codec: i64,
        fields: &Fields<'_>,
        body: &[u8],
        size: usize,
    ) -> Result<Body, Flaw> {
        let count = count(fields)?;
        let mut rest = body;
        for (most, field, into) in
            [(levels.repetition, 6, &mut self.repetitions), (levels.definition, 5, &mut self.definitions)]
        {
            into.clear();
            let length = fields.size(field).ok_or(Flaw::Damaged)?;
            let (bytes, behind) = rest.split_at_checked(length).ok_or(Flaw::Damaged)?;
            rest = behind;
            if most > 0 {
                decode_levels(bytes, most, count, into)?;
            }
        }
        let size = size.checked_sub(body.len() - rest.len()).ok_or(Flaw::Damaged)?;
        self.unpacked.clear();
        let is_packed = fields.bool(7).unwrap_or(true) && size > 0;
        codec::unpack(if is_packed { codec } else { 0 }, rest, size, &mut self.unpacked)?;
        self.length = count;
        Ok(Body { encoding: fields.int(4).ok_or(Flaw::Damaged)?, start: 0 })
    }
}

fn decode_levels(bytes: &[u8], most: u32, count: usize, into: &mut Vec<u32>) -> Result<(), Flaw> {
    bits::hybrid(bytes, u32::BITS - most.leading_zeros(), count, into).ok_or(Flaw::Damaged)?;
    if into.iter().any(|level| *level > most) { Err(Flaw::Damaged) } else { Ok(()) }
}

impl Body {
    /// Reads the values. The page has none of them when that fails.
    fn read(self, leaf: Leaf, levels: Levels, page: &mut Page) -> Result<(), Flaw> {
        let outcome = self.values(leaf, levels, page);
        if outcome.is_err() {
            page.length = 0;
        }
        outcome
    }

    fn values(&self, leaf: Leaf, levels: Levels, page: &mut Page) -> Result<(), Flaw> {
        let present = if page.definitions.is_empty() {
            page.length
        } else {
            page.definitions.iter().filter(|level| **level == levels.definition).count()
        };
        let bytes = &page.unpacked[self.start..];
        page.next_value = 0;
        page.is_dictionary = values::is_dictionary(self.encoding);
        if page.is_dictionary {
            page.places.clear();
            if present == 0 {
                return Ok(());
            }
            let (width, bytes) = bytes.split_first().ok_or(Flaw::Damaged)?;
            return bits::hybrid(bytes, u32::from(*width), present, &mut page.places).ok_or(Flaw::Damaged);
        }
        page.cells.clear();
        let cells = &mut page.cells;
        values::each(self.encoding, leaf.stored, bytes, present, &mut |value| cells.push(leaf, value))?;
        if cells.is_too_large { Err(Flaw::TooLarge) } else { Ok(()) }
    }
}
