//! Which inputs are followed: files that grow, are replaced, appear and go; folders in which files appear; streams.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::source::{Identity, Seen, Stream, find, number};
use super::tail::{Bytes, Tail, Used, WholeRead};
use crate::cli::input::{self, Problem};
use crate::engine::follow::Follow;
use crate::engine::follow::clock::{InputId, Now};

/// For how many milliseconds a file that was replaced must not have been changed before it is let go: whoever writes may take a
/// moment to open the new one.
const REPLACED: i64 = 3000;

/// How often folders are searched, in milliseconds.
const SEARCH: i64 = 1000;

/// All inputs that are followed.
#[derive(Debug)]
pub struct Watch {
    /// What was asked for.
    paths: Vec<PathBuf>,
    /// Endings of files in folders.
    endings: &'static [&'static str],
    /// The file or stream that is at a path now.
    current: BTreeMap<PathBuf, Tail>,
    /// Files that were replaced and may not be read to their end.
    replaced: Vec<Tail>,
    next: u32,
    searched: Option<i64>,
    /// Paths of which something has been said that need not be said again.
    missing: Vec<PathBuf>,
    /// What is never followed: the file that results go to.
    pub output: Option<(u64, u64)>,
    /// Whether each input must be one that can be read again.
    pub again: bool,
}

/// What a saved state holds of an input.
#[derive(Debug, Serialize, Deserialize)]
pub struct SavedInput {
    path: OsString,
    used: Used,
    latest: Option<i64>,
}

/// What has changed.
#[derive(Debug)]
pub enum Change {
    /// There is nothing at a path that was given.
    Missing(String),
    /// The file at a path is another one now.
    Replaced(String),
    /// A file that was followed by a run before is nowhere to be found.
    Gone {
        /// What it was called.
        name: String,
        /// How much of it had been used.
        used: u64,
    },
    /// A file that was followed by a run before is not among what was asked for.
    NotAsked(String),
    /// Something cannot be opened.
    Problem(Problem),
}

