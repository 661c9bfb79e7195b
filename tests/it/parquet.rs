//! Parquet files of several writers: the same events as from JSON, whatever the columns, encodings and codecs; and files that are
//! damaged anywhere.

use std::io::Cursor;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::json;
use tempfile::TempDir;
use tokentrail::catalog::{Catalog, load};
use tokentrail::engine::event::{Event, Layout};
use tokentrail::engine::period::Period;
use tokentrail::engine::reader::{FileReport, Format, Reader};

use crate::cli::{assert_status, err, folder, out, tokentrail};
use crate::reader::everything;

/// 2026-03-01.
const START: i64 = 1_772_323_200_000_000;
const HOUR: i64 = 3_600_000_000;

const RECORDS: usize = 6000;

/// Records of three logs, one every two minutes.
fn records() -> String {
    let record = |number: usize| {
        let micros = START + 120_000_000 * i64::try_from(number).unwrap();
        let time = jiff::Timestamp::from_microsecond(micros).unwrap().to_string();
        let token = format!("t{}", number % 97);
        let country = if number.is_multiple_of(2) { "DE" } else { "FI" };
        let latitude = 52.5 + f64::from(u8::try_from(number % 10).unwrap());
        match number % 3 {
            0 => json!({"category": "SignInLogs", "properties": {
                "id": format!("s{number}"), "createdDateTime": time, "userPrincipalName": format!("Person.{}@example.org", number % 50),
                "uniqueTokenIdentifier": token, "ipAddress": format!("198.51.100.{}", number % 250),
                "status": {"errorCode": if number.is_multiple_of(7) { 50126 } else { 0 }},
                "location": {"city": "Åbo", "countryOrRegion": country,
                    "geoCoordinates": {"latitude": latitude, "longitude": 13.25}},
                "isInteractive": number.is_multiple_of(2), "autonomousSystemNumber": 64500 + number % 5}}),
            1 => json!({"category": "MicrosoftGraphActivityLogs", "properties": {
                "requestId": format!("g{number}"), "timeGenerated": time, "signInActivityId": token,
                "ipAddress": "203.0.113.7", "userId": format!("u{}", number % 50), "requestMethod": "GET",
                "responseStatusCode": 200, "requestUri": "https://graph.microsoft.com/v1.0/me"}}),
            _ => json!({"CreationTime": time, "Id": format!("a{number}"), "Operation": "FileDownloaded",
                "Workload": "SharePoint", "UserId": "ana@example.org", "AppAccessContext": {"UniqueTokenId": token}}),
        }
    };
    (0..RECORDS).map(|number| record(number).to_string() + "\n").collect()
}

/// The same records as NDJSON and in Parquet files.
fn files() -> &'static Path {
    static FILES: LazyLock<TempDir> = LazyLock::new(|| {
        let folder = folder(&[("records.ndjson", records().as_bytes())]);
        let mut command = Command::new(crate::oracle::parquet());
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/parquet/write.py"));
        let output = command.arg(folder.path().join("records.ndjson")).arg(folder.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        folder
    });
    FILES.path()
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(files().join(name)).unwrap()
}

fn read(bytes: Vec<u8>, period: Option<Period>) -> (Vec<Event>, FileReport) {
    static ALL: LazyLock<(Catalog, Layout)> = LazyLock::new(|| {
        let catalog = load::builtin();
        let layout = everything(&catalog);
        (catalog, layout)
    });
    let mut events = Vec::new();
    let mut reader = Reader::new(&ALL.0, &ALL.1, None).over(period);
    let report = reader.read_file("input", Cursor::new(bytes), &mut |event| events.push(event));
    (events, report)
}

