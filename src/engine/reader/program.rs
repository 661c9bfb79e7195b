//! What to look for in records, compiled once from the catalogue and the fields that rules use: one tree of paths, and per
//! source and shape how it is known and where each slot's value comes from.

use std::sync::Arc;

use super::capture::Captures;
use super::extract::{Extractor, FieldReader, Repetition, fixed};
use super::records::Columns;
use super::signs::Signs;
use super::trie::{NodeId, Trie};
use crate::catalog::{Catalog, Field, LogSource, Origin, Path, PathSet, Read, Shape};
use crate::engine::event::{Layout, Slot};
use crate::types::Type;
use crate::value::Value;

/// The compiled catalogue.
#[derive(Debug)]
pub(in crate::engine) struct Program {
    pub(super) trie: Trie,
    /// In catalogue order.
    pub(super) sources: Vec<SourceProgram>,
    /// Slot by slot, the field's name.
    pub(super) fields: Vec<String>,
    /// What describes a record of no known source best: label and path.
    pub(super) descriptions: Vec<(&'static str, NodeId)>,
    signs: Signs,
}

/// A source.
#[derive(Debug)]
pub(super) struct SourceProgram {
    pub(super) name: String,
    /// Its place among the sources by name.
    pub(super) rank: u16,
    pub(super) shapes: Vec<ShapeProgram>,
}

/// A shape of a source.
#[derive(Debug)]
pub(super) struct ShapeProgram {
    pub(super) equals: Vec<(NodeId, Vec<String>)>,
    present: Vec<NodeId>,
    absent: Vec<NodeId>,
    /// None when no rule reads the source.
    reading: Option<Reading>,
}

/// How events are read from records of one shape.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) time: Option<FieldReader>,
    pub(super) event_id: Option<FieldReader>,
    /// The address, when some slot is a look-up.
    pub(super) ip: Option<FieldReader>,
    /// The slots that the source has, in order of their places, and where each comes from.
    pub(super) slots: Vec<(usize, Extractor)>,
}

/// Labels and paths of values that say what kind of record one is, best first.
const DESCRIPTIONS: [(&str, &str); 4] =
    [("Type", "Type"), ("category", "category"), ("Workload", "Workload"), ("Workload", "AuditData.Workload")];

impl Program {
    /// Compiles.
    pub(in crate::engine) fn new(catalog: &Catalog, layout: &Layout) -> Self {
        let mut trie = Trie::new();
        let sources = catalog.sources.values().map(|source| {
            let rank = catalog.rank(&source.name).unwrap_or(u16::MAX);
            let is_read = layout.reads.iter().any(|reads| reads.get(usize::from(rank)) == Some(&true));
            let used = is_read.then(|| layout.slots_of(rank));
            let shapes = source.shapes.iter();
            let shapes = shapes.map(|shape| ShapeProgram::new(source, shape, layout, &used, &mut trie)).collect();
            SourceProgram { name: source.name.clone(), rank, shapes }
        });
        let sources: Vec<SourceProgram> = sources.collect();
        let signs = Signs::new(&sources);
        let descriptions = DESCRIPTIONS.map(|(label, path)| (label, trie.want(&Path::parse(path)))).to_vec();
        Self {
            sources,
            descriptions,
            signs,
            trie,
            fields: layout.slots.iter().map(|slot| slot.field.clone()).collect(),
        }
    }

    /// Columns by their names.
    pub(super) fn columns(&self, names: Vec<String>) -> Columns {
        let nodes = names.iter().map(|name| self.trie.child(NodeId::ROOT, name)).collect();
        Columns { names, nodes }
    }

    /// Where times of events are read from.
    pub(super) fn times(&self) -> Vec<NodeId> {
        let shapes = self.sources.iter().flat_map(|source| &source.shapes);
        let times = shapes.filter_map(|shape| shape.reading.as_ref()?.time.as_ref());
        times.flat_map(FieldReader::nodes).copied().collect()
    }

    /// The source of a record, and how to read it if some rule does.
    pub(super) fn recognise(&self, captures: &Captures, line: &str) -> Option<(usize, Option<&Reading>)> {
        self.signs.candidates(captures, line).find_map(|(source, shape)| {
            let shape = &self.sources[source].shapes[shape];
            shape.fits(captures, line).then_some((source, shape.reading.as_ref()))
        })
    }
}

