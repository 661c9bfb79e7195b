//! Packages for contentctl, by contentctl itself: what it validates, what it builds of them, and what it rejects.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use tokentrail::diagnostic::Code;
use tokentrail::package::{self, Built, Options, Package};
use tokentrail::plan::{Plan, SECOND, Suppress, Suppressed};
use tokentrail::target::spl;

use crate::check::{check_text, has_errors};
use crate::emit::shipped_plans;
use crate::oracle;

/// All rules of these tests are of one day, which is past on every machine.
fn options() -> Options {
    Options { date: Some("2024-01-31".to_owned()), ..Options::default() }
}

fn built(plans: &[Plan]) -> Built {
    package::build(plans, Package::Contentctl, &options())
}

fn plans_of(text: &str) -> Vec<Plan> {
    let (checked, _) = check_text("r.trail", text);
    assert!(!has_errors(&checked), "{:#?}", checked.diagnostics);
    checked.plans
}

/// A rule that reads a list too long for a search and a lookup of the user's, and says all there is to say.
fn telling() -> Plan {
    let networks: String = (0..260).map(|number| format!("\"10.0.{}.{}/32\" ", number / 256, number % 256)).collect();
    let text = format!(
        "list long_list: cidr {{ {networks} }}\nlist admins: name from watchlist \"admins\"\n\
         /// Countries of `administrators`.\n///\n/// no: yes\n\
         rule telling_everything {{ title \"On: {{yes}} # 'of course'\" severity critical status stable version 2.10.3 \
         author \"no\" attack T1550, T1550.001 references \"https://attack.mitre.org/techniques/T1550/\" false_positives \"VPN\", \"Travel.\" \
         owner \"Identity\" runbook \"https://example.org/runbook?a=1\" \
         from entra.signin where ip not in long_list and user_name in admins by user_name within 1h when distinct(country) >= 2 \
         show ips = values(ip), app, device_id schedule every 90m, delay 1h suppress 36h \
         entity account(user_name), ip(ips), cloud_application(app), host(device_id) \
         alert_title \"50% of {{user_name}} are \t elsewhere\" group all within 5h respond revoke_sessions }}"
    );
    plans_of(&text).remove(0)
}

/// A rule of every severity and status, one near real time, one that keeps all its alerts back.
fn every_kind() -> String {
    let mut text = String::new();
    for severity in ["informational", "low", "medium", "high", "critical"] {
        for status in ["experimental", "test", "stable", "deprecated", "unsupported"] {
            text += &format!(
                "/// T.\nrule {severity}_{status} {{ title \"T\" severity {severity} status {status} from graph.activity show url \
                 schedule every 1h, delay 1h }}\n"
            );
        }
    }
    text + "/// T.\nrule at_once { title \"T\" severity low from entra.signin schedule nrt }\n\
            /// T.\nrule rarely { title \"T\" severity low from entra.signin show ip schedule every 1h, delay 1h suppress all 1d }\n"
}

fn write(folder: &Path, built: &Built) {
    for file in &built.files {
        let path = folder.join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &file.contents).unwrap();
    }
}

fn said(answer: &Json) -> (i64, &str) {
    (answer["code"].as_i64().unwrap(), answer["text"].as_str().unwrap())
}

/// The stanzas of a configuration file; a backslash at the end of a line goes on in the next.
fn stanzas(text: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let text = text.replace("\\\n", "\u{0}");
    let mut all: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut current = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.clone_into(&mut current);
            assert!(all.insert(current.clone(), BTreeMap::new()).is_none(), "[{current}] stands twice");
        } else {
            let (key, value) = line.split_once(" =").unwrap_or_else(|| panic!("no setting: {line}"));
            all.entry(current.clone()).or_default().insert(key.to_owned(), value.trim().replace('\u{0}', "\n"));
        }
    }
    all
}

/// The search of a rule as it is deployed, line by line, without its header comment.
fn deployed(plan: &Plan) -> Vec<String> {
    let text = spl::deployed(plan);
    let (_, search) = text.split_once(" ```\n").unwrap();
    search.lines().map(str::to_owned).collect()
}

