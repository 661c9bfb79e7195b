//! The Splunk app of the shipped rules, by `AppInspect`, ksconf, the reference of its settings, and the Splunk model.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use serde_json::{Value as Json, json};
use tokentrail::catalog::LogSource;
use tokentrail::diagnostic::Code;
use tokentrail::package::{self, Built, Options, Package};
use tokentrail::plan::deploy::{Template, TemplatePart};
use tokentrail::plan::{DAY, Plan, Suppress, Suppressed};
use tokentrail::target::{self, Grain, Period, Target, spl};

use crate::check::{check_text, has_errors};
use crate::emit::shipped_plans;
use crate::oracle;
use crate::spl::{SIGNIN, job, plan, search, world};
use crate::world::START;

fn built(plans: &[Plan]) -> Built {
    package::build(plans, Package::SplunkApp, &Options::default())
}

fn plans_of(text: &str) -> Vec<Plan> {
    let (checked, _) = check_text("r.trail", text);
    assert!(!has_errors(&checked), "{:#?}", checked.diagnostics);
    checked.plans
}

/// The shipped rules, and one that reads a list too long for a query and a watchlist.
fn plans() -> Vec<Plan> {
    let networks: String = (0..260).map(|number| format!("\"10.0.{}.{}/32\" ", number / 256, number % 256)).collect();
    let text = format!(
        "list long_list: cidr {{ {networks} }}\nlist admins: name from watchlist \"admins\"\n\
         /// Outside.\nrule outside {{ title \"Outside $5\" severity low from entra.signin \
         where ip not in long_list and user_name in admins show user_name, ip schedule every 1d, delay 1h }}"
    );
    shipped_plans().into_iter().chain(plans_of(&text)).collect()
}

fn text<'b>(built: &'b Built, path: &str) -> &'b str {
    let file = built.files.iter().find(|file| file.path == format!("tokentrail_rules/{path}")).unwrap();
    std::str::from_utf8(&file.contents).unwrap()
}

/// The settings of a stanza as they are written, without the search.
fn settings(built: &Built, rule: &str) -> String {
    let all = text(built, "default/savedsearches.conf");
    let start = all.find(&format!("[tokentrail_rules - {rule} - Rule]")).unwrap();
    all[start..].split("\nsearch = ").next().unwrap().to_owned()
}

fn write(built: &Built, folder: &Path) {
    for file in &built.files {
        let path = folder.join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &file.contents).unwrap();
    }
}

/// A tool of the environment with Splunk's own packaging tools.
fn tool(name: &str) -> Command {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let python = oracle::environment("splunk_app", "AppInspect", "tests/oracles/splunk_app/requirements.txt");
        python.parent().unwrap().to_owned()
    });
    Command::new(folder.join(name))
}

/// The checks of `AppInspect` that are not passed, by name.
fn inspected(package: &Path, report: &Path) -> BTreeMap<String, String> {
    let arguments = ["--mode", "precert", "--ci", "--data-format", "json", "--output-file"];
    let output = tool("splunk-appinspect").arg("inspect").arg(package).args(arguments).arg(report).output().unwrap();
    let found: Json = serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap();
    let checks =
        found["reports"][0]["groups"].as_array().unwrap().iter().flat_map(|group| group["checks"].as_array().unwrap());
    let said =
        |check: &Json| (check["name"].as_str().unwrap().to_owned(), check["result"].as_str().unwrap().to_owned());
    let all: Vec<(String, String)> = checks.map(said).collect();
    assert!(all.len() > 200, "{}", String::from_utf8_lossy(&output.stdout));
    let bad: BTreeMap<_, _> = all
        .into_iter()
        .filter(|(_, result)| !matches!(result.as_str(), "success" | "not_applicable" | "skipped"))
        .collect();
    assert_eq!(output.status.success(), bad.is_empty(), "{bad:?}");
    bad
}

/// What ksconf reads: stanza, setting and value of every file by its name.
fn read_back(app: &Path) -> BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>> {
    let output = tool("ksconf").args(["snapshot", "--minimize"]).arg(app).output().unwrap();
    let found: Json = serde_json::from_slice(&output.stdout).unwrap();
    let mut all: BTreeMap<String, BTreeMap<_, BTreeMap<_, _>>> = BTreeMap::new();
    for record in found["records"].as_array().unwrap() {
        let Some(name) = record["meta"]["conf"].as_str() else { continue };
        for stanza in record["conf"].as_array().unwrap() {
            let attributes = stanza["attributes"].as_object().unwrap();
            let settings = attributes.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned()));
            let stanza = stanza["stanza"].as_str().unwrap().to_owned();
            all.entry(name.to_owned()).or_default().insert(stanza, settings.collect());
        }
    }
    all
}