impl ShapeProgram {
    #[expect(clippy::ref_option, reason = "passed on as it is held")]
    fn new(source: &LogSource, shape: &Shape, layout: &Layout, used: &Option<Vec<usize>>, trie: &mut Trie) -> Self {
        Self {
            equals: shape.equals.iter().map(|(path, values)| (trie.test(path), values.clone())).collect(),
            present: shape.present.iter().map(|path| trie.want(path)).collect(),
            absent: shape.absent.iter().map(|path| trie.want(path)).collect(),
            reading: used.as_ref().map(|used| Compiler { source, shape, trie }.reading(layout, used)),
        }
    }

    fn fits(&self, captures: &Captures, line: &str) -> bool {
        let is_there = |node: &NodeId| captures.get(*node, line).is_some();
        self.equals.iter().all(|(node, values)| captures.holds(*node, line, values))
            && self.present.iter().all(is_there)
            && !self.absent.iter().any(is_there)
    }
}

/// Compiles the fields of one shape.
struct Compiler<'c> {
    source: &'c LogSource,
    shape: &'c Shape,
    trie: &'c mut Trie,
}

impl Compiler<'_> {
    fn reading(mut self, layout: &Layout, used: &[usize]) -> Reading {
        let slots: Vec<_> = used.iter().map(|slot| (*slot, self.slot(&layout.slots[*slot]))).collect();
        let looks_up = slots.iter().any(|(_, slot)| matches!(slot, Extractor::LookUp(_)));
        Reading {
            time: self.named("time", Repetition::Likely),
            event_id: self.named("event_id", Repetition::Never),
            ip: if looks_up { self.named("ip", Repetition::Likely) } else { None },
            slots,
        }
    }

    fn named(&mut self, name: &str, repetition: Repetition) -> Option<FieldReader> {
        let field = self.source.fields.get(name)?;
        match &field.origin {
            Origin::Read(read) => Some(self.reader(read, &field.ty, None, repetition)),
            Origin::Constant(_) | Origin::Point { .. } | Origin::Lookup(_) => None,
        }
    }

    fn slot(&mut self, slot: &Slot) -> Extractor {
        let Some(field) = self.source.fields.get(&slot.field) else { return Extractor::Constant(Value::Missing) };
        let tag = slot.tagged.then(|| Arc::clone(&self.source.provider));
        match looked_up(field).filter(|_| slot.look_up) {
            Some(attribute) => Extractor::LookUp(attribute),
            None => self.origin(field, tag),
        }
    }

    fn origin(&mut self, field: &Field, tag: Option<Arc<str>>) -> Extractor {
        match &field.origin {
            Origin::Constant(text) => Extractor::Constant(fixed(text, &field.ty, tag.as_deref())),
            Origin::Read(read) => Extractor::Read(self.reader(read, &field.ty, tag, Repetition::Likely)),
            Origin::Point { latitude, longitude } => Extractor::Point(Box::new([
                self.reader(latitude, &Type::Float, None, Repetition::Likely),
                self.reader(longitude, &Type::Float, None, Repetition::Likely),
            ])),
            Origin::Lookup(attribute) => Extractor::LookUp(*attribute),
        }
    }

    fn reader(&mut self, read: &Read, ty: &Type, tag: Option<Arc<str>>, repetition: Repetition) -> FieldReader {
        let paths = match self.shape.paths {
            PathSet::Raw => &read.raw,
            PathSet::Kql => &read.kql,
        };
        let paths = paths.iter().map(|path| path.below(&self.shape.root));
        FieldReader::new(read, ty, tag, repetition, paths, self.trie)
    }
}

/// What a look-up gives for a field of geography, whatever its source's own record says.
fn looked_up(field: &Field) -> Option<crate::catalog::GeoAttribute> {
    use crate::catalog::GeoAttribute;
    match (&field.origin, field.name.as_str()) {
        (Origin::Lookup(attribute), _) => Some(*attribute),
        (_, "country") => Some(GeoAttribute::Country),
        (_, "city") => Some(GeoAttribute::City),
        (_, "location") => Some(GeoAttribute::Location),
        _ => None,
    }
}
