//! What can be wrong with a well-formed file, and how it is said. One match holds all the wording.

use crate::attack::Matrix;
use crate::diagnostic::{Code, Diagnostic, Label, Severity};
use crate::source::{Place, Span};
use crate::types::{IdKind, Issuer, Type};

use super::deploy::DeployError;
use super::given::{self, GivenError};
use super::lint::Lint;
pub use super::not_a::NotA;
use super::wording::Wording;

/// A mistake and its place.
#[derive(Debug)]
pub struct CheckError {
    /// Where.
    pub place: Place,
    /// What.
    pub kind: CheckErrorKind,
}

/// What is wrong.
#[derive(Debug)]
pub enum CheckErrorKind {
    /// A name in `from` or a view that is no source and no view.
    UnknownSource { name: String, suggestion: Option<String> },
    /// Two items of one name.
    NameTwice { name: String, first: Place },
    /// An item with the name of a source or ready-made view.
    NameOfASource { what: &'static str, name: String },
    /// A view that names itself, directly or through others.
    ViewContainsItself(String),
    /// A name that no source of the rule has as a field.
    UnknownField { name: String, sources: Vec<String>, suggestion: Option<String> },
    /// A field that some sources of the rule have and these have not.
    FieldLacking { name: String, sources: Vec<String> },
    /// A function that does not exist.
    UnknownFunction { name: String, suggestion: Option<String> },
    /// A list that does not exist.
    UnknownList { name: String, suggestion: Option<String> },
    /// A type word that does not exist.
    UnknownType { name: String, suggestion: Option<String> },
    /// A provider that the catalogue does not know.
    UnknownProvider { name: String, known: Vec<String>, suggestion: Option<String> },
    /// A parameter declared twice.
    ParameterTwice(String),
    /// A parameter with the name of a field.
    ParameterIsField(String),
    /// `prev.x`, `signin.x` where there is no such event.
    UnknownEvent { event: String, field: String, known: Vec<String>, suggestion: Option<String> },
    /// A step that the sequence does not have.
    UnknownStep { name: String, suggestion: Option<String> },
    /// An entity column that is neither shown nor key.
    UnknownColumn { name: String, suggestion: Option<String> },
    /// A word out of a fixed choice.
    UnknownWord { word: String, of: &'static str, words: &'static [&'static str], suggestion: Option<String> },

    /// Operands that do not go together.
    OperandsDiffer { operator: &'static str, left: (Type, Span), right: (Type, Span) },
    /// An operator that does not take a type.
    OperatorNotForType { operator: &'static str, ty: Type, operand: Span },
    /// A condition that is not true or false.
    NotACondition(Type),
    /// An argument of the wrong type.
    ArgumentType { function: &'static str, parameter: &'static str, wanted: String, found: Type },
    /// The wrong number of arguments.
    ArgumentCount { function: String, given: usize },
    /// An argument that must be a literal.
    ArgumentNotLiteral { function: &'static str, parameter: &'static str },
    /// An argument that an aggregate does not take.
    AggregateArgument { usage: &'static str, found: Type },
    /// A list whose entries are of another type than the value.
    ListOfOtherType { list: String, entries: Type, value: Type },
    /// The right side of `in` is no set.
    NotASet(Type),
    /// The left side of `contains all` is no set.
    NotASetOfValues(Type),
    /// A minus before something without a sign.
    NotNumeric(Type),
    /// A duration was needed.
    NotADuration(Type),
    /// A baseline of something else than a count.
    BaselineOfOther(&'static str),
    /// A history that does not consist of whole buckets.
    HistoryNotWhole,
    /// A history that does not consist of whole days.
    HistoryNotWholeDays,
    /// A prevalence of something that is not a field.
    PrevalenceOfNoField,
    /// A speed without two events.
    SpeedOfOneEvent,
    /// A field that two sources have with different types.
    FieldOfTwoTypes { name: String, first: (String, Type), second: (String, Type) },
    /// `token` without a provider.
    ProviderMissing(IdKind),
    /// `int<entra>`.
    TypeTakesNoProvider(Type),
    /// A type that lists are not made of.
    NotAListType(Type),
    /// A field that cannot be a key.
    NotAKey { name: String, ty: Type },
    /// A column that cannot identify an entity.
    NotAnEntity { kind: String, name: String, ty: Type },

    /// A clause that must be there.
    ClauseMissing { clause: &'static str, because: &'static str },
    /// A clause that stands twice.
    ClauseTwice { clause: &'static str, first: Span },
    /// Clauses of two shapes.
    TwoShapes { first: Span, words: &'static str },
    /// A clause that a shape has no use for.
    ClauseNotForShape { clause: &'static str, shape: &'static str, instead: &'static str },
    /// A sequence of fewer than two or more than six steps.
    StepCount(usize),
    /// Two steps of one name, or a step with a name that means something else.
    StepNameTaken(String),
    /// Steps that are not in the order in which an absence names them.
    StepsOutOfOrder { first: String, second: String },
    /// `no … within D after` a step that is not the last one.
    AbsenceAfterInnerStep { step: String, last: String },
    /// A field without the name of its event where there are two.
    WhichEvent { field: String, events: Vec<String> },
    /// A learning time as long as the history, or longer.
    LearningTooLong,
    /// An aggregate in `where`.
    AggregateInWhere(&'static str),
    /// An aggregate in an aggregate.
    AggregateInAggregate(&'static str),
    /// A bare field in `when`.
    FieldOutsideAggregate(String),
    /// A tumbling width that a day is not a multiple of.
    BucketDoesNotDivideDay,
    /// A duration of nothing or less.
    DurationNotPositive,
    /// A duration beyond all sense.
    DurationTooLong,
    /// A key field that stands twice.
    KeyTwice(String),
    /// Two columns of one name.
    ColumnTwice(String),
    /// A column with the name of one that every result has.
    ColumnOfResult(String),
    /// An expression in `show` without a name.
    ShowWithoutName,
    /// A literal list outside `in`.
    ListOutsideIn,
    /// Nothing to compare with.
    EmptyList,

    /// A text that is not what its type wants.
    BadLiteral { text: String, not_a: NotA },
    /// A network with bits set below its prefix.
    HostBitsSet { text: String, network: String },
    /// A word that an enum does not have.
    UnknownEnumValue { word: String, field: String, values: Vec<String>, suggestion: Option<String> },
    /// A literal of one type where another is wanted.
    LiteralOfOtherType { literal: Type, wanted: Type },
    /// A bare word where a literal is wanted.
    WordForLiteral { word: String, wanted: Type },
    /// Something else where a literal is wanted.
    NotALiteral,
    /// A text test against something that is no literal.
    NotATextLiteral(&'static str),
    /// The empty text, which no field ever holds.
    EmptyText,
    /// A regular expression that does not compile.
    BadPattern { text: String, reason: String },
    /// A unit that does not exist.
    UnknownUnit { word: String, suggestion: Option<String> },
    /// An id that is no technique of the enterprise matrix.
    UnknownTechnique { id: String, matrix: Option<Matrix> },
    /// A number where a quantity is wanted.
    UnitMissing { number: i64, wanted: Type },

    /// Something given from outside: a list file, settings, the command line.
    Given(GivenError),
    /// Something about the detection that is made of a rule.
    Deploy(DeployError),
    /// Something about a test.
    Test(super::test::TestError),

    /// A list entry past its day.
    EntryExpired { last_day: String },
    /// What a lint, or `allow`, says.
    Lint(Box<Lint>),
}

impl CheckError {
    /// Whether it keeps a query from being written.
    pub fn is_error(&self) -> bool {
        if let CheckErrorKind::Lint(lint) = &self.kind {
            return lint.is_error();
        }
        !matches!(self.kind, CheckErrorKind::EntryExpired { .. })
    }

    /// The diagnostic.
    pub fn into_diagnostic(self) -> Diagnostic {
        let place = self.place;
        let error = self.is_error();
        let wording = wording(self.kind, place);
        debug_assert_eq!(wording.code.severity() == Severity::Error, error);
        let mut labels = vec![Label { place, text: wording.label }];
        labels.extend(wording.also);
        Diagnostic::new(wording.code, wording.message, labels, wording.help)
    }
}

/// `a`, `b`, `c`
pub fn one_of(words: &[impl AsRef<str>]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    words.join(", ")
}

/// `entra.signin`, or `entra.signin` and 2 others.
fn source_words(sources: &[String]) -> String {
    match sources {
        [] => "no source".to_owned(),
        [one] => format!("`{one}`"),
        [first, rest @ ..] => format!("`{first}` and {} more", rest.len()),
    }
}

#[expect(clippy::too_many_lines, reason = "one match holds all the wording of a stage")]
fn wording(kind: CheckErrorKind, place: Place) -> Wording {
    use CheckErrorKind as Kind;
    let here = |span| Place { source: place.source, span };
    match kind {
        Kind::UnknownSource { name, suggestion } => {
            Wording::new(Code::E0201, format!("no source or view is called `{name}`"), "unknown")
                .suggest(suggestion, || "`tokentrail catalog list` shows the sources".to_owned())
        }
        Kind::NameTwice { name, first } => Wording::new(Code::E0202, format!("`{name}` is the name of two items"), "second one")
            .help("rename one of them: names of rules, lists and views are unique over all files of a run")
            .also(first, "first one"),
        Kind::NameOfASource { what, name } => {
            Wording::new(Code::E0202, format!("`{name}` is the name of a source of the catalogue"), "taken")
                .help(format!("give the {what} another name"))
        }
        Kind::ViewContainsItself(name) => {
            Wording::new(Code::E0203, format!("the view `{name}` contains itself"), "leads back to the view")
                .help("name sources, or views that do not name this one")
        }
        Kind::UnknownField { name, sources, suggestion } => {
            Wording::new(Code::E0204, format!("{} has no field `{name}`", source_words(&sources)), "unknown field")
                .suggest(suggestion, || match sources.first() {
                    Some(source) => format!("`tokentrail catalog show {source}` lists its fields"),
                    None => "`tokentrail catalog list` shows the sources".to_owned(),
                })
        }
        Kind::FieldLacking { name, sources } => {
            Wording::new(Code::E0205, format!("{} has no field `{name}`", one_of(&sources)), "not in every source of the rule")
                .help("use a field that every source has, or leave that source out of `from`")
        }
        Kind::UnknownFunction { name, suggestion } => {
            Wording::new(Code::E0206, format!("there is no function `{name}`"), "unknown function")
                .suggest(suggestion, || "the language reference lists the functions".to_owned())
        }
        Kind::UnknownList { name, suggestion } => {
            Wording::new(Code::E0207, format!("there is no list `{name}`"), "unknown list")
                .suggest(suggestion, || format!("declare it: `list {name}: TYPE {{ … }}`"))
        }
        Kind::UnknownType { name, suggestion } => {
            Wording::new(Code::E0208, format!("there is no type `{name}`"), "unknown type").suggest(suggestion, || {
                "types are string, name, int, float, bool, time, duration, ip, cidr, country, asn and identifiers such as \
                 token<entra>"
                    .to_owned()
            })
        }
        Kind::UnknownProvider { name, known, suggestion } => {
            Wording::new(Code::E0208, format!("no source is of a provider `{name}`"), "unknown provider")
                .suggest(suggestion, || format!("known: {}", one_of(&known)))
        }
        Kind::ParameterTwice(name) => {
            Wording::new(Code::E0209, format!("the parameter `{name}` is declared twice"), "second one").help("rename or remove it")
        }
        Kind::ParameterIsField(name) => {
            Wording::new(Code::E0209, format!("`{name}` is a field of a source of this rule"), "hides the field")
                .help("give the parameter another name")
        }
        Kind::UnknownEvent { event, field, known, suggestion } => {
            Wording::new(Code::E0210, format!("there is no event `{event}` here, so no `{event}.{field}`"), "unknown event")
                .suggest(suggestion, || match known.as_slice() {
                    [] => "fields of the event itself are written without a prefix".to_owned(),
                    known => format!("the events that have a name here: {}", one_of(known)),
                })
        }
        Kind::UnknownStep { name, suggestion } => {
            Wording::new(Code::E0210, format!("the sequence has no step `{name}`"), "unknown step")
                .suggest(suggestion, || "name a step of this sequence".to_owned())
        }
        Kind::UnknownColumn { name, suggestion } => {
            Wording::new(Code::E0211, format!("`{name}` is neither a column of `show` nor a key"), "no such column")
                .suggest(suggestion, || format!("add it to `show`, for example `show {name} = last({name})`"))
        }
        Kind::UnknownWord { word, of, words, suggestion } => {
            Wording::new(Code::E0212, format!("`{word}` is not a {of}"), "unknown word")
                .suggest(suggestion, || format!("one of {}", one_of(words)))
        }

        Kind::OperandsDiffer { operator, left, right } => operands_differ(operator, &left, &right, here),
        Kind::OperatorNotForType { operator, ty, operand } => {
            let wording = Wording::new(Code::E0302, format!("`{operator}` does not take type `{ty}`"), "not for this type");
            let wording = wording.also(here(operand), format!("of type `{ty}`"));
            match (ty, operator) {
                (Type::Ip | Type::Cidr, _) => wording.help("test an address with `in` and a network, or with `==`"),
                (Type::Enum(_) | Type::Id(..) | Type::Country | Type::Asn | Type::Bool, _) => {
                    wording.help("compare it with `==`, `!=` or `in`")
                }
                _ => wording,
            }
        }
        Kind::NotACondition(ty) => {
            Wording::new(Code::E0303, "a condition is true or false", format!("of type `{ty}`")).help("compare it with something")
        }
        Kind::ArgumentType { function, parameter, wanted, found } => Wording::new(
            Code::E0304,
            format!("`{function}` takes {wanted} as `{parameter}`"),
            format!("of type `{found}`"),
        ),
        Kind::ArgumentCount { function, given } => {
            Wording::new(Code::E0305, format!("`{function}` does not take {given} arguments"), "wrong number of arguments")
        }
        Kind::ArgumentNotLiteral { function, parameter } => {
            Wording::new(Code::E0304, format!("`{parameter}` of `{function}` must be a literal"), "not a literal")
                .help("the targets need its value when the query is written")
        }
        Kind::AggregateArgument { usage, found } => {
            Wording::new(Code::E0304, format!("the aggregate is `{usage}`"), format!("of type `{found}`"))
        }
        Kind::BaselineOfOther(name) => {
            Wording::new(Code::E0304, format!("`{name}` is of `count()`, `count(condition)` or `distinct(field)`"), "not a count")
                .help(format!("for example `{name}(count(), 1h, 7d)`: over the buckets of an hour in the week before"))
        }
        Kind::HistoryNotWhole => Wording::new(Code::E0406, "the history is not a whole number of buckets", "not a multiple")
            .help("for example buckets of 1h in a history of 7d"),
        Kind::HistoryNotWholeDays => Wording::new(Code::E0406, "the history is not a whole number of days", "not whole days")
            .help("prevalence is over whole days of UTC: write for example 7d"),
        Kind::PrevalenceOfNoField => Wording::new(Code::E0304, "`prevalence` is of two fields of the event", "not a field")
            .help("for example `prevalence(country, user_name, 14d)`: the share of users with the event's country"),
        Kind::SpeedOfOneEvent => {
            Wording::new(Code::E0304, "`speed` takes the places of two different events", "not of two events")
                .help("for example `speed(prev.location, this.location)`; between fixed places there is only `distance`")
        }
        Kind::ListOfOtherType { list, entries, value } => {
            Wording::new(Code::E0301, format!("`{list}` is a list of `{entries}`, the value is of type `{value}`"), format!("entries are `{entries}`"))
                .help("only values of one type are the same or not")
        }
        Kind::NotASet(ty) => {
            Wording::new(Code::E0306, "the right side is not a set", "not a set").help(if ty == Type::Ip {
                "write a list's name, a network such as \"192.0.2.0/24\", or values in brackets: [\"192.0.2.1\", \"192.0.2.2\"]"
            } else {
                "write a list's name, or values in brackets: [\"a\", \"b\"]"
            })
        }
        Kind::NotASetOfValues(ty) => {
            Wording::new(Code::E0306, "`contains all` and `contains any` take a set on the left", format!("of type `{ty}`"))
                .help("`values(field)` gives a set")
        }
        Kind::NotNumeric(ty) => Wording::new(Code::E0302, format!("type `{ty}` has no sign"), "not a number"),
        Kind::NotADuration(ty) => {
            Wording::new(Code::E0302, "a duration is needed here", format!("of type `{ty}`")).help("write a literal such as 90m, or a parameter of type `duration`")
        }
        Kind::FieldOfTwoTypes { name, first, second } => Wording::new(
            Code::E0307,
            format!("`{name}` is of type `{}` in `{}` and of type `{}` in `{}`", first.1, first.0, second.1, second.0),
            "two types",
        )
        .help("use a field that has one type in every source of the rule, or split the rule"),
        Kind::ProviderMissing(kind) => {
            let word = kind.word();
            Wording::new(Code::E0208, format!("`{word}` needs the provider that issued it"), "no provider").help(format!("write `{word}<entra>`"))
        }
        Kind::TypeTakesNoProvider(ty) => {
            Wording::new(Code::E0208, format!("`{ty}` takes no provider"), "not for this type").help("only identifiers have a provider")
        }
        Kind::NotAListType(ty) => Wording::new(Code::E0308, format!("a list of `{ty}` is not possible"), "not a type for lists"),
        Kind::NotAKey { name, ty } => {
            Wording::new(Code::E0309, format!("`{name}` is of type `{ty}`, which cannot be a key"), "not a key")
                .help("group by something that is the same or not: an identifier, a name, an address, a country")
        }
        Kind::NotAnEntity { kind, name, ty } => {
            Wording::new(Code::E0310, format!("`{name}` is of type `{ty}` and does not identify `{kind}`"), "does not fit the entity")
        }

        Kind::ClauseMissing { clause, because } => {
            Wording::new(Code::E0401, format!("the clause `{clause}` is missing"), because).help(format!("add `{clause} …`"))
        }
        Kind::ClauseTwice { clause, first } => Wording::new(Code::E0402, format!("`{clause}` stands twice"), "second one")
            .help(if clause == "where" { "join the conditions with `and`" } else { "keep one of them" })
            .also(here(first), "first one"),
        Kind::TwoShapes { first, words } => {
            Wording::new(Code::E0403, format!("{words} do not go together"), "a second shape")
                .help("a rule has one shape; make two rules of it")
                .also(here(first), "the first shape")
        }
        Kind::ClauseNotForShape { clause, shape, instead } => {
            Wording::new(Code::E0409, format!("{shape} has no `{clause}`"), "does not belong here").help(instead)
        }
        Kind::StepCount(count) => {
            Wording::new(Code::E0410, format!("a sequence has two to six steps, this one has {count}"), "wrong number of steps")
                .help(if count < 2 { "add a step, or write a single-event rule with `from` and `where`" } else { "leave out steps, or make two rules of it" })
        }
        Kind::StepNameTaken(name) => {
            Wording::new(Code::E0410, format!("`{name}` cannot be the name of this step"), "taken")
                .help("every step has a name of its own, other than `this`, `prev` and the rule's parameters")
        }
        Kind::StepsOutOfOrder { first, second } => {
            Wording::new(Code::E0410, format!("`{first}` does not come before `{second}`"), "wrong order")
                .help("name the earlier step first, and two different steps")
        }
        Kind::AbsenceAfterInnerStep { step, last } => {
            Wording::new(Code::E0410, format!("`{step}` is not the last step"), "not the last step")
                .help(format!("write `after {last}`, or `between {step} and …` a later step"))
        }
        Kind::WhichEvent { field, events } => {
            let choice: Vec<String> = events.iter().map(|event| format!("`{event}.{field}`")).collect();
            Wording::new(Code::E0411, format!("`{field}` may be that of either event"), "which event's?")
                .help(format!("write {}", choice.join(" or ")))
        }
        Kind::LearningTooLong => Wording::new(Code::E0412, "the learning time is not shorter than the history", "too long")
            .help("a key must be known for `learning` within the history: write a shorter one"),
        Kind::AggregateInWhere(name) => {
            Wording::new(Code::E0404, format!("`{name}` looks at several events"), "not in `where` or inside a single event")
                .help("`where` sees one event at a time; use the aggregate in `when` or `show` of a window")
        }
        Kind::AggregateInAggregate(name) => {
            Wording::new(Code::E0404, format!("`{name}` stands inside another aggregate"), "an aggregate in an aggregate")
                .help("an aggregate takes fields of single events")
        }
        Kind::FieldOutsideAggregate(name) => {
            Wording::new(Code::E0404, format!("`{name}` is a field of one event, and a window has many"), "which event's?")
                .help(format!("use an aggregate: `last({name})`, `distinct({name})`, `any({name} == …)`"))
        }
        Kind::BucketDoesNotDivideDay => {
            Wording::new(Code::E0405, "a day is not a multiple of this width", "buckets would not line up with days")
                .help("use a width such as 5m, 15m, 30m, 1h, 2h, 6h, 12h or 1d, or a sliding window with `within`")
        }
        Kind::DurationNotPositive => Wording::new(Code::E0406, "a duration must be more than nothing", "not positive"),
        Kind::DurationTooLong => Wording::new(Code::E0406, "a duration of centuries", "too long"),
        Kind::KeyTwice(name) => Wording::new(Code::E0407, format!("`{name}` is a key already"), "second time").help("remove it"),
        Kind::ColumnTwice(name) => {
            Wording::new(Code::E0407, format!("there is a column `{name}` already"), "second time").help("give it another name")
        }
        Kind::ColumnOfResult(name) => {
            Wording::new(Code::E0407, format!("every result has a column `{name}`"), "taken").help("give it another name")
        }
        Kind::ShowWithoutName => {
            Wording::new(Code::E0408, "a column needs a name", "no name").help("write `name = …`; only a bare field names itself")
        }
        Kind::ListOutsideIn => {
            Wording::new(Code::E0306, "values in brackets stand on the right of `in` only", "not a value").help("write `field in [\"a\", \"b\"]`")
        }
        Kind::EmptyList => Wording::new(Code::E0306, "nothing is in an empty list", "always false").help("write at least one value"),

        Kind::BadLiteral { text, not_a } => {
            let (what, help) = not_a.words();
            Wording::new(Code::E0501, format!("`{text}` is not {what}"), format!("not {what}")).help(help)
        }
        Kind::HostBitsSet { text, network } => {
            Wording::new(Code::E0501, format!("`{text}` has bits set below its prefix"), "an address, not a network")
                .help(format!("the network is \"{network}\""))
        }
        Kind::UnknownEnumValue { word, field, values, suggestion } => {
            Wording::new(Code::E0502, format!("`{field}` is never `{word}`"), "unknown value")
                .suggest(suggestion, || format!("one of {}", one_of(&values)))
        }
        Kind::LiteralOfOtherType { literal, wanted } => Wording::new(
            Code::E0503,
            format!("type `{literal}` is written where type `{wanted}` is needed"),
            format!("of type `{literal}`"),
        )
        .help(literal_help(&wanted)),
        Kind::WordForLiteral { word, wanted } => {
            Wording::new(Code::E0503, format!("`{word}` is written where type `{wanted}` is needed"), "a bare word").help(literal_help(&wanted))
        }
        Kind::NotALiteral => Wording::new(Code::E0503, "a literal is needed here", "not a literal"),
        Kind::NotATextLiteral(operator) => {
            Wording::new(Code::E0503, format!("`{operator}` takes a text literal on the right"), "not a text literal")
                .help(format!("write `{operator} \"…\"`"))
        }
        Kind::EmptyText => {
            Wording::new(Code::E0504, "no field ever holds the empty text", "never true").help("an empty value is missing: test it with `is missing` or `is present`")
        }
        Kind::BadPattern { text, reason } => {
            Wording::new(Code::E0505, format!("`{text}` is not a regular expression"), reason)
                .help("the syntax is that of RE2: no look-around and no back-references")
        }
        Kind::UnknownUnit { word, suggestion } => Wording::new(Code::E0506, format!("there is no unit `{word}`"), "unknown unit")
            .suggest(suggestion, || format!("one of {}", one_of(&super::literal::UNITS))),
        Kind::UnknownTechnique { id, matrix } => super::technique::unknown(&id, matrix),
        Kind::UnitMissing { number, wanted } => {
            let unit = if wanted == Type::Distance {
                " km"
            } else if wanted == Type::Speed {
                " km/h"
            } else {
                "m"
            };
            Wording::new(Code::E0506, format!("`{number}` has no unit where type `{wanted}` is needed"), "no unit")
                .help(format!("write `{number}{unit}`, for example"))
        }

        Kind::Given(given) => given::wording(given),
        Kind::Deploy(error) => super::deploy::wording(error, place),
        Kind::Test(error) => super::test::wording(error, place),

        Kind::EntryExpired { last_day } => Wording::new(Code::W0801, format!("the entry expired after {last_day}"), "no longer counts")
            .help("remove it, or have its owner renew the date"),
        Kind::Lint(lint) => lint.wording(place),
    }
}

/// Two operands of different types; identifiers get their own words, since that mistake is the one rules are made of.
fn operands_differ(
    operator: &'static str,
    left: &(Type, Span),
    right: &(Type, Span),
    here: impl Fn(Span) -> Place,
) -> Wording {
    let message = format!("`{operator}` between types `{}` and `{}`", left.0, right.0);
    let (code, help) = match (&left.0, &right.0) {
        (Type::Id(a, _), Type::Id(b, _)) if a != b => {
            (Code::E0311, format!("a {} never equals a {}; compare identifiers of one kind", a.word(), b.word()))
        }
        (Type::Id(_, Issuer::One(a)), Type::Id(_, Issuer::One(b))) => {
            (Code::E0311, format!("identifiers of `{a}` and of `{b}` never meet; `user_name` links providers"))
        }
        (Type::Id(..), _) | (_, Type::Id(..)) => {
            (Code::E0311, "an identifier compares with its own kind only".to_owned())
        }
        (Type::Int, Type::Float) | (Type::Float, Type::Int) => {
            (Code::E0301, "there are no implicit conversions; `to_float(…)` makes a `float` of an `int`".to_owned())
        }
        (Type::String, Type::Name) | (Type::Name, Type::String) => (
            Code::E0301,
            "a `name` ignores letter case and a `string` does not; `lower(…)` makes them alike".to_owned(),
        ),
        _ => (Code::E0301, "both sides must be of one type".to_owned()),
    };
    let texts = (format!("of type `{}`", left.0), format!("of type `{}`", right.0));
    Wording::new(code, message, "these do not go together")
        .help(help)
        .also(here(left.1), texts.0)
        .also(here(right.1), texts.1)
}

/// How a literal of a type is written.
fn literal_help(wanted: &Type) -> String {
    match wanted {
        Type::String | Type::Name | Type::Id(..) => "write it in double quotes".to_owned(),
        Type::Int | Type::Asn => "write a whole number".to_owned(),
        Type::Float => "write a number such as 0.4".to_owned(),
        Type::Bool => "write true or false, or just the condition itself".to_owned(),
        Type::Time => "write a time such as 2026-01-05T08:00:00Z".to_owned(),
        Type::Duration => "write a duration such as 90m".to_owned(),
        Type::Ip => "write an address such as \"192.0.2.1\"".to_owned(),
        Type::Cidr => "write a network such as \"192.0.2.0/24\"".to_owned(),
        Type::Country => "write a country code such as \"DE\"".to_owned(),
        Type::Distance => "write a distance such as 500 km".to_owned(),
        Type::Speed => "write a speed such as 900 km/h".to_owned(),
        Type::Enum(set) => format!("one of {}", one_of(&set.values)),
        Type::Location => "write a place such as point(52.52, 13.405)".to_owned(),
        Type::Set(_) => "this type has no literals".to_owned(),
    }
}
