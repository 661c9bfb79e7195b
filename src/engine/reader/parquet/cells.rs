//! Stored values as the scalars that JSON with the same content would have.

use std::fmt::Write as _;

use super::schema::{Leaf, Meaning, Unit};
use super::values::Raw;
use crate::engine::reader::capture::Scalar;

/// A value that is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell {
    Bool(bool),
    Int(i64),
    Big(u64),
    Float(f64),
    /// Bytes of [`Cells`]' text.
    Text(u32, u32),
    /// Nothing that a field can be.
    Other,
}

/// Values and their texts.
#[derive(Debug, Default)]
pub(super) struct Cells {
    values: Vec<Cell>,
    text: String,
    /// Its texts are longer than what is kept.
    pub(super) is_too_large: bool,
}

/// Most bytes of text in a page.
const LARGEST: usize = 1 << 30;

impl Cells {
    pub(super) fn clear(&mut self) {
        self.values.clear();
        self.text.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// The value at a place; none where it is an empty text, or there is no such place.
    #[inline]
    pub(super) fn get(&self, at: usize) -> Option<Scalar<'_>> {
        Some(match *self.values.get(at)? {
            Cell::Bool(value) => Scalar::Bool(value),
            Cell::Int(value) => Scalar::Int(value),
            Cell::Big(value) => Scalar::Big(value),
            Cell::Float(value) => Scalar::Float(value),
            Cell::Text(start, end) => Scalar::Text(self.text.get(start as usize..end as usize)?),
            Cell::Other => Scalar::Composite,
        })
    }

    /// Adds a value.
    pub(super) fn push(&mut self, leaf: Leaf, value: Raw<'_>) {
        let start = self.text.len();
        if start >= LARGEST {
            self.is_too_large = true;
            return;
        }
        let cell = match (leaf.meaning, value) {
            (_, Raw::Bool(value)) => Cell::Bool(value),
            (Meaning::Text | Meaning::Json, Raw::Bytes(bytes)) => self.utf8(bytes),
            (_, Raw::Int(value)) => self.int(leaf.meaning, value),
            (_, Raw::Bytes(bytes)) => self.bytes(leaf.meaning, bytes),
        };
        self.values.push(cell);
    }

    fn utf8(&mut self, bytes: &[u8]) -> Cell {
        let start = self.text.len();
        match std::str::from_utf8(bytes) {
            Ok(text) if text.len() < LARGEST => self.text.push_str(text),
            Ok(_) | Err(_) => return Cell::Other,
        }
        self.since(start)
    }

    /// The text that was written since then.
    fn since(&self, start: usize) -> Cell {
        match (u32::try_from(start), u32::try_from(self.text.len())) {
            (Ok(start), Ok(end)) => Cell::Text(start, end),
            _ => Cell::Other,
        }
    }

    fn written(&mut self, write: impl FnOnce(&mut String) -> Option<()>) -> Cell {
        let start = self.text.len();
        match write(&mut self.text) {
            Some(()) => self.since(start),
            None => Cell::Other,
        }
    }

    fn int(&mut self, meaning: Meaning, value: i64) -> Cell {
        match meaning {
            Meaning::Int => Cell::Int(value),
            Meaning::Unsigned(bits) => unsigned(value, bits),
            Meaning::Date => self.written(|text| date(text, value)),
            Meaning::Clock(unit) => self.written(|text| clock(text, nanos(value, unit)?)),
            Meaning::Moment(unit) => self.written(|text| moment(text, micros(value, unit)?)),
            Meaning::Decimal(scale) => decimal(i128::from(value), scale),
            Meaning::Bool
            | Meaning::Float(_)
            | Meaning::Text
            | Meaning::Json
            | Meaning::OldMoment
            | Meaning::Uuid
            | Meaning::Other => Cell::Other,
        }
    }

    fn bytes(&mut self, meaning: Meaning, bytes: &[u8]) -> Cell {
        match meaning {
            Meaning::Float(_) => float(bytes).filter(|value| value.is_finite()).map_or(Cell::Other, Cell::Float),
            Meaning::OldMoment => self.written(|text| moment(text, old_moment(bytes)?)),
            Meaning::Decimal(scale) => big_endian(bytes).map_or(Cell::Other, |value| decimal(value, scale)),
            Meaning::Uuid => self.written(|text| uuid(text, bytes)),
            Meaning::Text | Meaning::Json => self.utf8(bytes),
            Meaning::Bool
            | Meaning::Int
            | Meaning::Unsigned(_)
            | Meaning::Date
            | Meaning::Clock(_)
            | Meaning::Moment(_)
            | Meaning::Other => Cell::Other,
        }
    }
}

