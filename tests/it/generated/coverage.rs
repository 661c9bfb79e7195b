//! What a rule makes use of, told from its plan.

use std::collections::BTreeSet;

use tokentrail::library::FUNCTIONS;
use tokentrail::library::aggregate::AggregateFunction;
use tokentrail::plan::expr::ArithmeticOperator;
use tokentrail::plan::{
    AbsenceWhen, CompareOperator, Duplicates, Expr, ExprKind, Geography, Plan, Role, Shape, TextOperator,
};
use tokentrail::types::Type;
use tokentrail::value::Value;

/// What the rule makes use of, each in a few words.
pub fn of(plan: &Plan) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut add = |what: &str| found.insert(what.to_owned());
    match &plan.shape {
        Shape::Single => add("single"),
        Shape::Window(_) => add("within"),
        Shape::Tumbling(_) => add("per"),
        Shape::Consecutive(_) => add("consecutive"),
        Shape::FirstSeen(first) => {
            add(if first.key.is_empty() { "first seen of all" } else { "first seen by key" });
            if first.tuple.len() > 1 {
                add("first seen, tuple");
            }
            add(if first.learning.is_some() { "learning" } else { "first seen" })
        }
        Shape::Sequence(sequence) => {
            for absence in &sequence.absences {
                add(match absence.when {
                    AbsenceWhen::Between { .. } => "no … between",
                    AbsenceWhen::After { .. } => "no … after",
                });
            }
            add(&format!("sequence of {}", sequence.steps.len()))
        }
    };
    if plan.shape.key().len() > 1 {
        add("key of two");
    }
    for unless in &plan.unless {
        let shape = shape_word(&plan.shape);
        add(&format!("unless on {shape}"));
        add(match (unless.before, unless.after) {
            (0, _) => "unless after",
            (_, 0) => "unless before",
            _ => "unless around",
        });
        add(if unless.links.is_empty() { "unless without link" } else { "unless with link" });
    }
    if plan.streams.iter().any(|stream| stream.legs.len() > 1) {
        add("several sources");
    }
    if plan.duplicates == Duplicates::Harmless {
        add("copies harmless");
    } else {
        add("copies matter");
    }
    if plan.geography == Geography::Native {
        add("places");
    }
    for aggregate in &plan.aggregates {
        add(aggregate.function.name());
        if let Some(Expr { kind: ExprKind::Call(function, _), .. }) = &aggregate.argument
            && function.name == "case"
        {
            add("aggregate of some events");
        }
    }
    for expr in plan.expressions() {
        expr.walk(&mut |part| {
            add(&word(part));
        });
    }
    if !plan.show.is_empty() {
        add("show");
    }
    found
}

fn shape_word(shape: &Shape) -> &'static str {
    match shape {
        Shape::Single => "single",
        Shape::Window(_) => "within",
        Shape::Tumbling(_) => "per",
        Shape::Consecutive(_) => "consecutive",
        Shape::Sequence(_) => "sequence",
        Shape::FirstSeen(_) => "first seen",
    }
}

fn word(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Literal(Value::Location(..)) => "point".to_owned(),
        ExprKind::Literal(_) => format!("literal {}", general(&expr.ty)),
        ExprKind::Field(_) => format!("field {}", general(&expr.ty)),
        ExprKind::Of(Role::Previous, _) => "field of prev".to_owned(),
        ExprKind::Of(Role::Step(_), _) => "field of a step".to_owned(),
        ExprKind::Of(Role::Match, _) => "field of the match".to_owned(),
        ExprKind::Aggregate(_) => format!("aggregate {}", general(&expr.ty)),
        ExprKind::Not(_) => "not".to_owned(),
        ExprKind::And(_) => "and".to_owned(),
        ExprKind::Or(_) => "or".to_owned(),
        ExprKind::Compare(left, operator, _) => format!("{} {}", compare(*operator), general(&left.ty)),
        ExprKind::Text(_, operator, _) => text(*operator).to_owned(),
        ExprKind::InValues(..) => "in values".to_owned(),
        ExprKind::InNetworks(..) => "in networks".to_owned(),
        ExprKind::InList(value, _) => format!("in list {}", general(&value.ty)),
        ExprKind::IsMissing(_) => "is missing".to_owned(),
        ExprKind::ContainsSet { all, .. } => if *all { "contains all" } else { "contains any" }.to_owned(),
        ExprKind::Arithmetic(left, operator, right) => {
            format!("{} {} {}", general(&left.ty), arithmetic(*operator), general(&right.ty))
        }
        ExprKind::Call(function, _) => function.name.to_owned(),
    }
}

