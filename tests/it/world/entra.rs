//! The logs of Entra ID: four kinds of sign-ins, audit and risk detections.

use super::wired::{Clock, Log, Member, What, member, spare};

/// `SigninLogs`
pub const SIGNIN: Log = Log {
    table: "SigninLogs",
    category: Some("SignInLogs"),
    members: &[OF_SIGN_INS, OF_USERS, &[member("isInteractive", &["IsInteractive"], What::Truth)]],
    clock: Clock::Offset,
};

/// `AADNonInteractiveUserSignInLogs`
pub const SIGNIN_NONINTERACTIVE: Log = Log {
    table: "AADNonInteractiveUserSignInLogs",
    category: Some("NonInteractiveUserSignInLogs"),
    members: &[OF_SIGN_INS, OF_USERS, &[member("isInteractive", &["IsInteractive"], What::Truth)]],
    clock: Clock::Offset,
};

/// `AADServicePrincipalSignInLogs`
pub const SIGNIN_SERVICE_PRINCIPAL: Log = Log {
    table: "AADServicePrincipalSignInLogs",
    category: Some("ServicePrincipalSignInLogs"),
    members: &[
        OF_SIGN_INS,
        OF_PRINCIPALS,
        &[
            member("autonomousSystemNumber", &["AutonomousSystemNumber"], What::Asn),
            member("federatedCredentialId", &["FederatedCredentialId"], What::Words(&["fc-1", "FC-2", ""])),
        ],
    ],
    clock: Clock::Offset,
};

/// `AADManagedIdentitySignInLogs`
pub const SIGNIN_MANAGED_IDENTITY: Log = Log {
    table: "AADManagedIdentitySignInLogs",
    category: Some("ManagedIdentitySignInLogs"),
    members: &[OF_SIGN_INS, OF_PRINCIPALS],
    clock: Clock::Offset,
};

const REASONS: &[&str] = &["Invalid username or password.", "MFA required", ""];

/// Resources by id: two well-known ones and one of the tenant's own.
const RESOURCES: &[&str] = &[
    "00000003-0000-0000-c000-000000000000",
    "00000002-0000-0ff1-ce00-000000000000",
    "11111111-0000-0000-0000-000000000000",
    "",
];

/// What every sign-in has.
const OF_SIGN_INS: &[Member] = &[
    member("id", &["Id"], What::Id),
    member("createdDateTime", &["CreatedDateTime"], What::Time),
    member("status.errorCode", &["ResultType"], What::Code),
    member("status.failureReason", &["ResultDescription"], What::Words(REASONS)),
    member("sessionId", &["SessionId"], What::Session),
    member("uniqueTokenIdentifier", &["UniqueTokenIdentifier"], What::Token),
    member("appId", &["AppId"], What::AppId),
    member("resourceId", &["ResourceIdentity"], What::Words(RESOURCES)),
    member("resourceDisplayName", &["ResourceDisplayName"], What::Words(&["Microsoft Graph", "Our portal", ""])),
    member("ipAddress", &["IPAddress"], What::Ip),
    member("location.countryOrRegion", &["?Location", "LocationDetails.countryOrRegion"], What::Country),
    member("location.city", &["LocationDetails.city"], What::Words(&["Berlin", "Lyon", "lyon", ""])),
    member("location.state", &["LocationDetails.state"], What::Words(&["Bayern", "Uusimaa", ""])),
    member("location.geoCoordinates.latitude", &["LocationDetails.geoCoordinates.latitude"], What::Latitude),
    member("location.geoCoordinates.longitude", &["LocationDetails.geoCoordinates.longitude"], What::Longitude),
    member("userAgent", &["UserAgent"], What::Agent),
    member("correlationId", &["CorrelationId"], What::Words(&["c-1", "C-1", "c-2", ""])),
    member(
        "clientCredentialType",
        &["ClientCredentialType"],
        What::Words(&["none", "clientSecret", "certificate", ""]),
    ),
    member(
        "conditionalAccessStatus",
        &["ConditionalAccessStatus"],
        What::Words(&["success", "failure", "notApplied", "unknownFutureValue", ""]),
    ),
];

