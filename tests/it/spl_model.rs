//! The Splunk model itself: what it refuses to read, where it stops since Splunk would silently go on with less, and what it does
//! where searches go wrong. Each outcome is a documented one; where it is not beside the case, it is said there that it is not.

use serde_json::{Value as Json, json};

use crate::oracle;

/// The rows of a search over the events of the macro `m`.
fn run(search: &str, events: &Json, more: &Json) -> Json {
    let mut job = json!({"search": search, "now": 1000, "macros": {"m": events}});
    job.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    job
}

fn answers(jobs: &[Json]) -> Vec<Result<Vec<Json>, String>> {
    let answer = |answer: Json| {
        answer["rows"].as_array().cloned().ok_or_else(|| answer["error"].as_str().unwrap_or_default().to_owned())
    };
    oracle::spl(&json!(jobs)).into_iter().map(answer).collect()
}

/// The columns that the searches below have: `a`, `b` and `c` are texts, `n` is a number, `many` are several values.
const START: &str =
    "`m` | eval a='x.a', b=b, c=c, n=tonumber(n), many=split('x.many', \",\") | fields _time, a, b, c, n, many ";

/// Ends of searches, and part of what is said about them.
const NEVER_WRITTEN: [(&str, &str); 84] = [
    // Commands.
    ("| streamstatz count AS x", "the command streamstatz: it is not known"),
    ("| stats count AS x by a", "the command stats"),
    ("| transaction a", "transactions.maxopentxn"),
    ("| append [ search `m` ]", "subsearch.maxout"),
    ("| join a [ search `m` ]", "join.subsearch_maxout"),
    ("| union [ search `m` ] [ search `m` ]", "subsearch.maxout"),
    ("| bin _time", "the user's midnight"),
    ("| head", "it keeps 10 rows"),
    ("| search a=\"x\"", "the command search"),
    ("| spath", "spath.extraction_cutoff"),
    ("where a=\"x\"", "unexpected 'where'"),
    ("| WHERE a=\"x\"", "the command WHERE"),
    // Functions and how many arguments they take.
    ("| where exists(a)", "the function exists"),
    ("| where searchmatch(\"a\")", "it ignores letters' case"),
    ("| eval x=pi()", "11 digits"),
    ("| eval x=strftime(_time, \"%H\")", "the user's time zone"),
    ("| eval x=mvfilter(many=\"a\")", "one field only"),
    ("| where isnull()", "isnull of 0 arguments"),
    ("| where isnull(a, b)", "isnull of 2 arguments"),
    ("| eval x=if(a=\"x\", 1)", "if of 2 arguments"),
    ("| eval x=case(a=\"x\", 1, 2)", "case of 3 arguments"),
    ("| eval x=replace(a, \"x\")", "replace of 2 arguments"),
    ("| eval x=lower(a, )", "unexpected ')'"),
    // Conditions and values.
    ("| eval x=(a=\"x\")", "a condition where a value is needed"),
    ("| eval x=isnull(a)", "a condition where a value is needed"),
    ("| where a", "a value where a condition is needed"),
    ("| where a AND b=\"x\"", "a value where a condition is needed"),
    ("| eval x=if(a, 1, 2)", "a value where a condition is needed"),
    ("| eval x=lower(a=b)", "a condition where a value is needed"),
    // What binds tighter.
    ("| where a=\"x\" OR b=\"y\" AND c=\"z\"", "AND beside OR"),
    ("| where NOT a=\"x\"", "NOT in front of something without parentheses"),
    ("| where a=b=c", "a comparison of a comparison"),
    ("| eval x=a.n+1", "beside another operator"),
    ("| eval x=1+n.a", "beside another operator"),
    ("| where a==\"x\"", "== is written ="),
    ("| where a=\"x\" and b=\"y\"", "and is no operator unless it is written AND"),
    ("| where a=\"x\" or b=\"y\"", "or is no operator unless it is written OR"),
    ("| where not (a=\"x\")", "not is no operator here"),
    ("| where a in (\"x\", \"y\")", "in is no operator unless it is written IN"),
    ("| where a IN (b, c)", "IN takes a list of texts"),
    ("| where lower(a) IN (\"x\", \"y\")", "IN behind something that is no field"),
    ("| where a=\"x\" XOR b=\"y\"", "unexpected 'XOR'"),
    ("| where (a=\"x\"", "expected ')'"),
    // Names.
    ("| where x.a=\"x\"", "x.a would be a concatenation"),
    ("| where properties.id=\"x\"", "properties.id would be a concatenation"),
    ("| where user-agent=\"x\"", "no command gives the column user"),
    ("| where many{}=\"x\"", "cannot read"),
    ("| where d=\"x\"", "no command gives the column d"),
    ("| where 'x.a'=\"x\"", "no command gives the column x.a"),
    ("| fields a | where b=\"x\"", "no command gives the column b"),
    ("| fields - a | where a=\"x\"", "no command gives the column a"),
    ("| rename a AS z | where a=\"x\"", "no command gives the column a"),
    ("| table a, d", "no command gives the column d"),
    ("| fields 'a'", "single quotes around 'a' outside of eval and where"),
    ("| dedup \"a\"", "expected the name of a field, found the text"),
    ("| fields a*", "expected"),
    ("| eval in=1", "eval of 'in'"),
    ("| eval x=1, x.y=2", "x. is no plain name"),
    ("| dedup a, a", "['a'] twice in one command"),
    // Texts, comments, macros.
    (r#"| where a="\t""#, r"the escape '\\t'"),
    (r#"| where a="C:\temp""#, r"the escape '\\t'"),
    ("| where a=\"a`b\"", "a control character or backtick"),
    ("| where a=\"x\ny\"", "a control character or backtick"),
    ("| where a=\"$x$\"", "which dashboards and macros replace"),
    ("| where a=\"x", "cannot read"),
    ("| where a='x", "cannot read"),
    ("| where a=\"x\" ``` why ```", "a comment behind the beginning"),
    ("| where `m`", "unexpected '`m`'"),
    // Patterns and other texts that functions read.
    ("| where match(a, b)", "argument 2 of match is no literal"),
    (r#"| where match(a, "[[:alpha:]]")"#, "is not the same everywhere"),
    (r#"| where match(a, "(?<n>x)")"#, "is not the same everywhere"),
    (r#"| where match(a, "\\Qx\\E")"#, "is not the same everywhere"),
    (r#"| where match(a, "x{,3}")"#, "is not the same everywhere"),
    ("| where cidrmatch(\"10.0.0.1/8\", a)", "cidrmatch of '10.0.0.1/8'"),
    ("| eval x=strptime(a, \"%Y-%m-%d\")", "strptime takes the user's"),
    ("| eval x=round(relative_time(now(), \"-1d\"))", "the user's calendar"),
    ("| eval x=round(relative_time(now(), \"-1h@h\"))", "the offset"),
    // Sorting and windows.
    ("| sort a", "sort without 0 keeps 10,000 rows"),
    ("| sort 0 a", "whether it is a number or a text"),
    ("| sort 0 auto(a)", "whether it is a number or a text"),
    ("| streamstats list(a) AS x", "stats.list_maxsize"),
    ("| streamstats window=5 count AS x", "other than the one before"),
    ("| streamstats current=f window=1 last(a) AS x by b", "unless global=f"),
    ("| streamstats time_window=1d count AS x", "cannot read"),
];

#[test]
fn what_is_never_written_is_not_read() {
    let events = json!([{"_time": 1, "x": {"a": "10.0.0.1", "many": "p,q"}, "b": "y", "c": "z", "n": "1"}]);
    let jobs: Vec<Json> =
        NEVER_WRITTEN.iter().map(|(end, _)| run(&format!("{START}{end}"), &events, &json!({}))).collect();
    let mut read = Vec::new();
    for ((end, said), answer) in NEVER_WRITTEN.iter().zip(answers(&jobs)) {
        match answer {
            Err(error) if error.contains(said) => {}
            other => read.push(format!("{end}: {other:?}, and not {said}")),
        }
    }
    assert!(read.is_empty(), "{read:#?}");
}

#[test]
fn a_search_starts_in_one_of_few_ways() {
    let searches = [
        ("index=main | where a=\"x\"", "expected '|'"),
        ("search `m` | where a=\"x\"", "expected '|'"),
        ("`n` | where a=\"x\"", "the macro n is not defined"),
        ("`m(1)` | where a=\"x\"", "cannot read"),
        ("| tstats count AS x", "expected 'multisearch'"),
        ("| multisearch [ search `m` | fields a ]", "two searches at least"),
        ("| multisearch [ search `m` | fields a ] [ search `m` | sort 0 num(a) ]", "streaming commands only"),
        ("| multisearch [ search `m` | fields a ] [ search `m` | dedup a ]", "streaming commands only"),
        ("| multisearch [ search `m` | fields a ] [ search `m` ]", "does not say its fields"),
        ("| multisearch [ `m` | fields a ] [ search `m` | fields a ]", "expected 'search'"),
        ("`m` ``` x ``` | fields a", "a comment behind the beginning"),
        ("``` a ``` ` ``` `m` | fields a", "cannot read"),
    ];
    let jobs: Vec<Json> = searches.iter().map(|(search, _)| run(search, &json!([]), &json!({}))).collect();
    for ((search, said), answer) in searches.iter().zip(answers(&jobs)) {
        let error = answer.expect_err(search);
        assert!(error.contains(said) || error.contains("not one macro"), "{search}: {error}");
    }
}

/// `count` events, one a second, of user `u`.
fn events(count: i64) -> Json {
    (0..count).map(|at| json!({"_time": at, "u": "u", "v": format!("v{at}")})).collect()
}

/// A search, its limit, what the limit must be for it, and for the documented one how many events it takes.
const LIMITS: [(&str, &str, i64); 10] = [
    // https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/streamstats: a time window
    // holds max_stream_window events, whatever it is wide; and without a window the same number applies.
    (
        "| fields _time, u, v | sort 0 num(_time) | streamstats time_window=1h count AS x by u",
        "stats.max_stream_window",
        20,
    ),
    ("| fields _time, u, v | streamstats count AS x by u", "stats.max_stream_window", 20),
    ("| fields _time, u, v | streamstats current=f last(v) AS x by u", "stats.max_stream_window", 20),
    // https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/statistical-and-charting-functions/
    // multivalue-stats-and-chart-functions: values() has no limit unless maxvalues is set.
    ("| fields _time, u, v | eventstats values(v) AS x by u", "stats.maxvalues", 20),
    ("| fields _time, u, v | eventstats values(v) AS x by u", "stats.maxvaluesize", 3),
    // limits.conf, [scheduler]: an alert acts on so many rows.
    ("| fields _time, u, v", "scheduler.max_action_results", 20),
    // limits.conf, [kv]: so many fields, and characters, of an event are extracted.
    ("| fields _time, u, v", "kv.limit", 2),
    ("| fields _time, u, v", "kv.maxchars", 35),
    // limits.conf, [default], [mvexpand], in megabytes: eventstats stops adding fields, mvexpand drops rows.
    ("| fields _time, u, v | eventstats values(v) AS x by u", "default.max_mem_usage_mb", 1),
    ("| fields _time, u, v | eval x=mvappend(v, \"w\", \"x\") | mvexpand x", "mvexpand.max_mem_usage_mb", 1),
];

#[test]
fn what_splunk_would_cut_off_stops_the_model() {
    let mut jobs = Vec::new();
    for (end, limit, most) in LIMITS {
        let search = format!("`m` {end}");
        jobs.push(run(&search, &events(20), &json!({"limits": {limit: most}})));
        jobs.push(run(
            &search,
            &events(20),
            &json!({"limits": {limit: if limit.ends_with("mb") { 0 } else { most - 1 }}}),
        ));
    }
    let answers = answers(&jobs);
    for (pair, (end, limit, most)) in answers.chunks(2).zip(LIMITS) {
        let rows = pair[0].as_ref().unwrap_or_else(|error| panic!("{end}, {limit} {most}: {error}")).len();
        assert!(rows >= 20, "{end}: {rows} rows");
        let error = pair[1].as_ref().expect_err(end);
        assert!(error.contains("Splunk stops at") && error.contains(limit), "{end}: {error}");
    }
}

#[test]
fn the_limits_are_the_documented_ones() {
    // limits.conf of Splunk 10.6; transforms.conf for max_matches.
    let window = "`m` | fields _time, u, v | streamstats count AS x";
    let made = |count: i64| format!("| makeresults count={count} | eval x=1 | fields x");
    let lookup = "`m` | fields u | lookup l key AS u OUTPUT key AS x";
    let table = |rows: usize| json!({"lookups": {"l": {"cidr": false, "rows": vec![json!({"key": "u"}); rows]}}});
    let expected = [
        (run(window, &events(10_000), &json!({})), None),
        (run(window, &events(10_001), &json!({})), Some("10,000 (stats.max_stream_window)")),
        (run(&made(50_000), &json!([]), &json!({})), None),
        (run(&made(50_001), &json!([]), &json!({})), Some("50,000 (makeresults.maxresultrows)")),
        (run(lookup, &events(1), &table(1000)), None),
        (run(lookup, &events(1), &table(1001)), Some("1,000 (lookup.max_matches)")),
        (
            run("`m` | fields v", &json!([{"_time": 1, "v": "x".repeat(10_300)}]), &json!({})),
            Some("10,240 (kv.maxchars)"),
        ),
    ];
    let jobs: Vec<Json> = expected.iter().map(|(job, _)| job.clone()).collect();
    for (answer, (job, said)) in answers(&jobs).into_iter().zip(expected) {
        match said {
            None => assert!(answer.is_ok(), "{}: {answer:?}", job["search"]),
            Some(said) => assert!(answer.unwrap_err().contains(said), "{}", job["search"]),
        }
    }
}

/// Expressions over one event and what they give: `-` is null, `a+b` two values, `!` an error.
/// `x` is "X", `empty` is the empty text, `ten` is "10", `nine` is "9", `half` is "0.5", `none` is not there, `two` are "p" and "q".
/// The pages are those of <https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4>.
const EXPRESSIONS: [(&str, &str); 82] = [
    // Null: search-commands/where, evaluation-functions/comparison-and-conditional-functions.
    (r#"if(none="X", "yes", "no")"#, "no"),
    (r#"if(none!="X", "yes", "no")"#, "no"),
    (r#"if(NOT (none="X"), "yes", "no")"#, "no"),
    (r#"if(none="X" OR x="X", "yes", "no")"#, "yes"),
    (r#"if(NOT (none="X" AND x="Y"), "yes", "no")"#, "yes"),
    (r#"if(isnull(none), "yes", "no")"#, "yes"),
    (r#"case(x="Y", "y")"#, "-"),
    (r#"case(none="Y", "y", 1=1, "else")"#, "else"),
    (r"coalesce(none, empty, x)", ""),
    (r#"nullif(empty, "")"#, "-"),
    (r#"nullif(none, "")"#, "-"),
    (r"x.none", "-"),
    (r"n+tonumber(none)", "-"),
    (r"len(none)", "-"),
    (r"len(empty)", "0"),
    (r#"if(isnull(empty), "yes", "no")"#, "no"),
    (r#"if(match(none, "x"), "yes", "no")"#, "no"),
    (r#"if(in(none, "X", "Y"), "yes", "no")"#, "no"),
    (r#"if(none IN ("X", "Y"), "yes", "no")"#, "no"),
    (r#"printf("%d", none)"#, "!printf of None"),
    // Letters' case: search-commands/where compares with it.
    (r#"if(x="x", "yes", "no")"#, "no"),
    (r#"if(match(x, "^x$"), "yes", "no")"#, "no"),
    (r#"if(match(x, "^(?i:x)$"), "yes", "no")"#, "yes"),
    (r#"if(like(x, "x"), "yes", "no")"#, "no"),
    (r#"if(x IN ("x", "y"), "yes", "no")"#, "no"),
    // Numbers and texts: numbers compare as numbers; two texts that look like numbers are one thing in one place and another in
    // another, which is an error here.
    (r#"if(tonumber(ten)>tonumber(nine), "yes", "no")"#, "yes"),
    (r#"if(ten>9, "yes", "no")"#, "yes"),
    (r#"if(ten>nine, "yes", "no")"#, "!one thing of texts and another of numbers"),
    (r#"if(ten="10.0", "yes", "no")"#, "!one thing of texts and another of numbers"),
    (r#"if(ten=10.0, "yes", "no")"#, "yes"),
    (r#"if(("=".ten)=("="."10.0"), "yes", "no")"#, "no"),
    (r#"if(x="0x10", "yes", "no")"#, "no"),
    (r#"if(n="-", "yes", "no")"#, "no"),
    (r#"if(n<"-", "yes", "no")"#, "!of a number and a text"),
    (r"ten+nine", "!+ joins texts"),
    (r"ten-nine", "1"),
    (r"ten.nine", "109"),
    (r"tonumber(x)", "-"),
    (r"tonumber(empty)", "-"),
    // search-commands/eval, "Rounding" and "Long numbers".
    ("8.250*0.2", "2"),
    ("8.250*0.20", "1.7"),
    ("8.250*0.200", "1.65"),
    ("8.250*exact(0.2)", "1.65"),
    ("3/2", "1.5"),
    ("3*0.5", "2"),
    ("half*3", "2"),
    ("exact(half)*3", "1.5"),
    ("exact(0.014)*exact(0.23)", "0.00322"),
    ("0.014*0.23", "0.0032"),
    ("1.25+0.1", "1.4"),
    ("n/0", "-"),
    (r"tostring(9007199254740993*1)", "!beyond 2^53"),
    (r"tostring(exact(n/4))", "!how many digits"),
    (r#"printf("%.6f", exact(n/4))"#, "1.750000"),
    // evaluation-functions/mathematical-functions
    ("round(2.5)", "3"),
    ("round(exact(0.125), 2)", "0.13"),
    ("floor(-1.5)", "-2"),
    ("ceiling(1.2)", "2"),
    ("sqrt(-1)", "-"),
    (r#"max(n, "x")"#, "!max of"),
    // evaluation-functions/text-functions; `like` has two wildcards, and a text is no pattern of them otherwise.
    (r#"if(like(x."yz", "X%"), "yes", "no")"#, "yes"),
    (r#"if(like(x."y", "_"), "yes", "no")"#, "no"),
    (r#"if(like("a.b", "a_b"), "yes", "no")"#, "yes"),
    (r#"if(like("axb", "a.b"), "yes", "no")"#, "no"),
    (r#"substr("abcdef", 2, 3)"#, "bcd"),
    (r#"substr("abc", 5)"#, ""),
    (r#"replace("2026-03-04", "^(\\d+)-(\\d+)-(\\d+)$", "\\2/\\3")"#, "03/04"),
    (r#"replace("a\\b", "\\\\", "/")"#, "a/b"),
    (r#"urldecode("a%20%26")"#, "a &"),
    // cidrmatch knows IPv6 (comparison-and-conditional-functions); an address of the other kind is in no such network.
    (r#"if(cidrmatch("2001:db8::/32", "2001:DB8::1"), "yes", "no")"#, "yes"),
    (r#"if(cidrmatch("10.0.0.0/8", "2001:db8::1"), "yes", "no")"#, "no"),
    (r#"if(cidrmatch("10.0.0.0/8", "no address"), "yes", "no")"#, "no"),
    // evaluation-functions/multivalue-eval-functions
    ("mvcount(none)", "-"),
    ("mvcount(x)", "1"),
    (r"mvcount(mvappend(two, x, none))", "3"),
    (r#"mvdedup(mvappend(two, "p"))"#, "p+q"),
    ("mvindex(two, 5)", "-"),
    ("mvindex(two, -1)", "q"),
    (r#"mvfind(two, "^q$")"#, "1"),
    (r#"mvmap(two, if(two="p", null(), two."!"))"#, "q!"),
    (r#"if(two="p", "yes", "no")"#, "!several values"),
    (r#"strptime("2026-03-04T00:00:00+0100", "%Y-%m-%dT%H:%M:%S%z")"#, "1772578800"),
];

#[test]
fn expressions_give_what_is_documented() {
    let event =
        json!([{"_time": 1, "x": "X", "empty": "", "ten": "10", "nine": "9", "half": "0.5", "n": "7", "two": "p,q"}]);
    let columns = "x=x, empty=empty, ten=ten, nine=nine, half=half, n=tonumber(n), two=split(two, \",\"), none=none";
    let search = |expression: &str| {
        format!(
            "`m` | eval {columns} | fields x, empty, ten, nine, half, n, two, none | eval result={expression} | table result"
        )
    };
    let jobs: Vec<Json> =
        EXPRESSIONS.iter().map(|(expression, _)| run(&search(expression), &event, &json!({}))).collect();
    let mut others = Vec::new();
    for ((expression, wanted), answer) in EXPRESSIONS.iter().zip(answers(&jobs)) {
        let found = answer.map(|rows| spelled(&rows[0]["result"]));
        let fits = match (&found, wanted.strip_prefix('!')) {
            (Ok(found), None) => found == wanted,
            (Err(error), Some(said)) => error.contains(said),
            (Ok(_), Some(_)) | (Err(_), None) => false,
        };
        if !fits {
            others.push(format!("{expression}: {found:?}, and not {wanted}"));
        }
    }
    assert!(others.is_empty(), "{others:#?}");
}

fn spelled(value: &Json) -> String {
    if let Json::Number(number) = value { number.as_f64().unwrap().to_string() } else { crate::spl::spelled(value) }
}

/// Events, the end of a search, and one column of what comes out.
fn columns(events: &Json, cases: &[(&str, &str)], more: &Json) {
    let jobs: Vec<Json> =
        cases.iter().map(|(end, _)| run(&format!("`m` {end} | table result"), events, more)).collect();
    let mut others = Vec::new();
    for ((end, wanted), answer) in cases.iter().zip(answers(&jobs)) {
        let found = answer.map(|rows| rows.iter().map(|row| spelled(&row["result"])).collect::<Vec<_>>().join(" "));
        let found = found.unwrap_or_else(|error| format!("!{error}"));
        if found != *wanted && !(wanted.starts_with('!') && found.contains(&wanted[1..])) {
            others.push(format!("{end}: {found}, and not {wanted}"));
        }
    }
    assert!(others.is_empty(), "{others:#?}");
}

#[test]
fn commands_do_what_is_documented() {
    // The newest event comes first: https://help.splunk.com/en/splunk-enterprise/search/search-manual/9.4
    let events = json!([
        {"_time": 10, "k": "A", "v": "1", "tags": ["p", "q"]},
        {"_time": 20, "k": "a", "v": "01"},
        {"_time": 30, "v": "1", "tags": ["q"]},
        {"_time": 40, "k": "A", "w": null, "on": true},
    ]);
    let base = "| eval k=k, v=v, tags='tags{}', w=w, on=on | fields _time, k, v, tags, w, on";
    let cases = [
        // search-commands/eventstats: rows without the field of `by` get nothing; texts are told apart by letters' case.
        ("| eventstats count AS result by k", "2 - 1 2"),
        // statistical-and-charting-functions: missing values are none; dc and values look at texts; several values count each.
        ("| eventstats dc(v) AS result", "2 2 2 2"),
        ("| eventstats values(v) AS result by k", "1 - 01 1"),
        ("| eventstats dc(tags) AS result", "2 2 2 2"),
        ("| eventstats count(v) AS result", "3 3 3 3"),
        ("| eventstats count(eval(k=\"A\")) AS result", "2 2 2 2"),
        ("| eventstats max(v) AS result", "1 1 1 1"),
        // Their order is that of the rows, not that of time.
        ("| streamstats first(v) AS result", "- 1 1 1"),
        ("| sort 0 num(_time) | streamstats first(v) AS result", "1 1 1 1"),
        ("| streamstats last(v) AS result", "- 1 01 1"),
        // search-commands/streamstats: current=f leaves the event itself out; the last value is the last that is not missing.
        ("| sort 0 num(_time) | streamstats current=f last(v) AS result", "- 1 01 1"),
        ("| sort 0 num(_time) | streamstats current=f window=1 global=f last(v) AS result by k", "- - - 1"),
        ("| streamstats time_window=10s count AS result", "!not in ascending order"),
        ("| sort 0 num(_time) | streamstats time_window=10s count AS result", "1 2 2 2"),
        ("| sort 0 num(_time) | streamstats time_window=9s count AS result", "1 1 1 1"),
        ("| sort 0 num(_time) | streamstats time_window=1h count AS result by k", "1 1 - 2"),
        // Nothing says whether a function without values clears its column.
        ("| eval z=null(), result=\"x\" | eventstats values(z) AS result", "!had a value before"),
        // search-commands/dedup: rows without the field go unless keepempty=true; the first one stays.
        ("| dedup k | eval result=_time", "40 20"),
        ("| dedup k keepempty=true | eval result=_time", "40 30 20"),
        // search-commands/sort: 0 for all rows.
        ("| sort 0 -num(v) | eval result=v", "1 01 1 -"),
        ("| sort 0 str(k), num(_time) | eval result=_time", "10 40 20 30"),
        ("| sort 0 num(k) | eval result=k", "!num() of"),
        // search-commands/mvexpand; of a row without the field nothing is said.
        ("| where isnotnull(tags) | mvexpand tags | eval result=tags", "q p q"),
        ("| mvexpand tags | eval result=tags", "!mvexpand of a row without tags"),
        // What the index extracts are texts, null among them (which is not documented: json_null says).
        ("| eval result=w", "null - - -"),
        ("| eval result=on", "true - - -"),
        // search-commands/rename, fields
        ("| rename v AS result", "- 1 01 1"),
        ("| fields k | eval result=_time", "40 30 20 10"),
        ("| eval result=k.v", "- - a01 A1"),
        ("| dedup tags | eval result=1", "!several values"),
        ("| eventstats count AS result by tags", "!several values"),
    ];
    let cases: Vec<(String, &str)> = cases.iter().map(|(end, wanted)| (format!("{base} {end}"), *wanted)).collect();
    let cases: Vec<(&str, &str)> = cases.iter().map(|(end, wanted)| (end.as_str(), *wanted)).collect();
    columns(&events, &cases, &json!({}));
}

#[test]
fn what_is_not_documented_can_be_chosen() {
    let events = json!([{"_time": 10, "k": "A", "w": null}, {"_time": 10, "k": "B"}, {"_time": 20}]);
    let base = "| eval k=k, w=w | fields _time, k, w";
    let knobs = [
        ("| sort 0 num(_time) | streamstats time_window=10s count AS result", json!({}), "1 2 3"),
        (
            "| sort 0 num(_time) | streamstats time_window=10s count AS result",
            json!({"far_edge": "exclusive"}),
            "1 2 1",
        ),
        ("| sort 0 num(_time) | eval result=k", json!({}), "A B -"),
        ("| eval result=k", json!({"ties": "reversed"}), "- B A"),
        ("| sort 0 str(k) | eval result=_time", json!({}), "10 10 20"),
        ("| sort 0 str(k) | eval result=_time", json!({"missing": "first"}), "20 10 10"),
        ("| eval result=w", json!({}), "- null -"),
        ("| eval result=w", json!({"json_null": "nothing"}), "- - -"),
        ("| eval result=w", json!({"json_null": "other"}), "!json_null is one of"),
        ("| eval result=w", json!({"limits": {"no.limit": 1}}), "!no limits"),
    ];
    for (end, more, wanted) in knobs {
        columns(&events, &[(&format!("{base} {end}"), wanted)], &more);
    }
}

#[test]
fn lookups_and_addresses_are_as_documented() {
    let events = json!([{"_time": 1, "ip": "192.0.2.7"}, {"_time": 0, "ip": "2001:db8::1"}, {"_time": -1}]);
    let more = json!({
        "lookups": {
            "nets": {"cidr": true, "rows": [{"entry": "192.0.2.0/24"}, {"entry": "192.0.2.7/32"}]},
            "exact": {"cidr": false, "rows": [{"entry": "2001:DB8::1"}]},
        },
        "addresses": {"192.0.2.7": {"Country": "Germany", "lat": "52.52"}},
    });
    let cases = [
        // search-commands/lookup: several rows that match are several values.
        ("| eval ip=ip | fields ip | lookup nets entry AS ip OUTPUT entry AS result", "192.0.2.0/24+192.0.2.7/32 - -"),
        ("| eval ip=ip | fields ip | lookup exact entry AS ip OUTPUT entry AS result", "- - -"),
        (
            "| eval ip=ip | fields ip | lookup other entry AS ip OUTPUT entry AS result",
            "!the lookup other is not defined",
        ),
        ("| eval ip=ip | fields ip | lookup nets nothing AS ip OUTPUT entry AS result", "!has no column nothing"),
        // search-commands/iplocation
        ("| eval ip=ip | iplocation prefix=geo_ ip | fields geo_Country | eval result=geo_Country", "Germany - -"),
        ("| eval ip=ip | iplocation ip | fields Country | eval result=Country", "!without a prefix"),
    ];
    columns(&events, &cases, &more);
}
