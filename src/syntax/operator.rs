//! Operators between two operands, and how tightly they bind.

use super::ast::BinaryOperator;

/// An operator between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Infix {
    And,
    Or,
    In,
    NotIn,
    ContainsAll,
    ContainsAny,
    Binary(BinaryOperator),
}

/// The levels at which operators stand in a row of any length and make a tree to the left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Sum,
    Product,
}

impl Infix {
    /// Whether it is one of those that do not stand in a row: `a < b < c` has no meaning.
    pub(super) fn compares(self) -> bool {
        match self {
            Self::In | Self::NotIn | Self::ContainsAll | Self::ContainsAny => true,
            Self::And | Self::Or => false,
            Self::Binary(_) => self.level().is_none(),
        }
    }

    /// The level of an arithmetic operator.
    pub(super) fn level(self) -> Option<Level> {
        match self {
            Self::Binary(operator) => level(operator),
            Self::And | Self::Or | Self::In | Self::NotIn | Self::ContainsAll | Self::ContainsAny => None,
        }
    }

    /// As it is written.
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Self::And => "and",
            Self::Or => "or",
            Self::In => "in",
            Self::NotIn => "not in",
            Self::ContainsAll => "contains all",
            Self::ContainsAny => "contains any",
            Self::Binary(operator) => operator.symbol(),
        }
    }
}

/// The level of an arithmetic operator, `None` for comparisons.
pub(super) fn level(operator: BinaryOperator) -> Option<Level> {
    use BinaryOperator as B;
    match operator {
        B::Add | B::Subtract => Some(Level::Sum),
        B::Multiply | B::Divide => Some(Level::Product),
        B::Equal
        | B::NotEqual
        | B::Less
        | B::LessOrEqual
        | B::Greater
        | B::GreaterOrEqual
        | B::Contains
        | B::StartsWith
        | B::EndsWith
        | B::Matches => None,
    }
}
