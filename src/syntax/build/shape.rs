//! The clauses that give a rule its shape and have an inside of their own: consecutive, sequence, first seen, unless.

use super::children::{Children, Node};
use super::item::names;
use super::{Builder, Built};
use crate::source::Span;
use crate::syntax::ast::{AbsenceWhen, Consecutive, Expr, FirstSeen, Sequence, Step, Unless};
use crate::syntax::parser::Rule;

impl<'t> Builder<'t, '_> {
    pub(super) fn consecutive(&mut self, node: &Node<'t>) -> Built<Consecutive> {
        let mut parts = node.children();
        let within = self.expression(&parts.one(Rule::expression)?)?;
        let predicate = self.expression(&parts.one(Rule::expression)?)?;
        Ok(Consecutive { within, predicate })
    }

    pub(super) fn sequence(&mut self, node: &Node<'t>) -> Built<Sequence> {
        let mut parts = node.children();
        let by = parts.one_if(Rule::sequence_by).map(|by| names(&mut by.children())).unwrap_or_default();
        let within = self.expression(&parts.one(Rule::expression)?)?;
        let body = parts.one(Rule::sequence_body)?;
        let steps = self.block(&body, (Rule::sequence_step, Rule::steps_alone), Self::step);
        Ok(Sequence { by, within, steps })
    }

    fn step(&mut self, node: &Node<'t>) -> Built<Step> {
        let mut alternatives = node.children();
        if let Some(event) = alternatives.one_if(Rule::event_step) {
            let mut parts = event.children();
            let name = parts.one(Rule::word)?.spanned();
            let from = self.sources(&parts.one(Rule::sources)?)?;
            return Ok(Step::Event { name, from, predicate: self.step_where(&mut parts)? });
        }
        let absence = alternatives.one(Rule::absence)?;
        let mut parts = absence.children();
        let from = self.sources(&parts.one(Rule::sources)?)?;
        let predicate = self.step_where(&mut parts)?;
        let start = absence.span().start;
        let span = Span { start, end: start + 2 };
        Ok(Step::Absence { span, from, predicate, when: self.absence_when(&mut parts)? })
    }

    fn absence_when(&mut self, parts: &mut Children<'t>) -> Built<AbsenceWhen> {
        if let Some(between) = parts.one_if(Rule::between_steps) {
            let mut words = between.children();
            let first = words.one(Rule::word)?.spanned();
            return Ok(AbsenceWhen::Between(first, words.one(Rule::word)?.spanned()));
        }
        let mut after = parts.one(Rule::after_step)?.children();
        let within = self.expression(&after.one(Rule::expression)?)?;
        Ok(AbsenceWhen::After(within, after.one(Rule::word)?.spanned()))
    }

    fn step_where(&mut self, parts: &mut Children<'t>) -> Built<Option<Expr>> {
        parts.one_if(Rule::step_where).map(|node| self.only_expression(&node)).transpose()
    }

    pub(super) fn first_seen(&mut self, node: &Node<'t>) -> Built<FirstSeen> {
        let mut parts = node.children();
        let fields = names(&mut parts);
        let within = self.expression(&parts.one(Rule::expression)?)?;
        let learning = parts.one_if(Rule::learning);
        let learning = learning.map(|learning| self.only_expression(&learning)).transpose()?;
        Ok(FirstSeen { fields, within, learning })
    }

    pub(super) fn unless(&mut self, node: &Node<'t>) -> Built<Unless> {
        let mut parts = node.children();
        let from = self.sources(&parts.one(Rule::sources)?)?;
        let predicate = self.step_where(&mut parts)?;
        let within = self.expression(&parts.one(Rule::expression)?)?;
        let side = parts.one(Rule::side)?.spanned();
        Ok(Unless { from, predicate, within, side })
    }
}
