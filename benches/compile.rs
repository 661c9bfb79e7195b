//! Checks 1,000 generated rules and writes their queries for both targets, in one process; and the shipped rules for everything that
//! they can be built for.
//!
//! ```text
//! cargo bench --bench compile
//! ```

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::fmt::Write;
use std::hint::black_box;

use tokentrail::catalog::{Catalog, load};
use tokentrail::check::{self, Checked};
use tokentrail::package::{self, Package};
use tokentrail::source::{Source, Sources};
use tokentrail::syntax;
use tokentrail::target::{self, Grain, Options, Period, Target};

const RULES: u64 = 1_000;

/// Rules of the three shapes in turn, each with constants of its own.
fn generated_rules() -> String {
    let mut text = String::from(
        "list office: cidr { \"203.0.113.0/24\" owner \"netops\" reason \"HQ\" }\n\
         view token_use = entra.signin + entra.signin_noninteractive + graph.activity + m365.audit\n",
    );
    for number in 0..RULES {
        let _ = match number % 3 {
            0 => write!(
                text,
                "/// Generated.\nrule countries_{number} {{ title \"Token in several countries\" severity high attack T1550.001\n\
                 from token_use where ip not in office by token within {}m when distinct(country) >= 3\n\
                 show user = last(user_name), countries = values(country), ips = values(ip) }}\n",
                10 + number % 50,
            ),
            1 => write!(
                text,
                "/// Generated.\nrule failures_{number} {{ title \"Failures before a success\" severity medium attack T1110\n\
                 from entra.signin by user_id per 1h when count(result == failure) >= {} and any(result == success)\n\
                 show failures = count(result == failure), ips = values(ip) }}\n",
                3 + number % 20,
            ),
            _ => write!(
                text,
                "/// Generated.\nrule agent_{number} {{ title \"Sign-in with an odd client\" severity low attack T1078\n\
                 from entra.signin where result == success and user_agent contains \"client-{number}\"\n\
                 and (country in [\"KP\", \"IR\"] or device_id is missing) show user = user_name, ip = ip }}\n",
            ),
        };
    }
    text
}

/// From text to queries; gives their bytes, so that nothing can be left out.
fn compile(text: &str, catalog: &Catalog) -> usize {
    let mut sources = Sources::default();
    let id = sources.add(Source::new("generated.trail", text));
    let parsed = syntax::parse(id, sources.get(id));
    let today = jiff::civil::date(2026, 11, 23);
    let Checked { plans, diagnostics, .. } = check::check(vec![(id, parsed)], &sources, catalog, today);
    assert_eq!(plans.len() as u64, RULES, "{:?}", diagnostics.first());
    let options = Options { grain: Grain::Alert, period: Period::Scheduled };
    let queries = plans.iter().flat_map(|plan| Target::ALL.map(|target| target::write(plan, target, options)));
    queries.map(|query| query.map_or(0, |query| query.text.len())).sum()
}

/// The shipped rules as one text.
fn shipped_rules() -> String {
    let files = walkdir::WalkDir::new(concat!(env!("CARGO_MANIFEST_DIR"), "/rules")).sort_by_file_name();
    let paths = files.into_iter().filter_map(Result::ok).map(walkdir::DirEntry::into_path);
    let rules = paths.filter(|path| path.extension().is_some_and(|ending| ending == "trail"));
    rules.filter_map(|path| std::fs::read_to_string(path).ok()).collect::<Vec<_>>().join("\n")
}

/// From text to the files of every target; gives their bytes.
fn deploy(text: &str, catalog: &Catalog) -> usize {
    let mut sources = Sources::default();
    let id = sources.add(Source::new("shipped.trail", text));
    let parsed = syntax::parse(id, sources.get(id));
    let Checked { plans, .. } = check::check(vec![(id, parsed)], &sources, catalog, jiff::civil::date(2026, 11, 23));
    assert!(plans.len() > 60, "{}", plans.len());
    let options = Options { grain: Grain::Alert, period: Period::Scheduled };
    let queries = plans.iter().flat_map(|plan| Target::ALL.map(|target| target::write(plan, target, options)));
    let queries: usize = queries.map(|query| query.map_or(0, |query| query.text.len())).sum();
    let packages = Package::ALL.map(|package| package::build(&plans, package, &package::Options::default()));
    queries + packages.iter().flat_map(|built| &built.files).map(|file| file.contents.len()).sum::<usize>()
}

fn benchmark(criterion: &mut Criterion) {
    let text = generated_rules();
    let catalog = load::builtin();
    let mut group = criterion.benchmark_group("compile");
    group.throughput(Throughput::Elements(RULES)).sample_size(20);
    group.bench_function("check and build 1,000 rules for both targets", |bencher| {
        bencher.iter(|| compile(black_box(&text), &catalog));
    });
    let shipped = shipped_rules();
    group.bench_function("check and build the shipped rules for all targets and packages", |bencher| {
        bencher.iter(|| deploy(black_box(&shipped), &catalog));
    });
    group.bench_function("load the catalogue", |bencher| bencher.iter(|| black_box(load::builtin())));
    group.finish();
}

criterion_group!(benches, benchmark);
criterion_main!(benches);
