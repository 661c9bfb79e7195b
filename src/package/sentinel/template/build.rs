//! Rules to the files of a package of templates, for both spellings.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{Full, TemplateError};
use super::{MOST_BYTES, MOST_BYTES_OF_RESOURCE, MOST_PARAMETERS, MOST_RESOURCES, WORKSPACE};
use super::{
    Parameter, ParameterKind, Resource, Template, Value, alert_rule, automation, bicep, json, playbook, watchlist,
};
use crate::diagnostic::Diagnostic;
use crate::package::sentinel::error::RuleError;
use crate::package::sentinel::rule::{AnalyticsRule, analytics_rule};
use crate::package::{Built, File, Layout, Options};
use crate::plan::deploy::Response;
use crate::plan::{ListOrigin, Plan};

/// How templates are spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// The JSON of Azure Resource Manager.
    Json,
    /// Bicep.
    Bicep,
}

impl Spelling {
    /// A file with a template; its path has no ending yet.
    fn file(self, path: &str, template: &Template, rule: Option<&str>) -> File {
        let (ending, text) = match self {
            Self::Json => ("json", json::write(template)),
            Self::Bicep => ("bicep", bicep::write(template)),
        };
        File { path: format!("{path}.{ending}"), contents: text.into_bytes(), rule: rule.map(str::to_owned) }
    }
}

/// Packages rules as templates.
#[must_use]
pub fn build(plans: &[Plan], options: &Options, spelling: Spelling) -> Built {
    let mut built = Built::default();
    let mut rules = Vec::new();
    let mut plans: Vec<&Plan> = plans.iter().collect();
    plans.sort_by(|one, other| one.name.cmp(&other.name));
    let mut names = Names::default();
    for plan in plans {
        let made = analytics_rule(plan).and_then(|made| checked(plan, made, &mut names));
        match made {
            Ok((rule, notes)) => {
                built.notes.extend(notes);
                rules.push((plan, rule));
            }
            Err(errors) => refuse(&mut built, plan, errors),
        }
    }
    let (mut files, packaged) = match options.layout {
        Layout::PerRule => per_rule(&rules, spelling),
        Layout::One => one(&rules, options, spelling, &mut built),
    };
    files.sort_by(|one, other| one.path.cmp(&other.path));
    built.files = files;
    built.rules = packaged.len();
    built.advice = advice(&packaged);
    built
}

fn refuse(built: &mut Built, plan: &Plan, errors: Vec<Diagnostic>) {
    built.refused.push(plan.name.clone());
    built.errors.extend(errors);
}

/// What the rules so far are called.
#[derive(Default)]
pub(super) struct Names {
    /// Names in small letters.
    names: BTreeMap<String, String>,
    /// Ids.
    ids: BTreeMap<String, String>,
}

impl Names {
    /// Takes note of a rule, and says what another one has too.
    fn taken(&mut self, plan: &Plan, id: &str) -> Option<Diagnostic> {
        if let Some(other) = self.names.insert(plan.name.to_ascii_lowercase(), plan.name.clone()) {
            return Some(TemplateError::SameName { other }.at(plan, plan.name_span));
        }
        let other = self.ids.insert(id.to_owned(), plan.name.clone())?;
        Some(RuleError::SameId { id: id.to_owned(), other }.at(plan, plan.clause("id")))
    }
}

type Made = (AnalyticsRule, Vec<Diagnostic>);

/// A rule within the limits of templates.
pub(super) fn checked(plan: &Plan, made: Made, names: &mut Names) -> Result<Made, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    for upload in &made.0.watchlists {
        let bytes = json::resource(&watchlist::resource(upload)).to_string().len();
        if bytes > MOST_BYTES_OF_RESOURCE {
            errors.push(TemplateError::ListTooLong { list: upload.name.clone(), bytes }.at(plan, plan.name_span));
        }
    }
    if !names_a_user(&made.0) {
        let revoked = plan.deployment.responses.iter().filter(|each| each.response == Response::RevokeSessions);
        errors.extend(revoked.map(|each| TemplateError::NobodyToRevoke.at(plan, each.span)));
    }
    errors.extend(names.taken(plan, &made.0.id));
    if errors.is_empty() { Ok(made) } else { Err(errors) }
}

/// Whether an account of the alert is one that Entra can find.
fn names_a_user(rule: &AnalyticsRule) -> bool {
    rule.entities.iter().filter(|entity| entity.entity_type == "Account").any(|account| {
        let has = |wanted: &str| account.fields.iter().any(|(identifier, _)| *identifier == wanted);
        has("AadUserId") || (has("Name") && has("UPNSuffix"))
    })
}

fn revokes(rule: &AnalyticsRule) -> bool {
    rule.responses.contains(&Response::RevokeSessions)
}

fn workspace_parameter() -> Parameter {
    Parameter {
        name: WORKSPACE.to_owned(),
        description: "The name of the Log Analytics workspace with Microsoft Sentinel.".to_owned(),
        kind: ParameterKind::Required,
    }
}

