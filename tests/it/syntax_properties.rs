//! Properties of reading and formatting: no text breaks the parser, and formatting loses nothing.

use proptest::prelude::*;
use tokentrail::source::Span;
use tokentrail::syntax::ast::{
    AbsenceWhen, Allow, BinaryOperator, Clause, ClauseKind, Consecutive, DetailItem, EntityItem, ExpectationKind, Expr,
    ExprKind, File, FirstSeen, Group, Item, List, ListBody, ListEntry, Name, Param, Repeat, ResultWord, Rule, Schedule,
    Sequence, ShowItem, SourceList, Spanned, Step, Suppress, TemplatePart, Test, TestEvent, TestEventKind, TestField,
    TestValue, TypeName, Unless, View,
};
use tokentrail::syntax::print::print;

use crate::syntax::{comments, parsed, sorted_clauses, tree};

fn at<T>(node: T) -> Spanned<T> {
    Spanned { node, span: Span::default() }
}

fn expr(kind: ExprKind) -> Expr {
    Expr { kind, span: Span::default() }
}

/// Words that are keywords somewhere and names elsewhere, and some that are names everywhere.
fn word() -> impl Strategy<Value = String> {
    let words = [
        "a",
        "user_name",
        "r",
        "id",
        "title",
        "severity",
        "status",
        "attack",
        "author",
        "date",
        "runbook",
        "detail",
        "alert_title",
        "group",
        "reopen",
        "respond",
        "nrt",
        "version",
        "references",
        "tags",
        "param",
        "allow",
        "first",
        "seen",
        "entity",
        "schedule",
        "every",
        "delay",
        "suppress",
        "no",
        "between",
        "after",
        "before",
        "rule",
        "list",
        "view",
        "test",
        "for",
        "missing",
        "present",
        "all",
        "any",
        "owner",
        "expires",
        "events",
        "expect",
        "none",
        "match",
        "_x1",
        "high",
        "stable",
        "file",
        "has",
        "m",
        "km",
        "learning",
    ];
    proptest::sample::select(words.to_vec()).prop_map(str::to_owned)
}

fn name() -> impl Strategy<Value = Name> {
    proptest::collection::vec(word(), 1..3).prop_map(|words| at(words.join(".")))
}

fn names() -> impl Strategy<Value = Vec<Name>> {
    proptest::collection::vec(name(), 1..4)
}

fn one_word() -> impl Strategy<Value = Name> {
    word().prop_map(at)
}

fn text() -> impl Strategy<Value = Spanned<String>> {
    prop_oneof![any::<String>(), r#"[a\\"'/#{}\n]{0,8}"#].prop_map(at)
}

fn texts() -> impl Strategy<Value = Vec<Spanned<String>>> {
    proptest::collection::vec(text(), 1..4)
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>().prop_map(f64::abs).prop_filter("finite", |number| number.is_finite()),
        Just(0.5),
        Just(90.0)
    ]
}

fn simple() -> impl Strategy<Value = Expr> {
    let units = proptest::sample::select(vec!["s", "m", "h", "d", "ms", "km", "km/h", "m/s", "furlongs"]);
    let times = proptest::sample::select(vec!["2026-01-05", "2026-01-05T08:00:00Z", "2026-01-05T08:00:00.5+01:00"]);
    prop_oneof![
        text().prop_map(|text| expr(ExprKind::Text(text.node))),
        (0..=i64::MAX).prop_map(|number| expr(ExprKind::Int(number))),
        number().prop_map(|number| expr(ExprKind::Float(number))),
        any::<bool>().prop_map(|value| expr(ExprKind::Bool(value))),
        (number(), units).prop_map(|(number, unit)| expr(ExprKind::Quantity(number, at(unit.to_owned())))),
        times.prop_map(|time| expr(ExprKind::Time(time.to_owned()))),
    ]
}

fn plain_literal() -> impl Strategy<Value = Expr> {
    let negative = prop_oneof![
        (0..=i64::MAX).prop_map(ExprKind::Int),
        number().prop_map(ExprKind::Float),
        number().prop_map(|number| ExprKind::Quantity(number, at("km".to_owned()))),
    ];
    let list = proptest::collection::vec(simple(), 0..4).prop_map(|entries| expr(ExprKind::List(entries)));
    prop_oneof![3 => simple(), 1 => negative.prop_map(|kind| expr(ExprKind::Negative(Box::new(expr(kind))))), 1 => list]
}

