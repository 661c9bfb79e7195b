//! Scalars of a record to values of a field's type. What does not fit is [`Wrong`], counted by the caller and missing.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;

use super::capture::Scalar;
use super::intern::Interner;
use super::time;
use crate::types::Type;
use crate::value::Value;

/// A scalar is not of its field's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wrong;

/// A scalar as text, the way it stands in JSON; none for an object or array.
pub(super) fn spell<'a>(scalar: Scalar<'a>, buffer: &'a mut String) -> Option<&'a str> {
    buffer.clear();
    let written = match scalar {
        Scalar::Text(text) => return Some(text),
        Scalar::Bool(value) => write!(buffer, "{value}"),
        Scalar::Int(value) => write!(buffer, "{value}"),
        Scalar::Big(value) => write!(buffer, "{value}"),
        Scalar::Float(value) => write!(buffer, "{value}"),
        Scalar::Composite => return None,
    };
    written.ok().map(|()| buffer.as_str())
}

/// The value of a scalar. Texts that repeat are shared.
pub(super) fn convert(scalar: Scalar<'_>, ty: &Type, interner: &mut Interner) -> Result<Value, Wrong> {
    match ty {
        Type::String | Type::Enum(_) | Type::Id(..) => text(scalar, |text| interner.text(text)),
        Type::Name => text(scalar, |text| interner.text(&folded(text))),
        Type::Country => text(scalar, |text| interner.text(&country(text))),
        Type::Int => int(scalar).map(Value::Int).ok_or(Wrong),
        Type::Float => float(scalar).map(Value::Float).ok_or(Wrong),
        Type::Bool => bool(scalar).map(Value::Bool).ok_or(Wrong),
        Type::Asn => asn(scalar).map(Value::Int).ok_or(Wrong),
        Type::Time => only_text(scalar).and_then(time::parse).map(Value::Time).ok_or(Wrong),
        Type::Ip => only_text(scalar).and_then(address).map(Value::Ip).ok_or(Wrong),
        Type::Cidr => only_text(scalar).and_then(|text| text.parse().ok()).map(Value::Cidr).ok_or(Wrong),
        // No record holds these as one scalar: a location is read from two.
        Type::Duration | Type::Location | Type::Distance | Type::Speed | Type::Set(_) => Err(Wrong),
    }
}

/// An identifier that does not repeat, such as an event's own: not remembered.
pub(super) fn unique(scalar: Scalar<'_>) -> Result<Value, Wrong> {
    text(scalar, |text| Arc::from(text))
}

fn text(scalar: Scalar<'_>, share: impl FnOnce(&str) -> Arc<str>) -> Result<Value, Wrong> {
    match scalar {
        Scalar::Text(text) => Ok(Value::Text(share(text))),
        Scalar::Bool(_) | Scalar::Int(_) | Scalar::Big(_) | Scalar::Float(_) | Scalar::Composite => {
            let mut buffer = String::new();
            spell(scalar, &mut buffer).map(|text| Value::Text(share(text))).ok_or(Wrong)
        }
    }
}

fn only_text(scalar: Scalar<'_>) -> Option<&str> {
    match scalar {
        Scalar::Text(text) => Some(text),
        Scalar::Bool(_) | Scalar::Int(_) | Scalar::Big(_) | Scalar::Float(_) | Scalar::Composite => None,
    }
}

/// Lower case.
pub(super) fn folded(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.to_lowercase())
    }
}

/// A code in upper case; names of countries stay as they are.
fn country(text: &str) -> Cow<'_, str> {
    if text.len() == 2 && text.bytes().any(|byte| byte.is_ascii_lowercase()) {
        Cow::Owned(text.to_ascii_uppercase())
    } else {
        Cow::Borrowed(text)
    }
}

fn int(scalar: Scalar<'_>) -> Option<i64> {
    match scalar {
        Scalar::Int(value) => Some(value),
        Scalar::Float(value) => whole(value),
        Scalar::Text(text) => text.parse().ok().or_else(|| finite(text).and_then(whole)),
        Scalar::Bool(_) | Scalar::Big(_) | Scalar::Composite => None,
    }
}

/// A floating point number that is whole and small enough to be exact.
fn whole(value: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "whole and within 53 bits")]
    (value.fract() == 0.0 && value.abs() <= EXACT).then_some(value as i64)
}

