//! The unified audit log of Microsoft 365: Exchange, `SharePoint`, `OneDrive` and Teams.

use super::wired::{Clock, Log, What, member, spare};

/// `OfficeActivity`
pub const AUDIT: Log = Log {
    table: "OfficeActivity",
    category: None,
    members: &[&[
        member("CreationTime", &[], What::Time),
        member("Id", &["OfficeId"], What::Id),
        member(
            "Operation",
            &["Operation"],
            What::Outcome(
                &["FileDownloaded", "MailItemsAccessed", "MessageSent"],
                &["New-InboxRule", "UserLoginFailed"],
            ),
        ),
        member(
            "Workload",
            &["OfficeWorkload"],
            What::Outcome(&["SharePoint", "Exchange", "MicrosoftTeams"], &["OneDrive"]),
        ),
        member(
            "ResultStatus",
            &["ResultStatus"],
            What::Words(&["Succeeded", "Success", "True", "PartiallySucceeded", "Failed", "False", "Other", ""]),
        ),
        member("OrganizationId", &["OrganizationId"], What::Words(&["o-1", "o-2", ""])),
        member("UserKey", &["UserKey"], What::UserId),
        member("UserId", &["UserId"], What::User),
        // A number in the record, its name in the table.
        member("UserType", &["UserType"], What::Coded(USER_TYPES)),
        member("RecordType", &["RecordType"], What::Coded(RECORD_TYPES)),
        member("LogonType", &["Logon_Type"], What::Coded(LOGON_TYPES)),
        // Exchange has the session again at the top of the record.
        spare("SessionId", &[], What::Session),
        member("AppAccessContext.AADSessionId", &["AppAccessContext.AADSessionId"], What::Session),
        member("AppAccessContext.UniqueTokenId", &["AppAccessContext.UniqueTokenId"], What::Token),
        member("AppAccessContext.IssuedAtTime", &["AppAccessContext.IssuedAtTime"], What::Moment),
        member("AppAccessContext.CorrelationId", &["AppAccessContext.CorrelationId"], What::Words(&["c-1", "C-1", ""])),
        spare("AppAccessContext.ClientAppId", &["AppAccessContext.ClientAppId"], What::AppId),
        spare("ApplicationId", &["ApplicationId"], What::AppId),
        spare("ClientAppId", &["ClientAppId"], What::AppId),
        spare("AppId", &["AppId"], What::AppId),
        spare("AppAccessContext.ClientAppName", &["AppAccessContext.ClientAppName"], What::App),
        member("AppAccessContext.APIId", &["AppAccessContext.APIId"], What::Words(&["a-1", "a-2", ""])),
        spare("ClientIP", &["ClientIP"], What::IpAndPort),
        spare("ClientIPAddress", &["Client_IPAddress"], What::IpAndPort),
        member("UserAgent", &["UserAgent"], What::Agent),
        member("ObjectId", &["OfficeObjectId"], What::Words(&["https://example.org/x", "Inbox", ""])),
        member("SiteUrl", &["Site_Url"], What::Words(&["https://Example.org/sites/Fin/", "https://example.org/", ""])),
        member(
            "SourceRelativeUrl",
            &["SourceRelativeUrl"],
            What::Words(&["Shared Documents", "shared documents", "Private", ""]),
        ),
        member("SourceFileName", &["SourceFileName"], What::Words(&["Plan.xlsx", "notes.txt", ""])),
        member("SourceFileExtension", &["SourceFileExtension"], What::Words(&["xlsx", "TXT", ""])),
        member("ItemType", &["ItemType"], What::Words(&["File", "Folder", ""])),
        member("IsManagedDevice", &["IsManagedDevice"], What::Truth),
        member("MailboxOwnerUPN", &["MailboxOwnerUPN"], What::Words(&["Bo@example.org", "ana@example.org", ""])),
        member("MailboxGuid", &["MailboxGuid"], What::Words(&["m-1", "M-1", ""])),
        member("ClientInfoString", &["ClientInfoString"], What::Words(&["Client=REST;;", "Client=OWA", ""])),
        member("TeamName", &["TeamName"], What::Words(&["Finance", "finance", "Ops", ""])),
        member("ChatThreadId", &["ChatThreadId"], What::Words(&["19:example@thread.v2", "19:other@thread.v2", ""])),
    ]],
    clock: Clock::Seconds,
};

const USER_TYPES: &[(i64, &str)] = &[
    (0, "Regular"),
    (2, "Admin"),
    (3, "DcAdmin"),
    (4, "System"),
    (5, "Application"),
    (6, "ServicePrincipal"),
    (99, "Other"),
    (0, ""),
];

const RECORD_TYPES: &[(i64, &str)] =
    &[(2, "ExchangeItem"), (6, "SharePointFileOperation"), (25, "MicrosoftTeams"), (0, "")];

const LOGON_TYPES: &[(i64, &str)] =
    &[(0, "Owner"), (1, "Admin"), (2, "Delegated"), (5, "BestAccess"), (77, "Other"), (0, "")];