fn literal() -> impl Strategy<Value = Expr> {
    prop_oneof![4 => plain_literal(), 1 => name().prop_map(|name| expr(ExprKind::Name(name.node)))]
}

fn operator() -> impl Strategy<Value = BinaryOperator> {
    use BinaryOperator as B;
    proptest::sample::select(vec![
        B::Equal,
        B::NotEqual,
        B::Less,
        B::LessOrEqual,
        B::Greater,
        B::GreaterOrEqual,
        B::Contains,
        B::StartsWith,
        B::EndsWith,
        B::Matches,
        B::Add,
        B::Subtract,
        B::Multiply,
        B::Divide,
    ])
}

fn expression() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![simple(), name().prop_map(|name| expr(ExprKind::Name(name.node)))];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        let several = |range| proptest::collection::vec(inner.clone(), range);
        prop_oneof![
            several(0..4).prop_map(ExprKind::List),
            (name(), several(0..4)).prop_map(|(name, arguments)| ExprKind::Call(name, arguments)),
            boxed().prop_map(ExprKind::Not),
            boxed().prop_map(ExprKind::Negative),
            several(2..5).prop_map(ExprKind::And),
            several(2..5).prop_map(ExprKind::Or),
            (boxed(), operator(), boxed()).prop_map(|(left, operator, right)| ExprKind::Binary(
                left,
                at(operator),
                right
            )),
            (boxed(), boxed(), any::<bool>()).prop_map(|(value, set, negated)| ExprKind::In { value, set, negated }),
            (boxed(), any::<bool>()).prop_map(|(value, missing)| ExprKind::Is { value, missing }),
            (boxed(), several(0..3), any::<bool>()).prop_map(|(value, set, all)| ExprKind::ContainsSet {
                value,
                set: Box::new(expr(ExprKind::List(set))),
                all
            }),
        ]
        .prop_map(expr)
    })
}

fn sources() -> impl Strategy<Value = SourceList> {
    names().prop_map(|names| SourceList { names, span: Span::default() })
}

fn type_name() -> impl Strategy<Value = TypeName> {
    (one_word(), proptest::option::of(one_word())).prop_map(|(name, argument)| TypeName { name, argument })
}

fn step() -> impl Strategy<Value = Step> {
    let when = prop_oneof![
        (one_word(), one_word()).prop_map(|(first, last)| AbsenceWhen::Between(first, last)),
        (expression(), one_word()).prop_map(|(within, after)| AbsenceWhen::After(within, after)),
    ];
    let predicate = || proptest::option::of(expression());
    prop_oneof![
        (one_word(), sources(), predicate()).prop_map(|(name, from, predicate)| Step::Event { name, from, predicate }),
        (sources(), predicate(), when).prop_map(|(from, predicate, when)| Step::Absence {
            span: Span::default(),
            from,
            predicate,
            when
        }),
    ]
}

fn about() -> impl Strategy<Value = ClauseKind> {
    prop_oneof![
        text().prop_map(ClauseKind::Id),
        text().prop_map(ClauseKind::Title),
        one_word().prop_map(ClauseKind::Severity),
        one_word().prop_map(ClauseKind::Status),
        Just(ClauseKind::Attack(vec![at("T1550.001".to_owned()), at("T1539".to_owned())])),
        text().prop_map(ClauseKind::Author),
        text().prop_map(ClauseKind::Owner),
        text().prop_map(ClauseKind::Runbook),
        Just(ClauseKind::Date(at("2026-11-23".to_owned()))),
        Just(ClauseKind::Version(at("1.2.3-beta.1".to_owned()))),
        texts().prop_map(ClauseKind::References),
        texts().prop_map(ClauseKind::FalsePositives),
        texts().prop_map(ClauseKind::Tags),
        (one_word(), proptest::option::of(text())).prop_map(|(code, reason)| ClauseKind::Allow(Allow { code, reason })),
        (one_word(), type_name(), literal()).prop_map(|(name, ty, value)| ClauseKind::Param(Param { name, ty, value })),
    ]
}

