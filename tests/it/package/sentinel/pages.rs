//! The pages of the codes: the wrong example gives just that code, the right one none.

use tokentrail::catalog::load;
use tokentrail::check;
use tokentrail::diagnostic::Code;
use tokentrail::source::{Source, Sources};
use tokentrail::syntax;

use super::build;
use crate::check::{check_text, has_errors};

/// The blocks of a page of a kind.
fn examples(code: Code, kind: &str) -> Vec<&'static str> {
    let fence = format!("```{kind}\n");
    let blocks = code.page().split(fence.as_str()).skip(1).map(|block| block.split("```").next().unwrap());
    blocks.collect()
}

/// The codes of what is said when the rules of a text are packaged.
fn codes(text: &str) -> Vec<Code> {
    let (checked, _) = check_text("page.trail", text);
    assert!(!has_errors(&checked), "{text}\n{:#?}", checked.diagnostics);
    let built = build(&checked.plans);
    built.errors.iter().chain(&built.notes).map(|found| found.code).collect()
}

#[test]
fn the_wrong_example_of_each_page_gives_its_code_and_the_right_one_none() {
    let ours = ["E0611", "E0612", "E0613", "E0614", "E0615", "E0616", "E0617", "W0912", "W0913", "W0914"];
    for id in ours {
        let code = Code::parse(id).unwrap();
        let [wrong, right] = examples(code, "text")[..] else { panic!("{id}") };
        assert_eq!(codes(wrong), [code], "{id}");
        // What the YAML has no place for is not what these pages are about.
        let others: Vec<Code> =
            codes(right).into_iter().filter(|found| *found != Code::W0913 || code == Code::W0913).collect();
        assert_eq!(others, [], "{id}");
    }
    // What has no place in the YAML is said as well.
    let [wrong, right] = examples(Code::W0915, "text")[..] else { panic!() };
    assert_eq!(codes(wrong), [Code::W0915, Code::W0913]);
    assert_eq!(codes(right), [Code::W0913]);
}

#[test]
fn a_source_without_a_connector_is_said() {
    let found = examples(Code::W0911, "toml").into_iter().map(|toml| {
        let head = "name = \"acme.signin\"\ntitle = \"T\"\nprovider = \"acme\"\nsummary = \"S\"\ndelay = \"1h\"\n";
        let fields = "[[shape]]\nname = \"s\"\npresent = [\"id\"]\n\
            [fields.time]\nraw = \"t\"\nkql = \"TimeGenerated\"\n[fields.event_id]\nraw = \"id\"\nkql = \"Id\"\n";
        let spl = "[spl]\nmacro = \"acme\"\ndefinition = \"index=acme\"\n";
        let file = format!("{head}{toml}{spl}{fields}");
        let mut sources = Sources::default();
        let id = sources.add(Source::new("acme.toml", file));
        let catalog = load::with_files(load::builtin(), &[id], &sources).unwrap_or_else(|found| panic!("{found:#?}"));
        let rule = "/// T.\nrule r { title \"T\" severity low from acme.signin show event = event_id }";
        let rule = sources.add(Source::new("r.trail", rule));
        let parsed = vec![(rule, syntax::parse(rule, sources.get(rule)))];
        let checked = check::check(parsed, &sources, &catalog, jiff::civil::date(2026, 11, 23));
        assert!(!has_errors(&checked), "{:#?}", checked.diagnostics);
        let built = build(&checked.plans);
        let text = String::from_utf8(built.files[0].contents.clone()).unwrap();
        (built.notes.iter().map(|note| note.code).collect::<Vec<_>>(), text)
    });
    let [(wrong, without), (right, with)] = found.collect::<Vec<_>>().try_into().unwrap();
    assert_eq!((wrong, right), (vec![Code::W0911], vec![]));
    assert!(without.contains("requiredDataConnectors: []\n"), "{without}");
    assert!(with.contains("- connectorId: AcmeSignInConnector\n  dataTypes:\n  - AcmeSignIn_CL\n"), "{with}");
}
