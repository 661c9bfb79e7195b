//! `run --follow` as a user meets it: files that grow, are replaced, cut and read as a whole; pipes; late events.
#![cfg(unix)]

mod kept;

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::world::Dice;

/// Users with three countries within an hour, users with many failures, and pairs of a failure and a success.
const RULES: &str = "
/// One person in three countries.
rule countries { title \"Countries\" severity high from entra.signin by user_name within 1h when distinct(country) >= 3
  show countries = values(country) }
/// Passwords are tried.
rule failures { title \"Failures\" severity low from entra.signin where result == failure by user_name within 10m when count() >= 3
  show n = count() }
/// A password that was found at last.
rule broken_in { title \"Broken in\" severity high
  sequence by user_name within 2m { a: entra.signin where result == failure  b: entra.signin where result == success and ip != a.ip }
  show a.ip, ip }
";

/// A folder with the rules.
pub struct Place(pub TempDir);

/// A process that follows.
pub struct Following {
    child: Child,
    out: PathBuf,
    err: PathBuf,
}

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("rules.trail"), RULES).unwrap();
        Self(folder)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn append(&self, name: &str, text: &str) {
        let mut file = OpenOptions::new().append(true).create(true).open(self.path(name)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("tokentrail"));
        command.current_dir(self.0.path()).env("LC_ALL", "C.UTF-8");
        command.args(["run", "rules.trail"]).args(arguments);
        if !arguments.contains(&"--grain") {
            command.args(["--grain", "match"]);
        }
        command
    }

    /// Follows; what is printed is added to `out` and `err`.
    pub fn follow(&self, arguments: &[&str]) -> Following {
        self.follow_from(arguments, Stdio::null())
    }

    fn follow_from(&self, arguments: &[&str], input: Stdio) -> Following {
        let (out, err) = (self.path("out"), self.path("err"));
        let open = |path: &Path| OpenOptions::new().append(true).create(true).open(path).unwrap();
        let arguments = [&["--follow", "--quiet", "--events"], arguments].concat();
        let mut command = self.command(&arguments);
        command.stdin(input).stdout(open(&out)).stderr(open(&err));
        Following { child: command.spawn().unwrap(), out, err }
    }

    /// The matches of a run over all of some files.
    pub fn expected(&self, files: &[&str]) -> Vec<String> {
        let output = self.command(&[&["--quiet", "--events"], files].concat()).output().unwrap();
        lines(&String::from_utf8(output.stdout).unwrap())
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

impl Following {
    pub fn printed(&self) -> Vec<String> {
        lines(&fs::read_to_string(&self.out).unwrap())
    }

    pub fn said(&self) -> String {
        fs::read_to_string(&self.err).unwrap()
    }

    #[track_caller]
    pub fn wait(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !done(self) {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert!(done(self), "ended with {status} before {what}: {}", self.said());
                return;
            }
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "waited for {what}: {:?}\n{}",
                self.printed(),
                self.said()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    #[track_caller]
    pub fn wait_for_matches(&mut self, count: usize) {
        self.wait(&format!("{count} matches"), |following| following.printed().len() >= count);
    }

    #[track_caller]
    pub fn wait_for_word(&mut self, word: &str) {
        self.wait(word, |following| following.said().contains(word));
    }

    pub fn signal(&mut self, name: &str) -> ExitStatus {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
        self.child.wait().unwrap()
    }

    /// Ends it as Ctrl-C does.
    #[track_caller]
    pub fn end(mut self) -> (Vec<String>, String) {
        let status = self.signal("-INT");
        assert!(status.code().is_some(), "{status}: {}", self.said());
        (self.printed(), self.said())
    }
}

/// A sign-in at a second of 2026-03-04.
pub fn signin(id: &str, second: i64, user: &str, country: &str, error: u32) -> String {
    let time = jiff::Timestamp::from_second(1_772_582_400 + second).unwrap();
    format!(
        "{{\"category\":\"SignInLogs\",\"properties\":{{\"id\":\"{id}\",\"createdDateTime\":\"{time}\",\
         \"userPrincipalName\":\"{user}\",\"ipAddress\":\"192.0.2.{}\",\"status\":{{\"errorCode\":{error}}},\
         \"location\":{{\"countryOrRegion\":\"{country}\"}}}}}}\n",
        id.len()
    )
}

/// Sign-ins of a few users, each at most a minute earlier than one before it, some of them twice.
pub fn signins(count: u64, seed: u64) -> Vec<String> {
    let mut dice = Dice(seed);
    let mut all: Vec<String> = Vec::new();
    for number in 0..count {
        let second = 60 + 20 * number + dice.below(60) - dice.below(60).min(59);
        let user = format!("u{}@example.org", dice.below(6));
        let country = ["DE", "FR", "US", "JP"][usize::try_from(dice.below(4)).unwrap()];
        let error = if dice.below(3) == 0 { 50126 } else { 0 };
        all.push(signin(&format!("e{number}"), i64::try_from(second).unwrap(), &user, country, error));
        if dice.below(10) == 0 {
            all.push(all[all.len() - 1].clone());
        }
    }
    all
}

#[test]
fn lines_are_read_as_they_are_completed_and_matches_printed_as_they_are_settled() {
    let place = Place::new();
    let [a, b, c, later] = [
        signin("a", 0, "ana", "DE", 0),
        signin("b", 60, "ana", "FR", 0),
        signin("c", 120, "ana", "US", 0),
        signin("d", 181, "bob", "US", 0),
    ];
    place.append("log", &a);
    let mut following = place.follow(&["log", "--lateness", "1m"]);
    place.append("log", &format!("{b}{}", &c[..40]));
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(following.printed(), [] as [&str; 0]);
    place.append("log", &format!("{}{later}", &c[40..]));
    following.wait_for_matches(1);
    let found: Value = serde_json::from_str(&following.printed()[0]).unwrap();
    assert_eq!(found["event_id"], "c");
    let (printed, said) = following.end();
    assert_eq!(printed, place.expected(&["log"]));
    assert_eq!(said, "");
}

#[test]
fn a_growing_file_gives_what_the_finished_file_gives() {
    let place = Place::new();
    let text = signins(400, 1).concat();
    let mut following = place.follow(&["log", "--lateness", "2m"]);
    following.wait_for_word("there is no `log` yet");
    let mut dice = Dice(2);
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (now, later) = rest.split_at(rest.len().min(1 + usize::try_from(dice.below(9000)).unwrap()));
        place.append("log", now);
        rest = later;
        std::thread::sleep(Duration::from_millis(dice.below(20)));
    }
    let expected = place.expected(&["log"]);
    assert!(expected.len() > 50, "{}", expected.len());
    // All but the last are settled by the events after them.
    following.wait_for_matches(expected.len() - 20);
    let (printed, said) = following.end();
    assert_eq!(printed, expected, "{said}");
}

#[test]
fn a_replaced_file_is_read_to_its_end_and_then_its_successor() {
    let place = Place::new();
    let all = signins(90, 3);
    let (old, new) = all.split_at(60);
    place.append("log", &old[..50].concat());
    let mut following = place.follow(&["log", "--lateness", "2m"]);
    following.wait_for_matches(1);
    fs::rename(place.path("log"), place.path("log.1")).unwrap();
    place.append("log", &new[..20].concat());
    // Whoever writes still has the old file open.
    place.append("log.1", old[50..].concat().trim_end());
    following.wait_for_word("is another file now");
    place.append("log", &new[20..].concat());
    place.append("all", &all.concat());
    let expected = place.expected(&["all"]);
    following.wait_for_matches(expected.len() / 2);
    let (printed, said) = following.end();
    assert_eq!(printed, expected, "{said}");
    assert_eq!(said.matches("another file").count(), 1, "{said}");
}

#[test]
fn a_file_that_is_cut_is_read_from_its_beginning() {
    let place = Place::new();
    let all = signins(90, 4);
    place.append("log", &all[..60].concat());
    let mut following = place.follow(&["log", "--lateness", "2m"]);
    following.wait_for_matches(1);
    // At once as long as before: only its beginning tells.
    fs::write(place.path("log"), all[60..].concat()).unwrap();
    following.wait_for_word("cut or written anew");
    place.append("all", &all.concat());
    let (printed, said) = following.end();
    assert_eq!(printed, place.expected(&["all"]), "{said}");
    assert_eq!(said.matches("written anew").count(), 1, "{said}");
}

#[test]
fn a_folder_is_followed_with_files_that_appear_in_it_and_are_renamed() {
    let place = Place::new();
    let all = signins(120, 5);
    fs::create_dir(place.path("logs")).unwrap();
    place.append("logs/a.ndjson", &all[..40].concat());
    place.append("logs/notes.txt", "no log");
    let mut following = place.follow(&["logs", "--lateness", "2m", "--idle", "300ms"]);
    following.wait_for_matches(1);
    fs::rename(place.path("logs/a.ndjson"), place.path("logs/b.ndjson")).unwrap();
    place.append("logs/a.ndjson", &all[40..80].concat());
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(all[80..].concat().as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    place.append("all", &all.concat());
    let expected = place.expected(&["all"]);
    std::thread::sleep(Duration::from_millis(300));
    // A packed file is read once it is complete.
    let half = packed.len() / 2;
    fs::write(place.path("logs/c.json.gz"), &packed[..half]).unwrap();
    std::thread::sleep(Duration::from_millis(1400));
    let mut file = OpenOptions::new().append(true).open(place.path("logs/c.json.gz")).unwrap();
    file.write_all(&packed[half..]).unwrap();
    drop(file);
    following.wait_for_matches(expected.len() - 40);
    let (printed, said) = following.end();
    assert_eq!(printed, expected, "{said}");
}

#[test]
fn separated_values_keep_their_header() {
    let place = Place::new();
    let header = "TimeGenerated [UTC],Id,UserPrincipalName,IPAddress,ResultType,Location,Category\n";
    let row = |id: &str, minute: u32, country: &str| {
        format!("2026-03-04T00:{minute:02}:00Z,{id},\"ana\n@example.org\",192.0.2.1,0,{country},SignInLogs\n")
    };
    place.append("log.csv", header);
    let mut following = place.follow(&["log.csv", "--lateness", "1m"]);
    for (id, minute, country) in [("a", 0, "DE"), ("b", 1, "FR"), ("c", 2, "US"), ("d", 9, "US")] {
        let row = row(id, minute, country);
        let (now, later) = row.split_at(30);
        place.append("log.csv", now);
        std::thread::sleep(Duration::from_millis(120));
        place.append("log.csv", later);
    }
    let expected = place.expected(&["log.csv"]);
    assert_eq!(expected.len(), 2, "{expected:?}");
    following.wait_for_matches(1);
    let (printed, said) = following.end();
    assert_eq!((printed, said), (expected, String::new()));
}

#[test]
fn standard_input_is_followed_to_its_end() {
    let place = Place::new();
    let all = signins(60, 6);
    let mut following = place.follow_from(&["-", "--lateness", "2m"], Stdio::piped());
    let mut pipe = following.child.stdin.take().unwrap();
    pipe.write_all(all[..40].concat().as_bytes()).unwrap();
    following.wait_for_matches(1);
    pipe.write_all(all[40..].concat().trim_end().as_bytes()).unwrap();
    drop(pipe);
    place.append("all", &all.concat());
    let status = following.child.wait().unwrap();
    assert_eq!((status.code(), following.printed()), (Some(0), place.expected(&["all"])), "{}", following.said());
}

#[test]
fn late_events_are_told_with_their_line_and_counted() {
    let place = Place::new();
    let mut text = signin("a", 1000, "ana", "DE", 0) + &signin("b", 2000, "ana", "FR", 0);
    text += &(signin("c", 1700, "ana", "US", 0) + &signin("d", 1699, "ana", "US", 0) + &signin("e", 5, "ana", "JP", 0));
    place.append("log", &text);
    let mut command = place.command(&["--follow", "--events", "log"]);
    command.stdout(Stdio::null()).stderr(File::create(place.path("err")).unwrap());
    let child = command.spawn().unwrap();
    let mut following = Following { child, out: place.path("log"), err: place.path("err") };
    following.wait_for_word("log:5:");
    let (_, said) = following.end();
    let late: Vec<&str> = said.lines().filter(|line| line.contains("came too late to be used: all before")).collect();
    assert_eq!(late.len(), 2, "{said}");
    assert!(late[0].contains("log:4: the event of 2026-03-04T00:28:19Z"), "{said}");
    assert!(late[0].contains("all before 2026-03-04T00:28:20Z has been evaluated"), "{said}");
    assert!(late[1].contains("log:5: the event of 2026-03-04T00:00:05Z"), "{said}");
    assert!(said.contains("2  came too late to be used"), "{said}");
}

#[test]
fn an_idle_input_does_not_hold_the_others_for_ever() {
    let place = Place::new();
    let all = signins(60, 7);
    place.append("quiet", &signin("q", 0, "eve", "DE", 0));
    place.append("log", &all.concat());
    let mut following = place.follow(&["quiet", "log", "--lateness", "2m", "--idle", "1s"]);
    std::thread::sleep(Duration::from_millis(400));
    assert_eq!(following.printed().len(), 0, "{}", following.said());
    place.append("log", &signin("later", 3000, "eve", "DE", 0));
    following.wait_for_word("nothing has come of `quiet` for 1s; the others no longer wait for it");
    following.wait_for_matches(5);
    let (printed, said) = following.end();
    assert_eq!(printed, place.expected(&["log", "quiet"]), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn after_a_silence_as_long_as_the_lateness_everything_is_settled() {
    let place = Place::new();
    let mut all = signins(30, 8);
    let time = |line: &String| line.split("createdDateTime").nth(1).map(str::to_owned);
    all.sort_by_key(time);
    place.append("log", &all.concat());
    let expected = place.expected(&["log"]);
    assert!(!expected.is_empty());
    let mut following = place.follow(&["log", "--lateness", "1s", "--idle", "200ms"]);
    following.wait_for_matches(expected.len());
    following.end();
}

#[test]
fn a_document_of_several_lines_is_read_once_it_is_complete() {
    let place = Place::new();
    let all = signins(60, 9);
    let text = format!("[\n{}\n]\n", all.concat().trim_end().replace('\n', ",\n"));
    let half = text.len() / 2;
    place.append("log.json", &text[..half]);
    let mut following = place.follow(&["log.json", "--lateness", "1s", "--idle", "200ms"]);
    std::thread::sleep(Duration::from_millis(1300));
    assert_eq!(following.printed().len(), 0);
    place.append("log.json", &text[half..]);
    let expected = place.expected(&["log.json"]);
    following.wait_for_matches(expected.len());
    let (printed, said) = following.end();
    assert_eq!((printed, said), (expected, String::new()));
}

#[test]
fn an_alert_is_printed_at_its_first_match() {
    let place = Place::new();
    place.append("log", &signins(100, 10).concat());
    let known = |lines: Vec<String>| -> Vec<(Value, Value, Value)> {
        let parsed = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
        parsed.map(|alert| (alert["rule"].clone(), alert["first_time"].clone(), alert["event_ids"].clone())).collect()
    };
    let output = place.command(&["--grain", "alert", "--events", "log"]).output().unwrap();
    let expected = known(lines(&String::from_utf8(output.stdout).unwrap()));
    let mut following = place.follow(&["log", "--grain", "alert"]);
    following.wait_for_matches(1);
    let (printed, said) = following.end();
    assert!(printed.iter().all(|line| line.contains("\"matches\":1,")), "{printed:?}");
    assert_eq!(known(printed), expected, "{said}");
}

#[test]
fn results_of_following_are_lines_and_have_no_period() {
    let place = Place::new();
    let output = place.command(&["--follow", "--events", "log", "--format", "table"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("with --follow results are lines of JSON"));
    let period = place.command(&["--follow", "--events", "log", "--hunt", "2026-03-04..2026-03-05"]).output().unwrap();
    assert_eq!(period.status.code(), Some(2));
    assert!(String::from_utf8(period.stderr).unwrap().contains("cannot be used with"));
}
