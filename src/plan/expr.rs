//! Typed expressions.

use crate::library::Function;
use crate::library::aggregate::AggregateFunction;
use crate::source::Span;
use crate::types::Type;
use crate::value::Value;

/// An index into [`super::Plan::fields`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldIndex(pub usize);

/// Another event than the one that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The event just before, of a consecutive pair.
    Previous,
    /// The event of a step of a sequence, by index into [`super::Sequence::steps`].
    Step(usize),
    /// The matching event, as `unless` sees it; of a sequence the completing one.
    Match,
}

/// A typed expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its type.
    pub ty: Type,
    /// Where it was written.
    pub span: Span,
}

/// The kinds of expression. Logic is two-valued: a comparison, test or bool function with a missing operand is false.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A constant; never missing.
    Literal(Value),
    /// A field of the event that is looked at (over a window: of the matching event; in evidence: of the event that completes the
    /// match).
    Field(FieldIndex),
    /// A field of another event of the match.
    Of(Role, FieldIndex),
    /// An aggregate of the window, by index into [`super::Plan::aggregates`].
    Aggregate(usize),
    /// Flips true and false.
    Not(Box<Expr>),
    /// All hold; two operands or more.
    And(Vec<Expr>),
    /// One holds; two operands or more.
    Or(Vec<Expr>),
    /// `== != < <= > >=`
    Compare(Box<Expr>, CompareOperator, Box<Expr>),
    /// `contains`, `starts_with`, `ends_with`, `matches`: the right side is a literal text (lower case already when the left is
    /// a `name`; for `matches` a checked regular expression).
    Text(Box<Expr>, TextOperator, String),
    /// Equal to one of these literals (none of them a network).
    InValues(Box<Expr>, Vec<Value>),
    /// An address in one of these networks.
    InNetworks(Box<Expr>, Vec<ipnet::IpNet>),
    /// In a list, by index into [`super::Plan::lists`]; its entries are networks when its type is `cidr`.
    InList(Box<Expr>, usize),
    /// `is missing`
    IsMissing(Box<Expr>),
    /// A set of an aggregate holds all (or any) of these values.
    ContainsSet {
        /// The set.
        set: Box<Expr>,
        /// The values.
        values: Vec<Value>,
        /// All of them, or any.
        all: bool,
    },
    /// `+ - * /` on numbers, times and durations; the types were checked. A missing operand gives missing; division by zero
    /// gives missing; two `int` divide to a `float`.
    Arithmetic(Box<Expr>, ArithmeticOperator, Box<Expr>),
    /// A call of a library function.
    Call(&'static Function, Vec<Expr>),
}

/// Comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompareOperator {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl CompareOperator {
    /// The operator that says the same with its operands swapped.
    #[must_use]
    pub fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            Self::Equal | Self::NotEqual => self,
        }
    }

    /// The operator that holds for two present values exactly where this one does not.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::Less => Self::GreaterOrEqual,
            Self::LessOrEqual => Self::Greater,
            Self::Greater => Self::LessOrEqual,
            Self::GreaterOrEqual => Self::Less,
        }
    }
}

/// Tests of a text against a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TextOperator {
    /// Somewhere in it.
    Contains,
    /// At its start.
    StartsWith,
    /// At its end.
    EndsWith,
    /// A regular expression matches somewhere in it.
    Matches,
}

/// Arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ArithmeticOperator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

/// An aggregate over a window.
#[derive(Clone, Debug)]
pub struct Aggregate {
    /// Which.
    pub function: AggregateFunction,
    /// What it is over: a value, or for `count`, `any`, `all`, `ratio` a bool; none for `count()` and `span()`. Holds fields
    /// and literals, no aggregates.
    pub argument: Option<Expr>,
    /// The buckets that `mean` and `deviation` are over; none for the others.
    pub earlier: Option<Earlier>,
    /// Whom `prevalence` is over; none for the others.
    pub population: Option<Population>,
    /// What it gives.
    pub ty: Type,
    /// Where it was written first.
    pub span: Span,
}

/// Buckets of the matching event's key before the one that the event is in: whole multiples of their width since 1970. One
/// without events counts 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// What is worked out for each bucket: `count` or `distinct`, of the aggregate's argument.
    pub of: AggregateFunction,
    /// Width of a bucket in microseconds; divides a day.
    pub bucket: i64,
    /// Width of all of them, a multiple.
    pub history: i64,
}