#[test]
fn files_of_every_writer_give_the_events_of_the_records() {
    let (expected, _) = read(bytes("records.ndjson"), None);
    assert_eq!(expected.len(), RECORDS);
    for name in [
        "duckdb_snappy",
        "duckdb_zstd",
        "duckdb_lz4",
        "duckdb_json",
        "duckdb_texts",
        "duckdb_moved",
        "arrow",
        "arrow_2",
        "arrow_old",
        "arrow_plain",
        "arrow_lengths",
        "arrow_prefixes",
    ] {
        let (events, report) = read(bytes(&format!("{name}.parquet")), None);
        assert_eq!(report.format, Format::Parquet, "{name}");
        assert!(report.problems.is_empty() && report.stopped.is_none(), "{name}: {report:?}");
        assert!(report.wrong_types.is_empty(), "{name}: {report:?}");
        assert!(events == expected, "{name}: {} events", events.len());
    }
}

#[test]
fn a_period_leaves_out_the_same_events_of_every_file_and_reads_no_row_group_in_vain() {
    let period = Period { from: START + 150 * HOUR, to: START + 170 * HOUR };
    let (expected, report) = read(bytes("records.ndjson"), Some(period));
    assert_eq!((expected.len(), report.outside), (600, RECORDS as u64 - 600));
    for name in ["duckdb_zstd", "duckdb_json", "arrow", "arrow_2", "arrow_old"] {
        let (events, report) = read(bytes(&format!("{name}.parquet")), Some(period));
        assert!(events == expected, "{name}: {} events", events.len());
        assert_eq!(report.outside, RECORDS as u64 - 600, "{name}");
    }
    // The first of the row groups, of 1,000 rows each, are not looked at: nothing in them makes sense.
    let mut damaged = bytes("arrow.parquet");
    let first = damaged.len() / 2;
    damaged[4..first].fill(0xff);
    let (events, report) = read(damaged.clone(), Some(period));
    assert!(events == expected && report.problems.is_empty(), "{report:?}");
    assert!(!read(damaged, None).1.problems.is_empty());
}

fn told(bytes: Vec<u8>) -> String {
    let (events, report) = read(bytes, None);
    let problems = report.problems.iter().chain(&report.stopped);
    let problems: String = problems.map(|problem| format!("\n{}: {}", problem.at, problem.reason)).collect();
    format!("{} events, {} unreadable{problems}", events.len(), report.unreadable)
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let whole = bytes("arrow.parquet");
    let cut = whole[..whole.len() * 2 / 3].to_vec();
    assert_eq!(
        told(cut),
        "0 events, 0 unreadable\nrow 1: the Parquet file has no end: it is cut short, or still being written"
    );
    let mut footer = whole.clone();
    let length = footer.len();
    footer[length - 60..length - 20].fill(0xff);
    let mut long = whole.clone();
    long[length - 8..length - 4].fill(0xff);
    let damaged = "0 events, 0 unreadable\nrow 1: the end of the Parquet file, which says what is in it, is damaged";
    assert_eq!(told(long), damaged);
    let _ = told(footer);
    assert_eq!(
        told(bytes("encrypted.parquet")),
        "0 events, 0 unreadable\nrow 1: the Parquet file is encrypted; decrypt it first"
    );
    let brotli = told(bytes("arrow_brotli.parquet"));
    let reason = "is compressed with Brotli, which is not read; write the file with zstd or snappy; what follows in row group 1 \
                  was not read";
    assert!(brotli.starts_with("0 events, 6000 unreadable\nrow 1: column `") && brotli.contains(reason), "{brotli}");
    // A few bytes in the middle: the row groups before and behind are there.
    let mut middle = whole;
    middle[length / 2..length / 2 + 200].fill(0);
    let (events, report) = read(middle, None);
    assert!(
        events.len() >= 4000 && events.len() + usize::try_from(report.unreadable).unwrap() == RECORDS,
        "{report:?}"
    );
    let problem = &report.problems[0];
    assert!(problem.at.to_string().starts_with("row "), "{problem:?}");
    assert!(problem.reason.to_string().contains("` is damaged; what follows in row group "), "{}", problem.reason);
}

#[test]
fn columns_of_something_else_are_records_of_no_known_source() {
    let (events, report) = read(bytes("other.parquet"), None);
    assert!(events.is_empty());
    assert_eq!(report.unknown.get("keys name, age"), Some(&(RECORDS as u64)));
}

