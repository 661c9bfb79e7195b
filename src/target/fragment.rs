//! Pieces of query text that know how tightly they bind, so that parentheses are right and few on each target.

/// How tightly a piece of text binds, loosest first. Targets map their own precedence onto this ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// `a or b`
    Or,
    /// `a and b`
    And,
    /// `a == b`, `a in (…)`, `a contains b`
    Comparison,
    /// `a + b`
    Sum,
    /// `a * b`
    Product,
    /// A name, a literal, a call, anything in parentheses.
    Atom,
}

/// A piece of query text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// The text.
    pub text: String,
    /// How tightly its outermost operator binds.
    pub strength: Strength,
}

impl Fragment {
    /// A name, literal or call.
    #[must_use]
    pub fn atom(text: impl Into<String>) -> Self {
        Self { text: text.into(), strength: Strength::Atom }
    }

    /// A piece with an operator outermost.
    #[must_use]
    pub fn new(text: impl Into<String>, strength: Strength) -> Self {
        Self { text: text.into(), strength }
    }

    /// The text for a place that needs at least `strength`: in parentheses where it binds less tightly.
    #[must_use]
    pub fn at(&self, strength: Strength) -> String {
        if self.strength < strength { format!("({})", self.text) } else { self.text.clone() }
    }

    /// Pieces joined by an n-ary operator such as ` and `. One piece alone stays as it is.
    #[must_use]
    pub fn join(pieces: &[Self], operator: &str, strength: Strength) -> Self {
        if let [one] = pieces {
            return one.clone();
        }
        // An operand of the same strength needs no parentheses: `and` and `or` associate.
        let texts: Vec<String> = pieces.iter().map(|piece| piece.at(strength)).collect();
        Self::new(texts.join(operator), strength)
    }
}
