//! Random rules, as texts.

use crate::world::Dice;

/// What rules of a group of sources are made of.
struct Vocabulary {
    from: &'static [&'static str],
    keys: &'static [&'static str],
    values: &'static [&'static str],
    tests: &'static [&'static str],
    numbers: &'static [&'static str],
}

const SIGN_IN: Vocabulary = Vocabulary {
    from: &["entra.signin", "entra.signin_noninteractive", "entra.signin + entra.signin_noninteractive"],
    keys: &["token", "session", "user_name", "token, ip", "user_name, app", "is_interactive"],
    values: &[
        "country",
        "ip",
        "app",
        "asn",
        "session",
        "user_agent",
        "result",
        "lower(user_agent)",
        "length(app)",
        "coalesce(country, \"US\")",
        "if(is_interactive, country, \"FR\")",
        "is_interactive",
    ],
    tests: &[
        "result == success",
        "result != success",
        "country == \"DE\"",
        "country != \"DE\"",
        "country in [\"DE\", \"FR\"]",
        "country not in [\"DE\"]",
        "app == \"Portal\"",
        "app contains \"FF\"",
        "user_agent starts_with \"Exa\"",
        "user_agent ends_with \"2\"",
        "user_agent matches \"^[A-Z]\"",
        "ip in offices",
        "ip not in offices",
        "ip in \"192.0.2.0/24\"",
        "is_interactive",
        "not is_interactive",
        "token is missing",
        "country is present",
        "asn == 64500",
        "asn in known_asns",
        "hour(time) >= 12",
        "length(app) > 6",
        "is_private(ip)",
        "not is_private(ip)",
        "is_ipv6(ip)",
        "coalesce(country, \"DE\") == \"DE\"",
        "time - token_issued < 1m",
        "token_issued is missing",
        "user_name == \"ANA@example.org\"",
        "coalesce(is_private(ip), true)",
    ],
    numbers: &["length(app)", "length(user_agent)", "hour(time)", "length(user_agent) + 2 * length(app)"],
};

const GRAPH: Vocabulary = Vocabulary {
    from: &["graph.activity"],
    keys: &["token", "user_id", "token, ip", "method", "status_code"],
    values: &[
        "ip",
        "method",
        "status_code",
        "user_agent",
        "bytes",
        "path_segment(url, 2)",
        "url_host(url)",
        "bytes / status_code",
    ],
    tests: &[
        "result == success",
        "status_code == 403",
        "status_code != 200",
        "bytes > 1000",
        "bytes + duration_ms <= 900",
        "method == \"GET\"",
        "url contains \"/users\"",
        "path_segment(url, 2) == \"users\"",
        "bytes is missing",
        "not (bytes > 1000)",
        "status_code in [403, 429]",
        "bytes / duration_ms >= 2.0",
        "abs(bytes - 1000) < 500",
    ],
    numbers: &["bytes", "duration_ms", "bytes - duration_ms", "to_float(bytes)", "status_code"],
};

pub const LISTS: &str = r#"
list offices: cidr { "192.0.2.0/25" owner "netops" reason "HQ" "2001:db8::/32" owner "netops" reason "HQ" }
list known_asns: asn { 64500 owner "netops" reason "ours" }
"#;

fn test(dice: &mut Dice, words: &Vocabulary, depth: u64) -> String {
    match dice.below(if depth == 0 { 3 } else { 7 }) {
        3 => format!("not ({})", test(dice, words, depth - 1)),
        4 | 5 => format!("({} and {})", test(dice, words, depth - 1), test(dice, words, depth - 1)),
        6 => format!("({} or {})", test(dice, words, depth - 1), test(dice, words, depth - 1)),
        _ => dice.pick(words.tests).to_owned(),
    }
}

