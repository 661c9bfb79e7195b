//! Which source a record is of, and what its fields are.

use tokentrail::catalog::load;
use tokentrail::engine::event::{Layout, Slot};
use tokentrail::engine::reader::{GeoDatabase, Report};
use tokentrail::value::Value;

use super::{audit, everything, only, read, read_looking_up, read_with, shown, told};

/// What is read from a file of exported records.
fn fields_of(path: &std::path::Path) -> String {
    let catalog = load::builtin();
    let layout = everything(&catalog);
    let (events, report) = read_with(&catalog, &layout, std::fs::File::open(path).unwrap());
    let mut text = told(&report);
    for event in &events {
        let source = &catalog.by_name()[usize::from(event.source)].name;
        text += &format!("\n{source} {} {}\n", shown(&Value::Time(event.time)), shown(&event.event_id));
        for (slot, value) in layout.slots.iter().zip(&event.values) {
            if !value.is_missing() {
                text += &format!("  {} = {}\n", slot.field, shown(value));
            }
        }
    }
    text
}

#[test]
fn every_exported_record_is_recognised_and_read_field_by_field() {
    insta::glob!("../../fixtures/records", "microsoft/*", |path| insta::assert_snapshot!(fields_of(path)));
    insta::glob!("../../fixtures/records", "okta/*", |path| insta::assert_snapshot!(fields_of(path)));
}

/// One value of one field of a Graph activity record with these members.
fn graph(field: &str, properties: &str) -> Value {
    let catalog = load::builtin();
    let layout = only(&catalog, &["graph.activity"], &[field]);
    let record = format!(
        r#"{{"category":"MicrosoftGraphActivityLogs","properties":{{"timeGenerated":"2026-03-04T09:41:30Z",{properties}}}}}"#
    );
    let (events, report) = read_with(&catalog, &layout, record.as_bytes());
    assert_eq!(events.len(), 1, "{}", told(&report));
    events[0].values[0].clone()
}

