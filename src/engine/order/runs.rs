//! Sorted runs of events in one temporary file, and their merge.
//!
//! One file for all runs: however many there are, they take one handle. A run is read in pieces whose size is its share of a
//! budget.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};

use super::packed::{InOrder, PREFIX, length, unpack};
use super::sort::Order;
use crate::engine::dispatch::Taken;

/// The smallest and the largest piece that is read of a run at a time.
const PIECE: (usize, usize) = (4 * 1024, 256 * 1024);

/// Runs that are being written.
pub(super) struct Runs<F> {
    file: F,
    order: Order,
    /// Where each run ends.
    ends: Vec<u64>,
}

impl<F: Read + Write + Seek> Runs<F> {
    pub(super) fn new(file: F, order: Order) -> Self {
        Self { file, order, ends: Vec::new() }
    }

    /// Writes events as a run.
    pub(super) fn write(&mut self, events: &InOrder) -> io::Result<()> {
        let mut end = self.ends.last().copied().unwrap_or(0);
        let mut writer = BufWriter::with_capacity(PIECE.1, &mut self.file);
        for event in events.rest() {
            writer.write_all(event)?;
            end += event.len() as u64;
        }
        writer.flush()?;
        self.ends.push(end);
        Ok(())
    }

    /// All events of all runs in order, with about `memory` bytes for what is read ahead.
    pub(super) fn merge(self, memory: usize) -> io::Result<Merge<F>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let runs =
            starts.zip(&self.ends).map(|(next, end)| Run { next, end: *end, piece: Vec::new(), at: 0 }).collect();
        let piece = (memory / self.ends.len().max(1)).clamp(PIECE.0, PIECE.1);
        let mut merge = Merge { file: self.file, order: self.order, runs, heads: BinaryHeap::new(), piece };
        for run in 0..merge.runs.len() {
            merge.advance(run)?;
        }
        Ok(merge)
    }
}

/// Events of several runs in order.
pub(super) struct Merge<F> {
    file: F,
    order: Order,
    runs: Vec<Run>,
    heads: BinaryHeap<Head>,
    /// Bytes read of a run at a time.
    piece: usize,
}

/// A run that is being read.
struct Run {
    /// Where in the file the part begins that has not been read.
    next: u64,
    end: u64,
    /// What has been read.
    piece: Vec<u8>,
    /// Where in it the next event begins.
    at: usize,
}

impl<F: Read + Seek> Merge<F> {
    /// The next event; none at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Taken>> {
        let Some(head) = self.heads.pop() else { return Ok(None) };
        self.advance(head.run)?;
        Ok(Some(head.event))
    }

    /// Puts the next event of a run among the heads.
    fn advance(&mut self, index: usize) -> io::Result<()> {
        let run = &mut self.runs[index];
        if run.at == run.piece.len() && run.next == run.end {
            return Ok(());
        }
        run.fill(&mut self.file, PREFIX, self.piece)?;
        let length = length(&run.piece[run.at..]).ok_or(io::ErrorKind::UnexpectedEof)?;
        run.fill(&mut self.file, length, self.piece)?;
        let event = unpack(run.piece.get(run.at..run.at + length).ok_or(io::ErrorKind::UnexpectedEof)?)?;
        run.at += length;
        self.heads.push(Head { event, run: index, order: self.order });
        Ok(())
    }
}

impl Run {
    /// Reads on until so many bytes are there from the next event on, or the run ends.
    fn fill<F: Read + Seek>(&mut self, file: &mut F, wanted: usize, piece: usize) -> io::Result<()> {
        let have = self.piece.len() - self.at;
        if have >= wanted {
            return Ok(());
        }
        self.piece.drain(..self.at);
        self.at = 0;
        let left = self.end - self.next;
        let count = left.min((wanted - have).max(piece) as u64);
        file.seek(SeekFrom::Start(self.next))?;
        let read = file.take(count).read_to_end(&mut self.piece)?;
        self.next += read as u64;
        if (read as u64) < count { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }
}

/// The next event of a run; the heap gives the least first.
struct Head {
    event: Taken,
    run: usize,
    order: Order,
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order.compare(&other.event.event, &self.event.event).then_with(|| other.run.cmp(&self.run))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

#[cfg(test)]
mod tests {
    use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

    use super::super::packed::Packed;
    use super::{InOrder, Order, Runs, Taken};
    use crate::engine::event::Event;
    use crate::value::Value;

    fn event(time: i64, text: &str) -> Taken {
        Event { time, event_id: Value::text("id"), source: 0, values: vec![Value::text(text)].into() }.into()
    }

    fn in_order(events: impl IntoIterator<Item = Taken>) -> InOrder {
        let mut packed = Packed::default();
        events.into_iter().for_each(|taken| packed.push(&taken, Order::Time).unwrap());
        packed.sort(Order::Time).unwrap()
    }

    /// A disk with room for so many bytes.
    struct Disk {
        data: Cursor<Vec<u8>>,
        room: usize,
    }

    impl Read for Disk {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.data.read(into)
        }
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.room = self.room.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            self.data.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Seek for Disk {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.data.seek(to)
        }
    }

    #[test]
    fn events_longer_than_a_piece_are_read_whole() {
        let mut runs = Runs::new(Cursor::new(Vec::new()), Order::Time);
        let long = "x".repeat(50_000);
        for first in 0..3 {
            runs.write(&in_order([event(first + 10, "short"), event(first, &long)])).unwrap();
        }
        let mut merge = runs.merge(0).unwrap();
        let mut times = Vec::new();
        while let Some(event) = merge.next().unwrap() {
            times.push((event.event.time, event.event.values[0].as_text().map(str::len)));
        }
        let length = |time: i64| (time, Some(if time < 10 { 50_000 } else { 5 }));
        assert_eq!(times, [0, 1, 2, 10, 11, 12].map(length));
    }

    #[test]
    fn a_full_disk_is_an_error() {
        let mut runs = Runs::new(Disk { data: Cursor::new(Vec::new()), room: 1000 }, Order::Time);
        let outcome = runs.write(&in_order((0..100).map(|time| event(time, "text"))));
        assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn a_file_that_lost_its_end_is_an_error() {
        let mut runs = Runs::new(Cursor::new(Vec::new()), Order::Time);
        runs.write(&in_order([event(1, "text"), event(2, "text")])).unwrap();
        runs.file.get_mut().truncate(20);
        assert_eq!(runs.merge(0).err().map(|error| error.kind()), Some(io::ErrorKind::UnexpectedEof));
    }
}
