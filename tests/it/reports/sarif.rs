//! SARIF: valid by its schema, with the places and findings that the other forms have.

use serde_json::{Value as Json, json};

use super::{CLEAN, World, assert_refused, assert_valid, world, worlds};

fn log(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}

fn results(log: &Json) -> &Vec<Json> {
    log["runs"][0]["results"].as_array().unwrap()
}

#[test]
fn every_log_is_valid_by_the_schema() {
    let worlds = worlds();
    let reports: Vec<(&str, String)> = worlds.iter().map(|world| (world.name, world.report("sarif"))).collect();
    assert_valid("sarif", &reports);
}

#[test]
fn the_judge_refuses_broken_logs() {
    let good = log(&world_of("findings, hard names").report("sarif"));
    let broken: [fn(&mut Json); 9] = [
        |log| log["version"] = json!("2.0.0"),
        |log| log["runs"][0]["tool"]["driver"]["name"] = Json::Null,
        |log| log["runs"][0]["columnKind"] = json!("bytes"),
        |log| log["runs"][0]["results"][0]["level"] = json!("bad"),
        |log| log["runs"][0]["results"][0]["message"] = json!({}),
        |log| log["runs"][0]["results"][0]["ruleIndex"] = json!(99),
        |log| log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = json!(0),
        |log| log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["index"] = json!(9),
        |log| log["runs"][0]["artifacts"][0]["location"]["uri"] = json!("a b%"),
    ];
    let broken = broken.map(|breaks| {
        let mut log = good.clone();
        breaks(&mut log);
        log.to_string()
    });
    assert_refused("sarif", &broken);
}

fn world_of(name: &str) -> World {
    worlds().into_iter().find(|world| world.name == name).unwrap()
}

#[test]
fn results_are_the_findings_at_their_places() {
    for world in worlds() {
        let log = log(&world.report("sarif"));
        let findings = world.findings();
        assert_eq!(results(&log).len(), findings.len(), "{}", world.name);
        for (result, finding) in results(&log).iter().zip(&findings) {
            let region = &result["locations"][0]["physicalLocation"]["region"];
            let place = ["startLine", "startColumn", "endLine", "endColumn"].map(|name| &region[name]);
            assert_eq!(place, ["line", "column", "end_line", "end_column"].map(|name| &finding[name]));
            assert_eq!((&result["ruleId"], &result["level"]), (&finding["code"], &finding["severity"]));
            let labels = finding["labels"].as_array().unwrap().len();
            let related = result["relatedLocations"].as_array().map_or(0, Vec::len);
            assert_eq!(related, labels.saturating_sub(1));
        }
    }
}

#[test]
fn a_log_says_what_was_read_and_what_could_not_be() {
    insta::assert_snapshot!(world_of("no such file").report("sarif"));
}

#[test]
fn files_are_named_from_the_root_as_parts_of_a_uri() {
    let log = log(&world_of("findings, hard names").report("sarif"));
    let run = &log["runs"][0];
    let uris = ["r%20%C3%BC/a%3Ab%2C%25%2C%20%231.trail", "r%20%C3%BC/b.trail"];
    for (artifact, uri) in run["artifacts"].as_array().unwrap().iter().zip(uris) {
        assert_eq!(artifact["location"], json!({ "uri": uri, "uriBaseId": "%SRCROOT%" }));
    }
    let taken = results(&log).iter().find(|result| result["ruleId"] == "E0202").unwrap();
    assert_eq!(taken["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"], uris[0]);
    let from_stdin = super::sarif::log(&world_of("standard input").report("sarif"));
    let file = &results(&from_stdin)[0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(*file, json!({ "index": 0 }));
}

#[test]
fn fingerprints_survive_lines_added_above_and_differ_from_each_other() {
    const TWO: &str = "/// D.\nrule a { title \"T\" severity low attack T1527, T1043 from entra.signin where result == success show ip }\n";
    let prints = |text: String| -> Vec<Json> {
        let text: &'static str = text.leak();
        let log = log(&world("two", &[("a.trail", text.as_bytes())], &["."], 0).report("sarif"));
        results(&log).iter().map(|result| result["partialFingerprints"].clone()).collect()
    };
    let first = prints(TWO.to_owned());
    assert_eq!(first, prints(format!("// more\n\n{CLEAN}\n{}", TWO.replace("rule a", "  rule a"))));
    assert_ne!(first[0], first[1]);
    assert_ne!(first, prints(TWO.replace("rule a", "rule b")));
}
