//! What lints find, and how it is said. One match holds all the wording.

use std::fmt;

use crate::attack::Technique;
use crate::diagnostic::{Code, Severity};
use crate::source::{Place, Span};
use crate::value::{Length, Value};

use crate::check::error::one_of;
use crate::check::wording::Wording;

use super::techniques;

/// What a lint, or an `allow`, has to say.
#[derive(Clone, Debug)]
pub enum Lint {
    /// `allow` of something that is no code, or not that of a lint on rules.
    Unsilenceable { word: String, what: NotALint, suggestion: Option<String> },
    /// `allow` without a reason.
    NoReason(String),
    /// `allow` of one code a second time.
    AllowTwice { code: Code, first: Span },

    /// A rule without doc comment.
    NoDescription,
    /// A parameter that nothing uses.
    ParameterUnused(String),
    /// An `allow` that silences nothing.
    AllowsNothing(Code),
    /// A condition that holds for every event.
    AlwaysTrue(Because),
    /// A condition that holds for no event.
    NeverTrue(Because),
    /// A threshold that every window reaches.
    AlwaysReached(Because),
    /// A threshold that no window reaches.
    NeverReached(Because),
    /// The same condition twice.
    Repeated { first: Span },
    /// A window that Sentinel's scheduled rules cannot look back over.
    LongLookback { lookback: i64, most: i64, reach: i64 },
    /// A key that many events of a source lack.
    KeyOftenMissing { field: String, source: String, why: String },
    /// A step that waits for a sign-in which the log need not have.
    SignInMayBeAbsent { source: String, others: Vec<String>, why: String },
    /// Known noise that no condition looks at.
    Noise { source: String, what: String, why: String, fields: Vec<String> },
    /// A list that nothing uses.
    ListUnused(String),
    /// A view that nothing uses.
    ViewUnused(String),
    /// Every event of a busy log.
    ReadsAll { source: String, why: String },
    /// A regular expression that begins with anything.
    LeadingWildcard,
    /// A long list of literals.
    LongList { entries: usize },
    /// Many logs.
    ManySources { sources: usize },
    /// A long window over a busy log.
    LongWindow { width: i64, source: String, why: String },
    /// A log of several whose events never fulfil a condition.
    SourceInVain { source: String, because: Because },
    /// A technique that ATT&CK does not have any more, and what took its place.
    FormerTechnique { id: String, name: &'static str, by: Option<&'static Technique> },
    /// A technique a second time, or beside one of its sub-techniques.
    TechniqueTwice { id: String, other: String, first: Span },
}

/// Why a code cannot be allowed.
#[derive(Clone, Copy, Debug)]
pub enum NotALint {
    /// There is no such code.
    Unknown,
    /// It is an error.
    Error,
    /// It is a warning about something else than a rule.
    Elsewhere(&'static str),
}

/// Why a condition is constant.
#[derive(Clone, Debug)]
pub enum Because {
    /// Nothing in it varies.
    Constant,
    /// Both sides are the same.
    SameSides,
    /// Both sides are the key.
    SameKey(String),
    /// Events come in this order.
    Order,
    /// One aggregate is never more than the other.
    AtMost { less: String, more: String },
    /// The value is one of a few.
    OneOf { what: String, values: Vec<Value> },
    /// The value is between two.
    Between { what: String, low: Option<Value>, high: Option<Value> },
    /// The value is never missing.
    NeverMissing(String),
    /// The value is always missing.
    AlwaysMissing(String),
    /// Events without a key take no part.
    Key(String),
    /// Another condition says otherwise.
    Against(Span),
    /// The alternatives leave nothing out.
    LeavesNothingOut { what: String, missing: bool },
    /// One value is enough.
    One(String),
}

impl Lint {
    /// Its code.
    pub fn code(&self) -> Code {
        match self {
            Self::Unsilenceable { .. } => Code::E0241,
            Self::NoReason(_) => Code::E0451,
            Self::AllowTwice { .. } => Code::E0402,
            Self::NoDescription => Code::W0802,
            Self::ParameterUnused(_) => Code::W0803,
            Self::AllowsNothing(_) => Code::W0804,
            Self::AlwaysTrue(_) => Code::W0805,
            Self::NeverTrue(_) => Code::W0806,
            Self::AlwaysReached(_) => Code::W0807,
            Self::NeverReached(_) => Code::W0808,
            Self::Repeated { .. } => Code::W0809,
            Self::LongLookback { .. } => Code::W0810,
            Self::KeyOftenMissing { .. } => Code::W0811,
            Self::SignInMayBeAbsent { .. } => Code::W0812,
            Self::Noise { .. } => Code::W0813,
            Self::ListUnused(_) => Code::W0814,
            Self::ViewUnused(_) => Code::W0815,
            Self::ReadsAll { .. } => Code::W0816,
            Self::LeadingWildcard => Code::W0817,
            Self::LongList { .. } => Code::W0818,
            Self::ManySources { .. } => Code::W0819,
            Self::LongWindow { .. } => Code::W0820,
            Self::SourceInVain { .. } => Code::W0822,
            Self::FormerTechnique { .. } => Code::W0830,
            Self::TechniqueTwice { .. } => Code::W0831,
        }
    }