/// What a sign-in of a user has.
const OF_USERS: &[Member] = &[
    member(
        "status.additionalDetails",
        &["Status.additionalDetails"],
        What::Words(&["MFA completed in Azure AD", "MFA denied", ""]),
    ),
    member("userPrincipalName", &["UserPrincipalName"], What::User),
    member("userId", &["UserId"], What::UserId),
    member("appDisplayName", &["AppDisplayName"], What::App),
    member("resourceTenantId", &["ResourceTenantId"], What::Words(&["t-1", "t-2", ""])),
    member("tenantId", &["AADTenantId"], What::Words(&["t-1", "t-3", ""])),
    member("homeTenantId", &["HomeTenantId"], What::Words(&["t-1", "t-4", ""])),
    member("autonomousSystemNumber", &["AutonomousSystemNumber"], What::Asn),
    member("originalRequestId", &["OriginalRequestId"], What::Words(&["r-1", "r-2", ""])),
    member("userDisplayName", &["UserDisplayName"], What::Words(&["Ana Åkesson", "Bo", ""])),
    member("userType", &["UserType"], What::Words(&["Member", "member", "Guest", "guest", "unknownFutureValue", ""])),
    member(
        "crossTenantAccessType",
        &["CrossTenantAccessType"],
        What::Words(&["none", "b2bCollaboration", "b2bDirectConnect", "passthrough", "unknownFutureValue", ""]),
    ),
    member(
        "authenticationProtocol",
        &["AuthenticationProtocol"],
        What::Words(&["none", "oAuth2", "ropc", "deviceCode", "unknownFutureValue", ""]),
    ),
    member(
        "originalTransferMethod",
        &["OriginalTransferMethod"],
        What::Words(&["none", "deviceCodeFlow", "authenticationTransfer", "unknownFutureValue", ""]),
    ),
    member(
        "incomingTokenType",
        &["IncomingTokenType"],
        What::Words(&["none", "primaryRefreshToken", "refreshToken", "saml11", "unknownFutureValue", ""]),
    ),
    member(
        "authenticationRequirement",
        &["AuthenticationRequirement"],
        What::Words(&["singleFactorAuthentication", "multiFactorAuthentication", "unknownFutureValue", ""]),
    ),
    member(
        "tokenProtectionStatusDetails.signInSessionStatus",
        &["TokenProtectionStatusDetails.signInSessionStatus"],
        What::Words(&["none", "bound", "unbound", "unknownFutureValue", ""]),
    ),
    member("clientAppUsed", &["ClientAppUsed"], What::Words(&["Browser", "Exchange ActiveSync", ""])),
    member("deviceDetail.deviceId", &["DeviceDetail.deviceId"], What::Device),
    member(
        "deviceDetail.displayName",
        &["DeviceDetail.displayName"],
        What::Words(&["LAPTOP-1", "laptop-1", "phone", ""]),
    ),
    member("deviceDetail.operatingSystem", &["DeviceDetail.operatingSystem"], What::Words(&["Linux", "Windows10", ""])),
    member("deviceDetail.browser", &["DeviceDetail.browser"], What::Words(&["Edge 126.0.0", "Firefox", ""])),
    member("deviceDetail.isManaged", &["DeviceDetail.isManaged"], What::Truth),
    member("deviceDetail.isCompliant", &["DeviceDetail.isCompliant"], What::Truth),
    member(
        "deviceDetail.trustType",
        &["DeviceDetail.trustType"],
        What::Words(&["Azure AD registered", "Azure AD joined", "Hybrid Azure AD joined", "ServerAd", "new", ""]),
    ),
    member("riskLevelDuringSignIn", &["RiskLevelDuringSignIn"], What::Words(RISK_LEVELS)),
    member("riskLevelAggregated", &["RiskLevelAggregated"], What::Words(RISK_LEVELS)),
    member("riskState", &["RiskState"], What::Words(RISK_STATES)),
    member("riskDetail", &["RiskDetail"], What::Words(RISK_DETAILS)),
    member("isTenantRestricted", &["IsTenantRestricted"], What::Truth),
    member("isThroughGlobalSecureAccess", &["IsThroughGlobalSecureAccess"], What::Truth),
];

const RISK_LEVELS: &[&str] = &["none", "low", "medium", "high", "hidden", "unknownFutureValue", ""];
const RISK_STATES: &[&str] = &["none", "confirmedSafe", "remediated", "atRisk", "unknownFutureValue", ""];
const RISK_DETAILS: &[&str] = &["none", "userPerformedSecuredPasswordReset", ""];

