//! Settings held against the rules: names that must be there, and what is set about severity and schedule.

use std::collections::BTreeSet;

use crate::diagnostic::suggest;
use crate::plan::{Metadata, Runs, Schedule};
use crate::settings::{Assignment, Named, Settings};
use crate::source::{Place, SourceId};
use crate::syntax::ast::{self, ClauseKind, Spanned};

use super::error::{CheckError, CheckErrorKind};
use super::given::GivenError;
use super::{Inputs, Report};

/// Reports every name in the settings that is not there. A rule or list of a file that is not part of the run is.
pub fn check_names(
    trees: &[(SourceId, ast::File)],
    broken: &[String],
    inputs: &Inputs<'_>,
    errors: &mut Vec<CheckError>,
) {
    let items = || trees.iter().flat_map(|(_, tree)| &tree.items);
    let rules: Vec<&ast::Rule> = items().filter_map(rule).collect();
    let lists: Vec<&ast::List> = items().filter_map(list).collect();
    let settings = inputs.settings;
    let (mut names, nowhere) = (Names { broken, errors }, BTreeSet::new());
    let rule_names: Vec<&str> = rules.iter().map(|rule| rule.name.node.as_str()).collect();
    names.check_all("rule", &settings.rules, &rule_names, &inputs.elsewhere.rules);
    let list_names: Vec<&str> = lists.iter().map(|list| list.name.node.as_str()).collect();
    names.check_all("list", &settings.lists, &list_names, &inputs.elsewhere.lists);
    let aliases: Vec<&str> = lists.iter().filter_map(|list| alias(list)).collect();
    names.check_all("watchlist", &settings.watchlists, &aliases, &inputs.elsewhere.watchlists);
    let sources: Vec<&str> = inputs.catalog.source_names().collect();
    names.check_all("log source", &settings.sources, &sources, &nowhere);
    for rule in &rules {
        let Some((_, of_rule)) = settings.rules.get(&rule.name.node) else { continue };
        let parameters = parameters(rule);
        names.check_all("parameter", &of_rule.parameters, &parameters, &nowhere);
    }
    for assignment in &settings.assignments {
        names.check_assignment(assignment, &rules, &rule_names);
    }
}

fn rule(item: &ast::Item) -> Option<&ast::Rule> {
    if let ast::Item::Rule(rule) = item { Some(rule) } else { None }
}

fn list(item: &ast::Item) -> Option<&ast::List> {
    if let ast::Item::List(list) = item { Some(list) } else { None }
}

fn alias(list: &ast::List) -> Option<&str> {
    if let ast::ListBody::Watchlist { alias, .. } = &list.body { Some(&alias.node) } else { None }
}

fn parameters(rule: &ast::Rule) -> Vec<&str> {
    let mut names = Vec::new();
    for clause in &rule.clauses {
        if let ClauseKind::Param(param) = &clause.node {
            names.push(param.name.node.as_str());
        }
    }
    names
}

struct Names<'a> {
    broken: &'a [String],
    errors: &'a mut Vec<CheckError>,
}

impl Names<'_> {
    fn check_all<T>(&mut self, what: &'static str, named: &Named<T>, known: &[&str], elsewhere: &BTreeSet<String>) {
        for (name, (place, _)) in named.iter().filter(|(name, _)| !elsewhere.contains(*name)) {
            self.check(what, name, *place, known);
        }
    }

    fn check(&mut self, what: &'static str, name: &str, place: Place, known: &[&str]) {
        if known.contains(&name) || self.broken.iter().any(|broken| broken == name) {
            return;
        }
        let suggestion = suggest::closest(name, known.iter().copied()).map(str::to_owned);
        let known = known.iter().map(|&name| name.to_owned()).collect();
        let kind = GivenError::UnknownName { what, name: name.to_owned(), suggestion, known };
        self.errors.push(CheckError { place, kind: CheckErrorKind::Given(kind) });
    }

    fn check_assignment(&mut self, assignment: &Assignment, rules: &[&ast::Rule], rule_names: &[&str]) {
        let parameter = &assignment.parameter;
        let wanted = assignment.rule.as_ref();
        if let Some(rule) = wanted {
            self.check("rule", &rule.value, rule.place, rule_names);
            if !rule_names.contains(&rule.value.as_str()) {
                return;
            }
        }
        let of = rules.iter().filter(|rule| wanted.is_none_or(|wanted| wanted.value == rule.name.node));
        let known: Vec<&str> = of.flat_map(|rule| parameters(rule)).collect();
        self.check("parameter", &parameter.value, parameter.place, &known);
    }
}

/// The owner and the severity that are set for a rule in place of its own.
pub fn metadata(rule: &str, settings: &Settings, metadata: &mut Metadata, report: &mut Report<'_>) {
    let Some((_, of_rule)) = settings.rules.get(rule) else { return };
    if let Some(owner) = &of_rule.owner {
        metadata.owner = Some(owner.value.clone());
    }
    let Some(set) = &of_rule.severity else { return };
    let report = &mut Report { source: set.place.source, errors: report.errors };
    let word = Spanned { node: set.value.clone(), span: set.place.span };
    if let Some(severity) = super::metadata::one_of(&word, "severity", &super::metadata::SEVERITIES, report) {
        metadata.severity = severity;
    }
}

/// The schedule of rules that have none.
pub fn usual_schedule(settings: &Settings, every: i64, delay: i64) -> Schedule {
    let set = &settings.schedule;
    Schedule {
        every: set.every.as_ref().map_or(every, |every| every.value),
        delay: set.delay.as_ref().map_or(delay, |delay| delay.value),
        runs: Runs::Scheduled,
    }
}

/// The schedule that is set for a rule, its own where nothing is. One that is set to run every so often does not run near real time.
pub fn schedule(rule: &str, settings: &Settings, own: Schedule) -> Schedule {
    let Some((_, rule)) = settings.rules.get(rule) else { return own };
    Schedule {
        every: rule.schedule.every.as_ref().map_or(own.every, |every| every.value),
        delay: rule.schedule.delay.as_ref().map_or(own.delay, |delay| delay.value),
        runs: if rule.schedule.every.is_some() { Runs::Scheduled } else { own.runs },
    }
}
