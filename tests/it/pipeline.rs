//! A run by several threads, in chunks of any size, from files of any kind: the same results and the same report, to the byte, as
//! one reader gives that goes through the files step by step.

use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use proptest::prelude::*;
use tokentrail::engine::dispatch::Dispatch;
use tokentrail::engine::event::Layout;
use tokentrail::engine::job::{Found, Grain, Input, Job, Opened, Options, Outcome};
use tokentrail::engine::order::{DEFAULT_MEMORY, Orderer};
use tokentrail::engine::reader::{Reader, Report};
use tokentrail::engine::run::Session;
use tokentrail::engine::{Alert, Match};
use tokentrail::plan::Plan;

use crate::agreement;
use crate::engine::{CATALOG, plans};
use crate::engines;
use crate::world::{Dice, SOURCES, happenings};

/// How a job goes about its work here.
pub fn options(threads: usize, chunk: usize) -> Options {
    Options { threads, chunk, memory: DEFAULT_MEMORY }
}

fn input<'a>(name: &str, bytes: &'a [u8]) -> Input<'a> {
    Input { name: name.to_owned(), open: Box::new(|| Ok(Opened::File(Box::new(Cursor::new(bytes.to_vec()))))) }
}

/// Runs a job over files.
pub fn run(plans: &[Plan], files: &[Vec<u8>], options: Options, grain: Grain) -> Outcome {
    let inputs: Vec<Input<'_>> =
        files.iter().enumerate().map(|(number, bytes)| input(&format!("file {number}"), bytes)).collect();
    run_inputs(plans, &inputs, options, grain)
}

