//! Writes made-up logs of three sources, with a known number of stolen tokens in them, and the rules that look for them.
//!
//! ```text
//! cargo run --release --example generate -- events RECORDS FILE [SEED]    # FILE or -, and FILE.truth.json beside it
//! cargo run --release --example generate -- csv RECORDS FILE [SEED]       # the same events as rows of Log Analytics
//! cargo run --release --example generate -- truth RECORDS FILE [SEED]     # only what is to be found
//! cargo run --release --example generate -- rules FOLDER                  # three.trail, fifty.trail, thousand.trail, …
//! ```
//!
//! 45 % of the records are Entra ID sign-ins and 35 % Graph activity, both as diagnostic settings write them, 20 % are Office 365
//! audit records, whose times are whole seconds. A million records are one day; more records are more days, fewer a part of one.
//! Tokens follow Zipf's law with exponent 0.9, so that a few are very busy; 1 % of the records have none. Planted are 200 tokens in
//! three countries within the hour, 200 in three services within ten minutes, 100 signed in here and used there within the hour, and
//! as many decoys just outside. Same arguments, same bytes.

mod events;
mod random;
mod records;
mod rules;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use events::{Detection, Plan, Token};
use records::{COLUMNS, Writer};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["rules", folder] => write_rules(Path::new(folder)),
        [what @ ("events" | "csv" | "truth"), records, file, rest @ ..] => {
            let number = |text: &str| text.parse::<u64>().map_err(io::Error::other);
            let plan = Plan::new(number(records)?, rest.first().map_or(Ok(1), |seed| number(seed))?);
            match (*what, *file) {
                ("truth", file) => fs::write(file, truth(&plan)),
                (what, "-") => write(&plan, io::stdout().lock(), what == "csv"),
                (what, file) => {
                    write(&plan, File::create(file)?, what == "csv")?;
                    fs::write(format!("{file}.truth.json"), truth(&plan))
                }
            }
        }
        _ => Err(io::Error::other("usage: generate events|csv|truth RECORDS FILE [SEED], or generate rules FOLDER")),
    }
}

fn write(plan: &Plan, out: impl Write, is_csv: bool) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, out);
    let mut writer = Writer::new(plan.seed);
    let mut line = String::new();
    if is_csv {
        writeln!(out, "{COLUMNS}")?;
    }
    for event in plan.events() {
        line.clear();
        if is_csv {
            writer.row(&event, &mut line);
        } else {
            writer.line(&event, &mut line);
        }
        out.write_all(line.as_bytes())?;
    }
    out.flush()
}

/// What is to be found: the tokens by the rule that finds them.
fn truth(plan: &Plan) -> String {
    let names = |detection| {
        let names: Vec<String> =
            (0..plan.count(detection)).map(|index| Token::Planted(detection, index).name()).collect();
        format!("[\"{}\"]", names.join("\",\""))
    };
    let [geo, hop, sequence] = [Detection::Geo, Detection::Hop, Detection::Sequence].map(names);
    format!("{{\"countries\":{geo},\n\"services\":{hop},\n\"moved\":{sequence}}}\n")
}

fn write_rules(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("three.trail"), rules::THREE)?;
    for (name, rules) in [("fifty", rules::fifty()), ("hundred", rules::rare(100)), ("thousand", rules::rare(1_000))] {
        fs::write(folder.join(format!("{name}.trail")), rules::file(&rules))?;
        fs::write(folder.join(format!("{name}.json")), rules::json(&rules))?;
    }
    Ok(())
}
