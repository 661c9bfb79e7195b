//! The steps of a sequence, in columns.

use super::block::Block;
use super::clause::words;
use super::comments::{Comment, attach, gap};
use super::expr::{WIDTH, condition, end_column, flat, new_line};
use crate::source::Span;
use crate::syntax::ast::{AbsenceWhen, Expr, Sequence, SourceList, Step};

/// A sequence after its keyword, which stands at `indent`.
pub(super) fn sequence(sequence: &Sequence, indent: usize, inner: Vec<Comment>, text: &str) -> (Vec<Comment>, String) {
    let by = if sequence.by.is_empty() { String::new() } else { format!("by {} ", words(&sequence.by).join(", ")) };
    let spans: Vec<Span> = sequence.steps.iter().map(span).collect();
    let first = spans.first().map_or(u32::MAX, |first| first.start);
    let (before, inside) =
        inner.into_iter().partition(|comment: &Comment| comment.starts_before(sequence.within.span.end.min(first)));
    let (attached, left_over) = attach(inside, &spans);
    let labels: Vec<String> = sequence.steps.iter().map(label).collect();
    let widths = (widest(labels.iter().map(String::as_str)), widest_source(&sequence.steps));
    let mut block = Block::new(indent + 2);
    for (index, (step, attached)) in sequence.steps.iter().zip(attached).enumerate() {
        let apart = index > 0 && gap(text, spans[index - 1].end, spans[index].start);
        let head = format!("{:<label$} {}", labels[index], source(step).join(" + "), label = widths.0);
        let (more, line) = step_line(step, head, indent + 2, widths, attached.inner);
        block.part(apart, attached.leading.into_iter().chain(more), &line, attached.trailing);
    }
    block.comments(left_over);
    (before, format!("{by}within {} {}", flat(&sequence.within), block.braces(indent)))
}

fn step_line(
    step: &Step,
    head: String,
    indent: usize,
    widths: (usize, usize),
    inner: Vec<Comment>,
) -> (Vec<Comment>, String) {
    let when = match step {
        Step::Event { .. } => String::new(),
        Step::Absence { when: AbsenceWhen::Between(first, second), .. } => {
            format!("between {} and {}", first.node, second.node)
        }
        Step::Absence { when: AbsenceWhen::After(within, after), .. } => {
            format!("within {} after {}", flat(within), after.node)
        }
    };
    let aligned = format!("{head:<width$}  ", width = widths.0 + 1 + widths.1);
    let Some(predicate) = predicate(step) else {
        return (inner, if when.is_empty() { head } else { aligned + &when });
    };
    let column = indent + aligned.chars().count();
    let (before, predicate) = condition(predicate, column + 6, inner);
    let mut line = format!("{aligned}where {predicate}");
    if !when.is_empty() {
        let fits = !predicate.contains('\n') && end_column(&line, indent) + 1 + when.chars().count() <= WIDTH;
        line.push_str(&if fits { " ".to_owned() } else { new_line(column) });
        line.push_str(&when);
    }
    (before, line)
}

fn label(step: &Step) -> String {
    match step {
        Step::Event { name, .. } => format!("{}:", name.node),
        Step::Absence { .. } => "no".to_owned(),
    }
}

fn from(step: &Step) -> &SourceList {
    match step {
        Step::Event { from, .. } | Step::Absence { from, .. } => from,
    }
}

fn source(step: &Step) -> Vec<String> {
    words(&from(step).names)
}

fn predicate(step: &Step) -> Option<&Expr> {
    match step {
        Step::Event { predicate, .. } | Step::Absence { predicate, .. } => predicate.as_ref(),
    }
}

/// From the first to the last word of a step.
fn span(step: &Step) -> Span {
    match step {
        Step::Event { name, from, predicate } => {
            name.span.to(predicate.as_ref().map_or(from.span, |predicate| predicate.span))
        }
        Step::Absence { span, when: AbsenceWhen::Between(_, last) | AbsenceWhen::After(_, last), .. } => {
            span.to(last.span)
        }
    }
}

fn widest<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(|text| text.chars().count()).max().unwrap_or_default()
}

/// The widest source that a condition follows.
fn widest_source(steps: &[Step]) -> usize {
    let sources: Vec<String> = steps.iter().map(|step| source(step).join(" + ")).collect();
    widest(sources.iter().map(String::as_str).filter(|source| source.len() <= 40))
}