fn logic() -> impl Strategy<Value = ClauseKind> {
    let side = proptest::sample::select(vec!["before", "after", "around"]).prop_map(|side| at(side.to_owned()));
    prop_oneof![
        sources().prop_map(ClauseKind::From),
        expression().prop_map(ClauseKind::Where),
        names().prop_map(ClauseKind::By),
        expression().prop_map(ClauseKind::Within),
        expression().prop_map(ClauseKind::Per),
        expression().prop_map(ClauseKind::When),
        (expression(), expression())
            .prop_map(|(within, predicate)| ClauseKind::Consecutive(Consecutive { within, predicate })),
        (proptest::collection::vec(name(), 0..3), expression(), proptest::collection::vec(step(), 0..4))
            .prop_map(|(by, within, steps)| ClauseKind::Sequence(Sequence { by, within, steps })),
        (names(), expression(), proptest::option::of(expression()))
            .prop_map(|(fields, within, learning)| ClauseKind::FirstSeen(FirstSeen { fields, within, learning })),
        (sources(), proptest::option::of(expression()), expression(), side)
            .prop_map(|(from, predicate, within, side)| ClauseKind::Unless(Unless { from, predicate, within, side })),
    ]
}

fn evidence() -> impl Strategy<Value = ClauseKind> {
    let show = (proptest::option::of(one_word()), expression()).prop_map(|(name, value)| ShowItem { name, value });
    let entity =
        (one_word(), names()).prop_map(|(kind, arguments)| EntityItem { kind, arguments, span: Span::default() });
    prop_oneof![
        proptest::collection::vec(show, 1..4).prop_map(ClauseKind::Show),
        proptest::collection::vec(entity, 1..3).prop_map(ClauseKind::Entity),
        (proptest::option::of(expression()), proptest::option::of(expression()))
            .prop_map(|(every, delay)| ClauseKind::Schedule(Schedule { every, delay })),
        deployment(),
    ]
}

fn deployment() -> impl Strategy<Value = ClauseKind> {
    let detail = (one_word(), proptest::option::of(name())).prop_map(|(name, column)| DetailItem { name, column });
    let by = prop_oneof![Just(Vec::new()), names()];
    // Behind `suppress`, `all` is never the name of a parameter.
    let time = expression().prop_filter("not `all`", |time| {
        let text = print_expression(time);
        !text.starts_with("all") || text[3..].starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_')
    });
    prop_oneof![
        proptest::collection::vec(detail, 1..4).prop_map(ClauseKind::Detail),
        template().prop_map(|parts| ClauseKind::AlertTitle(at(parts))),
        (by, expression(), any::<bool>()).prop_map(|(by, within, reopen)| ClauseKind::Group(Group {
            by,
            within,
            reopen
        })),
        (time, any::<bool>()).prop_map(|(time, all)| ClauseKind::Suppress(Suppress { time, all })),
        proptest::collection::vec(one_word(), 1..3).prop_map(ClauseKind::Respond),
    ]
}

/// How an expression is printed, behind a keyword that takes one.
fn print_expression(value: &Expr) -> String {
    let when = Rule {
        doc: None,
        name: at("r".to_owned()),
        clauses: vec![at(ClauseKind::Within(value.clone()))],
        span: Span::default(),
    };
    let printed = print(&File { items: vec![Item::Rule(when)] }, "");
    printed.split("within").nth(1).unwrap_or_default().trim_start().to_owned()
}

