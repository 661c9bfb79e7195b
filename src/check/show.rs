//! Evidence columns.

use crate::library::LOCATION_TEXT;
use crate::plan::{Expr, ExprKind, FieldIndex, Show};
use crate::syntax::ast::{self, ClauseKind, ShowItem};
use crate::types::Type;

use super::error::CheckErrorKind;
use super::expr::{self, Place, Scope};
use super::{Outcome, Report, all, rule};

/// Columns that every result has, beside the key: they may not be used as names in `show`.
const RESULT_COLUMNS: [&str; 6] = ["time", "event_id", "first_time", "last_time", "matches", "event_ids"];

/// Checks `show`. Without the clause there are no evidence columns.
pub fn check(
    rule: &ast::Rule,
    key: &[FieldIndex],
    place: Place,
    scope: &mut Scope<'_>,
    report: &mut Report<'_>,
) -> Outcome<Vec<Show>> {
    let items = rule::clause(rule, |kind| if let ClauseKind::Show(items) = kind { Some(items) } else { None });
    let mut names: Vec<String> = key.iter().map(|index| scope.fields[index.0].name.clone()).collect();
    let items = items.map(Vec::as_slice).unwrap_or_default();
    all(items.iter().map(|item| check_item(item, &mut names, place, scope, report)).collect::<Vec<_>>())
}

fn check_item(
    item: &ShowItem,
    names: &mut Vec<String>,
    place: Place,
    scope: &mut Scope<'_>,
    report: &mut Report<'_>,
) -> Outcome<Show> {
    let value = expr::check(&item.value, scope, place, report);
    let name = match (&item.name, &item.value.kind) {
        (Some(name), _) => name.clone(),
        // `signin.ip` makes a column `signin_ip`.
        (None, ast::ExprKind::Name(field)) => ast::Spanned { node: field.replace('.', "_"), span: item.value.span },
        (None, _) => return report.fail(item.value.span, CheckErrorKind::ShowWithoutName),
    };
    if names.contains(&name.node) {
        return report.fail(name.span, CheckErrorKind::ColumnTwice(name.node));
    }
    if RESULT_COLUMNS.contains(&name.node.as_str()) {
        return report.fail(name.span, CheckErrorKind::ColumnOfResult(name.node));
    }
    names.push(name.node.clone());
    Ok(Show { name: name.node, value: as_column(value?) })
}

/// A place is shown as a text, which is the same on every target.
fn as_column(value: Expr) -> Expr {
    if value.ty != Type::Location {
        return value;
    }
    let span = value.span;
    Expr { kind: ExprKind::Call(&LOCATION_TEXT, vec![value]), ty: Type::String, span }
}
