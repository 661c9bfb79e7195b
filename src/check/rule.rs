//! A rule: its clauses put together to a plan.

use indexmap::IndexMap;

use crate::plan::{Duplicates, Expr, ExprKind, Geography, Metadata, Plan, PlanField, Shape, StreamIndex};
use crate::source::Span;
use crate::syntax::ast::{self, ClauseKind};
use crate::types::Type;
use crate::value::Value;

use super::error::CheckErrorKind;
use super::expr::{self, Place, Scope};
use super::fields::Parameter;
use super::scope::{Globals, type_of};
use super::{Outcome, Report, cell, deploy, lint, literal, metadata, settings, shape, show, unless};

/// Checks a rule. `None`: it has errors, and they were reported. Settings change none of the parameters in `fixed`.
pub fn check(
    rule: &ast::Rule,
    file: &str,
    globals: &Globals<'_>,
    fixed: &[&str],
    report: &mut Report<'_>,
) -> Option<Plan> {
    let before = report.error_count();
    metadata::report_repeated(rule, report);
    let mut metadata = metadata::check(rule, report);
    settings::metadata(&rule.name.node, globals.settings, &mut metadata, report);
    require(rule, report);
    let allowed = lint::allowed(rule, report);
    let (plan, parameters) = elaborate(rule, file, metadata, globals, fixed, report).ok()?;
    if report.error_count() > before {
        return None;
    }
    lint::check(rule, &plan, &parameters, &allowed, report);
    Some(plan)
}

/// The first clause that `pick` takes.
pub fn clause<'a, T>(rule: &'a ast::Rule, pick: impl Fn(&'a ClauseKind) -> Option<T>) -> Option<T> {
    rule.clauses.iter().find_map(|clause| pick(&clause.node))
}

