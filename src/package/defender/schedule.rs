//! How often a detection runs, and how far it looks back then.
//!
//! Facts: "Create custom detection rules in Microsoft Defender XDR", of 16 April 2026
//! (`defender-xdr/custom-detection-rules.md` of <https://github.com/MicrosoftDocs/defender-docs>). A detection over the logs of
//! Sentinel alone runs every 5 minutes to 14 days, and looks back less than 48 hours where it runs more than once an hour, 14 days
//! where it runs more than once a day, 30 days otherwise. One that reads a table of Defender's own has four frequencies with a
//! fixed look-back each. `ruleSchedule.lookback` is in the beta of the Graph API only.

use crate::package::duration::whole_minutes;
use crate::plan::{DAY, Plan, Runs, SECOND, Schedule};

use super::error::{Because, DetectionError};

const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// The most often that a detection runs, and the least often.
const MOST_OFTEN: i64 = 5 * MINUTE;
const LEAST_OFTEN: i64 = 14 * DAY;

/// How far back a detection over Sentinel's logs looks at most where it runs every so often or more often.
const SENTINEL: [(i64, i64); 3] =
    [(HOUR - MINUTE, 48 * HOUR - MINUTE), (DAY - MINUTE, 14 * DAY), (LEAST_OFTEN, 30 * DAY)];
/// How often a detection over Defender's tables runs, and how far back it then looks.
const DEFENDER: [(i64, i64); 4] =
    [(HOUR, 4 * HOUR), (3 * HOUR, 12 * HOUR), (12 * HOUR, 48 * HOUR), (24 * HOUR, 30 * DAY)];

/// Defender's own tables beside those of devices: "Understand the advanced hunting schema" of the same repository, of 5 February
/// 2026.
const TABLES: [&str; 35] = [
    "AADSignInEventsBeta",
    "AADSpnSignInEventsBeta",
    "AIAgentsInfo",
    "AlertEvidence",
    "AlertInfo",
    "BehaviorEntities",
    "BehaviorInfo",
    "CampaignInfo",
    "CloudAppEvents",
    "CloudAuditEvents",
    "CloudDnsEvents",
    "CloudProcessEvents",
    "CloudStorageAggregatedEvents",
    "DataSecurityBehaviors",
    "DataSecurityEvents",
    "DisruptionAndResponseEvents",
    "EmailAttachmentInfo",
    "EmailEvents",
    "EmailPostDeliveryEvents",
    "EmailUrlInfo",
    "EntraIdSignInEvents",
    "EntraIdSpnSignInEvents",
    "FileMaliciousContentInfo",
    "GraphApiAuditEvents",
    "IdentityAccountInfo",
    "IdentityDirectoryEvents",
    "IdentityEvents",
    "IdentityInfo",
    "IdentityLogonEvents",
    "IdentityQueryEvents",
    "MessageEvents",
    "MessagePostDeliveryEvents",
    "MessageUrlInfo",
    "OAuthAppInfo",
    "UrlClickEvents",
];

fn is_defenders(table: &str) -> bool {
    table.starts_with("Device") || table.starts_with("ExposureGraph") || TABLES.contains(&table)
}

/// When a detection runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// How often, in microseconds, whole minutes.
    pub frequency: i64,
    /// How far back, in microseconds, where it is said.
    pub lookback: Option<i64>,
    /// Why that is less often than the rule says, if it is.
    pub slower: Option<Because>,
}

impl Chosen {
    /// The rule as it runs.
    pub fn apply(self, plan: &Plan) -> Plan {
        let schedule = Schedule { every: self.frequency, runs: Runs::Scheduled, ..plan.schedule };
        Plan { schedule, ..plan.clone() }
    }
}

/// The most frequent run that is not more frequent than the rule's, and looks back as far as it must.
///
/// # Errors
/// When there is none.
pub fn choose(plan: &Plan) -> Result<Chosen, DetectionError> {
    let every = plan.schedule.every;
    let own = plan.legs().any(|leg| is_defenders(&leg.source.kql.table));
    let ways: Vec<(i64, i64)> = if own {
        DEFENDER.into_iter().filter(|(frequency, _)| *frequency >= every).collect()
    } else {
        sentinel(whole_minutes(every).max(MOST_OFTEN))
    };
    let Some((last, most)) = ways.last().copied() else {
        let most = if own { DAY } else { LEAST_OFTEN };
        return Err(DetectionError::TooSeldom { every, most });
    };
    // Run less often, it also reads further back.
    let needs = |frequency: i64| plan.lookback().saturating_sub(every).saturating_add(frequency);
    let found = ways.iter().find(|(frequency, most)| whole_minutes(needs(*frequency)) <= *most);
    let Some((frequency, _)) = found.copied() else {
        return Err(DetectionError::LooksBackTooFar { every: last, lookback: needs(last), most });
    };
    let slower =
        (frequency > every).then(|| if own { Because::FourFrequencies } else { because(plan, &ways, frequency) });
    Ok(Chosen { frequency, lookback: (!own).then(|| whole_minutes(needs(frequency))), slower })
}

/// Frequencies over Sentinel's logs from one on, each with how far back it looks at most.
fn sentinel(every: i64) -> Vec<(i64, i64)> {
    let firsts = [every, HOUR, DAY];
    let mut ways: Vec<(i64, i64)> = Vec::new();
    for frequency in firsts.into_iter().filter(|frequency| *frequency >= every) {
        let most = SENTINEL.iter().find(|(longest, _)| frequency <= *longest);
        ways.extend(most.map(|(_, most)| (frequency, *most)));
    }
    ways.dedup();
    ways
}

fn because(plan: &Plan, ways: &[(i64, i64)], frequency: i64) -> Because {
    let first = ways.first().filter(|(first, _)| *first < frequency);
    match (first, plan.schedule.runs) {
        (Some((_, most)), _) => Because::LookBack(*most),
        (None, Runs::NearRealTime) => Because::NearRealTime,
        (None, Runs::Scheduled) => Because::NotSoOften,
    }
}
