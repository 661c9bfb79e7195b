//! Wording about ids that are no techniques of ATT&CK.

use crate::attack::{self, Matrix, Technique};
use crate::diagnostic::{Code, suggest};

use super::wording::Wording;

/// An id that the enterprise matrix does not have, or has never had.
pub fn unknown(id: &str, matrix: Option<Matrix>) -> Wording {
    let wording = |message: String, label: &str| Wording::new(Code::E0516, message, label);
    if let Some(matrix) = matrix {
        let title = matrix.title();
        return wording(format!("`{id}` is a technique of ATT&CK for {title}"), "of another matrix")
            .help("write one of the Enterprise matrix, which rules over sign-ins and tokens are about");
    }
    let versions = format!("{} and {}", attack::VERSION, attack::NEWEST);
    wording(format!("ATT&CK has no technique `{id}`"), "unknown technique")
        .help(closest(id).unwrap_or_else(|| format!("the ids of ATT&CK Enterprise {versions} are known here")))
}

/// What may have been meant: of an unknown sub-technique its technique, else the id that looks most alike.
fn closest(id: &str) -> Option<String> {
    if let Some(technique) = attack::parent(id).and_then(attack::technique) {
        let subs: Vec<&str> = attack::sub_techniques(technique.id).map(|sub| sub.id).collect();
        let subs = match subs.as_slice() {
            [] => "has no sub-techniques".to_owned(),
            [one] => format!("has the sub-technique `{one}`"),
            [first, .., last] => format!("has sub-techniques from `{first}` to `{last}`"),
        };
        return Some(format!("did you mean {}? it {subs}", named(technique)));
    }
    let ids = attack::techniques().iter().map(|technique| technique.id);
    let close = attack::technique(suggest::closest(id, ids)?)?;
    Some(format!("did you mean {}?", named(close)))
}

fn named(technique: &Technique) -> String {
    format!("`{}` ({})", technique.id, technique.name)
}
