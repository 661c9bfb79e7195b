//! Mistakes in KQL.

use super::Asked::{Alerts, Matches, Period, Runs};
use super::{Mutant, mutant};

/// What is broken.
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(
        "an event just as old as the window is wide is left out of it",
        Matches,
        &[(
            r"Time between \(\(MatchTime - Window\) \.\. MatchTime\)",
            "Time > MatchTime - Window and Time <= MatchTime",
        )],
    ),
    mutant(
        "of the events at the match's moment only the match itself is in the window",
        Matches,
        &[(
            r"Time between \(\(MatchTime - Window\) \.\. MatchTime\)",
            "Time >= MatchTime - Window and (Time < MatchTime or EventId == MatchId)",
        )],
    ),
    mutant(
        "fixed buckets for a sliding window",
        Matches,
        &[(r"between \(\(MatchTime - Window\) \.\. MatchTime\)", "between (bin(MatchTime, Window) .. MatchTime)")],
    ),
    mutant(
        "the join reads the match's own bucket and not the one before it",
        Matches,
        &[(r"pack_array\(bin\((Match)?Time - Window, Window\), (bin\((?:Match)?Time, Window\))\)", "pack_array($2)")],
    ),
    mutant(
        "values are counted instead of different values",
        Matches,
        &[(r"count_distinctif\(\w+, (isnotempty\(\w+\))\)", "countif($1)")],
    ),
    mutant(
        "what is missing counts as a value",
        Matches,
        &[(r"count_distinctif\((\w+), isnotempty\(\w+\)\)", "count_distinct($1)")],
    ),
    mutant(
        "what is missing is in the set of values",
        Matches,
        &[(r"make_set_if\((\w+), isnotempty\(\w+\)\)", "make_set($1)")],
    ),
    mutant(
        "a window of all keys: the join forgets the key",
        Matches,
        &[(r"\bon \w+, Bucket\n\| where Time between", "on Bucket\n| where Time between")],
    ),
    mutant("one of two columns of the key is forgotten", Matches, &[(r"\bon (\w+), \w+, Bucket\b", "on $1, Bucket")]),
    mutant(
        "events without a key have one in common",
        Matches,
        &[(r"\n *\| where isnotempty\((?:Token|Session|UserName)\)\n", "\n")],
    ),
    mutant(
        "of two columns of the key one may be missing",
        Matches,
        &[(r"\| where (isnotempty\(\w+\)) and isnotempty\(\w+\)\n", "| where $1\n")],
    ).by("first_of_two"),
    mutant(
        "copies of an event count as events",
        Matches,
        &[(r"\n *\| summarize arg_min\(Time, [^\n]*\) by (?:Source, )?EventId\n", "\n")],
    ),
    mutant(
        "copies are told by their id alone, whatever log they are in",
        Matches,
        &[(
            r"summarize arg_min\(Time, ([^\n]*)\) by Source, EventId",
            "summarize arg_min(Time, Source, $1) by EventId",
        )],
    ).by("each"),
    mutant(
        "of copies the latest stays",
        Matches,
        &[(r"summarize arg_min\(Time, ([^\n]*EventId\n)", "summarize arg_max(Time, $1")],
    ).by("counted"),
    mutant(
        "`not` of what is missing is missing",
        Matches,
        &[(r"not\(coalesce\(((?:[^()]|\([^()]*\))*), false\)\)", "not($1)")],
    ),
    mutant(
        "`!=` is true of what is missing",
        Matches,
        &[(r"isnotempty\(\w+\) and isnotempty\(\w+\) and (\w+ != \w+)", "$1")],
    ),
    mutant("`==` is true of two missing values", Matches, &[(r"isnotempty\(\w+\) and (\w+ == \w+)", "$1")]).by("three_steps"),
    mutant("upper and lower case are not the same", Matches, &[(r"tolower\((\w+)\)", "$1")]),
    mutant("a network is one bit wider", Matches, &[(r"/31", "/30")]),
    mutant("a network of IPv6 is narrower", Matches, &[(r"2001:db8::/32", "2001:db8::/33")]).by("in_networks"),
    mutant(
        "networks of IPv6 are not asked",
        Matches,
        &[(r" and not\(coalesce\(ipv6_is_in_any_range\(\w+, \w+\), false\)\)", "")],
    ),
    mutant("more than, for at least", Matches, &[(r"where (\w+) >= (\d+)\b", "where $1 > $2")]),
    mutant(
        "any of the values, for all of them",
        Matches,
        &[(r#"(set_has_element\(\w+, "\w+"\)) and (set_has_element)"#, "$1 or $2")],
    ),
    mutant(
        "one of the logs is forgotten",
        Matches,
        &[(r"OfficeActivity\n( *)\|", "OfficeActivity\n$1| where false\n$1|")],
    ),
    mutant(
        "events of one log are said to be of another",
        Matches,
        &[(r#"Source = "graph\.activity""#, r#"Source = "m365.audit""#)],
    ).by("each"),
    mutant(
        "the first for the last",
        Matches,
        &[
            (r#"iff\((isnotempty\(\w+\)), Order, ""\)"#, r#"iff($1, Order, "~")"#),
            (r"arg_max\((Last\w+Order)", "arg_min($1"),
        ],
    ),
    mutant(
        "the first event's value, even if it is missing",
        Matches,
        &[(r#"iff\(isnotempty\(\w+\), Order, "~"\)"#, "Order")],
    ),
    mutant(
        "first and last at one moment are not told by their ids",
        Matches,
        &[(
            r#"Order = strcat\((format_datetime\(Time, "yyyy-MM-dd HH:mm:ss.ffffff"\)), EventId[^\n]*\)"#,
            "Order = $1",
        )],
    ),
    mutant("the least for the most", Matches, &[(r"Max(\w*) = max\(", "Max$1 = min(")]),
    mutant(
        "what is missing counts as nothing in a mean",
        Matches,
        &[(r"Avg = avg\((\w+)\)", "Avg = todouble(sum($1)) / count()")],
    ).by("lengths"),
    mutant(
        "a span is in whole minutes",
        Matches,
        &[(r"Span = max\(Time\) - min\(Time\)", "Span = max(bin(Time, 1m)) - min(bin(Time, 1m))")],
    ),
    mutant(
        "a change to or from what is missing is a hop",
        Matches,
        &[
            (r"(Token|Session|UserName) asc, Lacks asc, ", "$1 asc, "),
            (r"iff\(not\(Lacks\) and ", "iff("),
            (r"iff\(Lacks, long\(null\), (\w+)\)", "$1"),
        ],
    ),
    mutant(
        "a change from one key to the next is a hop",
        Matches,
        &[(r"not\(Lacks\) and \w+ == prev\(\w+\) and (\w+ != prev)", "not(Lacks) and $1")],
    )
    .harmless(
        "hops are the difference of two running counts among the events of one key, and what its first event adds is in both",
    ),
    mutant(
        "pairs reach from one key to the next",
        Matches,
        &[(r"where \w+ == Prev\w+ and Time - PrevTime", "where Time - PrevTime")],
    ),
    mutant(
        "pairs are not in the order of time",
        Matches,
        &[(r"(sort by \w+ asc), Time asc, (EventId asc(?:, Source asc)?\n *\| extend\s+Prev)", "$1, $2")],
    ),
    mutant(
        "pairs at one moment are not in the order of their ids",
        Matches,
        &[(r"(sort by \w+ asc, Time asc), EventId asc((?:, Source asc)?\n *\| extend\s+Prev)", "$1$2")],
    ),
    mutant(
        "a pair just as far apart as it may be is left out",
        Matches,
        &[(r"Time - PrevTime <= Window", "Time - PrevTime < Window")],
    ).by("pairs_of_all"),
    mutant(
        "steps in any order",
        Matches,
        &[(
            r"MatchTime between \((\w+) \.\. \(\w+ \+ Window\)\)",
            "MatchTime between (($1 - Window) .. ($1 + Window))",
        )],
    ),
    mutant(
        "a sequence just as long as it may be is left out",
        Matches,
        &[(r"MatchTime between \((\w+) \.\. \((\w+ \+ Window)\)\)", "MatchTime >= $1 and MatchTime < $2")],
    ),
    mutant(
        "a sequence's length is measured from the step before the last",
        Matches,
        &[(
            r"MatchTime between \(SecondTime \.\. \(\w+ \+ Window\)\)",
            "MatchTime between (SecondTime .. (SecondTime + Window))",
        )],
    ),
    mutant("one event is two steps", Matches, &[(r"\n *\| where MatchTime != \w+ or MatchId != [^\n]*\n", "\n")]),
    mutant("the earliest chain is the evidence", Matches, &[(r"arg_max\(Chain", "arg_min(Chain")]).by("two_steps"),
    mutant(
        "an absence does not look at its first and last moment",
        Matches,
        &[(r"OtherTime between \((\w+Time) \.\. MatchTime\)", "OtherTime > $1 and OtherTime < MatchTime")],
    ).by("silent_between"),
    mutant(
        "a step counts as the event that must be absent",
        Matches,
        &[(r"\n *\| where OtherTime != (?:Signin|First2|Second|One|Left)Time or OtherEventId[^\n]*\n", "\n")],
    ).by("no_other_between"),
    mutant(
        "an event drops itself",
        Matches,
        &[(r"\n *\| where OtherTime != MatchTime or OtherEventId != MatchId[^\n]*\n", "\n")],
    ).by("no_other"),
    mutant(
        "`unless` does not look at its first moment",
        Matches,
        &[(r"OtherTime between \(\((MatchTime - \w+)\) \.\. ", "OtherTime != $1 and OtherTime between (($1) .. ")],
    ),
    mutant(
        "`unless` does not look at the match's own moment",
        Matches,
        &[(r"OtherTime between \(\((MatchTime - \w+)\) \.\. MatchTime\)", "OtherTime >= $1 and OtherTime < MatchTime")],
    ).by("window_unless"),
    mutant(
        "a use just as old as the history is long is forgotten",
        Matches,
        &[(r"Time - prev\(Time\) <= History", "Time - prev(Time) < History")],
    ),
    mutant(
        "of two values that must be new together one is looked at",
        Matches,
        &[(r" and \w+ == prev\(\w+\) and Time - prev\(Time\)", " and Time - prev(Time)")],
    ),
    mutant("nothing has to be learnt", Matches, &[(r"let Learning = \w+;", "let Learning = 0s;")]),
    mutant(
        "the learning has to have ended the moment before",
        Matches,
        &[(r"(\w+Use) between \((\(MatchTime - History\)) \.\. \((MatchTime - Learning)\)\)", "$1 >= $2 and $1 < $3")],
    ),
    mutant(
        "the usual includes the bucket of the match itself",
        Matches,
        &[(r"(\w+Start) < (\w+Bucket)\b", "$1 <= $2")],
    ),
    mutant("the usual is over a bucket less", Matches, &[(r"(\w+Start) >= (\w+Bucket - )", "$1 > $2")]),
    mutant(
        "buckets without events are not part of the usual",
        Matches,
        &[(r"(\w+Total) = sum\((\w+)\)", "$1 = avg($2)"), (r"(coalesce\(\w+Total, 0\)\)) / \d+", "$1")],
    ),
    mutant(
        "matches just as far apart as the window is wide are two alerts",
        Alerts,
        &[(r"MatchTime - prev\(MatchTime\) > Window", "MatchTime - prev(MatchTime) >= Window")],
    ).by("sets"),
    mutant(
        "alerts go on from one key to the next",
        Alerts,
        &[
            (r"iff\(\w+ != prev\(\w+\) or MatchTime", "iff(MatchTime"),
            (r"arg_min\(RowNumber, ([^\n]*)\)\n( *)by (\w+), AlertNumber", "arg_min(RowNumber, $3, $1)\n${2}by AlertNumber"),
        ],
    ),
    mutant("an alert shows its last match", Alerts, &[(r"arg_min\(RowNumber", "arg_max(RowNumber")]),
    mutant(
        "matches at one moment count as one",
        Alerts,
        &[(r"matches = count\(\)", "matches = count_distinct(MatchTime)")],
    ),
    mutant(
        "alerts' matches are not put in the order of time",
        Alerts,
        &[(r"(sort by \w+ asc), MatchTime asc, MatchId asc", "$1, MatchId asc")],
    ),
    mutant(
        "an alert names the matching events alone",
        Alerts,
        &[
            (r"EventIds = make_set(?:_if)?\([^\n]*\)", "EventIds = make_set(EventId)"),
            (r"EventIds = pack_array\([^\n]*, (\w+)\)", "EventIds = pack_array($1)"),
        ],
    ),
    mutant("the period has its last moment", Period, &[(r"Time < MatchTo\b", "Time <= MatchTo")]).by("texts"),
    mutant("the period does not have its first moment", Period, &[(r"\bTime >= MatchFrom\b", "Time > MatchFrom")]),
    mutant(
        "nothing before the period is read",
        Period,
        &[(r"let ReadFrom = MatchFrom - \w+;", "let ReadFrom = MatchFrom;")],
    ),
    mutant(
        "buckets are cut by the period",
        Period,
        &[(r"let ReadFrom = bin\(MatchFrom, Window\);", "let ReadFrom = MatchFrom;")],
    ).by("buckets"),
    mutant(
        "`unless` reads nothing before the period",
        Period,
        &[(r"Generated >= MatchFrom - \w+", "Generated >= MatchFrom")],
    ),
    mutant(
        "runs look at when events happened, not at when they arrived",
        Runs,
        &[(r"Arrived = ingestion_time\(\)", "Arrived = TimeGenerated")],
    ),
    mutant(
        "runs do not ask what has arrived since the run before",
        Runs,
        &[(r"let Cutoff = ago\(\w+\);", "let Cutoff = ago(9d);")],
    ),
    mutant(
        "runs do not look back for late events",
        Runs,
        &[(r"let MatchFrom = ago\(\w+\);", "let MatchFrom = ago(1h);")],
    ),
    mutant(
        "runs do not look back by the window",
        Runs,
        &[(r"let ReadFrom = MatchFrom - \w+;", "let ReadFrom = MatchFrom;")],
    ),
    mutant(
        "a run does not ask whether the run before had found it",
        Runs,
        &[(r"\| where MatchArrived > Cutoff or [^\n]*", "| where MatchArrived > Cutoff")],
    ).by("distinct_ips"),
    mutant("a run reports what the run before had found", Runs, &[(r"\n\| where AsOf > Cutoff\n", "\n")]),
    mutant(
        "a run does not wait for what must be absent",
        Runs,
        &[(r"\n *\| where (?:Match)?Time \+ \w+ <= AsOf\n", "\n")],
    ),
    mutant("what must be absent is asked as of now alone", Runs, &[(r"\n *\| where OtherArrived <= AsOf\n", "\n")]).by("silent_between"),
    mutant(
        "a copy counts as arrived when the last of them does",
        Runs,
        &[(r"summarize Arrived = min\(Arrived\)", "summarize Arrived = max(Arrived)")],
    ),
    mutant(
        "a sequence is reported when its last step arrives",
        Runs,
        &[(r"Arrived = max_of\([^\n]*, (\w+)\)", "Arrived = $1")],
    ).by("any_two"),
];