/// The type without what it is of.
fn general(ty: &Type) -> String {
    ty.to_string().split([' ', '<']).next().unwrap_or_default().to_owned()
}

fn compare(operator: CompareOperator) -> &'static str {
    match operator {
        CompareOperator::Equal => "==",
        CompareOperator::NotEqual => "!=",
        CompareOperator::Less => "<",
        CompareOperator::LessOrEqual => "<=",
        CompareOperator::Greater => ">",
        CompareOperator::GreaterOrEqual => ">=",
    }
}

fn text(operator: TextOperator) -> &'static str {
    match operator {
        TextOperator::Contains => "contains",
        TextOperator::StartsWith => "starts_with",
        TextOperator::EndsWith => "ends_with",
        TextOperator::Matches => "matches",
    }
}

fn arithmetic(operator: ArithmeticOperator) -> &'static str {
    match operator {
        ArithmeticOperator::Add => "+",
        ArithmeticOperator::Subtract => "-",
        ArithmeticOperator::Multiply => "*",
        ArithmeticOperator::Divide => "/",
    }
}

/// What the rules together must make use of: every shape, aggregate, function and operator.
pub fn wanted() -> BTreeSet<String> {
    let mut wanted: BTreeSet<String> = AggregateFunction::ALL.map(|function| function.name().to_owned()).into();
    wanted.extend(FUNCTIONS.iter().map(|function| function.name.to_owned()));
    let types = [
        ("string", "equal"),
        ("name", "equal"),
        ("token", "equal"),
        ("session", "equal"),
        ("user", "equal"),
        ("enum", "equal"),
        ("ip", "equal"),
        ("asn", "equal"),
        ("country", "equal"),
        ("bool", "equal"),
        ("int", "exact"),
        ("time", "exact"),
        ("duration", "exact"),
        ("float", "ordered"),
        ("distance", "ordered"),
        ("speed", "ordered"),
    ];
    for (ty, how) in types {
        let operators: &[&str] = match how {
            "equal" => &["==", "!="],
            "exact" => &["==", "!=", "<", "<=", ">", ">="],
            _ => &["<", "<=", ">", ">="],
        };
        wanted.extend(operators.iter().map(|operator| format!("{operator} {ty}")));
    }
    for (left, operators, right) in [
        ("int", "+-*/", "int"),
        ("float", "+-*/", "float"),
        ("time", "-", "time"),
        ("time", "+-", "duration"),
        ("duration", "+", "time"),
        ("duration", "+-/", "duration"),
        ("duration", "*/", "int"),
        ("int", "*", "duration"),
        ("duration", "*/", "float"),
        ("float", "*", "duration"),
        ("distance", "+-", "distance"),
        ("distance", "/", "speed"),
        ("float", "*", "distance"),
        ("distance", "/", "float"),
        ("speed", "+", "speed"),
        ("float", "*", "speed"),
    ] {
        wanted.extend(operators.chars().map(|operator| format!("{left} {operator} {right}")));
    }
    wanted.extend(
        [
            "single",
            "within",
            "per",
            "consecutive",
            "sequence of 2",
            "sequence of 3",
            "sequence of 4",
            "no … between",
            "no … after",
            "first seen",
            "first seen of all",
            "first seen by key",
            "first seen, tuple",
            "learning",
            "key of two",
            "several sources",
            "copies harmless",
            "copies matter",
            "places",
            "show",
            "unless on single",
            "unless on within",
            "unless on per",
            "unless on consecutive",
            "unless on sequence",
            "unless on first seen",
            "unless before",
            "unless after",
            "unless around",
            "unless with link",
            "unless without link",
            "field of prev",
            "field of a step",
            "field of the match",
            "not",
            "and",
            "or",
            "contains",
            "starts_with",
            "ends_with",
            "matches",
            "in values",
            "in networks",
            "in list ip",
            "in list asn",
            "in list name",
            "in list string",
            "in list country",
            "is missing",
            "contains all",
            "contains any",
            "aggregate of some events",
        ]
        .map(str::to_owned),
    );
    wanted
}