/// Texts between columns: never empty, and never two in a row.
fn template() -> impl Strategy<Value = Vec<TemplatePart>> {
    let text = prop_oneof![r#"[a{}\\"'\n]{1,8}"#, any::<String>().prop_filter("empty", |text| !text.is_empty())];
    let part = prop_oneof![text.prop_map(TemplatePart::Text), one_word().prop_map(TemplatePart::Column)];
    proptest::collection::vec(part, 0..5).prop_map(|mut parts| {
        parts.dedup_by(|next, last| matches!((next, last), (TemplatePart::Text(_), TemplatePart::Text(_))));
        parts
    })
}

fn doc() -> impl Strategy<Value = Option<Spanned<String>>> {
    proptest::option::of("(( {0,2}[a-z/\"{}]{1,5})?\n){0,2}[a-z]{0,9}").prop_map(|doc| doc.map(at))
}

fn rule() -> impl Strategy<Value = Item> {
    let clause = prop_oneof![about(), logic(), evidence()].prop_map(|kind| -> Clause { at(kind) });
    (doc(), one_word(), proptest::collection::vec(clause, 0..5))
        .prop_map(|(doc, name, clauses)| Item::Rule(Rule { doc, name, clauses, span: Span::default() }))
}

fn list() -> impl Strategy<Value = Item> {
    let some_text = || proptest::option::of(text());
    let day = proptest::option::of(Just(at("2027-03-31".to_owned())));
    let entry = (plain_literal(), some_text(), some_text(), day)
        .prop_map(|(value, owner, reason, expires)| ListEntry { value, owner, reason, expires, span: Span::default() });
    let body = prop_oneof![
        proptest::collection::vec(entry, 0..4).prop_map(ListBody::Inline),
        (text(), some_text()).prop_map(|(path, column)| ListBody::File { path, column, span: Span::default() }),
        text().prop_map(|alias| ListBody::Watchlist { alias, span: Span::default() }),
    ];
    (doc(), one_word(), type_name(), body)
        .prop_map(|(doc, name, ty, body)| Item::List(List { doc, name, ty, body, span: Span::default() }))
}

fn view() -> impl Strategy<Value = Item> {
    (doc(), one_word(), sources())
        .prop_map(|(doc, name, sources)| Item::View(View { doc, name, sources, span: Span::default() }))
}

fn test_fields() -> impl Strategy<Value = Vec<TestField>> {
    let offset = proptest::sample::select(vec!["+20m", "+1h30m", "-1h30m", "+999999us", "+1.5s"]);
    // A single amount with a minus is a literal, and so is printed like one.
    let value = prop_oneof![
        3 => literal().prop_map(TestValue::Literal),
        1 => Just(TestValue::Literal(expr(ExprKind::Name("missing".to_owned())))),
        1 => offset.prop_map(|offset| TestValue::Offset(at(offset.to_owned()))),
    ];
    let name = prop_oneof![4 => name(), 1 => Just(at("matches".to_owned()))];
    proptest::collection::vec((name, value).prop_map(|(name, value)| TestField { name, value }), 0..4)
}

fn test_event() -> impl Strategy<Value = TestEvent> {
    let every = proptest::sample::select(vec!["1s", "1h30m", "250ms"]).prop_map(|every| at(every.to_owned()));
    let repeat =
        (any::<u64>().prop_map(at), proptest::option::of(every)).prop_map(|(count, every)| Repeat { count, every });
    let records = ["{}", r#"{"a": "}", "b": {"c": [1, null]}}"#, "{\n      \"a\": \"// \\\" #\"\n    }"];
    let json = proptest::sample::select(records.to_vec()).prop_map(|json| at(json.to_owned()));
    prop_oneof![
        (name(), test_fields(), proptest::option::of(repeat))
            .prop_map(|(source, fields, repeat)| TestEventKind::Fields { source, fields, repeat }),
        (name(), json).prop_map(|(source, json)| TestEventKind::Record { source, json }),
        text().prop_map(TestEventKind::File),
        (one_word(), proptest::option::of(text())).prop_map(|(rule, test)| TestEventKind::Other { rule, test }),
    ]
    .prop_map(at)
}

fn test() -> impl Strategy<Value = Item> {
    let result = || prop_oneof![Just(ResultWord::Match), Just(ResultWord::Alert)];
    let expectation = prop_oneof![
        Just(ExpectationKind::None),
        (any::<u64>(), result()).prop_map(|(count, result)| ExpectationKind::Count(count, result)),
        (result(), test_fields()).prop_map(|(result, fields)| ExpectationKind::Row(result, fields)),
    ];
    let settings = proptest::collection::vec((one_word(), literal()), 0..3);
    let parts = (
        settings,
        test_fields(),
        proptest::collection::vec(test_event(), 0..4),
        proptest::collection::vec(expectation.prop_map(at), 0..3),
    );
    (text(), one_word(), parts).prop_map(|(name, rule, (settings, given, events, expectations))| {
        Item::Test(Test { name, rule, settings, given, events, expectations, span: Span::default() })
    })
}

fn file() -> impl Strategy<Value = File> {
    proptest::collection::vec(prop_oneof![3 => rule(), 1 => list(), 1 => view(), 1 => test()], 0..4)
        .prop_map(|items| File { items })
}

const FIXTURES: &[&str] = &[
    include_str!("../fixtures/syntax/language_overview.trail"),
    include_str!("../fixtures/syntax/shapes.trail"),
    include_str!("../fixtures/syntax/metadata.trail"),
    include_str!("../fixtures/syntax/deployment.trail"),
    include_str!("../fixtures/syntax/expressions.trail"),
    include_str!("../fixtures/syntax/lists_and_views.trail"),
    include_str!("../fixtures/syntax/tests_of_rules.trail"),
    include_str!("../fixtures/syntax/comments.trail"),
    include_str!("../fixtures/syntax/sequence_layout.trail"),
    include_str!("../fixtures/syntax/long_lines.trail"),
    include_str!("../fixtures/syntax/words_as_names.trail"),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_breaks_the_parser(text in any::<String>()) {
        let _ = parsed(&text);
    }

    #[test]
    fn no_row_of_the_languages_own_words_breaks_the_parser(words in proptest::collection::vec(token(), 0..60)) {
        let text = words.join(" ");
        let (parsed, sources) = parsed(&text);
        for label in parsed.diagnostics.iter().flat_map(|found| &found.labels) {
            prop_assert!(sources.get(label.place.source).text.get(label.place.span.range()).is_some());
        }
    }

    #[test]
    fn a_change_in_a_good_file_breaks_nothing(
        fixture in proptest::sample::select(FIXTURES),
        place in any::<proptest::sample::Index>(),
        length in 0_usize..12,
        with in token(),
    ) {
        let places: Vec<usize> = fixture.char_indices().map(|(at, _)| at).collect();
        let start = place.index(places.len());
        let end = (start + length).min(places.len() - 1);
        let text = format!("{}{with}{}", &fixture[..places[start]], &fixture[places[end]..]);
        let (parsed, _) = parsed(&text);
        if parsed.diagnostics.is_empty() {
            let printed = print(&parsed.file, &text);
            prop_assert_eq!(print(&tree(&printed), &printed), printed);
        }
    }

    #[test]
    fn what_is_printed_is_read_as_the_same_tree(file in file()) {
        let printed = print(&file, "");
        let read = tree(&printed);
        prop_assert_eq!(sorted_clauses(&read), sorted_clauses(&file), "{}", printed);
        prop_assert_eq!(print(&read, &printed), printed);
    }

    #[test]
    fn comments_anywhere_are_kept(
        fixture in proptest::sample::select(FIXTURES),
        places in proptest::collection::vec(any::<proptest::sample::Index>(), 1..4),
    ) {
        let text = with_comments(fixture, &places);
        let (parsed, _) = parsed(&text);
        if parsed.diagnostics.is_empty() {
            let printed = print(&parsed.file, &text);
            let again = tree(&printed);
            prop_assert_eq!(sorted_clauses(&again), sorted_clauses(&parsed.file));
            prop_assert_eq!(comments(&printed), comments(&text), "{}", printed);
            prop_assert_eq!(print(&again, &printed), printed);
        }
    }
}

/// A piece of the language, or of another one.
fn token() -> impl Strategy<Value = String> {
    let pieces = [
        "rule",
        "list",
        "view",
        "test",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ",",
        ":",
        "=",
        "==",
        "!=",
        "<",
        "+",
        "-",
        "*",
        "/",
        "and",
        "or",
        "not",
        "in",
        "is missing",
        "contains all [",
        "where",
        "from",
        "by",
        "within",
        "1h",
        "when",
        "consecutive",
        "sequence",
        "no",
        "between",
        "first seen",
        "unless",
        "show",
        "entity",
        "schedule every",
        "schedule nrt",
        "suppress",
        "suppress all",
        "detail a, b =",
        "alert_title \"{a} {\"",
        "group by a within",
        "group all within",
        "reopen",
        "respond",
        "date",
        "owner",
        "runbook",
        "given {",
        "with a =",
        "raw",
        "file",
        "events of",
        "x 3 every",
        "+1h30m",
        "expect",
        "title",
        "\"text\"",
        "'text'",
        "\"open",
        "r\"raw\"",
        "// comment\n",
        "/// doc\n",
        "# other\n",
        "/* block",
        "\n",
        "3",
        "0.5",
        "900 km/h",
        "2026-01-05",
        "192.0.2.1",
        "a",
        "a.b",
        "true",
        "&&",
        "||",
        "!",
        "=~",
        "|",
        ";",
        "\u{a0}",
        "é",
        "events",
        "expect",
        "none",
        "for",
        "T1550.001",
        "\"\\u{110000}\"",
    ];
    proptest::sample::select(pieces.to_vec()).prop_map(str::to_owned)
}

/// The fixture with comments put in where there is white space.
fn with_comments(fixture: &str, places: &[proptest::sample::Index]) -> String {
    let mut gaps: Vec<usize> = fixture.match_indices([' ', '\n']).map(|(at, _)| at).collect();
    gaps.retain(|at| {
        !fixture[..*at].lines().last().is_some_and(|line| line.contains("//") || line.matches('"').count() % 2 == 1)
    });
    let mut chosen: Vec<usize> = places.iter().map(|place| gaps[place.index(gaps.len())]).collect();
    chosen.sort_unstable();
    chosen.dedup();
    let mut text = fixture.to_owned();
    for (number, at) in chosen.iter().enumerate().rev() {
        text.insert_str(*at, &format!(" // c{number}\n"));
    }
    text
}

/// What must neither overflow the stack nor take long.
#[test]
fn hostile_texts_give_diagnostics_quickly() {
    let in_rule = |text: &str| format!("rule r {{ where {text} }}");
    let texts = [
        "(".repeat(10_000),
        in_rule(&"(".repeat(10_000)),
        in_rule(&"[".repeat(64)),
        in_rule(&"f(".repeat(62)),
        in_rule(&format!("{}a{}", "(".repeat(70), ")".repeat(70))),
        in_rule(&"[(".repeat(1_000)),
        "a".repeat(1_000_000),
        "a ".repeat(100_000),
        in_rule(&"a".repeat(1_000_000)),
        in_rule(&"a ".repeat(50_000)),
        in_rule(&"by ".repeat(20_000)),
        in_rule(&"title ".repeat(20_000)),
        in_rule(&"not ".repeat(100_000)),
        in_rule(&format!("{}1 > 2", "- ".repeat(100_000))),
        in_rule(&vec!["1"; 20_000].join(" + ")),
        in_rule(&"{".repeat(60)),
        in_rule(&"{ ".repeat(60).repeat(100)),
        "}".repeat(100_000),
        "rule ".repeat(50_000),
        "rule a {\n".repeat(20_000),
        "/// doc\n".repeat(50_000),
        "\"".repeat(100_000),
        format!("rule r {{ title \"{}", "\\".repeat(100_000)),
        format!("list l: int {{ {} }}", "- ".repeat(50_000)),
        format!("test \"t\" for r {{ {} }}", "events { a { ".repeat(30)),
        format!("rule r {{ show {} }}", "status ".repeat(50_000)),
        format!("rule r {{ {} }}", "detail ".repeat(50_000)),
        format!("rule r {{ show a, {} }}", "detail respond ".repeat(50_000)),
        format!("rule r {{ alert_title \"{}\" }}", "{".repeat(100_001)),
        "\u{0}".repeat(100_000),
        "é".repeat(100_000),
    ];
    for text in texts {
        let started = std::time::Instant::now();
        let (parsed, _) = parsed(&text);
        let shown: String = text.chars().take(40).collect();
        assert!(!parsed.diagnostics.is_empty() || parsed.file.items.len() == 1, "{shown}");
        assert!(started.elapsed().as_secs() < 60, "{shown}: {:?}", started.elapsed());
    }
}

#[test]
fn long_rows_of_and_and_or_are_read() {
    let text = format!("rule r {{ where {} }}", vec!["a == 1 or b"; 5_000].join(" and "));
    let file = tree(&text);
    let printed = print(&file, &text);
    assert_eq!(sorted_clauses(&tree(&printed)), sorted_clauses(&file));
}

#[test]
fn sixty_levels_of_brackets_are_read() {
    let text = format!("rule r {{ where {}a{} }}", "f([(".repeat(21), ")])".repeat(21));
    assert_eq!(tree(&text).items.len(), 1);
}

#[test]
fn an_empty_file_and_one_of_comments_give_an_empty_tree() {
    for text in ["", "\u{feff}", "  \r\n\t", "// only a comment", "//// and another\n"] {
        assert_eq!(tree(text).items, []);
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text() {
    assert_eq!(tree("\u{feff}view a = b").items.len(), 1);
}
