//! `tokentrail.toml`, `--env`, `--set`, and lists in files, as a user of the program meets them.

use std::process::Output;

use tokentrail::settings::CommandLine;
use tokentrail::source::{Source, Sources};

use crate::cli::{assert_status, err, folder, out, signin, tokentrail};

const RULES: &str = r#"list office: cidr { "192.0.2.0/24" owner "netops" }
list agents: string from file "agents.csv" column "agent"
list vip: name from watchlist "vip"

/// Failures.
rule failures {
  title "Failures" severity low
  param most: int = 3
  param width: duration = 1h
  from entra.signin
  where ip not in office
  by user_name within width
  when count(result == failure) > most
  show user_name_last = last(user_name)
}

/// Agents.
rule bad_agents {
  title "Agents" severity medium
  from entra.signin where user_agent in agents show user_agent
  schedule every 30m, delay 1h
}

/// Important people.
rule important {
  title "Important" severity high
  from entra.signin where user_name in vip show user_name
}
"#;

const AGENTS: &str = "agent,owner\ncurl,soc\n";

/// Runs the program in a folder with rules, a list file, and these files.
fn run_in(files: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut all = vec![("rules/r.trail", RULES.as_bytes()), ("rules/agents.csv", AGENTS.as_bytes())];
    all.extend(files.iter().map(|(name, text)| (*name, text.as_bytes())));
    let folder = folder(&all);
    tokentrail().current_dir(folder.path()).args(arguments).output().unwrap()
}

fn check(settings: &str, arguments: &[&str]) -> Vec<String> {
    let mut all = vec!["check", "rules", "--format", "short"];
    all.extend(arguments);
    let output = run_in(&[("tokentrail.toml", settings)], &all);
    let lines: Vec<String> = out(&output).lines().map(str::to_owned).collect();
    assert_status(&output, i32::from(!lines.is_empty()));
    lines
}

fn explained(settings: &str, arguments: &[&str]) -> String {
    let mut all = vec!["explain"];
    all.extend(arguments);
    out(&run_in(&[("tokentrail.toml", settings)], &all))
}

const SETTINGS: &str = r#"retention = "90d"

[schedule]
every = "2h"
delay = "20m"

[rules.failures]
severity = "medium"
params = { most = 5, width = "45m" }

[rules.bad_agents]
schedule = { every = "10m" }

[lists.office]
add = ["2001:db8::/32", { value = "198.51.100.0/24", owner = "netops", reason = "new", expires = "2099-12-31" }]

[sources."entra.signin"]
table = "SigninLogs_CL"
macro = "our_signins"
definition = "index=azure category=SignInLogs"

[environments.test]
retention = "30d"
schedule = { delay = "5m" }

[environments.test.rules.failures]
severity = "informational"
params = { most = 1 }

[environments.test.rules.important]
enabled = false

[environments.test.lists]
agents = { file = "lists/test.csv", column = "name" }

[environments.test.lists.office]
add = ["203.0.113.0/24"]

[environments.test.watchlists]
vip = { file = "vip.csv", column = "upn" }
"#;
const TEST_FILES: [(&str, &str); 3] =
    [("tokentrail.toml", SETTINGS), ("lists/test.csv", "name\nwget\n"), ("vip.csv", "upn\nana@example.org\n")];

#[test]
fn settings_reach_the_rules_and_an_environment_goes_over_them() {
    assert_eq!(check(SETTINGS, &[]), Vec::<String>::new());
    let base = explained(SETTINGS, &["failures", "rules"]);
    for part in ["medium", "the 45m before it", "every 2h, for events up to 20m late", "office: cidr, 3 entries"] {
        assert!(base.contains(part), "{part}: {base}");
    }
    let other = explained(SETTINGS, &["bad_agents", "rules"]);
    assert!(other.contains("every 10m, for events up to 1h late"), "its own delay stays: {other}");
    let query =
        out(&run_in(&TEST_FILES, &["build", "rules", "--target", "kql", "--rule", "failures", "--env", "test"]));
    assert!(query.contains("> 1") && query.contains("let Window = 45m;"), "{query}");
    assert!(query.contains("ago(125m)") && query.contains("\"203.0.113.0/24\""), "{query}");
    assert!(query.contains("SigninLogs_CL\n"), "{query}");
    let search =
        out(&run_in(&TEST_FILES, &["build", "rules", "--target", "spl", "--rule", "bad_agents", "--env", "test"]));
    assert!(search.contains("`our_signins`") && search.contains("wget") && !search.contains("curl"), "{search}");
}