#[test]
fn contentctl_builds_an_app_of_all_rules_that_searches_what_we_wrote() {
    let mut plans = shipped_plans();
    plans.push(telling());
    plans.extend(plans_of(&every_kind()));
    let package = built(&plans);
    assert_eq!((package.rules, &package.refused), (plans.len(), &vec![]), "{:#?}", package.errors);
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &package);
    let answers = oracle::contentctl(&json!([
        { "folder": folder.path(), "command": "validate" },
        { "folder": folder.path(), "command": "build" },
    ]));
    for answer in &answers {
        assert_eq!(said(answer).0, 0, "{}", said(answer).1);
    }
    let app = folder.path().join("dist/tokentrail_rules");
    let read = |name: &str| stanzas(&std::fs::read_to_string(app.join("default").join(name)).unwrap());
    searches_are_ours(&plans, &read("savedsearches.conf"));
    let macros = read("macros.conf");
    let sources: BTreeMap<&str, &str> = plans
        .iter()
        .flat_map(Plan::legs)
        .map(|leg| (leg.source.spl.macro_name.as_str(), leg.source.spl.definition.as_str()))
        .collect();
    for (name, definition) in &sources {
        assert_eq!(macros[*name]["definition"], *definition);
    }
    assert_eq!(macros.len(), sources.len() + plans.len(), "and one filter for each rule");
    let lookup = &read("transforms.conf")["long_list"];
    assert_eq!((lookup["match_type"].as_str(), lookup["max_matches"].as_str()), ("CIDR(entry)", "1"));
    let entries = std::fs::read_to_string(app.join("lookups").join(&lookup["filename"])).unwrap();
    assert_eq!((entries.lines().count(), entries.lines().next()), (261, Some("entry")));
}

fn searches_are_ours(plans: &[Plan], searches: &BTreeMap<String, BTreeMap<String, String>>) {
    assert_eq!(searches.len(), plans.len() + 1, "one for each rule, and the one that contentctl adds");
    for plan in plans {
        let words = plan.name.replace('_', " ");
        let name = format!("Tokentrail rules - {}{} - Rule", words[..1].to_uppercase(), &words[1..]);
        let search = &searches[&name];
        let mut lines: Vec<&str> = search["search"].lines().map(str::trim_end).collect();
        assert_eq!(lines.pop(), Some(format!("| `{}_filter`", plan.name).as_str()));
        if plan.name == "rarely" {
            assert_eq!(lines.pop(), Some("| eval tokentrail_rule=\"rarely\""));
        }
        let mut scheduled = plan.clone();
        if plan.name == "telling_everything" {
            // Cron has no 90 minutes.
            scheduled.schedule.every = 3600 * SECOND;
        }
        let ours: Vec<String> =
            deployed(&scheduled).iter().map(|line| line.replace("| lookup admins ", "| lookup \"admins\" ")).collect();
        assert_eq!(lines, ours, "{}", plan.name);
        assert_eq!(search["dispatch.earliest_time"], spl::earliest(&scheduled));
        let cron = match scheduled.schedule.every / (60 * SECOND) {
            1 => "* * * * *".to_owned(),
            60 => "0 * * * *".to_owned(),
            minutes => format!("*/{minutes} * * * *"),
        };
        assert_eq!((&search["cron_schedule"], search["dispatch.latest_time"].as_str()), (&cron, "now"));
        assert_eq!((search["realtime_schedule"].as_str(), search["schedule_window"].as_str()), ("0", "0"));
        let severity = search.get("action.notable.param.severity").map(String::as_str);
        assert_eq!(
            severity,
            Some(plan.metadata.severity.as_str()).filter(|severity| !["low", "informational"].contains(severity))
        );
    }
}

/// A detection that contentctl takes, and the same with one thing wrong.
#[test]
fn contentctl_rejects_what_is_broken() {
    let detection = "detections/application/example.yml";
    let breaks: [(&str, &str, &str, &str); 9] = [
        (detection, "| multisearch", "| multisearch [ search `no_such_macro` ]", "no_such_macro"),
        (detection, "  | `example_filter`\n", "", "filter macro"),
        (detection, "author: Tokentrail\n", "author: Tokentrail\nowner: somebody\n", "Unexpected Field: owner"),
        (detection, "  - Tokentrail rules\n", "  - Another story\n", "Another story"),
        (detection, "date: '2024-01-31'", "date: '2024-13-31'", "Invalid Value for date"),
        (detection, "type: TTP", "type: Guess", "Invalid Value for type"),
        (detection, "field: user_name", "field: nobody", "nobody"),
        ("stories/tokentrail_rules.yml", "usecase: ", "use: ", "Field Required: tags"),
        ("lookups/long_list.csv", "10.0.0.7/32\n", "10.0.0.7/32,x\n", "columns"),
    ];
    let text = format!(
        "list long_list: cidr {{ {} }}\n/// An example.\nrule example {{ title \"Example\" severity medium status stable \
         from entra.any_signin where ip not in long_list show user_name, ip entity account(user_name) schedule every 1h, delay 1h }}",
        (0..260).map(|number| format!("\"10.0.{}.{}/32\" ", number / 256, number % 256)).collect::<String>()
    );
    let package = built(&plans_of(&text));
    let folder = tempfile::tempdir().unwrap();
    let mut questions = Vec::new();
    for (index, (path, from, to, _)) in std::iter::once(&("", "", "", "")).chain(&breaks).enumerate() {
        let folder = folder.path().join(index.to_string());
        let mut package = package.clone();
        for file in package.files.iter_mut().filter(|file| file.path == *path) {
            let text = String::from_utf8(file.contents.clone()).unwrap();
            assert_eq!(text.matches(from).count().min(1), 1, "{path} has no {from}:\n{text}");
            file.contents = text.replacen(from, to, 1).into_bytes();
        }
        write(&folder, &package);
        questions.push(json!({ "folder": folder, "command": "validate" }));
    }
    let answers = oracle::contentctl(&Json::Array(questions));
    assert_eq!(said(&answers[0]).0, 0, "{}", said(&answers[0]).1);
    for (answer, (path, _, _, complaint)) in answers[1..].iter().zip(&breaks) {
        let (code, text) = said(answer);
        assert!(code != 0 && text.contains(complaint), "{path}, {complaint}: {code}\n{text}");
    }
}

