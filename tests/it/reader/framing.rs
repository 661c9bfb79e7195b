//! The same records in every framing, compression and size of reads give the same events.

use std::io::{self, Read, Write};

use serde_json::Value as Json;
use tokentrail::catalog::load;
use tokentrail::engine::event::Event;
use tokentrail::engine::reader::Compression;

use super::{audit, everything, ids, read, read_with, told};

/// An input that gives at most so many bytes at a time.
struct Pieces<'p>(&'p [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(into.len());
        self.0.read(&mut into[..count])
    }
}

fn records() -> Vec<Json> {
    let root = env!("CARGO_MANIFEST_DIR");
    let folder = format!("{root}/tests/fixtures/records/microsoft");
    let text = std::fs::read_to_string(format!("{folder}/a_diag_storage_PT1H.ndjson")).unwrap();
    let mut records: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let audit = std::fs::read_to_string(format!("{folder}/d_o365_management_activity.json")).unwrap();
    records.extend(serde_json::from_str::<Vec<Json>>(&audit).unwrap());
    records
}

fn lines(records: &[Json], end: &str) -> String {
    records.iter().map(|record| record.to_string() + end).collect()
}

fn pretty(value: &Json) -> String {
    serde_json::to_string_pretty(value).unwrap()
}

/// Every framing that users have, by name.
fn framings(records: &[Json]) -> Vec<(&'static str, String)> {
    let array = Json::Array(records.to_vec());
    let envelope = |name: &str| serde_json::json!({ name: records });
    let graph = serde_json::json!({"@odata.context": "https://graph.microsoft.com/beta/$metadata#x", "value": records,
        "@odata.nextLink": "https://graph.microsoft.com/next"});
    let halves = records.split_at(records.len() / 2);
    let halves = [halves.0, halves.1].map(|half| serde_json::json!({ "records": half }));
    let arrays = [&records[..1], &records[1..]].map(|part| Json::Array(part.to_vec()));
    vec![
        ("lines", lines(records, "\n")),
        ("lines without the last line feed", lines(records, "\n").trim_end().to_owned()),
        ("lines with carriage returns", lines(records, "\r\n")),
        ("lines with a byte order mark", format!("\u{feff}{}", lines(records, "\n"))),
        ("files with byte order marks, one after the other", lines(records, "\n\u{feff}")),
        ("lines with blank lines", format!("\n\n{}", lines(records, "\n \t\n\r\n"))),
        ("values without anything between", lines(records, "")),
        ("values with spaces between", lines(records, " ")),
        ("values over many lines", records.iter().map(|record| pretty(record) + "\n").collect()),
        ("values over many lines without anything between", records.iter().map(pretty).collect()),
        ("values over many lines and lines", pretty(&records[0]) + "\n" + &lines(&records[1..], "\n")),
        (
            "lines and values over many lines",
            lines(&records[..2], "\n") + &records[2..].iter().map(pretty).collect::<String>(),
        ),
        ("an array", array.to_string()),
        ("an array over many lines", pretty(&array)),
        ("an array with a record a line", format!("[\n{}\n]\n", lines(records, ",\n").trim_end_matches(",\n"))),
        ("records", envelope("records").to_string()),
        ("Records over many lines", pretty(&envelope("Records"))),
        ("value", envelope("value").to_string()),
        ("value of Microsoft Graph", pretty(&graph)),
        ("lines that are envelopes", lines(&halves, "\n")),
        (
            "lines that are envelopes and records",
            halves[0].to_string() + "\n" + &lines(&records[records.len() / 2..], "\n"),
        ),
        ("lines that are arrays", lines(&arrays, "\r\n")),
        ("an array after an empty one", format!("[]\n{{\"records\":[]}}{array}")),
    ]
}

fn gzip(parts: &[&[u8]]) -> Vec<u8> {
    let mut packed = Vec::new();
    for part in parts {
        let mut encoder = flate2::write::GzEncoder::new(&mut packed, flate2::Compression::fast());
        encoder.write_all(part).unwrap();
        encoder.finish().unwrap();
    }
    packed
}

fn zstd(parts: &[&[u8]]) -> Vec<u8> {
    parts.iter().flat_map(|part| zstd::encode_all(*part, 1).unwrap()).collect()
}

#[test]
fn framing_compression_and_pieces_change_nothing() {
    let catalog = load::builtin();
    let layout = everything(&catalog);
    let records = records();
    let (expected, _) = read_with(&catalog, &layout, lines(&records, "\n").as_bytes());
    // Of the Management API's records, the sign-in is not of the source.
    assert_eq!(expected.len(), records.len() - 1);
    for (framing, text) in framings(&records) {
        let bytes = text.as_bytes();
        let (start, end) = bytes.split_at(bytes.len() / 3);
        let packed = [
            (Compression::None, bytes.to_vec()),
            (Compression::Gzip, gzip(&[bytes])),
            (Compression::Gzip, gzip(&[start, b"", end])),
            (Compression::Zstd, zstd(&[bytes])),
            (Compression::Zstd, zstd(&[start, end])),
        ];
        for (compression, bytes) in packed {
            for piece in [1, 7, 4096, usize::MAX] {
                let (events, report) = read_with(&catalog, &layout, Pieces(&bytes, piece));
                assert_eq!(report.unreadable, 0, "{framing} by {piece}: {}", told(&report));
                assert_eq!(report.stopped, None, "{framing}");
                assert_eq!(report.compression, compression);
                assert_eq!(report.bytes, text.len() as u64, "{framing}");
                assert!(events == expected, "{framing}, {compression:?} by {piece}");
            }
        }
    }
}

