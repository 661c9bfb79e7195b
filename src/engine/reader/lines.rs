//! Chunks of JSON lines, each read by itself: as far as every line is one record, which is what lines are read as whatever came
//! before them. What is anything else needs what came before, and is left.

use super::chunks::Chunk;
use super::json::LINE;
use super::reading::{Wanted, Worker};
use super::report::Position;
use super::table;
use super::tally::Tally;
use crate::engine::order::Batch;

/// What was read of a chunk.
pub(in crate::engine) struct Lines {
    /// What rules take of it.
    pub(super) taken: Batch,
    /// What it came to. Places are counted from the chunk's first line.
    pub(super) tally: Tally,
    /// How many records there are.
    pub(super) records: u64,
    /// How many bytes were read: all, or those before the first line that is something else.
    pub(super) used: usize,
    /// How many line feeds are among them.
    pub(super) line_feeds: u64,
    /// Where the last line of them begins.
    pub(super) line_start: usize,
}

/// Reads a chunk that begins where a line does.
pub(in crate::engine) fn read(chunk: &Chunk, wanted: &Wanted<'_>, worker: &mut Worker<'_>) -> Lines {
    let bytes = chunk.bytes();
    let (mut taken, mut count) = (Vec::new(), 0);
    let mut sink = |event| taken.push(event);
    let mut records = worker.records(wanted, &mut sink);
    let (mut at, mut line_feeds, mut line_start) = (0, 0, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\n' => {
                at += 1;
                line_feeds += 1;
                line_start = at;
            }
            b' ' | b'\t' | b'\r' => at += 1,
            b'{' => {
                let rest = &bytes[at..];
                if table::starts_envelope(rest) != Some(false) {
                    break;
                }
                let place = Position { line: line_feeds + 1, column: (at - line_start) as u64 + 1 };
                // A line that goes on behind the chunk is as long as what there is of it.
                let most = if chunk.ends_line { LINE } else { LINE.min(rest.len() - 1) };
                let Some(length) = records.line(rest, place, most) else { break };
                count += 1;
                at += length;
            }
            _ => break,
        }
    }
    let tally = records.into_tally();
    Lines { taken: Batch::new(taken), tally, records: count, used: at, line_feeds, line_start }
}
