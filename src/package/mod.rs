//! Rules to what is deployed: analytics rules of Sentinel, custom detections of Defender, Splunk apps, ESCU content.
//!
//! A package is a set of files made from plans; nothing here touches the disk. What a product cannot deploy is refused at the
//! rule's own lines, and the other rules are packaged all the same. The same plans and options give the same bytes.

pub mod contentctl;
mod cron;
pub mod defender;
mod duration;
mod risk;
pub mod sentinel;
pub mod splunk;
mod text;
mod yaml;

use crate::diagnostic::Diagnostic;
use crate::plan::Plan;

/// What rules are packaged for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Package {
    /// Analytics rules in the YAML of the Azure-Sentinel repository.
    SentinelYaml,
    /// Azure Resource Manager templates of analytics rules.
    SentinelArm,
    /// The same as Bicep.
    Bicep,
    /// Custom detections of Defender XDR, for the Graph API.
    DefenderXdr,
    /// An installable Splunk app.
    SplunkApp,
    /// Content in the layout of ESCU, for `contentctl`.
    Contentctl,
}

impl Package {
    /// All packages.
    pub const ALL: [Self; 6] =
        [Self::SentinelYaml, Self::SentinelArm, Self::Bicep, Self::DefenderXdr, Self::SplunkApp, Self::Contentctl];

    /// The word on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::SentinelYaml => "sentinel-yaml",
            Self::SentinelArm => "sentinel-arm",
            Self::Bicep => "bicep",
            Self::DefenderXdr => "defender-xdr",
            Self::SplunkApp => "splunk-app",
            Self::Contentctl => "contentctl",
        }
    }

    /// The product, for messages.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::SentinelYaml | Self::SentinelArm | Self::Bicep => "Microsoft Sentinel",
            Self::DefenderXdr => "Microsoft Defender XDR",
            Self::SplunkApp => "Splunk",
            Self::Contentctl => "Splunk Enterprise Security",
        }
    }
}

/// What is said of a package as a whole: `[package]` in the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Its identifier, `[a-z][a-z0-9_]*`: the folder and id of a Splunk app, the name of a template for all rules.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// What it is, in a sentence or two.
    pub description: String,
    /// `a.b.c`
    pub version: String,
    /// Who made it; a rule's own author counts more.
    pub author: String,
    /// The day of rules that have no `date`: `2026-01-31`.
    pub date: Option<String>,
    /// How templates are cut into files.
    pub layout: Layout,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            name: "tokentrail_rules".to_owned(),
            title: "Tokentrail rules".to_owned(),
            description: "Detections of token and session misuse, written by Tokentrail.".to_owned(),
            version: "1.0.0".to_owned(),
            author: "Tokentrail".to_owned(),
            date: None,
            layout: Layout::PerRule,
        }
    }
}

/// How templates are cut into files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// One for each rule.
    #[default]
    PerRule,
    /// One for all.
    One,
}

/// A file of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path below the package's folder, with forward slashes.
    pub path: String,
    /// What it holds.
    pub contents: Vec<u8>,
    /// The rule that it is for; none where it is for several.
    pub rule: Option<String>,
}

/// What was made of rules.
#[derive(Clone, Debug, Default)]
pub struct Built {
    /// Files in order of their paths, each path once.
    pub files: Vec<File>,
    /// How many rules are in them.
    pub rules: usize,
    /// Names of the rules that the product cannot deploy; `errors` says why, at least once for each.
    pub refused: Vec<String>,
    /// Why rules were refused.
    pub errors: Vec<Diagnostic>,
    /// Where a deployed rule differs from what was written.
    pub notes: Vec<Diagnostic>,
    /// What is to be done by hand, for people, a sentence each.
    pub advice: Vec<String>,
}

/// Packages rules. Plans come in the order of the run; the result does not depend on it.
#[must_use]
pub fn build(plans: &[Plan], package: Package, options: &Options) -> Built {
    match package {
        Package::SentinelYaml => sentinel::yaml::build(plans, options),
        Package::SentinelArm => sentinel::arm::build(plans, options),
        Package::Bicep => sentinel::bicep::build(plans, options),
        Package::DefenderXdr => defender::build(plans, options),
        Package::SplunkApp => splunk::build(plans, options),
        Package::Contentctl => contentctl::build(plans, options),
    }
}

/// The namespace of ids that names decide, version 5 of a UUID (RFC 9562, section 5.5). Never changed: rules would be deployed twice.
const NAMES: uuid::Uuid = uuid::uuid!("1acd5a72-9ccb-5d39-ac3b-48cbbe2eba02");

/// The id of a rule: its own, or one that its name alone decides.
#[must_use]
pub fn id(plan: &Plan) -> String {
    let own = plan.metadata.id.clone();
    own.unwrap_or_else(|| id_of("rule", &plan.name))
}

/// The id of anything else that is deployed, by what it is and its name.
#[must_use]
pub fn id_of(what: &str, name: &str) -> String {
    uuid::Uuid::new_v5(&NAMES, format!("{what} {name}").as_bytes()).to_string()
}
