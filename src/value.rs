//! Values at run time and in literals.
//!
//! A value carries no type of its own beyond its variant; the plan says what it means (a [`Value::Float`] may be a number, a
//! distance in metres or a speed in metres per second). Values order and hash totally, so they can be keys of maps.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A value. [`Value::Missing`] is the one missing value; there is no other null.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum Value {
    /// Absent, null, empty, or a placeholder of the source.
    #[default]
    Missing,
    /// `bool`.
    Bool(bool),
    /// `int`, `asn`.
    Int(i64),
    /// `float`, `distance` (metres), `speed` (metres per second).
    Float(f64),
    /// `string`, `name` (folded), `country` (code or name, after the rule's vocabulary), `enum`, identifiers.
    Text(Arc<str>),
    /// `time`: microseconds since 1970-01-01T00:00:00Z.
    Time(i64),
    /// `duration`: microseconds.
    Duration(i64),
    /// `ip`.
    Ip(IpAddr),
    /// `cidr`.
    Cidr(ipnet::IpNet),
    /// `location`: latitude and longitude in degrees.
    Location(f64, f64),
    /// A set, sorted and without duplicates.
    Set(Arc<[Value]>),
}

impl Value {
    /// Text from anything that is text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// Whether this is [`Value::Missing`].
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    /// Whether this is [`Value::Bool`] of true; every other value, missing included, is not true.
    #[must_use]
    pub fn is_true(&self) -> bool {
        matches!(self, Self::Bool(true))
    }

    /// The text of a [`Value::Text`].
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The address of a [`Value::Ip`].
    #[must_use]
    pub fn as_ip(&self) -> Option<IpAddr> {
        if let Self::Ip(address) = self { Some(*address) } else { None }
    }

    /// The values of a [`Value::Set`].
    #[must_use]
    pub fn as_set(&self) -> Option<&[Value]> {
        if let Self::Set(values) = self { Some(values) } else { None }
    }

    /// The number of a [`Value::Int`], or the microseconds of a [`Value::Duration`].
    #[must_use]
    pub fn as_whole(&self) -> Option<i64> {
        if let Self::Int(number) | Self::Duration(number) = self { Some(*number) } else { None }
    }

    /// The number of a [`Value::Float`].
    #[must_use]
    pub fn as_float(&self) -> Option<f64> {
        if let Self::Float(number) = self { Some(*number) } else { None }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Missing => 0,
            Self::Bool(_) => 1,
            Self::Int(_) => 2,
            Self::Float(_) => 3,
            Self::Text(_) => 4,
            Self::Time(_) => 5,
            Self::Duration(_) => 6,
            Self::Ip(_) => 7,
            Self::Cidr(_) => 8,
            Self::Location(..) => 9,
            Self::Set(_) => 10,
        }
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Int(a), Self::Int(b)) | (Self::Time(a), Self::Time(b)) | (Self::Duration(a), Self::Duration(b)) => {
                a.cmp(b)
            }
            (Self::Float(a), Self::Float(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Ip(a), Self::Ip(b)) => a.cmp(b),
            (Self::Cidr(a), Self::Cidr(b)) => a.cmp(b),
            (Self::Location(a, b), Self::Location(c, d)) => a.total_cmp(c).then(b.total_cmp(d)),
            (Self::Set(a), Self::Set(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.rank().hash(state);
        match self {
            Self::Missing => {}
            Self::Bool(value) => value.hash(state),
            Self::Int(value) | Self::Time(value) | Self::Duration(value) => value.hash(state),
            Self::Float(value) => value.to_bits().hash(state),
            Self::Text(value) => value.hash(state),
            Self::Ip(value) => value.hash(state),
            Self::Cidr(value) => value.hash(state),
            Self::Location(latitude, longitude) => (latitude.to_bits(), longitude.to_bits()).hash(state),
            Self::Set(values) => values.hash(state),
        }
    }
}

/// A length of time in microseconds, as rules write it: `1d12h`.
#[derive(Clone, Copy, Debug)]
pub struct Length(pub i64);

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(i64, &str); 5] =
            [(86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "m"), (1_000_000, "s"), (1000, "ms")];
        let mut rest = self.0;
        for (size, unit) in UNITS {
            if rest >= size {
                write!(f, "{}{unit}", rest / size)?;
                rest %= size;
            }
        }
        if self.0 < 1000 { f.write_str("0s") } else { Ok(()) }
    }
}
