//! The tree of a rule file: well-formed, owned, every node with its span; nothing resolved or typed.
//!
//! Same order and names as `grammar/tokentrail.pest`.

mod deploy;

use crate::source::Span;

pub use deploy::{DetailItem, EntityItem, Group, Schedule, Suppress, Template, TemplatePart};

/// A value with the place it was written at.
#[derive(Clone, Debug, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub node: T,
    /// Where.
    pub span: Span,
}

/// A word, dotted words included (`entra.signin`, `prev.asn`).
pub type Name = Spanned<String>;

/// A string literal, escapes decoded; the span includes the quotes.
pub type Text = Spanned<String>;

/// A whole file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct File {
    /// Items in the order they were written.
    pub items: Vec<Item>,
}

/// A top-level item.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// `rule NAME { … }`
    Rule(Rule),
    /// `list NAME: TYPE …`
    List(List),
    /// `view NAME = a + b`
    View(View),
    /// `test "…" for RULE { … }`
    Test(Test),
}

/// The lines of a `///` comment, joined by newlines, without the slashes and the blank after them.
pub type Doc = Option<Text>;

/// `rule NAME { clause… }`
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The doc comment: the rule's description.
    pub doc: Doc,
    /// Its name.
    pub name: Name,
    /// Clauses as written.
    pub clauses: Vec<Clause>,
    /// The whole item without the doc comment.
    pub span: Span,
}

/// One clause of a rule; the span covers keyword and content.
pub type Clause = Spanned<ClauseKind>;

/// What a clause says.
#[derive(Clone, Debug, PartialEq)]
pub enum ClauseKind {
    /// `id "uuid"`
    Id(Text),
    /// `title "…"`
    Title(Text),
    /// `severity high`
    Severity(Name),
    /// `status stable`
    Status(Name),
    /// `attack T1550.001, T1539`
    Attack(Vec<Name>),
    /// `author "…"`
    Author(Text),
    /// `owner "…"`
    Owner(Text),
    /// `version 1.2.3` (as written, checked later)
    Version(Name),
    /// `date 2026-11-23` (as written, checked later)
    Date(Name),
    /// `references "https://…", …`
    References(Vec<Text>),
    /// `runbook "https://…"`
    Runbook(Text),
    /// `false_positives "…", …`
    FalsePositives(Vec<Text>),
    /// `tags "a", "b"`
    Tags(Vec<Text>),
    /// `allow W0811 "reason"`
    Allow(Allow),
    /// `param NAME: TYPE = VALUE`
    Param(Param),
    /// `from a + b`
    From(SourceList),
    /// `where PREDICATE`
    Where(Expr),
    /// `by a, b`
    By(Vec<Name>),
    /// `within 1h`
    Within(Expr),
    /// `per 1h`
    Per(Expr),
    /// `when CONDITION`
    When(Expr),
    /// `consecutive within 12h where PREDICATE`
    Consecutive(Consecutive),
    /// `sequence [by K] within W { … }`
    Sequence(Sequence),
    /// `first seen (F, …) within H [learning L]`
    FirstSeen(FirstSeen),
    /// `unless SOURCE where P within W before|after|around`
    Unless(Unless),
    /// `show name = expr, …`
    Show(Vec<ShowItem>),
    /// `entity account(user), ip(ips)`
    Entity(Vec<EntityItem>),
    /// `detail countries, applications = services`
    Detail(Vec<DetailItem>),
    /// `alert_title "Token of {user}"`
    AlertTitle(Template),
    /// `group by entities within 5h`
    Group(Group),
    /// `schedule every 15m, delay 30m`
    Schedule(Schedule),
    /// `suppress 4h`
    Suppress(Suppress),
    /// `respond revoke_sessions`
    Respond(Vec<Name>),
}

/// `allow W0811 "reason"`
#[derive(Clone, Debug, PartialEq)]
pub struct Allow {
    /// The lint's code, as written.
    pub code: Name,
    /// Why it is silenced. A rule without errors always says.
    pub reason: Option<Text>,
}

/// `param NAME: TYPE = VALUE`
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeName,
    /// Its value, a literal.
    pub value: Expr,
}

/// `int`, `token<entra>`: the word and the word in angle brackets.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeName {
    /// The word.
    pub name: Name,
    /// The provider of an identifier type.
    pub argument: Option<Name>,
}

/// `a + b`: names of sources and views.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceList {
    /// In order.
    pub names: Vec<Name>,
    /// All of it.
    pub span: Span,
}

