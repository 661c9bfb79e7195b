//! Mistakes in SPL.

use super::Asked::{Alerts, Matches, Period, Runs};
use super::{Mutant, mutant};

/// What is broken.
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(
        "an event just as old as the window is wide is left out of it",
        Matches,
        &[
            ("time_window=30m", "time_window=1799s"),
            ("time_window=45m", "time_window=2699s"),
            ("time_window=1h", "time_window=3599s"),
            ("time_window=2h", "time_window=7199s"),
        ],
    ),
    mutant(
        "events at the match's moment that come after it are not in the window",
        Matches,
        &[(r"\n\| eventstats(?:\n    .*)*\s+by _time, .*\n", "\n"), (r"\n\| eventstats [^\n]* by _time, .*\n", "\n")],
    ),
    mutant(
        "fixed buckets for a sliding window",
        Matches,
        &[(
            r"\| streamstats time_window=1h((?:\n    .*)*)\n    by (\w+)\n",
            "| eval bucket=floor(_time/3600)\n| streamstats$1\n    by $2, bucket\n",
        )],
    ),
    mutant("values are counted instead of different values", Matches, &[(r"\bdc\((\w+)\)", "count($1)")]),
    mutant("what is empty counts as a value", Matches, &[(r#"nullif\(nullif\(('?[\w.]+'?), ""\), "null"\)"#, "$1")]),
    mutant(
        "a window of all keys",
        Matches,
        &[(r"(streamstats time_window=\w+(?:\n    .*)*)\n    by [\w, ]+\n", "$1\n")],
    ),
    mutant("one of two columns of the key is forgotten", Matches, &[(r"\bby (user_name|token), session\n", "by $1\n")]),
    mutant(
        "events without a key have one in common",
        Matches,
        &[(r"\n *\| where isnotnull\((?:token|session|user_name)\)\n", "\n")],
    )
    .by("first_of_token"),
    mutant(
        "of two columns of the key one may be missing",
        Matches,
        &[(r"\| where (isnotnull\(\w+\)) AND isnotnull\(\w+\)\n", "| where $1\n")],
    )
    .by("first_of_two"),
    mutant("copies of an event count as events", Matches, &[(r"\n\| dedup (?:log, )?event_id keepempty=true\n", "\n")]),
    mutant(
        "copies are told by their id alone, whatever log they are in",
        Matches,
        &[("dedup log, event_id", "dedup event_id")],
    )
    .by("each"),
    mutant("events without an id are dropped with the copies", Matches, &[("event_id keepempty=true", "event_id")])
        .harmless("every record of the catalogue's logs has an id"),
    mutant(
        "of copies the latest stays",
        Matches,
        &[(r"sort 0 num\(_time\), str\((\w+)\)\n(\| dedup (?:log, )?event_id)", "sort 0 -num(_time), str($1)\n$2")],
    )
    .by("counted"),
    mutant(
        "events at one moment are not in the order of their ids",
        Matches,
        &[(r"sort 0 num\(_time\), str\(order\)", "sort 0 num(_time)")],
    )
    .by("hopping_in_buckets"),
    mutant(
        "events at one moment are in the order of their ids, upwards for downwards",
        Matches,
        &[(r"sort 0 num\(_time\), str\(order\)", "sort 0 num(_time), -str(order)")],
    )
    .by("hopping_in_buckets"),
    mutant(
        "`not` of what is missing is missing",
        Matches,
        &[(r#"NOT \(isnotnull\(\w+\) AND (\w+="?\w+"?)\)"#, "NOT ($1)")],
    ),
    mutant(
        "`not` of a network of what is missing is missing",
        Matches,
        &[(r"NOT \(isnotnull\(\w+\) AND (\(cidrmatch\([^\n]*\))\)\n", "NOT $1\n")],
    ),
    mutant(
        "`==` of two missing values is what it is of two texts",
        Matches,
        &[(r"NOT \(isnotnull\(\w+\) AND isnotnull\(\w+\) AND (\w+=\w+)\)", "NOT ($1)")],
    ),
    mutant(
        "upper and lower case are not the same",
        Matches,
        &[(r#"=lower\((nullif\(nullif\('?[\w.]+'?, ""\), "null"\))\)"#, "=$1")],
    ),
    mutant("a network is one bit wider", Matches, &[("/31", "/30")]),
    mutant("a network of IPv6 is narrower", Matches, &[("2001:db8::/32", "2001:db8::/33")]).by("in_networks"),
    mutant("networks of IPv6 are not asked", Matches, &[(r#" OR cidrmatch\("2001:db8::/32", ip\)"#, "")]),
    mutant("more than, for at least", Matches, &[(r"(where \w+)>=(\d)\b", "$1>$2")]),
    mutant(
        "any of the values, for all of them",
        Matches,
        &[(r"(isnotnull\(mvfind\([^()]*\)\)) AND (isnotnull\(mvfind)", "$1 OR $2")],
    ),
    mutant(
        "one of the logs is forgotten",
        Matches,
        &[(r"(\[ search `tokentrail_m365_audit`)\n", "$1\n      | where 1=0\n")],
    ),
    mutant(
        "events of one log are said to be of another",
        Matches,
        &[(r#"log="graph.activity""#, r#"log="m365.audit""#)],
    )
    .by("each"),
    mutant("the first for the last", Matches, &[(r"last\((\w+)\) AS last_(\w+)\n", "first($1) AS last_$2\n")]),
    mutant("the least for the most", Matches, &[(r"max\((_time|seen)\) AS seen", "min($1) AS seen")]),
    mutant(
        "what is missing counts as nothing in a mean",
        Matches,
        &[(r"avg\(eval\(len\(app\)\)\)", "avg(eval(coalesce(len(app), 0)))")],
    )
    .by("lengths"),
    mutant("a span is in minutes", Matches, &[(r"length=round\(length, 6\)", "length=round(length/60, 6)")]),
    mutant(
        "a change to or from what is missing is a hop",
        Matches,
        &[(r#"eval (hop_\d+)="="\.(\w+)"#, r#"eval $1="=".coalesce($2, "")"#)],
    ),
    mutant(
        "a change from one key to the next is a hop",
        Matches,
        &[(r"(streamstats current=f last\(hop_\d+\) AS \w+) by \w+", "$1")],
    ),
    mutant(
        "pairs reach from one key to the next",
        Matches,
        &[(r"(AS prev_\w+(?:\n    last\([^\n]*)*)\n    by [\w, ]+\n", "$1\n")],
    ),
    mutant(
        "a pair has its values from whatever earlier event has them",
        Matches,
        &[
            (r#"last\(eval\(coalesce\("="\.(\w+), "-"\)\)\) AS (prev_\w+)"#, "last($1) AS $2"),
            (r#"(prev_\w+)=nullif\(substr\(prev_\w+, 2\), ""\)"#, "$1=$1"),
            (r"current=f window=1 global=f\n", "current=f\n"),
        ],
    ),
    mutant(
        "a pair just as far apart as it may be is left out",
        Matches,
        &[("where prev_time>=round", "where prev_time>round")],
    )
    .by("pairs"),
    mutant(
        "steps in any order",
        Matches,
        &[(
            r#"(_events, "\|"\), 0\)\)>=round\(_time-\d+, 6\)) AND tonumber\(mvindex\(split\(\w+_events, "\|"\), 0\)\)<=\w+,"#,
            "$1,",
        )],
    ),
    mutant(
        "a sequence just as long as it may be is left out",
        Matches,
        &[(r#"(_events, "\|"\), 0\)\))>=round"#, "$1>round")],
    ),
    mutant(
        "a sequence's length is measured from the step before the last",
        Matches,
        &[(r#"(\(first_events, "\|"\), 0\)\)>=round\()_time-"#, "${1}second_time-")],
    ),
    mutant("one event is two steps", Matches, &[(r"\n\| where NOT \(\w+=_time AND \w+_order=order[^\n]*\n", "\n")]),
    mutant("the earliest chain is the evidence", Matches, &[(r"sort 0 -num\((\w+)\)", "sort 0 num($1)")])
        .by("no_other_between"),
    mutant(
        "chains at one moment are not told by their ids",
        Matches,
        &[(r"sort 0 -num\((\w+)\), -str\((\w+_order)\)", "sort 0 -num($1), str($2)")],
    ),
    mutant(
        "an absence does not look at its first and last moment",
        Matches,
        &[(
            r#"(absent_\d, "\|"\), 0\)\))>=(\w+_time) AND (tonumber\(mvindex\(split\(absent_\d, "\|"\), 0\)\))<=_time"#,
            "$1>$2 AND $3<_time",
        )],
    )
    .by("silent_between"),
    mutant(
        "a step counts as the event that must be absent",
        Matches,
        &[(r#" AND NOT \(tonumber\(mvindex\(split\(absent_\d, "\|"\), 0\)\)=\w+_time AND [^\n]*?=\w+_log\)"#, "")],
    )
    .by("no_other_between"),
    mutant(
        "an event drops itself",
        Matches,
        &[(r#" AND NOT \(tonumber\(mvindex\(split\(absent_\d, "\|"\), 0\)\)=_time AND [^\n]*?=order(?: AND mvindex\(split\(absent_\d, "\|"\), 2\)=log)?\)"#, "")],
    )
    .by("no_other"),
    mutant(
        "`unless` does not look at its first moment",
        Matches,
        &[(r#"(absent_\d, "\|"\), 0\)\))>=round"#, "$1>round")],
    ),
    mutant(
        "`unless` does not look at the match's own moment",
        Matches,
        &[(r#"(>=round\(_time-\d+, 6\) AND tonumber\(mvindex\(split\(absent_\d, "\|"\), 0\)\))<=_time"#, "$1<_time")],
    ),
    mutant(
        "of two values that link events one is looked at",
        Matches,
        &[("by slot, link_1, link_2", "by slot, link_1")],
    ),
    mutant("a use just as old as the history is long is forgotten", Matches, &[("last_use<round", "last_use<=round")]),
    mutant(
        "of two values that must be new together one is looked at",
        Matches,
        &[(r"AS last_use by ((?:\w+, )+)(\w+), \w+\n", "AS last_use by $1$2\n")],
    ),
    mutant("nothing has to be learnt", Matches, &[(r"\n\| where learned>=[^\n]*\n", "\n")]),
    mutant("what is learnt just in time is learnt too late", Matches, &[(r"-num\(marker\)", "num(marker)")]),
    mutant(
        "the usual includes the bucket of the match itself",
        Matches,
        &[(r"\(baseline_total-baseline_count\)/", "baseline_total/")],
    ),
    mutant("the usual is over a bucket less", Matches, &[(r"baseline_start\+14400", "baseline_start+10800")]),
    mutant("a bucket speaks for its first event", Matches, &[("where position=bucket_size", "where position=1")]),
    mutant(
        "matches just as far apart as the window is wide are two alerts",
        Alerts,
        &[(r"(starts_alert=if\(isnull\(previous\) OR round\(_time-previous, 6\))>", "$1>=")],
    )
    .by("sets"),
    mutant(
        "alerts go on from one key to the next",
        Alerts,
        &[(r"last\(_time\) AS previous by [\w, ]+\n", "last(_time) AS previous\n")],
    ),
    mutant(
        "an alert shows its last match",
        Alerts,
        &[
            (
                r"eventstats max\(_time\) AS last_time count AS matches by ([^\n]*)\n\| where starts_alert=1",
                "eventstats min(_time) AS alert_time max(_time) AS last_time count AS matches by $1\n| where last_time=_time",
            ),
            (r"eval first_time=_time", "eval first_time=alert_time"),
        ],
    ),
    mutant("matches at one moment count as one", Alerts, &[("count AS matches", "dc(_time) AS matches")]),
    mutant(
        "an alert names the matching events alone",
        Alerts,
        &[
            (r"values\((event_ids?)\) AS event_ids", "last($1) AS event_ids"),
            (r#"event_ids=mvappend\((?:[^\n]*), (nullif\(substr\(order, 2\), ""\))\)"#, "event_ids=$1"),
        ],
    ),
    mutant("the period has its last moment", Period, &[(r"_time<(\d{10})\b", "_time<=$1")]),
    mutant("the period does not have its first moment", Period, &[(r"_time>=(1772590500)\b", "_time>$1")]),
    mutant("nothing before the period is read", Period, &[(r"_time>=\d{10} AND", "_time>=1772590500 AND")]),
    mutant(
        "runs look at when events happened, not at when they arrived",
        Runs,
        &[("arrival=_indextime", "arrival=_time")],
    ),
    mutant(
        "runs do not ask what has arrived since the run before",
        Runs,
        &[(r#"arrival>=relative_time\(now\(\), "-1h"\)"#, r#"arrival>=relative_time(now(), "-500h")"#)],
    ),
    mutant(
        "runs do not look back for late events",
        Runs,
        &[(r#"(where _time>=relative_time\(now\(\), )"-\w+"\)\n"#, "${1}\"-1h\")\n")],
    ),
    mutant(
        "runs do not look back by the window",
        Runs,
        &[(
            r#"_time>=relative_time\(now\(\), "-\w+"\) AND arrival<now"#,
            r#"_time>=relative_time(now(), "-110m") AND arrival<now"#,
        )],
    ),
    mutant(
        "a run does not ask whether the run before had found it",
        Runs,
        &[(r#"(where arrival>=relative_time\(now\(\), "-1h"\)) OR NOT [^\n]*"#, "$1")],
    )
    .by("distinct_ips"),
    mutant(
        "a run reports what the run before had found",
        Runs,
        &[(r#"where as_of="now" AND found=0"#, r#"where as_of="now""#)],
    ),
    mutant(
        "a run does not wait for what must be absent",
        Runs,
        &[(r"\n\| where [^\n]*_time<=round\(if\(as_of=[^\n]*\n", "\n")],
    ),
    mutant(
        "a copy counts as arrived when the last of them does",
        Runs,
        &[(r"min\(arrival\) AS first_arrival by", "max(arrival) AS first_arrival by")],
    ),
    mutant(
        "keys are asked only if all of their events are new",
        Runs,
        &[(r"max\(arrival\) AS newest_arrival", "min(arrival) AS newest_arrival")],
    ),
    mutant(
        "what must be absent is asked as of now alone",
        Runs,
        &[(
            r"\n( *values\(eval\(if\(stream=2, packed, null\(\)\)\)\) AS absent_1)\n    by as_of, ([\w, ]+)\n",
            "\n    by as_of, $2\n| eventstats$1 by $2\n",
        )],
    )
    .by("silent_between"),
];
