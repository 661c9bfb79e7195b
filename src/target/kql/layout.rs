//! Pipelines and column lists as indented text. Knows nothing of rules.

/// The widest line that a list of columns may take before each column gets a line of its own.
const WIDTH: usize = 110;

/// `source | step | step`, one line each.
#[derive(Clone, Debug)]
pub struct Pipeline {
    source: String,
    steps: Vec<String>,
}

impl Pipeline {
    /// A pipeline that starts with a table, a variable or a `union`.
    pub fn new(source: impl Into<String>) -> Self {
        Self { source: source.into(), steps: Vec::new() }
    }

    /// Adds a step, written without its bar.
    pub fn step(&mut self, step: impl Into<String>) {
        self.steps.push(step.into());
    }

    /// Adds steps.
    pub fn steps(&mut self, steps: impl IntoIterator<Item = String>) {
        self.steps.extend(steps);
    }

    /// The text, without a final line break.
    pub fn render(&self) -> String {
        let mut lines = vec![self.source.clone()];
        lines.extend(self.steps.iter().map(|step| format!("| {step}")));
        lines.join("\n")
    }

    /// In parentheses, as the operand of `union` or `join`.
    pub fn nested(&self) -> String {
        let text = self.render();
        let short = !text.contains('\n') || (self.steps.len() == 1 && text.len() <= WIDTH);
        if short { format!("({})", text.replace('\n', " ")) } else { format!("(\n{}\n)", indent(&text)) }
    }
}

/// `union` of pipelines; one alone stands for itself.
pub fn union(legs: Vec<Pipeline>) -> Pipeline {
    match <[Pipeline; 1]>::try_from(legs) {
        Ok([one]) => one,
        Err(legs) => {
            let operands: Vec<String> = legs.iter().map(Pipeline::nested).collect();
            Pipeline::new(format!("union\n{}", indent(&operands.join(",\n"))))
        }
    }
}

/// `let name = value;`
pub fn variable(name: &str, value: &str) -> String {
    format!("let {name} = {value};")
}

/// `let name = (…);`
pub fn tabular(name: &str, pipeline: &Pipeline) -> String {
    let value = if pipeline.steps.is_empty() { pipeline.source.clone() } else { pipeline.nested() };
    variable(name, &value)
}

/// `let name = materialize(…);`: computed once however often it is used.
pub fn materialized(name: &str, pipeline: &Pipeline) -> String {
    format!("let {name} = materialize(\n{}\n);", indent(&pipeline.render()))
}

/// `operator a, b = c`, on one line where it fits.
pub fn columns(operator: &str, columns: &[String]) -> String {
    columns_by(operator, columns, &[])
}

/// `operator a, b = c by d, e`, on one line where it fits.
pub fn columns_by(operator: &str, columns: &[String], by: &[String]) -> String {
    let tail = if by.is_empty() { String::new() } else { format!("by {}", by.join(", ")) };
    let joined = columns.join(", ");
    let line = [operator, &joined, &tail].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    let line = line.join(" ");
    if line.len() <= WIDTH || columns.len() < 2 {
        return line;
    }
    let mut text = format!("{operator}\n{}", indent(&columns.join(",\n")));
    if !tail.is_empty() {
        text.push_str("\n    ");
        text.push_str(&tail);
    }
    text
}

/// `name = value`, or the name alone where both are the same.
pub fn column(name: &str, value: &str) -> String {
    if name == value { name.to_owned() } else { format!("{name} = {value}") }
}

/// Each line four spaces further in. Literals hold no line breaks, so no text is changed.
fn indent(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("    {line}")).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_union_of_one_is_that_one() {
        let mut leg = Pipeline::new("SigninLogs");
        leg.step("take 1");
        assert_eq!(union(vec![leg.clone()]).render(), "SigninLogs\n| take 1");
        assert_eq!(
            union(vec![leg.clone(), leg]).render(),
            "union\n    (SigninLogs | take 1),\n    (SigninLogs | take 1)"
        );
    }

    #[test]
    fn long_column_lists_get_a_line_each() {
        let long: Vec<String> = (0..12).map(|index| format!("Column{index} = tostring(Other)")).collect();
        let text = columns_by("summarize", &long, &["Token".to_owned()]);
        assert!(text.starts_with("summarize\n    Column0 = tostring(Other),\n"), "{text}");
        assert!(text.ends_with("\n    by Token"), "{text}");
        assert_eq!(columns_by("summarize", &[], &["Token".to_owned()]), "summarize by Token");
    }
}
