//! Prevalence: the share of the users of the days before who have the matching event's value.
//!
//! Who had what on which day is listed once. Each day on which a match may be is then joined with the days of its history, so that
//! users are counted once for every such day, all of them and those of each value.

use crate::plan::{DAY, Expr, ExprKind, FieldIndex, Population};
use crate::target::quote;

use super::Writer;
use super::expr::Columns;
use super::layout::{self, Pipeline, column};
use super::names::Own;

/// One prevalence of the rule.
struct Prevalence<'a> {
    writer: &'a Writer<'a>,
    index: usize,
    of: &'a Expr,
    field: FieldIndex,
    population: &'a Population,
}

fn all<'a>(writer: &'a Writer<'a>) -> impl Iterator<Item = Prevalence<'a>> {
    writer.plan.aggregates.iter().enumerate().filter_map(move |(index, aggregate)| {
        let (of, population) = (aggregate.argument.as_ref()?, aggregate.population.as_ref()?);
        let ExprKind::Field(field) = of.kind else { return None };
        Some(Prevalence { writer, index, of, field, population })
    })
}

/// The tables of the prevalences, from the table of events.
pub fn statements(writer: &Writer<'_>, events: &str) -> Vec<String> {
    all(writer).flat_map(|one| [one.daily(events), one.history(events), one.totals(), one.shares()]).collect()
}

/// Columns for the prevalences, where each match has a row.
pub fn steps(writer: &Writer<'_>) -> Vec<String> {
    all(writer).flat_map(|one| one.columns()).collect()
}

impl Prevalence<'_> {
    fn name(&self, part: &str) -> String {
        format!("{}{part}", self.writer.names.aggregate(self.index))
    }

    fn day_of(part: &str, time: &str) -> String {
        format!("{part} = bin({time}, {})", quote::timespan(DAY))
    }

    /// Who had what on which day.
    fn daily(&self, events: &str) -> String {
        let scope = self.writer.scope(Columns::Event);
        let user = &self.population.user;
        let mut daily = Pipeline::new(events);
        if scope.is_optional(user) {
            daily.step(format!("where {}", scope.present_test(user)));
        }
        let by = [
            Self::day_of(&self.name("Day"), self.writer.time()),
            column(&self.name("Value"), &scope.value(self.of).text),
            column(&self.name("User"), &scope.value(user).text),
        ];
        daily.step(layout::columns_by("summarize", &[], &by));
        layout::materialized(&self.name("Daily"), &daily)
    }

    /// Who had what in the days before each day on which a match may be.
    fn history(&self, events: &str) -> String {
        let (day, date, join) = (self.name("Day"), self.name("Date"), self.name("Join"));
        let mut days = Pipeline::new(self.name("Daily"));
        days.step(format!("extend {join} = 1"));
        let mut history = Pipeline::new(events);
        history.step(format!("where {} >= {}", self.writer.time(), self.writer.own(Own::MatchFrom)));
        history.step(layout::columns_by("summarize", &[], &[Self::day_of(&date, self.writer.time())]));
        history.step(format!("extend {join} = 1"));
        history.step(format!("join kind=inner {} on {join}", days.nested()));
        let reach = quote::timespan(self.population.days.saturating_mul(DAY));
        history.step(format!("where {day} >= {date} - {reach} and {day} < {date}"));
        history.step(layout::columns_by("summarize", &[], &[date, self.name("Value"), self.name("User")]));
        layout::materialized(&self.name("History"), &history)
    }

    fn count(&self, part: &str) -> String {
        format!("{} = count_distinct({})", self.name(part), self.name("User"))
    }

    /// The column of the matching event's value.
    fn of_match(&self) -> String {
        self.writer.names.of_match(self.field, self.writer.plan)
    }

    fn totals(&self) -> String {
        let mut totals = Pipeline::new(self.name("History"));
        totals.step(layout::columns_by("summarize", &[self.count("Total")], &[self.name("Date")]));
        layout::materialized(&self.name("Totals"), &totals)
    }

    fn shares(&self) -> String {
        let value = self.name("Value");
        let mut shares = Pipeline::new(self.name("History"));
        if self.writer.scope(Columns::Event).is_optional(self.of) {
            let present = if self.of.ty.is_held_as_text() { "isnotempty" } else { "isnotnull" };
            shares.step(format!("where {present}({value})"));
        }
        let by = [self.name("Date"), column(&self.of_match(), &value)];
        shares.step(layout::columns_by("summarize", &[self.count("Users")], &by));
        layout::materialized(&self.name("Shares"), &shares)
    }

    fn columns(&self) -> [String; 4] {
        let (date, value) = (self.name("Date"), self.of_match());
        let share = format!("todouble(coalesce({}, 0)) / {}", self.name("Users"), self.name("Total"));
        let share = if self.writer.scope(Columns::Event).is_optional(self.of) {
            let missing = if self.of.ty.is_held_as_text() { "isempty" } else { "isnull" };
            format!("iff({missing}({value}), real(null), {share})")
        } else {
            share
        };
        [
            format!("extend {}", Self::day_of(&date, &self.writer.own(Own::MatchTime))),
            format!("lookup kind=leftouter ({}) on {date}", self.name("Totals")),
            format!("lookup kind=leftouter ({}) on {date}, {value}", self.name("Shares")),
            format!("extend {} = {share}", self.writer.names.aggregate(self.index)),
        ]
    }
}