/// The rows of the flat export that have the same columns in every form: texts only.
fn rows() -> Vec<serde_json::Map<String, Json>> {
    let columns = [
        "Type",
        "TimeGenerated",
        "CreatedDateTime",
        "Id",
        "UserPrincipalName",
        "IPAddress",
        "ResultType",
        "LocationDetails",
    ];
    (0..3)
        .map(|number| {
            let location = format!("{{\"city\": \"Ütrecht, \\\"{number}\\\"\", \"countryOrRegion\": \"NL\"}}");
            let cells = [
                "SigninLogs",
                "2026-03-04T09:12:41.3350127Z",
                &format!("2026-03-04T09:12:4{number}.3350127Z"),
                &format!("id{number}"),
                "Ilse@example.org",
                "2001:DB8::1",
                "0",
                &location,
            ];
            columns.into_iter().map(str::to_owned).zip(cells.map(|cell| Json::String(cell.to_owned()))).collect()
        })
        .collect()
}

#[test]
fn tables_rows_and_separated_values_give_the_same_events() {
    let rows = rows();
    let names: Vec<&String> = rows[0].keys().collect();
    let cells: Vec<Vec<&Json>> = rows.iter().map(|row| row.values().collect()).collect();
    let columns: Vec<Json> = names.iter().map(|name| serde_json::json!({"name": name, "type": "string"})).collect();
    let old: Vec<Json> =
        names.iter().map(|name| serde_json::json!({"ColumnName": name, "DataType": "String"})).collect();
    let csv = |delimiter: &str, end: &str| {
        let quoted = |cell: &&Json| format!("\"{}\"", cell.as_str().unwrap().replace('"', "\"\""));
        let line = |cells: &Vec<&Json>| cells.iter().map(quoted).collect::<Vec<_>>().join(delimiter) + end;
        let header = names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(delimiter) + end;
        header.replace("TimeGenerated", "TimeGenerated [UTC]") + &cells.iter().map(line).collect::<String>()
    };
    let table = serde_json::json!({"tables": [{"name": "PrimaryResult", "columns": columns, "rows": cells}]});
    let two = serde_json::json!({"tables": [
        {"name": "PrimaryResult", "columns": columns, "rows": &cells[..1]},
        {"name": "PrimaryResult", "columns": columns, "rows": &cells[1..]},
    ], "statistics": {"query": [1]}});
    let forms = [
        ("rows", serde_json::to_string(&rows).unwrap()),
        ("table", table.to_string()),
        ("table over many lines", pretty(&table)),
        ("two tables", two.to_string()),
        (
            "Data Explorer",
            serde_json::json!({"Tables": [{"TableName": "Table_0", "Columns": old, "Rows": cells}]}).to_string(),
        ),
        ("comma", csv(",", "\r\n")),
        ("semicolon", csv(";", "\n")),
        ("tab", csv("\t", "\n")),
        ("byte order mark", format!("\u{feff}{}", csv(",", "\n"))),
        ("without the last line feed", csv(",", "\n").trim_end().to_owned()),
    ];
    let (expected, _) = read(forms[0].1.as_bytes());
    assert_eq!(ids(&expected), ["id0", "id1", "id2"]);
    for (form, text) in forms {
        for piece in [1, usize::MAX] {
            let (events, report) = read(Pieces(text.as_bytes(), piece));
            assert_eq!(report.unreadable, 0, "{form}: {}", told(&report));
            assert!(events == expected, "{form}: {events:?}");
        }
    }
}

#[test]
fn a_record_of_many_megabytes_is_read() {
    let long = audit(1, "a").replace("\"Id\"", &format!("\"x\":\"{}\",\"Id\"", "y".repeat(3_000_000)));
    let input = [audit(0, "before"), long.clone(), audit(2, "after")].join("\n");
    assert_eq!(ids(&read(input.as_bytes()).0), ["before", "a", "after"]);
    let input = format!("[{},{long},{}]", audit(0, "before"), audit(2, "after"));
    assert_eq!(ids(&read(Pieces(input.as_bytes(), 65_536)).0), ["before", "a", "after"]);
}

#[test]
fn a_record_that_looks_like_an_envelope_at_its_start_is_a_record() {
    let plain = audit(1, "a");
    for start in
        ["\"@odata.type\":\"#x\",", "\"value\":3,", "\"records\":{\"a\":[1]},", "\"count\":1,", "\"tables\":\"t\","]
    {
        let record = plain.replacen('{', &format!("{{{start}"), 1);
        let events: Vec<Event> = read(record.as_bytes()).0;
        assert_eq!(ids(&events), ["a"], "{record}");
    }
}

#[test]
fn nothing_comes_of_an_empty_input() {
    for input in ["", "\n", "\u{feff}", " \r\n\t", "[]", "{\"records\":[]}", "{\"tables\":[]}"] {
        let (events, report) = read(input.as_bytes());
        assert!(events.is_empty());
        assert_eq!((report.unreadable, report.stopped), (0, None), "{input:?}");
    }
    assert_eq!(read(&gzip(&[b""])[..]).1.compression, Compression::Gzip);
}
