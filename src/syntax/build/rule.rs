//! The clauses of a rule, but for those with an inside of their own: see `shape` and `deploy`.

use super::children::Node;
use super::deploy::{detail_item, entity_item};
use super::item::{names, type_name};
use super::{Builder, Built};
use crate::syntax::ast::{Allow, Clause, ClauseKind, Expr, Param, ShowItem, Spanned, Text};
use crate::syntax::parser::Rule;

impl<'t> Builder<'t, '_> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "a clause is one of these rules of the grammar")]
    pub(super) fn clause(&mut self, node: &Node<'t>) -> Built<Clause> {
        let node = node.children().any()?;
        let kind = match node.rule() {
            Rule::id => ClauseKind::Id(self.only_text(&node)?),
            Rule::title => ClauseKind::Title(self.only_text(&node)?),
            Rule::severity => ClauseKind::Severity(node.children().one(Rule::word)?.spanned()),
            Rule::status => ClauseKind::Status(node.children().one(Rule::word)?.spanned()),
            Rule::attack => ClauseKind::Attack(node.children().map(|part| part.spanned()).collect()),
            Rule::author => ClauseKind::Author(self.only_text(&node)?),
            Rule::owner => ClauseKind::Owner(self.only_text(&node)?),
            Rule::version => ClauseKind::Version(node.children().one(Rule::version_number)?.spanned()),
            Rule::date_clause => ClauseKind::Date(node.children().one(Rule::date)?.spanned()),
            Rule::references => ClauseKind::References(self.texts(&node)?),
            Rule::runbook => ClauseKind::Runbook(self.only_text(&node)?),
            Rule::false_positives => ClauseKind::FalsePositives(self.texts(&node)?),
            Rule::tags => ClauseKind::Tags(self.texts(&node)?),
            Rule::allow => ClauseKind::Allow(self.allow(&node)?),
            Rule::param => ClauseKind::Param(self.param(&node)?),
            Rule::from => ClauseKind::From(self.sources(&node.children().one(Rule::sources)?)?),
            Rule::where_clause => ClauseKind::Where(self.only_expression(&node)?),
            Rule::by => ClauseKind::By(names(&mut node.children())),
            Rule::within => ClauseKind::Within(self.only_expression(&node)?),
            Rule::per => ClauseKind::Per(self.only_expression(&node)?),
            Rule::when => ClauseKind::When(self.only_expression(&node)?),
            Rule::consecutive => ClauseKind::Consecutive(self.consecutive(&node)?),
            Rule::sequence => ClauseKind::Sequence(self.sequence(&node)?),
            Rule::first_seen => ClauseKind::FirstSeen(self.first_seen(&node)?),
            Rule::unless => ClauseKind::Unless(self.unless(&node)?),
            Rule::show => ClauseKind::Show(node.children().map(|item| self.show_item(&item)).collect::<Built<_>>()?),
            Rule::entity => ClauseKind::Entity(node.children().map(|item| entity_item(&item)).collect::<Built<_>>()?),
            Rule::detail => ClauseKind::Detail(node.children().map(|item| detail_item(&item)).collect::<Built<_>>()?),
            Rule::alert_title => ClauseKind::AlertTitle(self.template(&node.children().one(Rule::text)?)?),
            Rule::group_clause => ClauseKind::Group(self.group(&node)?),
            Rule::schedule => ClauseKind::Schedule(self.schedule(&node)?),
            Rule::suppress => ClauseKind::Suppress(self.suppress(&node)?),
            Rule::respond => ClauseKind::Respond(node.children().map(|word| word.spanned()).collect()),
            _ => return Err(node.disagreement("a clause")),
        };
        Ok(Spanned { node: kind, span: node.span() })
    }

    fn only_text(&mut self, node: &Node<'t>) -> Built<Text> {
        self.text(&node.children().one(Rule::text)?)
    }

    fn texts(&mut self, node: &Node<'t>) -> Built<Vec<Text>> {
        node.children().map(|text| self.text(&text)).collect()
    }

    /// The expression of a construct that has one and nothing else.
    pub(super) fn only_expression(&mut self, node: &Node<'t>) -> Built<Expr> {
        self.expression(&node.children().one(Rule::expression)?)
    }

    fn allow(&mut self, node: &Node<'t>) -> Built<Allow> {
        let mut parts = node.children();
        let code = parts.one(Rule::word)?.spanned();
        let reason = parts.one_if(Rule::text).map(|reason| self.text(&reason)).transpose()?;
        Ok(Allow { code, reason })
    }

    fn param(&mut self, node: &Node<'t>) -> Built<Param> {
        let mut parts = node.children();
        let name = parts.one(Rule::word)?.spanned();
        let ty = type_name(&parts.one(Rule::type_name)?)?;
        let value = self.literal(&parts.one(Rule::literal)?)?;
        Ok(Param { name, ty, value })
    }

    fn show_item(&mut self, node: &Node<'t>) -> Built<ShowItem> {
        let mut parts = node.children();
        let name = parts.one_if(Rule::show_name);
        let name = name.map(|name| name.children().one(Rule::word)).transpose()?.map(|word| word.spanned());
        Ok(ShowItem { name, value: self.expression(&parts.one(Rule::expression)?)? })
    }
}
