//! Events in memory as they are written to disk: in few large pieces of memory, and in less of it than events take.

use std::io;

use super::sort::Order;
use crate::engine::dispatch::Taken;

/// Bytes in front of each event: its length.
pub(super) const PREFIX: usize = size_of::<u32>();

/// Bytes of a block, unless an event is larger.
const BLOCK: usize = 1024 * 1024;

/// Events, packed.
#[derive(Debug, Default)]
pub(super) struct Packed {
    /// Events do not go from one block to the next.
    blocks: Vec<Vec<u8>>,
    places: Vec<Place>,
    bytes: usize,
    /// What the next event is packed in.
    scratch: Vec<u8>,
}

/// Where an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    /// [`Order::beginning`] of the event.
    beginning: u64,
    block: u32,
    at: u32,
}

impl Packed {
    pub(super) fn push(&mut self, taken: &Taken, order: Order) -> io::Result<()> {
        let mut packed = std::mem::take(&mut self.scratch);
        packed.clear();
        packed.resize(PREFIX, 0);
        packed = postcard::to_extend(taken, packed).map_err(io::Error::other)?;
        let length = u32::try_from(packed.len() - PREFIX).map_err(io::Error::other)?;
        packed[..PREFIX].copy_from_slice(&length.to_le_bytes());
        if self.blocks.last().is_none_or(|block| block.capacity() - block.len() < packed.len()) {
            self.blocks.push(Vec::with_capacity(packed.len().max(BLOCK)));
        }
        let number = u32::try_from(self.blocks.len() - 1).map_err(io::Error::other)?;
        if let Some(block) = self.blocks.last_mut() {
            let at = u32::try_from(block.len()).map_err(io::Error::other)?;
            block.extend_from_slice(&packed);
            self.places.push(Place { beginning: order.beginning(&taken.event), block: number, at });
            self.bytes += packed.len() + size_of::<Place>();
        }
        self.scratch = packed;
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// How many bytes all of this takes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The events in order. They are only unpacked for it where their beginnings are equal.
    pub(super) fn sort(mut self, order: Order) -> io::Result<InOrder> {
        let Self { blocks, places, .. } = &mut self;
        places.sort_unstable();
        for equal in places.chunk_by_mut(|a, b| a.beginning == b.beginning).filter(|equal| equal.len() > 1) {
            let unpacked = equal.iter().map(|place| Ok((unpack(bytes(blocks, *place))?, *place)));
            let mut unpacked = unpacked.collect::<io::Result<Vec<(Taken, Place)>>>()?;
            unpacked.sort_by(|(a, _), (b, _)| order.compare(&a.event, &b.event));
            equal.iter_mut().zip(unpacked).for_each(|(place, (_, sorted))| *place = sorted);
        }
        Ok(InOrder { blocks: self.blocks, places: self.places.into_iter() })
    }
}

/// Packed events, one at a time.
#[derive(Debug)]
pub(super) struct InOrder {
    blocks: Vec<Vec<u8>>,
    places: std::vec::IntoIter<Place>,
}

impl InOrder {
    /// The next event; none at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Taken>> {
        self.places.next().map(|place| unpack(bytes(&self.blocks, place))).transpose()
    }

    /// All that are left, packed, each with its length in front.
    pub(super) fn rest(&self) -> impl Iterator<Item = &[u8]> {
        self.places.as_slice().iter().map(|place| bytes(&self.blocks, *place))
    }
}

/// An event that begins somewhere, and its length in front.
fn bytes(blocks: &[Vec<u8>], place: Place) -> &[u8] {
    let rest = blocks.get(place.block as usize).and_then(|block| block.get(place.at as usize..)).unwrap_or_default();
    length(rest).and_then(|length| rest.get(..length)).unwrap_or_default()
}

/// How many bytes the event takes that begins here, with its length.
pub(super) fn length(bytes: &[u8]) -> Option<usize> {
    bytes.first_chunk::<PREFIX>().map(|prefix| PREFIX + u32::from_le_bytes(*prefix) as usize)
}

/// An event that was packed.
pub(super) fn unpack(packed: &[u8]) -> io::Result<Taken> {
    let bytes = packed.get(PREFIX..).ok_or(io::ErrorKind::UnexpectedEof)?;
    postcard::from_bytes(bytes).map_err(io::Error::other)
}
