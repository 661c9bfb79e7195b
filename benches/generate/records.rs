//! Events written as the vendors write them.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::events::{APPLICATIONS, Kind, Token, Use, workload};
use super::random::Random;

/// The day on which every set begins.
const FIRST_DAY: u64 = 4;
const MONTH: &str = "2026-03";
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
const PLACES: [(&str, &str); 8] = [
    ("NL", "Utrecht"),
    ("DE", "Berlin"),
    ("FR", "Paris"),
    ("GB", "London"),
    ("US", "Chicago"),
    ("FI", "Helsinki"),
    ("BR", "S\\u00e3o Paulo"),
    ("JP", "大阪"),
];
const AGENTS: [&str; 4] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) ExampleBrowser/133.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_7) AppleWebKit/605.1.15 (KHTML, like Gecko) ExampleBrowser/18.3",
    "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)",
    "python-requests/2.32.0",
];
const METHODS: [&str; 8] = ["GET", "GET", "GET", "GET", "GET", "POST", "PATCH", "DELETE"];
const STATUSES: [u32; 16] = [200, 200, 200, 200, 200, 200, 200, 200, 200, 201, 204, 304, 400, 403, 404, 429];
const PATHS: [&str; 6] = [
    "users?$select=id,displayName,mail,userPrincipalName,jobTitle,department&$top=999",
    "me/messages?$filter=receivedDateTime%20ge%202026-03-01T00:00:00Z&$orderby=receivedDateTime%20desc&$select=subject,from,bodyPreview&$top=50",
    "me/drive/root/search(q='budget')?$select=name,webUrl,lastModifiedDateTime&$expand=thumbnails",
    "groups/5b0e1c7d-2f4a-4a0b-9d36-e18c07f2ab94/members?$count=true&$select=id,displayName",
    "me/mailFolders/inbox/messageRules",
    "$batch",
];
const EXCHANGE: [&str; 6] =
    ["MailItemsAccessed", "MailItemsAccessed", "Send", "SoftDelete", "MoveToDeletedItems", "Update"];
const SHAREPOINT: [&str; 6] =
    ["FileAccessed", "FileAccessed", "FileDownloaded", "FileModified", "FilePreviewed", "FileSyncDownloadedFull"];
const TEAMS: [&str; 4] = ["MessageSent", "MessageSent", "ChatRetrieved", "MessageUpdated"];

/// The identifier of an application, the same in every set.
pub fn application(number: u64) -> String {
    Random(0xa99_0000 + number).guid()
}

/// Writes records.
pub struct Writer {
    templates: HashMap<&'static str, Vec<(&'static str, &'static str)>>,
    random: Random,
}

impl Writer {
    /// Ids of records come from a seed.
    pub fn new(seed: u64) -> Self {
        let templates = [
            ("signin", include_str!("signin.json")),
            ("graph", include_str!("graph.json")),
            ("exchange", include_str!("exchange.json")),
            ("sharepoint", include_str!("sharepoint.json")),
            ("teams", include_str!("teams.json")),
        ];
        let templates = templates.into_iter().map(|(name, text)| (name, pieces(text.trim_end()))).collect();
        Self { templates, random: Random(seed ^ 0x1d5) }
    }

    /// One line of NDJSON.
    pub fn line(&mut self, event: &Use, out: &mut String) {
        let values = Values::new(event, &mut self.random);
        let template = match event.kind {
            Kind::SignIn => "signin",
            Kind::Graph => "graph",
            Kind::Exchange => "exchange",
            Kind::SharePoint => "sharepoint",
            Kind::Teams => "teams",
        };
        for (before, name) in &self.templates[template] {
            out.push_str(before);
            values.write(name, out);
        }
        out.push('\n');
    }

    /// One line of CSV with the columns of Log Analytics, those of all tables together.
    pub fn row(&mut self, event: &Use, out: &mut String) {
        let values = Values::new(event, &mut self.random);
        for (index, cell) in values.cells(event.kind).iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            if cell.contains(['"', ',']) {
                let _ = write!(out, "\"{}\"", cell.replace('"', "\"\""));
            } else {
                out.push_str(cell);
            }
        }
        out.push('\n');
    }
}