#[test]
fn texts_of_users_do_not_break_the_app() {
    let options = Options {
        title: "Our \"best\" [rules]\\\n: no".to_owned(),
        description: "It's #1: \"yes\"\n\nand more\t{{ jinja }} {% raw %}".to_owned(),
        author: "off".to_owned(),
        ..options()
    };
    let package = package::build(&[telling()], Package::Contentctl, &options);
    assert_eq!(package.rules, 1, "{:#?}", package.errors);
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &package);
    let answers = oracle::contentctl(&json!([{ "folder": folder.path(), "command": "build" }]));
    assert_eq!(said(&answers[0]).0, 0, "{}", said(&answers[0]).1);
    let app = folder.path().join("dist/tokentrail_rules");
    let searches = stanzas(&std::fs::read_to_string(app.join("default/savedsearches.conf")).unwrap());
    let search = &searches["Our 'best' (rules)/ : no - Telling everything - Rule"];
    assert_eq!(search["action.notable.param.rule_title"], "50% of $user_name$ are elsewhere");
    let manifest: Json = serde_json::from_slice(&std::fs::read(app.join("app.manifest")).unwrap()).unwrap();
    assert_eq!(manifest["info"]["title"], "Our 'best' (rules)/ : no");
}

#[test]
fn a_package_is_pinned() {
    let package = built(&[telling()]);
    let mut text = String::new();
    for file in package.files.iter().filter(|file| file.path != "lookups/long_list.csv") {
        let contents = String::from_utf8(file.contents.clone()).unwrap();
        // What the SPL target writes is pinned elsewhere.
        let middle = contents.find("      | eval ").zip(contents.find("  | table ")).filter(|(from, to)| from < to);
        let shown = middle
            .map_or_else(|| contents.clone(), |(from, to)| format!("{}  ...\n{}", &contents[..from], &contents[to..]));
        text += &format!("=== {}\n{shown}\n", file.path);
    }
    insta::assert_snapshot!(text);
}

/// The codes of what is said when the rules of a text are packaged.
fn codes(text: &str, options: &Options) -> Vec<Code> {
    let built = package::build(&plans_of(text), Package::Contentctl, options);
    built.errors.iter().chain(&built.notes).map(|found| found.code).filter(|code| *code != Code::W0901).collect()
}

#[test]
fn the_examples_of_the_pages_give_their_code_and_none() {
    let pages = [
        Code::E0651,
        Code::E0652,
        Code::E0653,
        Code::E0654,
        Code::E0655,
        Code::E0656,
        Code::E0657,
        Code::W0941,
        Code::W0942,
        Code::W0943,
    ];
    for code in pages {
        let mut examples = code.page().split("```text\n").skip(1).map(|block| block.split("```").next().unwrap());
        // Only the page about days has one in its rule.
        let options = if code == Code::E0651 { Options::default() } else { options() };
        assert_eq!(codes(examples.next().unwrap(), &options), [code]);
        assert_eq!(codes(examples.next().unwrap(), &options), []);
    }
}

const PLAIN: &str =
    "/// T.\nrule plain { title \"T\" severity medium from entra.signin show user_name entity account(user_name) }";