/// Whatever is in a file, reading it ends, and every row is counted.
#[test]
fn no_byte_of_a_file_is_believed() {
    for name in ["arrow_2.parquet", "duckdb_lz4.parquet", "arrow_lengths.parquet"] {
        let whole = bytes(name);
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        for _ in 0..40 {
            let mut bytes = whole.clone();
            for _ in 0..3 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                // Half of them in the footer, where most is said about the rest.
                let near_end = bytes.len().min(6000);
                let range = if seed & 1 == 0 { bytes.len() } else { near_end };
                let at = bytes.len() - 1 - usize::try_from(seed >> 33).unwrap() % range;
                bytes[at] = seed.to_le_bytes()[3];
            }
            let (events, report) = read(bytes, None);
            let counted = report.records.values().sum::<u64>() - report.wrong_times;
            assert_eq!(counted, u64::try_from(events.len()).unwrap(), "{name}");
        }
        for length in (0..whole.len()).step_by(whole.len() / 20) {
            assert!(read(whole[..length].to_vec(), None).0.is_empty(), "{name}");
        }
    }
}

const RULES: &str = "/// Text.\nrule often { title \"Often\" severity low from graph.activity by token within 6h when count() >= 2 show times = count() }\n\
    /// Text.\nrule signins { title \"Sign-ins\" severity low from entra.signin where result == failure show user_name }\n\
    /// Text.\nrule hourly { title \"Hourly\" severity low from entra.signin by user_name per 12h when count() >= 2 show times = count() }\n\
    /// Text.\nrule fresh { title \"New\" severity low from m365.audit by user_name first seen (token) within 2d show token }\n\
    /// Text.\nrule alone { title \"Alone\" severity low from graph.activity where ip is present unless entra.signin where token == this.token within 3h after show token }\n";

fn run(events: &str, more: &[&str]) -> Vec<serde_json::Value> {
    let rules = folder(&[("r.trail", RULES.as_bytes())]);
    let mut command = tokentrail();
    command.arg("run").arg(rules.path()).arg("--events").arg(files().join(events));
    let output = command.args(["--format", "json", "--quiet"]).args(more).output().unwrap();
    assert_status(&output, 0);
    serde_json::from_str(&out(&output)).unwrap()
}

#[test]
fn a_hunt_finds_the_matches_of_its_period_with_any_number_of_threads() {
    let within = |row: &serde_json::Value, from: &str, to: &str| {
        let time = row["time"].as_str().unwrap();
        from <= time && time < to
    };
    let whole = run("records.ndjson", &["--grain", "match"]);
    assert!(whole.len() > 1000);
    for (hunt, from, to) in [
        ("2026-03-03..2026-03-05", "2026-03-03T00", "2026-03-05T00"),
        ("2026-03-06T07:00:00Z..2026-03-06T19:02:00Z", "2026-03-06T07:00:00", "2026-03-06T19:02:00"),
        ("2027-01-01..2027-02-01", "2027-01-01T00", "2027-02-01T00"),
    ] {
        let expected: Vec<_> = whole.iter().filter(|row| within(row, from, to)).cloned().collect();
        assert_eq!(expected.is_empty(), hunt.starts_with("2027"));
        for (events, threads) in [("records.ndjson", "2"), ("arrow.parquet", "7"), ("duckdb_zstd.parquet", "1")] {
            let found = run(events, &["--grain", "match", "--hunt", hunt, "--threads", threads]);
            assert!(found == expected, "{events} {hunt} {threads}: {} of {}", found.len(), expected.len());
        }
    }
}

#[test]
fn a_parquet_file_cannot_come_as_a_stream() {
    let rules = folder(&[("r.trail", RULES.as_bytes())]);
    let mut command = tokentrail();
    command.arg("run").arg(rules.path()).args(["--events", "-"]).write_stdin(bytes("arrow.parquet"));
    let output = command.output().unwrap();
    assert_status(&output, 2);
    assert!(err(&output).contains("cannot be read as a stream; save it as a file"), "{}", err(&output));
}