fn unsigned(value: i64, bits: u32) -> Cell {
    // The stored number is wider: what it has beyond the width means nothing.
    let value = if bits < 64 { value.cast_unsigned() & ((1 << bits) - 1) } else { value.cast_unsigned() };
    i64::try_from(value).map_or(Cell::Big(value), Cell::Int)
}

fn float(bytes: &[u8]) -> Option<f64> {
    match *bytes {
        [a, b] => Some(half(u16::from_le_bytes([a, b]))),
        // The shortest number that is this one, as it is written: 0.1, not what lies nearest to it in more bits.
        [a, b, c, d] => f32::from_le_bytes([a, b, c, d]).to_string().parse().ok(),
        _ => bytes.first_chunk().filter(|_| bytes.len() == 8).map(|bytes| f64::from_le_bytes(*bytes)),
    }
}

fn half(bits: u16) -> f64 {
    let (sign, exponent, fraction) = (bits >> 15, i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    let size = match exponent {
        0 => fraction * 2_f64.powi(-24),
        0x1f if fraction == 0.0 => f64::INFINITY,
        0x1f => f64::NAN,
        _ => (1.0 + fraction / 1024.0) * 2_f64.powi(exponent - 15),
    };
    if sign == 1 { -size } else { size }
}

fn big_endian(bytes: &[u8]) -> Option<i128> {
    let first = bytes.first()?;
    let sign = if first & 0x80 == 0 { 0 } else { -1 };
    (bytes.len() <= 16).then(|| bytes.iter().fold(sign, |value, byte| value << 8 | i128::from(*byte)))
}

fn decimal(value: i128, scale: u32) -> Cell {
    if scale == 0 {
        return i64::try_from(value).map_or_else(|_| parsed(&value.to_string()), Cell::Int);
    }
    parsed(&format!("{value}e-{scale}"))
}

fn parsed(number: &str) -> Cell {
    number.parse().ok().filter(|value: &f64| value.is_finite()).map_or(Cell::Other, Cell::Float)
}

fn uuid(text: &mut String, bytes: &[u8]) -> Option<()> {
    for (at, byte) in bytes.iter().enumerate() {
        let dash = if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" };
        write!(text, "{dash}{byte:02x}").ok()?;
    }
    Some(())
}

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Whole microseconds; what is finer is cut off.
pub(super) fn micros(value: i64, unit: Unit) -> Option<i64> {
    match unit {
        Unit::Millis => value.checked_mul(1000),
        Unit::Micros => Some(value),
        Unit::Nanos => Some(value.div_euclid(1000)),
    }
}

fn nanos(value: i64, unit: Unit) -> Option<i64> {
    match unit {
        Unit::Millis => value.checked_mul(1_000_000),
        Unit::Micros => value.checked_mul(1000),
        Unit::Nanos => Some(value),
    }
}

/// The day on which 1970 began, in Julian days.
const EPOCH: i64 = 2_440_588;

fn old_moment(bytes: &[u8]) -> Option<i64> {
    let (nanos, day) = (bytes.first_chunk::<8>()?, bytes.last_chunk::<4>()?);
    let day = i64::from(i32::from_le_bytes(*day)) - EPOCH;
    day.checked_mul(DAY)?.checked_add(i64::from_le_bytes(*nanos).div_euclid(1000))
}

fn date(text: &mut String, day: i64) -> Option<()> {
    let (year, month, day) = civil(day)?;
    write!(text, "{year:04}-{month:02}-{day:02}").ok()
}

fn clock(text: &mut String, nanos: i64) -> Option<()> {
    let seconds = nanos.div_euclid(1_000_000_000);
    if !(0..86_400).contains(&seconds) {
        return None;
    }
    write!(text, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60).ok()?;
    match nanos.rem_euclid(1_000_000_000) {
        0 => Some(()),
        rest => write!(text, ".{rest:09}").ok(),
    }
}

/// A moment as it is written, in UTC. Where the file says that its times are of no zone, they are taken for UTC, as texts are.
fn moment(text: &mut String, micros: i64) -> Option<()> {
    let (year, month, day) = civil(micros.div_euclid(DAY))?;
    let rest = micros.rem_euclid(DAY);
    let seconds = rest / SECOND;
    let digits = |text: &mut String, number: i64, count: u32| {
        (0..count).rev().for_each(|place| {
            let digit = u8::try_from(number / 10_i64.pow(place) % 10).unwrap_or(0);
            text.push(char::from(b'0' + digit));
        });
    };
    for (number, count, behind) in [
        (year, 4, '-'),
        (month, 2, '-'),
        (day, 2, 'T'),
        (seconds / 3600, 2, ':'),
        (seconds / 60 % 60, 2, ':'),
        (seconds % 60, 2, '.'),
        (rest % SECOND, 6, 'Z'),
    ] {
        digits(text, number, count);
        text.push(behind);
    }
    Some(())
}

/// Year, month and day of a day since 1970, in years that are written with four digits.
fn civil(day: i64) -> Option<(i64, i64, i64)> {
    // Years that begin in March, so that the leap day is the last of its year.
    let day = day.checked_add(719_468)?;
    let (era, day) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, year) = if month < 10 { (month + 3, year + era * 400) } else { (month - 9, year + era * 400 + 1) };
    (0..=9999).contains(&year).then_some((year, month, day))
}

