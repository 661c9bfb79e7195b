//! What is known while the expressions of one rule are checked: its streams, and the fields, parameters, lists and aggregates that
//! they turn out to use.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::catalog::{Field, LogSource, Origin};
use crate::plan::{Aggregate, Expr, FieldIndex, Leg, ListData, PlanField, Role, Stream, StreamIndex};
use crate::source::Span;
use crate::types::Type;
use crate::value::Value;

use super::scope::{Found, Globals, find_field};
use super::{Outcome, Report};

/// A parameter of the rule.
pub struct Parameter {
    /// Its type.
    pub ty: Type,
    /// Its value; `None` where it was wrong and reported.
    pub value: Option<Value>,
    /// Where it is declared.
    pub span: Span,
    /// Where it is used.
    pub uses: Vec<Span>,
}

/// A name for an event, as in `prev.ip`.
#[derive(Clone, Debug)]
pub struct NamedEvent {
    /// `prev`, `this`, or a step's name.
    pub name: String,
    /// Which event it is; `None`: the one that the expression itself looks at.
    pub role: Option<Role>,
    /// Its stream.
    pub stream: StreamIndex,
}

/// Whether a field may stand without the name of its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bare {
    /// It is the field of the event that the expression looks at.
    Allowed,
    /// There are two events of the same kind, and it could be of either.
    Ambiguous,
}

/// The events that a rule reads from some sources.
pub struct StreamScope {
    /// Its sources.
    pub sources: Vec<Arc<LogSource>>,
    /// How each source has each of the rule's fields: one list a source. Shorter lists lack the fields behind their end.
    legs: Vec<Vec<Option<Arc<Field>>>>,
    /// The conditions that an event must fulfil by itself.
    pub filter: Vec<Expr>,
}

/// What is known while the expressions of one rule are checked, and what they turn out to use.
pub struct Scope<'a> {
    /// Global names.
    pub globals: &'a Globals<'a>,
    /// What the rule reads.
    pub streams: Vec<StreamScope>,
    /// The stream of the event that expressions look at.
    pub current: StreamIndex,
    /// Names for events.
    pub events: Vec<NamedEvent>,
    /// Whether fields may stand without them.
    pub bare: Bare,
    /// Parameters by name.
    pub parameters: IndexMap<String, Parameter>,
    /// Fields used so far.
    pub fields: Vec<PlanField>,
    /// Lists used so far.
    pub lists: Vec<Arc<ListData>>,
    /// Aggregates used so far.
    pub aggregates: Vec<Aggregate>,
}

impl<'a> Scope<'a> {
    /// Nothing read yet.
    pub fn new(globals: &'a Globals<'a>) -> Self {
        Self {
            globals,
            streams: Vec::new(),
            current: StreamIndex(0),
            events: Vec::new(),
            bare: Bare::Allowed,
            parameters: IndexMap::new(),
            fields: Vec::new(),
            lists: Vec::new(),
            aggregates: Vec::new(),
        }
    }

    /// Adds a stream; the fields that every event has are in it.
    pub fn add_stream(
        &mut self,
        sources: Vec<Arc<LogSource>>,
        span: Span,
        report: &mut Report<'_>,
    ) -> Outcome<StreamIndex> {
        self.streams.push(StreamScope { legs: vec![Vec::new(); sources.len()], sources, filter: Vec::new() });
        let index = StreamIndex(self.streams.len() - 1);
        for built_in in ["time", "event_id"] {
            self.field_of(index, built_in, span, report)?;
        }
        Ok(index)
    }

    /// Expressions look at events of a stream now, which have no names.
    pub fn look_at(&mut self, stream: StreamIndex) {
        self.current = stream;
        self.events.clear();
        self.bare = Bare::Allowed;
    }

    /// Gives an event a name.
    pub fn name_event(&mut self, name: &str, role: Option<Role>, stream: StreamIndex) {
        self.events.push(NamedEvent { name: name.to_owned(), role, stream });
    }

