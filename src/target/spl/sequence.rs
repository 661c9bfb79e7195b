//! Sequences: every completing event with all candidates for the steps before it, which become rows step by step, the last one
//! first. No subsearch has a part in it: those are cut at a number of rows without a word.

use crate::plan::{Absence, AbsenceWhen, Expr, ExprKind, FieldIndex, Role, Sequence, StreamIndex, TIME};
use crate::target::fragment::{Fragment, Strength};

use super::aggregate::Term;
use super::expr::{Event, Logic, Scope};
use super::packed::{self, Identity, Packed, Packing};
use super::{Writer, other, period, quote, report, shape};

/// Everything behind the events.
pub fn write(writer: &Writer<'_>, sequence: &Sequence) -> Vec<String> {
    let chain = Chain { writer, sequence, last: sequence.steps.len().saturating_sub(1) };
    let mut lines = chain.candidates();
    lines.push(shape::order(writer));
    if writer.is_scheduled() {
        lines.extend(shape::first_arrivals(writer));
    }
    lines.extend(chain.slots());
    lines.extend(period::both_views(writer));
    lines.extend(chain.gathered());
    lines.extend(chain.completing());
    for step in (0..chain.last).rev() {
        lines.extend(chain.expanded(step));
        if step > 0 && chain.is_settled(step) {
            lines.extend(chain.latest(step));
        }
    }
    for (absence, column) in sequence.absences.iter().zip(&writer.columns.absent) {
        lines.extend(chain.without(absence, column));
    }
    lines.extend(chain.latest(0));
    lines.push(format!("| sort 0 num(_time), {}", shape::ties(writer)));
    lines.extend(shape::standing(writer));
    let ids: Vec<String> = (0..sequence.steps.len()).map(|step| packed::id_of(&chain.identity(step).order)).collect();
    lines.extend(report::with_others(writer, &ids));
    lines
}

/// The chains of a sequence, each a row of its completing event.
struct Chain<'a> {
    writer: &'a Writer<'a>,
    sequence: &'a Sequence,
    /// The completing step.
    last: usize,
}

