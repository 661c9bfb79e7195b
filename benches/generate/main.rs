//! Writes made-up Entra ID sign-ins as diagnostic-settings NDJSON, with a known number of stolen tokens in them.
//!
//! ```text
//! cargo run --release --example generate -- RECORDS PLANTED [SEED] > signins.ndjson
//! ```
//!
//! A record is 3.7 KB of nested JSON, as real ones are. The events cover one day in order of time; the tokens follow a Zipf-like
//! law, so that a few are very busy. Each planted token is used from three countries within thirty minutes of a random moment; as
//! many decoys are used from three countries over sixty-one minutes or more. Every other token stays in one country. The planted
//! tokens are called `stolen-…`, the decoys `decoy-…`. Same arguments, same bytes.

use std::io::{self, BufWriter, Write};

const DAY: u64 = 86_400_000_000;
const START_DAY: &str = "2026-03-04";
const COUNTRIES: [(&str, &str); 8] = [
    ("NL", "Utrecht"),
    ("DE", "Berlin"),
    ("FR", "Paris"),
    ("GB", "London"),
    ("US", "Chicago"),
    ("FI", "Helsinki"),
    ("BR", "São Paulo"),
    ("JP", "Osaka"),
];

/// `SplitMix64`: small, fast, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    fn guid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        let [a, b, c] = [high >> 32, (high >> 16) & 0xffff, high & 0xfff];
        format!("{a:08x}-{b:04x}-4{c:03x}-{:04x}-{:012x}", 0x8000 | (low >> 50), low & 0xffff_ffff_ffff)
    }
}

/// A use of a token that was decided beforehand.
struct Use {
    time: u64,
    token: String,
    country: usize,
}

fn planted(count: u64, random: &mut Random) -> Vec<Use> {
    let minute = 60_000_000;
    let mut uses = Vec::new();
    for index in 0..count {
        for (name, step) in [("stolen", 15 * minute), ("decoy", 61 * minute / 2 + minute)] {
            let start = random.below(DAY - 2 * step - minute);
            let first = random.below(8);
            for position in 0..3 {
                let country = usize::try_from((first + position) % 8).unwrap_or(0);
                uses.push(Use { time: start + position * step, token: format!("{name}-{index:06}"), country });
            }
        }
    }
    uses.sort_by_key(|planted| planted.time);
    uses
}

fn main() -> io::Result<()> {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let [records, stolen, rest @ ..] = numbers.as_slice() else {
        return Err(io::Error::other("usage: generate RECORDS PLANTED [SEED]"));
    };
    let mut random = Random(rest.first().copied().unwrap_or(1));
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let mut planted = planted(*stolen, &mut random).into_iter().peekable();
    let noise = records.saturating_sub(stolen * 6).max(1);
    let step = DAY / noise;
    for index in 0..noise {
        let now = index * step + random.below(step);
        while let Some(due) = planted.next_if(|planted| planted.time <= now) {
            write_record(&mut out, &due, &mut random)?;
        }
        // Cubing a uniform number gives a few tokens most of the events.
        let uniform = random.below(1 << 20);
        let rank = (u128::from(uniform).pow(3) * u128::from(noise / 5 + 1)) >> 60;
        let country = usize::try_from(rank % 8).unwrap_or(0);
        write_record(&mut out, &Use { time: now, token: format!("token-{rank:08}"), country }, &mut random)?;
    }
    planted.try_for_each(|due| write_record(&mut out, &due, &mut random))?;
    out.flush()
}

fn write_record(out: &mut impl Write, event: &Use, random: &mut Random) -> io::Result<()> {
    let (country, city) = COUNTRIES[event.country];
    let second = event.time / 1_000_000;
    let clock = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    let time = format!("{START_DAY}T{clock}.{:06}0", event.time % 1_000_000);
    let (id, correlation) = (random.guid(), random.guid());
    let person = event.token.bytes().fold(7u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let user = Random(person).guid();
    let session = Random(person ^ 1).guid();
    let device = Random(person ^ 2).guid();
    let address = format!("192.0.2.{}", event.country * 32 + usize::try_from(person % 32).unwrap_or(0));
    let template = include_str!("signin.json");
    let mut rest = template.trim_end();
    while let Some((before, after)) = rest.split_once("<<") {
        let (name, after) = after.split_once(">>").unwrap_or((after, ""));
        out.write_all(before.as_bytes())?;
        let number = person % 5_000;
        match name {
            "time" => out.write_all(time.as_bytes())?,
            "id" => out.write_all(id.as_bytes())?,
            "correlation" => out.write_all(correlation.as_bytes())?,
            "user" => out.write_all(user.as_bytes())?,
            "number" => write!(out, "{number}")?,
            "session" => out.write_all(session.as_bytes())?,
            "device" => out.write_all(device.as_bytes())?,
            "token" => out.write_all(event.token.as_bytes())?,
            "address" => out.write_all(address.as_bytes())?,
            "country" => out.write_all(country.as_bytes())?,
            "city" => out.write_all(city.as_bytes())?,
            "asn" => write!(out, "{}", 64_500 + event.country)?,
            other => return Err(io::Error::other(format!("the template has an unknown part `{other}`"))),
        }
        rest = after;
    }
    writeln!(out, "{rest}")
}
