//! A template as Bicep.

use super::{
    Expression, Parameter, ParameterKind, Reference, Resource, Scope, Template, Value, WORKSPACE, WORKSPACE_TYPE,
};

/// The symbol of the workspace.
const SYMBOL: &str = "sentinel";
/// The version of the workspace's definition; only its name is read.
const WORKSPACE_VERSION: &str = "2023-09-01";

/// A template, with a newline at its end.
pub fn write(template: &Template) -> String {
    let mut parts = vec![format!("metadata description = {}\n", quoted(&template.description))];
    parts.extend(template.parameters.iter().map(parameter));
    if template.resources.iter().any(|resource| resource.reference.scope == Scope::Workspace) {
        parts.push(format!(
            "resource {SYMBOL} '{WORKSPACE_TYPE}@{WORKSPACE_VERSION}' existing = {{\n  name: {WORKSPACE}\n}}\n"
        ));
    }
    parts.extend(template.resources.iter().map(resource));
    parts.join("\n")
}

fn parameter(parameter: &Parameter) -> String {
    let description = quoted(&parameter.description);
    let name = &parameter.name;
    let (allowed, kind, default) = match &parameter.kind {
        ParameterKind::Required => (None, "string", None),
        ParameterKind::Text(default) => (None, "string", Some(value(default, 0))),
        ParameterKind::Choice { default, allowed } => (Some(allowed), "string", Some(quoted(default))),
        ParameterKind::Bool(default) => (None, "bool", Some(default.to_string())),
    };
    let allowed = allowed.map(|allowed| format!("@allowed({})\n", value(&Value::texts(allowed.iter().cloned()), 0)));
    let default = default.map(|default| format!(" = {default}"));
    format!(
        "@description({description})\n{}param {name} {kind}{}\n",
        allowed.unwrap_or_default(),
        default.unwrap_or_default()
    )
}

fn resource(resource: &Resource) -> String {
    let Reference { symbol, resource_type, name, scope } = &resource.reference;
    let scope = (*scope == Scope::Workspace).then(|| format!("  scope: {SYMBOL}\n"));
    let (name, api_version) = (value(&name.value(), 1), resource.api_version);
    let body: String =
        resource.body.iter().map(|(name, entry)| format!("  {}: {}\n", key(name), value(entry, 1))).collect();
    let scope = scope.unwrap_or_default();
    let after: String = resource.after.iter().map(|before| format!("    {}\n", before.symbol)).collect();
    let after = if after.is_empty() { after } else { format!("  dependsOn: [\n{after}  ]\n") };
    format!("resource {symbol} '{resource_type}@{api_version}' = {{\n{scope}  name: {name}\n{body}{after}}}\n")
}

/// A value at a depth: its first line stands where it is written, the others are indented.
fn value(value: &Value, depth: usize) -> String {
    let (outer, inner) = ("  ".repeat(depth), "  ".repeat(depth + 1));
    match value {
        Value::Text(text) => self::text(text),
        Value::Number(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        Value::List(items) if items.is_empty() => "[]".to_owned(),
        Value::List(items) => {
            let items = items.iter().map(|item| format!("{inner}{}\n", self::value(item, depth + 1)));
            format!("[\n{}{outer}]", items.collect::<String>())
        }
        Value::Object(entries) if entries.is_empty() => "{}".to_owned(),
        Value::Object(entries) => {
            let entries = entries
                .iter()
                .map(|(name, entry)| format!("{inner}{}: {}\n", key(name), self::value(entry, depth + 1)));
            format!("{{\n{}{outer}}}", entries.collect::<String>())
        }
        Value::Expression(expression) => self::expression(expression),
    }
}

fn expression(expression: &Expression) -> String {
    match expression {
        Expression::Text(text) => quoted(text),
        Expression::Parameter(name) => name.clone(),
        Expression::Call(function, arguments) => {
            let arguments: Vec<String> = arguments.iter().map(self::expression).collect();
            format!("{function}({})", arguments.join(", "))
        }
        Expression::Property(of, name) => format!("{}.{name}", self::expression(of)),
        Expression::Choose { parameter, yes, no } => format!("{parameter} ? {} : {}", quoted(yes), quoted(no)),
        Expression::Id(reference) => format!("{}.id", reference.symbol),
    }
}

/// A property's name: as it is where it is an identifier.
fn key(name: &str) -> String {
    let first = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let plain = first && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain { name.to_owned() } else { quoted(name) }
}

/// A text: of several lines as it stands, where it can. Texts of several lines know neither escapes nor expressions, so that
/// quotes that would end them and signs that a reader or an editor could lose are escaped on one line instead.
fn text(text: &str) -> String {
    let plain = |c: char| c == '\n' || c == '\t' || !c.is_control();
    if text.contains('\n') && text.chars().all(plain) && !text.contains("'''") && !text.ends_with('\'') {
        // The newline after the opening quotes is not part of the text.
        format!("'''\n{text}'''")
    } else {
        quoted(text)
    }
}

/// A text on one line.
fn quoted(text: &str) -> String {
    let mut written = String::from("'");
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\'' => written.push_str("\\'"),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            // A dollar begins an expression before a brace only.
            '$' if rest.peek() == Some(&'{') => written.push_str("\\$"),
            c if c.is_control() => written.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => written.push(c),
        }
    }
    written.push('\'');
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_on_one_line_are_escaped() {
        assert_eq!(quoted(r"it's C:\x"), r"'it\'s C:\\x'");
        assert_eq!(quoted("a\tb\r\nc\u{1}"), r"'a\tb\r\nc\u{1}'");
    }

    #[test]
    fn expressions_in_texts_stay_texts() {
        assert_eq!(quoted("${x} $y"), r"'\${x} $y'");
        assert_eq!(quoted(r"\${x}"), r"'\\\${x}'");
        assert_eq!(quoted("$schema"), "'$schema'");
    }

    #[test]
    fn texts_of_several_lines_stand_as_they_are() {
        assert_eq!(text("a ${b}\n'c' \\n\n"), "'''\na ${b}\n'c' \\n\n'''");
        assert_eq!(text("\na\nb"), "'''\n\na\nb'''");
    }

    #[test]
    fn what_would_end_a_text_of_several_lines_is_escaped() {
        assert_eq!(text("a\n'''"), r"'a\n\'\'\''");
        assert_eq!(text("a\n'b'"), r"'a\n\'b\''");
        assert_eq!(text("a\r\nb"), r"'a\r\nb'");
    }

    #[test]
    fn names_are_quoted_where_they_are_no_identifiers() {
        assert_eq!(key("displayName"), "displayName");
        assert_eq!(key("$schema"), "'$schema'");
        assert_eq!(key("Entities_-_Get"), "'Entities_-_Get'");
    }
}