    /// Whether it keeps a query from being written.
    pub fn is_error(&self) -> bool {
        self.code().severity() == Severity::Error
    }

    /// The words.
    pub fn wording(self, place: Place) -> Wording {
        let code = self.code();
        let here = |span| Place { source: place.source, span };
        let say = |message: String, label: &str| Wording::new(code, message, label);
        match self {
            Self::Unsilenceable { word, what, suggestion } => not_a_lint(code, &word, what, suggestion),
            Self::NoReason(word) => say(format!("`allow {word}` does not say why"), "no reason")
                .help(format!("write `allow {word} \"…\"`, so that whoever reads the rule later knows")),
            Self::AllowTwice { code, first } => say(format!("`allow {}` stands twice", code.id()), "second one")
                .help("keep one of them")
                .also(here(first), "first one"),

            Self::NoDescription => {
                say("the rule has no description".to_owned(), "what does it find, and why does that matter?")
                    .help("write a doc comment above it: `/// …`")
            }
            Self::ParameterUnused(name) => {
                say(format!("nothing uses the parameter `{name}`"), "unused").help("use it or remove it")
            }
            Self::AllowsNothing(code) => {
                say(format!("this rule has no finding {} ({})", code.id(), code.title()), "silences nothing")
                    .help("remove it")
            }
            Self::AlwaysTrue(because) => because
                .label(say("the condition is always true".to_owned(), ""), here)
                .help("remove it, or write what it was meant to exclude"),
            Self::NeverTrue(because) => {
                because.label(say("the condition is never true".to_owned(), ""), here).help("correct it, or remove it")
            }
            Self::AlwaysReached(because) => because
                .label(say("every window reaches this threshold".to_owned(), ""), here)
                .help("raise it, or write a rule on single events without `by` and `within`"),
            Self::NeverReached(because) => because
                .label(say("no window reaches this threshold".to_owned(), ""), here)
                .help("correct it: the rule never matches because of it"),
            Self::Repeated { first } => say("the condition stands twice".to_owned(), "again")
                .help("remove one of them")
                .also(here(first), "first"),
            Self::LongLookback { lookback, most, reach } => {
                let label = format!("Sentinel's scheduled rules look back {} at most", Length(most));
                let rest = most - (lookback - reach);
                let shorter = if rest > 0 {
                    format!("shorten its {} of events to {}", Length(reach), Length(rest))
                } else {
                    "run it more often".to_owned()
                };
                Wording::new(code, format!("a scheduled query of this rule looks back {}", Length(lookback)), label)
                    .help(format!("{shorter}, or hunt with it (`build --hunt`)"))
            }
            Self::KeyOftenMissing { field, source, why } => Wording::new(
                code,
                format!("many events of `{source}` have no `{field}` and take no part"),
                why,
            )
            .help(format!(
                "follow them by another field; if they are meant to be left out, write `{field} is present` in `where`"
            )),
            Self::SignInMayBeAbsent { source, others, why } => {
                Wording::new(code, format!("`{source}` does not have the sign-in of every token"), why)
                    .help(format!("read {} in this step too, or follow the session", one_of(&others)))
            }
            Self::Noise { source, what, why, fields } => {
                Wording::new(code, format!("nothing in the rule looks at a known noise of `{source}`: {what}"), why)
                    .help(format!("exclude it by a condition on {}", one_of(&fields)))
            }
            Self::ListUnused(name) => say(format!("nothing uses the list `{name}`"), "unused").help(UNUSED),
            Self::ViewUnused(name) => say(format!("nothing uses the view `{name}`"), "unused").help(UNUSED),
            Self::ReadsAll { source, why } => {
                Wording::new(code, format!("the rule reads every event of `{source}`"), why)
                    .help("say with `where` which events count")
            }
            Self::LeadingWildcard => {
                say("the regular expression begins with `.*`".to_owned(), "slow, and says nothing")
                    .help("leave it out: `matches` finds the expression anywhere in the text")
            }
            Self::LongList { entries } => say(format!("{entries} values stand in the rule"), "long list")
                .help("make a `list` of them: it has owners and reasons, and can go out of the query"),
            Self::ManySources { sources } => {
                say(format!("the rule reads {sources} logs"), "the query has a part for each, in every run")
                    .help("make several rules of it, or leave out logs that cannot show what it looks for")
            }
            Self::LongWindow { width, source, why } => Wording::new(
                code,
                format!("every event of `{source}` meets those of the {} before it", Length(width)),
                why,
            )
            .help("narrow `where`, shorten the window, or count by `per 1d`"),
            Self::SourceInVain { source, because } => because
                .label(say(format!("no event of `{source}` fulfils this condition"), ""), here)
                .help(format!("leave `{source}` out of `from`, or correct the condition")),
            Self::FormerTechnique { id, name, by } => techniques::former_wording(code, &id, name, by),
            Self::TechniqueTwice { id, other, first } => techniques::twice_wording(code, &id, &other, here(first)),
        }
    }
}

const UNUSED: &str = "remove it, or begin its name with `_` to keep it";

fn not_a_lint(code: Code, word: &str, what: NotALint, suggestion: Option<String>) -> Wording {
    match what {
        NotALint::Unknown => Wording::new(code, format!("there is no code `{word}`"), "unknown code")
            .suggest(suggestion, || "the language reference lists the lints that a rule can silence".to_owned()),
        NotALint::Error => {
            Wording::new(code, format!("`{word}` is an error, and errors cannot be silenced"), "no lint")
                .help("correct what it reports")
        }
        NotALint::Elsewhere(about) => {
            Wording::new(code, format!("`{word}` is about {about}"), "not about a rule").help("remove the clause")
        }
    }
}

impl Because {
    /// Puts the reason to words as the main label.
    fn label(self, wording: Wording, here: impl Fn(Span) -> Place) -> Wording {
        let text = match self {
            Self::Constant => "nothing in it varies".to_owned(),
            Self::SameSides => "both sides are the same".to_owned(),
            Self::SameKey(what) => format!("`{what}` is the key, the same for all events of a match"),
            Self::Order => "events come in the order of their times".to_owned(),
            Self::AtMost { less, more } => format!("`{less}` is never more than `{more}`"),
            Self::OneOf { what, values } => {
                let values: Vec<String> = values.iter().map(|value| Shown(value).to_string()).collect();
                match values.as_slice() {
                    [one] => format!("`{what}` is always `{one}` here"),
                    values => format!("`{what}` is one of {} here", one_of(values)),
                }
            }
            Self::Between { what, low, high } => match (low, high) {
                (Some(low), Some(high)) if low == high => format!("`{what}` is always {}", Shown(&low)),
                (Some(low), Some(high)) => format!("`{what}` is from {} to {}", Shown(&low), Shown(&high)),
                (Some(low), None) => format!("`{what}` is {} at least", Shown(&low)),
                (None, Some(high)) => format!("`{what}` is {} at most", Shown(&high)),
                (None, None) => format!("whatever `{what}` is"),
            },
            Self::NeverMissing(what) => format!("`{what}` is never missing"),
            Self::AlwaysMissing(what) => format!("`{what}` is always missing here"),
            Self::Key(what) => format!("`{what}` is a key, and events without it take no part"),
            Self::LeavesNothingOut { what, missing: false } => format!("whatever `{what}` is, one of these holds"),
            Self::LeavesNothingOut { what, missing: true } => {
                format!("wherever `{what}` is present, one of these holds")
            }
            Self::One(what) => format!("one value of `{what}` is enough"),
            Self::Against(other) => {
                return wording.label("not together with the other condition").also(here(other), "says otherwise");
            }
        };
        wording.label(text)
    }
}

/// A constant as rules write it, without quotes.
struct Shown<'a>(&'a Value);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Missing => f.write_str("missing"),
            Value::Bool(truth) => truth.fmt(f),
            Value::Int(number) => number.fmt(f),
            Value::Float(number) => number.fmt(f),
            Value::Text(text) => f.write_str(text),
            Value::Duration(micros) => Length(*micros).fmt(f),
            Value::Ip(address) => address.fmt(f),
            Value::Cidr(network) => network.fmt(f),
            Value::Time(_) | Value::Location(..) | Value::Set(_) => f.write_str("…"),
        }
    }
}