/// `consecutive within D where P`
#[derive(Clone, Debug, PartialEq)]
pub struct Consecutive {
    /// The longest gap between the two events.
    pub within: Expr,
    /// Over `prev` and `this`.
    pub predicate: Expr,
}

/// `sequence by K within W { step… }`
#[derive(Clone, Debug, PartialEq)]
pub struct Sequence {
    /// Key fields; empty where a separate `by` clause gives them.
    pub by: Vec<Name>,
    /// From the first step to the last.
    pub within: Expr,
    /// Steps in order, absences included.
    pub steps: Vec<Step>,
}

/// A line of a sequence.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// `name: source where P`
    Event {
        /// The step's name.
        name: Name,
        /// Where its event comes from.
        from: SourceList,
        /// What the event must fulfil.
        predicate: Option<Expr>,
    },
    /// `no source where P between a and b` or `no source where P within D after a`
    Absence {
        /// The word `no`.
        span: Span,
        /// Where the unwanted event would come from.
        from: SourceList,
        /// What it would fulfil.
        predicate: Option<Expr>,
        /// When it would be.
        when: AbsenceWhen,
    },
}

/// When an absent event would have been.
#[derive(Clone, Debug, PartialEq)]
pub enum AbsenceWhen {
    /// `between a and b`: names of two steps.
    Between(Name, Name),
    /// `within D after b`
    After(Expr, Name),
}

/// `first seen (F, …) within H learning L`
#[derive(Clone, Debug, PartialEq)]
pub struct FirstSeen {
    /// The fields of the tuple.
    pub fields: Vec<Name>,
    /// History.
    pub within: Expr,
    /// How long a key must have been known.
    pub learning: Option<Expr>,
}

/// `unless SOURCE where P within W before`
#[derive(Clone, Debug, PartialEq)]
pub struct Unless {
    /// Where the event that drops the match comes from.
    pub from: SourceList,
    /// Its predicate, with references to the match by `this`.
    pub predicate: Option<Expr>,
    /// How far away.
    pub within: Expr,
    /// `before`, `after` or `around`.
    pub side: Name,
}

/// `name = expr`, or just `expr` where it is a field and names itself.
#[derive(Clone, Debug, PartialEq)]
pub struct ShowItem {
    /// The name given.
    pub name: Option<Name>,
    /// What is shown.
    pub value: Expr,
}

/// `list NAME: TYPE { … }` or `list NAME: TYPE from file "…" column "…"`
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// The doc comment.
    pub doc: Doc,
    /// Its name.
    pub name: Name,
    /// Type of its entries.
    pub ty: TypeName,
    /// Where the entries are.
    pub body: ListBody,
    /// The whole item without the doc comment.
    pub span: Span,
}

/// Where the entries of a list are.
#[derive(Clone, Debug, PartialEq)]
pub enum ListBody {
    /// In braces.
    Inline(Vec<ListEntry>),
    /// `from file "x.csv" column "c"`
    File {
        /// The path.
        path: Text,
        /// The column.
        column: Option<Text>,
        /// From `from` to the end.
        span: Span,
    },
    /// `from watchlist "alias"`
    Watchlist {
        /// The alias.
        alias: Text,
        /// From `from` to the end.
        span: Span,
    },
}

/// `"203.0.113.0/24" owner "netops" reason "…" expires 2027-03-31`
#[derive(Clone, Debug, PartialEq)]
pub struct ListEntry {
    /// The entry, a literal.
    pub value: Expr,
    /// Whose it is.
    pub owner: Option<Text>,
    /// Why it is there.
    pub reason: Option<Text>,
    /// The last day on which it counts (`2027-03-31`, as written).
    pub expires: Option<Name>,
    /// All of it.
    pub span: Span,
}

/// `view NAME = a + b`
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// The doc comment.
    pub doc: Doc,
    /// Its name.
    pub name: Name,
    /// Its parts.
    pub sources: SourceList,
    /// The whole item without the doc comment.
    pub span: Span,
}

/// `test "name" for rule { events { … } expect … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// Its name.
    pub name: Text,
    /// The rule that it tests.
    pub rule: Name,
    /// `with PARAM = VALUE`: parameters and values.
    pub settings: Vec<(Name, Expr)>,
    /// `given { … }`: what events have that do not say otherwise.
    pub given: Vec<TestField>,
    /// The events, in order.
    pub events: Vec<TestEvent>,
    /// What must come.
    pub expectations: Vec<Expectation>,
    /// The whole item.
    pub span: Span,
}

