//! Literals: mostly values that events have, and some that a target could get wrong.

use tokentrail::types::Type;

use super::expr::{Maker, Place, Scope};
use super::vocabulary::{ODD, quoted};

/// Times crowd on quarter hours; widths are such, and a second more or less.
pub const WIDTHS: [&str; 14] =
    ["15m", "899s", "901s", "30m", "1799s", "1801s", "45m", "1h", "3599s", "3601s", "90m", "2h", "4h", "450s"];

const DURATIONS: [&str; 14] =
    ["0s", "1s", "-30s", "500ms", "14m59s", "15m", "15m1s", "30m", "1h", "2h", "6h", "1d", "-15m", "100d"];

const FLOATS: [&str; 12] =
    ["0.0", "0.25", "0.5", "1.0", "1.5", "2.5", "0.125", "-0.5", "3.0", "100.0", "0.75", "9007199254740991.0"];

const ADDRESSES: [&str; 6] = ["::1", "2001:db8::1", "255.255.255.255", "0.0.0.0", "192.0.2.1", "fe80::1"];

/// All of them have no bits below their prefix.
pub const NETWORKS: [&str; 14] = [
    "0.0.0.0/0",
    "::/0",
    "192.0.2.1/32",
    "192.0.2.0/31",
    "192.0.2.0/24",
    "198.51.100.0/25",
    "203.0.113.8/29",
    "128.0.0.0/1",
    "2001:db8::/32",
    "2001:db8::1/128",
    "2001:db8::/127",
    "10.0.0.0/8",
    "198.51.100.7",
    "::/8",
];

impl Maker {
    /// A literal of a type.
    pub fn literal(&mut self, ty: &Type, scope: &Scope) -> String {
        let known = scope.values(ty);
        if !known.is_empty() && !matches!(ty, Type::Time | Type::Enum(_)) && !self.one_in(5) {
            let value = self.choose(&known).clone();
            return match ty {
                // Letter case of a name means nothing.
                Type::Name if self.one_in(3) => value.to_uppercase().replace("\\N", "\\n").replace("\\T", "\\t"),
                _ => value,
            };
        }
        let grid = |maker: &mut Self| {
            let micros = 1_772_582_400_000_000 + i64::try_from(maker.dice.below(24)).unwrap() * 900_000_000;
            let off = maker.dice.pick(&[0, 0, 0, 1_000_000, -1_000_000, 1]);
            jiff::Timestamp::from_microsecond(micros + off).unwrap().to_string()
        };
        match ty {
            Type::String | Type::Name | Type::Id(..) => {
                let odd = self.dice.pick(&ODD);
                quoted(odd)
            }
            Type::Int if scope.place == Place::Event => {
                self.dice.pick(&["0", "1", "-1", "7", "200", "9007199254740991", "4294967296"]).to_owned()
            }
            Type::Int => self.dice.pick(&["0", "1", "1", "2", "2", "3", "4", "-1"]).to_owned(),
            Type::Float => self.dice.pick(&FLOATS).to_owned(),
            Type::Bool => self.dice.pick(&["true", "false"]).to_owned(),
            Type::Time => grid(self),
            Type::Duration => self.dice.pick(&DURATIONS).replace("14m59s", "899s").replace("15m1s", "901s"),
            Type::Ip => quoted(self.dice.pick(&ADDRESSES)),
            Type::Cidr => quoted(self.dice.pick(&NETWORKS)),
            Type::Country => self.dice.pick(&["\"DE\"", "\"FR\"", "\"US\"", "\"XK\"", "\"GB\""]).to_owned(),
            Type::Asn => self.dice.pick(&["64500", "64501", "0", "4294967295"]).to_owned(),
            Type::Location => self.point(scope),
            Type::Distance => {
                self.dice.pick(&["0 km", "0.5 km", "100 km", "300 km", "878 km", "5000 km", "-1 km"]).to_owned()
            }
            Type::Speed => self.dice.pick(&["0 km/h", "3.6 km/h", "100 km/h", "900 km/h", "100000 km/h"]).to_owned(),
            Type::Enum(set) => self.choose(&set.values).clone(),
            Type::Set(_) => unreachable!("sets have no literal"),
        }
    }

    /// A place: one that events have, or another.
    pub fn point(&mut self, scope: &Scope) -> String {
        let known = scope.values(&Type::Location);
        if !known.is_empty() && self.one_in(2) {
            return self.choose(&known).clone();
        }
        self.dice
            .pick(&[
                "point(52.52, 13.405)",
                "point(0, 0)",
                "point(-33.9, 18.4)",
                "point(90, 0)",
                "point(48.8566, -180)",
            ])
            .to_owned()
    }

    /// A part of a text that events have, or an odd one.
    pub fn part_of_text(&mut self, ty: &Type, scope: &Scope) -> String {
        let texts = scope.texts(ty);
        if texts.is_empty() || self.one_in(6) {
            return self.dice.pick(&ODD).to_owned();
        }
        let text: Vec<char> = self.choose(&texts).chars().collect();
        let from = self.below(text.len());
        let from = if self.one_in(2) { 0 } else { from };
        let to = from + 1 + self.below(text.len() - from);
        text[from..to].iter().collect()
    }

    /// A regular expression that is the same in the syntax of every engine.
    pub fn pattern(&mut self, ty: &Type, scope: &Scope) -> String {
        // Which letters beyond ASCII are alike is not the same everywhere; patterns on names look for alike ones.
        let plain = |text: String| if text.is_ascii() { regex::escape(&text) } else { "e".to_owned() };
        let (part, other) = (plain(self.part_of_text(ty, scope)), plain(self.part_of_text(ty, scope)));
        match self.dice.below(9) {
            0 => format!("^{part}"),
            1 => format!("{part}$"),
            2 => format!("^(?:{part}|{other})"),
            3 => format!("{part}|{other}"),
            4 => "^[A-Za-z]+[0-9./:@-]".to_owned(),
            5 => r"\d{2,}".to_owned(),
            6 => format!("(?i){part}"),
            7 => r"^\S+\s?\w*$".to_owned(),
            _ => part,
        }
    }
}
