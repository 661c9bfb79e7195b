//! Lists of every kind in every engine, and what is wrong with list files.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use tokentrail::catalog::load;
use tokentrail::check::{self, Checked, Inputs, ListFiles, TextFile, Unreadable};
use tokentrail::plan::{ListOrigin, Placement, Plan};
use tokentrail::settings::{CommandLine, Settings};
use tokentrail::source::{Source, Sources};
use tokentrail::syntax;
use tokentrail::target::{self, Grain, Options, Target};

use crate::agreement::{canonical, evaluated, hunt, sorted, splunk_events, tables};
use crate::oracle;
use crate::world::{START, happenings};

/// Checks a text with list files (by name of the list), local copies of watchlists (by alias) and settings.
pub fn check_with(
    text: &str,
    lists: &[(&str, &str)],
    watchlists: &[(&str, &str)],
    settings: Option<&str>,
) -> (Checked, Sources) {
    let mut sources = Sources::default();
    let id = sources.add(Source::new("rules/r.trail", text));
    let parsed = syntax::parse(id, sources.get(id));
    let mut files = ListFiles::default();
    let mut file = |name: &str, text: &str| {
        let path = format!("rules/{name}.csv");
        TextFile { path: path.clone(), content: Ok(sources.add(Source::new(path, text))) }
    };
    for (name, text) in lists {
        files.lists.insert((*name).to_owned(), file(name, text));
    }
    for (alias, text) in watchlists {
        files.watchlists.insert((*alias).to_owned(), file(alias, text));
    }
    let settings = settings.map_or_else(Settings::default, |text| {
        let id = sources.add(Source::new("tokentrail.toml", text));
        tokentrail::settings::read(Some((id, text)), &CommandLine::default()).unwrap()
    });
    let (catalog, elsewhere) = (load::builtin(), BTreeSet::new());
    let inputs = Inputs {
        sources: &sources,
        catalog: &catalog,
        settings: &settings,
        files: &files,
        elsewhere: &elsewhere,
        today: jiff::civil::date(2026, 11, 23),
    };
    (check::check_with(vec![(id, parsed)], &inputs), sources)
}

/// Every finding as `path:line:column: CODE message; help`.
pub fn findings(checked: &Checked, sources: &Sources) -> Vec<String> {
    let say = |finding: &tokentrail::diagnostic::Diagnostic| {
        let place = finding.place().unwrap();
        let source = sources.get(place.source);
        let at = source.position(place.span.start);
        let help = finding.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
        format!("{}:{}:{}: {} {}{help}", source.path, at.line, at.column, finding.code.id(), finding.message)
    };
    checked.diagnostics.iter().map(say).collect()
}

fn plans(text: &str, lists: &[(&str, &str)], watchlists: &[(&str, &str)]) -> Vec<Plan> {
    let (checked, sources) = check_with(text, lists, watchlists, None);
    assert_eq!(findings(&checked, &sources), Vec::<String>::new());
    checked.plans
}

const RULES: &str = include_str!("../fixtures/lists/kinds.trail");
const KEPT_NETWORKS: &str = "SearchKey,note\n192.0.2.0/31,office\n2001:db8::/32,office\n203.0.113.9/32,VPN\n";
const KEPT_NAMES: &str = "SearchKey\nANA@example.org\nnobody@example.org\n";
const KEPT_ADDRESSES: &str = "SearchKey\n198.51.100.7\n2001:db8::1\n";
const KEPT_SYSTEMS: &str = "SearchKey\nAS64500\n64502\n";

/// As many networks as a list file may well have, of both kinds; a few of them hold addresses of the world.
fn many_networks() -> String {
    let mut text = "# One network a line.\r\n192.0.2.1/32\r\n2001:db8::/48\r\n203.0.113.0/24\r\n".to_owned();
    for number in 0..10_000_u32 {
        text += &format!("10.{}.{}.0/24\r\n", number / 250, number % 250);
    }
    text
}

/// As many names as a list file may well have, one of which is in the world.
fn many_names() -> String {
    let names: String = (0..10_000).map(|number| format!("user{number}@example.org,netops\n")).collect();
    format!("upn,owner\n{names}Ana@Example.org,netops\n")
}

fn many_systems() -> String {
    let systems: String = (0..300).map(|number| format!("AS{}\n", 100 + number)).collect();
    format!("64501\n{systems}")
}

fn many_addresses() -> String {
    let addresses: String = (0..300).map(|number| format!("2001:db8:0:1::{number:x}\n")).collect();
    format!("2001:DB8:0::1\n198.51.100.7\n{addresses}")
}

/// What each watchlist of a plan holds, as the KQL executor takes it.
fn kql_watchlists(uploads: &[target::Upload]) -> Json {
    let mut all = json!({});
    for (alias, text) in kept() {
        all[alias] = json!(text.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect::<Vec<_>>());
    }
    for upload in uploads {
        all[&upload.name] = json!(upload.csv.lines().skip(1).collect::<Vec<_>>());
    }
    all
}

fn kept() -> [(&'static str, &'static str); 4] {
    [
        ("kept networks", KEPT_NETWORKS),
        ("kept_names", KEPT_NAMES),
        ("kept_addresses", KEPT_ADDRESSES),
        ("kept_systems", KEPT_SYSTEMS),
    ]
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

fn plans_of_every_kind() -> Vec<Plan> {
    let (networks, names) = (many_networks(), many_names());
    let (systems, addresses) = (many_systems(), many_addresses());
    let lists = [
        ("file_networks", "net,owner,expires\n192.0.2.0/31,netops,\n 2001:db8::/32 ,netops,2099-01-01\n"),
        ("file_names", "upn\r\nana@example.org\r\n\r\n\"BO@example.org\"\r\n"),
        ("many_networks", &networks),
        ("many_names", &names),
        ("many_systems", &systems),
        ("many_addresses", &addresses),
    ];
    plans(RULES, &lists, &kept())
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
            kql_jobs.push(json!({"query": kql.text, "now": "2026-03-05T00:00:00Z", "tables": tables(&events),
                "watchlists": kql_watchlists(&kql.uploads)}));
            spl_jobs.push(json!({"search": spl.text, "now": START + 86_400, "macros": splunk_events(&events),
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