impl Watch {
    /// Inputs at these paths.
    #[must_use]
    pub fn new(paths: Vec<PathBuf>, endings: &'static [&'static str]) -> Self {
        Self {
            output: None,
            again: false,
            paths,
            endings,
            current: BTreeMap::new(),
            replaced: Vec::new(),
            next: 0,
            searched: None,
            missing: Vec::new(),
        }
    }

    /// Finds what is new at the paths.
    pub fn look(&mut self, follow: &mut Follow<'_>, now: Now) -> Vec<Change> {
        let mut changes = Vec::new();
        if self.searched.is_none_or(|searched| now.steady - searched >= SEARCH) {
            self.searched = Some(now.steady);
            for path in self.found(&mut changes) {
                if !self.current.contains_key(&path) {
                    self.appeared(path, follow, now, &mut changes);
                }
            }
        }
        // Those that were replaced at the last look have been looked at and searched for since.
        let is_done = |tail: &mut Tail| is_read(tail) && !tail.has_rest();
        for tail in self.replaced.extract_if(.., is_done) {
            follow.clock.leave(tail.input);
        }
        let paths: Vec<PathBuf> = self.current.keys().cloned().collect();
        for path in paths {
            self.look_at(&path, follow, now, &mut changes);
        }
        changes
    }

    /// Paths that should be followed.
    fn found(&mut self, changes: &mut Vec<Change>) -> Vec<PathBuf> {
        let mut all = BTreeSet::new();
        for path in &self.paths {
            if path.as_os_str() != "-" && !path.is_dir() {
                if path.exists() {
                    all.insert(path.clone());
                } else if !self.missing.contains(path) {
                    self.missing.push(path.clone());
                    changes.push(Change::Missing(input::shown(path)));
                }
                continue;
            }
            let mut found = BTreeMap::new();
            // A folder may be empty as yet, and a file may go while its folder is searched.
            let _ = input::collect(path, self.endings, &mut found, &mut Vec::new());
            all.extend(found.into_keys());
        }
        all.into_iter().collect()
    }

    /// A file at a path that had none.
    fn appeared(&mut self, path: PathBuf, follow: &mut Follow<'_>, now: Now, changes: &mut Vec<Change>) {
        let is_stream = path.as_os_str() == "-" || path.metadata().is_ok_and(|data| !data.is_file());
        if is_stream && self.again {
            return self.refuse(path, changes);
        }
        if is_stream {
            let bytes = Bytes::Stream(Stream::open(&path));
            return self.add(path, bytes, Used::default(), None, follow, now);
        }
        let Ok(data) = path.metadata() else { return };
        if number(&data).is_some() && number(&data) == self.output {
            return;
        }
        let is_known = |tail: &Tail| number(&data).is_some() && tail.used.identity.number == number(&data);
        // One that has been given another name.
        let replaced = self.replaced.iter().position(is_known).map(|place| self.replaced.remove(place));
        let renamed = replaced.or_else(|| {
            let old = self.current.iter().find(|(old, tail)| is_known(tail) && !is_at(old, tail));
            let old = old.map(|(old, _)| old.clone());
            old.and_then(|old| self.current.remove(&old))
        });
        if let Some(mut tail) = renamed {
            tail.name = input::shown(&path);
            tail.path.clone_from(&path);
            self.current.insert(path, tail);
            return;
        }
        if self.current.values().any(is_known) {
            return;
        }
        match File::open(&path) {
            Ok(file) => {
                let used = Used { identity: Identity { number: number(&data), head: Vec::new() }, ..Used::default() };
                self.add(path, Bytes::File { file: Some(file), seen: Seen::default() }, used, None, follow, now);
            }
            Err(error) if !self.missing.contains(&path) => {
                self.missing.push(path.clone());
                changes.push(Change::Problem(input::unreadable(&path, &error)));
            }
            Err(_) => {}
        }
    }

    fn refuse(&mut self, path: PathBuf, changes: &mut Vec<Change>) {
        if !self.missing.contains(&path) {
            let name = input::shown(&path);
            let problem = Problem::new(format!("`{name}` cannot be read again after a stop, as --state wants it"));
            let help = "write it to a file and follow that one, or leave --state out";
            changes.push(Change::Problem(problem.help(help)));
            self.missing.push(path);
        }
    }

    fn add(&mut self, path: PathBuf, bytes: Bytes, used: Used, latest: Option<i64>, follow: &mut Follow<'_>, now: Now) {
        let input = InputId(self.next);
        self.next += 1;
        follow.clock.join(input, latest, now);
        let name = input::shown(&path);
        self.current.insert(path.clone(), Tail::new(input, path, name, bytes, used));
    }

    /// Whether another file is at a path now, or none.
    fn look_at(&mut self, path: &Path, follow: &mut Follow<'_>, now: Now, changes: &mut Vec<Change>) {
        let Some(tail) = self.current.get(path) else { return };
        if matches!(tail.bytes, Bytes::Stream(_)) || is_at(path, tail) {
            return;
        }
        let latest = follow.clock.latest(tail.input);
        let exists = path.exists();
        if !exists && !is_read(tail) {
            return;
        }
        // It may have another name now.
        self.searched = None;
        if let Some(mut tail) = self.current.remove(path) {
            let name = tail.name.clone();
            if tail.reopen() {
                self.replaced.push(tail);
            } else {
                follow.clock.leave(tail.input);
                if tail.has_rest() {
                    changes.push(Change::Gone { name: name.clone(), used: tail.used.offset });
                }
            }
            if exists {
                changes.push(Change::Replaced(name));
                self.appeared(path.to_owned(), follow, now, changes);
            }
        }
        // The new one goes on where the old one ends.
        if let (Some(tail), Some(latest)) = (self.current.get(path), latest) {
            follow.clock.join(tail.input, Some(latest), now);
        }
    }

    /// What has to be kept of the inputs.
    #[must_use]
    pub fn save(&self, follow: &Follow<'_>) -> Vec<SavedInput> {
        let all = self.replaced.iter().chain(self.current.values());
        let saved = all.map(|tail| SavedInput {
            path: tail.path.clone().into_os_string(),
            used: tail.used.clone(),
            latest: follow.clock.latest(tail.input),
        });
        saved.collect()
    }

    /// Goes on with inputs that were followed before, under whatever name they are now.
    pub fn restore(&mut self, saved: Vec<SavedInput>, follow: &mut Follow<'_>, now: Now) -> Vec<Change> {
        let mut changes = Vec::new();
        for SavedInput { path, used, latest } in saved {
            let path = PathBuf::from(path);
            let name = input::shown(&path);
            if !self.paths.iter().any(|asked| path.starts_with(asked)) {
                changes.push(Change::NotAsked(name));
                continue;
            }
            let Some((found, file)) = find(&path, &used.identity) else {
                if used.whole != Some(WholeRead::Done) {
                    changes.push(Change::Gone { name, used: used.offset });
                }
                continue;
            };
            let input = InputId(self.next);
            self.next += 1;
            follow.clock.join(input, latest, now);
            let bytes = Bytes::File { file: Some(file), seen: Seen::default() };
            let tail = Tail::new(input, found.clone(), name, bytes, used);
            if found == path && !self.current.contains_key(&path) {
                self.current.insert(path, tail);
            } else {
                self.replaced.push(tail);
            }
        }
        changes
    }

    /// All inputs: those replaced first.
    pub fn tails(&mut self) -> impl Iterator<Item = &mut Tail> {
        self.replaced.iter_mut().chain(self.current.values_mut())
    }

    /// The input to be read next: of those that have more, the one that is furthest back. With `only`, that one or none.
    pub fn next(&mut self, follow: &Follow<'_>, only: Option<InputId>) -> Option<&mut Tail> {
        let wanted = |tail: &&mut Tail| tail.ready && only.is_none_or(|only| tail.input == only);
        self.tails().filter(wanted).min_by_key(|tail| (follow.clock.latest(tail.input), tail.input))
    }

    /// The rest of a replaced file in which nothing more will be written.
    pub fn last_of_replaced(&mut self) -> Option<&mut Tail> {
        self.replaced.iter_mut().find(|tail| is_read(tail) && tail.has_rest())
    }

    /// Whether every input is a stream that has ended.
    #[must_use]
    pub fn ended(&self) -> bool {
        let ended = |tail: &Tail| matches!(&tail.bytes, Bytes::Stream(stream) if stream.ended) && !tail.ready;
        self.replaced.is_empty() && self.current.len() == self.paths.len() && self.current.values().all(ended)
    }

    /// How many inputs there have been.
    #[must_use]
    pub fn count(&self) -> u64 {
        u64::from(self.next)
    }
}

/// Whether a path still leads to the file that is followed there.
fn is_at(path: &Path, tail: &Tail) -> bool {
    match path.metadata() {
        Ok(data) => number(&data).is_none() || number(&data) == tail.used.identity.number,
        Err(_) => false,
    }
}

/// Whether a file that is no longer at its path has been read to its end, and nothing has been added for a while.
fn is_read(tail: &Tail) -> bool {
    let Bytes::File { seen, .. } = &tail.bytes else { return false };
    !tail.ready && seen.quiet() >= REPLACED
}
