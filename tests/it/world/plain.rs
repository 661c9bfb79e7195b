//! The four logs that most tests read, with the members that matter to them and no others.

use serde_json::{Map, Value, json};

use super::{Happening, time_text};

impl Happening {
    /// The record as diagnostic settings (or the Management API) export it.
    pub(super) fn plain_raw(&self) -> Value {
        match self.source {
            "graph.activity" => self.raw_graph(),
            "m365.audit" => self.raw_audit(),
            _ => self.raw_signin(),
        }
    }

    /// Where a sign-in came from; the place may be missing, or half of it.
    fn location(&self) -> Value {
        let coordinates = match self.coordinates() {
            Some((latitude, longitude)) => json!({"latitude": latitude, "longitude": longitude}),
            None => Value::Null,
        };
        json!({"city": "", "countryOrRegion": self.country, "geoCoordinates": coordinates})
    }

    fn raw_signin(&self) -> Value {
        let interactive = self.source == "entra.signin";
        let category = if interactive { "SignInLogs" } else { "NonInteractiveUserSignInLogs" };
        let mut properties = json!({
            "id": self.id, "createdDateTime": time_text(self.second), "userPrincipalName": self.user,
            "userId": self.user.to_lowercase(), "appId": self.app.to_lowercase(), "appDisplayName": self.app,
            "ipAddress": self.ip, "status": {"errorCode": self.code}, "userAgent": self.agent,
            "deviceDetail": {"deviceId": self.device, "isManaged": !self.device.is_empty()},
            "location": self.location(),
            "isInteractive": interactive, "uniqueTokenIdentifier": self.token, "sessionId": self.session,
            "resourceDisplayName": "Some resource", "resourceId": "11111111-0000-0000-0000-000000000000",
        });
        if self.asn != 0 {
            properties["autonomousSystemNumber"] = json!(self.asn);
        }
        json!({"time": time_text(self.second + 60), "category": category, "operationName": "Sign-in activity",
            "resultType": self.code.to_string(), "properties": properties})
    }

    fn raw_graph(&self) -> Value {
        json!({"time": time_text(self.second), "category": "MicrosoftGraphActivityLogs", "properties": {
            "timeGenerated": time_text(self.second), "requestId": self.id, "responseStatusCode": self.code,
            "signInActivityId": self.token, "C_Sid": self.session, "C_DeviceId": self.device, "ipAddress": self.ip,
            "userId": self.user.to_lowercase(), "userAgent": self.agent, "requestMethod": "GET",
            "requestUri": self.uri, "appId": self.app.to_lowercase(), "location": "West Europe"}})
    }

    fn raw_audit(&self) -> Value {
        json!({"CreationTime": time_text(self.second).trim_end_matches(".0000000Z"), "Id": self.id,
            "Operation": "FileDownloaded", "OrganizationId": "o", "RecordType": 6, "UserKey": "k", "UserType": 0,
            "Workload": "SharePoint", "ClientIP": self.ip, "UserId": self.user, "UserAgent": self.agent,
            "ObjectId": "https://example.org/x",
            "AppAccessContext": {"AADSessionId": self.session, "UniqueTokenId": self.token}})
    }

    /// The table and the row in Log Analytics, without its arrival.
    pub(super) fn plain_row(&self) -> (&'static str, Map<String, Value>) {
        let time = time_text(self.second);
        let (table, row) = match self.source {
            "graph.activity" => (
                "MicrosoftGraphActivityLogs",
                json!({
                "TimeGenerated": time, "RequestId": self.id, "ResponseStatusCode": self.code,
                "SignInActivityId": self.token, "SessionId": self.session, "DeviceId": self.device,
                "IPAddress": self.ip, "UserId": self.user.to_lowercase(), "UserAgent": self.agent,
                "RequestMethod": "GET", "RequestUri": self.uri,
                "AppId": self.app.to_lowercase(), "Location": "West Europe"}),
            ),
            "m365.audit" => (
                "OfficeActivity",
                json!({
                "TimeGenerated": time, "OfficeId": self.id, "Operation": "FileDownloaded", "OfficeWorkload": "SharePoint",
                "ClientIP": self.ip, "UserId": self.user, "UserAgent": self.agent, "OfficeObjectId": "https://example.org/x",
                "RecordType": "SharePointFileOperation",
                "AppAccessContext": {"AADSessionId": self.session, "UniqueTokenId": self.token}}),
            ),
            source => self.signin_row(source == "entra.signin"),
        };
        let Value::Object(row) = row else { unreachable!() };
        (table, row)
    }

    fn signin_row(&self, interactive: bool) -> (&'static str, Value) {
        let location = self.location();
        let device = json!({"deviceId": self.device, "isManaged": !self.device.is_empty()});
        let status = json!({"errorCode": self.code});
        let text = |value: Value| if interactive { value } else { Value::String(value.to_string()) };
        let row = json!({
            "TimeGenerated": time_text(self.second + 60), "CreatedDateTime": time_text(self.second), "Id": self.id,
            "UserPrincipalName": self.user, "UserId": self.user.to_lowercase(), "AppId": self.app.to_lowercase(),
            "AppDisplayName": self.app, "IPAddress": self.ip, "ResultType": self.code.to_string(),
            "Status": text(status), "UserAgent": self.agent, "DeviceDetail": text(device),
            "LocationDetails": text(location), "Location": self.country, "IsInteractive": interactive,
            "UniqueTokenIdentifier": self.token, "SessionId": self.session,
            "ResourceDisplayName": "Some resource", "ResourceIdentity": "11111111-0000-0000-0000-000000000000",
            "AutonomousSystemNumber": if self.asn == 0 { String::new() } else { self.asn.to_string() },
        });
        (if interactive { "SigninLogs" } else { "AADNonInteractiveUserSignInLogs" }, row)
    }
}
