//! Families of user agents, told by the marks that products leave in their text. Good enough to see that a session moved from
//! a browser to a script; the text itself is whatever the client says.

use super::{Accepts, Example, Function, Lowering, MissingRule, Parameter, Repeats, ResultType};
use crate::types::Type;
use crate::value::Value;

const AGENT: Parameter = Parameter { name: "user_agent", accepts: Accepts::Text, literal: false };

/// Marks, letter case included, and what each tells. The first mark that the text holds counts, so that what imitates another
/// product stands before it: nearly every browser says `Safari/`, and most say `Chrome/`.
pub type Marks = &'static [(&'static str, &'static str)];

/// What a text without any of the marks is.
pub const OTHER: &str = "other";

/// Marks of browsers and clients.
pub const FAMILIES: Marks = &[
    ("azurehound", "AzureHound"),
    ("AADInternals", "AADInternals"),
    ("BAV2ROPC", "BAV2ROPC"),
    ("PowerShell", "PowerShell"),
    ("python", "Python"),
    ("Python", "Python"),
    ("aiohttp", "Python"),
    ("curl/", "curl"),
    ("Wget/", "Wget"),
    ("node-fetch", "Node.js"),
    ("node/", "Node.js"),
    ("axios/", "Node.js"),
    ("undici", "Node.js"),
    ("Go-http-client", "Go"),
    ("okhttp", "OkHttp"),
    ("Apache-HttpClient", "Java"),
    ("Java/", "Java"),
    ("PostmanRuntime/", "Postman"),
    ("Teams/", "Teams"),
    ("Electron/", "Electron"),
    ("Microsoft Outlook", "Office"),
    ("Microsoft Office", "Office"),
    ("Outlook", "Office"),
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("Edge/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
    ("Trident/", "Internet Explorer"),
    ("MSIE ", "Internet Explorer"),
];

/// Marks of operating systems.
pub const SYSTEMS: Marks = &[
    ("Windows", "Windows"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Macintosh", "macOS"),
    ("Darwin", "macOS"),
    ("Linux", "Linux"),
];

fn first_mark(arguments: &[Value], marks: Marks) -> Value {
    match arguments {
        [Value::Text(agent)] => {
            let found = marks.iter().find(|(mark, _)| agent.contains(mark));
            Value::text(found.map_or(OTHER, |(_, told)| told))
        }
        _ => Value::Missing,
    }
}

/// `user_agent_family`
pub static USER_AGENT_FAMILY: Function = Function {
    name: "user_agent_family",
    family: "user agent",
    summary: "The browser or client that a user agent names, such as `Edge`, `Chrome`, `Python`, `curl`; `other` if it is none \
              that is known.",
    parameters: &[AGENT],
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::String),
    missing: MissingRule::Missing,
    kql: Lowering::Special,
    spl: Lowering::Special,
    sql: Lowering::Special,
    eval: |arguments| first_mark(arguments, FAMILIES),
    examples: &[
        Example {
            call: r#"user_agent_family("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0")"#,
            gives: r#""Edge""#,
        },
        Example { call: r#"user_agent_family("python-requests/2.32.3")"#, gives: r#""Python""# },
        Example { call: r#"user_agent_family("Example/1.0")"#, gives: r#""other""# },
    ],
};

/// `user_agent_os`
pub static USER_AGENT_OS: Function = Function {
    name: "user_agent_os",
    family: "user agent",
    summary: "The operating system that a user agent names: `Windows`, `macOS`, `Linux`, `iOS`, `Android`, `ChromeOS`, or `other`.",
    parameters: &[AGENT],
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::String),
    missing: MissingRule::Missing,
    kql: Lowering::Special,
    spl: Lowering::Special,
    sql: Lowering::Special,
    eval: |arguments| first_mark(arguments, SYSTEMS),
    examples: &[
        Example {
            call: r#"user_agent_os("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Safari/604.1")"#,
            gives: r#""iOS""#,
        },
        Example { call: r#"user_agent_os("curl/8.5.0")"#, gives: r#""other""# },
    ],
};
