//! The table of ATT&CK techniques is what the pinned packages ship.

use std::process::Command;

use crate::oracle;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn the_table_of_techniques_is_what_the_packages_ship() {
    let packages = oracle::packages("attack", "ATT&CK", "tests/oracles/attack/requirements.txt");
    let script = format!("{ROOT}/tests/oracles/attack/table.py");
    let output = Command::new("python3").arg(script).arg(packages).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let made = String::from_utf8(output.stdout).unwrap();
    let kept = std::fs::read_to_string(format!("{ROOT}/src/attack/techniques.tsv")).unwrap();
    let differing: Vec<(&str, &str)> = made.lines().zip(kept.lines()).filter(|(made, kept)| made != kept).collect();
    assert_eq!(differing, []);
    assert_eq!(made.lines().count(), kept.lines().count());
}
