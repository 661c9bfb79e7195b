//! Tests in the language: their events and what they expect.

use super::children::Node;
use super::{Builder, Built};
use crate::source::Span;
use crate::syntax::ast::{
    Expectation, ExpectationKind, Expr, Name, Repeat, ResultWord, Spanned, Test, TestEvent, TestEventKind, TestField,
    TestValue,
};
use crate::syntax::error::SyntaxError;
use crate::syntax::parser::Rule;

/// A part of a test's block.
enum Part {
    Settings(Vec<(Name, Expr)>),
    Given(Vec<TestField>),
    Events(Vec<TestEvent>),
    Expectation(Expectation),
}

impl<'t> Builder<'t, '_> {
    pub(super) fn test(&mut self, node: &Node<'t>) -> Built<Test> {
        let mut parts = node.children();
        let name = self.text(&parts.one(Rule::text)?)?;
        let rule = parts.one(Rule::word)?.spanned();
        let body = parts.one(Rule::test_body)?;
        let (settings, given, events, expectations) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut test = Test { name, rule, settings, given, events, expectations, span: node.span() };
        for part in self.block(&body, (Rule::test_part, Rule::parts_alone), Self::test_part) {
            match part {
                Part::Settings(more) => test.settings.extend(more),
                Part::Given(more) => test.given.extend(more),
                Part::Events(more) => test.events.extend(more),
                Part::Expectation(one) => test.expectations.push(one),
            }
        }
        Ok(test)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "a part is one of four rules of the grammar")]
    fn test_part(&mut self, node: &Node<'t>) -> Built<Part> {
        let part = node.children().any()?;
        match part.rule() {
            Rule::settings => part.children().map(|one| self.setting(&one)).collect::<Built<_>>().map(Part::Settings),
            Rule::given => self.test_fields(&part.children().one(Rule::test_fields)?).map(Part::Given),
            Rule::events => {
                let body = part.children().one(Rule::events_body)?;
                Ok(Part::Events(self.block(&body, (Rule::test_event, Rule::events_alone), Self::test_event)))
            }
            Rule::expectation => self.expectation(&part.children().any()?).map(Part::Expectation),
            _ => Err(part.disagreement("a part of a test")),
        }
    }

    fn setting(&mut self, node: &Node<'t>) -> Built<(Name, Expr)> {
        let mut parts = node.children();
        Ok((parts.one(Rule::word)?.spanned(), self.literal(&parts.one(Rule::literal)?)?))
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "an event is one of four rules of the grammar")]
    fn test_event(&mut self, node: &Node<'t>) -> Built<TestEvent> {
        let event = node.children().any()?;
        let mut parts = event.children();
        let kind = match event.rule() {
            Rule::field_event => {
                let source = parts.one(Rule::name)?.spanned();
                let fields = self.test_fields(&parts.one(Rule::test_fields)?)?;
                let repeat = parts.one_if(Rule::repeat).map(|repeat| self::repeat(&repeat)).transpose()?;
                TestEventKind::Fields { source, fields, repeat }
            }
            Rule::raw_event => TestEventKind::Record {
                source: parts.one(Rule::name)?.spanned(),
                json: parts.one(Rule::json)?.spanned(),
            },
            Rule::file_event => TestEventKind::File(self.text(&parts.one(Rule::text)?)?),
            Rule::other_events => TestEventKind::Other {
                rule: parts.one(Rule::word)?.spanned(),
                test: parts.one_if(Rule::text).map(|text| self.text(&text)).transpose()?,
            },
            _ => return Err(event.disagreement("an event")),
        };
        Ok(Spanned { node: kind, span: span(node, &event) })
    }

    fn test_fields(&mut self, node: &Node<'t>) -> Built<Vec<TestField>> {
        let field = |field: Node<'t>| {
            let mut parts = field.children();
            // `matches` is a word of the language and a column of alerts.
            let name = parts.any()?.spanned();
            let value = match parts.one_if(Rule::offset) {
                Some(offset) => TestValue::Offset(offset.spanned()),
                None => TestValue::Literal(self.literal(&parts.one(Rule::literal)?)?),
            };
            Ok(TestField { name, value })
        };
        node.children().map(field).collect()
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "an expectation is one of three rules of the grammar")]
    fn expectation(&mut self, node: &Node<'t>) -> Built<Expectation> {
        let mut parts = node.children();
        let kind = match node.rule() {
            Rule::expect_none => ExpectationKind::None,
            Rule::expect_count => {
                let count = count(&parts.one(Rule::integer)?)?;
                ExpectationKind::Count(count.node, result_word(&parts.one(Rule::results_word)?))
            }
            Rule::expect_row => {
                let result = result_word(&parts.one(Rule::result_word)?);
                ExpectationKind::Row(result, self.test_fields(&parts.one(Rule::test_fields)?)?)
            }
            _ => return Err(node.disagreement("what is expected")),
        };
        Ok(Spanned { node: kind, span: node.span() })
    }
}

/// Where an event is, its closing brace included.
fn span(node: &Node<'_>, event: &Node<'_>) -> Span {
    node.span().to(event.span())
}

fn count(node: &Node<'_>) -> Built<Spanned<u64>> {
    let span = node.span();
    let out_of_range = |_| SyntaxError::NumberOutOfRange { span, text: node.text().to_owned() };
    node.text().parse().map(|count| Spanned { node: count, span }).map_err(out_of_range)
}

fn repeat(node: &Node<'_>) -> Built<Repeat> {
    let mut parts = node.children();
    let count = count(&parts.one(Rule::integer)?)?;
    Ok(Repeat { count, every: parts.one_if(Rule::amount).map(|amount| amount.spanned()) })
}

fn result_word(node: &Node<'_>) -> ResultWord {
    if node.text().starts_with("match") { ResultWord::Match } else { ResultWord::Alert }
}
