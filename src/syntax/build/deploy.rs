//! The clauses that say what is made of a rule: entities, details, titles, groups, schedule, silence.

use super::children::Node;
use super::item::names;
use super::literal::characters;
use super::{Builder, Built};
use crate::source::Span;
use crate::syntax::ast::{DetailItem, EntityItem, Group, Schedule, Spanned, Suppress, Template, TemplatePart};
use crate::syntax::error::{Brace, SyntaxError};
use crate::syntax::parser::Rule;

impl<'t> Builder<'t, '_> {
    pub(super) fn schedule(&mut self, node: &Node<'t>) -> Built<Schedule> {
        let mut parts = node.children();
        let every = match parts.one_if(Rule::schedule_nrt) {
            Some(_) => None,
            None => Some(self.expression(&parts.one(Rule::expression)?)?),
        };
        let delay = parts.one_if(Rule::schedule_delay);
        Ok(Schedule { every, delay: delay.map(|delay| self.only_expression(&delay)).transpose()? })
    }

    pub(super) fn suppress(&mut self, node: &Node<'t>) -> Built<Suppress> {
        let mut parts = node.children();
        let all = parts.one_if(Rule::suppress_all).is_some();
        Ok(Suppress { time: self.expression(&parts.one(Rule::expression)?)?, all })
    }

    pub(super) fn group(&mut self, node: &Node<'t>) -> Built<Group> {
        let mut parts = node.children();
        let by = match parts.one_if(Rule::group_by) {
            Some(by) => names(&mut by.children()),
            None => parts.one(Rule::group_all).map(|_| Vec::new())?,
        };
        let within = self.expression(&parts.one(Rule::expression)?)?;
        Ok(Group { by, within, reopen: parts.one_if(Rule::group_reopen).is_some() })
    }

    /// A text with columns in braces.
    pub(super) fn template(&mut self, node: &Node<'t>) -> Built<Template> {
        // What is wrong with the text itself is found here.
        let text = self.text(node)?;
        let mut characters = characters(&node.children().any()?).into_iter().peekable();
        let mut parts = Vec::new();
        let mut plain = String::new();
        while let Some((character, span)) = characters.next() {
            let doubled = characters.next_if(|(next, _)| matches!(character, '{' | '}') && *next == character);
            match character {
                '{' if doubled.is_none() => {
                    let column = column(span, &mut characters)?;
                    if !plain.is_empty() {
                        parts.push(TemplatePart::Text(std::mem::take(&mut plain)));
                    }
                    parts.push(TemplatePart::Column(column));
                }
                '}' if doubled.is_none() => return Err(SyntaxError::Brace { span, brace: Brace::NeverOpened }),
                plain_character => plain.push(plain_character),
            }
        }
        if !plain.is_empty() {
            parts.push(TemplatePart::Text(plain));
        }
        Ok(Spanned { node: parts, span: text.span })
    }
}

/// The name of a column up to its closing brace; the place takes the braces in.
fn column(open: Span, characters: &mut impl Iterator<Item = (char, Span)>) -> Built<Spanned<String>> {
    let mut name = String::new();
    for (character, span) in characters {
        if character == '}' {
            let span = open.to(span);
            let first = name.bytes().next().is_some_and(|first| !first.is_ascii_digit());
            let word = first && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            return if word {
                Ok(Spanned { node: name, span })
            } else {
                Err(SyntaxError::Brace { span, brace: Brace::NoColumn })
            };
        }
        name.push(character);
    }
    Err(SyntaxError::Brace { span: open, brace: Brace::NeverClosed })
}

pub(super) fn entity_item(node: &Node<'_>) -> Built<EntityItem> {
    let mut parts = node.children();
    let kind = parts.one(Rule::word)?.spanned();
    Ok(EntityItem { kind, arguments: names(&mut parts), span: node.span() })
}

pub(super) fn detail_item(node: &Node<'_>) -> Built<DetailItem> {
    let mut parts = node.children();
    let name = parts.one(Rule::word)?.spanned();
    Ok(DetailItem { name, column: parts.one_if(Rule::name).map(|column| column.spanned()) })
}
