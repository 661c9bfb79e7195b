//! A state that is kept: killed at any moment, a later run goes on, and each match is printed once.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;
use std::time::Duration;

use super::{Following, Place, signin, signins};
use crate::world::Dice;

/// Kills as many as `TOKENTRAIL_KILLS` says, or fewer that take a few seconds.
fn kills() -> u64 {
    std::env::var("TOKENTRAIL_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(30)
}

#[derive(Clone, Copy, PartialEq)]
enum Goes {
    ToStandardOutput,
    ToAFile,
}

/// What happens to the logs between two kills. A folder is followed: a file that comes and is replaced while nothing runs is then
/// still found.
fn write(place: &Place, part: &[String], dice: &mut Dice) {
    let text = part.concat();
    let (now, later) = text.split_at(usize::try_from(dice.below(text.len() as u64)).unwrap());
    place.append("logs/log.ndjson", now);
    std::thread::sleep(Duration::from_millis(dice.below(30)));
    if dice.below(6) == 0 {
        // Replaced in the middle of a line: whoever writes ends it in the old file.
        let next = place.path(&format!("logs/old-{}.ndjson", dice.below(1 << 40)));
        fs::rename(place.path("logs/log.ndjson"), &next).unwrap();
        place.append(next.to_str().unwrap(), later);
        place.append("logs/log.ndjson", "");
    } else {
        place.append("logs/log.ndjson", later);
    }
    place.append("all", &text);
}

fn killed_at_any_moment(goes: Goes, seed: u64) {
    let place = Place::new();
    let mut dice = Dice(seed);
    let kills = kills();
    let all = signins(20 * kills, seed);
    fs::create_dir(place.path("logs")).unwrap();
    let mut arguments = vec!["logs", "--state", "state", "--lateness", "2m", "--save-every", "20ms", "--idle", "1s"];
    if goes == Goes::ToAFile {
        arguments.extend(["--output", "out"]);
    }
    let mut parts = all.chunks(all.len().div_ceil(usize::try_from(kills).unwrap()));
    for _ in 0..kills {
        let mut following = place.follow(&arguments);
        std::thread::sleep(Duration::from_millis(dice.below(60)));
        parts.next().into_iter().for_each(|part| write(&place, part, &mut dice));
        std::thread::sleep(Duration::from_millis(dice.below(60)));
        following.signal("-KILL");
    }
    parts.for_each(|part| write(&place, part, &mut dice));
    // One event far behind all others settles them.
    let last = signin("last", 10_000 + 20 * i64::try_from(all.len()).unwrap(), "last", "DE", 0);
    place.append("logs/log.ndjson", &last);
    place.append("all", &last);
    let expected = place.expected(&["all"]);
    let mut following = place.follow(&arguments);
    following.wait_for_matches(expected.len());
    std::thread::sleep(Duration::from_millis(300));
    let (printed, said) = following.end();
    let different: BTreeSet<&String> = printed.iter().collect();
    assert_eq!(different.len(), printed.len(), "something was printed twice\n{said}");
    assert_eq!(printed, expected, "{said}");
    assert!(expected.len() > 3 * usize::try_from(kills).unwrap(), "{}", expected.len());
}

#[test]
fn a_run_that_is_killed_at_any_moment_prints_each_match_once() {
    killed_at_any_moment(Goes::ToStandardOutput, 21);
}

#[test]
fn the_same_into_a_file_of_its_own() {
    killed_at_any_moment(Goes::ToAFile, 22);
}

/// A run that has printed something and was ended in good order.
fn ended() -> Place {
    let place = Place::new();
    place.append("log", &signins(60, 31).concat());
    let mut following = place.follow(&["log", "--state", "state"]);
    following.wait_for_matches(1);
    following.end();
    place
}

#[track_caller]
fn refused(place: &Place, arguments: &[&str], word: &str) {
    let before = fs::read(place.path("out")).unwrap();
    let mut following = place.follow(arguments);
    following.wait_for_word(word);
    assert_eq!(following.child.wait().unwrap().code(), Some(2), "{}", following.said());
    assert_eq!(fs::read(place.path("out")).unwrap(), before);
}

#[test]
fn a_run_that_is_ended_goes_on_where_it_was() {
    let place = ended();
    let more: Vec<String> = signins(120, 31).split_off(60);
    place.append("log", &more.concat());
    place.append("log", &signin("last", 80_000, "last", "DE", 0));
    let expected = place.expected(&["log"]);
    let mut following = place.follow(&["log", "--state", "state"]);
    following.wait_for_matches(expected.len());
    assert_eq!(following.end().0, expected);
}

#[test]
fn a_state_that_is_damaged_or_something_else_is_refused_and_nothing_printed_again() {
    let place = ended();
    let whole = fs::read(place.path("state")).unwrap();
    let arguments = ["log", "--state", "state"];
    for (length, word) in [(whole.len() - 1, "it is damaged"), (60, "it is damaged"), (3, "it is no state of a run")] {
        fs::write(place.path("state"), &whole[..length]).unwrap();
        refused(&place, &arguments, word);
    }
    let mut changed = whole.clone();
    changed[whole.len() / 2] ^= 1;
    fs::write(place.path("state"), changed).unwrap();
    refused(&place, &arguments, "it is damaged");
    let version = env!("CARGO_PKG_VERSION").as_bytes();
    let at = whole.windows(version.len()).position(|part| part == version).unwrap();
    let mut other = whole.clone();
    other[at] = b'9';
    fs::write(place.path("state"), other).unwrap();
    refused(&place, &arguments, "it was written by tokentrail 9.1.0");
    fs::write(place.path("state"), whole).unwrap();
    refused(&place, &["log", "--state", "state", "--grain", "alert"], "of other rules");
    let (printed, said) = at_work(&place, &arguments).end();
    assert_eq!(printed.len(), printed.iter().collect::<BTreeSet<_>>().len(), "{said}");
}

/// A run that has taken hold of the state.
fn at_work(place: &Place, arguments: &[&str]) -> Following {
    let lock = place.path("state.lock");
    fs::remove_file(&lock).unwrap();
    let mut following = place.follow(arguments);
    following.wait("its lock", |_| lock.exists());
    std::thread::sleep(Duration::from_millis(100));
    following
}

#[test]
fn two_runs_never_share_a_state() {
    let place = ended();
    let first = at_work(&place, &["log", "--state", "state"]);
    refused(&place, &["log", "--state", "state"], "is in use by another process");
    first.end();
}

#[test]
fn what_cannot_be_read_again_has_no_state() {
    let place = Place::new();
    assert!(Command::new("mkfifo").arg(place.path("pipe")).status().unwrap().success());
    let mut following = place.follow(&["pipe", "--state", "state"]);
    following.wait_for_word("`pipe` cannot be read again after a stop, as --state wants it");
    following.end();
}

#[test]
fn a_log_that_is_gone_is_told() {
    let place = ended();
    fs::remove_file(place.path("log")).unwrap();
    let mut following = place.follow(&["log", "--state", "state"]);
    following.wait_for_word("the file that was followed as `log` cannot be found");
    following.wait_for_word("there is no `log` yet");
    following.end();
}
