//! Rules with lists of every kind, the entries of those lists, and the tables that a data lake has of them.

use serde_json::{Value as Json, json};
use tokentrail::catalog::load;
use tokentrail::check::{self, Checked, Elsewhere, Inputs, ListFiles, TextFile};
use tokentrail::plan::Plan;
use tokentrail::settings::{CommandLine, Settings};
use tokentrail::source::{Source, Sources};
use tokentrail::syntax;
use tokentrail::target::{self, Dialect, Grain, Options, Target};

use crate::asked::{Asked, Work};
use crate::engines::views::lake;
use crate::engines::{canonical, evaluated, hunt, sorted};
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
    let (catalog, elsewhere) = (load::builtin(), Elsewhere::default());
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

pub fn plans(text: &str, lists: &[(&str, &str)], watchlists: &[(&str, &str)]) -> Vec<Plan> {
    let (checked, sources) = check_with(text, lists, watchlists, None);
    let errors: Vec<String> = findings(&checked, &sources).into_iter().filter(|found| found.contains(": E")).collect();
    assert_eq!(errors, Vec::<String>::new());
    checked.plans
}

const RULES: &str = include_str!("../fixtures/lists/kinds.trail");
const KEPT_NETWORKS: &str = "SearchKey,note\n192.0.2.0/31,office\n2001:db8::/32,office\n203.0.113.9/32,VPN\n";
const KEPT_NAMES: &str = "SearchKey\nANA@example.org\nnobody@example.org\n";
const KEPT_ADDRESSES: &str = "SearchKey\n198.51.100.7\n2001:db8::1\n";
const KEPT_SYSTEMS: &str = "SearchKey\nAS64500\n64502\n";

/// Too many networks for a query, of both kinds; a few of them hold addresses of the world.
fn many_networks() -> String {
    let mut text = "# One network a line.\r\n192.0.2.1/32\r\n2001:db8::/48\r\n203.0.113.0/24\r\n".to_owned();
    for number in 0..1_000_u32 {
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

pub fn kept() -> [(&'static str, &'static str); 4] {
    [
        ("kept networks", KEPT_NETWORKS),
        ("kept_names", KEPT_NAMES),
        ("kept_addresses", KEPT_ADDRESSES),
        ("kept_systems", KEPT_SYSTEMS),
    ]
}

pub fn plans_of_every_kind() -> Vec<Plan> {
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

/// The same as tables of a data lake.
fn sql_tables(uploads: &[target::Upload]) -> Json {
    let table = |columns: Json, rows: Vec<Json>| json!({"columns": columns, "rows": rows});
    let mut all = json!({});
    for (alias, text) in kept() {
        let mut keys: Vec<Json> =
            text.lines().skip(1).map(|line| json!(["x", line.split(',').next().unwrap()])).collect();
        keys.extend(
            ["", "no address", "x:y", "a:b", "192.0.2.0/33", "1.2.3", "/", "198.51.100.0/"]
                .map(|key| json!([null, key])),
        );
        keys.push(json!(["x", null]));
        all[alias] = table(json!({"note": "text", "SearchKey": "text"}), keys);
    }
    for upload in uploads {
        let rows = upload.csv.lines().skip(1).map(|line| json!([line])).collect();
        all[&upload.name] = table(json!({target::ENTRY: "text"}), rows);
    }
    all
}

/// Asks what the rules with lists find in some worlds.
pub fn ask<'p>(work: &mut Work<'p>, plans: &'p [Plan], dialect: Dialect, worlds: u64) {
    for seed in 0..worlds {
        let events = happenings(40 + seed, 60, &["entra.signin", "entra.signin_noninteractive", "graph.activity"]);
        let mut world = lake(&events);
        let mut all = Vec::new();
        for (plan, found) in plans.iter().zip(evaluated(plans, &events, Grain::Match)) {
            let options = Options { grain: Grain::Match, period: hunt() };
            let query = target::write(plan, Target::Sql(dialect), options).unwrap();
            world.as_object_mut().unwrap().append(sql_tables(&query.uploads).as_object_mut().unwrap());
            let expected = sorted(found.iter().map(|row| canonical(row, plan, Grain::Match)).collect());
            let name = format!("lists, world {seed}, {}", plan.name);
            all.push((query.text, Asked { name, plan, grain: Grain::Match, expected }));
        }
        let world = work.world(world);
        all.into_iter().for_each(|(query, asked)| work.ask(&query, START + 86_400, world, asked));
    }
}
