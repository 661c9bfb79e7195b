//! The table of techniques: what an id stands for, today or before.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{Matrix, Tactic, Technique};

/// What an id stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A technique of the enterprise matrix.
    Current(&'static Technique),
    /// A technique that another one took the place of.
    Replaced {
        /// Its name.
        name: &'static str,
        /// What took its place.
        by: &'static Technique,
    },
    /// A technique that ATT&CK gave up.
    Deprecated {
        /// Its name.
        name: &'static str,
    },
    /// A technique of another matrix.
    Elsewhere {
        /// Its name.
        name: &'static str,
        /// Which.
        matrix: Matrix,
    },
    /// None of ATT&CK.
    Unknown,
}

/// A line of the table that is no technique of the enterprise matrix today.
enum Former {
    Replaced(&'static str),
    Deprecated,
    Elsewhere(Matrix),
}

struct Table {
    /// By id.
    techniques: Vec<Technique>,
    former: BTreeMap<&'static str, (&'static str, Former)>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| read(include_str!("techniques.tsv")));

/// Lines that make no sense are left out; a test says that there are none.
fn read(text: &'static str) -> Table {
    let mut table = Table { techniques: Vec::new(), former: BTreeMap::new() };
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut parts = line.split('\t');
        let (Some(id), Some(name), Some(tactics), Some(state)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        let former = match state.split_once(' ').unwrap_or((state, "")) {
            ("revoked", by) => Former::Replaced(by),
            ("deprecated", _) => Former::Deprecated,
            ("mobile", _) => Former::Elsewhere(Matrix::Mobile),
            ("ics", _) => Former::Elsewhere(Matrix::Ics),
            _ => {
                let mut tactics: Vec<Tactic> = tactics.split(',').filter_map(tactic).collect();
                tactics.sort_unstable();
                table.techniques.push(Technique { id, name, tactics });
                continue;
            }
        };
        table.former.insert(id, (name, former));
    }
    table.techniques.sort_unstable_by_key(|technique| technique.id);
    table
}

/// The tactic of a short name such as `credential-access`. The two that version 19 made of one count as that one, because
/// products know no other.
fn tactic(short: &str) -> Option<Tactic> {
    if matches!(short, "stealth" | "defense-impairment") {
        return Some(Tactic::DefenseEvasion);
    }
    Tactic::ALL.iter().copied().find(|tactic| tactic.title().to_lowercase().replace(' ', "-") == short)
}

/// All techniques of the enterprise matrix, by id.
#[must_use]
pub fn techniques() -> &'static [Technique] {
    &TABLE.techniques
}

/// The technique of an id such as `T1550.001`, if it is one of the enterprise matrix today.
#[must_use]
pub fn technique(id: &str) -> Option<&'static Technique> {
    let techniques = techniques();
    techniques.binary_search_by_key(&id, |technique| technique.id).ok().map(|at| &techniques[at])
}

/// What an id stands for, former ids and other matrices included.
#[must_use]
pub fn standing(id: &str) -> Standing {
    if let Some(technique) = technique(id) {
        return Standing::Current(technique);
    }
    match TABLE.former.get(id) {
        Some((name, Former::Replaced(by))) => match technique(by) {
            Some(by) => Standing::Replaced { name, by },
            None => Standing::Deprecated { name },
        },
        Some((name, Former::Deprecated)) => Standing::Deprecated { name },
        Some((name, Former::Elsewhere(matrix))) => Standing::Elsewhere { name, matrix: *matrix },
        None => Standing::Unknown,
    }
}

/// The id of the technique that a sub-technique belongs to, whether or not there is one.
#[must_use]
pub fn parent(id: &str) -> Option<&str> {
    id.split_once('.').map(|(technique, _)| technique)
}

/// The sub-techniques of a technique.
pub fn sub_techniques(id: &str) -> impl Iterator<Item = &'static Technique> {
    techniques().iter().filter(move |technique| parent(technique.id) == Some(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
        let lines = include_str!("techniques.tsv").lines().filter(|line| !line.starts_with('#'));
        lines.map(|line| match *line.split('\t').collect::<Vec<_>>() {
            [id, name, tactics, state] if !id.is_empty() && !name.is_empty() => (id, tactics, state),
            _ => panic!("a line of four parts: {line}"),
        })
    }

    #[test]
    fn every_line_of_the_table_is_understood() {
        assert_eq!(techniques().len() + TABLE.former.len(), lines().count());
        for (id, tactics, state) in lines() {
            assert!(matches!(
                state.split(' ').next(),
                Some("" | "since" | "revoked" | "deprecated" | "mobile" | "ics")
            ));
            assert!(tactics.split(',').all(|short| short.is_empty() || tactic(short).is_some()), "{id}: {tactics}");
        }
    }

    #[test]
    fn every_technique_serves_a_tactic_and_every_sub_technique_has_its_technique() {
        for found in techniques() {
            assert!(!found.tactics.is_empty(), "{}", found.id);
            assert!(parent(found.id).is_none_or(|parent| technique(parent).is_some()), "{}", found.id);
        }
        assert!(techniques().len() > 700);
    }

    #[test]
    fn tactics_are_in_the_order_of_the_matrix() {
        let found = technique("T1550.001").unwrap();
        assert_eq!(found.name, "Application Access Token");
        assert_eq!(found.tactics, [Tactic::DefenseEvasion, Tactic::LateralMovement]);
    }

    #[test]
    fn former_ids_lead_to_techniques_of_today() {
        for (id, _, state) in lines().filter(|(_, _, state)| state.starts_with("revoked")) {
            assert!(matches!(standing(id), Standing::Replaced { .. }), "{id}: {state}");
        }
        let Standing::Replaced { name, by } = standing("T1527") else { panic!("replaced") };
        assert_eq!((name, by.id), ("Application Access Token", "T1550.001"));
        assert!(matches!(standing("T1043"), Standing::Deprecated { name: "Commonly Used Port" }));
    }

    #[test]
    fn ids_of_version_19_and_of_other_matrices_are_told_apart() {
        assert_eq!(technique("T1685.002").unwrap().tactics, [Tactic::DefenseEvasion]);
        assert!(matches!(standing("T0812"), Standing::Elsewhere { matrix: Matrix::Ics, .. }));
        assert!(matches!(standing("T1417"), Standing::Elsewhere { matrix: Matrix::Mobile, .. }));
        assert_eq!(standing("T1550.999"), Standing::Unknown);
    }
}
