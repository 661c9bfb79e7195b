//! The proof, proved: queries are broken on purpose, each time as a careless writer would have written them, and the suite that
//! compares the engines must notice. A mistake that it does not notice is one that we could make.
//!
//! With `UPDATE_README=1` the block of docs/equivalence.md is written anew instead of compared.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use regex::Regex;
use tokentrail::plan::Plan;
use tokentrail::target::{self, Dialect, Grain, Options};

use crate::agreement::{self, FUNCTIONS, edges, period, plans_of, prevalence, runs};
use crate::engines::{Engine, Question, canonical, hunt, sorted};

mod kql;
mod spl;
mod sql;

/// How a query is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Asked {
    /// All matches among all events.
    Matches,
    /// The alerts that they make.
    Alerts,
    /// The matches of a period that cuts through the events.
    Period,
    /// What each of several runs reports.
    Runs,
}

impl Asked {
    /// The words of the table.
    fn words(self) -> &'static str {
        match self {
            Self::Matches => "matches",
            Self::Alerts => "alerts",
            Self::Period => "matches of a period",
            Self::Runs => "scheduled runs",
        }
    }
}

/// A mistake: in every query that has its text, the text is another.
struct Mutant {
    /// What the careless writer did.
    name: &'static str,
    /// Where it would be noticed.
    asked: Asked,
    /// Patterns and what stands for them.
    edits: &'static [(&'static str, &'static str)],
    /// The rule that is asked first: the shortest ones, otherwise.
    rule: Option<&'static str>,
    /// Why the suite cannot notice it: the reason that it is no mistake.
    harmless: Option<&'static str>,
}

/// A mistake that is to be noticed.
const fn mutant(name: &'static str, asked: Asked, edits: &'static [(&'static str, &'static str)]) -> Mutant {
    Mutant { name, asked, edits, rule: None, harmless: None }
}

impl Mutant {
    /// The same, asked of a rule first.
    const fn by(self, rule: &'static str) -> Self {
        Self { rule: Some(rule), ..self }
    }

    /// The same, for a reason without any consequence.
    const fn harmless(self, reason: &'static str) -> Self {
        Self { harmless: Some(reason), ..self }
    }
}

/// Patterns, compiled once.
struct Edits(Vec<(Regex, &'static str)>);

impl Edits {
    fn of(mutant: &Mutant) -> Self {
        Self(mutant.edits.iter().map(|(pattern, text)| (Regex::new(pattern).unwrap(), *text)).collect())
    }

    /// The broken query, if it has what is broken.
    fn apply(&self, query: &str) -> Option<String> {
        let broken = self.0.iter().fold(query.to_owned(), |text, (pattern, replacement)| {
            pattern.replace_all(&text, *replacement).into_owned()
        });
        (broken != query).then_some(broken)
    }
}

/// All that the comparing tests ask an engine, by query.
type Suite<'a> = BTreeMap<(Asked, String), Vec<Question<'a>>>;

/// The rules of the comparing tests that an engine has a query for.
struct Rules {
    all: Vec<Plan>,
    functions: Vec<Plan>,
    days: Vec<Plan>,
    runs: Vec<Plan>,
    edges: Vec<Plan>,
    runs_on_edges: Vec<Plan>,
}

impl Rules {
    fn of(engine: Engine) -> Self {
        let written = |plans: Vec<Plan>| -> Vec<Plan> {
            let options = Options { grain: Grain::Match, period: hunt() };
            plans.into_iter().filter(|plan| target::write(plan, engine.target(), options).is_ok()).collect()
        };
        Self {
            all: written(agreement::plans()),
            functions: written(plans_of(FUNCTIONS)),
            days: written(prevalence::plans()),
            runs: written(runs::rules()),
            edges: written(edges::plans()),
            runs_on_edges: written(edges::scheduled()),
        }
    }

    fn suite<'a>(&'a self, engine: Engine) -> Suite<'a> {
        let mut suite: Suite<'a> = BTreeMap::new();
        let mut add = |asked, questions: Vec<Question<'a>>| {
            for question in questions {
                suite.entry((asked, question.query.clone())).or_default().push(question);
            }
        };
        add(Asked::Matches, agreement::questions(engine, &self.all, 4, &[Grain::Match]));
        add(Asked::Matches, agreement::questions(engine, &self.functions, 3, &[Grain::Match]));
        add(Asked::Matches, prevalence::questions(engine, &self.days));
        add(Asked::Alerts, agreement::questions(engine, &self.all, 4, &[Grain::Alert]));
        add(Asked::Period, period::questions(engine, &self.all));
        add(Asked::Runs, runs::questions(engine, &self.runs, &[(100, Grain::Match)]));
        add(Asked::Matches, edges::questions(engine, &self.edges, Grain::Match));
        add(Asked::Alerts, edges::questions(engine, &self.edges, Grain::Alert));
        add(Asked::Runs, edges::runs(engine, &self.runs_on_edges));
        suite
    }
}

