//! YAML documents. Alone knows the crate that writes them.

use serde::Serialize;

/// A document: keys in the order of the fields, texts of several lines as blocks, a newline at its end.
pub fn document(value: &impl Serialize) -> String {
    // Structures of texts, numbers and lists always have a spelling.
    yaml_serde::to_string(value).unwrap_or_default()
}
