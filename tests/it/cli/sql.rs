//! SQL from the command line: dialects, lists, tables.

use super::{assert_status, err, out, run, text};

#[test]
fn sql_is_written_for_the_engine_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let build = ["build", "rules", "--target", "sql", "--rule", "token_geo_traversal"];
    let duckdb = run(&build);
    assert_status(&duckdb, 0);
    assert!(out(&duckdb).contains("for DuckDB"), "{}", out(&duckdb));
    let spark = run(&[&build[..], &["--dialect", "spark", "-o", text(folder.path())]].concat());
    assert_status(&spark, 0);
    let written = std::fs::read_to_string(folder.path().join("token_geo_traversal.sql")).unwrap();
    assert!(written.contains("for Spark SQL") && !folder.path().join("lists.sql").exists(), "{written}");
    let wrong = run(&["build", "rules", "--target", "kql", "--dialect", "clickhouse"]);
    assert_status(&wrong, 2);
    assert!(
        err(&wrong).contains("write `--target sql --dialect clickhouse`, or leave out `--dialect`"),
        "{}",
        err(&wrong)
    );
}

#[test]
fn long_lists_come_with_the_statements_that_make_tables_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let entries: String = (0..300).map(|number| format!("\"agent {number}\" ")).collect();
    let rule = format!(
        "list agents: string {{ {entries} }}\n/// D.\nrule r {{ title \"T\" severity low from entra.signin where user_agent in \
         agents show ip }}\n"
    );
    let file = folder.path().join("r.trail");
    std::fs::write(&file, rule).unwrap();
    let output = folder.path().join("queries");
    let build = ["build", text(&file), "--target", "sql", "--dialect", "clickhouse"];
    let found = run(&[&build[..], &["-o", text(&output)]].concat());
    assert_status(&found, 0);
    assert!(
        err(&found).contains("make a table `agents` of `agents.csv`; `lists.sql` does so where the file is"),
        "{}",
        err(&found)
    );
    let statements = std::fs::read_to_string(output.join("lists.sql")).unwrap();
    assert!(statements.contains("INSERT INTO \"agents\" FROM INFILE 'agents.csv'"), "{statements}");
    assert_eq!(std::fs::read_to_string(output.join("agents.csv")).unwrap().lines().count(), 301);
    assert!(err(&run(&build)).contains("which reads it from a table of that name"));
}

#[test]
fn the_tables_of_sources_are_printed_for_each_engine() {
    let table = |more: &[&str]| {
        let output = run(&[&["catalog", "table"], more].concat());
        assert_status(&output, 0);
        out(&output)
    };
    assert!(table(&["entra.signin"]).contains("    \"token\" VARCHAR,  -- "));
    assert!(table(&["entra.signin", "--dialect", "spark"]).contains("    `token` STRING,  -- "));
    assert!(table(&["entra.signin", "--dialect", "clickhouse"]).contains("    \"token\" Nullable(String),  -- "));
    let all = table(&[]);
    assert_eq!(
        all.matches("CREATE TABLE").count(),
        out(&run(&["catalog", "list"])).split("\n\n").next().unwrap().lines().count()
    );
    let unknown = run(&["catalog", "table", "entra.sigin"]);
    assert!(err(&unknown).contains("did you mean `entra.signin`?"), "{}", err(&unknown));
}
