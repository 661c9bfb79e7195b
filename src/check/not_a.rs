//! What texts should have been, in words. Part of the checker's wording.

/// What a text should have been.
#[derive(Clone, Copy, Debug)]
pub enum NotA {
    /// IP address.
    Address,
    /// CIDR network.
    Network,
    /// ISO 3166-1 alpha-2 code.
    Country,
    /// AS number.
    AutonomousSystem,
    /// RFC 3339 time.
    Time,
    /// Calendar date.
    Date,
    /// UUID.
    Uuid,
    /// Title.
    Title,
    /// ATT&CK technique.
    Technique,
    /// `a.b.c`.
    Version,
    /// Someone who looks after a rule.
    Owner,
    /// Web link.
    Link,
}

impl NotA {
    /// What it is called, and what a good one looks like.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Address => {
                ("an IP address", "write an IPv4 or IPv6 address such as \"192.0.2.1\" or \"2001:db8::1\"")
            }
            Self::Network => ("a network", "write it in CIDR notation such as \"192.0.2.0/24\" or \"2001:db8::/32\""),
            Self::Country => ("a country code", "write the ISO 3166-1 alpha-2 code in capitals, such as \"DE\""),
            Self::AutonomousSystem => ("an AS number", "write a whole number from 0 to 4294967295"),
            Self::Time => ("a time", "write it as RFC 3339 in UTC or with an offset, such as 2026-01-05T08:00:00Z"),
            Self::Date => ("a date", "write year, month and day, such as 2027-03-31"),
            Self::Uuid => ("a UUID", "write 32 hexadecimal digits in groups of 8-4-4-4-12"),
            Self::Title => ("a title", "say in one line what the rule finds"),
            Self::Technique => ("an ATT&CK technique", "write an id such as T1550 or T1550.001"),
            Self::Version => ("a version", "write three whole numbers, such as 1.2.0"),
            Self::Owner => ("an owner", "name the team or person that looks after the rule"),
            Self::Link => ("a link", "write the whole address with https://"),
        }
    }
}
