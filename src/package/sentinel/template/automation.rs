//! `respond revoke_sessions` as an automation rule: each alert of the analytics rule runs the playbook.
//!
//! It is on alerts and not on incidents: an alert that joins an open incident is answered too.

use super::alert_rule::STABLE;
use super::{Expression, Name, Parameter, ParameterKind, Reference, Resource, Scope, Value};
use crate::package::id_of;
use crate::package::sentinel::rule::AnalyticsRule;

/// The parameter that says whether sessions are revoked. Nobody's are until somebody says so.
pub const REVOKE: &str = "revokeSessions";

/// That parameter.
pub fn revoke_parameter() -> Parameter {
    Parameter {
        name: REVOKE.to_owned(),
        description: "Whether the sessions of the users in alerts are revoked.".to_owned(),
        kind: ParameterKind::Bool(false),
    }
}

/// The automation rule of an analytics rule, which runs the playbook of an id.
pub fn resource(rule: &AnalyticsRule, analytics: &Resource, playbook: Value) -> Resource {
    let condition = Value::object([
        ("conditionType", Value::text("Property")),
        (
            "conditionProperties",
            Value::object([
                ("propertyName", Value::text("AlertAnalyticRuleIds")),
                ("operator", Value::text("Contains")),
                ("propertyValues", Value::List(vec![analytics.id()])),
            ]),
        ),
    ]);
    let logic = Value::object([
        ("isEnabled", Value::parameter(REVOKE)),
        ("triggersOn", Value::text("Alerts")),
        ("triggersWhen", Value::text("Created")),
        ("conditions", Value::List(vec![condition])),
    ]);
    let tenant = Expression::Property(Box::new(Expression::Call("subscription", Vec::new())), "tenantId");
    let configuration = Value::object([("logicAppResourceId", playbook), ("tenantId", Value::Expression(tenant))]);
    let action = Value::object([
        ("order", Value::Number(1)),
        ("actionType", Value::text("RunPlaybook")),
        ("actionConfiguration", configuration),
    ]);
    let properties = Value::object([
        ("displayName", Value::text(format!("Revoke sessions: {}", rule.rule))),
        ("order", Value::Number(1)),
        ("triggeringLogic", logic),
        ("actions", Value::List(vec![action])),
    ]);
    Resource {
        reference: Reference {
            symbol: format!("{}_automation", rule.rule),
            resource_type: "Microsoft.SecurityInsights/automationRules",
            name: Name::Text(id_of("revoke_sessions", &rule.id)),
            scope: Scope::Workspace,
        },
        api_version: STABLE,
        body: vec![("properties", properties)],
        after: Vec::new(),
    }
}
