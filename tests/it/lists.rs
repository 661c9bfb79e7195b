//! Lists of every kind in every engine, and what is wrong with list files.

use serde_json::{Value as Json, json};
use tokentrail::diagnostic::Code;
use tokentrail::plan::Placement;
use tokentrail::target::{self, Dialect, Grain, Options, Period, Target};

use crate::asked::Work;
use crate::engines::tables::{sentinel, splunk};
use crate::engines::{canonical, evaluated, hunt, sorted};
use crate::listed::{self, kept, plans_of_every_kind};
use crate::oracle;
use crate::world::{START, happenings};

pub use crate::listed::{check_with, findings, plans};

/// What each watchlist of a plan holds, as the KQL executor takes it.
fn kql_watchlists(uploads: &[target::Upload]) -> Json {
    let mut all = json!({});
    for (alias, text) in kept() {
        let mut keys: Vec<&str> = text.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
        // Rows that are nothing of the kind are in no list.
        keys.extend(["", "no address", "x:y"]);
        all[alias] = json!(keys);
    }
    for upload in uploads {
        all[&upload.name] = json!(upload.csv.lines().skip(1).collect::<Vec<_>>());
    }
    all
}

/// The same for Splunk, whose own lookups hold names in lower case, addresses as they are compared, and numbers alone.
fn spl_lookups(uploads: &[target::Upload]) -> Json {
    let mut all = json!({});
    for (alias, text) in kept() {
        let keys = text.to_lowercase().replace("as64500", "64500");
        let rows: Vec<Json> =
            keys.lines().skip(1).map(|line| json!({"SearchKey": line.split(',').next().unwrap()})).collect();
        all[alias] = json!({"cidr": alias == "kept networks", "rows": rows});
    }
    for upload in uploads {
        let rows: Vec<Json> = upload.csv.lines().skip(1).map(|line| json!({target::ENTRY: line})).collect();
        let cidr = upload.transform.as_ref().unwrap().contains("match_type = CIDR(entry)");
        all[&upload.name] = json!({"cidr": cidr, "rows": rows});
    }
    all
}

#[test]
fn lists_of_every_kind_hold_the_same_in_duckdb() {
    let plans = plans_of_every_kind();
    let mut work = Work::default();
    listed::ask(&mut work, &plans, Dialect::DuckDb, 2);
    work.compare(Dialect::DuckDb);
}

#[test]
fn lists_of_every_kind_hold_the_same_in_all_engines() {
    let plans = plans_of_every_kind();
    assert!(plans.len() >= 8);
    let (mut kql_jobs, mut spl_jobs, mut expected) = (Vec::new(), Vec::new(), Vec::new());
    for seed in 0..2 {
        let events = happenings(40 + seed, 60, &["entra.signin", "entra.signin_noninteractive", "graph.activity"]);
        let found = evaluated(&plans, &events, Grain::Match);
        for (plan, found) in plans.iter().zip(found) {
            let options = Options { grain: Grain::Match, period: hunt() };
            let kql = target::write(plan, Target::Kql, options).unwrap();
            let spl = target::write(plan, Target::Spl, options).unwrap();
            kql_jobs.push(json!({"query": kql.text, "now": "2026-03-05T00:00:00Z", "tables": sentinel(&events),
                "watchlists": kql_watchlists(&kql.uploads)}));
            spl_jobs.push(json!({"search": spl.text, "now": START + 86_400, "macros": splunk(&events),
                "lookups": spl_lookups(&spl.uploads)}));
            let rows: Vec<String> = found.iter().map(|row| canonical(row, plan, Grain::Match)).collect();
            assert!(!rows.is_empty(), "rule {} finds nothing", plan.name);
            expected.push((plan.name.clone(), plan, sorted(rows)));
        }
    }
    let kql = oracle::kql(&json!({"schema": oracle::schema()["tables"], "jobs": kql_jobs}));
    let spl = oracle::spl(&json!(spl_jobs));
    for (index, (name, plan, rows)) in expected.iter().enumerate() {
        for (engine, answer, query) in
            [("KQL", &kql[index], &kql_jobs[index]["query"]), ("SPL", &spl[index], &spl_jobs[index]["search"])]
        {
            let query = query.as_str().unwrap();
            let found = answer["rows"].as_array().unwrap_or_else(|| panic!("{name}: {}\n{query}", answer["error"]));
            let found = sorted(found.iter().map(|row| canonical(row, plan, Grain::Match)).collect());
            assert_eq!(found, *rows, "{engine}, rule {name}\n{query}");
        }
    }
}

#[test]
fn microsofts_analyser_takes_queries_that_read_watchlists() {
    let plans = plans_of_every_kind();
    let queries = plans.iter().flat_map(|plan| {
        [("scheduled", Period::Scheduled), ("hunt", hunt())].map(|(name, period)| {
            let options = Options { grain: Grain::Alert, period };
            (format!("lists_{}_{name}", plan.name), target::write(plan, Target::Kql, options).unwrap().text)
        })
    });
    crate::emit::assert_analysed(&queries.collect::<Vec<_>>());
}

