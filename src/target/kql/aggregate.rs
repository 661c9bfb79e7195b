//! Aggregates over the events of a window or bucket as columns of `summarize`.
//!
//! KQL's own aggregates skip null but not the empty string, so a text that may be missing has a condition. `dcount` is an
//! estimate; `count_distinct` is exact. Over what had arrived at the run before, every aggregate has the condition that the
//! event had.

use crate::library::aggregate::AggregateFunction;
use crate::plan::{Expr, ExprKind, Plan};
use crate::target::fragment::{Fragment, Strength};
use crate::types::Type;

use super::Writer;
use super::expr::{Columns, Scope};
use super::names::{Names, Own};

/// Which events of a window count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrivals {
    /// All that have arrived.
    All,
    /// Those that had arrived at the run before.
    Before,
}

/// What aggregates need around and in a `summarize`.
#[derive(Debug, Default)]
pub struct Summary {
    /// Columns to be computed for each event beforehand.
    pub prepare: Vec<String>,
    /// The aggregates.
    pub columns: Vec<String>,
    /// Columns to be corrected afterwards.
    pub correct: Vec<String>,
}

impl Summary {
    /// Whether events must be given an order.
    pub fn needs_order(&self) -> bool {
        !self.prepare.is_empty()
    }
}

/// Whether an aggregate over no values is missing.
pub fn gives_missing(function: AggregateFunction) -> bool {
    match function {
        AggregateFunction::Min
        | AggregateFunction::Max
        | AggregateFunction::Avg
        | AggregateFunction::First
        | AggregateFunction::Last
        | AggregateFunction::Prevalence => true,
        AggregateFunction::Count
        | AggregateFunction::Distinct
        | AggregateFunction::Values
        | AggregateFunction::Sum
        | AggregateFunction::Any
        | AggregateFunction::All
        | AggregateFunction::Span
        | AggregateFunction::Hops
        | AggregateFunction::Ratio
        | AggregateFunction::Mean
        | AggregateFunction::Deviation => false,
    }
}

/// The aggregate that stands in `column` as a value.
pub fn value(plan: &Plan, index: usize, column: &str) -> Fragment {
    match plan.aggregates[index].function {
        AggregateFunction::Any => Fragment::new(format!("{column} > 0"), Strength::Comparison),
        AggregateFunction::All => Fragment::new(format!("{column} == 0"), Strength::Comparison),
        AggregateFunction::Count
        | AggregateFunction::Distinct
        | AggregateFunction::Values
        | AggregateFunction::Min
        | AggregateFunction::Max
        | AggregateFunction::Sum
        | AggregateFunction::Avg
        | AggregateFunction::First
        | AggregateFunction::Last
        | AggregateFunction::Span
        | AggregateFunction::Hops
        | AggregateFunction::Ratio
        | AggregateFunction::Mean
        | AggregateFunction::Deviation
        | AggregateFunction::Prevalence => Fragment::atom(column),
    }
}

/// Columns for the arguments that are neither fields nor conditions, computed once for each event.
pub fn arguments(writer: &Writer<'_>) -> Vec<String> {
    let scope = writer.scope(Columns::Event);
    let computed = writer.plan.aggregates.iter().enumerate().filter_map(|(index, aggregate)| {
        let argument = aggregate.argument.as_ref()?;
        let is_field = matches!(argument.kind, ExprKind::Field(_));
        (!is_field && !aggregate.is_of_condition())
            .then(|| format!("{} = {}", writer.names.argument(index), scope.value(argument).text))
    });
    computed.collect()
}

/// The column of what an aggregate is over.
pub fn operand(writer: &Writer<'_>, index: usize) -> String {
    match writer.plan.aggregates[index].argument.as_ref().map(|argument| &argument.kind) {
        Some(ExprKind::Field(field)) => writer.names.field(*field).to_owned(),
        Some(_) => writer.names.argument(index),
        None => String::new(),
    }
}

/// The columns for some aggregates, by index.
pub fn summary(writer: &Writer<'_>, indexes: &[usize], arrivals: Arrivals) -> Summary {
    let mut summary = Summary::default();
    for &index in indexes {
        One { writer, index, arrivals, scope: writer.scope(Columns::Event) }.write(&mut summary);
    }
    summary
}

/// What a baseline counts in each bucket.
pub fn of_bucket(writer: &Writer<'_>, index: usize) -> String {
    let one = One { writer, index, arrivals: Arrivals::All, scope: writer.scope(Columns::Event) };
    if writer.plan.aggregates[index].is_of_condition() {
        return one.count(one.argument().map(|condition| one.scope.holds(condition)));
    }
    one.call(["count_distinct", "count_distinctif"], one.present())
}

/// One aggregate over one choice of events.
struct One<'a> {
    writer: &'a Writer<'a>,
    index: usize,
    arrivals: Arrivals,
    scope: Scope<'a>,
}