impl Chain<'_> {
    /// Keys that lack a step are dropped before anything is gathered, and in a scheduled search those of which nothing is new.
    fn candidates(&self) -> Vec<String> {
        self.with_all_steps(&self.writer.group_of_all(), shape::newest(self.writer))
    }

    /// Groups that lack a step are dropped, and those for which another test fails.
    fn with_all_steps(&self, by: &[String], other: Option<(Term, Fragment)>) -> Vec<String> {
        let columns = &self.writer.columns;
        let steps: Vec<String> = self.sequence.steps.iter().map(|step| step.stream.0.to_string()).collect();
        let is_step = format!("in({}, {})", columns.stream, steps.join(", "));
        let mut terms = vec![format!("dc(eval(if({is_step}, {}, null()))) AS {}", columns.stream, columns.size)];
        let mut tests = vec![Fragment::new(format!("{}={}", columns.size, steps.len()), Strength::Comparison)];
        let mut gone = vec![columns.size.clone()];
        if let Some((term, test)) = other {
            terms.push(term.text());
            tests.push(test);
            gone.push(term.name);
        }
        vec![
            shape::stats("eventstats", terms, &by.join(", ")),
            self.writer.kept(&Fragment::join(&tests, " AND ", Strength::And).text),
            format!("| fields - {}", gone.join(", ")),
        ]
    }

    /// Every event in the slots of time of the completing events to which it may belong.
    fn slots(&self) -> Vec<String> {
        let (columns, sequence) = (&self.writer.columns, self.sequence);
        let length = sequence.width.max(self.writer.plan.shape.wait()).max(1);
        let own = period::slots(0, 0, length);
        let of_step =
            |index: usize| if index == self.last { own.clone() } else { period::slots(0, sequence.width, length) };
        let steps = sequence.steps.iter().enumerate().map(|(index, step)| (step.stream, of_step(index)));
        let absences = sequence.absences.iter().map(|absence| {
            let slots = match absence.when {
                AbsenceWhen::Between { .. } => period::slots(0, sequence.width, length),
                AbsenceWhen::After { within } => period::slots(within, 0, length),
            };
            (absence.stream, slots)
        });
        let mut streams: indexmap::IndexMap<String, Vec<String>> = indexmap::IndexMap::new();
        for (stream, slots) in steps.chain(absences).filter(|(_, slots)| *slots != own) {
            streams.entry(slots).or_default().push(stream.0.to_string());
        }
        let mut arms: Vec<String> = Vec::new();
        for (slots, of) in streams {
            let test = match of.as_slice() {
                [one] => format!("{}={one}", columns.stream),
                several => format!("in({}, {})", columns.stream, several.join(", ")),
            };
            arms.push(format!("{test}, {slots}"));
        }
        // The completing events, and those of `unless`, which have no part in it.
        arms.push(format!("1=1, {own}"));
        let mut lines =
            vec![format!("| eval {}=case({})", columns.slot, arms.join(", ")), format!("| mvexpand {}", columns.slot)];
        let by = [self.writer.group_of_all(), vec![columns.slot.clone()]].concat();
        lines.extend(self.with_all_steps(&by, None));
        lines
    }

    /// How the events of a step are packed.
    fn packing(&self, step: usize) -> Packing {
        let other = self.writer.columns.other(Role::Step(step));
        self.writer.packing(other.into_iter().flat_map(|other| other.fields.keys().copied()))
    }

    /// All events of a key's steps and absences on every one of its rows.
    fn gathered(&self) -> Vec<String> {
        let columns = &self.writer.columns;
        let steps = self.sequence.steps.iter().zip(&columns.others).enumerate();
        let steps = steps.map(|(index, (step, other))| (step.stream, self.packing(index), other.events.as_str()));
        let absences = self.sequence.absences.iter().zip(&columns.absent);
        let absences = absences.map(|(absence, column)| {
            (absence.stream, self.writer.packing(other::bare(&absence.predicate)), column.as_str())
        });
        let (mut arms, mut terms) = (Vec::new(), Vec::new());
        for (stream, packing, column) in steps.chain(absences) {
            let here = format!("{}={}", columns.stream, stream.0);
            arms.push(format!("{here}, {}", packing.pack(columns)));
            terms.push(format!("values(eval(if({here}, {}, null()))) AS {column}", columns.packed));
        }
        vec![
            format!("| eval {}=case({})", columns.packed, arms.join(",\n       ")),
            shape::stats("eventstats", terms, &format!("{}, {}", self.writer.group().join(", "), columns.slot)),
        ]
    }

    /// A row for each completing event.
    fn completing(&self) -> Vec<String> {
        let completing = format!("{}={}", self.writer.columns.stream, self.stream(self.last).0);
        vec![self.writer.kept(&format!("{completing} AND {}", period::counted(self.writer))), self.one_a_match()]
    }

    /// Of several rows of one completing event the first stays.
    fn one_a_match(&self) -> String {
        let columns = &self.writer.columns;
        let mut names = vec![columns.stream.clone()];
        names.extend(self.writer.group());
        names.extend(["_time".to_owned(), columns.order.clone()]);
        if self.writer.has_sources() {
            names.push(columns.log.clone());
        }
        let empty = if self.writer.has_unless() { " keepempty=true" } else { "" };
        format!("| dedup {}{empty}", names.join(", "))
    }

    /// A row for each event that may be a step before, those that the steps behind it allow.
    fn expanded(&self, step: usize) -> Vec<String> {
        let Some(other) = self.writer.columns.other(Role::Step(step)) else { return Vec::new() };
        let (events, packing) = (&other.events, self.packing(step));
        let candidate = Packed { packing: &packing, pieces: format!("split({events}, \"|\")") };
        let time = candidate.identity().time;
        let earliest = quote::moved("_time", -self.sequence.width);
        let near = format!("{time}>={earliest} AND {time}<={}", self.column(step + 1, TIME));
        let mut allowed = format!("mvmap({events}, if({near}, {events}, null()))");
        if self.writer.has_unless() {
            // A row of another kind has no steps, and must not be lost.
            allowed = format!("if(isnull({}), \"-\", {allowed})", self.writer.columns.part);
        }
        let mut lines = vec![
            format!("| eval {events}={allowed}"),
            format!("| where isnotnull({events})"),
            format!("| mvexpand {events}"),
            format!("| eval {}", self.unpacked(step, &packing).join(",\n       ")),
            format!("| fields - {events}, {}", self.writer.columns.pieces),
        ];
        lines.extend(self.conditions(step));
        lines
    }

    fn unpacked(&self, step: usize, packing: &Packing) -> Vec<String> {
        let columns = &self.writer.columns;
        let Some(other) = columns.other(Role::Step(step)) else { return Vec::new() };
        let packed = Packed { packing, pieces: columns.pieces.clone() };
        let identity = packed.identity();
        let mut assignments = vec![format!("{}=split({}, \"|\")", columns.pieces, other.events)];
        assignments.push(format!("{}={}", other.order, identity.order));
        assignments.extend(identity.log.map(|log| format!("{}={log}", other.log)));
        for (index, held) in &other.fields {
            let names = held.names().into_iter().map(quote::column);
            let values = packed.field(columns, *index);
            assignments.extend(names.zip(values).map(|(name, value)| format!("{name}={}", value.text)));
        }
        assignments
    }

    /// What can be asked once a step has its columns: that it is another event than those behind it, and the conditions of which
    /// it is the earliest event.
    fn conditions(&self, step: usize) -> Vec<String> {
        let different = (step + 1..=self.last)
            .filter(|later| self.writer.share_events(self.stream(step), self.stream(*later)))
            .map(|later| format!("NOT ({})", self.identity(step).equals(&self.identity(later))));
        let mut conditions: Vec<String> = different.collect();
        for (index, of_step) in self.sequence.steps.iter().enumerate() {
            let scope = self.scope(index);
            let asked = of_step.predicate.iter().filter(|condition| earliest(condition) == Some(step));
            conditions.extend(asked.map(|condition| scope.condition(condition, Logic::NullIsFalse).text));
        }
        conditions.iter().map(|condition| self.writer.kept(condition)).collect()
    }

    /// Chains in which an event is absent that must be.
    fn without(&self, absence: &Absence, gathered: &str) -> Vec<String> {
        let packing = self.writer.packing(other::bare(&absence.predicate));
        let packed = Packed { packing: &packing, pieces: format!("split({gathered}, \"|\")") };
        let identity = packed.identity();
        let (from, to) = match absence.when {
            AbsenceWhen::Between { from, to } => (self.column(from, TIME), self.column(to, TIME)),
            AbsenceWhen::After { within } => ("_time".to_owned(), quote::moved("_time", within)),
        };
        let comparison = |text: String| Fragment::new(text, Strength::Comparison);
        let mut parts =
            vec![comparison(format!("{}>={from}", identity.time)), comparison(format!("{}<={to}", identity.time))];
        let of_chain = (0..=self.last).filter(|step| self.writer.share_events(self.stream(*step), absence.stream));
        parts.extend(of_chain.map(|step| comparison(format!("NOT ({})", identity.equals(&self.identity(step))))));
        let scope = self.writer.scope(&[], Event::Packed(&packed));
        parts.extend(absence.predicate.iter().map(|condition| scope.condition(condition, Logic::NullIsFalse)));
        let found = &self.writer.columns.found;
        let there = Fragment::join(&parts, " AND ", Strength::And).text;
        vec![
            format!("| eval {found}=mvmap({gathered}, if({there}, 1, null()))"),
            self.writer.kept(&format!("isnull({found})")),
            format!("| fields - {gathered}, {found}"),
        ]
    }

    /// Whether nothing that is still to be asked is about a step or what it leaves to the steps before it, but its time: then the
    /// latest of its candidates is the best one.
    fn is_settled(&self, step: usize) -> bool {
        let names = |condition: &&Expr| {
            let mut found = false;
            condition
                .walk(&mut |part| found |= matches!(part.kind, ExprKind::Of(Role::Step(named), _) if named == step));
            found
        };
        let asked = |condition: &&Expr| earliest(condition).is_some_and(|earliest| earliest >= step);
        let mut open = self.sequence.steps.iter().enumerate().flat_map(|(index, of_step)| {
            of_step.predicate.iter().filter(move |condition| !asked(condition) && (index == step || names(condition)))
        });
        let mut absences = self.sequence.absences.iter().filter(|absence| {
            let bounds = match absence.when {
                AbsenceWhen::Between { from, to } => from == step || to == step,
                AbsenceWhen::After { .. } => false,
            };
            let excluded = self.writer.share_events(self.stream(step), absence.stream);
            bounds || excluded || absence.predicate.iter().any(|condition| names(&condition))
        });
        let shared = (0..step).any(|earlier| self.writer.share_events(self.stream(earlier), self.stream(step)));
        open.next().is_none() && absences.next().is_none() && !shared
    }

    /// Of the chains of a completing event those with the latest steps, from `first` on.
    fn latest(&self, first: usize) -> Vec<String> {
        let mut by = Vec::new();
        for step in (first..self.last).rev() {
            let identity = self.identity(step);
            by.extend([format!("-num({})", identity.time), format!("-str({})", identity.order)]);
            by.extend(identity.log.map(|log| format!("-str({log})")));
        }
        vec![format!("| sort 0 {}", by.join(", ")), self.one_a_match()]
    }

    fn stream(&self, step: usize) -> StreamIndex {
        self.sequence.steps.get(step).map_or(StreamIndex(0), |step| step.stream)
    }

    /// What tells a step's event from others, once it has its columns.
    fn identity(&self, step: usize) -> Identity {
        let Some(other) = self.writer.columns.other(Role::Step(step)) else { return self.writer.own_identity() };
        Identity {
            time: self.column(step, TIME),
            order: other.order.clone(),
            log: self.writer.has_sources().then(|| other.log.clone()),
        }
    }

    /// A field of a step that has one column.
    fn column(&self, step: usize, field: FieldIndex) -> String {
        let scope = self.writer.scope(&[], Event::Row);
        scope.columns_of(Some(Role::Step(step)), field).into_iter().map(|column| column.text).collect()
    }

    /// A scope for the conditions of a step.
    fn scope(&self, step: usize) -> Scope<'_> {
        self.writer.scope(&[], if step == self.last { Event::Row } else { Event::Other(Role::Step(step)) })
    }
}

/// The earliest step that a condition names.
fn earliest(condition: &Expr) -> Option<usize> {
    let mut earliest: Option<usize> = None;
    condition.walk(&mut |part| {
        if let ExprKind::Of(Role::Step(step), _) = part.kind {
            earliest = Some(earliest.map_or(step, |known| known.min(step)));
        }
    });
    earliest
}