/// A query that is too long with its lists in it.
#[test]
fn a_query_gets_shorter_before_it_is_refused() {
    let list = |name: &str, count: usize| {
        let entries: String = (0..count).map(|number| format!("\"agent {number} of {name}\" ")).collect();
        format!("list {name}: string {{ {entries} }}\n")
    };
    let text = format!(
        "{}{}{}/// D.\nrule r {{ title \"T\" severity low from entra.signin where user_agent in first or user_agent in second \
         or user_agent in third show user_agent }}",
        list("first", 190),
        list("second", 200),
        list("third", 180)
    );
    let plans = plans(&text, &[], &[]);
    assert!(plans[0].lists.iter().all(|list| list.placement == Placement::InQuery));
    let write = |target, period| target::write(&plans[0], target, Options { grain: Grain::Alert, period }).unwrap();
    let scheduled = write(Target::Kql, Period::Scheduled);
    assert!(scheduled.text.encode_utf16().count() <= 10_000);
    let uploads: Vec<&str> = scheduled.uploads.iter().map(|upload| upload.name.as_str()).collect();
    assert_eq!(uploads, ["second"], "the longest goes, and no other");
    assert!(scheduled.text.contains("_GetWatchlist(\"second\")") && scheduled.text.contains("agent 7 of first"));
    assert_eq!(scheduled.uploads[0].csv.lines().count(), 201);
    for query in [write(Target::Kql, hunt()), write(Target::Spl, Period::Scheduled)] {
        assert_eq!(query.uploads, [], "nothing is too long there");
    }
}