/// The settings that are none, of saved searches.
fn unknown<'s>(keys: impl Iterator<Item = &'s String>) -> Vec<&'s str> {
    let known = include_str!("../../oracles/splunk_app/savedsearches.txt");
    let known: BTreeSet<&str> = known.lines().filter(|line| !line.starts_with('#')).collect();
    keys.map(String::as_str).filter(|key| !known.contains(key)).collect()
}

#[test]
fn all_shipped_rules_are_in_one_app() {
    let plans = shipped_plans();
    let built = built(&plans);
    assert_eq!((built.rules, built.refused.len(), built.errors.len()), (plans.len(), 0, 0));
    let paths: Vec<&str> = built.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "tokentrail_rules-1.0.0.tgz",
            "tokentrail_rules/README.md",
            "tokentrail_rules/default/app.conf",
            "tokentrail_rules/default/macros.conf",
            "tokentrail_rules/default/savedsearches.conf",
            "tokentrail_rules/metadata/default.meta",
        ]
    );
    assert!(plans.iter().all(|plan| text(&built, "README.md").contains(&format!("- {} - Rule`", plan.name))));
}

#[test]
fn the_order_of_rules_changes_nothing() {
    let mut plans = shipped_plans();
    let one = built(&plans);
    plans.reverse();
    assert_eq!(one.files, built(&plans).files);
}

#[test]
fn the_app_is_valid_by_splunks_own_tools() {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("tokentrail_rules");
    write(&built(&plans()), folder.path());
    let archive = folder.path().join("tokentrail_rules-1.0.0.tgz");
    assert_eq!(inspected(&archive, &folder.path().join("report.json")), BTreeMap::new());
    let files = ["app.conf", "macros.conf", "savedsearches.conf", "transforms.conf"];
    let output = tool("ksconf").arg("check").args(files.map(|file| app.join("default").join(file))).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_broken_app_is_rejected_by_splunks_own_tools() {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("tokentrail_rules");
    let plans = shipped_plans();
    let two: Vec<Plan> = plans.into_iter().filter(|plan| plan.name.starts_with("graph_")).collect();
    write(&built(&two), folder.path());
    let searches = app.join("default/savedsearches.conf");
    let good = std::fs::read_to_string(&searches).unwrap();
    let broken = good.replacen("cron_schedule = ", "cron_schedule = 77 ", 1).replacen("dispatch.earliest_time", "x", 1);
    std::fs::write(&searches, broken).unwrap();
    std::fs::create_dir(app.join("local")).unwrap();
    std::fs::write(app.join("local/app.conf"), "[ui]\nis_visible = 1\n").unwrap();
    let bad = inspected(&app, &folder.path().join("report.json"));
    let names: Vec<&str> = bad.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["check_for_gratuitous_cron_scheduling", "check_for_indexer_synced_configs", "check_that_local_does_not_exist"]
    );
    // A line that the one before does not go on to is no setting, or, where it has an equals sign, one that does not exist.
    std::fs::write(&searches, good.replacen("\\\n| `graph", "\n| `graph", 1)).unwrap();
    let output = tool("ksconf").arg("check").arg(&searches).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success() && said.contains("Unexpected entry"), "{said}");
    std::fs::write(&searches, good.replacen("\\\n| where", "\n| where", 1).replacen("suppress", "supress", 1)).unwrap();
    let read = read_back(&app);
    let keys: Vec<&str> = read["savedsearches"].values().flat_map(|settings| unknown(settings.keys())).collect();
    assert!(keys.iter().any(|key| key.starts_with("| where")), "{keys:?}");
    assert!(keys.contains(&"alert.supress"), "{keys:?}");
}

/// A search behind the comment that it begins with.
fn without_header(search: &str) -> &str {
    search.splitn(3, "```").nth(2).unwrap()
}

#[test]
fn runs_that_start_some_seconds_late_leave_no_gap_and_no_overlap() {
    let bodies = [
        "from entra.signin where result == success",
        "from entra.signin by token within 1h when distinct(ip) >= 2",
        "from entra.signin by token per 1h when count() >= 2",
        "from entra.signin by session consecutive within 2h where prev.country != this.country",
        "from entra.signin where result == success unless entra.signin where token == this.token within 20m after",
    ];
    let events = world(1);
    let (mut jobs, mut rows) = (Vec::new(), 0);
    for body in bodies {
        let plan = plan(&format!("{body} schedule every 15m, delay 2h"));
        let plain = search(&plan, Grain::Alert, Period::Scheduled);
        for run in 0..30 {
            let at_once = START + run * 900;
            for (search, now) in [(&plain, at_once), (&spl::deployed(&plan), at_once + 60 + run * 37 % 60)] {
                let mut job = job(search, &json!({ SIGNIN: events }));
                job["now"] = json!(now);
                jobs.push(job);
            }
        }
    }
    let answers = oracle::spl(&json!(jobs));
    for (pair, jobs) in answers.chunks(2).zip(jobs.chunks(2)) {
        assert_eq!(pair[0], pair[1], "{}", jobs[1]["search"]);
        rows += pair[0]["rows"].as_array().unwrap_or_else(|| panic!("{pair:?}")).len();
    }
    assert!(rows > 50, "{rows} alerts are too few to tell");
}