/// Events of a test; the span covers all of what says them.
pub type TestEvent = Spanned<TestEventKind>;

/// What a test's events are made of.
#[derive(Clone, Debug, PartialEq)]
pub enum TestEventKind {
    /// `entra.signin { time: …, token: "T1" } x 50 every 1s`
    Fields {
        /// The source.
        source: Name,
        /// Fields and values.
        fields: Vec<TestField>,
        /// How often.
        repeat: Option<Repeat>,
    },
    /// `raw entra.signin { "id": … }`
    Record {
        /// The source.
        source: Name,
        /// The record, as written.
        json: Text,
    },
    /// `file "signins.ndjson"`
    File(Text),
    /// `events of RULE "test"`
    Other {
        /// The rule.
        rule: Name,
        /// One of its tests, otherwise all.
        test: Option<Text>,
    },
}

/// `x 50 every 1s`
#[derive(Clone, Debug, PartialEq)]
pub struct Repeat {
    /// How often.
    pub count: Spanned<u64>,
    /// From one to the next, as written: `1s`, `1h30m`.
    pub every: Option<Name>,
}

/// `country: "DE"`
#[derive(Clone, Debug, PartialEq)]
pub struct TestField {
    /// The field or column.
    pub name: Name,
    /// Its value.
    pub value: TestValue,
}

/// A value in a test.
#[derive(Clone, Debug, PartialEq)]
pub enum TestValue {
    /// A literal; the word `missing` among them.
    Literal(Expr),
    /// `+20m`, `-1h30m`: as written. A single amount with a minus is a literal.
    Offset(Name),
}

impl TestValue {
    /// Where it is.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Literal(value) => value.span,
            Self::Offset(offset) => offset.span,
        }
    }
}

/// What a test expects; the span covers all after `expect`.
pub type Expectation = Spanned<ExpectationKind>;

/// What a test can expect.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpectationKind {
    /// `expect none`
    None,
    /// `expect 3 matches`
    Count(u64, ResultWord),
    /// `expect match { token: "T1" }`
    Row(ResultWord, Vec<TestField>),
}

/// What a test looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultWord {
    /// `match`, `matches`
    Match,
    /// `alert`, `alerts`
    Alert,
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where, its own parentheses not included.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `"text"`
    Text(String),
    /// `42`
    Int(i64),
    /// `0.4`
    Float(f64),
    /// `true`
    Bool(bool),
    /// `90m`, `900 km/h`: number and unit as written.
    Quantity(f64, Name),
    /// `2026-01-05T08:00:00Z`, as written; checked later.
    Time(String),
    /// `["a", "b"]`
    List(Vec<Expr>),
    /// A word or dotted words: field, enum value, param, `prev.asn`, `signin.ip`.
    Name(String),
    /// `f(a, b)`; the name has a span of its own.
    Call(Name, Vec<Expr>),
    /// `not a`
    Not(Box<Expr>),
    /// `-a`
    Negative(Box<Expr>),
    /// `a and b and c`: two operands or more.
    And(Vec<Expr>),
    /// `a or b or c`: two operands or more.
    Or(Vec<Expr>),
    /// `a == b`, `a + b`: the operator with its place.
    Binary(Box<Expr>, Spanned<BinaryOperator>, Box<Expr>),
    /// `a in b`, `a not in b`: `negated` says which.
    In {
        /// The left side.
        value: Box<Expr>,
        /// A list's name, a literal list, or one CIDR text.
        set: Box<Expr>,
        /// `not in`.
        negated: bool,
    },
    /// `a is missing`, `a is present`
    Is {
        /// The left side.
        value: Box<Expr>,
        /// `missing` (otherwise `present`).
        missing: bool,
    },
    /// `values(f) contains all ["a", "b"]`, `contains any`
    ContainsSet {
        /// The left side.
        value: Box<Expr>,
        /// The literal list.
        set: Box<Expr>,
        /// `all` (otherwise `any`).
        all: bool,
    },
}

/// Operators between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `contains`
    Contains,
    /// `starts_with`
    StartsWith,
    /// `ends_with`
    EndsWith,
    /// `matches`, a regular expression on the right
    Matches,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

impl BinaryOperator {
    /// The operator as it is written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Contains => "contains",
            Self::StartsWith => "starts_with",
            Self::EndsWith => "ends_with",
            Self::Matches => "matches",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
        }
    }
}