/// A rule's resources: its watchlists, itself, its automation rule.
fn resources(rule: &AnalyticsRule, prefix: &str, playbook: &Value) -> Vec<Resource> {
    let analytics = alert_rule::resource(rule, prefix);
    let automation = revokes(rule).then(|| automation::resource(rule, &analytics, playbook.clone()));
    let watchlists = rule.watchlists.iter().map(watchlist::resource);
    watchlists.chain([analytics]).chain(automation).collect()
}

pub(super) type Rules<'p> = Vec<(&'p Plan, AnalyticsRule)>;

/// A template for each rule, and one with the playbook where a rule responds.
pub(super) fn per_rule<'p>(rules: &Rules<'p>, spelling: Spelling) -> (Vec<File>, Rules<'p>) {
    let mut files = Vec::new();
    for (_, rule) in rules {
        let mut parameters = vec![workspace_parameter()];
        parameters.extend(alert_rule::parameters(rule, ""));
        if revokes(rule) {
            parameters.extend([automation::revoke_parameter(), playbook::name_parameter()]);
        }
        let resources = resources(rule, "", &playbook::id());
        let template = Template { description: rule.name.clone(), parameters, resources };
        files.push(spelling.file(&rule.rule, &template, Some(&rule.rule)));
    }
    if rules.iter().any(|(_, rule)| revokes(rule)) {
        let template = Template {
            description: "A playbook that revokes the sessions of the users in an alert.".to_owned(),
            parameters: vec![
                automation::revoke_parameter(),
                playbook::name_parameter(),
                playbook::location_parameter(),
            ],
            resources: playbook::resources().into(),
        };
        files.push(spelling.file(playbook::PATH, &template, None));
    }
    (files, rules.clone())
}

/// One template for all rules, as many as it holds.
pub(super) fn one<'p>(
    rules: &Rules<'p>,
    options: &Options,
    spelling: Spelling,
    built: &mut Built,
) -> (Vec<File>, Rules<'p>) {
    let description = options.title.clone();
    let mut template = Template { description, parameters: vec![workspace_parameter()], resources: Vec::new() };
    let mut packaged = Vec::new();
    let [connection, workflow] = playbook::resources();
    if rules.iter().any(|(_, rule)| revokes(rule)) {
        template.parameters.extend([
            automation::revoke_parameter(),
            playbook::name_parameter(),
            playbook::location_parameter(),
        ]);
        template.resources.extend([connection, workflow.clone()]);
    }
    let mut bytes = json::write(&template).len();
    let mut known = BTreeSet::new();
    for (plan, rule) in rules {
        let prefix = format!("{}_", rule.rule);
        let mut more = resources(rule, &prefix, &workflow.id());
        // Rules share their watchlists.
        more.retain(|resource| !known.contains(&resource.reference.symbol));
        let larger = more.iter().map(length).sum::<usize>() + 1000;
        let full = [
            (template.parameters.len() + 2 > MOST_PARAMETERS, Full::Parameters),
            (template.resources.len() + more.len() > MOST_RESOURCES, Full::Resources),
            (bytes + larger > MOST_BYTES, Full::Bytes),
        ];
        if let Some((_, of)) = full.into_iter().find(|(is_full, _)| *is_full) {
            refuse(built, plan, vec![TemplateError::Full { of }.at(plan, plan.name_span)]);
            continue;
        }
        bytes += larger;
        known.extend(more.iter().map(|resource| resource.reference.symbol.clone()));
        template.parameters.extend(alert_rule::parameters(rule, &prefix));
        template.resources.extend(more);
        packaged.push((*plan, rule.clone()));
    }
    let files = if packaged.is_empty() { Vec::new() } else { vec![spelling.file(&options.name, &template, None)] };
    (files, packaged)
}

/// The bytes of a resource in the file, with room for indentation.
fn length(resource: &Resource) -> usize {
    format!("{:#}", json::resource(resource)).lines().map(|line| line.len() + 5).sum()
}

/// What is to be done by hand.
pub(super) fn advice(rules: &Rules<'_>) -> Vec<String> {
    let mut advice = Vec::new();
    let mut watched: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (plan, rule) in rules {
        for list in &plan.lists {
            if let ListOrigin::Watchlist { alias, .. } = &list.origin {
                watched.entry(alias).or_default().insert(&rule.rule);
            }
        }
    }
    for (alias, readers) in watched {
        let readers: Vec<String> = readers.into_iter().map(|name| format!("`{name}`")).collect();
        advice.push(format!("make the watchlist `{alias}`, which {} read and no template deploys", readers.join(", ")));
    }
    if rules.iter().any(|(_, rule)| revokes(rule)) {
        advice.extend(REVOKING.map(str::to_owned));
    }
    advice
}

/// What a template cannot do before sessions are revoked.
const REVOKING: [&str; 4] = [
    "deploy the playbook before the rules that respond, and give `Azure Security Insights`, Sentinel's own identity, the role \
     `Microsoft Sentinel Automation Contributor` on the playbook's resource group: no rule may run it otherwise",
    "give the playbook's identity the application permission `User.RevokeSessions.All` of Microsoft Graph, and no other: no \
     template can do so",
    "give the playbook's identity the role `Microsoft Sentinel Reader` on the workspace",
    "deploy with `revokeSessions=true` to have sessions revoked: the playbook and the automation rules are off until then",
];
