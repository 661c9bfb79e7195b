//! Items: rules, lists, views and tests, from their doc comment to their closing brace. What stands inside is built elsewhere.

use super::children::{Children, Node};
use super::{Builder, Built};
use crate::source::Span;
use crate::syntax::ast::{
    Doc, Item, List, ListBody, ListEntry, Name, Rule as RuleItem, SourceList, Spanned, Text, TypeName, View,
};
use crate::syntax::error::SyntaxError;
use crate::syntax::foreign;
use crate::syntax::parser::Rule;

impl<'t> Builder<'t, '_> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "an item is one of four rules of the grammar")]
    pub(super) fn item(&mut self, node: &Node<'t>) -> Built<Item> {
        let mut parts = node.children();
        let doc = parts.one_if(Rule::doc);
        let body = parts.any()?;
        match body.rule() {
            Rule::rule => Ok(Item::Rule(self.rule(&body, doc.as_ref())?)),
            Rule::list => Ok(Item::List(self.list(&body, doc.as_ref())?)),
            Rule::view => Ok(Item::View(self.view(&body, doc.as_ref())?)),
            Rule::test => {
                self.errors.extend(doc.map(|doc| SyntaxError::MisplacedDoc { span: doc.span() }));
                Ok(Item::Test(self.test(&body)?))
            }
            _ => Err(body.disagreement("an item")),
        }
    }

    fn rule(&mut self, node: &Node<'t>, doc: Option<&Node<'t>>) -> Built<RuleItem> {
        let mut parts = node.children();
        let name = parts.one(Rule::word)?.spanned();
        let body = parts.one(Rule::rule_body)?;
        let clauses = self.block(&body, (Rule::clause, Rule::clauses_alone), Self::clause);
        Ok(RuleItem { doc: doc_text(doc), name, clauses, span: node.span() })
    }

    fn view(&mut self, node: &Node<'t>, doc: Option<&Node<'t>>) -> Built<View> {
        let mut parts = node.children();
        let name = parts.one(Rule::word)?.spanned();
        let sources = self.sources(&parts.one(Rule::sources)?)?;
        Ok(View { doc: doc_text(doc), name, sources, span: node.span() })
    }

    fn list(&mut self, node: &Node<'t>, doc: Option<&Node<'t>>) -> Built<List> {
        let mut parts = node.children();
        let name = parts.one(Rule::word)?.spanned();
        let ty = type_name(&parts.one(Rule::type_name)?)?;
        let body = match parts.one_if(Rule::list_body) {
            Some(body) => {
                let part = (Rule::list_entry, Rule::entries_alone);
                ListBody::Inline(self.block(&body, part, Self::list_entry))
            }
            None => self.list_source(&parts.one(Rule::list_source)?)?,
        };
        Ok(List { doc: doc_text(doc), name, ty, body, span: node.span() })
    }

    fn list_source(&mut self, node: &Node<'t>) -> Built<ListBody> {
        let mut parts = node.children();
        let span = node.span();
        if let Some(watchlist) = parts.one_if(Rule::list_watchlist) {
            let alias = self.text(&watchlist.children().one(Rule::text)?)?;
            return Ok(ListBody::Watchlist { alias, span });
        }
        let mut file = parts.one(Rule::list_file)?.children();
        let path = self.text(&file.one(Rule::text)?)?;
        let column = file.one_if(Rule::list_column);
        let column = column.map(|column| self.text(&column.children().one(Rule::text)?)).transpose()?;
        Ok(ListBody::File { path, column, span })
    }

    fn list_entry(&mut self, node: &Node<'t>) -> Built<ListEntry> {
        let mut parts = node.children();
        let value = self.literal(&parts.one(Rule::entry_value)?)?;
        let (mut owner, mut reason, mut expires) = (None, None, None);
        for attribute in parts {
            let mut inner = attribute.children();
            let span = attribute.span();
            if attribute.rule() == Rule::entry_owner {
                let text = self.text(&inner.one(Rule::text)?)?;
                once(&mut owner, text, span, "owner")?;
            } else if attribute.rule() == Rule::entry_reason {
                let text = self.text(&inner.one(Rule::text)?)?;
                once(&mut reason, text, span, "reason")?;
            } else {
                once(&mut expires, inner.one(Rule::date)?.spanned(), span, "expires")?;
            }
        }
        Ok(ListEntry { value, owner, reason, expires, span: node.span() })
    }

    /// `a + b`
    pub(super) fn sources(&mut self, node: &Node<'t>) -> Built<SourceList> {
        let mut names = Vec::new();
        for part in node.children() {
            if part.rule() == Rule::foreign_join {
                self.errors.push(SyntaxError::Foreign { span: part.span(), foreign: foreign::join(part.text()) });
            } else {
                names.push(part.spanned());
            }
        }
        if names.is_empty() { Err(node.disagreement("a source")) } else { Ok(SourceList { names, span: node.span() }) }
    }
}

/// Fills an attribute that may be given once.
fn once(slot: &mut Option<Text>, value: Text, span: Span, word: &'static str) -> Built<()> {
    match slot.replace(value) {
        Some(first) => Err(SyntaxError::Repeated { span, first: first.span, word }),
        None => Ok(()),
    }
}

/// The lines of a doc comment without the slashes and the blank after them.
fn doc_text(node: Option<&Node<'_>>) -> Doc {
    let node = node?;
    let lines: Vec<&str> = node.children().map(|line| line.text()).collect();
    let bare = |line: &&str| {
        let line = line.trim_start_matches('/');
        line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()
    };
    Some(Spanned { node: lines.iter().map(bare).collect::<Vec<_>>().join("\n"), span: node.span() })
}

/// `token<entra>`
pub(super) fn type_name(node: &Node<'_>) -> Built<TypeName> {
    let mut parts = node.children();
    let name = parts.one(Rule::word)?.spanned();
    Ok(TypeName { name, argument: parts.one_if(Rule::word).map(|word| word.spanned()) })
}

/// Names up to the next part that is none.
pub(super) fn names(parts: &mut Children<'_>) -> Vec<Name> {
    parts.all(Rule::name).iter().map(Node::spanned).collect()
}
