//! Generated KQL, judged by engines that are not ours.

use std::path::{Path, PathBuf};

use tokentrail::catalog::load;
use tokentrail::check;
use tokentrail::plan::Plan;
use tokentrail::source::{Source, Sources};
use tokentrail::syntax;
use tokentrail::target::{self, Grain, Options, Period, Target};

/// The rule files below a folder, in order of their names.
fn rule_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "trail"))
        .collect();
    files.sort();
    files
}

/// The plans of some rule texts, which must have no errors.
fn plans(texts: &[(String, String)]) -> Vec<Plan> {
    let mut sources = Sources::default();
    let ids: Vec<_> = texts.iter().map(|(path, text)| sources.add(Source::new(path, text))).collect();
    let files = ids.iter().map(|id| (*id, syntax::parse(*id, sources.get(*id)))).collect();
    let checked = check::check(files, &sources, &load::builtin(), jiff::civil::date(2026, 11, 23));
    let errors: Vec<_> = checked.diagnostics.iter().filter(|found| found.code.id().starts_with('E')).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    checked.plans
}

fn shipped() -> Vec<Plan> {
    let texts = rule_files(Path::new("rules"));
    let texts = texts.iter().map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap()));
    plans(&texts.collect::<Vec<_>>())
}

#[test]
fn show_all() {
    for plan in shipped() {
        let out =
            target::write(&plan, Target::Kql, Options { grain: Grain::Alert, period: Period::Scheduled }).unwrap();
        let path = format!("target/kql/{}.kql", plan.name);
        std::fs::create_dir_all("target/kql").unwrap();
        std::fs::write(path, out.text).unwrap();
        let hunt = Period::Hunt { from: 1_772_582_400_000_000, to: 1_772_682_400_000_000 };
        let out = target::write(&plan, Target::Kql, Options { grain: Grain::Match, period: hunt }).unwrap();
        std::fs::write(format!("target/kql/{}.hunt.kql", plan.name), out.text).unwrap();
    }
}
