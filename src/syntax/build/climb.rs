//! Precedence: a row of operands and operators into a tree. Loosest first: `or`, `and`, `not`, comparisons, `+ -`, `* /`, unary `-`.
//!
//! Recursion is over the levels of precedence only. How tall a tree grows is counted, so that whoever walks it later by
//! recursion can.

use std::collections::VecDeque;

use super::Built;
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Spanned};
use crate::syntax::error::{Mixing, SyntaxError};
use crate::syntax::operator::{Infix, Level};

/// How tall an expression may be. Brackets alone stay below it; rows of `-` or `+` without brackets can pass it.
const MAX_HEIGHT: usize = 200;

/// An operator in front of an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefix {
    Not,
    Minus,
}

/// A piece of the row.
#[derive(Debug)]
pub(super) enum Piece {
    Prefix(Spanned<Prefix>),
    Value(Tall),
    Infix(Spanned<Infix>),
    Is { missing: bool, span: Span },
}

/// An expression with its height and with the place that includes its parentheses.
#[derive(Debug)]
pub(super) struct Tall {
    pub(super) expr: Expr,
    pub(super) height: usize,
    outer: Span,
}

impl Tall {
    /// An expression over parts, the tallest of which is `below` high.
    pub(super) fn new(kind: ExprKind, span: Span, below: usize) -> Built<Self> {
        if below >= MAX_HEIGHT {
            return Err(SyntaxError::TooDeep { span, limit: MAX_HEIGHT });
        }
        Ok(Self { expr: Expr { kind, span }, height: below + 1, outer: span })
    }

    pub(super) fn leaf(expr: Expr) -> Self {
        Self { outer: expr.span, expr, height: 1 }
    }

    pub(super) fn in_parentheses(self, outer: Span) -> Self {
        Self { outer, ..self }
    }

    fn pair(self, right: Self, make: impl FnOnce(Box<Expr>, Box<Expr>) -> ExprKind) -> Built<Self> {
        let span = self.outer.to(right.outer);
        let height = self.height.max(right.height);
        Self::new(make(Box::new(self.expr), Box::new(right.expr)), span, height)
    }
}

/// Reads the row from the left.
pub(super) struct Climb {
    pieces: VecDeque<Piece>,
    span: Span,
}

impl Climb {
    pub(super) fn new(pieces: Vec<Piece>, span: Span) -> Self {
        Self { pieces: pieces.into(), span }
    }

    /// The whole row.
    pub(super) fn expression(mut self) -> Built<Tall> {
        let tall = self.disjunction()?;
        match self.pieces.front() {
            None => Ok(tall),
            Some(_) => Err(self.disagreement()),
        }
    }

    fn disjunction(&mut self) -> Built<Tall> {
        let first = self.conjunction()?;
        let mut operands = vec![first];
        while self.infix_if(|infix| infix == Infix::Or).is_some() {
            operands.push(self.conjunction()?);
        }
        joined(operands, ExprKind::Or)
    }

    fn conjunction(&mut self) -> Built<Tall> {
        let first = self.negation()?;
        let mut operands = vec![first];
        while self.infix_if(|infix| infix == Infix::And).is_some() {
            operands.push(self.negation()?);
        }
        joined(operands, ExprKind::And)
    }

    fn negation(&mut self) -> Built<Tall> {
        let nots: Vec<Span> = std::iter::from_fn(|| self.prefix_if(Prefix::Not)).collect();
        let mut tall = self.comparison()?;
        for not in nots.into_iter().rev() {
            let span = not.to(tall.outer);
            tall = Tall::new(ExprKind::Not(Box::new(tall.expr)), span, tall.height)?;
        }
        Ok(tall)
    }

    fn comparison(&mut self) -> Built<Tall> {
        let left = self.row(Level::Sum)?;
        let tall = self.compared(left)?;
        match self.pieces.front() {
            Some(Piece::Infix(infix)) if infix.node.compares() => Err(chained(infix.span, infix.node.symbol())),
            Some(Piece::Is { span, .. }) => Err(chained(*span, "is")),
            Some(Piece::Infix(_) | Piece::Prefix(_) | Piece::Value(_)) | None => Ok(tall),
        }
    }