fn condition(dice: &mut Dice, words: &Vocabulary, depth: u64) -> String {
    let compare = dice.pick(&[">=", ">=", ">", "==", "!=", "<", "<="]);
    let small = dice.below(4) + 1;
    match dice.below(if depth == 0 { 13 } else { 17 }) {
        0 => format!("count() {compare} {small}"),
        1 if dice.below(3) == 0 => baseline(dice, words),
        1 => format!("count({}) {compare} {}", test(dice, words, 1), small - 1),
        2 if dice.below(3) == 0 => {
            format!("distinct({}, {}) {compare} {small}", dice.pick(words.values), test(dice, words, 1))
        }
        3 if dice.below(4) == 0 => {
            let (value, one, other) = (dice.pick(words.values), test(dice, words, 0), test(dice, words, 0));
            let function = dice.pick(&["overlap", "disjoint"]);
            format!("{function}(values({value}, {one}), values({value}, {other}))")
        }
        2 | 3 => format!("distinct({}) {compare} {small}", dice.pick(words.values)),
        4 => format!("ratio({}) {compare} {}", test(dice, words, 1), dice.pick(&["0.5", "0.0", "1.0", "0.25"])),
        5 => format!("any({})", test(dice, words, 1)),
        6 => format!("all({})", test(dice, words, 1)),
        7 => format!("span() {compare} {}", dice.pick(&["0s", "15s", "30s", "1m", "150s", "5m"])),
        8 => format!("max({}) {compare} {}", dice.pick(words.numbers).replace("to_float(bytes)", "bytes"), small * 200),
        9 => format!("avg({}) {compare} {}.5", dice.pick(words.numbers), small * 7),
        10 if dice.below(2) == 0 => format!("hops({}) {compare} {}", dice.pick(words.values), small - 1),
        10 => {
            let value = dice.pick(words.values);
            format!("first({value}) {} last({value})", dice.pick(&["==", "!="]))
        }
        11 => format!("max(time) - min(time) {compare} 1m"),
        12 => format!("last({}) is {}", dice.pick(words.values), dice.pick(&["missing", "present"])),
        13 => format!("not ({})", condition(dice, words, depth - 1)),
        14 => format!("({} or {})", condition(dice, words, depth - 1), condition(dice, words, depth - 1)),
        _ => format!("({} and {})", condition(dice, words, depth - 1), condition(dice, words, depth - 1)),
    }
}

/// A count against what it was in earlier buckets.
fn baseline(dice: &mut Dice, words: &Vocabulary) -> String {
    let count = match dice.below(3) {
        0 => "count()".to_owned(),
        1 => format!("count({})", test(dice, words, 0)),
        _ => format!("distinct({})", dice.pick(words.values)),
    };
    let (bucket, history) = dice.pick(&[("1m", "3m"), ("30s", "1m"), ("15s", "15s"), ("1h", "2h")]);
    let compare = dice.pick(&[">", ">=", "<=", "!="]);
    format!("{count} {compare} mean({count}, {bucket}, {history}) + 2 * deviation({count}, {bucket}, {history})")
}

fn show(dice: &mut Dice, words: &Vocabulary) -> String {
    let value = dice.pick(words.values);
    match dice.below(11) {
        0 => "count()".to_owned(),
        1 => format!("count({})", test(dice, words, 1)),
        2 => format!("distinct({value})"),
        3 | 4 => format!("values({value})"),
        5 => format!("first({value})"),
        6 => format!("last({value})"),
        7 => format!("sum({})", dice.pick(words.numbers)),
        8 => format!("min({})", dice.pick(words.numbers)),
        9 => dice
            .pick(&["span()", "max(time)", "min(time)", "mean(count(), 1m, 2m)", "deviation(count(), 30s, 5m)"])
            .to_owned(),
        _ => value.to_owned(),
    }
}

/// The text of a rule over single events, a window or buckets.
pub fn rule(seed: u64) -> String {
    let mut dice = Dice(seed);
    let words = dice.pick(&[&SIGN_IN, &SIGN_IN, &GRAPH]);
    let mut text = format!("{LISTS}rule generated {{ title \"Generated\" severity low from {}", dice.pick(words.from));
    if dice.below(3) > 0 {
        text += &format!("\n  where {}", test(&mut dice, words, 2));
    }
    let single = dice.below(8) == 0;
    let columns: Vec<String> = (0..dice.below(4))
        .map(|at| {
            let value = if single { dice.pick(words.values).to_owned() } else { show(&mut dice, words) };
            format!("c{at} = {value}")
        })
        .collect();
    if !single {
        let clause = dice.pick(&["within", "within", "per"]);
        let width = dice.pick(&["1m", "1m", "2m", "1h"]);
        text +=
            &format!("\n  by {} {clause} {width}\n  when {}", dice.pick(words.keys), condition(&mut dice, words, 2));
    }
    if !columns.is_empty() {
        text += &format!("\n  show {}", columns.join(", "));
    }
    text + "\n}\n"
}

