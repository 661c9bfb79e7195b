//! When a rule runs: every so often, or near real time.

use crate::plan::{Runs, SECOND, Schedule, Shape};
use crate::source::Span;
use crate::syntax::ast::{self, ClauseKind};

use super::super::expr::Scope;
use super::super::rule::{self, duration};
use super::super::{Outcome, Report, settings};
use super::error::DeployError;

/// How often a rule runs when it does not say: Sentinel's template default for scheduled rules.
const DEFAULT_EVERY: i64 = 3600 * SECOND;
/// How often a rule runs that runs near real time.
const NEAR_REAL_TIME: i64 = 60 * SECOND;

/// Checks `schedule`. What the settings say counts more than the rule, and that more than what is usual. Without a shape, which has
/// errors of its own, whether the rule can run near real time is not asked.
pub fn check(
    rule: &ast::Rule,
    shape: Option<&Shape>,
    scope: &mut Scope<'_>,
    report: &mut Report<'_>,
) -> Outcome<Schedule> {
    let usual_delay = scope.all_sources().map(|source| source.delay).max().unwrap_or_default();
    let usual = settings::usual_schedule(scope.globals.settings, DEFAULT_EVERY, usual_delay);
    let given = rule.clauses.iter().find_map(|clause| {
        if let ClauseKind::Schedule(given) = &clause.node { Some((given, clause.span)) } else { None }
    });
    let own = match given {
        Some((given, span)) => {
            let runs = match &given.every {
                Some(every) => duration(every, scope, report).map(|every| (every, Runs::Scheduled)),
                None => near_real_time(rule, shape, span, report).map(|()| (NEAR_REAL_TIME, Runs::NearRealTime)),
            };
            let delay = given.delay.as_ref().map_or(Ok(usual.delay), |delay| duration(delay, scope, report));
            let (every, runs) = runs?;
            Schedule { every, delay: delay?, runs }
        }
        None => usual,
    };
    Ok(settings::schedule(&rule.name.node, scope.globals.settings, own))
}

/// Only what an event says by itself can be told from the events that arrived in the last minute.
fn near_real_time(rule: &ast::Rule, shape: Option<&Shape>, span: Span, report: &mut Report<'_>) -> Outcome<()> {
    let reason = match shape {
        None | Some(Shape::Single) => None,
        Some(Shape::Window(_)) => Some(("within", "a window holds earlier events")),
        Some(Shape::Tumbling(_)) => Some(("per", "a bucket holds earlier events")),
        Some(Shape::Consecutive(_)) => Some(("consecutive", "a pair has an earlier event")),
        Some(Shape::Sequence(_)) => Some(("sequence", "a sequence has earlier events")),
        Some(Shape::FirstSeen(_)) => Some(("first seen", "a first use is told by the events before it")),
    };
    let unless = rule.clauses.iter().find(|clause| matches!(clause.node, ClauseKind::Unless(_)));
    let (because, other) = match (reason, unless) {
        (Some((word, because)), _) => (because, rule::span_of(rule, word)),
        (None, Some(unless)) => ("this looks at other events", Some(unless.span)),
        (None, None) => return Ok(()),
    };
    report.fail(span, DeployError::NotNearRealTime { because, other }.into())
}