/// The users of the rule's events in the whole days of UTC before the matching event's day.
#[derive(Clone, Debug)]
pub struct Population {
    /// Who a user is: a field of the event.
    pub user: Expr,
    /// How many days.
    pub days: i64,
}

impl Earlier {
    /// How many there are.
    #[must_use]
    pub fn buckets(self) -> i64 {
        self.history / self.bucket
    }
}

impl Aggregate {
    /// Whether it is over the events of the window or bucket, and not over earlier ones.
    #[must_use]
    pub fn is_over_window(&self) -> bool {
        self.earlier.is_none() && self.population.is_none()
    }

    /// Whether the argument is a condition.
    #[must_use]
    pub fn is_of_condition(&self) -> bool {
        match self.earlier.map_or(self.function, |earlier| earlier.of) {
            AggregateFunction::Count | AggregateFunction::Any | AggregateFunction::All | AggregateFunction::Ratio => {
                true
            }
            AggregateFunction::Distinct
            | AggregateFunction::Values
            | AggregateFunction::Min
            | AggregateFunction::Max
            | AggregateFunction::Sum
            | AggregateFunction::Avg
            | AggregateFunction::First
            | AggregateFunction::Last
            | AggregateFunction::Span
            | AggregateFunction::Hops
            | AggregateFunction::Mean
            | AggregateFunction::Deviation
            | AggregateFunction::Prevalence => false,
        }
    }
}

impl Expr {
    /// The operands, left to right.
    #[must_use]
    pub fn children(&self) -> Vec<&Self> {
        match &self.kind {
            ExprKind::Literal(_) | ExprKind::Field(_) | ExprKind::Of(..) | ExprKind::Aggregate(_) => Vec::new(),
            ExprKind::Not(a)
            | ExprKind::Text(a, ..)
            | ExprKind::InValues(a, _)
            | ExprKind::InNetworks(a, _)
            | ExprKind::InList(a, _)
            | ExprKind::IsMissing(a)
            | ExprKind::ContainsSet { set: a, .. } => vec![a],
            ExprKind::Compare(a, _, b) | ExprKind::Arithmetic(a, _, b) => vec![a, b],
            ExprKind::And(all) | ExprKind::Or(all) | ExprKind::Call(_, all) => all.iter().collect(),
        }
    }

    /// Calls `visit` on this expression and all below it.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        visit(self);
        for child in self.children() {
            child.walk(visit);
        }
    }

    /// Whether it looks at another event than its own.
    #[must_use]
    pub fn looks_at_another_event(&self) -> bool {
        let mut found = false;
        self.walk(&mut |part| found |= matches!(part.kind, ExprKind::Of(..)));
        found
    }

    /// Whether two expressions say the same, wherever they are written.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        let same_here = match (&self.kind, &other.kind) {
            (ExprKind::Literal(a), ExprKind::Literal(b)) => a == b && self.ty == other.ty,
            (ExprKind::Field(FieldIndex(a)), ExprKind::Field(FieldIndex(b)))
            | (ExprKind::Aggregate(a), ExprKind::Aggregate(b))
            | (ExprKind::InList(_, a), ExprKind::InList(_, b)) => a == b,
            (ExprKind::Of(a, field), ExprKind::Of(b, other)) => a == b && field == other,
            (ExprKind::Compare(_, a, _), ExprKind::Compare(_, b, _)) => a == b,
            (ExprKind::Arithmetic(_, a, _), ExprKind::Arithmetic(_, b, _)) => a == b,
            (ExprKind::Text(_, a, text), ExprKind::Text(_, b, other)) => a == b && text == other,
            (ExprKind::InValues(_, a), ExprKind::InValues(_, b)) => a == b,
            (ExprKind::InNetworks(_, a), ExprKind::InNetworks(_, b)) => a == b,
            (ExprKind::ContainsSet { values: a, all, .. }, ExprKind::ContainsSet { values: b, all: other, .. }) => {
                a == b && all == other
            }
            (ExprKind::Call(a, _), ExprKind::Call(b, _)) => a.name == b.name,
            (ExprKind::Not(_), ExprKind::Not(_))
            | (ExprKind::And(_), ExprKind::And(_))
            | (ExprKind::Or(_), ExprKind::Or(_))
            | (ExprKind::IsMissing(_), ExprKind::IsMissing(_)) => true,
            _ => false,
        };
        let (children, others) = (self.children(), other.children());
        same_here && children.len() == others.len() && children.iter().zip(others).all(|(a, b)| a.same_as(b))
    }
}
