//! A rule: its clauses put together to a plan.

use indexmap::IndexMap;

use crate::plan::{Duplicates, Expr, ExprKind, Geography, Leg, Metadata, Plan, PlanField, SECOND, Schedule, Shape};
use crate::source::Span;
use crate::syntax::ast::{self, ClauseKind};
use crate::types::Type;
use crate::value::Value;

use super::error::CheckErrorKind;
use super::expr::{self, Parameter, Place, Scope};
use super::scope::{Globals, type_of};
use super::{Outcome, Report, cell, lint, literal, metadata, settings, shape, show};

/// Checks a rule. `None`: it has errors, and they were reported.
pub fn check(rule: &ast::Rule, file: &str, globals: &Globals<'_>, report: &mut Report<'_>) -> Option<Plan> {
    let before = report.error_count();
    metadata::report_repeated(rule, report);
    let mut metadata = metadata::check(rule, report);
    settings::severity(&rule.name.node, globals.settings, &mut metadata, report);
    require(rule, report);
    report_unsupported(rule, report);
    lint::missing_description(rule, report);
    let plan = elaborate(rule, file, metadata, globals, report).ok()?;
    (report.error_count() == before).then_some(plan)
}

/// The first clause that `pick` takes.
pub fn clause<'a, T>(rule: &'a ast::Rule, pick: impl Fn(&'a ClauseKind) -> Option<T>) -> Option<T> {
    rule.clauses.iter().find_map(|clause| pick(&clause.node))
}

fn require(rule: &ast::Rule, report: &mut Report<'_>) {
    let has = |word| rule.clauses.iter().any(|clause| metadata::once_word(&clause.node) == Some(word));
    for word in ["title", "severity"] {
        if !has(word) {
            report.add(rule.name.span, CheckErrorKind::ClauseMissing { clause: word, because: "every rule has one" });
        }
    }
    if !has("from") && !has("sequence") {
        let because = "a rule reads one source at least";
        report.add(rule.name.span, CheckErrorKind::ClauseMissing { clause: "from", because });
    }
}

/// Constructs that parse but have no meaning here yet: an error at their place, never a wrong result.
fn report_unsupported(rule: &ast::Rule, report: &mut Report<'_>) {
    for clause in &rule.clauses {
        let Some(word) = metadata::once_word(&clause.node) else { continue };
        let what = match word {
            "consecutive" => "`consecutive`",
            "sequence" => "`sequence`",
            "first seen" => "`first seen`",
            "unless" => "`unless`",
            _ => continue,
        };
        report.add(clause.span, CheckErrorKind::NotSupportedYet(what));
    }
}

fn elaborate(
    rule: &ast::Rule,
    file: &str,
    metadata: Metadata,
    globals: &Globals<'_>,
    report: &mut Report<'_>,
) -> Outcome<Plan> {
    let from = clause(rule, |kind| if let ClauseKind::From(from) = kind { Some(from) } else { None });
    let sources = globals.sources(from.ok_or(super::Reported)?, report)?;
    let mut scope = Scope {
        globals,
        legs: vec![Vec::new(); sources.len()],
        sources,
        parameters: IndexMap::new(),
        fields: Vec::new(),
        lists: Vec::new(),
        aggregates: Vec::new(),
    };
    for built_in in ["time", "event_id"] {
        scope.field(built_in, rule.name.span, report)?;
    }
    parameters(rule, &mut scope, report);
    let filter = filter(rule, &mut scope, report);
    let shape = shape::check(rule, &mut scope, report);
    let evidence_place = match &shape {
        Ok(Shape::Single) => Place::Event,
        Ok(Shape::Window(_) | Shape::Tumbling(_)) | Err(_) => Place::Evidence,
    };
    let key = shape.as_ref().map(shape::key).unwrap_or_default();
    let show = show::check(rule, &key, evidence_place, &mut scope, report);
    let entities = show.as_ref().map(|show| show::entities(rule, &key, show, &scope, report));
    let schedule = schedule(rule, &mut scope, report);
    let suppress = suppress(rule, &mut scope, report);
    let geography = geography(&mut scope, rule.name.span, report);
    lint::unused_parameters(&scope, report);
    let (shape, schedule, geography) = (shape?, schedule?, geography?);
    let (filter, entities, suppress) = (filter?, entities.map_err(|reported| *reported)?, suppress?);
    Ok(Plan {
        name: rule.name.node.clone(),
        file: file.to_owned(),
        name_span: rule.name.span,
        source: report.source,
        metadata,
        duplicates: duplicates(&shape, &scope),
        legs: scope.sources.into_iter().zip(scope.legs).map(|(source, fields)| Leg { source, fields }).collect(),
        fields: scope.fields,
        geography,
        lists: scope.lists,
        filter,
        shape,
        aggregates: scope.aggregates,
        show: show?,
        entities,
        schedule,
        suppress,
    })
}

