//! The types of the rule language: what a field, a literal or an expression is.
//!
//! There are no implicit conversions. Identifier types carry who issued them, so that a session never meets a token and an
//! Okta session never meets an Entra one.

use std::fmt;
use std::sync::Arc;

/// What an identifier identifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdKind {
    /// One access token, such as Entra's unique token identifier.
    Token,
    /// A session: everything that one interactive sign-in led to.
    Session,
    /// A user or service principal.
    User,
    /// A device.
    Device,
    /// An application (client id).
    App,
    /// One request or transaction.
    Request,
}

impl IdKind {
    /// All kinds.
    pub const ALL: [Self; 6] = [Self::Token, Self::Session, Self::User, Self::Device, Self::App, Self::Request];

    /// The word in the language: `token` in `token<entra>`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Session => "session",
            Self::User => "user",
            Self::Device => "device",
            Self::App => "app",
            Self::Request => "request",
        }
    }
}

/// Who issued an identifier.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Issuer {
    /// One identity provider, by its catalogue name (`entra`).
    One(Arc<str>),
    /// A view over several providers: values carry `provider:` in front, so equal texts stay apart.
    Several,
}

/// A closed set of words, such as the results of a sign-in.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct EnumType {
    /// The field that it was declared for, for messages.
    pub name: String,
    /// The words, in catalogue order.
    pub values: Vec<String>,
}

/// The type of an expression.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// Case-sensitive text.
    String,
    /// Case-insensitive text, folded to lower case when read.
    Name,
    /// Whole number, 64 bits.
    Int,
    /// Floating point number.
    Float,
    /// True or false.
    Bool,
    /// Moment in UTC, whole microseconds.
    Time,
    /// Length of time, whole microseconds.
    Duration,
    /// IPv4 or IPv6 address.
    Ip,
    /// Network in CIDR notation.
    Cidr,
    /// ISO 3166-1 alpha-2 country.
    Country,
    /// Autonomous system number.
    Asn,
    /// Latitude and longitude.
    Location,
    /// Distance; metres inside.
    Distance,
    /// Speed; metres per second inside.
    Speed,
    /// One of a closed set of words.
    Enum(Arc<EnumType>),
    /// Identifier of a kind and an issuer.
    Id(IdKind, Issuer),
    /// A set of values of one type: what `values(f)` gives.
    Set(Box<Type>),
}

impl Type {
    /// Whether values order by `<`: numbers, times and the like. Texts, identifiers and enums do not.
    #[must_use]
    pub fn is_ordered(&self) -> bool {
        match self {
            Self::Int | Self::Float | Self::Time | Self::Duration | Self::Distance | Self::Speed => true,
            Self::String
            | Self::Name
            | Self::Bool
            | Self::Ip
            | Self::Cidr
            | Self::Country
            | Self::Asn
            | Self::Location
            | Self::Enum(_)
            | Self::Id(..)
            | Self::Set(_) => false,
        }
    }

    /// Whether values are text of the user's making: what `contains`, `matches` and the text functions take.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self, Self::String | Self::Name)
    }

    /// Whether a target holds the value as text, so that missing is the empty string there (KQL has no null strings).
    #[must_use]
    pub fn is_held_as_text(&self) -> bool {
        match self {
            Self::String | Self::Name | Self::Ip | Self::Cidr | Self::Country | Self::Enum(_) | Self::Id(..) => true,
            Self::Int
            | Self::Float
            | Self::Bool
            | Self::Time
            | Self::Duration
            | Self::Asn
            | Self::Location
            | Self::Distance
            | Self::Speed
            | Self::Set(_) => false,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("string"),
            Self::Name => f.write_str("name"),
            Self::Int => f.write_str("int"),
            Self::Float => f.write_str("float"),
            Self::Bool => f.write_str("bool"),
            Self::Time => f.write_str("time"),
            Self::Duration => f.write_str("duration"),
            Self::Ip => f.write_str("ip"),
            Self::Cidr => f.write_str("cidr"),
            Self::Country => f.write_str("country"),
            Self::Asn => f.write_str("asn"),
            Self::Location => f.write_str("location"),
            Self::Distance => f.write_str("distance"),
            Self::Speed => f.write_str("speed"),
            Self::Enum(set) => write!(f, "enum {{{}}}", set.values.join(", ")),
            Self::Id(kind, Issuer::One(provider)) => write!(f, "{}<{provider}>", kind.word()),
            Self::Id(kind, Issuer::Several) => write!(f, "{}<several providers>", kind.word()),
            Self::Set(inner) => write!(f, "set of {inner}"),
        }
    }
}
