//! Made-up events in every raw shape: what one event looks like in a diagnostic export (the evaluator, Splunk) and as a row
//! of its table in Log Analytics (KQL). Times, ids and values come from a seed and hit what matters: edges, ties,
//! copies, missing and empty values, upper and lower case, IPv6.

use serde_json::{Map, Value, json};

/// A small generator of numbers: the same seed gives the same world on every machine (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (word ^ (word >> 31)) % bound
    }

    /// One of the values.
    pub fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[usize::try_from(self.below(values.len() as u64)).unwrap()]
    }
}

/// 2026-03-04T00:00:00Z in seconds since 1970.
pub const START: i64 = 1_772_582_400;

/// The sources of the made-up events.
pub const SOURCES: [&str; 4] = ["entra.signin", "entra.signin_noninteractive", "graph.activity", "m365.audit"];

/// An event before it takes any shape.
#[derive(Clone, Debug)]
pub struct Happening {
    /// `entra.signin`, `entra.signin_noninteractive`, `graph.activity` or `m365.audit`.
    pub source: &'static str,
    /// Seconds since [`START`].
    pub second: i64,
    /// Event id.
    pub id: String,
    /// Unique token identifier; may be empty.
    pub token: &'static str,
    /// Session id; may be empty.
    pub session: &'static str,
    /// User principal name.
    pub user: &'static str,
    /// Address; may be empty.
    pub ip: &'static str,
    /// Country of a sign-in; may be empty.
    pub country: &'static str,
    /// AS number of a sign-in; 0 for none.
    pub asn: i64,
    /// Result: error code of a sign-in, HTTP status of a Graph call.
    pub code: i64,
    /// Device id; may be empty.
    pub device: &'static str,
    /// Application name of a sign-in.
    pub app: &'static str,
    /// What a Graph call asks for.
    pub uri: &'static str,
    /// The client.
    pub agent: &'static str,
    /// When it arrived, seconds after [`START`].
    pub arrived: i64,
}

const URIS: [&str; 6] = [
    "https://graph.microsoft.com/v1.0/users",
    "https://graph.microsoft.com/v1.0/users/ana@example.org/messages?$top=9",
    "https://graph.microsoft.com/beta/users('bo')/mailFolders/inbox",
    "https://graph.microsoft.com/v1.0/oauth2PermissionGrants/aB3dE5fG7h",
    "https://graph.microsoft.com/v1.0/groups/5f0d5f3e-62c7-4a0b-8b7e-0f6f4e2f9a11/12/members",
    "https://graph.microsoft.com",
];

const AGENTS: [&str; 5] = [
    "Example/1.0",
    "Example/1.0",
    "python-requests/2.32.3",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0",
    "",
];

/// Happenings over some hours, crowded enough to meet on edges.
pub fn happenings(seed: u64, count: usize, sources: &[&'static str]) -> Vec<Happening> {
    let mut dice = Dice(seed);
    let mut all: Vec<Happening> = Vec::new();
    for index in 0..count {
        let source = dice.pick(sources);
        let failed = dice.below(4) == 0;
        // Whole quarter hours with a few seconds around them: ties and exact window edges are common.
        let second = i64::try_from(dice.below(24)).unwrap() * 900 + dice.pick(&[0, 0, 0, 1, 899, 450]);
        // Dice of their own, so that what is drawn here changes nothing else.
        let mut more = Dice(dice.0 ^ 0x5DEE_CE66);
        let happening = Happening {
            source,
            uri: more.pick(&URIS),
            agent: more.pick(&AGENTS),
            second,
            id: format!("e{:04}-{index}", dice.below(10_000)),
            token: dice.pick(&["T1", "T2", "t2", "T3", ""]),
            session: dice.pick(&["S1", "S2", ""]),
            user: dice.pick(&["ana@example.org", "Ana@Example.org", "bo@example.org"]),
            ip: dice.pick(&["192.0.2.1", "192.0.2.2", "198.51.100.7", "203.0.113.9", "2001:db8::1", ""]),
            country: dice.pick(&["DE", "FR", "US", ""]),
            asn: dice.pick(&[64500, 64501, 64502, 0]),
            code: if source == "graph.activity" {
                if failed { 403 } else { 200 }
            } else if failed {
                50126
            } else {
                0
            },
            device: dice.pick(&["d1", "", ""]),
            app: dice.pick(&["OfficeHome", "officehome", "Azure Portal"]),
            arrived: second + dice.pick(&[5, 60, 600, 3000]),
        };
        all.push(happening);
        // Delivery is at least once: some come again, later.
        if dice.below(12) == 0 {
            let mut copy = all[all.len() - 1].clone();
            copy.arrived += 700;
            all.push(copy);
        }
    }
    all
}

/// RFC 3339 of a second of the world, with the seven digits that Entra writes.
pub fn time_text(second: i64) -> String {
    let moment = jiff::Timestamp::from_second(START + second).unwrap();
    format!("{}.0000000Z", moment.strftime("%Y-%m-%dT%H:%M:%S"))
}

impl Happening {
    /// The record as diagnostic settings (or the Management API) export it.
    pub fn raw(&self) -> Value {
        match self.source {
            "graph.activity" => self.raw_graph(),
            "m365.audit" => self.raw_audit(),
            _ => self.raw_signin(),
        }
    }

    /// Where a sign-in came from; the place may be missing, or half of it.
    fn location(&self) -> Value {
        let coordinates = match (self.country, self.asn) {
            ("DE", 64500) => json!({"latitude": 52.52, "longitude": 13.405}),
            ("DE", _) => json!({"latitude": 48.137_15, "longitude": 11.576_125}),
            ("FR", 64500) => json!({"latitude": 48.8566, "longitude": null}),
            ("FR", _) => json!({"latitude": 48.8566, "longitude": 2.3522}),
            ("US", _) => json!({"latitude": 41.9, "longitude": -87.6}),
            _ => Value::Null,
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

    /// The table and the row in Log Analytics.
    pub fn row(&self) -> (&'static str, Map<String, Value>) {
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
        let Value::Object(mut row) = row else { unreachable!() };
        row.insert("__arrived".to_owned(), json!(time_text(self.arrived)));
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
