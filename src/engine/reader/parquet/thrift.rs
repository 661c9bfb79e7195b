//! The compact protocol of Thrift, as far as Parquet uses it: structures as trees of numbered fields.
//!
//! Written after <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>. Nothing is believed: a length
//! is never more than what is there, and nesting is bounded.

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item<'b> {
    /// true, false
    Bool(bool),
    /// Of any width.
    Int(i64),
    /// Texts and numbers that are not whole.
    Bytes(&'b [u8]),
    /// Lists and sets.
    List(Vec<Item<'b>>),
    /// Fields with their numbers.
    Fields(Fields<'b>),
}

/// The fields of a structure.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fields<'b>(Vec<(i16, Item<'b>)>);

impl<'b> Fields<'b> {
    /// The field of a number.
    pub(super) fn get(&self, number: i16) -> Option<&Item<'b>> {
        self.0.iter().find(|(known, _)| *known == number).map(|(_, item)| item)
    }

    /// A field that is a whole number.
    pub(super) fn int(&self, number: i16) -> Option<i64> {
        if let Item::Int(value) = self.get(number)? { Some(*value) } else { None }
    }

    /// A field that counts or measures something: not negative.
    pub(super) fn size(&self, number: i16) -> Option<usize> {
        usize::try_from(self.int(number)?).ok()
    }

    /// A field that is true or false.
    pub(super) fn bool(&self, number: i16) -> Option<bool> {
        if let Item::Bool(value) = self.get(number)? { Some(*value) } else { None }
    }

    /// A field of bytes.
    pub(super) fn bytes(&self, number: i16) -> Option<&'b [u8]> {
        if let Item::Bytes(bytes) = self.get(number)? { Some(bytes) } else { None }
    }

    /// A field that is a structure.
    pub(super) fn fields(&self, number: i16) -> Option<&Fields<'b>> {
        if let Item::Fields(fields) = self.get(number)? { Some(fields) } else { None }
    }

    /// A field that is a list; none is as an empty one.
    pub(super) fn list(&self, number: i16) -> &[Item<'b>] {
        if let Some(Item::List(items)) = self.get(number) { items } else { &[] }
    }

    /// The number of the only field, of a union.
    pub(super) fn only(&self) -> Option<i16> {
        self.0.first().map(|(number, _)| *number)
    }
}

/// Structures within structures.
const DEPTH: usize = 32;

/// Reads a structure from the beginning of some bytes, and says how many of them it takes. None when it is broken, or not there
/// as a whole.
pub(super) fn read(bytes: &[u8]) -> Option<(Fields<'_>, usize)> {
    let mut cursor = Cursor { bytes, at: 0 };
    let fields = cursor.fields(DEPTH)?;
    Some((fields, cursor.at))
}

struct Cursor<'b> {
    bytes: &'b [u8],
    at: usize,
}

/// What the four bits of a type say.
mod kind {
    pub(super) const TRUE: u8 = 1;
    pub(super) const FALSE: u8 = 2;
    pub(super) const BYTE: u8 = 3;
    pub(super) const INT_16: u8 = 4;
    pub(super) const INT_64: u8 = 6;
    pub(super) const DOUBLE: u8 = 7;
    pub(super) const BINARY: u8 = 8;
    pub(super) const LIST: u8 = 9;
    pub(super) const SET: u8 = 10;
    pub(super) const STRUCTURE: u8 = 12;
}

impl<'b> Cursor<'b> {
    fn byte(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at)?;
        self.at += 1;
        Some(*byte)
    }

    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let taken = self.bytes.get(self.at..self.at.checked_add(count)?)?;
        self.at += count;
        Some(taken)
    }

    fn unsigned(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        self.unsigned().map(unzigzag)
    }

    fn fields(&mut self, depth: usize) -> Option<Fields<'b>> {
        let depth = depth.checked_sub(1)?;
        let (mut fields, mut number) = (Vec::new(), 0_i16);
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Some(Fields(fields));
            }
            number = match head >> 4 {
                0 => i16::try_from(self.signed()?).ok()?,
                step => number.checked_add(i16::from(step))?,
            };
            let item = match head & 0x0f {
                kind::TRUE => Item::Bool(true),
                kind::FALSE => Item::Bool(false),
                other => self.item(other, depth)?,
            };
            fields.push((number, item));
        }
    }

    fn item(&mut self, of: u8, depth: usize) -> Option<Item<'b>> {
        Some(match of {
            // As items of lists these stand for themselves.
            kind::TRUE | kind::FALSE => Item::Bool(self.byte()? == kind::TRUE),
            #[expect(clippy::cast_possible_wrap, reason = "a signed byte stands as it is")]
            kind::BYTE => Item::Int(i64::from(self.byte()? as i8)),
            kind::INT_16..=kind::INT_64 => Item::Int(self.signed()?),
            kind::DOUBLE => Item::Bytes(self.take(8)?),
            kind::BINARY => {
                let length = usize::try_from(self.unsigned()?).ok()?;
                Item::Bytes(self.take(length)?)
            }
            kind::LIST | kind::SET => self.list(depth)?,
            kind::STRUCTURE => Item::Fields(self.fields(depth)?),
            _ => return None,
        })
    }

    fn list(&mut self, depth: usize) -> Option<Item<'b>> {
        let depth = depth.checked_sub(1)?;
        let head = self.byte()?;
        let count = if head >> 4 == 15 { usize::try_from(self.unsigned()?).ok()? } else { usize::from(head >> 4) };
        // Each takes a byte at least.
        if count > self.bytes.len() - self.at {
            return None;
        }
        (0..count).map(|_| self.item(head & 0x0f, depth)).collect::<Option<_>>().map(Item::List)
    }
}

/// A signed number from an unsigned one with the sign in its last bit.
pub(super) fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

#[cfg(test)]
mod tests {
    use super::{Item, read};

    #[test]
    fn fields_have_the_values_that_were_written() {
        // 1: 300, 2: true, 5: "ab", 20: [1, -1], 21: { 1: false }
        let bytes = [0x16, 0xd8, 0x04, 0x11, 0x38, 2, b'a', b'b', 0x09, 40, 0x25, 2, 1, 0x1c, 0x12, 0, 0, 99];
        let (fields, used) = read(&bytes).unwrap();
        assert_eq!(used, bytes.len() - 1);
        assert_eq!((fields.int(1), fields.bool(2), fields.bytes(5)), (Some(300), Some(true), Some(&b"ab"[..])));
        assert_eq!(fields.list(20), [Item::Int(1), Item::Int(-1)]);
        assert_eq!(fields.fields(21).and_then(|inner| inner.bool(1)), Some(false));
        assert_eq!(fields.get(3), None);
    }

    #[test]
    fn what_is_cut_short_or_nested_without_end_is_nothing() {
        let bytes = [0x16, 0xd8, 0x04, 0x28, 2, b'a', b'b', 0];
        assert!(read(&bytes).is_some());
        for length in 0..bytes.len() {
            assert_eq!(read(&bytes[..length]), None, "{length}");
        }
        assert_eq!(read(&[0x1c; 1000]), None);
        assert_eq!(read(&[0x19, 0xf5, 0xff, 0xff, 0xff, 0xff, 0x0f]), None, "a list longer than the bytes");
    }
}