#[test]
fn the_example_of_the_page_has_no_mistakes() {
    let page = include_str!("../../docs/settings.md");
    let example = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    for environment in [None, Some("test")] {
        let mut sources = Sources::default();
        let id = sources.add(Source::new("tokentrail.toml", example));
        let (line, _) = CommandLine::new(sources.next_id(), environment, &[]);
        let settings = tokentrail::settings::read(Some((id, example)), &line).unwrap();
        assert_eq!(settings.retention.unwrap().value / 86_400_000_000, if environment.is_some() { 30 } else { 90 });
        assert_eq!(settings.lists["corporate_networks"].1.add.len(), if environment.is_some() { 3 } else { 2 });
        assert_eq!(settings.rules["token_geo_traversal"].1.enabled, Some(environment.is_none()));
    }
}

#[test]
fn an_environment_says_what_its_package_is_called_and_the_rest_stays() {
    let text = "[package]\nname = \"base\"\nversion = \"1.2.3\"\n[environments.prod.package]\nname = \"prod_rules\"\n";
    let mut sources = Sources::default();
    let id = sources.add(Source::new("tokentrail.toml", text));
    let (line, _) = CommandLine::new(sources.next_id(), Some("prod"), &[]);
    let package = tokentrail::settings::read(Some((id, text)), &line).unwrap().package;
    assert_eq!(package.name.unwrap().value, "prod_rules");
    assert_eq!(package.version.unwrap().value, "1.2.3");
    assert!(package.title.is_none() && package.date.is_none());
}

#[test]
fn a_package_is_called_as_the_settings_say() {
    let files = [("tokentrail.toml", "[package]\nname = \"contoso_identity\"\ntitle = \"Contoso\"\n")];
    let mut all = vec![("rules/r.trail", RULES.as_bytes()), ("rules/agents.csv", AGENTS.as_bytes())];
    all.extend(files.iter().map(|(name, text)| (*name, text.as_bytes())));
    let folder = folder(&all);
    let arguments = ["build", "rules", "--rule", "failures", "--target", "sentinel-arm", "--one-file", "-o", "out"];
    let output = tokentrail().current_dir(folder.path()).args(arguments).output().unwrap();
    assert_status(&output, 0);
    let template = std::fs::read_to_string(folder.path().join("out/contoso_identity.json")).unwrap();
    assert!(template.contains("Contoso"), "{template}");
}

#[test]
fn settings_name_an_owner_and_take_a_rule_out_of_near_real_time() {
    let rule = "/// D.\nrule soon { title \"T\" severity low owner \"authors\" from entra.signin where result == failure \
                show user_name, ip, user_id schedule nrt respond revoke_sessions suppress all 2h group by account within 5h \
                detail ip alert_title \"{user_name} {{sic}}\" runbook \"https://example.org/r\" date 2026-11-23 }\n";
    let explained = |settings: &str| {
        let files = [("tokentrail.toml", settings), ("soon.trail", rule)];
        out(&run_in(&files, &["explain", "soon", "."]))
    };
    let own = explained("");
    for part in [
        "owner            authors",
        "date             2026-11-23",
        "runbook          https://example.org/r",
        "near real time; as a query every minute, for events up to 30m late",
        "then silent for  2h about everything",
        "is about         account(user_name, user_id), ip(ip), by the types of its columns",
        "details          ip",
        "alert title      {user_name} {sic}",
        "incidents        alerts of the same account within 5h",
        "response         revoke_sessions",
        "warning[W0902]: Microsoft Sentinel reports an event again",
    ] {
        assert!(own.contains(part), "{part}: {own}");
    }
    let set = explained("[rules.soon]\nowner = \"us\"\nschedule.every = \"10m\"\n");
    assert!(set.contains("owner            us\n") && set.contains("every 10m, for events up to 30m late"), "{set}");
    assert!(!set.contains("W0902"), "{set}");
}

