//! Every diagnostic code, with its title, severity and page.
//!
//! Numbers are never reused. A code without a page does not compile; a test runs the examples of each page.

use super::Severity;

macro_rules! codes {
    ($($id:ident $severity:ident $title:literal),+ $(,)?) => {
        /// A diagnostic code. `E01` syntax, `E02` names, `E03` types, `E04` rule shape, `E05` literals, `E06` target,
        /// `E07` catalogue, `W08` lints, `W09` fidelity.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $id,)+
        }

        impl Code {
            /// All codes in order.
            pub const ALL: &[Self] = &[$(Self::$id,)+];

            /// The code as it is written: `E0301`.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$id => stringify!($id),)+ }
            }

            /// What it is about, in a few words.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$id => $title,)+ }
            }

            /// Error or warning.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$id => Severity::$severity,)+ }
            }

            /// Its page in Markdown: what it means, a wrong example, a right one.
            #[must_use]
            pub fn page(self) -> &'static str {
                match self { $(Self::$id => include_str!(concat!("pages/", stringify!($id), ".md")),)+ }
            }
        }
    };
}

codes! {
    // syntax (src/syntax/error.rs)
    E0101 Error "unexpected text",
    E0102 Error "another language's spelling",
    E0103 Error "unclosed text or unknown escape",
    E0104 Error "nested too deep",
    E0105 Error "number out of range",
    E0106 Error "bracket never closed",
    E0107 Error "file is not UTF-8",
    E0108 Error "file too large",
    E0109 Error "misplaced doc comment",
    E0110 Error "operators that need parentheses",
    E0111 Error "attribute given twice",
    E0112 Error "internal error in the parser",
    // names (src/check/error.rs)
    E0201 Error "unknown name",
    // types

    // rule shape

    // literals

    // target (src/target/error.rs)

    // catalogue (src/catalog/error.rs)

    // lints (src/check/lint.rs)

    // fidelity (src/target/capability.rs)
}

impl Code {
    /// The code of a text such as `e0301`, letter case aside.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.id().eq_ignore_ascii_case(text))
    }
}