fn run_inputs(plans: &[Plan], inputs: &[Input<'_>], options: Options, grain: Grain) -> Outcome {
    let layout = Layout::new(plans, &CATALOG);
    let job = Job { plans, layout: &layout, catalog: &CATALOG, database: None, options, grain, period: None };
    job.run(inputs).unwrap()
}

/// The matches of a run over files.
pub fn matches(plans: &[Plan], files: &[Vec<u8>], options: Options) -> Vec<Match> {
    match run(plans, files, options, Grain::Match).found {
        Found::Matches(matches) => matches,
        Found::Alerts(_) => unreachable!("matches were asked for"),
    }
}

/// The alerts of a run over files.
pub fn alerts(plans: &[Plan], files: &[Vec<u8>], options: Options) -> Vec<Alert> {
    match run(plans, files, options, Grain::Alert).found {
        Found::Alerts(alerts) => alerts,
        Found::Matches(_) => unreachable!("alerts were asked for"),
    }
}

/// What one thread finds that reads the files step by step, one after the other; and what it says of them.
fn step_by_step(plans: &[Plan], files: &[Vec<u8>]) -> (Vec<Match>, Report) {
    let layout = Layout::new(plans, &CATALOG);
    let dispatch = Dispatch::new(plans, &layout);
    let mut reader = Reader::new(&CATALOG, &layout, None);
    let mut orderer = Orderer::new(usize::MAX);
    let mut report = Report::default();
    for (number, bytes) in files.iter().enumerate() {
        report.add(reader.read(&format!("file {number}"), &bytes[..], &mut |event| {
            if dispatch.take(event.clone()).is_some() {
                orderer.push(event).unwrap();
            }
        }));
    }
    let (mut ordered, mut session, mut matches) = (orderer.finish().unwrap(), Session::new(plans, &layout), Vec::new());
    while let Some(event) = ordered.next_event().unwrap() {
        session.push(&event, &mut |found| matches.push(found));
    }
    session.finish(&mut |found| matches.push(found));
    report.copies = ordered.copies();
    (matches, report)
}

/// A match shows everything of its event, so that events that are read otherwise are seen; and a rule with a state.
const RULES: &str = "
rule every { title \"Every\" severity low
    from m365.audit where operation != \"Nothing\" show operation, user_name, ip }
rule many { title \"Many\" severity low
    from m365.audit by operation within 10s when count() >= 3 }";

fn audit(number: u64) -> String {
    let (minute, second) = (number / 60 % 60, number % 60);
    let operation = ["FileDownloaded", "FileAccessed", "Datei-Ü\\u00e4"][usize::try_from(number % 3).unwrap()];
    format!(
        r#"{{"CreationTime":"2026-03-04T09:{minute:02}:{second:02}","Id":"i{number}","Operation":"{operation}","Workload":"SharePoint","UserId":"a{}@example.org","x":[{{"a":"}}]\\\""}},{{}}]}}"#,
        number % 7
    )
}

/// A piece of a file: records in some layout, or something that should not be there.
fn piece(dice: &mut Dice) -> Vec<u8> {
    let number = dice.below(200);
    let one = audit(number);
    let several = |from: u64| (from..from + 4).map(audit).collect::<Vec<String>>();
    let pretty = one.replace(",\"", ",\n  \"").replacen('{', "{\n  ", 1);
    match dice.below(40) {
        0..16 => format!("{one}\n").into_bytes(),
        16 | 17 => format!("  {one} \r\n\n").into_bytes(),
        18 => one.into_bytes(),
        19 => format!("{pretty}\n").into_bytes(),
        20 => format!("[{}]\n", several(number).join(",")).into_bytes(),
        21 => format!("[\n{}\n]\n", several(number).join(",\n")).into_bytes(),
        22 => format!("{{\"@odata.context\":\"x\",\"value\":[{}]}}\n", several(number).join(" ,\n")).into_bytes(),
        23 => format!("{{\"records\":[{}]}}", several(number).join(",")).into_bytes(),
        24 => format!("{{\"count\":4,{}\n", &one[1..]).into_bytes(),
        25 => b"{\"tables\":[{\"name\":\"t\",\"columns\":[{\"name\":\"Operation\"},{\"name\":\"CreationTime\"},{\"name\":\"Workload\"}],\"rows\":[[\"a\",\"2026-03-04T09:00:01\",\"w\"],[1],[\"b\",\"2026-03-04T09:00:02\",\"w\"]]}]}\n".to_vec(),
        26 => [&one.as_bytes()[..usize::try_from(dice.below(one.len() as u64)).unwrap()], b"\n"].concat(),
        27 => one.as_bytes()[..40].to_vec(),
        28 => format!("{one} trailing\n").into_bytes(),
        29 => format!("[{}\n", one.replace("\"Id\"", "Id")).into_bytes(),
        30 => [b"{\"x\":\"\xff\",", &one.as_bytes()[1..], b"\n"].concat(),
        31 => format!("{}\n", one.replace("2026-03-04T", "yesterday ")).into_bytes(),
        32 => format!("{}\n", one.replace("\"CreationTime\"", "\"Time\"")).into_bytes(),
        33 => format!("{{\"some\":{number},\"thing\":\"else\"}}\n").into_bytes(),
        34 => b"\n \r\n\t\n".to_vec(),
        35 => "\u{feff}".as_bytes().to_vec(),
        36 => b"12\nnull\n\"text\"\n".to_vec(),
        37 => vec![0; usize::try_from(number).unwrap()],
        38 => b"]},{".to_vec(),
        _ => b"\n{\"records\":[\n".to_vec(),
    }
}

/// A file of any layouts; now and then one of separated values.
fn file(dice: &mut Dice) -> Vec<u8> {
    if dice.below(8) == 0 {
        let rows =
            (0..dice.below(20)).map(|number| format!("2026-03-04T09:00:{number:02},c{number},\"o\n{number}\",w\n"));
        return format!("CreationTime,Id,Operation,Workload\n{}1,2\n", rows.collect::<String>()).into_bytes();
    }
    // Most are good, so that reading comes back to lines.
    let pieces = dice.below(30);
    let good = dice.below(2) == 0;
    let of_file =
        |dice: &mut Dice| if good { format!("{}\n", audit(dice.below(200))).into_bytes() } else { piece(dice) };
    (0..pieces).flat_map(|number| if number % 5 == 4 { piece(dice) } else { of_file(dice) }).collect()
}

fn pack(dice: &mut Dice, bytes: Vec<u8>) -> Vec<u8> {
    let (first, second) = bytes.split_at(usize::try_from(dice.below(bytes.len() as u64 + 1)).unwrap());
    let gzip = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let mut packed = match dice.below(6) {
        0..4 => return bytes,
        4 => [gzip(first), gzip(second)].concat(),
        _ => [zstd::encode_all(first, 1).unwrap(), zstd::encode_all(second, 1).unwrap()].concat(),
    };
    if dice.below(4) == 0 {
        packed.truncate(packed.len() * 2 / 3);
    }
    packed
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn neither_threads_nor_chunks_change_what_is_found_or_said(seed in any::<u64>(), small in 1..65_usize) {
        let plans = plans(RULES);
        let mut dice = Dice(seed);
        let files: Vec<Vec<u8>> = (0..=dice.below(4)).map(|_| { let bytes = file(&mut dice); pack(&mut dice, bytes) }).collect();
        prop_assert_eq!(plans.len(), 2);
        let (expected, said) = step_by_step(&plans, &files);
        for (threads, chunk) in [(1, small), (2, small), (7, small * 16), (2, 256 * 1024)] {
            let Outcome { found, report, .. } = run(&plans, &files, options(threads, chunk), Grain::Match);
            let Found::Matches(matches) = found else { unreachable!("matches were asked for") };
            prop_assert_eq!(&matches, &expected, "{} threads, chunks of {}", threads, chunk);
            prop_assert_eq!(format!("{report:#?}"), format!("{said:#?}"), "{} threads, chunks of {}", threads, chunk);
        }
    }
}

/// The rules of all shapes find the same whoever reads, and in whatever order the records stand.
#[test]
fn rules_of_all_shapes_find_the_same_with_any_number_of_threads() {
    let plans = agreement::plans();
    let mut dice = Dice(6);
    for seed in 0..3 {
        let events = happenings(seed, 120, &SOURCES);
        let expected = engines::matches(&plans, &events);
        assert!(!expected.is_empty());
        for (threads, chunk) in [(1, 1), (2, 7), (7, 64), (2, 4096)] {
            let mut lines: Vec<String> = events.iter().map(|event| event.raw().to_string()).collect();
            for index in (1..lines.len()).rev() {
                lines.swap(index, usize::try_from(dice.below(index as u64 + 1)).unwrap());
            }
            let (first, second) = lines.split_at(lines.len() / 3);
            let files = [first.join("\n").into_bytes(), second.join("\r\n").into_bytes()];
            assert_eq!(matches(&plans, &files, options(threads, chunk)), expected, "{threads} threads by {chunk}");
        }
    }
}

/// A file that goes on only so far when it is read, whatever its length was.
struct Shrinking {
    inner: Cursor<Vec<u8>>,
    left: usize,
    fails: bool,
}

impl Read for Shrinking {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && self.fails {
            return Err(io::Error::other("the disk is gone"));
        }
        let most = self.left.min(into.len());
        let count = self.inner.read(&mut into[..most])?;
        self.left -= count;
        Ok(count)
    }
}

impl Seek for Shrinking {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

#[test]
fn inputs_that_end_early_fail_or_are_not_there_cost_the_others_nothing() {
    let plans = plans(RULES);
    let lines = |from: u64| (from..from + 50).map(|number| audit(number) + "\n").collect::<String>().into_bytes();
    for threads in [1, 2, 7] {
        let bytes = lines(0);
        let cut = |fails: bool| Input {
            name: "cut".to_owned(),
            open: Box::new(move || {
                let inner = Cursor::new(lines(50));
                Ok(Opened::File(Box::new(Shrinking { inner, left: 5_000, fails })))
            }),
        };
        let gone = Input {
            name: "gone".to_owned(),
            open: Box::new(|| Err(io::Error::new(io::ErrorKind::PermissionDenied, "no"))),
        };
        let folder = Input {
            name: "folder".to_owned(),
            open: Box::new(|| {
                let inner = Cursor::new(Vec::new());
                Ok(Opened::Stream(Box::new(Shrinking { inner, left: 0, fails: true })))
            }),
        };
        let inputs =
            [input("first", &bytes), cut(false), gone, folder, cut(true), input("empty", b""), input("last", &bytes)];
        let Outcome { report, unopened, found, .. } = run_inputs(&plans, &inputs, options(threads, 512), Grain::Match);
        assert_eq!(unopened.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [2]);
        let problems =
            report.problems.iter().map(|(name, problem)| format!("{name}:{}: {}", problem.at.line, problem.reason));
        assert_eq!(
            problems.collect::<Vec<_>>(),
            ["cut:33: the record is cut short", "cut:33: the record is cut short"]
        );
        let stopped =
            report.stopped.iter().map(|(name, problem)| format!("{name}:{}: {}", problem.at.line, problem.reason));
        assert_eq!(
            stopped.collect::<Vec<_>>(),
            ["folder:1: reading failed: the disk is gone", "cut:33: reading failed: the disk is gone"]
        );
        let Found::Matches(matches) = found else { unreachable!("matches were asked for") };
        assert_eq!((report.files, report.copies), (6, 82));
        assert_eq!(matches.iter().filter(|found| plans[found.plan].name == "every").count(), 82);
    }
}

#[test]
fn more_inputs_than_could_be_open_at_once_are_read() {
    let plans = plans(RULES);
    let files: Vec<Vec<u8>> = (0..3000).map(|number| audit(number % 200).into_bytes()).collect();
    for threads in [1, 7] {
        let Outcome { report, .. } = run(&plans, &files, options(threads, 4096), Grain::Alert);
        assert_eq!((report.files, report.copies, report.unreadable), (3000, 2800, 0));
    }
}

/// Packed or not, of one time or one after the other: an input that was let go of is read on where it was left.
#[test]
fn inputs_that_are_let_go_of_are_read_on_where_they_were_left() {
    let plans = plans(RULES);
    let mut dice = Dice(40);
    let mut files: Vec<Vec<u8>> = Vec::new();
    for file in 0..45_u64 {
        let layout = dice.below(4);
        let records: Vec<String> = (0..120).map(|record| audit(record * 30 + file).replace('}', ",\"y\":1}")).collect();
        let text = match layout {
            0 => format!("[{}]", records.join(",\n")),
            _ => records.join("\n"),
        };
        files.push(if file % 3 == 0 { zstd::encode_all(text.as_bytes(), 1).unwrap() } else { text.into_bytes() });
    }
    let (expected, said) = step_by_step(&plans, &files);
    let opened = std::sync::atomic::AtomicUsize::new(0);
    let inputs: Vec<Input<'_>> = files
        .iter()
        .enumerate()
        .map(|(number, bytes)| Input {
            name: format!("file {number}"),
            open: Box::new(|| {
                opened.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                Ok(Opened::File(Box::new(Cursor::new(bytes.clone()))))
            }),
        })
        .collect();
    for threads in [1, 2] {
        let options = Options { threads, chunk: 4096, memory: 4 << 20 };
        opened.store(0, std::sync::atomic::Ordering::Relaxed);
        let Outcome { found, report, .. } = run_inputs(&plans, &inputs, options, Grain::Match);
        let Found::Matches(matches) = found else { unreachable!("matches were asked for") };
        assert!(opened.load(std::sync::atomic::Ordering::Relaxed) > files.len());
        assert!(matches == expected);
        assert_eq!(format!("{report:#?}"), format!("{said:#?}"));
    }
}