impl One<'_> {
    fn write(&self, summary: &mut Summary) {
        let aggregate = &self.writer.plan.aggregates[self.index];
        let column = self.column();
        let argument = aggregate.argument.as_ref();
        let expression = match aggregate.function {
            AggregateFunction::Count => self.count(argument.map(|condition| self.scope.holds(condition))),
            AggregateFunction::Any => self.count(argument.map(|condition| self.scope.holds(condition))),
            AggregateFunction::All => self.count(argument.map(|condition| self.scope.fails(condition))),
            AggregateFunction::Ratio => {
                let part = self.count(argument.map(|condition| self.scope.holds(condition)));
                format!("todouble({part}) / {}", self.count(None))
            }
            AggregateFunction::Distinct => self.call(["count_distinct", "count_distinctif"], self.present()),
            AggregateFunction::Values => {
                let text = argument.is_some_and(|argument| argument.ty.is_held_as_text());
                self.call(["make_set", "make_set_if"], if text { self.present() } else { None })
            }
            AggregateFunction::Min => self.call(["min", "minif"], None),
            AggregateFunction::Max => self.call(["max", "maxif"], None),
            AggregateFunction::Sum => self.numeric("sum", "sumif"),
            AggregateFunction::Avg => {
                if argument.is_some_and(|argument| self.scope.is_optional(argument)) {
                    let null = super::read::missing(&aggregate.ty);
                    let test = if aggregate.ty == Type::Duration {
                        format!("isnull({column})")
                    } else {
                        format!("isnan({column})")
                    };
                    summary.correct.push(format!("{column} = iff({test}, {null}, {column})"));
                }
                self.numeric("avg", "avgif")
            }
            AggregateFunction::First => return self.edge("arg_min", "\"~\"", summary),
            AggregateFunction::Last => return self.edge("arg_max", "\"\"", summary),
            AggregateFunction::Span => {
                let time = self.writer.time();
                let [last, first] = [["max", "maxif"], ["min", "minif"]].map(|names| self.call_on(names, time, None));
                format!("{last} - {first}")
            }
            // These are not over the window: see `baseline` and `prevalence`.
            AggregateFunction::Mean | AggregateFunction::Deviation | AggregateFunction::Prevalence => return,
            AggregateFunction::Hops => {
                let changes = self.writer.names.changes(self.index);
                format!("coalesce(max({changes}) - min({changes}), 0)")
            }
        };
        summary.columns.push(format!("{column} = {expression}"));
    }

    fn column(&self) -> String {
        match self.arrivals {
            Arrivals::All => self.writer.names.aggregate(self.index).to_owned(),
            Arrivals::Before => self.writer.names.aggregate_before(self.index),
        }
    }

    /// The condition that the event had arrived.
    fn arrived(&self) -> Option<Fragment> {
        match self.arrivals {
            Arrivals::All => None,
            Arrivals::Before => Some(self.writer.had_arrived()),
        }
    }

    fn argument(&self) -> Option<&Expr> {
        self.writer.plan.aggregates[self.index].argument.as_ref()
    }

    /// The column of the argument.
    fn operand(&self) -> String {
        operand(self.writer, self.index)
    }

    /// The condition that the argument is present, where it may not be.
    fn present(&self) -> Option<Fragment> {
        let argument = self.argument().filter(|argument| self.scope.is_optional(argument))?;
        let test = if argument.ty.is_held_as_text() { "isnotempty" } else { "isnotnull" };
        Some(Fragment::atom(format!("{test}({})", self.operand())))
    }

    fn count(&self, condition: Option<Fragment>) -> String {
        match conjunction(condition, self.arrived()) {
            Some(condition) => format!("countif({})", condition.text),
            None => "count()".to_owned(),
        }
    }

    fn call(&self, names: [&str; 2], condition: Option<Fragment>) -> String {
        self.call_on(names, &self.operand(), condition)
    }

    fn call_on(&self, [plain, conditional]: [&str; 2], operand: &str, condition: Option<Fragment>) -> String {
        match conjunction(condition, self.arrived()) {
            Some(condition) => format!("{conditional}({operand}, {})", condition.text),
            None => format!("{plain}({operand})"),
        }
    }

    /// Sums and averages; those of durations as numbers of microseconds, since a sum over no timespans is not said to be zero.
    fn numeric(&self, plain: &str, conditional: &str) -> String {
        let operand = self.operand();
        if self.argument().is_some_and(|argument| argument.ty == Type::Duration) {
            let call = self.call_on([plain, conditional], &format!("{operand} / 1microsecond"), None);
            return format!("{call} * 1microsecond");
        }
        self.call_on([plain, conditional], &operand, None)
    }

    /// `first` and `last`: the value of the event with the least or greatest order among those that have one. Event times start
    /// with a digit, so that `""` is before and `"~"` behind all of them.
    fn edge(&self, function: &str, nowhere: &str, summary: &mut Summary) {
        let column = self.column();
        let order = Names::order_of(&column);
        let own = self.writer.names.own(Own::Order);
        let counts = conjunction(self.present(), self.arrived());
        let value = counts.map_or(own.clone(), |counts| format!("iff({}, {own}, {nowhere})", counts.text));
        summary.prepare.push(format!("{order} = {value}"));
        summary.prepare.push(format!("{column} = {}", self.operand()));
        summary.columns.push(format!("{function}({order}, {column})"));
    }
}

fn conjunction(a: Option<Fragment>, b: Option<Fragment>) -> Option<Fragment> {
    let parts: Vec<Fragment> = a.into_iter().chain(b).collect();
    (!parts.is_empty()).then(|| Fragment::join(&parts, " and ", Strength::And))
}
