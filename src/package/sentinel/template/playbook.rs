//! The playbook that revokes the sessions of the users in an alert: a workflow with an identity of its own, and the connection by
//! which Sentinel starts it.
//!
//! Its identity may do nothing until it is given the one permission that it needs, which no template can do.

use super::automation::REVOKE;
use super::{Expression, Name, Parameter, ParameterKind, Reference, Resource, Scope, Value};

/// Where a package for each rule holds it, without the ending.
pub const PATH: &str = "playbooks/revoke_sessions";
/// The parameter with its name.
const PLAYBOOK: &str = "playbook";
/// The parameter with its place.
const LOCATION: &str = "location";
/// What it is called where nothing is said.
const NAME: &str = "tokentrail-revoke-sessions";
/// The type of a workflow.
const WORKFLOW: &str = "Microsoft.Logic/workflows";
/// The connection to Sentinel within the workflow.
const CONNECTION: &str = "@parameters('$connections')['azuresentinel']['connectionId']";

/// The parameter with the playbook's name.
pub fn name_parameter() -> Parameter {
    Parameter {
        name: PLAYBOOK.to_owned(),
        description: "The name of the playbook that revokes sessions.".to_owned(),
        kind: ParameterKind::Text(Value::text(NAME)),
    }
}

/// The parameter with the playbook's place.
pub fn location_parameter() -> Parameter {
    let group = Expression::Call("resourceGroup", Vec::new());
    Parameter {
        name: LOCATION.to_owned(),
        description: "Where the playbook runs.".to_owned(),
        kind: ParameterKind::Text(Value::Expression(Expression::Property(Box::new(group), "location"))),
    }
}

/// The id of the playbook of another template.
pub fn id() -> Value {
    let arguments = vec![Expression::Text(WORKFLOW.to_owned()), Expression::Parameter(PLAYBOOK.to_owned())];
    Value::Expression(Expression::Call("resourceId", arguments))
}

/// The connection and the workflow, in this order.
pub fn resources() -> [Resource; 2] {
    let connection = connection();
    let workflow = workflow(&connection);
    [connection, workflow]
}

fn reference(symbol: &str, resource_type: &'static str) -> Reference {
    Reference { symbol: symbol.to_owned(), resource_type, name: Name::Parameter(PLAYBOOK), scope: Scope::Group }
}

/// The interface of Sentinel for workflows.
fn managed_api() -> Value {
    Value::Expression(Expression::Call(
        "subscriptionResourceId",
        vec![
            Expression::Text("Microsoft.Web/locations/managedApis".to_owned()),
            Expression::Parameter(LOCATION.to_owned()),
            Expression::Text("azuresentinel".to_owned()),
        ],
    ))
}

fn connection() -> Resource {
    // `Alternative`: the workflow's own identity, and nobody's consent.
    let properties = Value::object([
        ("displayName", Value::parameter(PLAYBOOK)),
        ("parameterValueType", Value::text("Alternative")),
        ("api", Value::object([("id", managed_api())])),
    ]);
    Resource {
        reference: reference("connection", "Microsoft.Web/connections"),
        api_version: "2016-06-01",
        body: vec![("location", Value::parameter(LOCATION)), ("kind", Value::text("V1")), ("properties", properties)],
        after: Vec::new(),
    }
}

fn workflow(connection: &Resource) -> Resource {
    let identity = Value::object([("type", Value::text("ManagedServiceIdentity"))]);
    let sentinel = Value::object([
        ("connectionId", connection.id()),
        ("connectionName", Value::parameter(PLAYBOOK)),
        ("id", managed_api()),
        ("connectionProperties", Value::object([("authentication", identity)])),
    ]);
    let connections = Value::object([("value", Value::object([("azuresentinel", sentinel)]))]);
    let properties = Value::object([
        ("state", Value::Expression(Expression::Choose { parameter: REVOKE, yes: "Enabled", no: "Disabled" })),
        ("definition", definition()),
        ("parameters", Value::object([("$connections", connections)])),
    ]);
    Resource {
        reference: reference("revoke_sessions", WORKFLOW),
        api_version: "2019-05-01",
        body: vec![
            ("location", Value::parameter(LOCATION)),
            ("identity", Value::object([("type", Value::text("SystemAssigned"))])),
            ("properties", properties),
        ],
        after: Vec::new(),
    }
}

/// What the workflow does.
fn definition() -> Value {
    let schema =
        "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#";
    let connections = Value::object([("defaultValue", Value::object([])), ("type", Value::text("Object"))]);
    Value::object([
        ("$schema", Value::text(schema)),
        ("contentVersion", Value::text("1.0.0.0")),
        ("parameters", Value::object([("$connections", connections)])),
        ("triggers", Value::object([("alert", trigger())])),
        ("actions", Value::object([("accounts", accounts()), ("each_account", each_account())])),
        ("outputs", Value::object([])),
    ])
}

fn host() -> Value {
    Value::object([("connection", Value::object([("name", Value::text(CONNECTION))]))])
}

/// An alert of Sentinel, sent by an automation rule.
fn trigger() -> Value {
    let inputs = Value::object([
        ("body", Value::object([("callback_url", Value::text("@{listCallbackUrl()}"))])),
        ("host", host()),
        ("path", Value::text("/subscribe")),
    ]);
    Value::object([("type", Value::text("ApiConnectionWebhook")), ("inputs", inputs)])
}

/// The accounts among the entities of the alert.
fn accounts() -> Value {
    let inputs = Value::object([
        ("body", Value::text("@triggerBody()?['Entities']")),
        ("host", host()),
        ("method", Value::text("post")),
        ("path", Value::text("/entities/account")),
    ]);
    Value::object([("type", Value::text("ApiConnection")), ("inputs", inputs), ("runAfter", Value::object([]))])
}

/// Revokes the sessions of each account, which is known by its id in Entra, or else by its user principal name.
fn each_account() -> Value {
    let account = |field: &str| format!("items('each_account')?['{field}']");
    let (id, name, suffix) = (account("AadUserId"), account("Name"), account("UPNSuffix"));
    let user = format!("encodeURIComponent(if(empty({id}), concat({name}, '@', {suffix}), {id}))");
    let authentication = Value::object([
        ("type", Value::text("ManagedServiceIdentity")),
        ("audience", Value::text("https://graph.microsoft.com")),
    ]);
    let inputs = Value::object([
        ("method", Value::text("POST")),
        ("uri", Value::text(format!("https://graph.microsoft.com/v1.0/users/@{{{user}}}/revokeSignInSessions"))),
        ("authentication", authentication),
    ]);
    let revoke = Value::object([("type", Value::text("Http")), ("inputs", inputs), ("runAfter", Value::object([]))]);
    Value::object([
        ("type", Value::text("Foreach")),
        ("foreach", Value::text("@body('accounts')?['Accounts']")),
        ("actions", Value::object([("revoke", revoke)])),
        ("runAfter", Value::object([("accounts", Value::texts(["Succeeded"]))])),
    ])
}
