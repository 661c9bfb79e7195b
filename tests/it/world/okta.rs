//! Okta's System Log.

use super::wired::{Clock, Log, What, member};

/// What Okta writes where it knows nobody, and no session.
const UNKNOWN: &[&str] = &["unknown", "-"];

/// `OktaV2_CL`
pub const SYSTEM: Log = Log {
    table: "OktaV2_CL",
    category: None,
    members: &[&[
        member("published", &[], What::Time),
        member("uuid", &["EventOriginalUid"], What::Id),
        member(
            "eventType",
            &["EventOriginalType"],
            What::Outcome(
                &[
                    "user.session.start",
                    "user.authentication.sso",
                    "app.oauth2.token.grant.refresh_token",
                    "user.session.end",
                ],
                &["app.oauth2.token.detect_reuse", "app.oauth2.as.consent.grant", "user.account.lock"],
            ),
        ),
        member(
            "displayMessage",
            &["EventMessage"],
            What::Words(&["User single sign on to app", "User login to Okta", ""]),
        ),
        member("severity", &["OriginalSeverity"], What::Words(&["INFO", "WARN", "ERROR", ""])),
        member("actor.displayName", &["ActorDisplayName"], What::Fixed("Ana Example")),
        member("actor.id", &["OriginalUserId"], What::UserId).or(UNKNOWN),
        member("actor.alternateId", &["OriginalActorAlternateId"], What::User).or(UNKNOWN),
        member(
            "actor.type",
            &["OriginalUserType"],
            What::Words(&["User", "PublicClientApp", "SystemPrincipal", "New", ""]),
        ),
        member("authenticationContext.externalSessionId", &["ActorSessionId"], What::Session).or(UNKNOWN),
        member("debugContext.debugData.dtHash", &["DebugData.dtHash"], What::Token),
        member(
            "debugContext.debugData.behaviors",
            &["DebugData.behaviors"],
            What::Words(&["{New Geo-Location=POSITIVE, New Device=NEGATIVE}", "{New IP=NEGATIVE}", ""]),
        ),
        member("debugContext.debugData.risk", &["DebugData.risk"], What::Words(&["{level=LOW}", "{level=HIGH}", ""])),
        member("transaction.id", &["TransactionId"], What::Words(&["x-1", "X-1", ""])),
        member("client.id", &["SrcDvcId"], What::Words(&["0oa1", "0oA1", ""])),
        member("client.ipAddress", &["SrcIpAddr"], What::Ip),
        member("client.zone", &["SrcZone"], What::Words(&["OffNetwork", "HQ", "null", ""])),
        member("client.userAgent.rawUserAgent", &["HttpUserAgent"], What::Agent),
        member("client.userAgent.os", &["SrcDvcOs"], What::Words(&["Windows 10", "Linux", "Unknown", ""])),
        member("client.userAgent.browser", &["ActingAppName"], What::Words(&["CHROME", "FIREFOX", "UNKNOWN", ""])),
        member("client.geographicalContext.city", &["SrcGeoCity"], What::Words(&["Lyon", "lyon", "Berlin", ""])),
        member("client.geographicalContext.country", &["SrcGeoCountry"], What::Words(&["France", "Germany", ""])),
        member("client.geographicalContext.geolocation.lat", &["SrcGeoLatitude"], What::Latitude),
        member("client.geographicalContext.geolocation.lon", &["SrcGeoLongtitude"], What::Longitude),
        member(
            "outcome.result",
            &["OriginalOutcomeResult"],
            What::Outcome(&["SUCCESS", "ALLOW", "SKIPPED"], &["FAILURE", "DENY", "CHALLENGE", "UNKNOWN"]),
        ),
        member(
            "outcome.reason",
            &["EventOriginalResultDetails"],
            What::Words(&["INVALID_CREDENTIALS", "verified", ""]),
        ),
        member("securityContext.asNumber", &["SecurityContextAsNumber"], What::Asn),
        member(
            "securityContext.asOrg",
            &["SecurityContextAsOrg"],
            What::Words(&["example isp", "Example ISP", "other isp", ""]),
        ),
        member("securityContext.isProxy", &["SecurityContextIsProxy"], What::Truth),
    ]],
    clock: Clock::Millis,
};