fn parameters(rule: &ast::Rule, scope: &mut Scope<'_>, report: &mut Report<'_>) {
    for clause in &rule.clauses {
        let ClauseKind::Param(param) = &clause.node else { continue };
        let name = &param.name;
        if scope.parameters.contains_key(&name.node) {
            report.add(name.span, CheckErrorKind::ParameterTwice(name.node.clone()));
            continue;
        }
        if scope.sources.iter().any(|source| source.fields.contains_key(&name.node)) {
            report.add(name.span, CheckErrorKind::ParameterIsField(name.node.clone()));
            continue;
        }
        let ty = type_of(&param.ty, &scope.globals.providers, report);
        let value = match &ty {
            Ok(ty) => {
                let own = literal::value(&param.value, ty, report).ok();
                let set = scope.globals.settings.parameter(&rule.name.node, &name.node);
                set.map_or(own, |set| cell::setting(set, ty, report).ok())
            }
            Err(_) => None,
        };
        let ty = ty.unwrap_or(Type::String);
        scope.parameters.insert(name.node.clone(), Parameter { ty, value, span: name.span, used: false });
    }
}

/// The conjuncts of `where`.
fn filter(rule: &ast::Rule, scope: &mut Scope<'_>, report: &mut Report<'_>) -> Outcome<Vec<Expr>> {
    let predicate = clause(rule, |kind| if let ClauseKind::Where(predicate) = kind { Some(predicate) } else { None });
    let Some(predicate) = predicate else { return Ok(Vec::new()) };
    let checked = expr::condition(predicate, scope, Place::Event, report)?;
    Ok(if let ExprKind::And(parts) = checked.kind { parts } else { vec![checked] })
}

/// A clause's duration: a literal or a parameter of that type, more than nothing.
pub fn duration(expr: &ast::Expr, scope: &mut Scope<'_>, report: &mut Report<'_>) -> Outcome<i64> {
    let checked = expr::expect(expr, &Type::Duration, scope, Place::Condition, report)?;
    let ExprKind::Literal(Value::Duration(micros)) = checked.kind else {
        return report.fail(expr.span, CheckErrorKind::NotADuration(checked.ty));
    };
    if micros > 0 { Ok(micros) } else { report.fail(expr.span, CheckErrorKind::DurationNotPositive) }
}

/// How often a rule runs when it does not say: Sentinel's template default for scheduled rules.
const DEFAULT_EVERY: i64 = 3600 * SECOND;

fn schedule(rule: &ast::Rule, scope: &mut Scope<'_>, report: &mut Report<'_>) -> Outcome<Schedule> {
    let usual_delay = scope.sources.iter().map(|source| source.delay).max().unwrap_or_default();
    let usual = settings::usual_schedule(scope.globals.settings, DEFAULT_EVERY, usual_delay);
    let given = clause(rule, |kind| if let ClauseKind::Schedule(schedule) = kind { Some(schedule) } else { None });
    let own = match given {
        Some(given) => {
            let every = duration(&given.every, scope, report);
            let delay = given.delay.as_ref().map_or(Ok(usual.delay), |delay| duration(delay, scope, report));
            Schedule { every: every?, delay: delay? }
        }
        None => usual,
    };
    Ok(settings::schedule(&rule.name.node, scope.globals.settings, own))
}

fn suppress(rule: &ast::Rule, scope: &mut Scope<'_>, report: &mut Report<'_>) -> Outcome<Option<i64>> {
    let given = clause(rule, |kind| if let ClauseKind::Suppress(given) = kind { Some(given) } else { None });
    given.map(|given| duration(given, scope, report)).transpose()
}

/// One vocabulary for the whole rule: if one source has only an address, all are looked up by address.
fn geography(scope: &mut Scope<'_>, name: Span, report: &mut Report<'_>) -> Outcome<Geography> {
    let geographic = |field: &PlanField| matches!(field.ty, Type::Country | Type::Location) || field.name == "city";
    let used: Vec<usize> = (0..scope.fields.len()).filter(|index| geographic(&scope.fields[*index])).collect();
    if used.is_empty() {
        return Ok(Geography::Unused);
    }
    if !used.iter().any(|index| scope.needs_look_up(*index)) {
        return Ok(Geography::Native);
    }
    for index in used {
        scope.fields[index].optional = true;
    }
    scope.field("ip", name, report)?;
    Ok(Geography::Lookup)
}

/// Copies matter to a single-event rule, where each would be a match of its own, and to counts and sums.
fn duplicates(shape: &Shape, scope: &Scope<'_>) -> Duplicates {
    let counted = scope.aggregates.iter().any(|aggregate| aggregate.function.depends_on_duplicates());
    match shape {
        Shape::Single => Duplicates::Matter,
        Shape::Window(_) | Shape::Tumbling(_) if counted => Duplicates::Matter,
        Shape::Window(_) | Shape::Tumbling(_) => Duplicates::Harmless,
    }
}