/// How many queries that a mutant changes are asked, and how often each: most mutants are noticed at once, and those that are not
/// are asked more.
const ROUNDS: [(usize, usize); 3] = [(2, 3), (8, 4), (usize::MAX, usize::MAX)];

/// What became of a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
    /// No query has its text.
    Nowhere,
    /// Another answer than the evaluator's, by this rule.
    Noticed(String),
    /// No query could be asked: proves nothing.
    Invalid(String),
    /// Asked, and all answers were right.
    Survived(usize),
}

impl Fate {
    /// What another answer makes of it: whether it is another than expected, or what is wrong with the query.
    fn add(&mut self, differs: Result<bool, &String>, question: &Question<'_>) {
        match (differs, &mut *self) {
            (_, Self::Noticed(_)) | (Err(_), Self::Invalid(_) | Self::Survived(_)) => {}
            (Ok(true), _) => *self = Self::Noticed(question.plan.name.clone()),
            (Ok(false), Self::Survived(times)) => *times += 1,
            (Ok(false), Self::Nowhere | Self::Invalid(_)) => *self = Self::Survived(1),
            (Err(error), Self::Nowhere) => *self = Self::Invalid(format!("{error}\n{}", question.query)),
        }
    }
}

/// An unbroken query, the time it is asked at, and the events, by their address.
type Unbroken = (String, i64, usize);

/// A broken query to ask, and the same unbroken.
struct Asking<'a> {
    question: Question<'a>,
    unbroken: Unbroken,
}