#[test]
fn a_rule_that_is_switched_off_is_checked_and_not_used() {
    let built = run_in(&TEST_FILES, &["build", "rules", "--target", "kql", "--env", "test"]);
    assert_status(&built, 0);
    assert!(!out(&built).contains("Rule important"), "{}", out(&built));
    let asked = run_in(&TEST_FILES, &["build", "rules", "--target", "kql", "--env", "test", "--rule", "important"]);
    assert_status(&asked, 2);
    assert!(err(&asked).contains("the settings switch the rule `important` off"), "{}", err(&asked));
    let text = out(&run_in(&TEST_FILES, &["explain", "important", "rules", "--env", "test"]));
    assert!(
        text.contains("The settings switch this rule off.") && text.contains("locally 1 entry from `vip.csv`"),
        "{text}"
    );
}

#[test]
fn every_unknown_name_and_wrong_value_is_shown_in_the_settings() {
    let cases = [
        ("severty = 1\n", "1:1: error[E1005]: unknown key `severty`"),
        ("[rules.failures]\nseverty = \"low\"\n", "2:1: error[E1005]: unknown key `severty`; did you mean `severity`?"),
        (
            "[rules.failures]\nseverity = \"hihg\"\n",
            "2:12: error[E0212]: `hihg` is not a severity; did you mean `high`?",
        ),
        ("[rules.failurs]\n", "1:8: error[E1007]: there is no rule `failurs`; did you mean `failures`?"),
        (
            "[rules.failures.params]\nmots = 4\n",
            "2:1: error[E1007]: there is no parameter `mots`; did you mean `most`?",
        ),
        (
            "[rules.failures.params]\nmost = \"4\"\n",
            "2:8: error[E0503]: type `string` is written where type `int` is needed",
        ),
        ("[rules.failures.params]\nwidth = 4\n", "2:9: error[E0506]: `4` has no unit where type `duration` is needed"),
        ("[rules.failures.params]\nwidth = \"4 hours\"\n", "2:9: error[E0506]: there is no unit `hours`"),
        ("[rules.failures.params]\nmost = [4]\n", "2:8: error[E1006]: one value is needed here, and this is a list"),
        ("[lists]\noffise = \"x.csv\"\n", "2:1: error[E1007]: there is no list `offise`; did you mean `office`?"),
        ("[lists]\noffice = \"x.csv\"\n", "2:10: error[E1008]: the entries of `office` stand in the rule file"),
        ("[lists]\nagents = \"none.csv\"\n", "2:10: error[E1001]: no such file or folder: `none.csv`"),
        (
            "[lists.office]\nadd = [\"192.0.2.1/24\"]\n",
            "2:8: error[E0501]: `192.0.2.1/24` has bits set below its prefix",
        ),
        ("[lists.vip]\nadd = [\"x\"]\n", "2:8: error[E1008]: the entries of `vip` are in the watchlist `vip`"),
        ("[lists.office]\nadd = [{ reason = \"x\" }]\n", "2:8: error[E1006]: the key `value` is missing"),
        ("[lists.vip]\ncolumn = \"x\"\n", "2:10: error[E1008]: `vip` is not read from a file"),
        ("[watchlists.vip]\ncolumn = \"a`b\"\n", "2:10: error[E0501]: `a`b` is not the name of a watchlist"),
        ("[lists]\nvip = \"agents.csv\"\n", "2:7: error[E1001]: no such file or folder: `agents.csv`"),
        ("[lists]\nvip = \"rules/agents.csv\"\n", "2:7: error[E1002]: the list file has no column `SearchKey`"),
        ("[watchlists]\nvpi = \"x.csv\"\n", "2:1: error[E1007]: there is no watchlist `vpi`; did you mean `vip`?"),
        (
            "[sources.\"entra.signins\"]\n",
            "1:10: error[E1007]: there is no log source `entra.signins`; did you mean `entra.signin`?",
        ),
        (
            "[sources.\"entra.signin\"]\ntable = \"a | b\"\n",
            "2:9: error[E1006]: `a | b` is not a name of a table or macro",
        ),
        ("[package]\nname = \"Contoso\"\n", "2:8: error[E1006]: `Contoso` is not the name of a package"),
        ("[package]\nversion = \"1.02.0\"\n", "2:11: error[E1006]: `1.02.0` is not a version"),
        ("[package]\ndate = \"2026-02-30\"\n", "2:8: error[E1006]: `2026-02-30` is not a date"),
        ("[package]\ntitle = \" \"\n", "2:9: error[E1006]: ` ` is not a text on one line"),
        ("[package]\nauthors = \"a\"\n", "2:1: error[E1005]: unknown key `authors`; did you mean `author`?"),
        ("[package]\ndate = 2026-02-03\n", "2:8: error[E1006]: text is needed here"),
        ("[rules.failures]\nowner = 1\n", "2:9: error[E1006]: text is needed here, and this is a whole number"),
        ("retention = \"3 years\"\n", "1:13: error[E1006]: `3 years` is not a length of time"),
        ("schedule = \"1h\"\n", "1:12: error[E1006]: a table is needed here, and this is text"),
        ("[environments.prod]\nenvironments = {}\n", "2:1: error[E1005]: unknown key `environments`"),
        ("a = \n", "1:5: error[E1004]: the settings are not valid TOML"),
    ];
    for (settings, expected) in cases {
        let found = check(settings, &[]);
        let at_place = found.iter().filter(|line| line.starts_with(&format!("tokentrail.toml:{expected}"))).count();
        assert!(at_place == 1, "{settings}: {found:#?}");
    }
}