/// What a sign-in of an application has.
const OF_PRINCIPALS: &[Member] = &[
    member("servicePrincipalId", &["ServicePrincipalId"], What::UserId),
    // The same name twice; the table has one column for it.
    spare("appDisplayName", &[], What::App),
    member("servicePrincipalName", &["ServicePrincipalName"], What::App),
    member("tenantId", &["AADTenantId"], What::Words(&["t-1", "t-2", ""])),
    member("servicePrincipalCredentialKeyId", &["ServicePrincipalCredentialKeyId"], What::Words(&["k-1", "K-1", ""])),
    member(
        "servicePrincipalCredentialThumbprint",
        &["ServicePrincipalCredentialThumbprint"],
        What::Words(&["0A1B", "0a1b", ""]),
    ),
    member("appOwnerTenantId", &["AppOwnerTenantId"], What::Words(&["t-1", "t-9", ""])),
];

/// `AuditLogs`
pub const AUDIT: Log = Log {
    table: "AuditLogs",
    category: Some("AuditLogs"),
    members: &[&[
        member("id", &["Id"], What::Id),
        member("activityDateTime", &["ActivityDateTime"], What::Time),
        member(
            "activityDisplayName",
            &["?ActivityDisplayName", "OperationName"],
            What::Outcome(
                &["Consent to application", "Add delegated permission grant", "Update user", "Disable account"],
                &["Update StsRefreshTokenValidFrom Timestamp", "User registered security info"],
            ),
        ),
        member("result", &["Result"], What::Outcome(&["success"], &["failure", "timeout", "unknownFutureValue"])),
        member("resultReason", &["ResultReason"], What::Words(&["User registered Authenticator App", "denied", ""])),
        member("initiatedBy.user.id", &["InitiatedBy.user.id"], What::UserId),
        member("initiatedBy.user.userPrincipalName", &["InitiatedBy.user.userPrincipalName"], What::User),
        member("initiatedBy.user.ipAddress", &["InitiatedBy.user.ipAddress"], What::IpAndPort),
        member(
            "initiatedBy.app.servicePrincipalId",
            &["InitiatedBy.app.servicePrincipalId"],
            What::Words(&["sp-1", "sp-2", ""]),
        ),
        spare("initiatedBy.app.displayName", &["InitiatedBy.app.displayName"], What::App),
        spare("initiatedBy.app.appId", &["InitiatedBy.app.appId"], What::AppId),
        member("category", &["Category"], What::Words(&["UserManagement", "ApplicationManagement", ""])),
        member("operationType", &["AADOperationType"], What::Words(&["Add", "Update", "Assign", ""])),
        member("loggedByService", &["LoggedByService"], What::Words(&["Core Directory", "Authentication Methods", ""])),
        member("correlationId", &["CorrelationId"], What::Words(&["c-1", "C-1", "c-2", ""])),
    ]],
    clock: Clock::Offset,
};

/// `AADUserRiskEvents`
pub const RISK_DETECTION: Log = Log {
    table: "AADUserRiskEvents",
    category: Some("UserRiskEvents"),
    members: &[&[
        member("id", &["Id"], What::Id),
        member("detectedDateTime", &["DetectedDateTime"], What::Time),
        member("activityDateTime", &["ActivityDateTime"], What::Moment),
        member(
            "riskEventType",
            &["RiskEventType"],
            What::Outcome(&["anomalousToken", "unfamiliarFeatures"], &["leakedCredentials", "impossibleTravel"]),
        ),
        member("userId", &["UserId"], What::UserId),
        member("userPrincipalName", &["UserPrincipalName"], What::User),
        member("requestId", &["RequestId"], What::Words(&["r-1", "R-1", "r-2", ""])),
        member("ipAddress", &["IpAddress"], What::Ip),
        member("location.countryOrRegion", &["Location.countryOrRegion"], What::Country),
        member("location.city", &["Location.city"], What::Words(&["Berlin", "Lyon", "lyon", ""])),
        member("location.geoCoordinates.latitude", &["Location.geoCoordinates.latitude"], What::Latitude),
        member("location.geoCoordinates.longitude", &["Location.geoCoordinates.longitude"], What::Longitude),
        member("riskLevel", &["RiskLevel"], What::Words(RISK_LEVELS)),
        member("riskState", &["RiskState"], What::Words(RISK_STATES)),
        member("riskDetail", &["RiskDetail"], What::Words(RISK_DETAILS)),
        member(
            "detectionTimingType",
            &["DetectionTimingType"],
            What::Words(&["realtime", "nearRealtime", "offline", "unknownFutureValue", ""]),
        ),
        member("correlationId", &["CorrelationId"], What::Words(&["c-1", "C-1", "c-2", ""])),
    ]],
    clock: Clock::Millis,
};