#[cfg(test)]
mod tests {
    use super::{Cells, half};
    use crate::engine::reader::capture::Scalar;
    use crate::engine::reader::parquet::schema::{Leaf, Meaning, Stored, Unit};
    use crate::engine::reader::parquet::values::Raw;

    #[track_caller]
    fn is(meaning: Meaning, value: Raw<'_>, expected: Scalar<'_>) {
        let mut cells = Cells::default();
        cells.push(Leaf { stored: Stored::Bytes, meaning }, Raw::Bytes(b""));
        cells.push(Leaf { stored: Stored::Bytes, meaning }, value);
        assert_eq!(cells.get(1), Some(expected), "{meaning:?} {value:?}");
    }

    #[test]
    fn moments_dates_and_clocks_are_written_as_json_has_them() {
        for (unit, value, text) in [
            (Unit::Millis, 1_772_615_561_335, "2026-03-04T09:12:41.335000Z"),
            (Unit::Micros, 1_772_615_561_335_012, "2026-03-04T09:12:41.335012Z"),
            (Unit::Nanos, 1_772_615_561_335_012_999, "2026-03-04T09:12:41.335012Z"),
            (Unit::Micros, -1, "1969-12-31T23:59:59.999999Z"),
            (Unit::Micros, 951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
        ] {
            is(Meaning::Moment(unit), Raw::Int(value), Scalar::Text(text));
        }
        is(Meaning::Date, Raw::Int(20_516), Scalar::Text("2026-03-04"));
        is(Meaning::Clock(Unit::Millis), Raw::Int(33_161_335), Scalar::Text("09:12:41.335000000"));
        let old = [&(33_161_335_012_999_i64).to_le_bytes()[..], &(2_440_588_i32 + 20_516).to_le_bytes()].concat();
        is(Meaning::OldMoment, Raw::Bytes(&old), Scalar::Text("2026-03-04T09:12:41.335012Z"));
        for value in [i64::MAX, i64::MIN] {
            is(Meaning::Moment(Unit::Millis), Raw::Int(value), Scalar::Composite);
            is(Meaning::Moment(Unit::Micros), Raw::Int(value), Scalar::Composite);
            is(Meaning::Date, Raw::Int(value), Scalar::Composite);
            is(Meaning::Clock(Unit::Nanos), Raw::Int(value), Scalar::Composite);
        }
    }

    #[test]
    fn numbers_are_what_they_were_written_as() {
        is(Meaning::Unsigned(64), Raw::Int(-1), Scalar::Big(u64::MAX));
        is(Meaning::Unsigned(32), Raw::Int(-1), Scalar::Int(4_294_967_295));
        is(Meaning::Float(4), Raw::Bytes(&0.1_f32.to_le_bytes()), Scalar::Float(0.1));
        is(Meaning::Float(8), Raw::Bytes(&52.52_f64.to_le_bytes()), Scalar::Float(52.52));
        is(Meaning::Float(8), Raw::Bytes(&f64::NAN.to_le_bytes()), Scalar::Composite);
        is(Meaning::Decimal(2), Raw::Int(-1234), Scalar::Float(-12.34));
        is(Meaning::Decimal(0), Raw::Bytes(&[0xff, 0x38]), Scalar::Int(-200));
        is(Meaning::Decimal(3), Raw::Bytes(&[0x01, 0x00]), Scalar::Float(0.256));
        is(Meaning::Decimal(0), Raw::Bytes(&[1; 17]), Scalar::Composite);
        assert_eq!((half(0x3c00), half(0xc000), half(0x0001)), (1.0, -2.0, 2_f64.powi(-24)));
        is(
            Meaning::Uuid,
            Raw::Bytes(&[0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 1, 2, 3, 4, 5, 6, 7, 8]),
            Scalar::Text("12345678-9abc-def0-0102-030405060708"),
        );
        is(Meaning::Text, Raw::Bytes(&[0xff]), Scalar::Composite);
    }
}
