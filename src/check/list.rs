//! Lists: entries checked against the list's type, expired ones dropped with a warning.

use std::sync::Arc;

use crate::plan::ListData;
use crate::syntax::ast::{List, ListBody, ListEntry};
use crate::types::Type;

use super::error::{CheckErrorKind, NotA};
use super::{Outcome, Report, all, literal, scope};

/// Checks a list.
pub fn check(
    list: &List,
    providers: &[Arc<str>],
    today: jiff::civil::Date,
    report: &mut Report<'_>,
) -> Outcome<ListData> {
    let ty = scope::type_of(&list.ty, providers, report);
    let entries = match &list.body {
        ListBody::Inline(entries) => entries,
        ListBody::File { span, .. } => {
            return report.fail(*span, CheckErrorKind::NotSupportedYet("a list from a file"));
        }
        ListBody::Watchlist { span, .. } => {
            return report.fail(*span, CheckErrorKind::NotSupportedYet("a list from a watchlist"));
        }
    };
    let ty = ty?;
    if matches!(ty, Type::Bool | Type::Float | Type::Location | Type::Set(_) | Type::Enum(_)) {
        return report.fail(list.ty.name.span, CheckErrorKind::NotAListType(ty));
    }
    let values = all(entries.iter().map(|entry| {
        let counts = counts_today(entry, today, report)?;
        let value = literal::value(&entry.value, &ty, report)?;
        Ok(counts.then_some(value))
    }))?;
    Ok(ListData { name: list.name.node.clone(), ty, entries: values.into_iter().flatten().collect() })
}

/// Whether an entry still counts: `expires` names the last day on which it does.
fn counts_today(entry: &ListEntry, today: jiff::civil::Date, report: &mut Report<'_>) -> Outcome<bool> {
    let Some(expires) = &entry.expires else { return Ok(true) };
    let Ok(last_day) = expires.node.parse::<jiff::civil::Date>() else {
        let kind = CheckErrorKind::BadLiteral { text: expires.node.clone(), not_a: NotA::Date };
        return report.fail(expires.span, kind);
    };
    if last_day >= today {
        return Ok(true);
    }
    report.add(entry.span, CheckErrorKind::EntryExpired { last_day: last_day.to_string() });
    Ok(false)
}