#[test]
fn what_splunk_reads_is_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let plans = plans();
    write(&built(&plans), folder.path());
    let read = read_back(&folder.path().join("tokentrail_rules"));
    let (searches, macros) = (&read["savedsearches"], &read["macros"]);
    assert_eq!(searches.len(), plans.len());
    let mut jobs = Vec::new();
    for plan in &plans {
        let saved = &searches[&format!("tokentrail_rules - {} - Rule", plan.name)];
        assert_eq!(unknown(saved.keys()), Vec::<&str>::new(), "{}", plan.name);
        let options = target::Options { grain: Grain::Alert, period: Period::Scheduled };
        let query = target::write(plan, Target::Spl, options).unwrap();
        let filter = format!("{}_filter", plan.name);
        let deployed = spl::deployed(plan);
        assert_eq!(saved["search"], format!("{deployed}| `{filter}`"));
        assert_eq!(without_header(&deployed).replace("floor(now()/60)*60-60", "now()"), without_header(&query.text));
        // A filter that leaves nothing out may be taken away.
        assert_eq!(macros[&filter]["definition"], "search *");
        assert!(deployed.contains(&format!("dispatch.earliest_time={} ", saved["dispatch.earliest_time"])));
        assert!(plan.legs().all(|leg| macros[&leg.source.spl.macro_name]["definition"] == leg.source.spl.definition));
        assert!(query.uploads.iter().all(|upload| read["transforms"].contains_key(&upload.name)));
        for key in [
            "action.correlationsearch.annotations",
            "action.notable.param.drilldown_searches",
            "action.risk.param._risk",
        ] {
            let value = saved.get(key).map(|value| serde_json::from_str::<Json>(value));
            assert!(value.is_none_or(|value| value.is_ok()), "{}: {key}", plan.name);
        }
        let search = saved["search"].strip_suffix(&format!("| `{filter}`")).unwrap();
        let no_events: BTreeMap<&str, Json> =
            plan.legs().map(|leg| (leg.source.spl.macro_name.as_str(), json!([]))).collect();
        let lookups = json!({
            "long_list": {"cidr": true, "rows": [{"entry": "10.0.0.0/32"}]},
            "admins": {"cidr": false, "rows": [{"SearchKey": "a"}]},
        });
        jobs.push(
            json!({"search": search, "now": 1_790_000_000, "macros": no_events, "lookups": lookups, "addresses": {}}),
        );
    }
    let broken = jobs[0]["search"].as_str().unwrap().replace("| where", "| wehre");
    jobs.push(json!({"search": broken, "now": 1_790_000_000, "macros": jobs[0]["macros"]}));
    let mut answers = oracle::spl(&json!(jobs));
    assert!(answers.pop().unwrap()["error"].as_str().unwrap().contains("wehre"));
    let refused: Vec<&Json> = answers.iter().filter(|answer| answer.get("error").is_some()).collect();
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn settings_of_telling_rules_are_pinned() {
    let mut plans = shipped_plans();
    let told = plans.iter_mut().find(|plan| plan.name == "token_geo_traversal").unwrap();
    let parts = [TemplatePart::Text("Token used from ".to_owned()), TemplatePart::Column("countries".to_owned())];
    let span = told.name_span;
    told.deployment.alert_title = Some(Template { parts: parts.into(), span });
    told.metadata.owner = Some("identity team".to_owned());
    told.metadata.runbook = Some("https://example.org/runbook".to_owned());
    told.deployment.suppress = Some(Suppress { time: DAY, of: Suppressed::Rule });
    let built = built(&plans);
    for rule in ["token_geo_traversal", "graph_reconnaissance_burst", "device_code_signin"] {
        insta::assert_snapshot!(rule, settings(&built, rule));
    }
}

