//! Expressions: on one line where they fit, broken at `and`, `or` and commas where they do not, and with the parentheses that
//! their tree needs and no others.

use super::comments::{Attached, Comment, attach_inside, commented};
use super::literal;
use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::operator::{Level, level};

/// How wide a line may be, in characters.
pub(super) const WIDTH: usize = 100;

/// How tightly something binds, loosest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binding {
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Product,
    Unary,
    Primary,
}

impl Binding {
    fn of(expr: &Expr) -> Self {
        match &expr.kind {
            ExprKind::Or(_) => Self::Or,
            ExprKind::And(_) => Self::And,
            ExprKind::Not(_) => Self::Not,
            ExprKind::In { .. } | ExprKind::Is { .. } | ExprKind::ContainsSet { .. } => Self::Comparison,
            ExprKind::Binary(_, operator, _) => match level(operator.node) {
                None => Self::Comparison,
                Some(Level::Sum) => Self::Sum,
                Some(Level::Product) => Self::Product,
            },
            ExprKind::Negative(_) => Self::Unary,
            ExprKind::Text(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Bool(_)
            | ExprKind::Quantity(..)
            | ExprKind::Time(_)
            | ExprKind::List(_)
            | ExprKind::Name(_)
            | ExprKind::Call(..) => Self::Primary,
        }
    }

    /// What the left and the right operand of a binary operator must bind at least as tightly as.
    fn operands(self) -> (Self, Self) {
        match self {
            Self::Sum => (Self::Sum, Self::Product),
            Self::Product => (Self::Product, Self::Unary),
            Self::Or | Self::And | Self::Not | Self::Comparison | Self::Unary | Self::Primary => (Self::Sum, Self::Sum),
        }
    }
}

/// An expression that starts at a column. Its lines after the first are indented already.
pub(super) fn expression(expr: &Expr, column: usize) -> String {
    Layout { width: WIDTH }.lay(expr, Binding::Or, column)
}

/// An expression on one line, however long.
pub(super) fn flat(expr: &Expr) -> String {
    FLAT.lay(expr, Binding::Or, 0)
}

/// A condition with comments between its operands: each operand is on a line of its own then. Comments that belong to no
/// line inside are given back.
pub(super) fn condition(expr: &Expr, column: usize, comments: Vec<Comment>) -> (Vec<Comment>, String) {
    let (before, attached) = operand_comments(expr, comments);
    let text = match attached {
        Some(attached) => broken(expr, column, attached),
        None => expression(expr, column),
    };
    (before, text)
}

/// The comments of a condition, those that stand before it and those of its operands.
pub(super) fn operand_comments(expr: &Expr, comments: Vec<Comment>) -> (Vec<Comment>, Option<Vec<Attached>>) {
    let Some((operands, ..)) = row(expr) else { return (comments, None) };
    let spans: Vec<_> = operands.iter().map(|operand| operand.span).collect();
    attach_inside(comments, &spans)
}

/// A row of operands on a line each, with their comments.
pub(super) fn broken(expr: &Expr, column: usize, attached: Vec<Attached>) -> String {
    let Some((operands, word, needed)) = row(expr) else { return expression(expr, column) };
    let lines = operands.iter().enumerate().map(|(index, operand)| {
        let lead = if index == 0 { "" } else { word };
        lead.to_owned() + &Layout { width: WIDTH }.lay(operand, needed, column + lead.len())
    });
    commented(lines, attached, column)
}

/// The operands of `and` and `or`, the word before each but the first, and how tightly they must bind.
fn row(expr: &Expr) -> Option<(&[Expr], &'static str, Binding)> {
    if let ExprKind::And(operands) = &expr.kind {
        return Some((operands, "and ", Binding::Not));
    }
    if let ExprKind::Or(operands) = &expr.kind {
        return Some((operands, "or ", Binding::And));
    }
    None
}

/// Items between brackets, as many on a line as fit; the column is that of the opening bracket.
pub(super) fn filled(open: &str, items: &[String], close: &str, column: usize) -> String {
    Layout { width: WIDTH }.fill(open, items, close, column)
}

/// A line end and the indentation of the next line.
pub(super) fn new_line(column: usize) -> String {
    format!("\n{}", " ".repeat(column))
}

/// The column after a text that started at one.
pub(super) fn end_column(text: &str, column: usize) -> usize {
    match text.rsplit_once('\n') {
        Some((_, last)) => last.chars().count(),
        None => column + text.chars().count(),
    }
}

/// Lays expressions out in a width.
struct Layout {
    width: usize,
}

const FLAT: Layout = Layout { width: usize::MAX };

impl Layout {
    /// An expression, in parentheses if it binds looser than its place needs.
    fn lay(&self, expr: &Expr, needed: Binding, column: usize) -> String {
        if self.width != usize::MAX {
            let flat = FLAT.lay(expr, needed, 0);
            if column + flat.chars().count() <= self.width {
                return flat;
            }
        }
        if Binding::of(expr) < needed { format!("({})", self.open(expr, column + 1)) } else { self.open(expr, column) }
    }

