//! What a file says of itself at its end: its columns, and where the data of each row group is.

use std::io::{self, Read, Seek, SeekFrom};

use super::fault::Damage;
use super::schema::{self, Node};
use super::thrift::{self, Fields, Item};

/// The first and last bytes of a file.
pub(in crate::engine::reader) const MAGIC: [u8; 4] = *b"PAR1";
/// The same when the footer is encrypted.
pub(in crate::engine::reader) const ENCRYPTED: [u8; 4] = *b"PARE";

/// What a file says of itself.
#[derive(Debug)]
pub(super) struct Footer {
    pub(super) columns: Vec<Node>,
    pub(super) groups: Vec<Group>,
    /// Bytes of the file.
    pub(super) length: u64,
}

/// A row group.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) rows: u64,
    /// By leaf; empty when what is said makes no sense.
    pub(super) chunks: Vec<Chunk>,
}

/// The values of one leaf in one row group.
#[derive(Clone, Debug, Default)]
pub(super) struct Chunk {
    pub(super) codec: i64,
    pub(super) start: u64,
    pub(super) length: u64,
    /// With nulls.
    pub(super) values: u64,
    pub(super) encrypted: bool,
    pub(super) statistics: Statistics,
}

/// What is known of the values of a chunk. Bytes as values are stored.
#[derive(Clone, Debug, Default)]
pub(super) struct Statistics {
    pub(super) least: Option<Vec<u8>>,
    pub(super) most: Option<Vec<u8>>,
    pub(super) nulls: Option<u64>,
}

/// The length of the footer and the magic.
const END: usize = 8;

/// Reads the footer.
pub(super) fn read(file: &mut (impl Read + Seek + ?Sized)) -> io::Result<Result<Footer, Damage>> {
    let length = file.seek(SeekFrom::End(0))?;
    if length < MAGIC.len() as u64 + END as u64 {
        return Ok(Err(Damage::NoEnd));
    }
    let mut end = [0; END];
    file.seek(SeekFrom::Start(length - END as u64))?;
    file.read_exact(&mut end)?;
    let ([a, b, c, d], magic) = ([end[0], end[1], end[2], end[3]], &end[4..]);
    if magic == ENCRYPTED {
        return Ok(Err(Damage::Encrypted));
    }
    if magic != MAGIC {
        return Ok(Err(Damage::NoEnd));
    }
    let size = u64::from(u32::from_le_bytes([a, b, c, d]));
    let Some(start) = (length - END as u64).checked_sub(size).filter(|start| *start >= MAGIC.len() as u64) else {
        return Ok(Err(Damage::Footer));
    };
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(size).read_to_end(&mut bytes)?;
    Ok(parse(&bytes, length).ok_or(Damage::Footer))
}

fn parse(bytes: &[u8], length: u64) -> Option<Footer> {
    let (fields, _) = thrift::read(bytes)?;
    let columns = schema::columns(fields.list(2))?;
    let leaves = leaves(&columns);
    let groups = fields.list(4).iter().map(|item| group(item, leaves, length)).collect::<Option<_>>()?;
    Some(Footer { columns, groups, length })
}

fn leaves(nodes: &[Node]) -> usize {
    let of = |node: &Node| match &node.content {
        schema::Content::Leaf(..) => 1,
        schema::Content::Group(_, children) => leaves(children),
    };
    nodes.iter().map(of).sum()
}

fn group(item: &Item<'_>, leaves: usize, length: u64) -> Option<Group> {
    let Item::Fields(fields) = item else { return None };
    let rows = u64::try_from(fields.int(3)?).ok()?;
    let chunks = fields.list(1).iter().map(|item| chunk(item, length)).collect::<Option<Vec<Chunk>>>();
    let chunks = chunks.filter(|chunks| chunks.len() == leaves).unwrap_or_default();
    Some(Group { rows, chunks })
}

fn chunk(item: &Item<'_>, length: u64) -> Option<Chunk> {
    let Item::Fields(fields) = item else { return None };
    if fields.get(8).is_some() || fields.get(9).is_some() {
        return Some(Chunk { encrypted: true, ..Chunk::default() });
    }
    // A path to another file was never used by anyone.
    let data = fields.fields(3).filter(|_| fields.get(1).is_none())?;
    let unsigned = |number| data.int(number).and_then(|value| u64::try_from(value).ok());
    let first_data = unsigned(9)?;
    // Some writers give 0 where there is no dictionary.
    let start = unsigned(11).filter(|dictionary| *dictionary > 0).map_or(first_data, |at| at.min(first_data));
    let chunk = Chunk {
        codec: data.int(4)?,
        start,
        length: unsigned(7)?,
        values: unsigned(5)?,
        encrypted: false,
        statistics: data.fields(12).map(statistics).unwrap_or_default(),
    };
    (chunk.start.checked_add(chunk.length)? <= length).then_some(chunk)
}

fn statistics(fields: &Fields<'_>) -> Statistics {
    let bytes = |number: i16| fields.bytes(number).map(<[u8]>::to_vec);
    Statistics {
        // The older fields have no agreed order for texts.
        least: bytes(6).or_else(|| bytes(2).filter(|bytes| bytes.len() == 8)),
        most: bytes(5).or_else(|| bytes(1).filter(|bytes| bytes.len() == 8)),
        nulls: fields.int(3).and_then(|count| u64::try_from(count).ok()),
    }
}
