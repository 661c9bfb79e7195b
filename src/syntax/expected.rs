//! What a place in the text could hold instead, in words for people: one exhaustive match over the grammar's rules.

use super::parser::Rule;

/// The name of a clause.
pub(super) const CLAUSE: &str = "a clause";
/// The name of a day.
pub(super) const DATE: &str = "a date such as `2027-03-31`";
/// The name of an operator.
pub(super) const OPERATOR: &str = "an operator";
/// The name of an item.
pub(super) const ITEM: &str = "an item (`rule`, `list`, `view` or `test`)";

/// The name of a part of a test.
pub(super) const TEST_PART: &str = "a part of the test (`events`, `given`, `with` or `expect`)";
/// The name of a result that a test expects.
pub(super) const TEST_RESULT: &str = "`match` or `alert`";
/// The name of results that a test counts.
pub(super) const TEST_RESULTS: &str = "`matches` or `alerts`";

/// Something that could stand at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Expected {
    /// A construct: `an operator`.
    Thing(&'static str),
    /// A keyword, as it is written.
    Word(&'static str),
    /// A punctuation mark, as it is written.
    Sign(&'static str),
    /// Nothing that a message should name: an entry point, a recovery rule.
    Nothing,
}

impl Expected {
    /// The text in a message.
    pub(super) fn text(self) -> String {
        match self {
            Self::Thing(text) => text.to_owned(),
            Self::Word(text) | Self::Sign(text) => format!("`{text}`"),
            Self::Nothing => String::new(),
        }
    }
}

/// `a`, `a or b`, `a, b or c`.
pub(super) fn enumerate(expected: &[Expected]) -> String {
    let texts: Vec<String> = expected.iter().map(|one| one.text()).collect();
    match texts.as_slice() {
        [] => "something else".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// The name of a grammar rule.
#[expect(clippy::too_many_lines, clippy::match_same_arms, reason = "a flat table in the order of the grammar")]
pub(super) fn name(of: Rule) -> Expected {
    use Expected::{Nothing, Sign, Thing, Word};
    match of {
        Rule::item | Rule::EOI => Thing(ITEM),
        Rule::doc | Rule::doc_line => Thing("a doc comment"),
        Rule::clause | Rule::clause_start | Rule::plain_start | Rule::named_start => Thing(CLAUSE),
        Rule::where_clause | Rule::step_where => Word("where"),
        Rule::technique => Thing("a technique id such as `T1550.001`"),
        Rule::version_number => Thing("a version such as `1.2.3`"),
        Rule::type_name => Thing("a type"),
        Rule::sources => Thing("a source"),
        Rule::sequence_step | Rule::event_step | Rule::absence => Thing("a step"),
        Rule::side => Thing("`before`, `after` or `around`"),
        Rule::show_item => Thing("a column"),
        Rule::entity_item => Thing("an entity"),
        Rule::detail_item => Thing("a detail"),
        Rule::list_source | Rule::list_file | Rule::list_watchlist => Word("from"),
        Rule::list_entry | Rule::entry_value => Thing("an entry"),
        Rule::date => Thing(DATE),
        Rule::test_part => Thing(TEST_PART),
        Rule::test_event | Rule::field_event => Thing("an event"),
        Rule::raw_event | Rule::RAW => Word("raw"),
        Rule::json => Thing("a record in JSON"),
        Rule::file_event => Word("file"),
        Rule::other_events => Word("events of"),
        Rule::OF => Word("of"),
        Rule::repeat | Rule::TIMES => Thing("a repetition such as `x 50 every 1s`"),
        Rule::offset => Thing("a time such as `+20m`"),
        Rule::amount | Rule::amount_part => Thing("a duration such as `1s`"),
        Rule::settings | Rule::WITH => Word("with"),
        Rule::setting => Thing("a parameter"),
        Rule::given | Rule::GIVEN => Word("given"),
        Rule::test_fields => Sign("{"),
        Rule::test_field => Thing("a field"),
        Rule::expectation => Word("expect"),
        Rule::expect_none | Rule::expect_count | Rule::expect_row => Thing("`none`, `match`, `alert` or a count"),
        Rule::results_word => Thing(TEST_RESULTS),
        Rule::result_word => Thing(TEST_RESULT),
        Rule::ALERTS => Word("alerts"),
        Rule::ALERT => Word("alert"),
        Rule::expression
        | Rule::operand
        | Rule::prefix
        | Rule::group
        | Rule::reference
        | Rule::literal
        | Rule::literal_list => Thing("a value"),
        Rule::list_literal => Thing("a list"),
        Rule::continuation | Rule::infix | Rule::is_test => Thing(OPERATOR),
        Rule::arguments => Sign("("),
        Rule::text | Rule::plain_text | Rule::raw_text | Rule::unterminated_text => Thing("a text in double quotes"),
        Rule::time => Thing("a time"),
        Rule::quantity | Rule::quantity_number => Thing("a quantity such as `15m`"),
        Rule::unit | Rule::spaced_unit => Thing("a unit"),
        Rule::float | Rule::integer => Thing("a number"),
        Rule::boolean => Thing("`true` or `false`"),
        Rule::name | Rule::word | Rule::field_word => Thing("a name"),
        Rule::rule | Rule::RULE => Word("rule"),
        Rule::list | Rule::LIST => Word("list"),
        Rule::view | Rule::VIEW => Word("view"),
        Rule::test | Rule::TEST => Word("test"),
        Rule::id | Rule::ID => Word("id"),
        Rule::date_clause | Rule::DATE => Word("date"),
        Rule::runbook | Rule::RUNBOOK => Word("runbook"),
        Rule::title | Rule::TITLE => Word("title"),
        Rule::severity | Rule::SEVERITY => Word("severity"),
        Rule::status | Rule::STATUS => Word("status"),
        Rule::attack | Rule::ATTACK => Word("attack"),
        Rule::author | Rule::AUTHOR => Word("author"),
        Rule::version | Rule::VERSION => Word("version"),
        Rule::references | Rule::REFERENCES => Word("references"),
        Rule::false_positives | Rule::FALSE_POSITIVES => Word("false_positives"),
        Rule::tags | Rule::TAGS => Word("tags"),
        Rule::allow | Rule::ALLOW => Word("allow"),
        Rule::param | Rule::PARAM => Word("param"),
        Rule::from | Rule::FROM => Word("from"),
        Rule::WHERE => Word("where"),
        Rule::by | Rule::BY | Rule::sequence_by => Word("by"),
        Rule::within | Rule::WITHIN | Rule::after_step => Word("within"),
        Rule::per | Rule::PER => Word("per"),
        Rule::when | Rule::WHEN => Word("when"),
        Rule::consecutive | Rule::CONSECUTIVE => Word("consecutive"),
        Rule::sequence | Rule::SEQUENCE => Word("sequence"),
        Rule::NO => Word("no"),
        Rule::between_steps | Rule::BETWEEN => Word("between"),
        Rule::first_seen | Rule::FIRST => Word("first"),
        Rule::SEEN => Word("seen"),
        Rule::learning | Rule::LEARNING => Word("learning"),
        Rule::unless | Rule::UNLESS => Word("unless"),
        Rule::BEFORE => Word("before"),
        Rule::AFTER => Word("after"),
        Rule::AROUND => Word("around"),
        Rule::show | Rule::SHOW => Word("show"),
        Rule::entity | Rule::ENTITY => Word("entity"),
        Rule::detail | Rule::DETAIL => Word("detail"),
        Rule::alert_title | Rule::ALERT_TITLE => Word("alert_title"),
        Rule::group_clause | Rule::GROUP => Word("group"),
        Rule::group_all | Rule::suppress_all | Rule::ALL => Word("all"),
        Rule::group_by => Word("by"),
        Rule::group_reopen | Rule::REOPEN => Word("reopen"),
        Rule::schedule | Rule::SCHEDULE => Word("schedule"),
        Rule::schedule_nrt | Rule::NRT => Word("nrt"),
        Rule::EVERY => Word("every"),
        Rule::schedule_delay | Rule::DELAY => Word("delay"),
        Rule::suppress | Rule::SUPPRESS => Word("suppress"),
        Rule::respond | Rule::RESPOND => Word("respond"),
        Rule::FILE => Word("file"),
        Rule::list_column | Rule::COLUMN => Word("column"),
        Rule::WATCHLIST => Word("watchlist"),
        Rule::owner | Rule::entry_owner | Rule::OWNER => Word("owner"),
        Rule::entry_reason | Rule::REASON => Word("reason"),
        Rule::entry_expires | Rule::EXPIRES => Word("expires"),
        Rule::FOR => Word("for"),
        Rule::events | Rule::EVENTS => Word("events"),
        Rule::EXPECT => Word("expect"),
        Rule::NONE => Word("none"),
        Rule::MATCH => Word("match"),
        Rule::MISSING => Word("missing"),
        Rule::PRESENT => Word("present"),
        Rule::TRUE => Word("true"),
        Rule::FALSE => Word("false"),
        Rule::AND => Word("and"),
        Rule::OR => Word("or"),
        Rule::NOT => Word("not"),
        Rule::NOT_IN => Word("not in"),
        Rule::IN => Word("in"),
        Rule::IS => Thing(OPERATOR),
        Rule::CONTAINS_ALL => Word("contains all"),
        Rule::CONTAINS_ANY => Word("contains any"),
        Rule::CONTAINS => Word("contains"),
        Rule::STARTS_WITH => Word("starts_with"),
        Rule::ENDS_WITH => Word("ends_with"),
        Rule::MATCHES => Word("matches"),
        Rule::EQUAL => Sign("=="),
        Rule::NOT_EQUAL => Sign("!="),
        Rule::LESS_OR_EQUAL => Sign("<="),
        Rule::LESS => Sign("<"),
        Rule::GREATER_OR_EQUAL => Sign(">="),
        Rule::GREATER => Sign(">"),
        Rule::PLUS => Sign("+"),
        Rule::MINUS => Sign("-"),
        Rule::STAR => Sign("*"),
        Rule::SLASH => Sign("/"),
        Rule::ASSIGN => Sign("="),
        Rule::COMMA => Sign(","),
        Rule::COLON => Sign(":"),
        Rule::OPEN_BRACE
        | Rule::rule_body
        | Rule::sequence_body
        | Rule::list_body
        | Rule::test_body
        | Rule::events_body => Sign("{"),
        Rule::CLOSE_BRACE => Sign("}"),
        Rule::OPEN_PAREN => Sign("("),
        Rule::CLOSE_PAREN => Sign(")"),
        Rule::OPEN_BRACKET => Sign("["),
        Rule::CLOSE_BRACKET => Sign("]"),
        Rule::item_alone
        | Rule::item_prefix
        | Rule::clauses_alone
        | Rule::steps_alone
        | Rule::entries_alone
        | Rule::parts_alone
        | Rule::events_alone
        | Rule::bad_clause
        | Rule::bad_step
        | Rule::bad_entry
        | Rule::bad_part
        | Rule::bad_event
        | Rule::bad_piece
        | Rule::bad_block
        | Rule::stray_doc
        | Rule::missing_close
        | Rule::step_start
        | Rule::entry_start
        | Rule::event_start
        | Rule::show_name
        | Rule::texts
        | Rule::names
        | Rule::field_names
        | Rule::primary
        | Rule::plain_literal
        | Rule::foreign_number
        | Rule::clause_line
        | Rule::RESERVED
        | Rule::WORD_START
        | Rule::WORD_CHARACTER
        | Rule::WHITESPACE
        | Rule::COMMENT
        | Rule::foreign_infix
        | Rule::foreign_prefix
        | Rule::foreign_missing
        | Rule::foreign_text
        | Rule::foreign_address
        | Rule::foreign_join
        | Rule::foreign_separator
        | Rule::foreign_comment => Nothing,
    }
}