/// Texts of a template, each with the name of what follows it.
fn pieces(mut rest: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut pieces = Vec::new();
    while let Some((before, after)) = rest.split_once("<<") {
        let (name, after) = after.split_once(">>").unwrap_or((after, ""));
        pieces.push((before, name));
        rest = after;
    }
    pieces.push((rest, ""));
    pieces
}

/// The columns of the CSV.
pub const COLUMNS: &str = "Type,TimeGenerated,Id,RequestId,OfficeId,UniqueTokenIdentifier,SignInActivityId,AppAccessContext,SessionId,UserId,\
UserPrincipalName,IPAddress,ClientIP,ResultType,ResponseStatusCode,RequestMethod,RequestUri,Operation,OfficeWorkload,AppId,ApplicationId,\
ResourceIdentity,LocationDetails,UserAgent";

/// What the places of a template are filled with.
struct Values {
    time: String,
    issued: String,
    ticks: u64,
    id: String,
    correlation: String,
    token: String,
    person: u64,
    user: String,
    session: String,
    device: String,
    address: String,
    place: usize,
    application: u64,
    resource: (&'static str, &'static str),
    agent: &'static str,
    code: u32,
    risk: &'static str,
    status: u32,
    method: &'static str,
    path: &'static str,
    operation: &'static str,
    size: u64,
}

impl Values {
    fn new(event: &Use, random: &mut Random) -> Self {
        let about = event.token.seed();
        let mut token = Random(about ^ 0x70ce);
        if event.token == Token::Missing {
            token = Random(random.next());
        }
        // Several tokens of one person.
        let person = token.below(40_000);
        let mut of_person = Random(person << 20);
        let (user, session, device) = (of_person.guid(), token.guid(), of_person.guid());
        let application = token.fraction() * token.fraction();
        let place = (person + event.away) % 8;
        let network = event.away * 32 + token.below(32);
        let operation = match event.kind {
            Kind::Exchange => random.one(&EXCHANGE),
            Kind::SharePoint => random.one(&SHAREPOINT),
            Kind::SignIn | Kind::Graph | Kind::Teams => random.one(&TEAMS),
        };
        let resource = match (random.below(2), workload(event.token)) {
            (0, Kind::Exchange) => ("00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online"),
            (0, Kind::SharePoint) => ("00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online"),
            (0, _) => ("cc15fd57-2c6c-4117-a88c-83b1d56b4bbe", "Microsoft Teams Services"),
            (_, _) => (GRAPH, "Microsoft Graph"),
        };
        Self {
            time: clock(event.time),
            issued: clock(event.time.saturating_sub(200_000_000)),
            ticks: 638_000_000_000_000_000 + event.time * 10,
            id: random.guid(),
            correlation: random.guid(),
            token: event.token.name(),
            person: 10_000 + person,
            user,
            session,
            device,
            address: format!(
                "198.{}.{}.{}",
                18 + network / 128,
                network * 2 % 256 + token.below(2),
                1 + token.below(250)
            ),
            place: usize::try_from(place).unwrap_or(0),
            application: event.rare.map_or_else(|| share(application), |rare| 1_000 + rare),
            resource,
            agent: token.one(&AGENTS),
            code: event.code,
            risk: if random.below(500) == 0 { random.one(&["low", "medium", "high"]) } else { "none" },
            status: random.one(&STATUSES),
            method: random.one(&METHODS),
            path: random.one(&PATHS),
            operation,
            size: 200 + random.below(60_000),
        }
    }

