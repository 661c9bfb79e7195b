//! The text of queries: guards, quoting, country names, and what Sentinel refuses.

use tokentrail::diagnostic::Code;
use tokentrail::plan::{Plan, SECOND};
use tokentrail::target::{self, Grain, Options, Period, Target, limits, quote};

use super::plan;
use crate::check::{check_text, has_errors};
use crate::emit::shipped_plans;

fn written(plan: &Plan) -> String {
    let period = Period::Hunt { from: 0, to: 86_400_000_000 };
    target::write(plan, Target::Kql, Options { grain: Grain::Match, period }).unwrap().text
}

#[test]
fn guards_stand_where_a_missing_value_would_change_the_result_and_nowhere_else() {
    let steps = |condition: &str| {
        let text = written(&plan(&format!("where {condition} show user_name")));
        let steps = text.lines().filter_map(|line| line.trim().strip_prefix("| where ")).map(str::to_owned);
        steps.filter(|step| !step.contains("Time >=") && !step.contains("TimeGenerated")).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(steps("country == \"DE\""), "Country == \"DE\"");
    assert_eq!(steps("country != \"DE\""), "isnotempty(Country) and Country != \"DE\"");
    assert_eq!(steps("not (country == \"DE\")"), "Country != \"DE\"");
    assert_eq!(steps("country is present and country != \"DE\""), "isnotempty(Country); Country != \"DE\"");
    assert_eq!(steps("result != success"), "Result != \"success\"");
    assert_eq!(steps("asn != 64500"), "isnotnull(Asn) and Asn != 64500");
    assert_eq!(steps("not (asn == 64500)"), "Asn != 64500");
    assert_eq!(steps("not (asn in [64500, 64501])"), "isnull(Asn) or Asn !in (64500, 64501)");
    assert_eq!(steps("not (country == \"DE\" and asn == 1)"), "Country != \"DE\" or Asn != 1");
    assert_eq!(steps("app contains \"Home\" or asn == 1"), "App contains_cs \"home\" or Asn == 1");
    assert_eq!(steps("user_agent matches \"x?\""), "isnotempty(UserAgent) and UserAgent matches regex @\"x?\"");
    assert_eq!(steps("user_agent matches \"x\""), "UserAgent matches regex @\"x\"");
    assert_eq!(steps("not (ip in \"192.0.2.0/24\")"), "not(coalesce(ipv4_is_in_range(Ip, \"192.0.2.0/24\"), false))");
    assert_eq!(steps("ip in \"2001:db8::/32\""), "ipv6_is_in_range(Ip, \"2001:db8::/32\")");
    assert_eq!(
        steps("ip in \"::/0\""),
        "Ip contains_cs \":\" and ipv6_is_in_range(Ip, \"::/0\")",
        "an IPv4 address is in no IPv6 network"
    );
}

#[test]
fn no_text_of_a_rule_leaves_its_literal() {
    let text = written(&plan(r#"where app == "x\" or true //" and user_agent matches "a\"b\\d" show user_name"#));
    assert!(text.contains(r#"App == "x\" or true //""#), "{text}");
    assert!(text.contains(r#"matches regex @"a""b\d""#), "{text}");
}

#[test]
fn country_codes_become_names_where_countries_come_from_addresses() {
    let text = "/// T.\nrule r { title \"T\" severity low from graph.activity where country != \"CZ\" show country }";
    let (checked, _) = check_text("r.trail", text);
    let query = written(&checked.plans[0]);
    assert!(query.contains("geo_info_from_ip_address(Ip)"), "{query}");
    assert!(query.contains("\"Czechia\"") && !query.contains("\"CZ\""), "{query}");
}

/// The codes of what a target says to the rule of a page.
fn codes(text: &str, target: Target) -> Vec<Code> {
    let (checked, _) = check_text("page.trail", text);
    assert!(!has_errors(&checked), "{:#?}", checked.diagnostics);
    let options = Options { grain: Grain::Alert, period: Period::Scheduled };
    let said = match target::write(&checked.plans[0], target, options) {
        Ok(query) => query.notes,
        Err(gaps) => gaps,
    };
    said.iter().map(|finding| finding.code).collect()
}

#[test]
fn the_examples_of_the_target_pages_give_their_code_and_none() {
    for (code, target) in [(Code::E0604, Target::Kql), (Code::E0605, Target::Kql), (Code::W0901, Target::Spl)] {
        let mut examples = code.page().split("```text\n").skip(1).map(|block| block.split("```").next().unwrap());
        assert_eq!(codes(examples.next().unwrap(), target), [code]);
        assert_eq!(codes(examples.next().unwrap(), target), []);
    }
}

/// The examples of a page, each as a plan.
fn page_plans(code: Code) -> Vec<Plan> {
    let blocks = code.page().split("```text\n").skip(1).map(|block| block.split("```").next().unwrap());
    blocks.map(|text| check_text("page.trail", text).0.plans.remove(0)).collect()
}

#[test]
fn a_rule_that_looks_back_further_than_logs_are_kept_is_an_error() {
    let plans = page_plans(Code::E0606);
    let week = 7 * 86_400 * SECOND;
    let found = limits::retention(&plans[0], week).unwrap();
    assert_eq!(found.code, Code::E0606);
    assert_eq!(found.message, "the query looks back 10d1h30m, and logs are kept 7d");
    assert!(found.help.unwrap().starts_with("shorten its 10d of events to 6d22h30m"));
    assert_eq!(limits::retention(&plans[1], week), None);
    assert_eq!(limits::retention(&plans[1], plans[1].lookback()), None, "logs of exactly that age are there");
}

#[test]
fn limits_of_sentinel_say_the_number_and_the_way_out() {
    let options = Options { grain: Grain::Alert, period: Period::Scheduled };
    let said = |code: Code| target::write(&page_plans(code)[0], Target::Kql, options).unwrap_err().remove(0);
    let found = said(Code::E0604);
    assert_eq!(found.message, "the query looks back 14d2h, and Sentinel's scheduled rules look back 14d at most");
    assert_eq!(found.help.unwrap(), "shorten its 14d of events to 13d22h, or build with `--hunt`");
    let found = said(Code::E0605);
    assert_eq!(found.message, "the rule runs every 1m, and Sentinel runs scheduled rules every 5m to 14d");
    assert_eq!(found.help.unwrap(), "write `schedule every 5m`");
}

/// A rule with so many networks, in lists that may stand in a query.
fn with_networks(count: usize) -> Plan {
    let network = |index: usize| format!("\"10.{}.{}.0/24\" ", index / 256, index % 256);
    let list = |name: &str, range: std::ops::Range<usize>| {
        format!("list {name}: cidr {{ {} }}\n", range.map(network).collect::<String>())
    };
    let half = count / 2;
    let text = format!(
        "{}{}/// T.\nrule r {{ title \"T\" severity low from entra.user_signin where ip in first or ip in second by user_id \
         within 1h when distinct(country) >= 3 show ips = values(ip), apps = values(app) }}",
        list("first", 0..half),
        list("second", half..count)
    );
    check_text("r.trail", &text).0.plans.remove(0)
}

#[test]
fn a_query_is_made_shorter_before_a_list_leaves_it() {
    let options = Options { grain: Grain::Alert, period: Period::Scheduled };
    let written = |count| target::kql::write(&with_networks(count), options);
    let built = |count| target::write(&with_networks(count), Target::Kql, options).unwrap();
    let sizes: Vec<usize> = (300..500).step_by(2).collect();
    let long = sizes.iter().position(|count| written(*count).text().len() > 10_000).unwrap();
    let count = sizes[long];
    let short = written(count).short_text();
    assert!(short.len() <= 10_000 && short.starts_with("// T\nlet "), "{short}");
    assert_eq!(built(count).text, short);
    assert!(built(count).uploads.is_empty() && built(sizes[long - 1]).text.len() > short.len());
    let longer = sizes[long..].iter().find(|count| written(**count).short_text().len() > 10_000).unwrap();
    let query = built(*longer);
    assert_eq!(query.uploads.len(), 1, "one list outside is enough");
    assert!(query.text.starts_with("// T\n// Rule r"), "then it is written in full again");
}

#[test]
fn the_short_form_of_a_query_is_the_same_but_for_white_space_and_comments() {
    let bare = |text: &str| -> String {
        let code = text.lines().filter(|line| !line.starts_with("//"));
        code.flat_map(|line| line.split_whitespace()).collect()
    };
    let words = |text: &str| {
        text.split(|character: char| !(character.is_alphanumeric() || character == '_')).map(str::to_owned).collect()
    };
    for grain in [Grain::Match, Grain::Alert] {
        for plan in shipped_plans() {
            let written = target::kql::write(&plan, Options { grain, period: Period::Scheduled });
            let (full, short) = (written.text(), written.short_text());
            assert_eq!(bare(&full), bare(&short), "{}", plan.name);
            let of_code = |text: &str| -> Vec<String> {
                let words: Vec<String> = words(text.split_once("\nlet ").map_or(text, |(_, code)| code));
                words.into_iter().filter(|word| !word.is_empty()).collect()
            };
            assert_eq!(of_code(&full), of_code(&short), "no two words of {} run together", plan.name);
            assert!(short.len() * 100 < full.len() * 95, "{}: {} and {}", plan.name, full.len(), short.len());
        }
    }
}

#[test]
fn a_query_that_sentinel_would_not_take_is_an_error_with_its_length() {
    let entries: String = (0..600).map(|index| format!("\"10.{}.{}.0/24\",\n", index / 256, index % 256)).collect();
    let text =
        format!("/// T.\nrule r {{ title \"T\" severity low from entra.signin where ip in [{entries}] show ip }}");
    assert_eq!(codes(&text, Target::Kql), [Code::E0603]);
    let (checked, _) = check_text("r.trail", &text);
    let options = Options { grain: Grain::Alert, period: Period::Scheduled };
    let found = target::write(&checked.plans[0], Target::Kql, options).unwrap_err().remove(0);
    assert!(found.labels[0].text.starts_with("the rest 1"), "the longest part comes first: {}", found.labels[0].text);
    assert!(found.help.unwrap().contains("values in brackets"));
    assert!(written(&checked.plans[0]).len() > 10_000, "a hunt has no such limit");
}

/// The text of a KQL string literal, by the rules of KQL's documentation.
fn unquoted(literal: &str) -> Option<String> {
    if let Some(verbatim) = literal.strip_prefix("@\"") {
        return Some(verbatim.strip_suffix('"')?.replace("\"\"", "\""));
    }
    let mut characters = literal.strip_prefix('"')?.strip_suffix('"')?.chars();
    let mut text = String::new();
    while let Some(character) = characters.next() {
        if character == '"' || character == '\n' || character == '\r' {
            return None;
        }
        if character != '\\' {
            text.push(character);
            continue;
        }
        text.push(match characters.next()? {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let digits: String = characters.by_ref().take(4).collect();
                char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?
            }
            other @ ('"' | '\\') => other,
            _ => return None,
        });
    }
    Some(text)
}

proptest::proptest! {
    #[test]
    fn any_text_comes_back_from_its_literal(text in r#"(?s)[\x00-\x20"'\\@{}|/a\u{2028}\u{feff}\PC]{0,40}"#) {
        assert_eq!(unquoted(&quote::text(&text)).as_ref(), Some(&text));
        assert_eq!(unquoted(&quote::regex(&text)).as_ref(), Some(&text));
        assert!(!quote::comment(&text).contains(['\n', '\r', '\u{2028}']));
    }
}