    /// The left side with the one comparison after it, if there is one.
    fn compared(&mut self, left: Tall) -> Built<Tall> {
        if let Some(Piece::Is { missing, span }) = self.pieces.front() {
            let (missing, span) = (*missing, left.outer.to(*span));
            self.pieces.pop_front();
            return Tall::new(ExprKind::Is { value: Box::new(left.expr), missing }, span, left.height);
        }
        let Some(infix) = self.infix_if(Infix::compares) else { return Ok(left) };
        let right = self.row(Level::Sum)?;
        left.pair(right, |value, set| match infix.node {
            Infix::In => ExprKind::In { value, set, negated: false },
            Infix::NotIn => ExprKind::In { value, set, negated: true },
            Infix::ContainsAll => ExprKind::ContainsSet { value, set, all: true },
            Infix::ContainsAny => ExprKind::ContainsSet { value, set, all: false },
            Infix::Binary(operator) => ExprKind::Binary(value, Spanned { node: operator, span: infix.span }, set),
            Infix::And | Infix::Or => ExprKind::And(vec![*value, *set]),
        })
    }

    /// `a + b - c`, or `a * b / c`, from the left.
    fn row(&mut self, level: Level) -> Built<Tall> {
        let mut left = self.below(level)?;
        while let Some(infix) = self.infix_if(|infix| infix.level() == Some(level)) {
            let right = self.below(level)?;
            if let Infix::Binary(operator) = infix.node {
                let operator = Spanned { node: operator, span: infix.span };
                left = left.pair(right, |left, right| ExprKind::Binary(left, operator, right))?;
            }
        }
        Ok(left)
    }

    fn below(&mut self, level: Level) -> Built<Tall> {
        match level {
            Level::Sum => self.row(Level::Product),
            Level::Product => self.unary(),
        }
    }

    fn unary(&mut self) -> Built<Tall> {
        let minuses: Vec<Span> = std::iter::from_fn(|| self.prefix_if(Prefix::Minus)).collect();
        let mut tall = match self.pieces.pop_front() {
            Some(Piece::Value(tall)) => tall,
            Some(Piece::Prefix(prefix)) => {
                let (operator, place) = ("not".to_owned(), Mixing::TightNot);
                return Err(SyntaxError::NeedsParentheses { span: prefix.span, operator, place });
            }
            Some(Piece::Infix(_) | Piece::Is { .. }) | None => return Err(self.disagreement()),
        };
        for minus in minuses.into_iter().rev() {
            let span = minus.to(tall.outer);
            tall = Tall::new(ExprKind::Negative(Box::new(tall.expr)), span, tall.height)?;
        }
        Ok(tall)
    }

    fn prefix_if(&mut self, wanted: Prefix) -> Option<Span> {
        match self.pieces.front() {
            Some(Piece::Prefix(prefix)) if prefix.node == wanted => {
                let span = prefix.span;
                self.pieces.pop_front();
                Some(span)
            }
            Some(Piece::Prefix(_) | Piece::Value(_) | Piece::Infix(_) | Piece::Is { .. }) | None => None,
        }
    }

    fn infix_if(&mut self, wanted: impl Fn(Infix) -> bool) -> Option<Spanned<Infix>> {
        match self.pieces.front() {
            Some(Piece::Infix(infix)) if wanted(infix.node) => {
                let infix = infix.clone();
                self.pieces.pop_front();
                Some(infix)
            }
            Some(Piece::Prefix(_) | Piece::Value(_) | Piece::Infix(_) | Piece::Is { .. }) | None => None,
        }
    }

    fn disagreement(&self) -> SyntaxError {
        SyntaxError::Disagreement { span: self.span, wanted: "an operand between its operators" }
    }
}

fn joined(mut operands: Vec<Tall>, make: impl FnOnce(Vec<Expr>) -> ExprKind) -> Built<Tall> {
    match operands.pop() {
        Some(only) if operands.is_empty() => Ok(only),
        last => {
            operands.extend(last);
            let span = operands.iter().map(|one| one.outer).reduce(Span::to).unwrap_or_default();
            let height = operands.iter().map(|one| one.height).max().unwrap_or_default();
            Tall::new(make(operands.into_iter().map(|one| one.expr).collect()), span, height)
        }
    }
}

fn chained(span: Span, operator: &str) -> SyntaxError {
    SyntaxError::NeedsParentheses { span, operator: operator.to_owned(), place: Mixing::Chained }
}
