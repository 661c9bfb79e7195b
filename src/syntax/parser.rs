//! The parser that `pest` makes of `grammar/tokentrail.pest`.

#![allow(missing_docs, reason = "generated from the grammar, which has the comments")]

use pest_derive::Parser;

#[derive(Parser)]
#[grammar = "grammar/tokentrail.pest"]
pub(super) struct Grammar;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use pest::Parser;

    use super::*;
    use crate::syntax::chunk::chunks;

    /// Rules that give no pair: silent ones, and those that stand only in look-aheads or inside of atomic rules.
    const WITHOUT_TRACE: &[&str] = &[
        "WHITESPACE",
        "COMMENT",
        "WORD_START",
        "WORD_CHARACTER",
        "RESERVED",
        "bad_piece",
        "bad_block",
        "clause_start",
        "plain_start",
        "named_start",
        "clause_line",
        "step_start",
        "entry_start",
        "event_start",
        "texts",
        "names",
        "field_names",
        "primary",
        "plain_literal",
        "amount_part",
    ];
    /// Entry points that read a part of an item again to explain a mistake.
    const ALONE: &[Rule] = &[
        Rule::item_prefix,
        Rule::clauses_alone,
        Rule::steps_alone,
        Rule::entries_alone,
        Rule::parts_alone,
        Rule::events_alone,
    ];

    macro_rules! fixtures {
        ($($name:literal)+) => { [$(include_str!(concat!("../../tests/fixtures/syntax/", $name, ".trail")),)+] };
    }

    #[test]
    fn every_rule_of_the_grammar_is_exercised_by_a_fixture() {
        let texts = fixtures!(
            "language_overview" "shapes" "metadata" "parameters" "expressions" "words_as_names" "lists_and_views" "tests_of_rules"
            "comments" "deployment" "errors/doc_comments" "errors/foreign_operators" "errors/foreign_quotes" "errors/lists" "errors/numbers"
            "errors/sequences" "errors/several_mistakes_in_one_rule" "errors/tests" "errors/texts" "errors/unclosed_blocks"
        );
        let mut seen: BTreeSet<Rule> = BTreeSet::new();
        for text in texts {
            for chunk in chunks(text) {
                let parsed = Grammar::parse(Rule::item_alone, &text[chunk.span.range()]);
                seen.extend(parsed.into_iter().flat_map(|pairs| pairs.flatten().map(|pair| pair.as_rule())));
            }
        }
        let unseen = Rule::all_rules().iter().filter(|one| !seen.contains(one) && !ALONE.contains(one));
        let unseen: Vec<String> = unseen.map(|one| format!("{one:?}")).collect();
        assert_eq!(
            unseen.iter().filter(|name| !WITHOUT_TRACE.contains(&name.as_str())).collect::<Vec<_>>(),
            Vec::<&String>::new()
        );
        assert!(WITHOUT_TRACE.iter().all(|name| unseen.contains(&(*name).to_owned())));
    }
}