/// The text of a rule over how many users had something in the days before.
pub fn prevalent(seed: u64) -> String {
    let mut dice = Dice(seed);
    let words = &SIGN_IN;
    let mut prevalence = || {
        let field = dice.pick(&["country", "asn", "token", "ip", "is_interactive"]);
        let user = dice.pick(&["user_name", "session", "country"]);
        format!("prevalence({field}, {user}, {})", dice.pick(&["1d", "2d", "3d"]))
    };
    let [a, b, c] = [prevalence(), prevalence(), prevalence()];
    let compare = dice.pick(&[">", ">=", "<=", "<", "!="]);
    let clause = dice.pick(&["within 12h", "within 1m", "per 1d", "per 6h"]);
    let second = dice.pick(&["or count() > 2", "and count() >= 1", "or {} is missing", "and distinct(ip) > 0"]);
    format!(
        "{LISTS}rule generated {{ title \"Generated\" severity low from {}\n  where not ({})\n  by {} {clause}\n  \
         when {a} {compare} 0.5 {}\n  show a = {a}, b = {b}, n = count()\n}}\n",
        dice.pick(words.from),
        test(&mut dice, words, 1),
        dice.pick(words.keys),
        second.replace("{}", &c),
    )
}

// Rules of several events.

/// One source or several; all have the fields that the rules use.
const STREAMS: [&str; 6] = [
    "entra.signin",
    "entra.signin",
    "entra.signin_noninteractive",
    "graph.activity",
    "graph.activity",
    "entra.signin + graph.activity",
];

/// What an event fulfils by itself.
const OWN: [&str; 7] = [
    "result == success",
    "result != success",
    "user_agent is present",
    "not (ip in offices)",
    "ip == \"192.0.2.1\" or user_agent == \"curl\"",
    "ip is missing or is_private(ip)",
    "session is present",
];

/// What an event fulfils beside another one, `@`; `#` is its own.
const BESIDE: [&str; 12] = [
    "#ip != @.ip",
    "#ip == @.ip",
    "#user_agent == @.user_agent",
    "#session == @.session",
    "#time - @.time >= 15s",
    "#time - @.time < 30s",
    "#time == @.time",
    "not (#ip == @.ip)",
    "(@.result == success or #user_agent != @.user_agent)",
    "(@.ip is missing or #ip is missing)",
    "lower(#user_agent) != lower(coalesce(@.user_agent, \"curl\"))",
    "#event_id != @.event_id",
];

const WIDTHS: [&str; 5] = ["15s", "30s", "1m", "2m", "1h"];

fn own(dice: &mut Dice) -> String {
    dice.pick(&OWN).to_owned()
}

/// A test of an event against one of some others.
fn beside(dice: &mut Dice, event: &str, others: &[String]) -> String {
    let other = &others[usize::try_from(dice.below(others.len() as u64)).unwrap()];
    dice.pick(&BESIDE).replace('#', event).replace('@', other)
}

/// ` where …` of some of these.
fn conditions(dice: &mut Dice, event: &str, others: &[String]) -> String {
    let mut parts: Vec<String> = (0..dice.below(2)).map(|_| format!("({})", own(dice))).collect();
    if !others.is_empty() {
        parts.extend((0..dice.below(3)).map(|_| beside(dice, event, others)));
    }
    if parts.is_empty() { String::new() } else { format!(" where {}", parts.join(" and ")) }
}

fn sequence(dice: &mut Dice) -> (String, Vec<String>) {
    let steps = dice.pick(&[2, 2, 2, 3, 3, 4]);
    let names: Vec<String> = (0..steps).map(|step| format!("s{step}")).collect();
    let key = dice.pick(&["token", "token", "session", "user_id", "token, session"]);
    let mut text = format!("  sequence by {key} within {} {{\n", dice.pick(&WIDTHS));
    for (step, name) in names.iter().enumerate() {
        let source = dice.pick(&STREAMS);
        text += &format!("    {name}: {source}{}\n", conditions(dice, "", &names[..step]));
    }
    for _ in 0..dice.pick(&[0, 0, 1, 1, 2]) {
        let source = dice.pick(&STREAMS);
        let conditions = conditions(dice, "", &names);
        let to = 1 + usize::try_from(dice.below(steps - 1)).unwrap();
        let from = usize::try_from(dice.below(to as u64)).unwrap();
        let when = if dice.below(3) == 0 {
            format!("within {} after {}", dice.pick(&WIDTHS), names[names.len() - 1])
        } else {
            format!("between {} and {}", names[from], names[to])
        };
        text += &format!("    no {source}{conditions} {when}\n");
    }
    (text + "  }", names)
}

