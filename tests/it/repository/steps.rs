//! As much of GitHub's runner as the steps of a workflow or composite action need: scripts, conditions, inputs, outputs.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value as Json;

/// A YAML file.
pub fn read(path: &Path) -> Json {
    yaml_serde::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

pub fn executable(path: &Path) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// The built program's folder, which stands before all others in `PATH`.
fn path() -> String {
    let program = assert_cmd::cargo::cargo_bin!("tokentrail");
    format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap())
}

/// Runs a script as the runner does with `shell: bash`.
pub fn shell(script: &str, folder: &Path, environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]).current_dir(folder);
    command.env("PATH", path()).env("LC_ALL", "C.UTF-8");
    command.envs(environment.iter().copied()).output().unwrap()
}

/// A run of a composite action.
pub struct Run {
    inputs: BTreeMap<String, String>,
    outputs: BTreeMap<(String, String), String>,
    temporary: PathBuf,
    /// The names of the steps that ran, in order.
    pub ran: Vec<String>,
    /// What they wrote.
    pub log: String,
    /// Whether none failed.
    pub passed: bool,
}

impl Run {
    /// Runs an action over a folder. Other actions that it uses do nothing but give the outputs that are said.
    pub fn new(action: &Json, folder: &Path, inputs: &[(&str, &str)], outputs: &[(&str, &str, &str)]) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let declared = action["inputs"].as_object().unwrap();
        let defaults =
            declared.iter().map(|(name, input)| (name.clone(), input["default"].as_str().unwrap().to_owned()));
        let mut run = Self {
            inputs: defaults.collect(),
            outputs: BTreeMap::new(),
            temporary: temporary.path().to_owned(),
            ran: Vec::new(),
            log: String::new(),
            passed: true,
        };
        for (name, value) in inputs {
            run.inputs.insert((*name).to_owned(), (*value).to_owned()).unwrap_or_else(|| panic!("no input {name}"));
        }
        for (step, name, value) in outputs {
            run.outputs.insert(((*step).to_owned(), (*name).to_owned()), (*value).to_owned());
        }
        for step in action["runs"]["steps"].as_array().unwrap() {
            run.step(step, folder);
        }
        run
    }

    /// What a step gave.
    pub fn output(&self, step: &str, name: &str) -> &str {
        self.outputs.get(&(step.to_owned(), name.to_owned())).map_or("", String::as_str)
    }

    fn step(&mut self, step: &Json, folder: &Path) {
        let condition = step["if"].as_str().unwrap_or("success()");
        // A condition that does not ask about failures needs that there was none.
        let goes_on = self.passed || condition.contains("always()");
        if !goes_on || !condition.split(" && ").all(|part| self.holds(part)) {
            return;
        }
        self.ran.push(step["name"].as_str().unwrap().to_owned());
        let Some(script) = step["run"].as_str() else { return };
        let output_file = self.temporary.join("output");
        std::fs::write(&output_file, "").unwrap();
        let mut environment = vec![
            ("GITHUB_OUTPUT".to_owned(), output_file.to_str().unwrap().to_owned()),
            ("GITHUB_ACTION_PATH".to_owned(), env!("CARGO_MANIFEST_DIR").to_owned()),
            ("RUNNER_TEMP".to_owned(), self.temporary.to_str().unwrap().to_owned()),
        ];
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            environment.push((name.clone(), self.filled(value.as_str().unwrap())));
        }
        let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (&**name, &**value)).collect();
        let output = shell(script, folder, &environment);
        self.log += &String::from_utf8(output.stdout).unwrap();
        self.log += &String::from_utf8(output.stderr).unwrap();
        self.passed &= output.status.success();
        for line in std::fs::read_to_string(&output_file).unwrap().lines() {
            let (name, value) = line.split_once('=').unwrap();
            self.outputs.insert((step["id"].as_str().unwrap().to_owned(), name.to_owned()), value.to_owned());
        }
    }

    /// A condition of the few forms that are needed.
    fn holds(&self, condition: &str) -> bool {
        if ["always()", "success()"].contains(&condition) {
            return true;
        }
        let (equal, (left, right)) = match (condition.split_once(" == "), condition.split_once(" != ")) {
            (Some(sides), None) => (true, sides),
            (None, Some(sides)) => (false, sides),
            _ => panic!("{condition}"),
        };
        (self.value(left) == right.trim_matches('\'')) == equal
    }

    fn value(&self, name: &str) -> String {
        let parts: Vec<&str> = name.split('.').collect();
        match parts.as_slice() {
            ["inputs", input] => self.inputs.get(*input).unwrap_or_else(|| panic!("no input {input}")).clone(),
            ["steps", step, "outputs", output] => self.output(step, output).to_owned(),
            ["runner", "temp"] => self.temporary.to_str().unwrap().to_owned(),
            _ => panic!("{name}"),
        }
    }

    fn filled(&self, text: &str) -> String {
        let expression = regex::Regex::new(r"\$\{\{ *([a-z.-]+) *\}\}").unwrap();
        expression.replace_all(text, |found: &regex::Captures<'_>| self.value(&found[1])).into_owned()
    }
}
