//! Mistakes in SQL.

use super::Asked::{Alerts, Matches, Period, Runs};
use super::{Mutant, mutant};

/// What is broken.
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(
        "an event just as old as the window is wide is left out of it",
        Matches,
        &[(r"RANGE BETWEEN (\d+) PRECEDING AND CURRENT ROW", "RANGE BETWEEN ($1 - 1) PRECEDING AND CURRENT ROW")],
    ),
    mutant(
        "of the events at the match's moment only the match itself is in the window",
        Matches,
        &[(r"(RANGE BETWEEN \d+ PRECEDING AND CURRENT ROW)", "$1 EXCLUDE TIES")],
    ),
    mutant(
        "fixed buckets for a sliding window",
        Matches,
        &[(
            r"w AS \(PARTITION BY ([\w, ]+) ORDER BY f_time RANGE BETWEEN (\d+)",
            "w AS (PARTITION BY $1, f_time // $2 ORDER BY f_time RANGE BETWEEN $2",
        )],
    ),
    mutant("values are counted instead of different values", Matches, &[(r"count\(DISTINCT f_", "count(f_")]),
    mutant(
        "what is empty counts as a value",
        Matches,
        &[(r#"nullif\(CAST\(("\w+") AS VARCHAR\), ''\)"#, "coalesce(CAST($1 AS VARCHAR), '')")],
    ),
    mutant("a window of all keys", Matches, &[(r"w AS \(PARTITION BY [\w, ]+ ORDER BY", "w AS (ORDER BY")]),
    mutant(
        "one of two columns of the key is forgotten",
        Matches,
        &[(r"w AS \(PARTITION BY (\w+), \w+ ORDER BY", "w AS (PARTITION BY $1 ORDER BY")],
    ),
    mutant("events without a key have one in common", Matches, &[(r"\n *AND f_(?:token|session) IS NOT NULL\n", "\n")])
        .by("first_of_token"),
    mutant(
        "of two columns of the key one may be missing",
        Matches,
        &[(r"(AND f_\w+ IS NOT NULL\n) *AND f_\w+ IS NOT NULL\n", "$1")],
    )
    .by("first_of_two"),
    mutant("copies of an event count as events", Matches, &[(r"\n *WHERE f_event_id IS NULL OR copy = 1\n", "\n")]),
    mutant(
        "copies are told by their id alone, whatever log they are in",
        Matches,
        &[(
            r"PARTITION BY f_source_name, f_event_id (ORDER BY [\w, ]+\) AS copy)",
            "PARTITION BY f_event_id $1",
        )],
    )
    .by("each"),
    mutant("of copies the latest stays", Matches, &[(r"ORDER BY f_time[\w, ]*\) AS copy", "ORDER BY f_time DESC) AS copy")])
        .by("counted"),
    mutant(
        "events without an id are copies of each other",
        Matches,
        &[(r"WHERE f_event_id IS NULL OR copy = 1", "WHERE copy = 1")],
    )
    .harmless("every record of the catalogue's logs has an id"),
    mutant("`not` of what is missing is missing", Matches, &[(r"NOT coalesce\(([^\n]*), FALSE\)\n", "NOT ($1)\n")]),
    mutant("upper and lower case are not the same", Matches, &[(r"lower\((nullif\([^\n]*?, ''\))\)", "$1")]).harmless("the views of the comparison have what the evaluator read, which is in lower case already"),
    mutant("a network is one bit wider", Matches, &[("c0000201", "c0000203")]),
    mutant(
        "a network of IPv6 is narrower",
        Matches,
        &[("20010db8ffffffffffffffffffffffff", "20010db87fffffffffffffffffffffff")],
    )
    .by("in_networks"),
    mutant(
        "networks of IPv6 are not asked",
        Matches,
        &[(r" OR length\(f_ip_digits\) = 32 AND f_ip_digits BETWEEN '\w+' AND '\w+'", "")],
    ),
    mutant("more than, for at least", Matches, &[(r"AND (a\d+) >= (\d+)\b", "AND $1 > $2")]),
    mutant("any of the values, for all of them", Matches, &[("list_has_all", "list_has_any")]),
    mutant("one of the logs is forgotten", Matches, &[(r#"(FROM "m365_audit"\s+WHERE) "#, "$1 FALSE AND ")]),
    mutant(
        "events of one log are said to be of another",
        Matches,
        &[("'graph.activity' AS f_source_name", "'m365.audit' AS f_source_name")],
    )
    .by("each"),
    mutant("the first for the last", Matches, &[(r"arg_max\((f_\w+), CASE", "arg_min($1, CASE")]),
    mutant(
        "the first event's value, even if it is missing",
        Matches,
        &[(r"arg_min\((\w+), CASE WHEN \w+ IS NOT NULL THEN (row\([^\n]*?f_source_name\)) END\)", "arg_min_null($1, $2)")],
    ),
    mutant(
        "events at one moment are in the order of their ids, downwards for upwards",
        Matches,
        &[(r"(lag\([^\n]*?ORDER BY f_time, coalesce\(f_event_id, ''\)), f_source_name", "$1 DESC, f_source_name")],
    ),
    mutant("the least for the most", Matches, &[(r"max\((f_time|length\(\w+\))\) OVER w AS", "min($1) OVER w AS")]),
    mutant(
        "what is missing counts as nothing in a mean",
        Matches,
        &[(r"nullif\(count\(length\(f_app\)\) OVER w, 0\)", "nullif(count(*) OVER w, 0)")],
    )
    .by("lengths"),
    mutant(
        "a span is in whole minutes",
        Matches,
        &[(
            r"max\(f_time\) OVER w - min\(f_time\) OVER w",
            "(max(f_time) OVER w - min(f_time) OVER w) // 60000000 * 60000000",
        )],
    ),
    mutant("a change over what is missing is no hop", Matches, &[(r"lag\((f_\w+) IGNORE NULLS\)", "lag($1)")]),
    mutant(
        "a change from one key to another is a hop",
        Matches,
        &[(r"(lag\(\w+ IGNORE NULLS\) OVER \()PARTITION BY [\w, ]+ ORDER BY", "${1}ORDER BY")],
    ),
    mutant(
        "pairs reach from one key to the next",
        Matches,
        &[(r"(lag\(\w+\) OVER \()PARTITION BY [\w, ]+ ORDER BY ([^\n]* AS prev_)", "${1}ORDER BY $2")],
    ),
    mutant(
        "a pair just as far apart as it may be is left out",
        Matches,
        &[("f_time - prev_time <=", "f_time - prev_time <")],
    ),
    mutant(
        "steps in any order",
        Matches,
        &[(r"(JOIN events\d\w* AS e ON [^\n]*\n *WHERE f_time BETWEEN s\d_time) AND", "$1 - 3600000000 AND")],
    ),
    mutant(
        "a sequence just as long as it may be is left out",
        Matches,
        &[(
            r"(JOIN events\d\w* AS e ON [^\n]*\n *WHERE) f_time BETWEEN (s\d_time) AND (s\d_time \+ \d+)",
            "$1 f_time >= $2 AND f_time < $3",
        )],
    ),
    mutant(
        "a sequence's length is measured from the step before the last",
        Matches,
        &[(r"f_time BETWEEN s2_time AND s1_time \+", "f_time BETWEEN s2_time AND s2_time +")],
    ),
    mutant(
        "one event is two steps",
        Matches,
        &[(
            r"(JOIN events\d\w* AS e ON [^\n]*\n *WHERE f_time BETWEEN [^\n]*)(?:\n *AND NOT \(f_source_name = [^\n]*)+",
            "$1",
        )],
    ).by("any_two"),
    mutant("the earliest chain is the evidence", Matches, &[(r"(s\d_time) DESC", "$1 ASC")]),
    mutant(
        "chains at one moment are told by their ids, upwards for downwards",
        Matches,
        &[(r"(s\d_time DESC, coalesce\(s\d_event_id, ''\)) DESC", "$1 ASC")],
    ),
    mutant(
        "an absence does not look at its first and last moment",
        Matches,
        &[(r"AND f_time BETWEEN (s\d_time) AND (s\d_time)\n", "AND f_time > $1 AND f_time < $2\n")],
    )
    .by("silent_between"),
    mutant(
        "a step counts as the event that must be absent",
        Matches,
        &[(r"(AND f_time BETWEEN s\d_time AND s\d_time\n)(?: *AND NOT \(f_source_name = s\d[^\n]*\n)+", "$1")],
    )
    .by("no_other_between"),
    mutant("an event drops itself", Matches, &[(r"\n *AND NOT \(f_source_name = m_source_name[^\n]*\n", "\n")])
        .by("no_other"),
    mutant(
        "`unless` does not look at its first moment",
        Matches,
        &[(r"f_time BETWEEN (m_time - \d+) AND", "f_time <> $1 AND f_time BETWEEN $1 AND")],
    ),
    mutant("`unless` does not look at the match's own moment", Matches, &[(r"AND m_time \+ 0\n", "AND m_time - 1\n")]),
    mutant(
        "of two values that link events one is looked at",
        Matches,
        &[(r"(FROM events\d\n *WHERE [^\n]*\n) *AND f_\w+ = \w+\n", "$1")],
    ),
    mutant(
        "a use just as old as the history is long is forgotten",
        Matches,
        &[("previous_use < f_time", "previous_use <= f_time")],
    ),
    mutant(
        "of two values that must be new together one is looked at",
        Matches,
        &[(
            r"lag\(f_time\) OVER \(PARTITION BY ([\w, ]+), \w+ ORDER BY ([^\n]* AS previous_use)",
            "lag(f_time) OVER (PARTITION BY $1 ORDER BY $2",
        )],
    ),
    mutant("nothing has to be learnt", Matches, &[(r"\n *AND known_since >= [^\n]*\n", "\n")]),
    mutant(
        "what is learnt just in time is learnt too late",
        Matches,
        &[(r"(PRECEDING AND) (\d+) PRECEDING", "$1 ($2 + 1) PRECEDING")],
    ),
    mutant(
        "a bucket speaks for its first event",
        Matches,
        &[(
            r"ORDER BY f_time DESC, coalesce\(f_event_id, ''\) DESC, f_source_name DESC\) AS position_from_end",
            "ORDER BY f_time) AS position_from_end",
        )],
    ),
    mutant(
        "matches just as far apart as the window is wide are two alerts",
        Alerts,
        &[(r"<= (\d+) THEN 0 ELSE 1 END AS starts_alert", "< $1 THEN 0 ELSE 1 END AS starts_alert")],
    )
    .by("sets"),
    mutant(
        "alerts go on from one key to the next",
        Alerts,
        &[(r"lag\(m_time\) OVER \(PARTITION BY [\w, ]+ ORDER BY", "lag(m_time) OVER (ORDER BY")],
    ),
    mutant(
        "an alert shows its last match",
        Alerts,
        &[(r"FROM counted_alerts WHERE starts_alert = 1", "FROM counted_alerts WHERE m_time = last_match_time")],
    ),
    mutant(
        "matches at one moment count as one",
        Alerts,
        &[(r"count\(\*\) OVER (\([^()]*\)) AS match_count", "count(DISTINCT m_time) OVER $1 AS match_count")],
    ),
    mutant(
        "an alert names the matching events alone",
        Alerts,
        &[(r"list\(DISTINCT f_event_id\) FILTER \(WHERE f_event_id IS NOT NULL\) OVER w", "[f_event_id]")],
    ),
    mutant("the period has its last moment", Period, &[(r"_time < (\d{16})", "_time <= $1")]),
    mutant("the period does not have its first moment", Period, &[(r"_time >= (1772590500000000)", "_time > $1")]),
    mutant("nothing before the period is read", Period, &[(r"f_time >= \d{16}", "f_time >= 1772590500000000")]),
    mutant(
        "runs look at when events happened, not at when they arrived",
        Runs,
        &[(r#"epoch_us\("arrived"\)"#, r#"epoch_us("time")"#)],
    ),
    mutant(
        "runs do not ask what has arrived since the run before",
        Runs,
        &[(r"f_arrived_at <= epoch_us\(now\(\)\) - \d+", "f_arrived_at <= 0")],
    ),
    mutant(
        "runs do not look back for late events",
        Runs,
        &[(r"_time >= epoch_us\(now\(\)\) - \d+", "_time >= epoch_us(now()) - 3600000000")],
    ),
    mutant(
        "runs do not look back by the window",
        Runs,
        &[(r"(AS records\n *WHERE f_time >= epoch_us\(now\(\)\) - )\d+", "${1}6600000000")],
    ),
    mutant("a run reports what the run before had found", Runs, &[("FROM new_matches", "FROM matches")]),
    mutant(
        "a run does not wait for what must be absent",
        Runs,
        &[(r"\n *AND \w+_time \+ \d+ <= epoch_us\(now\(\)\)[^\n]*", "")],
    ),
    mutant(
        "a copy counts as arrived when the last of them does",
        Runs,
        &[(r"min\(f_arrived_at\) OVER", "max(f_arrived_at) OVER")],
    ),
    mutant(
        "what must be absent is asked as of now alone",
        Runs,
        &[(r"FROM (events\d)_before\n( *WHERE f_\w+ = s\d)", "FROM $1\n$2")],
    )
    .by("silent_between"),
];