#[test]
fn what_a_lookup_cannot_test_is_refused_for_splunk() {
    let rules = "list staff: name from watchlist \"staff\"
        /// D.
        rule of_the_window { title \"T\" severity low from entra.signin by session within 1h when last(user_name) not in staff }
        /// D.
        rule of_another_event { title \"T\" severity low from entra.signin by session
          consecutive within 1h where prev.user_name in staff and this.user_name not in staff }";
    for plan in plans(rules, &[], &[]) {
        let options = Options { grain: Grain::Match, period: hunt() };
        let gaps = target::write(&plan, Target::Spl, options).unwrap_err();
        let about_lists =
            gaps.iter().any(|gap| gap.code == Code::E0601 && gap.message.contains("the same on an aggregate"));
        assert!(about_lists, "{gaps:?}");
    }
}

#[test]
fn a_watchlist_of_countries_is_refused_where_countries_come_from_addresses() {
    let rules = "list embargoed: country from watchlist \"embargoed\"
        /// D.
        rule r { title \"T\" severity low from graph.activity where country in embargoed show ip }";
    let plan = plans(rules, &[], &[]).remove(0);
    for target in [Target::Kql, Target::Spl] {
        let gaps = target::write(&plan, target, Options { grain: Grain::Match, period: hunt() }).unwrap_err();
        assert!(gaps.iter().any(|gap| gap.code == Code::E0601), "{gaps:?}");
    }
}

#[test]
fn networks_beyond_what_an_array_holds_are_refused_for_sentinel() {
    let lines: String = (0..70_000)
        .map(|number| format!("10.{}.{}.{}/31\n", number / 8192, number / 32 % 256, number % 32 * 2))
        .collect();
    let rules = "list nets: cidr from file \"nets.csv\"
        /// D.
        rule r { title \"T\" severity low from entra.signin where ip in nets show ip }";
    let plan = plans(rules, &[("nets", &lines)], &[]).remove(0);
    assert_eq!(plan.lists[0].entries.len(), 70_000);
    let options = Options { grain: Grain::Match, period: hunt() };
    let gaps = target::write(&plan, Target::Kql, options).unwrap_err();
    assert_eq!(gaps.iter().map(|gap| gap.code).collect::<Vec<_>>(), [Code::E0601]);
    assert_eq!(target::write(&plan, Target::Spl, options).unwrap().uploads[0].csv.lines().count(), 70_001);
}

#[test]
fn a_splunk_user_is_told_how_the_lookup_of_a_watchlist_must_be() {
    let rules = "list vip: name from watchlist \"vip\"
        /// D.
        rule r { title \"T\" severity low from entra.signin where user_name in vip show ip }";
    let plan = plans(rules, &[], &[]).remove(0);
    let options = Options { grain: Grain::Match, period: hunt() };
    let notes = |target| target::write(&plan, target, options).unwrap().notes.len();
    assert_eq!((notes(Target::Kql), notes(Target::Spl)), (0, 1));
}

// What is wrong with files.

const AGENTS: &str = "list agents: string from file \"agents.csv\" column \"agent\"\n";

fn found(rule_file: &str, name: &str, text: &str) -> Vec<String> {
    let (checked, sources) = check_with(rule_file, &[(name, text)], &[], None);
    findings(&checked, &sources)
}

#[test]
fn entries_of_files_are_checked_at_their_cells() {
    let nets = "list nets: cidr from file \"nets.csv\" column \"net\"\n";
    let text =
        "owner,net,expires\r\nnetops,192.0.2.0/24,\r\n\"a, b\",192.0.2.300,2099-01-01\r\nx, 192.0.2.1/24 ,soon\r\n";
    assert_eq!(
        found(nets, "nets", text),
        [
            "rules/nets.csv:3:8: E0501 `192.0.2.300` is not a network; write it in CIDR notation such as \"192.0.2.0/24\" or \
             \"2001:db8::/32\"",
            "rules/nets.csv:4:4: E0501 `192.0.2.1/24` has bits set below its prefix; the network is \"192.0.2.0/24\"",
            "rules/nets.csv:4:18: E0501 `soon` is not a date; write year, month and day, such as 2027-03-31",
        ]
    );
    let systems = "list systems: asn from file \"systems.csv\"\n";
    assert_eq!(
        found(systems, "systems", "64500\nAS64501\n# Text.\nMicrosoft\n"),
        ["rules/systems.csv:4:1: E0503 type `string` is written where type `asn` is needed; write a whole number"]
    );
    let countries = "list countries: country from file \"countries.csv\"\n";
    assert_eq!(
        found(countries, "countries", "DE\nde\n"),
        [
            "rules/countries.csv:2:1: E0501 `de` is not a country code; write the ISO 3166-1 alpha-2 code in capitals, such as \"DE\""
        ]
    );
}

#[test]
fn an_expired_line_is_dropped_and_warned_of() {
    let text = "agent,expires\ncurl,2026-11-22\nwget,2026-11-23\npython,\n";
    let rule = format!(
        "{AGENTS}/// D.\nrule r {{ title \"T\" severity low from entra.signin where user_agent in agents show ip }}"
    );
    let (checked, sources) = check_with(&rule, &[("agents", text)], &[], None);
    assert_eq!(
        findings(&checked, &sources),
        ["rules/agents.csv:2:1: W0801 the entry expired after 2026-11-22; remove it, or have its owner renew the date"]
    );
    let list = &checked.plans[0].lists[0];
    assert_eq!(format!("{:?}", list.entries), "[Text(\"wget\"), Text(\"python\")]");
}

#[test]
fn broken_files_are_refused_at_their_place() {
    let cases = [
        ("", "rules/agents.csv:1:1: E1003 the list file has no entries"),
        ("agent\n", "rules/agents.csv:1:1: E1003 the list file has no entries"),
        (
            "agnet,owner\ncurl,x\n",
            "rules/r.trail:1:51: E1002 the list file has no column `agent`; did you mean `agnet`?",
        ),
        (
            "name;owner\ncurl;x\n",
            "rules/r.trail:1:51: E1002 the list file has no column `agent`; columns are separated by commas",
        ),
        ("agent,agent\na,b\n", "rules/agents.csv:1:7: E1002 the list file has two columns `agent`"),
        ("owner,agent\nx,curl\ny\n", "rules/agents.csv:3:1: E1003 the line has no entry"),
        ("owner,agent\nx,\n", "rules/agents.csv:2:3: E1003 the line has no entry"),
        ("agent\n\"curl\nwget\n", "rules/agents.csv:2:1: E1003 a cell goes over several lines"),
    ];
    for (text, expected) in cases {
        let found = found(AGENTS, "agents", text);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{text:?}: {found:#?}");
    }
    let plain = "list agents: string from file \"agents.csv\"\n";
    let header = found(plain, "agents", "agent,owner\ncurl,x\n");
    assert!(header.len() == 1 && header[0].contains("E1002 the list file names its columns"), "{header:?}");
}

#[test]
fn of_many_mistakes_in_a_file_twenty_are_shown() {
    let text: String = std::iter::once("64500\n".to_owned()).chain((0..50).map(|line| format!("x{line}\n"))).collect();
    let found = found("list systems: asn from file \"systems.csv\"\n", "systems", &text);
    assert_eq!(found.len(), 21);
    assert!(found[0].contains("30 more lines of the list file are wrong"), "{}", found[0]);
}

#[test]
fn watchlists_are_checked_where_they_are_declared() {
    let text = "list a: time from watchlist \"a\"\nlist b: name from watchlist \"x`y\"\nlist c: name from watchlist \"d\"\nlist d: name { \"x\" }\n";
    let (checked, sources) = check_with(text, &[], &[], None);
    let found = findings(&checked, &sources);
    let expected = [
        "rules/r.trail:1:14: E0308 a watchlist of `time` is not possible",
        "rules/r.trail:2:29: E0501 `x`y` is not the name of a watchlist",
        "rules/r.trail:3:29: E0202 `d` is the name of a list",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    found.iter().zip(expected).for_each(|(found, expected)| assert!(found.starts_with(expected), "{found}"));
    let copy = "SearchKey\n192.0.2.1\n192.0.2.1 \n";
    let (checked, sources) = check_with("list e: ip from watchlist \"e\"\n", &[], &[("e", copy)], None);
    let found = findings(&checked, &sources);
    assert_eq!(found.len(), 1, "the copy is taken as the watchlist has it, blanks included: {found:?}");
}
