//! The file that a run goes on from, another one beside it that notes what was printed since, and one that says that they are in use.
//!
//! The state is written to a temporary file and put in the old one's place, so that there is always one that is whole. The notes
//! begin with the hash of the state that they follow: notes of an older one say nothing.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::printer::{Mark, Printed, Printer};
use super::watch::{SavedInput, Watch};
use crate::cli::status::Failure;
use crate::engine::follow::Follow;
use crate::engine::follow::snapshot::{self, Sum, Wrong, read, write};

/// Writing the state takes at most this part of the time.
const SHARE: u32 = 20;

/// The state of a run on disk.
#[derive(Debug)]
pub struct State {
    path: PathBuf,
    rules: Sum,
    notes: File,
    /// Held as long as the process lives.
    _lock: File,
    every: Duration,
    saved: Option<Instant>,
    /// How long writing took last time.
    took: Duration,
}

/// What a run goes on from.
#[derive(Debug)]
pub struct Before {
    /// What was followed.
    pub inputs: Vec<SavedInput>,
    /// What the state says about what was printed.
    pub printed: Printed,
    /// What was printed since.
    pub noted: Vec<Mark>,
}

impl State {
    /// Takes hold of a state, and reads it into `follow` if there is one.
    ///
    /// # Errors
    /// When another process has it, or it cannot be used.
    pub fn open(
        path: &Path,
        rules: Sum,
        every: Duration,
        follow: &mut Follow<'_>,
    ) -> Result<(Self, Option<Before>), Failure> {
        let lock = lock(path)?;
        let before = match std::fs::read(path) {
            Ok(bytes) => Some(restore(path, &bytes, rules, follow)?),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(failed(path, "read", &error)),
        };
        let (before, sum) = before.map_or((None, Sum::default()), |(before, sum)| (Some(before), sum));
        let notes = File::options().append(true).create(true).open(beside(path, "printed"));
        let notes = notes.map_err(|error| failed(path, "write", &error))?;
        let state = Self { path: path.to_owned(), rules, notes, _lock: lock, every, saved: None, took: Duration::ZERO };
        let before = before.map(|(inputs, printed)| Before { inputs, printed, noted: noted(path, sum) });
        Ok((state, before))
    }

    /// Notes what was printed.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn note(&mut self, marks: &[Mark]) -> Result<(), Failure> {
        if marks.is_empty() {
            return Ok(());
        }
        self.notes.write_all(marks.as_flattened()).map_err(|error| failed(&self.path, "write", &error))
    }

    /// Whether it is time to save.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.saved.is_none_or(|saved| saved.elapsed() >= self.every.max(self.took * SHARE))
    }

    /// Writes the state.
    ///
    /// # Errors
    /// When it cannot be written; the one before is still there then.
    pub fn save(&mut self, follow: &Follow<'_>, watch: &Watch, printer: &mut Printer) -> Result<(), Failure> {
        let start = Instant::now();
        self.try_save(follow, watch, printer).map_err(|error| failed(&self.path, "write", &error))?;
        (self.saved, self.took) = (Some(Instant::now()), start.elapsed());
        Ok(())
    }

    fn try_save(&mut self, follow: &Follow<'_>, watch: &Watch, printer: &mut Printer) -> io::Result<()> {
        let mut body = Vec::new();
        write(&watch.save(follow), &mut body).map_err(io::Error::other)?;
        write(&printer.printed()?, &mut body).map_err(io::Error::other)?;
        follow.save(&mut body)?;
        let (sealed, sum) = snapshot::seal(self.rules, &body).map_err(io::Error::other)?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&sealed)?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        self.notes.set_len(0)?;
        self.notes.write_all(&sum)
    }
}

/// The path of a file that belongs to a state.
fn beside(path: &Path, what: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(what);
    name.into()
}

fn failed(path: &Path, what: &str, error: &io::Error) -> Failure {
    Failure::usage(format!("cannot {what} the state `{}`: {error}", path.display()), None)
}

fn lock(path: &Path) -> Result<File, Failure> {
    let lock = File::options().write(true).create(true).truncate(false).open(beside(path, "lock"));
    let lock = lock.map_err(|error| failed(path, "write", &error))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(Failure::usage(
            format!("the state `{}` is in use by another process", path.display()),
            Some("end that one first, or give each its own --state".to_owned()),
        )),
        Err(TryLockError::Error(error)) => Err(failed(path, "lock", &error)),
    }
}

type Restored = ((Vec<SavedInput>, Printed), Sum);

fn restore(path: &Path, bytes: &[u8], rules: Sum, follow: &mut Follow<'_>) -> Result<Restored, Failure> {
    let (mut body, sum) = snapshot::open(bytes, rules).map_err(|wrong| unusable(path, &wrong))?;
    let mut take = || -> io::Result<_> {
        let before = (read(&mut body).map_err(io::Error::other)?, read(&mut body).map_err(io::Error::other)?);
        follow.restore(&mut body)?;
        Ok(before)
    };
    let before = take().map_err(|_| unusable(path, &Wrong::Damaged))?;
    Ok((before, sum))
}

fn unusable(path: &Path, wrong: &Wrong) -> Failure {
    let anew = "remove it to start anew: everything is then read and printed from the beginning";
    let help = match wrong {
        Wrong::NotAState => "give another file with --state".to_owned(),
        Wrong::OtherVersion(version) => format!("go on with tokentrail {version}, or {anew}"),
        Wrong::OtherRules => {
            format!("run it with the rules that it was written for, give another file with --state, or {anew}")
        }
        Wrong::Damaged => anew.to_owned(),
    };
    Failure::usage(format!("cannot go on from `{}`: {wrong}", path.display()), Some(help))
}

/// What was printed after the state with this hash was written. A note that was not written to its end was not yet needed.
fn noted(path: &Path, sum: Sum) -> Vec<Mark> {
    let bytes = std::fs::read(beside(path, "printed")).unwrap_or_default();
    let Some(marks) = bytes.strip_prefix(&sum) else { return Vec::new() };
    marks.as_chunks().0.to_vec()
}