fn finite(text: &str) -> Option<f64> {
    // `parse` also takes `inf` and `nan`.
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

fn float(scalar: Scalar<'_>) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "what JSON calls a number is a floating point number here")]
    match scalar {
        Scalar::Int(value) => Some(value as f64),
        Scalar::Big(value) => Some(value as f64),
        Scalar::Float(value) => Some(value),
        Scalar::Text(text) => finite(text),
        Scalar::Bool(_) | Scalar::Composite => None,
    }
}

fn bool(scalar: Scalar<'_>) -> Option<bool> {
    match scalar {
        Scalar::Bool(value) => Some(value),
        Scalar::Int(0) | Scalar::Text("0") => Some(false),
        Scalar::Int(1) | Scalar::Text("1") => Some(true),
        Scalar::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Scalar::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
        Scalar::Int(_) | Scalar::Big(_) | Scalar::Float(_) | Scalar::Text(_) | Scalar::Composite => None,
    }
}

fn asn(scalar: Scalar<'_>) -> Option<i64> {
    let number = match scalar {
        Scalar::Text(text) => {
            let bare = text.get(..2).filter(|prefix| prefix.eq_ignore_ascii_case("as")).map_or(text, |_| &text[2..]);
            bare.trim_start().parse().ok()?
        }
        Scalar::Int(_) | Scalar::Float(_) => int(scalar)?,
        Scalar::Bool(_) | Scalar::Big(_) | Scalar::Composite => return None,
    };
    u32::try_from(number).ok().map(i64::from)
}

/// An address: without a zone, and an IPv4 address that is written as IPv6 is IPv4.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    let bare = text.split_once('%').map_or(text, |(address, _)| address);
    bare.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::{Interner, Scalar, Wrong, convert, spell};
    use crate::types::Type;
    use crate::value::Value;

    fn of(scalar: Scalar<'_>, ty: &Type) -> Result<Value, Wrong> {
        convert(scalar, ty, &mut Interner::default())
    }

    fn ip(text: &str) -> Value {
        Value::Ip(text.parse().unwrap())
    }

    #[test]
    fn names_are_folded_and_codes_of_countries_are_upper_case() {
        assert_eq!(of(Scalar::Text("Ana.ÅKE@Contoso.com"), &Type::Name), Ok(Value::text("ana.åke@contoso.com")));
        assert_eq!(of(Scalar::Text("Ana"), &Type::String), Ok(Value::text("Ana")));
        assert_eq!(of(Scalar::Text("fi"), &Type::Country), Ok(Value::text("FI")));
        assert_eq!(of(Scalar::Text("Finland"), &Type::Country), Ok(Value::text("Finland")));
    }

    #[test]
    fn addresses_have_one_spelling() {
        for (text, address) in [
            ("203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:0DB8:0:0::1", "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1"),
        ] {
            assert_eq!(of(Scalar::Text(text), &Type::Ip), Ok(ip(address)));
        }
        for text in ["203.0.113", "203.0.113.7:443", "010.0.0.1", "host", "<null>", " 203.0.113.7"] {
            assert_eq!(of(Scalar::Text(text), &Type::Ip), Err(Wrong), "{text}");
        }
    }

    #[test]
    fn numbers_may_be_texts() {
        assert_eq!(of(Scalar::Text("-12"), &Type::Int), Ok(Value::Int(-12)));
        assert_eq!(of(Scalar::Text("12.0"), &Type::Int), Ok(Value::Int(12)));
        assert_eq!(of(Scalar::Float(12.0), &Type::Int), Ok(Value::Int(12)));
        assert_eq!(of(Scalar::Float(12.5), &Type::Int), Err(Wrong));
        assert_eq!(of(Scalar::Big(u64::MAX), &Type::Int), Err(Wrong));
        assert_eq!(of(Scalar::Text("52.0907"), &Type::Float), Ok(Value::Float(52.0907)));
        assert_eq!(of(Scalar::Text("NaN"), &Type::Float), Err(Wrong));
        assert_eq!(of(Scalar::Text("inf"), &Type::Float), Err(Wrong));
        assert_eq!(of(Scalar::Text("abc"), &Type::Int), Err(Wrong));
    }

    #[test]
    fn truth_is_spelled_in_several_ways() {
        for scalar in
            [Scalar::Bool(true), Scalar::Int(1), Scalar::Text("1"), Scalar::Text("True"), Scalar::Text("true")]
        {
            assert_eq!(of(scalar, &Type::Bool), Ok(Value::Bool(true)));
        }
        for scalar in [Scalar::Bool(false), Scalar::Int(0), Scalar::Text("0"), Scalar::Text("False")] {
            assert_eq!(of(scalar, &Type::Bool), Ok(Value::Bool(false)));
        }
        for scalar in [Scalar::Int(2), Scalar::Text("yes"), Scalar::Float(1.0), Scalar::Composite] {
            assert_eq!(of(scalar, &Type::Bool), Err(Wrong));
        }
    }

    #[test]
    fn autonomous_systems_may_have_a_prefix() {
        for scalar in [Scalar::Int(64500), Scalar::Text("64500"), Scalar::Text("AS64500"), Scalar::Text("as 64500")] {
            assert_eq!(of(scalar, &Type::Asn), Ok(Value::Int(64500)));
        }
        for scalar in
            [Scalar::Int(-1), Scalar::Text("abc"), Scalar::Text("AS"), Scalar::Int(1 << 32), Scalar::Text("é1")]
        {
            assert_eq!(of(scalar, &Type::Asn), Err(Wrong));
        }
    }

    #[test]
    fn identifiers_are_text_whatever_they_are_in_json() {
        assert_eq!(of(Scalar::Int(20893), &Type::String), Ok(Value::text("20893")));
        assert_eq!(of(Scalar::Bool(true), &Type::String), Ok(Value::text("true")));
        assert_eq!(of(Scalar::Composite, &Type::String), Err(Wrong));
        assert_eq!(spell(Scalar::Float(0.5), &mut String::new()), Some("0.5"));
    }
}