#[test]
fn throttling_is_by_key_or_of_the_whole_search() {
    let rule = |clauses: &str| {
        let text = format!("/// D.\nrule r {{ title \"T\" severity low from entra.signin {clauses} }}");
        let said = settings(&built(&plans_of(&text)), "r");
        let alert = said.lines().filter(|line| line.starts_with("alert.digest") || line.starts_with("alert.suppress"));
        alert.map(|line| line.trim_start_matches("alert.").to_owned()).collect::<Vec<_>>().join("; ")
    };
    let window = "by user_id, app_id within 1h when count() >= 3 show n = count()";
    assert_eq!(rule(window), "digest_mode = 1");
    assert_eq!(
        rule(&format!("{window} suppress 4h")),
        "digest_mode = 0; suppress = 1; suppress.period = 4h; suppress.fields = user_id,app_id"
    );
    assert_eq!(
        rule("show ip suppress all 1d"),
        "digest_mode = 1; suppress = 1; suppress.period = 24h",
        "no key to tell apart"
    );
}

#[test]
fn what_splunk_has_nothing_for_is_said_at_its_clause() {
    let text = "/// D.\nrule r { title \"T\" severity low from entra.signin show user_name entity account(user_name)\n\
                group all within 5h\nrespond revoke_sessions }";
    let notes = built(&plans_of(text)).notes;
    assert_eq!(notes.iter().map(|note| note.code).collect::<Vec<_>>(), [Code::W0931, Code::W0932]);
    let place = |number: usize| {
        let span = notes[number].labels[0].place.span;
        &text[span.start as usize..span.end as usize]
    };
    assert!(place(0).starts_with("group") && place(1).contains("revoke_sessions"), "{} {}", place(0), place(1));
}

#[test]
fn each_alert_leads_to_its_events() {
    let search = |body: &str| {
        let text = format!("/// D.\nrule r {{ title \"T\" severity low {body} }}");
        let said = settings(&built(&plans_of(&text)), "r");
        let line = said.lines().find_map(|line| line.strip_prefix("action.notable.param.drilldown_searches = "));
        line.map(|line| serde_json::from_str::<Json>(line).unwrap()[0]["search"].as_str().unwrap().to_owned())
    };
    assert_eq!(
        search("from entra.signin show ip").unwrap(),
        "(`tokentrail_entra_signin` properties.id=\"$event_ids$\")",
        "a single event has one id"
    );
    let window =
        |key: &str| format!("from entra.signin + okta.system by {key} within 1h when count() > 1 show n = count()");
    assert_eq!(
        search(&window("user_name, country")).unwrap().matches("$user_name$").count(),
        2,
        "{:?}",
        search(&window("user_name, country"))
    );
    // A user id of one of several providers has its name in front, which no event has.
    assert_eq!(search(&window("user_id")), None);
    let looked_up =
        search("from graph.activity by session, country within 1h when count() > 1 show n = count()").unwrap();
    assert!(looked_up.contains("$session$") && !looked_up.contains("$country$"), "{looked_up}");
}

#[test]
fn a_macro_is_not_defined_twice() {
    let mut plans = plans_of(
        "/// D.\nrule a { title \"T\" severity low from entra.signin show ip }\n\
         /// D.\nrule b { title \"T\" severity low from entra.audit show ip }",
    );
    let leg = &mut plans[1].streams[0].legs[0];
    let mut source = LogSource::clone(&leg.source);
    source.spl.macro_name = "a_filter".to_owned();
    leg.source = Arc::new(source);
    let built = built(&plans);
    assert_eq!((built.rules, built.refused), (1, vec!["b".to_owned()]));
    assert_eq!(built.errors[0].code, Code::E0643);
}

#[test]
fn lookups_of_lists_are_in_the_app_and_watchlists_are_not() {
    let built = built(&plans());
    assert!(text(&built, "lookups/long_list.csv").starts_with("entry\n10.0.0.0/32\n"));
    assert!(text(&built, "default/transforms.conf").contains("match_type = CIDR(entry)"));
    assert!(!built.files.iter().any(|file| file.path.contains("admins")));
    assert!(built.advice.iter().any(|advice| advice.contains("lookup `admins` with the column `SearchKey`")));
    assert!(built.advice.iter().any(|advice| advice.contains("UTC")));
    assert!(settings(&built, "outside").contains("rule_title = Outside \u{ff04}5\n"));
}

#[test]
fn the_examples_of_the_pages_of_the_app_give_their_code_and_none() {
    for code in [Code::E0641, Code::E0642, Code::W0931, Code::W0932] {
        let mut examples = code.page().split("```text\n").skip(1).map(|block| block.split("```").next().unwrap());
        let codes = |text: &str| {
            let built = built(&plans_of(text));
            built.errors.iter().chain(&built.notes).map(|said| said.code).collect::<Vec<_>>()
        };
        assert_eq!(codes(examples.next().unwrap()), [code]);
        assert_eq!(codes(examples.next().unwrap()), []);
    }
}
