//! Every diagnostic code, with its title, severity and page.
//!
//! Numbers are never reused. A code without a page does not compile; a test runs the examples of each page.

use super::Severity;

macro_rules! codes {
    ($($id:ident $severity:ident $title:literal),+ $(,)?) => {
        /// A diagnostic code. `E01` syntax, `E02` names, `E03` types, `E04` rule shape, `E05` literals, `E06` target,
        /// `E07` catalogue, `E10` list files and settings, `W08` lints, `W09` fidelity.
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
    E0201 Error "unknown source",
    E0202 Error "name taken",
    E0203 Error "view contains itself",
    E0204 Error "unknown field",
    E0205 Error "field lacking in a source",
    E0206 Error "unknown function",
    E0207 Error "unknown list",
    E0208 Error "unknown type",
    E0209 Error "parameter name taken",
    E0210 Error "unknown event",
    E0211 Error "unknown column",
    E0212 Error "unknown word",
    E0213 Error "nothing to group by",
    E0231 Error "unknown rule, test or parameter",
    E0232 Error "repeated in tests",
    E0241 Error "not a lint",
    // types
    E0301 Error "types differ",
    E0302 Error "operator not for this type",
    E0303 Error "not a condition",
    E0304 Error "wrong argument",
    E0305 Error "wrong number of arguments",
    E0306 Error "not a set",
    E0307 Error "field of two types",
    E0308 Error "not a type for lists",
    E0309 Error "not a key",
    E0310 Error "not an entity",
    E0311 Error "identifiers of different kinds",
    E0313 Error "not one entity",
    // rule shape
    E0401 Error "clause missing",
    E0402 Error "clause repeated",
    E0403 Error "two shapes",
    E0404 Error "aggregate or field out of place",
    E0405 Error "buckets do not divide a day",
    E0406 Error "duration out of range",
    E0407 Error "column or key repeated",
    E0408 Error "column without a name",
    E0409 Error "clause does not fit the shape",
    E0410 Error "steps of a sequence",
    E0411 Error "field of which event",
    E0412 Error "learning too long",
    E0413 Error "not near real time",
    E0414 Error "response without an account",
    E0415 Error "too many details",
    E0416 Error "named twice in a clause",
    E0417 Error "nothing to suppress by",
    E0441 Error "expectations of a test",
    E0442 Error "not possible in a test",
    E0443 Error "tests in a circle",
    E0451 Error "no reason given",
    // literals
    E0501 Error "bad literal",
    E0502 Error "unknown value",
    E0503 Error "literal of another type",
    E0504 Error "empty text",
    E0505 Error "bad regular expression",
    E0506 Error "unit wrong or missing",
    E0507 Error "bad title of alerts",
    E0508 Error "bad name of a detail",
    E0516 Error "not a technique of ATT&CK",
    E0531 Error "record of a test",
    // target (src/target/error.rs)
    E0601 Error "not on this target",
    E0602 Error "function not on this target",
    E0603 Error "query too long for Sentinel",
    E0604 Error "looks back too far for Sentinel",
    E0605 Error "runs too often or too seldom for Sentinel",
    E0606 Error "looks back further than logs are kept",
    E0607 Error "arrives too late for near real time",
    // templates of Azure (src/package/sentinel/template/error.rs)
    E0625 Error "list too long for a template",
    E0626 Error "nobody to revoke the sessions of",
    E0627 Error "template full",
    E0628 Error "rules named alike",

    // Sentinel's analytics rules (src/package/sentinel/error.rs)
    E0611 Error "text too long for Sentinel",
    E0612 Error "alert title not for Sentinel",
    E0613 Error "too many entities for Sentinel",
    E0614 Error "details not for Sentinel",
    E0615 Error "schedule not for Sentinel",
    E0616 Error "suppression or grouping not for Sentinel",
    E0617 Error "two rules of one id",

    // custom detections of Defender XDR (src/package/defender/error.rs)
    E0631 Error "no frequency for it in Defender XDR",
    E0632 Error "no entity for Defender XDR",
    E0633 Error "alert title not for Defender XDR",
    E0635 Error "column with a meaning in Defender XDR",
    E0636 Error "two detections with one id",
    // Splunk apps (src/package/splunk/error.rs)
    E0641 Error "name too long for Splunk",
    E0642 Error "no cron schedule for it",
    E0643 Error "macro defined twice",
    // contentctl (src/package/contentctl/error.rs)
    E0651 Error "no day for contentctl",
    E0652 Error "too long for contentctl",
    E0653 Error "version too large for contentctl",
    E0654 Error "name taken in contentctl",
    E0655 Error "text that contentctl misreads",
    E0656 Error "sign that marks a field in Splunk",
    E0657 Error "two rules of one id in contentctl",

    // catalogue (src/catalog/error.rs)
    E0701 Error "not valid TOML",
    E0702 Error "unknown key in a catalogue file",
    E0703 Error "wrong kind of value in a catalogue file",
    E0704 Error "incomplete catalogue entry",
    E0705 Error "unknown word in a catalogue file",
    E0706 Error "bad path in a catalogue file",
    E0707 Error "unknown source in a catalogue file",
    E0708 Error "defined twice in the catalogue",
    E0709 Error "value not of its field's type",
    E0710 Error "bad name in a catalogue file",
    E0711 Error "contradicting keys of a field",
    E0712 Error "shared field of another type",
    E0713 Error "shape without a condition",
    E0714 Error "look-up without an address",

    // list files and settings (src/check/given.rs, src/settings/error.rs)
    E1001 Error "list file cannot be read",
    E1002 Error "column of a list file",
    E1003 Error "broken list file",
    E1004 Error "settings are not valid TOML",
    E1005 Error "unknown key in the settings",
    E1006 Error "wrong kind of value in the settings",
    E1007 Error "unknown name in the settings",
    E1008 Error "settings for another kind of list",
    E1009 Error "severity of an error",

    // lints (src/check/lint/)
    W0801 Warning "list entry expired",
    W0802 Warning "no description",
    W0803 Warning "parameter unused",
    W0804 Warning "allow silences nothing",
    W0805 Warning "condition always true",
    W0806 Warning "condition never true",
    W0807 Warning "threshold that every window reaches",
    W0808 Warning "threshold that no window reaches",
    W0809 Warning "condition repeated",
    W0810 Warning "longer than Sentinel looks back",
    W0811 Warning "key often missing",
    W0812 Warning "sign-in may be absent",
    W0813 Warning "known noise not excluded",
    W0814 Warning "list unused",
    W0815 Warning "view unused",
    W0816 Warning "reads all of a busy log",
    W0817 Warning "pattern begins with anything",
    W0818 Warning "long list in a rule",
    W0819 Warning "many logs in one rule",
    W0820 Warning "long window over a busy log",
    W0822 Warning "log read in vain",
    W0830 Warning "former technique of ATT&CK",
    W0831 Warning "technique named twice",

    // fidelity (src/target/capability.rs)
    W0901 Warning "done with a difference",
    W0902 Warning "copies reported again near real time",

    // fidelity of Sentinel's analytics rules (src/package/sentinel/error.rs)
    W0911 Warning "no data connector known",
    W0912 Warning "technique unknown to Sentinel's repository",
    W0913 Warning "not in Sentinel's YAML",
    W0914 Warning "not ASCII",
    W0915 Warning "suppressed by grouping only",

    // fidelity of Defender's custom detections (src/package/defender/error.rs)
    W0921 Warning "runs less often in Defender XDR",
    W0922 Warning "not done in Defender XDR",
    W0923 Warning "technique left out in Defender XDR",
    W0924 Warning "entity left out in Defender XDR",
    // fidelity of Splunk apps (src/package/splunk/error.rs)
    W0931 Warning "no grouping in Splunk",
    W0932 Warning "no such response in Splunk",
    // contentctl (src/package/contentctl/error.rs)
    W0941 Warning "schedule that Splunk does not have",
    W0942 Warning "alerts kept back together",
    W0943 Warning "not in the package of contentctl",
}

impl Code {
    /// The code of a text such as `e0301`, letter case aside.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.id().eq_ignore_ascii_case(text))
    }
}