#[test]
fn keys_are_found_in_any_letter_case() {
    for key in ["C_Sid", "c_sid", "C_SID"] {
        assert_eq!(graph("session", &format!(r#""{key}":"s""#)), Value::text("s"));
    }
}

#[test]
fn escaped_keys_and_values_are_decoded() {
    assert_eq!(graph("session", r#""C_\u0053id":"\u0073\n\"""#), Value::text("s\n\""));
}

#[test]
fn the_last_of_equal_keys_counts_and_null_counts_as_one() {
    assert_eq!(graph("session", r#""C_Sid":"a","C_Sid":"b""#), Value::text("b"));
    assert_eq!(graph("session", r#""C_Sid":"a","c_sid":null"#), Value::Missing);
    let catalog = load::builtin();
    let layout = only(&catalog, &["entra.signin"], &["country", "city"]);
    let record = br#"{"category":"SignInLogs","properties":{"createdDateTime":"2026-03-04T09:41:30Z",
        "location":{"city":"Helsinki"},"location":{"countryOrRegion":"fi"}}}"#;
    let (events, _) = read_with(&catalog, &layout, &record[..]);
    assert_eq!(*events[0].values, [Value::text("FI"), Value::Missing]);
}

#[test]
fn null_empty_and_empty_composites_are_missing() {
    for value in ["null", "\"\"", "{}", "[]"] {
        assert_eq!(graph("session", &format!(r#""C_Sid":{value}"#)), Value::Missing, "{value}");
    }
}

#[test]
fn the_first_path_that_has_a_value_counts() {
    assert_eq!(graph("user_id", r#""userId":null,"servicePrincipalId":"sp""#), Value::text("sp"));
    assert_eq!(graph("user_id", r#""userId":"u","servicePrincipalId":"sp""#), Value::text("u"));
}

#[test]
fn maps_translate_and_have_words_for_the_rest_and_for_nothing() {
    assert_eq!(graph("result", r#""responseStatusCode":200"#), Value::text("success"));
    assert_eq!(graph("result", r#""responseStatusCode":"200""#), Value::text("success"));
    assert_eq!(graph("result", r#""responseStatusCode":403"#), Value::text("failure"));
    assert_eq!(graph("actor_type", r#""userId":"u""#), Value::text("user"));
    assert_eq!(graph("actor_type", r#""userId":"""#), Value::text("app"));
}

#[test]
fn a_path_that_meets_another_kind_of_value_finds_nothing() {
    let catalog = load::builtin();
    let layout = only(&catalog, &["entra.signin"], &["city"]);
    for location in ["\"West Europe\"", "12", "[{\"city\":\"Rome\"}]", "null", "\"{\\\"city\\\":\""] {
        let record = format!(
            r#"{{"category":"SignInLogs","properties":{{"createdDateTime":"2026-03-04T09:41:30Z","location":{location}}}}}"#
        );
        let (events, _) = read_with(&catalog, &layout, record.as_bytes());
        assert_eq!(*events[0].values, [Value::Missing], "{location}");
    }
}

#[test]
fn values_of_the_wrong_type_are_missing_and_counted_by_field() {
    let record = r#"{"category":"SignInLogs","properties":{"createdDateTime":"2026-03-04T09:41:30Z","id":"i",
        "autonomousSystemNumber":"abc","ipAddress":"host","isInteractive":"perhaps","location":{"countryOrRegion":["FI"],
        "geoCoordinates":{"latitude":91,"longitude":0}}}}"#;
    let (events, report) = read([record, record].join("\n").as_bytes());
    assert_eq!(events.len(), 2);
    let counts: Vec<(&str, u64)> =
        report.wrong_types.iter().map(|((_, field), count)| (field.as_str(), *count)).collect();
    assert_eq!(counts, [("asn", 2), ("country", 2), ("ip", 2), ("is_interactive", 2), ("location", 2)]);
}

#[test]
fn an_event_without_a_time_is_reported_with_the_text_of_the_time() {
    let good = audit(1, "good");
    let input = [
        good.as_str(),
        &good.replace("2026-03-04T", "4.3.2026 "),
        &good.replace("CreationTime\":\"", "CreationTime\":null,\"x\":\""),
    ]
    .join("\n");
    let catalog = load::builtin();
    let layout = only(&catalog, &["m365.audit"], &[]);
    let (events, report) = read_with(&catalog, &layout, input.as_bytes());
    assert_eq!(events.len(), 1);
    // The third has no `CreationTime`, and by that is of no known source.
    insta::assert_snapshot!(told(&report), @r#"
    plain Json
    2 m365.audit
    1 unknown: Workload = SharePoint
    2:1: `4.3.2026 09:00:01` is not a time
    1 without a time
    "#);
}

#[test]
fn a_source_that_no_rule_reads_is_counted_and_not_extracted() {
    let catalog = load::builtin();
    let layout = only(&catalog, &["graph.activity"], &["ip"]);
    let wrong_time = audit(1, "a").replace("2026", "x");
    let (events, report) = read_with(&catalog, &layout, wrong_time.as_bytes());
    assert!(events.is_empty());
    assert_eq!(told(&report), "plain Json\n1 m365.audit\n");
}

#[test]
fn events_without_an_id_are_counted() {
    let (events, report) = read(audit(1, "").as_bytes());
    assert!(events[0].event_id.is_missing());
    assert_eq!(report.without_id, 1);
}

#[test]
fn records_of_no_known_source_are_described_and_counted() {
    let input = r#"{"category":"AuditLogs","properties":{}}
{"category":"AuditLogs"}
{"Type":"SecurityAlert","category":"x"}
{"Workload":"AzureActiveDirectory","CreationTime":"2026-03-04T09:12:41"}
{"a":1,"b":{"c":2},"d":3,"e":4,"f":5}
{"a":1}
{}
"#;
    let (events, report) = read(input.as_bytes());
    assert!(events.is_empty());
    insta::assert_snapshot!(told(&report), @r#"
    plain Json
    2 unknown: category = AuditLogs
    1 unknown: Type = SecurityAlert
    1 unknown: Workload = AzureActiveDirectory
    1 unknown: keys a, b, d, e, …
    1 unknown: keys a
    1 unknown: without keys
    "#);
}

#[test]
fn descriptions_of_unknown_records_are_bounded() {
    let input: String = (0..1000).map(|number| format!("{{\"category\":\"c{number}\"}}\n")).collect();
    let (_, report) = read(input.as_bytes());
    assert!(report.unknown.len() <= 21, "{}", report.unknown.len());
    assert_eq!(report.unknown.values().sum::<u64>(), 1000);
}

#[test]
fn an_identifier_carries_its_provider_where_a_rule_has_several() {
    let catalog = load::builtin();
    let slot = Slot { field: "token".to_owned(), look_up: false, tagged: true };
    let reads = vec![vec![true; catalog.sources.len()]];
    let layout = Layout { slots: vec![slot], of_plan: vec![vec![0]], reads, ..Layout::default() };
    let record = audit(1, "a").replace("\"Id\"", "\"AppAccessContext\":{\"UniqueTokenId\":\"T\"},\"Id\"");
    let (events, _) = read_with(&catalog, &layout, [record, audit(2, "b")].concat().as_bytes());
    assert_eq!(*events[0].values, [Value::text("entra:T")]);
    assert_eq!(*events[1].values, [Value::Missing]);
}

#[test]
fn geography_is_looked_up_by_address_where_a_rule_says_so() {
    let root = env!("CARGO_MANIFEST_DIR");
    let database = GeoDatabase::from_bytes(std::fs::read(format!("{root}/tests/fixtures/sample/geo.mmdb")).unwrap());
    let database = database.unwrap();
    let catalog = load::builtin();
    let slot = |field: &str, look_up| Slot { field: field.to_owned(), look_up, tagged: false };
    let layout = Layout {
        slots: vec![slot("country", true), slot("city", true), slot("location", true), slot("country", false)],
        of_plan: vec![vec![0, 1, 2, 3]],
        reads: vec![vec![true; catalog.sources.len()]],
        ..Layout::default()
    };
    let record = |ip: &str| {
        format!(
            r#"{{"category":"SignInLogs","properties":{{"createdDateTime":"2026-03-04T09:41:30Z","ipAddress":"{ip}","location":{{"countryOrRegion":"SE"}}}}}}"#
        )
    };
    let input = ["198.51.100.7", "2001:db8:2::1", "198.51.100.200", "none"].map(record).concat();
    let (events, _) = read_looking_up(&catalog, &layout, Some(&database), input.as_bytes());
    let values: Vec<String> =
        events.iter().map(|event| event.values.iter().map(shown).collect::<Vec<_>>().join(" | ")).collect();
    insta::assert_snapshot!(values.join("\n"), @r#"
    "DE" | "berlin" | 52.52, 13.405 | "SE"
    "US" | "chicago" | 41.8781, -87.6298 | "SE"
    Missing | Missing | Missing | "SE"
    Missing | Missing | Missing | "SE"
    "#);
    let (events, _) = read_with(&catalog, &layout, input.as_bytes());
    assert!(events.iter().all(|event| event.values[0].is_missing()), "without a database nothing is known");
}

#[test]
fn bytes_that_are_no_database_are_an_error() {
    assert!(GeoDatabase::from_bytes(b"GeoLite2".to_vec()).is_err());
    assert!(GeoDatabase::from_bytes(Vec::new()).is_err());
}

#[test]
fn reports_of_several_inputs_add_up() {
    let mut report = Report::default();
    for input in [format!("{}\nnonsense\n", audit(1, "a")), "{\"category\":\"AuditLogs\"}\n{".to_owned()] {
        report.add(read(input.as_bytes()).1);
    }
    assert_eq!((report.files, report.unreadable, report.problems.len(), report.total()), (2, 2, 2, 4));
    assert_eq!(report.records["m365.audit"], 1);
    assert_eq!(report.unknown["category = AuditLogs"], 1);
}
