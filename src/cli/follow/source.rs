//! Where the bytes of a followed input come from: a file that is looked at again and again, or a stream that a thread reads.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::thread;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

/// Bytes read from a stream at a time.
const PART: usize = 64 * 1024;

/// Parts of a stream that wait to be taken.
const WAITING: usize = 16;

/// Bytes of a file's beginning by which it is known again.
const HEAD: u64 = 1024;

/// What tells a file from another one that has its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Device and number, where the system has them.
    pub number: Option<(u64, u64)>,
    /// The first bytes, of those that have been used.
    pub head: Vec<u8>,
}

/// Device and number of a file.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have none")]
pub fn number(data: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((data.dev(), data.ino()))
}

/// Device and number of a file.
#[cfg(not(unix))]
pub fn number(_: &Metadata) -> Option<(u64, u64)> {
    None
}

/// The first bytes of a file, at most as many as are compared.
///
/// # Errors
/// When it cannot be read.
pub fn head(file: &mut File, used: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    file.take(used.min(HEAD)).read_to_end(&mut head)?;
    Ok(head)
}

/// The file that is known by these signs, at its path or beside it: it may have been given another name.
#[must_use]
pub fn find(path: &Path, identity: &Identity) -> Option<(PathBuf, File)> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let beside = folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
    let beside = beside.filter(|_| identity.number.is_some());
    std::iter::once(path.to_owned()).chain(beside).find_map(|path| {
        let data = path.metadata().ok().filter(Metadata::is_file)?;
        if identity.number != number(&data) {
            return None;
        }
        let mut file = File::open(&path).ok()?;
        let same = head(&mut file, identity.head.len() as u64).ok()? == identity.head;
        same.then_some((path, file))
    })
}

/// The length and the time of the last change of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Its length.
    pub length: u64,
    /// When it was changed.
    pub changed: Option<SystemTime>,
}

impl Seen {
    /// Of a file.
    #[must_use]
    pub fn of(data: &Metadata) -> Self {
        Self { length: data.len(), changed: data.modified().ok() }
    }

    /// For how many milliseconds it has not been changed. A clock that has been put back makes it look new.
    #[must_use]
    pub fn quiet(&self) -> i64 {
        let age = self.changed.and_then(|changed| changed.elapsed().ok()).unwrap_or_default();
        i64::try_from(age.as_millis()).unwrap_or(i64::MAX)
    }
}

/// A stream that a thread of its own reads, since reading it blocks.
#[derive(Debug)]
pub struct Stream {
    parts: Receiver<io::Result<Vec<u8>>>,
    /// What has come and is not yet used.
    pub buffer: Vec<u8>,
    /// Whether all of it has come.
    pub ended: bool,
}

impl Stream {
    /// Reads standard input, or a pipe by its path.
    #[must_use]
    pub fn open(path: &Path) -> Self {
        let (sender, parts) = sync_channel(WAITING);
        let path: PathBuf = path.to_owned();
        thread::spawn(move || {
            let opened: io::Result<Box<dyn Read>> = if path.as_os_str() == "-" {
                Ok(Box::new(io::stdin()))
            } else {
                // Opening a pipe waits for someone who writes.
                File::open(&path).map(|file| Box::new(file) as Box<dyn Read>)
            };
            let mut input = match opened {
                Ok(input) => input,
                Err(error) => return drop(sender.send(Err(error))),
            };
            let mut part = vec![0; PART];
            loop {
                let sent = match input.read(&mut part) {
                    Ok(0) => return,
                    Ok(count) => sender.send(Ok(part[..count].to_vec())),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => return drop(sender.send(Err(error))),
                };
                if sent.is_err() {
                    return;
                }
            }
        });
        Self { parts, buffer: Vec::new(), ended: false }
    }

    /// Takes what has come, up to about `most` bytes in the buffer. Whether anything has.
    ///
    /// # Errors
    /// When the stream could not be read on; it has then ended.
    pub fn fill(&mut self, most: usize) -> io::Result<bool> {
        let before = self.buffer.len();
        while !self.ended && self.buffer.len() < most {
            match self.parts.try_recv() {
                Ok(Ok(part)) => self.buffer.extend(part),
                Ok(Err(error)) => {
                    self.ended = true;
                    return Err(error);
                }
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => {
                    self.ended = true;
                    return Ok(true);
                }
            }
        }
        Ok(self.buffer.len() > before)
    }
}
