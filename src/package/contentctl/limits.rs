//! The limits of contentctl that a rule can go beyond.

use crate::diagnostic::Diagnostic;
use crate::package::Options;
use crate::plan::Plan;
use crate::plan::deploy::TemplatePart;
use crate::source::Span;

use super::error::{Finding, Text};
use super::{detection, name};

/// The longest name of a search, with what Splunk puts around it: 99 characters, of which `XXXXXXXX - ` and ` - Rule` are taken by
/// saving it in Enterprise Security, and `LABEL - ` and ` - Rule` by contentctl.
const MOST_IN_A_STANZA: usize = 99 - 11 - 7 - 3 - 7;
/// The longest name where the label is no longer than `ESCU`.
const MOST_IN_A_NAME: usize = 67;
const MOST_IN_A_DESCRIPTION: usize = 10_000;
const MOST_IN_AN_AUTHOR: usize = 255;

/// What keeps the rule out, beside its day and its search.
pub fn errors(plan: &Plan, options: &Options, content_name: &str, description: &str) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut limit = |what, text: &str, most| {
        let characters = text.chars().count();
        if characters > most {
            findings.push(Finding::TooLong { what, characters, most });
        }
    };
    let label = name::plain(&options.title).chars().count();
    limit(Text::Name, content_name, MOST_IN_A_STANZA.saturating_sub(label).min(MOST_IN_A_NAME));
    limit(Text::Description, description, MOST_IN_A_DESCRIPTION);
    // The package's author has made what is no rule.
    let author = detection::author(plan, options);
    let longest = [&author, &options.author].into_iter().max_by_key(|author| author.chars().count());
    limit(Text::Author, longest.map_or("", |author| author), MOST_IN_AN_AUTHOR);
    findings.extend(version(&plan.metadata.version).err().map(Finding::LargeVersion));
    findings.extend(marks(plan));
    findings.into_iter().map(|finding| finding.diagnostic(plan)).collect()
}

/// The signs in the title of alerts that Splunk or contentctl take for marks of a field.
fn marks(plan: &Plan) -> Option<Finding> {
    let (text, span): (String, Span) = match &plan.deployment.alert_title {
        Some(template) => {
            let texts = template.parts.iter().map(|part| match part {
                TemplatePart::Text(text) => text.as_str(),
                TemplatePart::Column(_) => "",
            });
            (texts.collect(), template.span)
        }
        None => (plan.metadata.title.clone(), plan.clause("title")),
    };
    let sign = if text.contains('$') { '$' } else { '%' };
    (sign == '$' || text.matches('%').count() > 1).then_some(Finding::Marks { sign, span })
}

/// A number that grows with the version: `1.2.3` is 1002003.
pub fn version(text: &str) -> Result<u64, String> {
    text.split('.').try_fold(0, |number: u64, part| {
        let value = part.parse::<u64>().ok().filter(|value| *value < 1000);
        value.map(|value| number * 1000 + value).ok_or_else(|| part.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_grow_as_numbers() {
        assert_eq!(version("1.0.0"), Ok(1_000_000));
        assert!(version("1.2.3") < version("1.10.0"));
        assert_eq!(version("1.1000.0"), Err("1000".to_owned()));
    }
}
