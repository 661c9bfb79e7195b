//! Where results go, and which of them had been printed before a run was ended in the middle.
//!
//! A result is printed, then noted. What a saved state does not know of is found in the notes, or, where results go to a file, in
//! that file itself: then not even a stop between the two can print one twice.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::source::number;
use crate::cli::console::Console;
use crate::cli::status::Failure;

/// What tells one printed line from others.
pub type Mark = [u8; 16];

/// The mark of a line.
fn mark(line: &[u8]) -> Mark {
    let sum: [u8; 32] = Sha256::digest(line).into();
    let mut mark = Mark::default();
    mark.copy_from_slice(&sum[..16]);
    mark
}

/// Prints results, each once.
#[derive(Debug)]
pub struct Printer {
    /// The file given by `--output`.
    own: Option<File>,
    /// The file that results go to, open to be read, if it is one.
    file: Option<File>,
    /// Lines that had been printed, and how often each must not be printed again.
    before: FxHashMap<Mark, u32>,
    /// How many lines have been printed.
    pub count: u64,
    /// Whether lines must be noted.
    notes: bool,
}

/// What a saved state holds of what was printed.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Printed {
    /// Device and number of the file that lines went to.
    number: Option<(u64, u64)>,
    /// Its length.
    length: Option<u64>,
    /// Lines that had been printed before what they rest on was read.
    before: Vec<(Mark, u32)>,
}

impl Printer {
    /// Prints to a file or to standard output.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(output: Option<&Path>, notes: bool) -> Result<Self, Failure> {
        let opened = output.map(|path| {
            let file = File::options().append(true).create(true).open(path);
            file.map_err(|error| Failure::usage(format!("cannot write to `{}`: {error}", path.display()), None))
        });
        let own = opened.transpose()?;
        let file = if notes { readable(output) } else { None };
        Ok(Self { own, file, before: FxHashMap::default(), count: 0, notes })
    }

    /// Whether what was printed can be read again where it went.
    #[must_use]
    pub fn tells(&self) -> bool {
        self.file.is_some()
    }

    /// The number of the file that is written to.
    #[must_use]
    pub fn number(&self) -> Option<(u64, u64)> {
        self.own.as_ref().or(self.file.as_ref()).and_then(|file| file.metadata().ok()).as_ref().and_then(number)
    }

    /// Goes on after a stop: `printed` is what the state says, `noted` the marks noted since.
    ///
    /// # Errors
    /// When the file that results went to cannot be put right.
    pub fn resume(&mut self, printed: Printed, noted: Vec<Mark>) -> io::Result<()> {
        let number = self.number();
        let marks = match (&mut self.file, printed.length) {
            (Some(file), Some(length)) if printed.number == number && file.metadata()?.len() >= length => {
                printed_since(file, length)?
            }
            _ => noted,
        };
        for (mark, count) in printed.before.into_iter().chain(marks.into_iter().map(|mark| (mark, 1))) {
            *self.before.entry(mark).or_default() += count;
        }
        Ok(())
    }

    /// Prints those of the lines that had not been printed before, and gives their marks.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn print(&mut self, lines: &[String], console: &mut Console) -> io::Result<Vec<Mark>> {
        let (mut text, mut marks) = (String::new(), Vec::new());
        for line in lines {
            if self.notes {
                let mark = mark(line.as_bytes());
                if self.is_before(mark) {
                    continue;
                }
                marks.push(mark);
            }
            self.count += 1;
            text.push_str(line);
            text.push('\n');
        }
        if text.is_empty() {
            return Ok(marks);
        }
        match &mut self.own {
            Some(file) => file.write_all(text.as_bytes())?,
            None => {
                console.out.write_all(text.as_bytes())?;
                console.out.flush()?;
            }
        }
        Ok(marks)
    }

    fn is_before(&mut self, mark: Mark) -> bool {
        let Some(count) = self.before.get_mut(&mark) else { return false };
        *count -= 1;
        if *count == 0 {
            self.before.remove(&mark);
        }
        true
    }

    /// What has to be kept; what was written is on the disk then.
    ///
    /// # Errors
    /// When it is not.
    pub fn printed(&mut self) -> io::Result<Printed> {
        let mut printed = Printed { number: self.number(), ..Printed::default() };
        if let Some(file) = &self.file {
            file.sync_data()?;
            printed.length = Some(file.metadata()?.len());
        }
        printed.before = self.before.iter().map(|(mark, count)| (*mark, *count)).collect();
        Ok(printed)
    }
}

/// The file that results go to, opened once more so that it can be read. None where it is no file, or cannot be read.
fn readable(output: Option<&Path>) -> Option<File> {
    let path = output.or_else(|| cfg!(unix).then(|| Path::new("/dev/stdout")))?;
    if !path.metadata().is_ok_and(|data| data.is_file()) {
        return None;
    }
    let file = File::options().read(true).write(true).open(path).ok()?;
    file.metadata().is_ok_and(|data| data.is_file()).then_some(file)
}

/// The marks of the lines behind so many bytes. A line that was not written to its end is cut off: it is found again.
fn printed_since(file: &mut File, length: u64) -> io::Result<Vec<Mark>> {
    file.seek(SeekFrom::Start(length))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    if whole < bytes.len() {
        file.set_len(length + whole as u64)?;
    }
    let lines = bytes[..whole].split_inclusive(|byte| *byte == b'\n');
    Ok(lines.map(|line| mark(&line[..line.len() - 1])).collect())
}