/// Where the clause stands that a word begins.
pub fn span_of(rule: &ast::Rule, word: &str) -> Option<Span> {
    let clause = rule.clauses.iter().find(|clause| metadata::once_word(&clause.node) == Some(word));
    clause.map(|clause| clause.span)
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

fn elaborate(
    rule: &ast::Rule,
    file: &str,
    metadata: Metadata,
    globals: &Globals<'_>,
    fixed: &[&str],
    report: &mut Report<'_>,
) -> Outcome<(Plan, IndexMap<String, Parameter>)> {
    let mut scope = Scope::new(globals);
    let opened = open_streams(rule, &mut scope, report)?;
    parameters(rule, fixed, &mut scope, report);
    let filtered = filter(rule, &mut scope, report);
    let shape = shape::check(rule, &opened.steps, &mut scope, report);
    let unless = unless::check(rule, shape.as_ref().ok(), &opened.unless, &mut scope, report);
    let key = shape.as_ref().map(Shape::key).map(<[_]>::to_vec).unwrap_or_default();
    let place = shape::evidence(shape.as_ref().ok(), &mut scope);
    let show = show::check(rule, &key, place, &mut scope, report);
    let deployment = match (&shape, &show) {
        (Ok(_), Ok(show)) => deploy::check(rule, &key, show, &mut scope, report),
        _ => Err(super::Reported),
    };
    scope.look_at(StreamIndex(0));
    let schedule = deploy::schedule(rule, shape.as_ref().ok(), &mut scope, report);
    let geography = geography(&mut scope, rule.name.span, report);
    let (shape, unless, schedule, geography) = (shape?, unless?, schedule?, geography?);
    filtered?;
    let plan = Plan {
        name: rule.name.node.clone(),
        file: file.to_owned(),
        name_span: rule.name.span,
        source: report.source,
        metadata,
        duplicates: duplicates(&shape, &scope),
        streams: scope.take_streams(),
        fields: scope.fields,
        geography,
        lists: scope.lists,
        shape,
        unless,
        aggregates: scope.aggregates,
        show: show?,
        schedule,
        deployment: deployment?,
    };
    Ok((plan, scope.parameters))
}

/// The streams of a rule beside `from`.
struct Opened {
    /// One for each line of a sequence.
    steps: Vec<StreamIndex>,
    /// One for each `unless`.
    unless: Vec<StreamIndex>,
}

/// Finds the sources of all streams, before anything looks at their fields.
fn open_streams(rule: &ast::Rule, scope: &mut Scope<'_>, report: &mut Report<'_>) -> Outcome<Opened> {
    let mut opened = Opened { steps: Vec::new(), unless: Vec::new() };
    let mut outcome = Ok(());
    let open = |from: &ast::SourceList, scope: &mut Scope<'_>, report: &mut Report<'_>| {
        let sources = scope.globals.sources(from, report)?;
        scope.add_stream(sources, from.span, report)
    };
    let sequence = clause(rule, |kind| if let ClauseKind::Sequence(sequence) = kind { Some(sequence) } else { None });
    let from = rule
        .clauses
        .iter()
        .find_map(|clause| if let ClauseKind::From(from) = &clause.node { Some((from, clause.span)) } else { None });
    match (sequence, from) {
        (Some(_), Some((_, span))) => {
            let instead = "every step of a sequence names its own source";
            outcome =
                report.fail(span, CheckErrorKind::ClauseNotForShape { clause: "from", shape: "a sequence", instead });
        }
        (Some(sequence), None) => {
            for step in &sequence.steps {
                let (ast::Step::Event { from, .. } | ast::Step::Absence { from, .. }) = step;
                match open(from, scope, report) {
                    Ok(stream) => opened.steps.push(stream),
                    Err(reported) => outcome = Err(reported),
                }
            }
        }
        (None, Some((from, _))) => outcome = open(from, scope, report).map(|_| ()),
        (None, None) => outcome = Err(super::Reported),
    }
    for clause in &rule.clauses {
        let ClauseKind::Unless(unless) = &clause.node else { continue };
        match open(&unless.from, scope, report) {
            Ok(stream) => opened.unless.push(stream),
            Err(reported) => outcome = Err(reported),
        }
    }
    outcome.map(|()| opened)
}

fn parameters(rule: &ast::Rule, fixed: &[&str], scope: &mut Scope<'_>, report: &mut Report<'_>) {
    for clause in &rule.clauses {
        let ClauseKind::Param(param) = &clause.node else { continue };
        let name = &param.name;
        if scope.parameters.contains_key(&name.node) {
            report.add(name.span, CheckErrorKind::ParameterTwice(name.node.clone()));
            continue;
        }
        if scope.all_sources().any(|source| source.fields.contains_key(&name.node)) {
            report.add(name.span, CheckErrorKind::ParameterIsField(name.node.clone()));
            continue;
        }
        let ty = type_of(&param.ty, &scope.globals.providers, report);
        let value = match &ty {
            Ok(ty) => {
                let own = literal::value(&param.value, ty, report).ok();
                let set = scope.globals.settings.parameter(&rule.name.node, &name.node);
                let set = set.filter(|_| !fixed.contains(&name.node.as_str()));
                set.map_or(own, |set| cell::setting(set, ty, report).ok())
            }
            Err(_) => None,
        };
        let ty = ty.unwrap_or(Type::String);
        scope.parameters.insert(name.node.clone(), Parameter { ty, value, span: name.span, uses: Vec::new() });
    }
}

/// The conjuncts of `where`, put into the first stream.
fn filter(rule: &ast::Rule, scope: &mut Scope<'_>, report: &mut Report<'_>) -> Outcome<()> {
    let predicate = rule.clauses.iter().find_map(|clause| {
        if let ClauseKind::Where(predicate) = &clause.node { Some((predicate, clause.span)) } else { None }
    });
    let Some((predicate, span)) = predicate else { return Ok(()) };
    if clause(rule, |kind| if let ClauseKind::Sequence(_) = kind { Some(()) } else { None }).is_some() {
        let instead = "write the condition behind the source of each step that it is about";
        let kind = CheckErrorKind::ClauseNotForShape { clause: "where", shape: "a sequence", instead };
        return report.fail(span, kind);
    }
    scope.streams[0].filter = conjuncts(expr::condition(predicate, scope, Place::Event, report)?);
    Ok(())
}

/// The parts of a condition that all must hold.
pub fn conjuncts(condition: Expr) -> Vec<Expr> {
    if let ExprKind::And(parts) = condition.kind { parts } else { vec![condition] }
}

/// A clause's duration: a literal or a parameter of that type, more than nothing.
pub fn duration(expr: &ast::Expr, scope: &mut Scope<'_>, report: &mut Report<'_>) -> Outcome<i64> {
    let checked = expr::expect(expr, &Type::Duration, scope, Place::Condition, report)?;
    let ExprKind::Literal(Value::Duration(micros)) = checked.kind else {
        return report.fail(expr.span, CheckErrorKind::NotADuration(checked.ty));
    };
    if micros > 0 { Ok(micros) } else { report.fail(expr.span, CheckErrorKind::DurationNotPositive) }
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
        for stream in scope.streams_with(index) {
            scope.field_of(stream, "ip", name, report)?;
        }
    }
    Ok(Geography::Lookup)
}

/// Copies matter where each would be a match of its own, to what looks at the event just before, and to counts and sums.
fn duplicates(shape: &Shape, scope: &Scope<'_>) -> Duplicates {
    let counted = scope.aggregates.iter().any(|aggregate| aggregate.function.depends_on_duplicates());
    match shape {
        Shape::Single | Shape::Consecutive(_) | Shape::FirstSeen(_) => Duplicates::Matter,
        Shape::Window(_) | Shape::Tumbling(_) if counted => Duplicates::Matter,
        Shape::Window(_) | Shape::Tumbling(_) | Shape::Sequence(_) => Duplicates::Harmless,
    }
}