/// `unless`, which may name these events of a match.
fn unless(dice: &mut Dice, names: &[String]) -> String {
    let source = dice.pick(&STREAMS);
    let link = dice.pick(&["", "token == this.token", "ip == this.ip", "lower(this.user_agent) == user_agent"]);
    let mut parts: Vec<String> = if link.is_empty() { Vec::new() } else { vec![link.to_owned()] };
    parts.extend((0..dice.below(2)).map(|_| format!("({})", own(dice))));
    parts.extend((0..dice.below(2)).map(|_| beside(dice, "", names)));
    let conditions = if parts.is_empty() { String::new() } else { format!(" where {}", parts.join(" and ")) };
    let side = dice.pick(&["before", "after", "around"]);
    format!("\n  unless {source}{conditions} within {} {side}", dice.pick(&WIDTHS))
}

/// The text of a rule that looks at several events.
pub fn several(seed: u64) -> String {
    let mut dice = Dice(seed);
    let dice = &mut dice;
    let mut text = format!("{LISTS}rule generated {{ title \"Generated\" severity low");
    let from = dice.pick(&STREAMS);
    let filter = if dice.below(3) == 0 { format!(" where {}", own(dice)) } else { String::new() };
    let from = format!("\n  from {from}{filter}");
    let mut names = vec!["this".to_owned()];
    let mut columns = vec!["ip".to_owned(), "user_agent".to_owned(), "time - 5s".to_owned()];
    let shape = dice.below(9);
    match shape {
        0 | 1 => {
            let pair = ["prev".to_owned()];
            let tests: Vec<String> = (0..=dice.below(2)).map(|_| beside(dice, "this.", &pair)).collect();
            let (key, width) = (dice.pick(&["token", "session", "token, result"]), dice.pick(&WIDTHS));
            text += &format!("{from}\n  by {key} consecutive within {width} where {}", tests.join(" and "));
            columns.extend(["prev.ip".to_owned(), "this.time - prev.time".to_owned()]);
            names.push("prev".to_owned());
        }
        2..=5 => {
            let (sequence, steps) = sequence(dice);
            text += &format!("\n{sequence}");
            columns.extend(steps.iter().flat_map(|step| [format!("{step}.ip"), format!("time - {step}.time")]));
            names.extend(steps);
        }
        6 => {
            let key = dice.pick(&["", "by token ", "by session, result "]);
            let tuple = dice.pick(&["ip", "user_agent", "ip, user_agent"]);
            let (history, learning) = dice.pick(&[
                ("1m", ""),
                ("2m", " learning 1m"),
                ("2m", " learning 15s"),
                ("30s", " learning 15s"),
                ("1h", ""),
            ]);
            text += &format!("{from}\n  {key}first seen ({tuple}) within {history}{learning}");
        }
        7 => {
            let clause = dice.pick(&["within", "within", "per"]);
            let condition = dice.pick(&["count() >= 1", "count() >= 2", "hops(ip) >= 1", "distinct(ip) >= 2"]);
            text += &format!("{from}\n  by token {clause} {} when {condition}", dice.pick(&["1m", "2m"]));
            columns = vec!["values(ip)".to_owned(), "hops(ip)".to_owned(), "user_agent".to_owned()];
        }
        _ => text += &from,
    }
    let clauses = if shape >= 7 { 1 + dice.below(2) } else { dice.pick(&[0, 0, 1, 2]) };
    for _ in 0..clauses {
        text += &unless(dice, &names);
    }
    let shown: Vec<String> = (0..dice.below(3))
        .map(|at| format!("c{at} = {}", columns[usize::try_from(dice.below(columns.len() as u64)).unwrap()]))
        .collect();
    if !shown.is_empty() {
        text += &format!("\n  show {}", shown.join(", "));
    }
    text + "\n}\n"
}