    fn open(&self, expr: &Expr, column: usize) -> String {
        match &expr.kind {
            ExprKind::Text(text) => literal::text(text),
            ExprKind::Int(number) => number.to_string(),
            ExprKind::Float(number) => literal::float(*number),
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::Quantity(number, unit) => literal::quantity(*number, unit),
            ExprKind::Time(text) | ExprKind::Name(text) => text.clone(),
            ExprKind::List(entries) => self.several("[", entries, "]", column),
            ExprKind::Call(name, arguments) => self.several(&format!("{}(", name.node), arguments, ")", column),
            ExprKind::Not(inner) => format!("not {}", self.lay(inner, Binding::Not, column + 4)),
            ExprKind::Negative(inner) => format!("-{}", self.lay(inner, Binding::Unary, column + 1)),
            ExprKind::And(operands) => self.row(operands, "and ", Binding::Not, column),
            ExprKind::Or(operands) => self.row(operands, "or ", Binding::And, column),
            ExprKind::Binary(left, operator, right) => {
                self.infix(left, operator.node.symbol(), right, Binding::of(expr).operands(), column)
            }
            ExprKind::In { value, set, negated } => {
                let word = if *negated { "not in" } else { "in" };
                self.infix(value, word, set, Binding::Comparison.operands(), column)
            }
            ExprKind::ContainsSet { value, set, all } => {
                let word = if *all { "contains all" } else { "contains any" };
                self.infix(value, word, set, Binding::Comparison.operands(), column)
            }
            ExprKind::Is { value, missing } => {
                let word = if *missing { "missing" } else { "present" };
                format!("{} is {word}", self.lay(value, Binding::Sum, column))
            }
        }
    }

    fn infix(&self, left: &Expr, word: &str, right: &Expr, needed: (Binding, Binding), column: usize) -> String {
        let mut text = self.lay(left, needed.0, column);
        text.extend([" ", word, " "]);
        let right = self.lay(right, needed.1, end_column(&text, column));
        text + &right
    }

    /// `a and b and c`, each operand on a line of its own where it must be broken.
    fn row(&self, operands: &[Expr], word: &str, needed: Binding, column: usize) -> String {
        let between = if self.width == usize::MAX { " ".to_owned() } else { new_line(column) };
        let mut text = String::new();
        for (index, operand) in operands.iter().enumerate() {
            let lead = if index == 0 { "" } else { word };
            if index > 0 {
                text.push_str(&between);
            }
            text.push_str(lead);
            text.push_str(&self.lay(operand, needed, column + lead.len()));
        }
        text
    }

    fn several(&self, open: &str, items: &[Expr], close: &str, column: usize) -> String {
        let inside = column + open.chars().count();
        let items: Vec<String> = items.iter().map(|item| self.lay(item, Binding::Or, inside)).collect();
        self.fill(open, &items, close, column)
    }

    fn fill(&self, open: &str, items: &[String], close: &str, column: usize) -> String {
        let inside = column + open.chars().count();
        let mut text = open.to_owned();
        let mut at = inside;
        for (index, item) in items.iter().enumerate() {
            let last = index + 1 == items.len();
            let after = if last { close.chars().count() } else { 1 };
            if index > 0 {
                let fits = at.saturating_add(1 + item.chars().count() + after) <= self.width;
                text.push_str(&if fits { " ".to_owned() } else { new_line(inside) });
                at = if fits { at + 1 } else { inside };
            }
            text.push_str(item);
            at = end_column(item, at);
            if !last {
                text.push(',');
                at += 1;
            }
        }
        text.push_str(close);
        text
    }
}
