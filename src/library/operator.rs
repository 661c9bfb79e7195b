//! Examples of the operators of the language: documentation and tests. What the operators mean is in the checker and the writers.

/// An operator, or a few that belong together.
#[derive(Debug)]
pub struct Operator {
    /// As it is written: `x contains "t"`.
    pub usage: &'static str,
    /// One sentence: what it gives.
    pub summary: &'static str,
    /// What it gives for events.
    pub examples: &'static [Example],
}

/// An expression over an event and what it gives, all in the language.
#[derive(Debug)]
pub struct Example {
    /// The fields of the event that are not missing, as in a test: `bytes: 41`.
    pub given: &'static str,
    /// `bytes + 1`
    pub expression: &'static str,
    /// `42`, or `missing`
    pub gives: &'static str,
}

const fn example(given: &'static str, expression: &'static str, gives: &'static str) -> Example {
    Example { given, expression, gives }
}

/// When the events of the examples are, for those that do not say.
pub const TIME: &str = "2026-01-05T09:30:00Z";

/// All operators, in the order of the reference.
pub static OPERATORS: &[Operator] = &[
    Operator {
        usage: "a or b, a and b, not a",
        summary: "Logic of two values: what cannot be told is false, and `not` of it true.",
        examples: &[
            example("bytes: 5", "bytes > 3 or user_agent == \"x\"", "true"),
            example("bytes: 5", "bytes > 3 and user_agent == \"x\"", "false"),
            example("bytes: 5", "not (bytes > 3)", "false"),
            example("", "not (bytes > 3)", "true"),
            example("", "not (bytes > 3 or bytes <= 3)", "true"),
            example("bytes: 5", "bytes == 5 or bytes == 6 and user_agent == \"x\"", "true"),
            example("is_interactive: true", "is_interactive", "true"),
            example("", "is_interactive", "missing"),
            example("", "not is_interactive", "true"),
        ],
    },
    Operator {
        usage: "== !=",
        summary: "Whether two values are the same, or are not. False if one is missing.",
        examples: &[
            example("bytes: 41", "bytes == 41", "true"),
            example("user_agent: \"curl\"", "user_agent == \"Curl\"", "false"),
            example("user_name: \"Ana@Example.org\"", "user_name == \"ANA@example.org\"", "true"),
            example("user_agent: \"01\"", "user_agent == \"1\"", "false"),
            example("result: failure", "result == failure", "true"),
            example("result: failure", "result != success", "true"),
            example("ip: \"2001:db8::1\"", "ip == \"2001:db8::1\"", "true"),
            example("country: \"DE\"", "country != \"FR\"", "true"),
            example("asn: 64500", "asn == 64500", "true"),
            example("score: 0.5", "score == 0.5", "true"),
            example("is_interactive: false", "is_interactive == false", "true"),
            example("token_issued: 2026-01-05T08:00:00.000001Z", "token_issued == 2026-01-05T08:00:00Z", "false"),
            example("", "user_agent == \"x\"", "false"),
            example("", "user_agent != \"x\"", "false"),
            example("", "not (user_agent == \"x\")", "true"),
        ],
    },
    Operator {
        usage: "< <= > >=",
        summary: "The order of numbers, times, durations, distances and speeds. False if one is missing.",
        examples: &[
            example("bytes: 9", "bytes < 10", "true"),
            example("bytes: 10", "bytes < 10", "false"),
            example("bytes: 10", "bytes <= 10", "true"),
            example("bytes: -1", "bytes > -2", "true"),
            example("bytes: 100, packets: 99", "bytes >= packets", "true"),
            example("score: 0.25", "score > 0.3", "false"),
            example("token_issued: 2026-01-05T08:00:00Z", "token_issued < 2026-01-05T08:00:00.000001Z", "true"),
            example("token_issued: -60m", "time - token_issued > 59m", "true"),
            example("location: [52.52, 13.405]", "distance(location, point(48.8566, 2.3522)) <= 800 km", "false"),
            example("score: 0.5", "score * 900 km/h < 451 km/h", "true"),
            example("", "bytes < 10", "false"),
            example("", "not (bytes < 10)", "true"),
        ],
    },
    Operator {
        usage: "x in S, x not in S",
        summary: "Whether a value is one of several, or an address in a network. `in` is false for a missing value, and `not in` true.",
        examples: &[
            example("country: \"FR\"", "country in [\"DE\", \"FR\"]", "true"),
            example("country: \"US\"", "country not in [\"DE\", \"FR\"]", "true"),
            example("user_name: \"BO@example.org\"", "user_name in [\"ana@example.org\", \"Bo@Example.org\"]", "true"),
            example("user_agent: \"Curl\"", "user_agent in [\"curl\", \"wget\"]", "false"),
            example("bytes: 2", "bytes in [1, 2, 3]", "true"),
            example("result: partial", "result in [success, partial]", "true"),
            example("ip: \"192.0.2.77\"", "ip in \"192.0.2.0/24\"", "true"),
            example("ip: \"192.0.3.1\"", "ip in \"192.0.2.0/23\"", "true"),
            example("ip: \"192.0.4.0\"", "ip in \"192.0.2.0/23\"", "false"),
            example("ip: \"2001:db8:0:1::5\"", "ip in \"2001:db8::/48\"", "true"),
            example("ip: \"2001:db8:1::5\"", "ip in \"2001:db8::/48\"", "false"),
            example("ip: \"192.0.2.77\"", "ip in [\"10.0.0.0/8\", \"192.0.2.0/24\"]", "true"),
            example("", "ip in \"192.0.2.0/24\"", "false"),
            example("", "ip not in \"192.0.2.0/24\"", "true"),
            example("", "country not in [\"DE\"]", "true"),
        ],
    },
    Operator {
        usage: "x is missing, x is present",
        summary: "Whether there is a value.",
        examples: &[
            example("", "user_agent is missing", "true"),
            example("user_agent: \"x\"", "user_agent is missing", "false"),
            example("bytes: 0", "bytes is present", "true"),
            example("", "location is present", "false"),
            example("location: [0.0, 0.0]", "location is present", "true"),
            example("is_interactive: false", "is_interactive is present", "true"),
        ],
    },
    Operator {
        usage: "x contains \"t\", x starts_with \"t\", x ends_with \"t\"",
        summary: "Whether a text has another in it, at its start or at its end. Letter case counts in a `string` and not in a `name`.",
        examples: &[
            example("user_agent: \"python-requests/2.32\"", "user_agent contains \"requests\"", "true"),
            example("user_agent: \"python-requests/2.32\"", "user_agent contains \"Requests\"", "false"),
            example("user_name: \"Ana@Example.org\"", "user_name contains \"@EXAMPLE\"", "true"),
            example("user_agent: \"100%_\"", "user_agent contains \"%_\"", "true"),
            example("user_agent: \"100 percent\"", "user_agent contains \"%\"", "false"),
            example("user_agent: \"curl/8.0\"", "user_agent starts_with \"curl/\"", "true"),
            example("user_agent: \"a curl/8.0\"", "user_agent starts_with \"curl/\"", "false"),
            example("user_agent: \"curl_8\"", "user_agent starts_with \"curl.\"", "false"),
            example("user_name: \"Ana@Example.org\"", "user_name ends_with \".ORG\"", "true"),
            example("user_agent: \"a.org.example\"", "user_agent ends_with \".org\"", "false"),
            example("", "user_agent contains \"x\"", "false"),
            example("", "not (user_agent starts_with \"x\")", "true"),
        ],
    },
    Operator {
        usage: "x matches \"regex\"",
        summary: "Whether the regular expression is found anywhere in a text.",
        examples: &[
            example("user_agent: \"curl/8.5.0\"", r#"user_agent matches "[0-9]+\\.[0-9]+""#, "true"),
            example("user_agent: \"curl/8\"", r#"user_agent matches "^curl/8$""#, "true"),
            example("user_agent: \"Curl/8\"", r#"user_agent matches "curl""#, "false"),
            example("user_agent: \"Curl/8\"", r#"user_agent matches "(?i)curl""#, "true"),
            example("user_name: \"Adm-Ana@example.org\"", r#"user_name matches "^(adm|svc)-""#, "true"),
            example("user_agent: \"say \\\"hi\\\"\"", r#"user_agent matches "\"hi\"$""#, "true"),
            example("", r#"user_agent matches ".*""#, "false"),
        ],
    },
    Operator {
        usage: "+ -",
        summary: "Sums and differences of numbers, durations, distances and speeds, and of times with durations. Missing if one is missing.",
        examples: &[
            example("bytes: 41", "bytes + 1", "42"),
            example("bytes: 41, packets: 40", "bytes - packets - 1", "0"),
            example("bytes: 41, packets: 40", "bytes - (packets - 1)", "2"),
            example("score: 0.5", "score - 1.5", "-1.0"),
            example("token_issued: 2026-01-05T23:30:00Z", "token_issued + 1h", "2026-01-06T00:30:00Z"),
            example("token_issued: 2026-01-05T00:00:00Z", "token_issued - 1ms", "2026-01-04T23:59:59.999Z"),
            example("token_issued: -90m", "time - token_issued", "90m"),
            example("token_issued: +90m", "time - token_issued", "-90m"),
            example("token_issued: -90m", "time - token_issued + 30m == 2h", "true"),
            example("score: 0.5", "score * 4 km + 3 km == 5 km", "true"),
            example("score: 0.5", "score * 4 km/h - 3 km/h < 0 km/h", "true"),
            example("bytes: 1", "bytes + packets", "missing"),
            example("", "token_issued + 1h", "missing"),
        ],
    },
    Operator {
        usage: "* /",
        summary: "Products and quotients. Two whole numbers divide to a `float`; dividing by zero gives missing.",
        examples: &[
            example("bytes: 6, packets: 7", "bytes * packets", "42"),
            example("bytes: 6", "2 + bytes * 3", "20"),
            example("bytes: 7, packets: 2", "bytes / packets", "3.5"),
            example("score: 0.5", "score / 0.5 / 0.5", "2.0"),
            example("bytes: 7, packets: 0", "bytes / packets", "missing"),
            example("bytes: 7, packets: 0", "bytes / packets > 1.0", "false"),
            example("score: 0.5", "score * 0.5", "0.25"),
            example("score: 0.0", "1.0 / score", "missing"),
            example("score: 0.5", "score * 3h", "90m"),
            example("bytes: 3", "bytes * 20m", "1h"),
            example("token_issued: -90m", "(time - token_issued) / 2", "45m"),
            example("token_issued: -90m", "(time - token_issued) / 1h", "1.5"),
            example("token_issued: -90m, bytes: 3", "(time - token_issued) / bytes", "30m"),
            example("token_issued: -90m, bytes: 0", "(time - token_issued) / bytes", "missing"),
            example("score: 0.5", "score * 40 km / 1 km", "20.0"),
            example("score: 0.5", "score * 100 km / 30m >= 99 km/h and score * 100 km / 30m <= 101 km/h", "true"),
            example("score: 0.5", "score * 100 km/h * 2h > 99 km and score * 100 km/h * 2h < 101 km", "true"),
            example("score: 0.5", "score * 100 km / 50 km/h > 59m and score * 100 km / 50 km/h < 61m", "true"),
        ],
    },
];
