//! MITRE ATT&CK: which techniques and tactics there are, and which there were.
//!
//! The table is data, `techniques.tsv`, made by `tests/oracles/attack/table.py` from packages that ship ATT&CK. Tactics and
//! former ids are those of version 18.1, the last one with the tactics that Sentinel and Defender know; the ids that version 19
//! adds are known too, its `Stealth` and `Defense Impairment` being what was `Defense Evasion`.
//!
//! © The MITRE Corporation. The table is reproduced and distributed with the permission of The MITRE Corporation.

mod table;

pub use table::{Standing, parent, standing, sub_techniques, technique, techniques};

/// The version of ATT&CK that tactics and former ids are from.
pub const VERSION: &str = "18.1";
/// The version whose new ids are known too.
pub const NEWEST: &str = "19";

/// A technique or sub-technique.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Technique {
    /// `T1550` or `T1550.001`
    pub id: &'static str,
    /// `Application Access Token`
    pub name: &'static str,
    /// What it serves, in the order of the matrix.
    pub tactics: Vec<Tactic>,
}

/// A matrix of ATT&CK that rules over identity logs have nothing to do with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matrix {
    /// Mobile devices.
    Mobile,
    /// Industrial control systems.
    Ics,
}

impl Matrix {
    /// `Mobile` or `ICS`, as ATT&CK writes it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Mobile => "Mobile",
            Self::Ics => "ICS",
        }
    }
}

macro_rules! tactics {
    ($($id:ident $tactic:literal $title:literal),+ $(,)?) => {
        /// A tactic of the enterprise matrix, in its order.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Tactic {
            $(#[doc = $title] $id,)+
        }

        impl Tactic {
            /// All tactics in the order of the matrix.
            pub const ALL: &[Self] = &[$(Self::$id,)+];

            /// `TA0006`
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$id => $tactic,)+ }
            }

            /// `Credential Access`
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$id => $title,)+ }
            }

            /// `CredentialAccess`, as Sentinel and Defender write it.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$id => stringify!($id),)+ }
            }
        }
    };
}

tactics! {
    Reconnaissance "TA0043" "Reconnaissance",
    ResourceDevelopment "TA0042" "Resource Development",
    InitialAccess "TA0001" "Initial Access",
    Execution "TA0002" "Execution",
    Persistence "TA0003" "Persistence",
    PrivilegeEscalation "TA0004" "Privilege Escalation",
    DefenseEvasion "TA0005" "Defense Evasion",
    CredentialAccess "TA0006" "Credential Access",
    Discovery "TA0007" "Discovery",
    LateralMovement "TA0008" "Lateral Movement",
    Collection "TA0009" "Collection",
    CommandAndControl "TA0011" "Command and Control",
    Exfiltration "TA0010" "Exfiltration",
    Impact "TA0040" "Impact",
}
