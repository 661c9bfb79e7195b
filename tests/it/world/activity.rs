//! The calls of Microsoft Graph and of its predecessor.

use super::wired::{Clock, Log, What, member};

const SCOPES: &[&str] = &["Mail.Read User.Read profile openid", "Directory.AccessAsUser.All", ""];

/// `MicrosoftGraphActivityLogs`
pub const GRAPH: Log = Log {
    table: "MicrosoftGraphActivityLogs",
    category: Some("MicrosoftGraphActivityLogs"),
    members: &[&[
        member("timeGenerated", &[], What::Time),
        member("requestId", &["RequestId"], What::Id),
        member("requestMethod", &["RequestMethod"], What::Outcome(&["GET", "POST", "PATCH"], &["GET", "DELETE"])),
        member("responseStatusCode", &["ResponseStatusCode"], What::Code),
        member("tenantId", &["AadTenantId"], What::Words(&["t-1", "t-2", ""])),
        member("userId", &["UserId"], What::UserId),
        member("servicePrincipalId", &["ServicePrincipalId"], What::Words(&["sp-1", "sp-2", ""])),
        member("C_Sid", &["SessionId"], What::Session),
        member("signInActivityId", &["SignInActivityId"], What::Token),
        member("tokenIssuedAt", &["TokenIssuedAt"], What::Moment),
        member("appId", &["AppId"], What::AppId),
        member("ipAddress", &["IPAddress"], What::Ip),
        member("userAgent", &["UserAgent"], What::Agent),
        member("C_DeviceId", &["DeviceId"], What::Device),
        member("requestUri", &["RequestUri"], What::Uri),
        member("responseSizeBytes", &["ResponseSizeBytes"], What::Numbers(&[0, 10_422, 2_147_483_647])),
        member("durationMs", &["DurationMs"], What::Numbers(&[0, 12, 184_213])),
        member("apiVersion", &["ApiVersion"], What::Words(&["v1.0", "beta", ""])),
        member("scopes", &["Scopes"], What::Words(SCOPES)),
        member("roles", &["Roles"], What::Words(&["User.Read.All", "Mail.Send Mail.Read", ""])),
        member("wids", &["Wids"], What::Words(&["b79fbf4d-3ef9-4689-8143-76b194e85509", "a b", ""])),
        member("clientRequestId", &["ClientRequestId"], What::Words(&["q-1", "Q-1", ""])),
        member("operationId", &["OperationId"], What::Words(&["o-1", "O-1", ""])),
        // A text in the record, a number in the table.
        member("clientAuthMethod", &["ClientAuthMethod"], What::Digits(&[0, 1, 2, 3])),
        member("identityProvider", &["IdentityProvider"], What::Words(&["https://sts.example.org/", "live.com", ""])),
        // A data centre, and no field.
        member("location", &["Location"], What::Fixed("West Europe")),
    ]],
    clock: Clock::Ticks,
};

/// `AADGraphActivityLogs`
pub const AAD_GRAPH: Log = Log {
    table: "AADGraphActivityLogs",
    category: Some("AzureADGraphActivityLogs"),
    members: &[&[
        member("timeGenerated", &[], What::Time),
        member("requestId", &["RequestId"], What::Id),
        member("httpMethod", &["RequestMethod"], What::Outcome(&["GET", "POST", "PATCH"], &["GET", "DELETE"])),
        member("httpStatusCode", &["ResponseStatusCode"], What::Code),
        member("tenantId", &["AADTenantId"], What::Words(&["t-1", "t-2", ""])),
        member("userId", &["UserId"], What::UserId),
        member("servicePrincipalId", &["ServicePrincipalId"], What::Words(&["sp-1", "sp-2", ""])),
        member("actorType", &["ActorType"], What::Words(&["User", "Application", "Other", ""])),
        member("sessionId", &["SessionId"], What::Session),
        // Padded, and no field.
        member("signInActivityId", &["SignInActivityId"], What::Fixed("NGwfqOknBU2Lej9tkMIbAA==")),
        member("appId", &["AppId"], What::AppId),
        member("callerIpAddress", &["CallerIpAddress"], What::Ip),
        member("userAgent", &["UserAgent"], What::Agent),
        member("deviceId", &["DeviceId"], What::Device),
        member("requestUri", &["RequestUri"], What::Uri),
        member("responseSizeBytes", &["ResponseSizeBytes"], What::Numbers(&[-1, 0, 10_422])),
        member("durationMs", &["DurationMs"], What::Numbers(&[0, 12, 184_213])),
        member("apiVersion", &["ApiVersion"], What::Words(&["1.6", "1.61-internal", "2.0", ""])),
        member("scopes", &["Scopes"], What::Words(SCOPES)),
    ]],
    clock: Clock::Ticks,
};