/// The questions of a round: the shortest queries, each of the worlds in which most is found.
fn round<'a>(suite: &Suite<'a>, mutant: &Mutant, (queries, times): (usize, usize)) -> Vec<Asking<'a>> {
    let edits = Edits::of(mutant);
    let asked = suite.iter().filter(|((asked, _), _)| *asked == mutant.asked);
    let mut changed: Vec<(String, &Vec<Question<'a>>)> =
        asked.filter_map(|((_, query), questions)| Some((edits.apply(query)?, questions))).collect();
    // Distances take the executor of KQL a hundred times as long as all else.
    let is_other = |questions: &[Question<'_>]| mutant.rule.is_some_and(|rule| questions[0].plan.name != rule);
    changed
        .sort_by_key(|(query, questions)| (is_other(questions), query.contains("geo_distance_2points"), query.len()));
    let mut chosen = Vec::new();
    for (query, questions) in changed.into_iter().take(queries) {
        let mut questions: Vec<&Question<'a>> = questions.iter().collect();
        questions.sort_by_key(|question| std::cmp::Reverse(question.expected.len()));
        chosen.extend(questions.into_iter().take(times).map(|one| Asking {
            question: Question { query: query.clone(), ..one.clone() },
            unbroken: (one.query.clone(), one.now, Arc::as_ptr(&one.events) as usize),
        }));
    }
    chosen
}

/// Whether an answer is another than expected: `None` if it is right. What cannot even be read is another one.
fn differs(question: &Question<'_>, rows: &[serde_json::Value]) -> bool {
    let spelt = catch_unwind(AssertUnwindSafe(|| {
        sorted(rows.iter().map(|row| canonical(row, question.plan, question.grain)).collect())
    }));
    spelt.map_or(true, |found| found != question.expected)
}

/// Asks the mutants of a round all at once. An answer of a broken query counts only where the unbroken one's is right, which is
/// asked as well.
fn judge(engine: Engine, suite: &Suite<'_>, mutants: &[&Mutant], size: (usize, usize)) -> Vec<Fate> {
    let mut all: Vec<(Option<usize>, Asking<'_>)> = Vec::new();
    for (index, mutant) in mutants.iter().enumerate() {
        for asking in round(suite, mutant, size) {
            let is_known =
                |(owner, known): &(Option<usize>, Asking<'_>)| owner.is_none() && known.unbroken == asking.unbroken;
            if !all.iter().any(is_known) {
                let question = Question { query: asking.unbroken.0.clone(), ..asking.question.clone() };
                all.push((None, Asking { question, unbroken: asking.unbroken.clone() }));
            }
            all.push((Some(index), asking));
        }
    }
    // An engine loads a world whenever another one is asked.
    all.sort_by_key(|(_, asking)| Arc::as_ptr(&asking.question.events));
    let questions: Vec<Question<'_>> = all.iter().map(|(_, asking)| asking.question.clone()).collect();
    let answers = engine.ask(&questions);
    let is_right = |at: usize| answers[at].as_ref().is_ok_and(|rows| !differs(&questions[at], rows));
    let places = || all.iter().enumerate();
    let right: BTreeSet<&Unbroken> = places()
        .filter(|(at, (owner, _))| owner.is_none() && is_right(*at))
        .map(|(_, (_, asking))| &asking.unbroken)
        .collect();
    let mut fates = vec![Fate::Nowhere; mutants.len()];
    for (at, (owner, asking)) in places() {
        if let Some(owner) = owner.filter(|_| right.contains(&asking.unbroken)) {
            let differs = answers[at].as_ref().map(|rows| differs(&questions[at], rows));
            fates[owner].add(differs, &questions[at]);
        }
    }
    fates
}

/// What became of each mutant. One that is said to be harmless is not asked in the last round, which is long.
fn fates(engine: Engine, mutants: &[Mutant]) -> Vec<Fate> {
    let rules = Rules::of(engine);
    let suite = rules.suite(engine);
    let mut fates = vec![Fate::Nowhere; mutants.len()];
    for (number, size) in ROUNDS.into_iter().enumerate() {
        let left: Vec<usize> = (0..mutants.len())
            .filter(|index| match &fates[*index] {
                Fate::Noticed(_) => false,
                Fate::Nowhere => number == 0,
                Fate::Invalid(_) | Fate::Survived(_) => number < 2 || mutants[*index].harmless.is_none(),
            })
            .collect();
        if left.is_empty() {
            break;
        }
        let asked: Vec<&Mutant> = left.iter().map(|index| &mutants[*index]).collect();
        for (index, fate) in left.into_iter().zip(judge(engine, &suite, &asked, size)) {
            fates[index] = fate;
        }
    }
    fates
}

/// Fails with all mutants whose fate is not the one that the list says.
fn all_are_noticed(engine: Engine, mutants: &[Mutant]) {
    let mut wrong = Vec::new();
    for (mutant, fate) in mutants.iter().zip(fates(engine, mutants)) {
        let problem = match (&fate, mutant.harmless) {
            (Fate::Noticed(_), None) | (Fate::Survived(_), Some(_)) => continue,
            (Fate::Noticed(rule), Some(_)) => format!("is said to be harmless, but {rule} finds something else"),
            (Fate::Survived(times), None) => format!("is not noticed in {times} answers"),
            (Fate::Nowhere, _) => "changes no query".to_owned(),
            (Fate::Invalid(error), _) => format!("only makes queries invalid, which proves nothing: {error}"),
        };
        wrong.push(format!("{}: {problem}", mutant.name));
    }
    assert!(wrong.is_empty(), "{} of {} mutants of {engine:?}:\n{}", wrong.len(), mutants.len(), wrong.join("\n"));
}

#[test]
fn mistakes_in_kql_are_noticed() {
    all_are_noticed(Engine::Kql, kql::MUTANTS);
}

#[test]
fn mistakes_in_spl_are_noticed() {
    all_are_noticed(Engine::Spl, spl::MUTANTS);
}

#[test]
fn mistakes_in_sql_are_noticed() {
    all_are_noticed(Engine::Sql(Dialect::DuckDb), sql::MUTANTS);
}

/// The mutants of each target.
const TARGETS: [(&str, &[Mutant]); 3] = [("KQL", kql::MUTANTS), ("SPL", spl::MUTANTS), ("SQL (DuckDB)", sql::MUTANTS)];

/// The block of the page: what is broken, and what of it is not noticed.
fn block() -> String {
    let mut text = String::from("| target | mutants | noticed | harmless |\n|---|---|---|---|\n");
    for (target, mutants) in TARGETS {
        let harmless = mutants.iter().filter(|mutant| mutant.harmless.is_some()).count();
        text += &format!("| {target} | {} | {} | {harmless} |\n", mutants.len(), mutants.len() - harmless);
    }
    for (target, mutants) in TARGETS {
        text += &format!("\n### Mistakes in {target}\n\n| mistake | noticed in |\n|---|---|\n");
        for mutant in mutants {
            let place = match mutant.harmless {
                Some(reason) => format!("harmless: {reason}"),
                None => mutant.asked.words().to_owned(),
            };
            text += &format!("| {} | {place} |\n", mutant.name.replace('|', "\\|"));
        }
    }
    text
}

const MARK: &str = "<!-- mutants -->\n";
const END: &str = "<!-- /mutants -->";

#[test]
fn the_page_lists_the_mutants_that_are_asked() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/equivalence.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(MARK).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let expected = format!("{before}{MARK}\n{}\n{END}{after}", block());
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(&path, &expected).unwrap();
    } else {
        assert_eq!(page, expected, "run the tests once with UPDATE_README=1");
    }
}

/// A name is what tells mutants apart.
#[test]
fn mutants_are_told_apart_by_their_names() {
    for (target, mutants) in TARGETS {
        let mut names: Vec<&str> = mutants.iter().map(|mutant| mutant.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count, "{target}");
        assert!(count >= 25, "{target}: {count}");
    }
}
