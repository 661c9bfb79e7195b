//! MITRE ATT&CK: which techniques and tactics there are.

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
