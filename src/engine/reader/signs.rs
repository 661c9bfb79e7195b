//! Which shapes of which sources a record can be of, told from the few values that tell records apart, so that not every shape
//! has to be tried on every record.

use super::capture::{Captures, Scalar};
use super::program::SourceProgram;
use super::trie::NodeId;

/// What tells shapes apart.
#[derive(Debug)]
pub(super) struct Signs {
    /// Source and shape, in order.
    shapes: Vec<(usize, usize)>,
    signs: Vec<Sign>,
}

/// A value that some shapes ask for.
#[derive(Debug)]
struct Sign {
    node: NodeId,
    /// The shapes that ask for nothing here.
    others: Shapes,
    /// The shapes for each text, in whatever letter case.
    values: Vec<(String, Shapes)>,
}

/// Shapes, by their bits. Those beyond the last bit are always tried.
type Shapes = u128;

fn bit(shape: usize) -> Shapes {
    u32::try_from(shape).ok().and_then(|shape| 1_u128.checked_shl(shape)).unwrap_or(0)
}

impl Signs {
    /// Of all sources.
    pub(super) fn new(sources: &[SourceProgram]) -> Self {
        let numbered = sources.iter().enumerate();
        let shapes: Vec<(usize, usize)> = numbered
            .flat_map(|(source, program)| (0..program.shapes.len()).map(move |shape| (source, shape)))
            .collect();
        let mut signs: Vec<Sign> = Vec::new();
        for (number, (source, shape)) in shapes.iter().enumerate() {
            for (node, values) in &sources[*source].shapes[*shape].equals {
                let known = signs.iter().position(|sign| sign.node == *node).unwrap_or_else(|| {
                    signs.push(Sign { node: *node, others: Shapes::MAX, values: Vec::new() });
                    signs.len() - 1
                });
                signs[known].add(values, bit(number));
            }
        }
        Self { shapes, signs }
    }

    /// The shapes that a record can be of, in order: none is left out, and what is given is still to be tried.
    pub(super) fn candidates(&self, captures: &Captures, line: &str) -> impl Iterator<Item = (usize, usize)> {
        let left = self.signs.iter().fold(Shapes::MAX, |left, sign| {
            // Most signs are about shapes that are out already.
            if left & !sign.others == 0 { left } else { left & sign.left(captures, line) }
        });
        let is_left = move |number: usize| number >= Shapes::BITS as usize || left & bit(number) != 0;
        self.shapes.iter().enumerate().filter(move |(number, _)| is_left(*number)).map(|(_, shape)| *shape)
    }
}

impl Sign {
    fn add(&mut self, values: &[String], shape: Shapes) {
        self.others &= !shape;
        for value in values {
            match self.values.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(value)) {
                Some((_, shapes)) => *shapes |= shape,
                None => self.values.push((value.clone(), shape)),
            }
        }
    }

    /// The shapes that the value does not rule out. What is no text is left to whoever tries the shapes.
    fn left(&self, captures: &Captures, line: &str) -> Shapes {
        match captures.get(self.node, line) {
            None => self.others,
            Some(Scalar::Text(text)) => {
                let found = self.values.iter().find(|(value, _)| value.eq_ignore_ascii_case(text));
                self.others | found.map_or(0, |(_, shapes)| *shapes)
            }
            Some(Scalar::Bool(_) | Scalar::Int(_) | Scalar::Big(_) | Scalar::Float(_) | Scalar::Composite) => {
                Shapes::MAX
            }
        }
    }
}
