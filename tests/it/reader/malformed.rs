//! Input that is not as it should be: a counted, placed message, and everything else still read.

use std::io::{self, Read, Write};

use proptest::prelude::*;

use super::{audit, ids, read, told};

/// Whether the record with the id `after`, on the next line, is read too; and what the report says.
fn case(name: &str, bytes: &[u8]) -> String {
    let (events, report) = read(bytes);
    format!("# {name}\nread {}\n{}\n", ids(&events).join(" "), told(&report))
}

/// A record with more members.
fn with(members: &str) -> String {
    audit(1, "a").replacen('{', &format!("{{{members},"), 1)
}

#[test]
fn malformed_lines_are_reported_and_the_next_line_is_read() {
    let deep = format!("\"x\":{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_wanted = format!("\"AppAccessContext\":{}{}", "{\"a\":".repeat(500), "1".to_owned() + &"}".repeat(500));
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("duplicate key", with(r#""Id":"z""#).into()),
        ("bad UTF-8 in a text that no field uses", [b"{\"x\":\"\xff\",", &audit(1, "a").as_bytes()[1..]].concat()),
        (
            "bad UTF-8 in a text that a field uses",
            audit(1, "a")
                .replace("FileDownloaded", "\u{fffd}")
                .into_bytes()
                .into_iter()
                .map(|byte| if byte == 0xbf { 0xff } else { byte })
                .collect(),
        ),
        ("garbage", with("\"x\":nope").into()),
        ("bad number", with("\"x\":01").into()),
        ("missing comma", with("\"x\":[1 2]").into()),
        ("missing comma between members", audit(1, "a").replacen(',', " ", 1).into()),
        ("trailing comma", audit(1, "a").replace('}', ",}").into()),
        ("brackets that do not match", with("\"x\":[1,2}").into()),
        ("cut in a text", audit(1, "a")[..60].into()),
        ("cut after a colon", br#"{"CreationTime":"#.to_vec()),
        ("cut after a comma", br#"{"CreationTime":"2026-03-04T09:12:41","#.to_vec()),
        ("cut in an array", br#"{"x":[1,"#.to_vec()),
        ("cut after a bracket", br#"{"x":["#.to_vec()),
        ("only an opening brace", b"{".to_vec()),
        ("text behind the record", format!("{} trailing", audit(1, "a")).into()),
        ("one brace too many", format!("{}}}", audit(1, "a")).into()),
        ("raw control character", with("\"x\":\"a\tb\"").into()),
        ("lone surrogate in a text that no field uses", with(r#""x":"\ud800""#).into()),
        ("lone surrogate in a text that a field uses", audit(1, "a").replace("FileDownloaded", "\\ud800").into()),
        ("escaped key", audit(1, "a").replace("\"Id\"", r#""\u0049d""#).into()),
        ("huge numbers that no field uses", with(&format!("\"x\":{},\"y\":1e999", "9".repeat(30))).into()),
        ("huge number that a field uses", with("\"UserType\":1e999").into()),
        ("text where an object should be", with("\"AppAccessContext\":\"none\"").into()),
        ("zero bytes behind the record", [audit(1, "a").as_bytes(), &[0; 8]].concat()),
        ("zero bytes in the record", [b"{\0", &audit(1, "a").as_bytes()[1..]].concat()),
        ("zero bytes alone", vec![0; 64]),
        ("100,000 brackets deep", with(&deep).into()),
        ("500 braces deep where a field is", with(&deep_wanted).into()),
        ("nothing but a number", b"12".to_vec()),
        ("a line of a text log", b"Mar  4 09:12:41 host sshd[1]: Accepted".to_vec()),
        ("the rest of a line", br#"tion":"FileDownloaded","Workload":"SharePoint"}"#.to_vec()),
    ];
    let mut text = String::new();
    for (name, bytes) in cases {
        let lines = [audit(0, "before").as_bytes(), &bytes, audit(2, "after").as_bytes()].join(&b'\n');
        let told = case(name, &lines);
        assert!(told.contains("before") && told.contains("after"), "{told}");
        // As the first line of a file, it costs the others nothing either.
        let first = [&bytes, audit(2, "after").as_bytes(), audit(3, "last").as_bytes()].join(&b'\n');
        let alone = read(&first[..]).0;
        assert!(ids(&alone).ends_with(&["after", "last"]), "{name}: {:?}", ids(&alone));
        text += &told;
    }
    insta::assert_snapshot!(text);
}

#[test]
fn malformed_documents_are_read_as_far_as_they_can_be() {
    let [a, b, c] = [1, 2, 3].map(|second| audit(second, ["a", "b", "c"][second as usize - 1]));
    let wrong = a.replace("\"Id\"", "Id");
    let cut = &b[..b.len() - 1];
    let pretty = |text: &str| text.replace(",\"", ",\n  \"").replacen('{', "{\n  ", 1).replace('}', "\n}");
    let cases: Vec<(&str, String)> = vec![
        ("a wrong element", format!("[{wrong},{b},{c}]")),
        ("an element that is no object", format!("[{a},1,\"x\",null,[{b}],{c}]")),
        ("a missing comma", format!("[{a} {b},{c}]")),
        ("a trailing comma", format!("[{a},{b},]")),
        ("an element that is cut short", format!("[{a},{cut},{c}]")),
        ("an element that is cut short, on lines", format!("[\n{a},\n{cut},\n{c}\n]\n")),
        ("an element that is cut in a text, on lines", format!("[\n{a},\n{},\n{c}\n]\n", &b[..60])),
        ("an array that ends in an element", format!("[{a},{cut}")),
        ("an array that ends after an element", format!("[{a},{b}")),
        ("an envelope that ends after an element", format!("{{\"records\":[{a},{b}")),
        ("an envelope that ends after its array", format!("{{\"records\":[{a},{b}]")),
        ("brackets that do not match", format!("[{a},{{\"x\":[1}},{b}]\n{c}")),
        ("a line that is a broken envelope", format!("{{\"records\":[{a},{{\"x\":]}}]}}\n{{\"records\":[{c}]}}")),
        ("an envelope with a key that is no text", format!("{{\"records\":[{a}],x:1}}\n{c}")),
        (
            "a pretty record that is cut short",
            format!("{}\n{}\n{}\n", pretty(&a), pretty(&b).trim_end_matches("\n}"), pretty(&c)),
        ),
        ("a pretty record that is wrong", format!("{}\n{}\n{}\n", pretty(&a), pretty(&wrong), pretty(&c))),
        ("a pretty record that is cut short at the end", format!("{}\n{}", pretty(&a), &pretty(&b)[..70])),
        ("rows before columns", r#"{"tables":[{"rows":[[1]],"columns":[{"name":"a"}]}]}"#.to_owned()),
        (
            "rows of other lengths",
            r#"{"tables":[{"columns":[{"name":"a"},{"name":"b"}],"rows":[[1,2],[1],[1,2,3],{},7]}]}"#.to_owned(),
        ),
        ("columns without names", r#"{"tables":[{"columns":[{"x":1}],"rows":[[1]]}]}"#.to_owned()),
        ("a table that is none", r#"{"tables":[1,{"columns":[]}]}"#.to_owned()),
    ];
    let text: String = cases.iter().map(|(name, text)| case(name, text.as_bytes())).collect();
    insta::assert_snapshot!(text);
}

#[test]
fn malformed_separated_values_are_reported_by_line() {
    let header = "CreationDate,Operation,AuditData,End\n";
    let cell = |id: &str| format!("x,y,\"{}\",z\n", audit(1, id).replace('"', "\"\""));
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("a row with too few cells", format!("{header}{}x,y\n{}", cell("a"), cell("b")).into()),
        ("a row with too many cells", format!("{header}{}x,y,z,1,2\n{}", cell("a"), cell("b")).into()),
        (
            "JSON that was cut in its cell",
            format!("{header}{}x,y,\"{{\"\"Creation\",z\n{}", cell("a"), cell("b")).into(),
        ),
        ("the last row cut", format!("{header}{}{}", cell("a"), &cell("b")[..40]).into()),
        ("a quote that is never closed", format!("{header}{}x,\"y\n{}", cell("a"), cell("b")).into()),
        (
            "bytes that are not UTF-8",
            [format!("{header}{}", cell("a")).as_bytes(), b"\xff,y,z,z\n", cell("b").as_bytes()].concat(),
        ),
        (
            "a line feed in a cell",
            format!("{header}\"x\ny\",\"\",\"{}\",z\nx\n", audit(1, "a").replace('"', "\"\"")).into(),
        ),
        ("another zone than UTC", b"TimeGenerated [W. Europe Standard Time],Id\n1,2\n".to_vec()),
        ("a header alone", b"TimeGenerated [UTC],Id\n".to_vec()),
        ("a table of something else", b"name,age\nana,3\nben,4\n".to_vec()),
    ];
    let text: String = cases.iter().map(|(name, bytes)| case(name, bytes)).collect();
    insta::assert_snapshot!(text);
}

#[test]
fn kinds_of_files_that_are_not_read_are_named() {
    let utf16: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: [(&str, &[u8]); 6] = [
        ("zip", b"PK\x03\x04rest"),
        ("Parquet", b"PAR1rest"),
        ("xz", b"\xfd7zXZ\0rest"),
        ("bzip2", b"BZh91AY"),
        ("UTF-16", &utf16),
        ("text", b"hello\nworld"),
    ];
    let text: String = cases.iter().map(|(name, bytes)| case(name, bytes)).collect();
    insta::assert_snapshot!(text);
}

/// Lines of records, packed.
fn packed(count: u32) -> [(&'static str, Vec<u8>); 2] {
    let text: String = (0..count).map(|second| audit(second % 3600, &format!("e{second}")) + "\n").collect();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    [("gzip", gzip.finish().unwrap()), ("zstd", zstd::encode_all(text.as_bytes(), 1).unwrap())]
}

#[test]
fn packed_data_that_is_cut_short_gives_what_was_before() {
    for (name, bytes) in packed(20_000) {
        let (events, report) = read(&bytes[..bytes.len() * 2 / 3]);
        assert!(events.len() > 1000 && events.len() < 20_000, "{name}: {}", events.len());
        let stopped = report.stopped.unwrap();
        assert_eq!(stopped.reason.to_string(), format!("the {name} data is cut short"));
        assert!(stopped.at.line >= events.len() as u64, "{name}: {:?}", stopped.at);
        assert!(report.unreadable <= 1, "the line that was cut: {:?}", report.problems);
    }
}

#[test]
fn packed_data_that_is_damaged_gives_what_was_before() {
    for (name, mut bytes) in packed(20_000) {
        let middle = bytes.len() / 2;
        bytes[middle..middle + 64].fill(0xaa);
        let (events, report) = read(&bytes[..]);
        assert!(events.len() < 20_000, "{name}");
        assert!(report.stopped.is_some(), "{name}: {}", told(&report));
    }
}

/// Bytes, then an error.
struct Failing<'f>(&'f [u8]);

impl Read for Failing<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.0.read(into)? {
            0 => Err(io::Error::other("the cable was pulled")),
            count => Ok(count),
        }
    }
}

#[test]
fn an_input_that_fails_is_read_up_to_there() {
    let text = audit(1, "a") + "\n" + &audit(2, "b")[..30];
    for start in [0, 1, 3, text.len()] {
        let (events, report) = read(Failing(&text.as_bytes()[..start]));
        assert_eq!(events.len(), usize::from(start == text.len()));
        assert_eq!(report.stopped.unwrap().reason.to_string(), "reading failed: the cable was pulled");
    }
}

#[test]
fn many_broken_lines_take_no_more_time_than_good_ones() {
    // Each could go on over all the lines after it, as far as its brackets tell.
    let broken = "{\"x\":[\n".repeat(100_000);
    let (events, report) = read((broken + &audit(1, "a")).as_bytes());
    assert_eq!((ids(&events), report.unreadable), (vec!["a"], 100_000));
}

/// Logs with damage: pieces of records, brackets and rubbish in any order.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => (0..60_u32).prop_map(|second| audit(second, "i").into_bytes()),
        4 => Just(b"\n".to_vec()),
        2 => (0..60_u32, 0..110_usize).prop_map(|(second, length)| audit(second, "i").into_bytes()[..length.min(90)].to_vec()),
        2 => prop::sample::select(vec!["[", "]", "{", "}", ",", "\"", ":", "\\", "{\"records\":[", "{\"tables\":[{\"columns\":[{\"name\":\"Id\"}],\"rows\":[[", "]]}]}", "\r\n", "a,b\n", "\u{feff}", "null", "-1.5e3"]).prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..20),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_are_read_without_panic_and_in_any_pieces(bytes in damaged(), piece in 1..9_usize) {
        let (events, report) = read(&bytes[..]);
        let pieces = bytes.chunks(piece).fold(Box::new(io::empty()) as Box<dyn Read + Send>, |before, next| Box::new(before.chain(next)));
        let (again, report_again) = read(pieces);
        prop_assert_eq!(events, again);
        prop_assert_eq!(told(&report), told(&report_again));
    }

    #[test]
    fn any_packed_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for magic in [b"\x1f\x8b\x08\0", b"\x28\xb5\x2f\xfd"] {
            let (events, _) = read(&[magic, &bytes[..]].concat()[..]);
            prop_assert!(events.is_empty());
        }
    }

    #[test]
    fn damage_to_packed_data_is_never_a_panic(at in 0..2000_usize, byte in any::<u8>()) {
        for (_, mut bytes) in packed(50) {
            let at = at % bytes.len();
            bytes[at] = byte;
            read(&bytes[..]);
        }
    }

    #[test]
    fn a_good_line_after_damage_on_lines_is_always_read(lines in prop::collection::vec("[^\n\\[{]{0,40}|\\{[^\n\\[]{0,40}", 0..6)) {
        let damage: String = lines.iter().map(|line| line.clone() + "\n").collect();
        let (events, _) = read((audit(1, "first") + "\n" + &damage + &audit(2, "last") + "\n").as_bytes());
        prop_assert_eq!(ids(&events).last().copied(), Some("last"));
    }
}
