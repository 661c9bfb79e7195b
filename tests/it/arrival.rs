//! The order of arrival changes no byte of what comes out, whether events are put in order while they are read or on disk.

use std::io::{Cursor, Write};

use tokentrail::engine::event::Layout;
use tokentrail::engine::job::{Found, Grain, Input, Job, Opened, Options};
use tokentrail::engine::order::DEFAULT_MEMORY;
use tokentrail::engine::output::{alert_object, match_object};
use tokentrail::plan::Plan;

use crate::agreement;
use crate::engine::CATALOG;
use crate::world::{Dice, Happening, SOURCES, happenings};

/// What a file is to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    File,
    Stream,
}

/// The files of a run: records by line.
type Files = Vec<Vec<String>>;

/// Everything that a run over files says of their events.
fn said(plans: &[Plan], files: &Files, kind: Kind, options: Options, grain: Grain) -> String {
    let layout = Layout::new(plans, &CATALOG);
    let input = |lines: &Vec<String>| {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let open = move || {
            let text = Cursor::new(text.clone().into_bytes());
            Ok(if kind == Kind::File { Opened::File(Box::new(text)) } else { Opened::Stream(Box::new(text)) })
        };
        Input { name: "logs".to_owned(), open: Box::new(open) }
    };
    let inputs: Vec<Input<'_>> = files.iter().map(input).collect();
    let job = Job { plans, layout: &layout, catalog: &CATALOG, database: None, options, grain, period: None };
    let outcome = job.run(&inputs).unwrap();
    let mut out = Vec::new();
    let mut say = |object| writeln!(out, "{}", serde_json::Value::Object(object)).unwrap();
    match &outcome.found {
        Found::Matches(matches) => matches.iter().for_each(|one| say(match_object(one, &plans[one.plan]))),
        Found::Alerts(alerts) => alerts.iter().for_each(|one| say(alert_object(one, &plans[one.first.plan]))),
    }
    writeln!(out, "{:?} {} {:?}", outcome.without_key, outcome.report.copies, outcome.report.unreadable).unwrap();
    String::from_utf8(out).unwrap()
}

fn shuffled<T>(mut all: Vec<T>, dice: &mut Dice) -> Vec<T> {
    for index in (1..all.len()).rev() {
        all.swap(index, usize::try_from(dice.below(index as u64 + 1)).unwrap());
    }
    all
}

/// Events to files by what `place` says of each.
fn apart(events: &[Happening], mut place: impl FnMut(&Happening) -> usize) -> Files {
    let mut files = Files::new();
    for event in events {
        let place = place(event);
        files.resize(files.len().max(place + 1), Vec::new());
        files[place].push(event.raw().to_string());
    }
    files
}

/// The same events in files of all kinds.
fn arrangements(seed: u64) -> Vec<(&'static str, Files)> {
    let mut dice = Dice(seed);
    let mut sorted = happenings(seed, 200, &SOURCES);
    sorted.sort_by_key(|event| (event.second, event.ticks));
    let mut late = sorted.clone();
    late.sort_by_cached_key(|event| event.second + i64::try_from(dice.below(300)).unwrap());
    let mut arrived = sorted.clone();
    arrived.sort_by_key(|event| event.arrived);
    let by_source = |event: &Happening| SOURCES.iter().position(|source| *source == event.source).unwrap();
    let hour = |event: &Happening| usize::try_from(event.second / 900).unwrap();
    let any = shuffled(sorted.clone(), &mut dice);
    let reversed: Vec<Happening> = sorted.iter().rev().cloned().collect();
    vec![
        ("in order", apart(&sorted, |_| 0)),
        ("some minutes late", apart(&late, |_| 0)),
        ("as they arrived", apart(&arrived, |_| 0)),
        ("backwards", apart(&reversed, |_| 0)),
        ("in no order", apart(&any, |_| 0)),
        ("a file for each log", apart(&late, by_source)),
        ("a file for each quarter of an hour", apart(&any, hour)),
        ("a file for each quarter of an hour, the last first", apart(&arrived, |event| 24 - hour(event))),
        ("in turn to files", apart(&late, |_| usize::try_from(dice.below(7)).unwrap())),
    ]
}

/// Threads, memory and bytes of a chunk: from everything on disk to nothing.
const WAYS: [(usize, usize, usize); 5] =
    [(1, DEFAULT_MEMORY, 4096), (2, 1 << 20, 1500), (7, 300_000, 4096), (2, 60_000, 700), (1, 1, 1 << 16)];

#[test]
fn the_order_of_arrival_changes_no_byte_of_what_comes_out() {
    let plans = agreement::plans();
    let arrangements = arrangements(7);
    for grain in [Grain::Match, Grain::Alert] {
        let alone = Options { threads: 1, memory: DEFAULT_MEMORY, chunk: 256 * 1024 };
        let expected = said(&plans, &arrangements[0].1, Kind::File, alone, grain);
        assert!(expected.len() > 20_000, "{expected}");
        for (at, (name, files)) in arrangements.iter().enumerate() {
            for (threads, memory, chunk) in [WAYS[at % 5], WAYS[(at + 2) % 5]] {
                let options = Options { threads, memory, chunk };
                let found = said(&plans, files, Kind::File, options, grain);
                assert!(found == expected, "{name}, {options:?}, {grain:?}");
            }
        }
        let (_, files) = &arrangements[4];
        let found = said(&plans, files, Kind::Stream, Options { memory: 60_000, ..alone }, grain);
        assert!(found == expected, "as a stream, {grain:?}");
    }
}
