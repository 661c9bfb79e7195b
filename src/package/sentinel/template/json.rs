//! A template as the JSON of Azure Resource Manager.

use serde_json::{Map, Value as Json, json};

use super::{
    Expression, Parameter, ParameterKind, Reference, Resource, Scope, Template, Value, WORKSPACE, WORKSPACE_TYPE,
};

/// The schema of templates for resource groups.
const SCHEMA: &str = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";

/// A template, with a newline at its end.
pub fn write(template: &Template) -> String {
    let parameters = template.parameters.iter().map(|each| (each.name.clone(), parameter(each))).collect::<Map<_, _>>();
    let document = json!({
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "metadata": { "description": literal(&template.description) },
        "parameters": parameters,
        "resources": template.resources.iter().map(resource).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn parameter(parameter: &Parameter) -> Json {
    let mut written = Map::new();
    let (kind, default) = match &parameter.kind {
        ParameterKind::Required => ("string", None),
        ParameterKind::Text(default) => ("string", Some(value(default))),
        ParameterKind::Choice { default, .. } => ("string", Some(json!(default))),
        ParameterKind::Bool(default) => ("bool", Some(json!(default))),
    };
    written.insert("type".to_owned(), json!(kind));
    written.extend(default.map(|default| ("defaultValue".to_owned(), default)));
    if let ParameterKind::Choice { allowed, .. } = &parameter.kind {
        written.insert("allowedValues".to_owned(), json!(allowed));
    }
    written.insert("metadata".to_owned(), json!({ "description": literal(&parameter.description) }));
    Json::Object(written)
}

/// A resource with what it depends on.
pub fn resource(resource: &Resource) -> Json {
    let mut written = Map::new();
    written.insert("type".to_owned(), json!(resource.reference.resource_type));
    written.insert("apiVersion".to_owned(), json!(resource.api_version));
    written.insert("name".to_owned(), value(&resource.reference.name.value()));
    if resource.reference.scope == Scope::Workspace {
        written.insert("scope".to_owned(), json!(format!("[{}]", workspace())));
    }
    written.extend(resource.body.iter().map(|(name, body)| ((*name).to_owned(), value(body))));
    let before: Vec<String> = resource.before().into_iter().map(|named| format!("[{}]", id(named))).collect();
    if !before.is_empty() {
        written.insert("dependsOn".to_owned(), json!(before));
    }
    Json::Object(written)
}

fn value(value: &Value) -> Json {
    match value {
        Value::Text(text) => Json::String(literal(text)),
        Value::Number(number) => json!(number),
        Value::Bool(yes) => json!(yes),
        Value::List(items) => Json::Array(items.iter().map(self::value).collect()),
        Value::Object(entries) => {
            Json::Object(entries.iter().map(|(name, entry)| (name.clone(), self::value(entry))).collect())
        }
        Value::Expression(Expression::Text(text)) => Json::String(literal(text)),
        Value::Expression(expression) => Json::String(format!("[{}]", self::expression(expression))),
    }
}

/// A text that is no expression. Texts in brackets would be: a second bracket says that they are not, and one alone that does not
/// end with a bracket is a text already.
fn literal(text: &str) -> String {
    if text.starts_with('[') && text.ends_with(']') { format!("[{text}") } else { text.to_owned() }
}

fn expression(expression: &Expression) -> String {
    match expression {
        Expression::Text(text) => quoted(text),
        Expression::Parameter(name) => format!("parameters({})", quoted(name)),
        Expression::Call(function, arguments) => {
            let arguments: Vec<String> = arguments.iter().map(self::expression).collect();
            format!("{function}({})", arguments.join(", "))
        }
        Expression::Property(of, name) => format!("{}.{name}", self::expression(of)),
        Expression::Choose { parameter, yes, no } => {
            format!("if(parameters({}), {}, {})", quoted(parameter), quoted(yes), quoted(no))
        }
        Expression::Id(reference) => id(reference),
    }
}

/// The id of a resource.
fn id(reference: &Reference) -> String {
    let (kind, name) = (quoted(reference.resource_type), expression(&reference.name.expression()));
    match reference.scope {
        Scope::Group => format!("resourceId({kind}, {name})"),
        Scope::Workspace => format!("extensionResourceId({}, {kind}, {name})", workspace()),
    }
}

fn workspace() -> String {
    format!("resourceId({}, parameters({}))", quoted(WORKSPACE_TYPE), quoted(WORKSPACE))
}

/// A text within an expression.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_texts_in_brackets_could_be_taken_for_expressions() {
        assert_eq!(literal("[x]"), "[[x]");
        assert_eq!(literal("[[x]"), "[[[x]");
        assert_eq!(literal("[x] y"), "[x] y");
        assert_eq!(literal("x]"), "x]");
        assert_eq!(literal("[]"), "[[]");
    }

    #[test]
    fn quotes_in_expressions_are_doubled() {
        assert_eq!(quoted("it's"), "'it''s'");
    }
}