#[test]
fn a_rule_without_a_day_is_refused_and_the_others_are_packaged() {
    let mut plans = plans_of(&format!("{PLAIN}\n{}", PLAIN.replace("rule plain", "rule dated")));
    plans[1].metadata.date = Some("2024-02-29".to_owned());
    let built = package::build(&plans, Package::Contentctl, &Options::default());
    assert_eq!((built.rules, built.refused), (1, vec!["plain".to_owned()]));
    assert_eq!(built.errors.len(), 1);
    assert_eq!((built.errors[0].code, built.errors[0].place().unwrap().span), (Code::E0651, plans[0].name_span));
    let text = |path: &str| {
        let file = built.files.iter().find(|file| file.path == path).unwrap();
        String::from_utf8(file.contents.clone()).unwrap()
    };
    assert!(text("detections/application/dated.yml").contains("\ndate: '2024-02-29'\n"));
    assert!(
        text("macros/tokentrail_entra_signin.yml").contains("\ndate: '2024-02-29'\n"),
        "the newest day of the rules"
    );
    let none = package::build(&plans[..1], Package::Contentctl, &Options::default());
    assert!(none.files.is_empty() && none.rules == 0);
}

#[test]
fn what_is_other_than_written_is_said_at_its_clause() {
    let plan = telling();
    let notes = built(std::slice::from_ref(&plan)).notes;
    let said: Vec<_> = notes.iter().map(|note| (note.code, note.place().unwrap().span)).collect();
    for (code, span) in [
        (Code::W0941, plan.clause("schedule")),
        (Code::W0942, plan.clause("suppress")),
        (Code::W0943, plan.deployment.group.as_ref().unwrap().span),
        (Code::W0943, plan.deployment.responses[0].span),
    ] {
        assert!(said.contains(&(code, span)), "{code:?}: {notes:#?}");
    }
}

#[test]
fn alerts_that_are_kept_back_as_a_whole_have_a_column_in_common() {
    let mut plans = plans_of(PLAIN);
    for of in [Suppressed::Rule, Suppressed::Key] {
        plans[0].deployment.suppress = Some(Suppress { time: 5400 * SECOND, of });
        let built = built(&plans);
        assert!(built.notes.is_empty());
        let file = built.files.iter().find(|file| file.rule.is_some()).unwrap();
        let text = String::from_utf8(file.contents.clone()).unwrap();
        assert!(text.contains("  | eval tokentrail_rule=\"plain\"\n  | `plain_filter`\n"), "{text}");
        assert!(text.contains("  throttling:\n    fields:\n    - tokentrail_rule\n    period: 90m\n"), "{text}");
    }
}

#[test]
fn what_is_told_follows_the_severity() {
    let text = |severity: &str| {
        let built = built(&plans_of(&PLAIN.replace("medium", severity)));
        String::from_utf8(built.files.into_iter().find(|file| file.rule.is_some()).unwrap().contents).unwrap()
    };
    for (severity, kind, notable, risk) in [
        ("informational", "Hunting", false, None),
        ("low", "TTP", false, Some(40)),
        ("medium", "TTP", true, Some(60)),
        ("high", "TTP", true, Some(80)),
        ("critical", "TTP", true, Some(100)),
    ] {
        let text = text(severity);
        assert!(text.contains(&format!("\ntype: {kind}\n")));
        assert_eq!(text.contains("\n    notable:\n"), notable, "{text}");
        assert_eq!(text.contains("\nrba:\n"), risk.is_some());
        assert!(risk.is_none_or(|score| text.contains(&format!("    score: {score}\n"))));
    }
    let first = PLAIN.replace("show", "by user_id first seen (country) within 13d show");
    let built = built(&plans_of(&first));
    let file = built.files.iter().find(|file| file.rule.is_some()).unwrap();
    assert!(String::from_utf8_lossy(&file.contents).contains("\ntype: Anomaly\n"));
}

#[test]
fn names_that_are_taken_are_refused_at_the_rule_that_comes_later() {
    let text = format!(
        "list data_sources: cidr {{ {} }}\n{}\n{}",
        (0..260).map(|number| format!("\"10.0.{}.{}/32\" ", number / 256, number % 256)).collect::<String>(),
        PLAIN.replace("show", "where ip in data_sources show"),
        PLAIN.replace("rule plain", "rule tokentrail_rules"),
    );
    let mut plans = plans_of(&text);
    let found = built(&plans);
    assert_eq!(found.refused, ["plain", "tokentrail_rules"], "a lookup of contentctl's own, and the story");
    assert!(found.errors.iter().all(|error| error.code == Code::E0654));
    // The order of plans does not matter.
    plans.reverse();
    assert_eq!(built(&plans).errors, found.errors);
    let mut source = (*plans[0].streams[0].legs[0].source).clone();
    source.spl.macro_name = "plain_filter".to_owned();
    let mut plan = plans_of(PLAIN).remove(0);
    plan.streams[0].legs[0].source = Arc::new(source);
    assert_eq!(built(&[plan]).refused, ["plain"]);
}
