//! The share of the users of the days before who have the matching event's value.
//!
//! Who had what on which day is counted for each day that events of matches may lie on, among those with a value and among all.
//! The days are few, so that joining them with everything is cheap.

use crate::plan::{DAY, Population};

use super::names::Of;
use super::{Cte, Pass, Writer, shape};

/// The events with the numbers that shares are made of, and the relation's name.
pub fn write(writer: &Writer<'_>, pass: Pass, from: &str) -> (Vec<Cte>, String) {
    let mut ctes = Vec::new();
    let mut from = from.to_owned();
    for prevalence in all(writer) {
        ctes.extend(prevalence.counted(pass, &from));
        let cte = prevalence.joined(pass, &from);
        from.clone_from(&cte.name);
        ctes.push(cte);
    }
    (ctes, from)
}

/// The value of `prevalence`: missing without a value, and where those days have no user.
pub fn value(writer: &Writer<'_>, index: usize) -> Option<String> {
    let prevalence = all(writer).find(|prevalence| prevalence.index == index)?;
    let (value, users, all) = (prevalence.argument(), prevalence.name("users"), prevalence.name("all_users"));
    let share = format!("CAST(coalesce({users}, 0) AS {}) / {all}", writer.dialect.real());
    Some(format!("CASE WHEN {value} IS NOT NULL AND {all} > 0 THEN {share} END"))
}

/// One prevalence of the rule.
struct Prevalence<'a> {
    writer: &'a Writer<'a>,
    index: usize,
    population: &'a Population,
}

fn all<'a>(writer: &'a Writer<'a>) -> impl Iterator<Item = Prevalence<'a>> {
    let aggregates = writer.plan.aggregates.iter().enumerate();
    aggregates.filter_map(move |(index, aggregate)| {
        Some(Prevalence { writer, index, population: aggregate.population.as_ref()? })
    })
}

impl Prevalence<'_> {
    fn name(&self, part: &str) -> String {
        format!("{part}{}", self.index + 1)
    }

    /// The field whose values are looked at.
    fn argument(&self) -> String {
        let argument = self.writer.plan.aggregates[self.index].argument.as_ref();
        argument.map(|argument| self.writer.scope(Of::Event).value(argument).text).unwrap_or_default()
    }

    /// The number of the day of an event.
    fn day(&self) -> String {
        self.writer.dialect.floor_divide("f_time", &DAY.to_string())
    }

    /// Who had what on which day; the days of matches; how many had each value before each of these days, and how many there were.
    fn counted(&self, pass: Pass, from: &str) -> Vec<Cte> {
        let [uses, days, users, everyone] =
            ["uses", "days", "users_of_value", "users_of_days"].map(|part| pass.name(&self.name(part)));
        let [day, value, user, number] = ["use_day", "use_value", "use_user", "day_number"].map(|part| self.name(part));
        let who = self.writer.scope(Of::Event).value(&self.population.user).text;
        let used = format!(
            "SELECT DISTINCT {} AS {day}, {} AS {value}, {who} AS {user}\nFROM {from}\nWHERE {who} IS NOT NULL",
            self.day(),
            self.argument()
        );
        let period = self.writer.match_period(pass, "f_time").join("\n  AND ");
        let matched = format!("SELECT DISTINCT {} AS {number}\nFROM {from}\nWHERE {period}", self.day());
        let before = format!(
            "FROM {days} CROSS JOIN {uses}\nWHERE {day} >= {number} - {} AND {day} < {number}",
            self.population.days
        );
        let count = |alias: &str| format!("count(DISTINCT {user}) AS {}", self.name(alias));
        let of_value = format!(
            "SELECT {number} AS {}, {value} AS {}, {}\n{before}\nGROUP BY {number}, {value}",
            self.name("value_day"),
            self.name("value_of"),
            count("users")
        );
        let of_days =
            format!("SELECT {number} AS {}, {}\n{before}\nGROUP BY {number}", self.name("all_day"), count("all_users"));
        [(uses, used), (days, matched), (users, of_value), (everyone, of_days)]
            .map(|(name, body)| Cte { name, body })
            .into()
    }

    /// The events with both numbers beside them.
    fn joined(&self, pass: Pass, from: &str) -> Cte {
        let [users, everyone] = ["users_of_value", "users_of_days"].map(|part| pass.name(&self.name(part)));
        let [number, value_day, value_of, all_day] =
            ["event_day", "value_day", "value_of", "all_day"].map(|part| self.name(part));
        let events = format!(
            "SELECT *, {} AS {number}, {} AS {} FROM {from}",
            self.day(),
            self.argument(),
            self.name("event_value")
        );
        let columns = ["e.*".to_owned(), self.name("users"), self.name("all_users")];
        let joined = format!(
            "({events}) AS e\nLEFT JOIN {users} AS v ON e.{} = v.{value_of} AND e.{number} = v.{value_day}\n\
             LEFT JOIN {everyone} AS d ON e.{number} = d.{all_day}",
            self.name("event_value")
        );
        Cte { name: pass.name(&self.name("compared")), body: shape::select(&columns, &joined, &[]) }
    }
}
