//! Functions of URLs, for the request paths of API logs. A path alone (`/v1.0/users`) is taken as well as a whole URL.
//!
//! What a path is about is told by its template, in which what names one thing is `{id}`: `/v1.0/users/{id}/messages`.
//!
//! The targets take them apart with the regular expressions below; the evaluator does the same by hand.

use super::{Accepts, Example, Function, Lowering, MissingRule, Parameter, Repeats, ResultType};
use crate::types::Type;
use crate::value::Value;

const URL: Parameter = Parameter { name: "url", accepts: Accepts::Text, literal: false };

/// Host and what follows it; no host where the text does not begin with `scheme://`.
fn split(url: &str) -> (Option<&str>, &str) {
    let Some((scheme, rest)) = url.split_once("://") else { return (None, url) };
    let mut characters = scheme.chars();
    let first = characters.next().is_some_and(|first| first.is_ascii_alphabetic());
    if !first || !characters.all(|other| other.is_ascii_alphanumeric() || "+.-".contains(other)) {
        return (None, url);
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    (Some(&rest[..end]), &rest[end..])
}

fn path(url: &str) -> &str {
    let rest = split(url).1;
    &rest[..rest.find(['?', '#']).unwrap_or(rest.len())]
}

fn present(text: &str) -> Value {
    if text.is_empty() { Value::Missing } else { Value::text(text) }
}

/// `url_host`
pub static URL_HOST: Function = Function {
    name: "url_host",
    family: "url",
    summary: "The host of a URL, with its port if there is one, as written; missing if the text has none.",
    parameters: &[URL],
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::String),
    missing: MissingRule::Missing,
    kql: Lowering::Call(r#"extract(@"^[a-zA-Z][a-zA-Z0-9+.-]*://([^/?#]*)", 1, {0})"#),
    spl: Lowering::Call(
        r#"nullif(if(match({0}, "^[a-zA-Z][a-zA-Z0-9+.-]*://"), replace({0}, "^[a-zA-Z][a-zA-Z0-9+.-]*://([^/?#]*).*$", "\\1"), ""), "")"#,
    ),
    sql: Lowering::Special,
    eval: |arguments| match arguments {
        [Value::Text(url)] => present(split(url).0.unwrap_or_default()),
        _ => Value::Missing,
    },
    examples: &[
        Example { call: r#"url_host("https://graph.microsoft.com/v1.0/me?x=1")"#, gives: r#""graph.microsoft.com""# },
        Example { call: r#"url_host("/v1.0/me")"#, gives: "missing" },
    ],
};

/// `url_path`
pub static URL_PATH: Function = Function {
    name: "url_path",
    family: "url",
    summary: "The path of a URL without query and fragment; missing if it is empty.",
    parameters: &[URL],
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::String),
    missing: MissingRule::Missing,
    kql: Lowering::Call(r#"extract(@"^(?:[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*)?([^?#]*)", 1, {0})"#),
    spl: Lowering::Call(r#"nullif(replace({0}, "^(?:[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*)?([^?#]*).*$", "\\1"), "")"#),
    sql: Lowering::Special,
    eval: |arguments| match arguments {
        [Value::Text(url)] => present(path(url)),
        _ => Value::Missing,
    },
    examples: &[Example {
        call: r#"url_path("https://graph.microsoft.com/v1.0/users?$top=999")"#,
        gives: r#""/v1.0/users""#,
    }],
};

/// `path_segment`
pub static PATH_SEGMENT: Function = Function {
    name: "path_segment",
    family: "url",
    summary: "The n-th part between slashes of a URL's path, counted from 1; missing if there is none or it is empty.",
    parameters: &[URL, Parameter { name: "n", accepts: Accepts::Position, literal: true }],
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::String),
    missing: MissingRule::Missing,
    kql: Lowering::Call(r#"extract(@"^(?:[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*)?(?:/([^/?#]*)){{1}}", 1, {0})"#),
    // What is before the first slash is the first of the parts, so the n-th segment has the index n.
    spl: Lowering::Call(
        r#"nullif(mvindex(split(replace({0}, "^(?:[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*)?(/[^?#]*)?.*$", "\\1"), "/"), {1}), "")"#,
    ),
    sql: Lowering::Special,
    eval: |arguments| match arguments {
        [Value::Text(url), Value::Int(n)] => {
            let segment = usize::try_from(*n)
                .ok()
                .filter(|n| *n > 0)
                .and_then(|n| path(url).strip_prefix('/').and_then(|path| path.split('/').nth(n - 1)));
            present(segment.unwrap_or_default())
        }
        _ => Value::Missing,
    },
    examples: &[
        Example { call: r#"path_segment("https://graph.microsoft.com/v1.0/users/1?x=y", 2)"#, gives: r#""users""# },
        Example { call: r#"path_segment("/v1.0/users", 3)"#, gives: "missing" },
    ],
};

/// Whether a part of a path names one thing among many. Names of collections hold two digits at most (`v1.0`,
/// `oauth2PermissionGrants`); GUIDs, numbers, and the long identifiers of messages and files hold more.
fn is_id(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    digits >= 3 || (digits > 0 && digits == part.len()) || part.contains(['@', '!', '=', '%'])
}

/// `users('ana@example.org')` as `users/{id}`.
fn without_keys(path: &str) -> String {
    let mut written = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(open) = rest.find("('") {
        let Some(length) = rest[open + 2..].find('\'') else { break };
        let behind = &rest[open + 2 + length + 1..];
        if let Some(behind) = behind.strip_prefix(')') {
            written.push_str(&rest[..open]);
            written.push_str("/{id}");
            rest = behind;
        } else {
            // This is no key; the next one may begin at the quote.
            written.push_str(&rest[..=open]);
            rest = &rest[open + 1..];
        }
    }
    written.push_str(rest);
    written
}

fn template(path: &str) -> String {
    let path = without_keys(path);
    let parts = path.split('/').enumerate();
    let parts: Vec<&str> = parts.map(|(at, part)| if at > 0 && is_id(part) { "{id}" } else { part }).collect();
    parts.join("/")
}

/// `path_template`
pub static PATH_TEMPLATE: Function = Function {
    name: "path_template",
    family: "url",
    summary: "The path of a URL with `{id}` for each part that names one thing: a part of digits alone, with three digits or \
              more, or with one of `@ ! = %`; a key such as `('ana')` behind a name becomes a part of its own.",
    parameters: &[URL],
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::String),
    missing: MissingRule::Missing,
    // A part shares its slashes with its neighbours, so that a second pass finds what lies between two findings of the first.
    kql: Lowering::Call(
        r#"replace_regex(replace_regex(replace_regex(extract(@"^(?:[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*)?([^?#]*)", 1, {0}), @"\('[^']*'\)", "/{id}"), @"/([0-9]+|[^/]*[@!=%][^/]*|[^/]*[0-9][^/]*[0-9][^/]*[0-9][^/]*)(/|\z)", @"/{id}\2"), @"/([0-9]+|[^/]*[@!=%][^/]*|[^/]*[0-9][^/]*[0-9][^/]*[0-9][^/]*)(/|\z)", @"/{id}\2")"#,
    ),
    spl: Lowering::Call(
        r#"nullif(replace(replace(replace(replace({0}, "^(?:[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*)?([^?#]*).*$", "\\1"), "\\('[^']*'\\)", "/{id}"), "/([0-9]+|[^/]*[@!=%][^/]*|[^/]*[0-9][^/]*[0-9][^/]*[0-9][^/]*)(/|\\z)", "/{id}\\2"), "/([0-9]+|[^/]*[@!=%][^/]*|[^/]*[0-9][^/]*[0-9][^/]*[0-9][^/]*)(/|\\z)", "/{id}\\2"), "")"#,
    ),
    sql: Lowering::Special,
    eval: |arguments| match arguments {
        [Value::Text(url)] => present(&template(path(url))),
        _ => Value::Missing,
    },
    examples: &[
        Example {
            call: r#"path_template("https://graph.microsoft.com/v1.0/users/ana@example.org/messages?$top=5")"#,
            gives: r#""/v1.0/users/{id}/messages""#,
        },
        Example {
            call: r#"path_template("/beta/users/5f0d5f3e-62c7-4a0b-8b7e-0f6f4e2f9a11/17/12")"#,
            gives: r#""/beta/users/{id}/{id}/{id}""#,
        },
        Example {
            call: r#"path_template("/v1.0/drives('b')/root/delta(token='x')")"#,
            gives: r#""/v1.0/drives/{id}/root/{id}""#,
        },
        Example {
            call: r#"path_template("/v1.0/oauth2PermissionGrants")"#,
            gives: r#""/v1.0/oauth2PermissionGrants""#,
        },
        Example { call: r#"path_template("https://graph.microsoft.com?x=1")"#, gives: "missing" },
    ],
};
