//! Expressions: their operands and operators in a row. `climb` puts the row into a tree.

use super::children::Node;
use super::climb::{Climb, Piece, Prefix, Tall};
use super::{Builder, Built};
use crate::source::Span;
use crate::syntax::ast::{BinaryOperator, Expr, ExprKind, Spanned};
use crate::syntax::error::SyntaxError;
use crate::syntax::foreign;
use crate::syntax::operator::Infix;
use crate::syntax::parser::Rule;

impl<'t> Builder<'t, '_> {
    pub(super) fn expression(&mut self, node: &Node<'t>) -> Built<Expr> {
        Ok(self.tall(node)?.expr)
    }

    fn tall(&mut self, node: &Node<'t>) -> Built<Tall> {
        let mut pieces = Vec::new();
        for part in node.children() {
            if part.rule() == Rule::operand {
                self.operand(&part, &mut pieces)?;
            } else {
                self.continuation(&part, &mut pieces)?;
            }
        }
        Climb::new(pieces, node.span()).expression()
    }

    fn operand(&mut self, node: &Node<'t>, pieces: &mut Vec<Piece>) -> Built<()> {
        for part in node.children() {
            let piece = if part.rule() == Rule::prefix {
                Piece::Prefix(self.prefix(&part)?)
            } else {
                Piece::Value(self.primary(&part)?)
            };
            pieces.push(piece);
        }
        Ok(())
    }

    fn prefix(&mut self, node: &Node<'t>) -> Built<Spanned<Prefix>> {
        let token = node.tokens().any()?;
        let span = token.span();
        if token.rule() == Rule::foreign_prefix {
            self.errors.push(SyntaxError::Foreign { span, foreign: foreign::prefix(token.text()) });
        }
        let prefix = if token.rule() == Rule::MINUS { Prefix::Minus } else { Prefix::Not };
        Ok(Spanned { node: prefix, span })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "whatever else an operand is has no parts")]
    fn primary(&mut self, node: &Node<'t>) -> Built<Tall> {
        match node.rule() {
            Rule::group => Ok(self.tall(&node.children().one(Rule::expression)?)?.in_parentheses(node.span())),
            Rule::list_literal => {
                let (entries, height) = self.several(node)?;
                Tall::new(ExprKind::List(entries), node.span(), height)
            }
            Rule::reference => self.reference(node),
            _ => Ok(Tall::leaf(self.simple(node)?)),
        }
    }

    fn reference(&mut self, node: &Node<'t>) -> Built<Tall> {
        let mut parts = node.children();
        let name = parts.one(Rule::name)?;
        match parts.one_if(Rule::arguments) {
            None => Ok(Tall::leaf(self.simple(&name)?)),
            Some(arguments) => {
                let (arguments, height) = self.several(&arguments)?;
                Tall::new(ExprKind::Call(name.spanned(), arguments), node.span(), height)
            }
        }
    }

    /// Expressions between brackets, and how tall the tallest is.
    fn several(&mut self, node: &Node<'t>) -> Built<(Vec<Expr>, usize)> {
        let mut height = 0;
        let mut expressions = Vec::new();
        for part in node.children() {
            let one = self.tall(&part)?;
            height = height.max(one.height);
            expressions.push(one.expr);
        }
        Ok((expressions, height))
    }

    fn continuation(&mut self, node: &Node<'t>, pieces: &mut Vec<Piece>) -> Built<()> {
        let mut parts = node.children();
        if let Some(test) = parts.one_if(Rule::is_test) {
            pieces.push(self.is_test(&test)?);
            return Ok(());
        }
        let infix = parts.one(Rule::infix)?;
        pieces.push(Piece::Infix(self.infix(&infix)?));
        self.operand(&parts.one(Rule::operand)?, pieces)
    }

    fn is_test(&mut self, node: &Node<'t>) -> Built<Piece> {
        let mut parts = node.tokens();
        parts.one(Rule::IS)?;
        let word = parts.any()?;
        let missing = if word.rule() == Rule::foreign_missing {
            let (missing, foreign) = foreign::missing(&one_blank(word.text()));
            self.errors.push(SyntaxError::Foreign { span: node.span(), foreign });
            missing
        } else {
            word.rule() == Rule::MISSING
        };
        Ok(Piece::Is { missing, span: node.span() })
    }

    fn infix(&mut self, node: &Node<'t>) -> Built<Spanned<Infix>> {
        let token = node.tokens().any()?;
        let span = token.span();
        let infix = if token.rule() == Rule::foreign_infix {
            self.foreign_infix(token.text(), span)
        } else {
            operator(token.rule()).ok_or_else(|| token.disagreement("an operator"))?
        };
        Ok(Spanned { node: infix, span })
    }

    fn foreign_infix(&mut self, text: &str, span: Span) -> Infix {
        let (infix, foreign) = foreign::infix(&one_blank(text));
        self.errors.push(SyntaxError::Foreign { span, foreign });
        infix
    }
}

fn one_blank(text: &str) -> String {
    text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the other rules of the grammar are no operators")]
fn operator(wanted: Rule) -> Option<Infix> {
    Some(match wanted {
        Rule::AND => Infix::And,
        Rule::OR => Infix::Or,
        Rule::IN => Infix::In,
        Rule::NOT_IN => Infix::NotIn,
        Rule::CONTAINS_ALL => Infix::ContainsAll,
        Rule::CONTAINS_ANY => Infix::ContainsAny,
        Rule::CONTAINS => Infix::Binary(BinaryOperator::Contains),
        Rule::STARTS_WITH => Infix::Binary(BinaryOperator::StartsWith),
        Rule::ENDS_WITH => Infix::Binary(BinaryOperator::EndsWith),
        Rule::MATCHES => Infix::Binary(BinaryOperator::Matches),
        Rule::EQUAL => Infix::Binary(BinaryOperator::Equal),
        Rule::NOT_EQUAL => Infix::Binary(BinaryOperator::NotEqual),
        Rule::LESS => Infix::Binary(BinaryOperator::Less),
        Rule::LESS_OR_EQUAL => Infix::Binary(BinaryOperator::LessOrEqual),
        Rule::GREATER => Infix::Binary(BinaryOperator::Greater),
        Rule::GREATER_OR_EQUAL => Infix::Binary(BinaryOperator::GreaterOrEqual),
        Rule::PLUS => Infix::Binary(BinaryOperator::Add),
        Rule::MINUS => Infix::Binary(BinaryOperator::Subtract),
        Rule::STAR => Infix::Binary(BinaryOperator::Multiply),
        Rule::SLASH => Infix::Binary(BinaryOperator::Divide),
        _ => return None,
    })
}