    /// The sources of the stream that expressions look at.
    pub fn sources(&self) -> &[Arc<LogSource>] {
        self.streams.get(self.current.0).map(|stream| stream.sources.as_slice()).unwrap_or_default()
    }

    /// All sources of all streams.
    pub fn all_sources(&self) -> impl Iterator<Item = &Arc<LogSource>> {
        self.streams.iter().flat_map(|stream| &stream.sources)
    }

    /// The index of a field of the stream that expressions look at, by name.
    pub fn field(&mut self, name: &str, span: Span, report: &mut Report<'_>) -> Outcome<FieldIndex> {
        self.field_of(self.current, name, span, report)
    }

    /// The index of a field of a stream, by name.
    pub fn field_of(
        &mut self,
        stream: StreamIndex,
        name: &str,
        span: Span,
        report: &mut Report<'_>,
    ) -> Outcome<FieldIndex> {
        let found = find_field(name, &self.streams[stream.0].sources, span, report)?;
        Ok(self.note(&[stream], name, found))
    }

    /// The index of a field that several streams have, with one type for all of them.
    pub fn field_of_all(
        &mut self,
        streams: &[StreamIndex],
        name: &str,
        span: Span,
        report: &mut Report<'_>,
    ) -> Outcome<FieldIndex> {
        let sources = streams.iter().flat_map(|stream| self.streams[stream.0].sources.iter().cloned());
        let sources: Vec<Arc<LogSource>> = sources.collect();
        let found = find_field(name, &sources, span, report)?;
        Ok(self.note(streams, name, found))
    }

    /// Notes that streams use a field; `found` has the legs of all of them, one after the other.
    fn note(&mut self, streams: &[StreamIndex], name: &str, found: Found) -> FieldIndex {
        let known = self.fields.iter().position(|field| field.name == name && field.ty == found.ty);
        let index = known.unwrap_or_else(|| {
            self.fields.push(PlanField { name: name.to_owned(), ty: found.ty, optional: false });
            self.fields.len() - 1
        });
        self.fields[index].optional |= found.optional;
        let mut fields = found.legs.into_iter();
        for stream in streams {
            for leg in &mut self.streams[stream.0].legs {
                if leg.len() <= index {
                    leg.resize(index + 1, None);
                }
                leg[index] = fields.next();
            }
        }
        FieldIndex(index)
    }

    /// Whether a word is a field of one source at least of the stream that expressions look at.
    pub fn is_field(&self, name: &str) -> bool {
        self.sources().iter().any(|source| source.fields.contains_key(name))
    }

    /// Whether some source has no value of its own for a field, only its address.
    pub fn needs_look_up(&self, index: usize) -> bool {
        self.fields_of_legs(index).any(|field| matches!(field.origin, Origin::Lookup(_)))
    }

    /// The streams that use a field.
    pub fn streams_with(&self, index: usize) -> Vec<StreamIndex> {
        let has = |stream: &StreamScope| stream.legs.iter().any(|leg| matches!(leg.get(index), Some(Some(_))));
        (0..self.streams.len()).filter(|stream| has(&self.streams[*stream])).map(StreamIndex).collect()
    }

    fn fields_of_legs(&self, index: usize) -> impl Iterator<Item = &Arc<Field>> {
        let legs = self.streams.iter().flat_map(|stream| &stream.legs);
        legs.filter_map(move |leg| leg.get(index).and_then(Option::as_ref))
    }

    /// The streams of the plan.
    pub fn take_streams(&mut self) -> Vec<Stream> {
        let fields = self.fields.len();
        let streams = std::mem::take(&mut self.streams).into_iter().map(|stream| {
            let legs = stream.sources.into_iter().zip(stream.legs).map(|(source, mut of_leg)| {
                of_leg.resize(fields, None);
                Leg { source, fields: of_leg }
            });
            Stream { legs: legs.collect(), filter: stream.filter }
        });
        streams.collect()
    }
}