#[test]
fn the_command_line_sets_parameters_and_is_checked_like_a_rule() {
    let built = |set: &[&str]| {
        let mut arguments = vec!["build", "rules", "--target", "kql", "--rule", "failures"];
        arguments.extend(set.iter().flat_map(|set| ["--set", set]));
        let output = run_in(&[("tokentrail.toml", SETTINGS)], &arguments);
        assert_status(&output, 0);
        out(&output)
    };
    assert!(built(&["failures.most=17", "width=5m"]).contains("let Window = 5m;"));
    assert!(built(&["failures.most=17"]).contains("> 17"));
    assert!(built(&["most=17", "failures.most=18"]).contains("> 18"), "the last one counts");
    let cases = [
        (
            "failures.most=many",
            "<command line>:1:21: error[E0503]: type `string` is written where type `int` is needed",
        ),
        ("failures.width=90", "<command line>:1:22: error[E0503]: type `string` is written where type `duration`"),
        ("failures.mots=4", "<command line>:1:16: error[E1007]: there is no parameter `mots`; did you mean `most`?"),
        ("failurs.most=4", "<command line>:1:7: error[E1007]: there is no rule `failurs`; did you mean `failures`?"),
        ("least=4", "<command line>:1:7: error[E1007]: there is no parameter `least`"),
    ];
    for (set, expected) in cases {
        let found = check(SETTINGS, &["--set", set]);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{set}: {found:#?}");
    }
    for malformed in ["most", "a.b.c=1", "=1", "fail ures.most=1"] {
        assert_status(&run_in(&[], &["check", "rules", "--set", malformed]), 2);
    }
    let drawn = run_in(&[], &["check", "rules", "--set", "most=x"]);
    assert!(out(&drawn).contains("--set most=x"), "{}", out(&drawn));
}

#[test]
fn an_environment_must_exist() {
    assert_eq!(
        check(SETTINGS, &["--env", "tset"]),
        ["<command line>:1:7: error[E1007]: there is no environment `tset`; did you mean `test`?"]
    );
    let without = run_in(&[], &["check", "rules", "--format", "short", "--env", "prod"]);
    assert_status(&without, 1);
    assert!(out(&without).contains("there is no environment `prod`; write a tokentrail.toml with [environments.prod]"));
}

#[test]
fn the_nearest_settings_above_the_rules_count_and_two_are_refused() {
    let inner = [("tokentrail.toml", "nonsense = 1\n"), ("rules/tokentrail.toml", "retention = \"30d\"\n")];
    assert_status(&run_in(&inner, &["check", "rules"]), 0);
    assert_status(&run_in(&inner, &["check", "rules", "--config", "tokentrail.toml"]), 1);
    let two = [inner[0], inner[1], ("other/o.trail", "list x: ip { \"192.0.2.1\" }\n")];
    let output = run_in(&two, &["check", "rules", "other"]);
    assert_status(&output, 2);
    assert!(err(&output).contains("the paths have two settings files"), "{}", err(&output));
    let gone = run_in(&[], &["check", "rules", "--config", "nowhere.toml"]);
    assert_status(&gone, 2);
    assert!(err(&gone).contains("no such file or folder: `nowhere.toml`"), "{}", err(&gone));
}

#[test]
fn settings_may_name_rules_that_a_run_does_not_read() {
    let files = [
        ("tokentrail.toml", "[rules.other]\nseverity = \"low\"\n[rules.othre]\nseverity = \"low\"\n"),
        ("more/o.trail", "/// D.\nrule other { title \"O\" severity low from entra.signin show ip }\n"),
    ];
    let output = run_in(&files, &["check", "rules", "--format", "short"]);
    assert_eq!(
        out(&output),
        "tokentrail.toml:3:8: error[E1007]: there is no rule `othre`; one of `failures`, `bad_agents`, `important`\n"
    );
}

#[test]
fn the_catalogue_folder_of_the_settings_is_read() {
    let settings = "catalog = \"logs\"\n";
    let files = [("tokentrail.toml", settings), ("logs/a.toml", "extends = \"entra.signin\"\ntitel = \"x\"\n")];
    let output = run_in(&files, &["check", "rules", "--format", "short"]);
    assert_status(&output, 1);
    assert!(out(&output).contains("logs/a.toml:2:1: error[E0702]"), "{}", out(&output));
}

#[test]
fn nothing_is_made_with_settings_that_are_wrong() {
    for settings in ["[rules.failures.params]\nmots = 4\n", "nonsense = 1\n", "a = \n"] {
        let output = run_in(&[("tokentrail.toml", settings)], &["build", "rules", "--target", "kql"]);
        assert_status(&output, 1);
        assert_eq!(out(&output), "", "{settings}");
    }
    let output = run_in(&[], &["build", "rules", "--target", "kql", "--config", "nowhere.toml"]);
    assert_status(&output, 2);
    assert_eq!(out(&output), "");
    let output = run_in(&[], &["build", "rules", "--target", "kql", "--set", "mots=4"]);
    assert_eq!(out(&output), "");
}

// Lists in files.

fn with_agents(bytes: &[u8], arguments: &[&str]) -> Output {
    let folder = folder(&[("rules/r.trail", RULES.as_bytes()), ("rules/agents.csv", bytes)]);
    tokentrail().current_dir(folder.path()).args(arguments).output().unwrap()
}

#[test]
fn a_list_file_may_have_a_byte_order_mark_and_windows_line_ends() {
    let built = |bytes: &[u8]| with_agents(bytes, &["build", "rules", "--target", "spl", "--rule", "bad_agents"]);
    let plain = built(b"agent,owner\ncurl,soc\nwget,soc\n");
    assert_status(&plain, 0);
    assert!(out(&plain).contains("user_agent IN (\"curl\", \"wget\")"), "{}", out(&plain));
    let windows = built(b"\xef\xbb\xbfagent,owner\r\n\"curl\",soc\r\n wget ,soc\r\n\r\n");
    assert_eq!(out(&windows), out(&plain));
}

#[test]
fn a_list_file_that_cannot_be_read_is_shown_at_the_list() {
    let short = ["check", "rules", "--format", "short"];
    let latin = with_agents(b"agent\ncaf\xe9\n", &short);
    assert_status(&latin, 1);
    let expected =
        "rules/r.trail:2:31: error[E1001]: rules/agents.csv:2:4: not UTF-8: byte 0xe9; save the file as UTF-8\n";
    assert_eq!(out(&latin), expected);
    let folder = folder(&[("rules/r.trail", RULES.as_bytes())]);
    let missing = tokentrail().current_dir(folder.path()).args(short).output().unwrap();
    assert_status(&missing, 1);
    assert!(out(&missing).contains("error[E1001]: no such file or folder: `rules/agents.csv`"), "{}", out(&missing));
}

#[test]
fn a_watchlist_without_a_copy_keeps_its_rule_from_running() {
    let event = signin("1", 0);
    let files = [("events.ndjson", event.as_str())];
    let output = run_in(&files, &["run", "rules", "--events", "events.ndjson"]);
    assert_status(&output, 2);
    let expected = "rule `important` was not run: the watchlist `vip` has no local copy";
    assert!(err(&output).contains(expected), "{}", err(&output));
    assert_eq!(out(&output), "");
    let mut files = files.to_vec();
    files.extend([
        ("tokentrail.toml", "[watchlists]\nvip = \"vip.csv\"\n"),
        ("vip.csv", "SearchKey\nANA@example.org\n"),
    ]);
    let output = run_in(&files, &["run", "rules", "--events", "events.ndjson", "--grain", "match"]);
    assert_status(&output, 0);
    assert!(out(&output).contains("\"ana@example.org\""), "{}", out(&output));
}

#[test]
fn lists_too_long_for_a_query_are_written_beside_it() {
    let lines: String = (0..10_000).map(|number| format!("10.{}.{}.0/24\n", number / 250, number % 250)).collect();
    let rule = "list nets: cidr from file \"nets.csv\"\n/// D.\nrule inside { title \"I\" severity low from entra.signin where ip in nets show ip }\n";
    let folder = folder(&[("long/l.trail", rule.as_bytes()), ("long/nets.csv", lines.as_bytes())]);
    let run = |arguments: &[&str]| tokentrail().current_dir(folder.path()).args(arguments).output().unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_status(&run(&["build", "long", "--target", "spl", "-o", "splunk"]), 0);
    assert!(read("splunk/inside.spl").contains("| lookup nets entry AS ip OUTPUT entry AS in_nets"));
    assert_eq!(
        read("splunk/transforms.conf"),
        "[nets]\nfilename = nets.csv\nmatch_type = CIDR(entry)\nmax_matches = 1\n"
    );
    assert_eq!(read("splunk/nets.csv"), format!("entry\n{lines}"));
    assert_status(&run(&["build", "long", "--target", "kql", "-o", "sentinel"]), 0);
    assert!(read("sentinel/inside.kql").contains("_GetWatchlist(\"nets\")"));
    assert_eq!(read("sentinel/nets.csv"), format!("entry\n{lines}"));
    assert!(!folder.path().join("sentinel/transforms.conf").exists());
    let printed = run(&["build", "long", "--target", "kql"]);
    assert_status(&printed, 0);
    let warning = "warning: the list `nets` is too long for a query, which reads it from a watchlist of that name";
    assert!(err(&printed).contains(warning), "{}", err(&printed));
}

#[test]
fn tests_run_with_the_settings_but_for_what_they_set_themselves() {
    let rule = "/// D.\nrule f { title \"F\" severity low param most: int = 3 from entra.signin by user_name within 1h when count() > most }\n";
    let one = "events { entra.signin { time: +0s, user_name: \"a@b.c\" } }";
    let tests = format!(
        "{rule}test \"set here\" for f {{ with most = 0 {one} expect 1 matches }}\ntest \"set outside\" for f {{ {one} expect none }}\n"
    );
    let vip = "list vip: name from watchlist \"vip\"\n/// D.\nrule v { title \"V\" severity low from entra.signin where user_name in vip }\n\
               test \"of a watchlist\" for v { events { entra.signin { time: +0s, user_name: \"a@b.c\" } } expect none }\n";
    let files = [
        ("t/f.trail", tests.as_str()),
        ("t/tokentrail.toml", "[rules.f]\nenabled = false\nparams = { most = 5 }\n"),
        ("v/v.trail", vip),
    ];
    let output = run_in(&files, &["test", "t"]);
    assert_status(&output, 0);
    assert!(err(&output).contains("2 tests"), "{}", err(&output));
    assert_status(&run_in(&files, &["test", "t", "--set", "most=0"]), 1);
    let output = run_in(&files, &["test", "v"]);
    assert_status(&output, 2);
    assert!(
        err(&output).contains("rule `v` was not tested: the watchlist `vip` has no local copy"),
        "{}",
        err(&output)
    );
}

#[test]
fn a_scheduled_query_looks_back_no_further_than_logs_are_kept() {
    let build = |arguments: &[&str]| {
        let mut all = vec!["build", "rules", "--rule", "failures", "--target", "spl"];
        all.extend(arguments);
        run_in(&[("tokentrail.toml", "retention = \"90m\"\n")], &all)
    };
    let output = build(&[]);
    assert_status(&output, 1);
    assert!(out(&output).is_empty());
    let said = err(&output);
    assert!(said.contains("E0606") && said.contains("the query looks back 2h30m, and logs are kept 1h30m"), "{said}");
    assert!(said.contains("tokentrail.toml"), "the setting is shown: {said}");
    assert_status(&build(&["--set", "failures.width=1m"]), 1);
    assert_status(&build(&["--hunt", "2026-01-01..2026-01-02"]), 0);
}
