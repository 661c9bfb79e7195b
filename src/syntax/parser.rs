//! The parser that `pest` makes of `grammar/tokentrail.pest`.

#![allow(missing_docs, reason = "generated from the grammar, which has the comments")]

use pest_derive::Parser;

#[derive(Parser)]
#[grammar = "grammar/tokentrail.pest"]
pub(super) struct Grammar;
