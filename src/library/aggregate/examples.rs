//! Examples of the aggregates over a few events: documentation and tests.

use super::AggregateFunction;
use crate::library::Example;

/// What the events of [`EVENTS`] have that do not say otherwise, as in a test.
pub const GIVEN: &str =
    r#"time: 2026-01-05T08:00:00Z, token: "T1", user_name: "ana@example.org", user_agent: "curl", result: success"#;

/// The events of one token, and two of other users' tokens on the day before, as in a test. The examples are over a window of
/// half an hour that the last event completes, or over the bucket from 08:00 to 09:00.
pub const EVENTS: &[&str] = &[
    r#"{ event_id: "d1", time: -22h, token: "T2", ip: "192.0.2.1" }"#,
    r#"{ event_id: "d2", time: -21h, token: "T3", user_name: "bo@example.org", user_agent: "Edge" }"#,
    r#"{ event_id: "h1", time: -110m }"#,
    r#"{ event_id: "h2", time: -100m, result: failure }"#,
    r#"{ event_id: "h3", time: -55m, country: "DE" }"#,
    r#"{ event_id: "h4", time: -40m }"#,
    r#"{ event_id: "e1", country: "DE", ip: "192.0.2.1", bytes: 10 }"#,
    r#"{ event_id: "e2", time: +10m, country: "FR", ip: "198.51.100.7", bytes: 30 }"#,
    r#"{ event_id: "e3", time: +20m, country: "DE", ip: "192.0.2.1", result: failure }"#,
    r#"{ event_id: "e4", time: +30m, ip: "2001:db8::1", bytes: 20 }"#,
    r#"{ event_id: "e5", time: +30m, country: "US", ip: "192.0.2.1", result: failure, bytes: 20 }"#,
];

const fn example(call: &'static str, gives: &'static str) -> Example {
    Example { call, gives }
}

/// `values(f) contains any […]`, `values(f) contains all […]`
pub static CONTAINS: &[Example] = &[
    example(r#"values(country) contains any ["FR", "JP"]"#, "true"),
    example(r#"values(country) contains any ["GB", "JP"]"#, "false"),
    example(r#"values(country) contains all ["FR", "US"]"#, "true"),
    example(r#"values(country) contains all ["FR", "JP"]"#, "false"),
    example(r#"values(country, bytes > 100) contains any ["FR"]"#, "false"),
];

impl AggregateFunction {
    /// What it gives over [`EVENTS`].
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "a flat match")]
    pub fn examples(self) -> &'static [Example] {
        match self {
            Self::Count => {
                const {
                    &[
                        example("count()", "5"),
                        example("count(result == failure)", "2"),
                        example("count(bytes > 100)", "0"),
                        example("count(not (bytes > 15))", "2"),
                    ]
                }
            }
            Self::Distinct => {
                const {
                    &[
                        example("distinct(country)", "3"),
                        example("distinct(ip, result == failure)", "1"),
                        example("distinct(ip, bytes > 100)", "0"),
                    ]
                }
            }
            Self::Values => {
                const {
                    &[
                        example("values(country)", r#"["DE", "FR", "US"]"#),
                        example("values(bytes)", "[10, 20, 30]"),
                        example("values(country, result == success)", r#"["DE", "FR"]"#),
                    ]
                }
            }
            Self::Min => {
                const {
                    &[
                        example("min(bytes)", "10"),
                        example("min(time)", "2026-01-05T08:00:00Z"),
                        example("min(bytes, result == failure)", "20"),
                        example("min(bytes, bytes > 100)", "missing"),
                    ]
                }
            }
            Self::Max => {
                const {
                    &[
                        example("max(bytes)", "30"),
                        example("max(time)", "2026-01-05T08:30:00Z"),
                        example("max(bytes, country == \"US\")", "20"),
                        example("max(bytes, bytes > 100)", "missing"),
                    ]
                }
            }
            Self::Sum => {
                const {
                    &[
                        example("sum(bytes)", "80"),
                        example("sum(bytes, result == failure)", "20"),
                        example("sum(bytes, bytes > 100)", "0"),
                    ]
                }
            }
            Self::Avg => {
                const {
                    &[
                        example("avg(bytes)", "20.0"),
                        example("avg(bytes, result == success)", "20.0"),
                        example("avg(bytes, bytes <= 20)", "16.666666666666668"),
                        example("avg(bytes, bytes > 100)", "missing"),
                    ]
                }
            }
            Self::First => {
                const {
                    &[
                        example("first(country)", r#""DE""#),
                        example("first(bytes, bytes > 10)", "30"),
                        example("first(country, bytes > 100)", "missing"),
                    ]
                }
            }
            Self::Last => {
                const {
                    &[
                        example("last(country)", r#""US""#),
                        example("last(ip)", r#""192.0.2.1""#),
                        example("last(country, result == success)", r#""FR""#),
                    ]
                }
            }
            Self::Any => const { &[example("any(bytes > 25)", "true"), example("any(bytes > 30)", "false")] },
            Self::All => {
                const {
                    &[
                        example("all(user_agent == \"curl\")", "true"),
                        example("all(bytes >= 10)", "false"),
                        example("all(bytes is missing or bytes >= 10)", "true"),
                    ]
                }
            }
            Self::Span => const { &[example("span()", "30m")] },
            Self::Hops => {
                const { &[example("hops(country)", "3"), example("hops(ip)", "4"), example("hops(user_name)", "0")] }
            }
            Self::Ratio => {
                const { &[example("ratio(result == failure)", "0.4"), example("ratio(bytes > 100)", "0.0")] }
            }
            Self::Mean => {
                const {
                    &[
                        example("mean(count(), 1h, 4h)", "1.0"),
                        example("mean(count(result == failure), 1h, 4h)", "0.25"),
                        example("mean(distinct(country), 1h, 2h)", "0.5"),
                    ]
                }
            }
            Self::Deviation => {
                const {
                    &[
                        example("deviation(count(), 1h, 4h)", "1.0"),
                        example("deviation(count(), 1h, 2h)", "0.0"),
                        example("deviation(distinct(country), 1h, 2h)", "0.5"),
                    ]
                }
            }
            Self::Prevalence => {
                const {
                    &[
                        example("prevalence(user_agent, user_name, 1d)", "0.5"),
                        example("prevalence(ip, user_name, 1d)", "0.5"),
                        example("prevalence(country, user_name, 1d)", "0.0"),
                    ]
                }
            }
        }
    }
}
