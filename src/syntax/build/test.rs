//! Tests in the language: their events and what they expect.

use super::children::Node;
use super::{Builder, Built};
use crate::syntax::ast::{Expectation, Expr, Name, Spanned, Test, TestEvent};
use crate::syntax::error::SyntaxError;
use crate::syntax::parser::Rule;

/// A part of a test's block.
enum Part {
    Events(Vec<TestEvent>),
    Expectation(Expectation),
}

impl<'t> Builder<'t, '_> {
    pub(super) fn test(&mut self, node: &Node<'t>) -> Built<Test> {
        let mut parts = node.children();
        let name = self.text(&parts.one(Rule::text)?)?;
        let rule = parts.one(Rule::word)?.spanned();
        let body = parts.one(Rule::test_body)?;
        let (mut events, mut expectations) = (Vec::new(), Vec::new());
        for part in self.block(&body, (Rule::test_part, Rule::parts_alone), Self::test_part) {
            match part {
                Part::Events(more) => events.extend(more),
                Part::Expectation(one) => expectations.push(one),
            }
        }
        Ok(Test { name, rule, events, expectations, span: node.span() })
    }

    fn test_part(&mut self, node: &Node<'t>) -> Built<Part> {
        let mut alternatives = node.children();
        if let Some(events) = alternatives.one_if(Rule::events) {
            let body = events.children().one(Rule::events_body)?;
            let events = self.block(&body, (Rule::test_event, Rule::events_alone), Self::test_event);
            return Ok(Part::Events(events));
        }
        let expectation = alternatives.one(Rule::expectation)?.children().any()?;
        self.expectation(&expectation).map(Part::Expectation)
    }

    fn test_event(&mut self, node: &Node<'t>) -> Built<TestEvent> {
        let mut parts = node.children();
        let source = parts.one(Rule::name)?.spanned();
        Ok(TestEvent { source, fields: self.test_fields(&parts.one(Rule::test_fields)?)? })
    }

    fn test_fields(&mut self, node: &Node<'t>) -> Built<Vec<(Name, Expr)>> {
        let field = |field: Node<'t>| {
            let mut parts = field.children();
            let name = parts.one(Rule::name)?.spanned();
            Ok((name, self.literal(&parts.one(Rule::literal)?)?))
        };
        node.children().map(field).collect()
    }

    fn expectation(&mut self, node: &Node<'t>) -> Built<Expectation> {
        let mut parts = node.children();
        if let Some(fields) = parts.one_if(Rule::test_fields) {
            return Ok(Expectation::Match(self.test_fields(&fields)?));
        }
        match parts.one_if(Rule::integer) {
            Some(count) => {
                let span = count.span();
                let number = count.text().parse();
                let number =
                    number.map_err(|_| SyntaxError::NumberOutOfRange { span, text: count.text().to_owned() })?;
                Ok(Expectation::Count(Spanned { node: number, span }))
            }
            None => Ok(Expectation::None(node.span())),
        }
    }
}