    fn write(&self, name: &str, out: &mut String) {
        let (country, city) = PLACES[self.place];
        match name {
            "" => {}
            "time" => out.push_str(&self.time),
            "second" => out.push_str(&self.time[..19]),
            "issued" => out.push_str(&self.issued),
            "issuedsecond" => out.push_str(&self.issued[..19]),
            "id" => out.push_str(&self.id),
            "correlation" => out.push_str(&self.correlation),
            "token" => out.push_str(&self.token),
            "user" => out.push_str(&self.user),
            "session" => out.push_str(&self.session),
            "device" => out.push_str(&self.device),
            "address" => out.push_str(&self.address),
            "country" => out.push_str(country),
            "city" => out.push_str(city),
            "app" => out.push_str(&application(self.application)),
            "agent" => out.push_str(self.agent),
            "signature" => out.push_str(if self.code == 0 { "SUCCESS" } else { "FAILURE" }),
            "reason" => out.push_str(if self.code == 0 { "Other." } else { "The user did not \\\"pass\\\"." }),
            "resource" => out.push_str(self.resource.0),
            "resourcename" => out.push_str(self.resource.1),
            "risk" => out.push_str(self.risk),
            "method" => out.push_str(self.method),
            "path" => out.push_str(self.path),
            "operation" => out.push_str(self.operation),
            "version" => out.push_str(if self.size.is_multiple_of(4) { "beta" } else { "v1.0" }),
            "ticks" => self.number(self.ticks, out),
            "person" => self.number(self.person, out),
            "asn" => self.number(64_500 + self.place as u64, out),
            "appnumber" => self.number(self.application, out),
            "code" => self.number(u64::from(self.code), out),
            "status" => self.number(u64::from(self.status), out),
            "duration" => self.number(self.size * 3, out),
            "bytes" => self.number(self.size, out),
            other => unreachable!("a template has an unknown place `{other}`"),
        }
    }

    fn number(&self, number: u64, out: &mut String) {
        let _ = write!(out, "{number}");
    }

    fn cells(&self, kind: Kind) -> Vec<String> {
        let cell = |name: &str| {
            let mut text = String::new();
            self.write(name, &mut text);
            text
        };
        let (sign_in, graph) = (kind == Kind::SignIn, kind == Kind::Graph);
        let office = !sign_in && !graph;
        let when = |is: bool, text: String| if is { text } else { String::new() };
        let (country, city) = PLACES[self.place];
        let table = if sign_in {
            "SigninLogs"
        } else if graph {
            "MicrosoftGraphActivityLogs"
        } else {
            "OfficeActivity"
        };
        let time = if office { format!("{}Z", &self.time[..19]) } else { format!("{}Z", self.time) };
        let context = format!("{{\"UniqueTokenId\":\"{}\",\"ClientAppId\":\"{}\"}}", self.token, cell("app"));
        let place = format!("{{\"city\":\"{city}\",\"countryOrRegion\":\"{country}\"}}");
        let workload = match kind {
            Kind::Exchange => "Exchange",
            Kind::SharePoint => "SharePoint",
            Kind::Teams => "MicrosoftTeams",
            Kind::SignIn | Kind::Graph => "",
        };
        let name = format!("person.{}@example.org", self.person);
        vec![
            table.to_owned(),
            time,
            when(sign_in, self.id.clone()),
            when(graph, self.id.clone()),
            when(office, self.id.clone()),
            when(sign_in, self.token.clone()),
            when(graph, self.token.clone()),
            when(office, context),
            when(!office, self.session.clone()),
            if office { name.clone() } else { self.user.clone() },
            when(sign_in, name),
            when(!office, self.address.clone()),
            when(office, self.address.clone()),
            when(sign_in, self.code.to_string()),
            when(graph, self.status.to_string()),
            when(graph, self.method.to_owned()),
            when(graph, format!("https://graph.microsoft.com/v1.0/{}", self.path)),
            when(office, self.operation.to_owned()),
            workload.to_owned(),
            when(!office, cell("app")),
            when(office, cell("app")),
            when(sign_in, self.resource.0.to_owned()),
            when(sign_in, place),
            self.agent.to_owned(),
        ]
    }
}

/// Which application: the first ones have most of the tokens.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a fraction of a small number"
)]
fn share(fraction: f64) -> u64 {
    (fraction * APPLICATIONS as f64) as u64
}

/// Date and time of day, to a tenth of a microsecond as the vendor writes it.
fn clock(time: u64) -> String {
    let second = time / 1_000_000;
    let day = FIRST_DAY + second / 86_400;
    let of_day = second % 86_400;
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{MONTH}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:06}0", time % 1_000_000)
}
