//! The pages behind `explain`: each has its sections, and the examples of the syntax pages do what they say.

use tokentrail::diagnostic::Code;
use tokentrail::source::{Source, Sources};
use tokentrail::syntax::parse;

/// The codes that parsing a text gives.
fn syntax_codes(text: &str) -> Vec<Code> {
    let mut sources = Sources::default();
    let id = sources.add(Source::new("page.trail", text));
    parse(id, sources.get(id)).diagnostics.iter().map(|found| found.code).collect()
}

/// Runs the examples of the pages of some codes through whatever finds their codes, and gives what is wrong with them.
fn wrong_pages(codes: &[Code], find: impl Fn(&str) -> Vec<Code>) -> Vec<String> {
    let mut complaints = Vec::new();
    for code in codes {
        let Some((wrong, right)) = examples(code.page()) else { continue };
        let found = (find(wrong), find(right));
        if found != (vec![*code], vec![]) {
            complaints.push(format!("{}: {found:?}", code.id()));
        }
    }
    complaints
}

/// The two `trail` examples of a page, where it has them.
fn examples(page: &str) -> Option<(&str, &str)> {
    let mut blocks = page.split("```trail\n").skip(1).map(|block| block.split("```").next().unwrap_or_default());
    Some((blocks.next()?, blocks.next()?))
}

#[test]
fn the_examples_of_the_syntax_pages_give_their_code_and_none() {
    let codes: Vec<Code> = Code::ALL.iter().copied().filter(|code| code.id().starts_with("E01")).collect();
    assert!(codes.iter().filter(|code| examples(code.page()).is_some()).count() >= 9);
    assert_eq!(wrong_pages(&codes, syntax_codes), Vec::<String>::new());
}

#[test]
fn each_page_starts_with_its_code_and_describes_it() {
    for code in Code::ALL {
        let (page, id) = (code.page(), code.id());
        assert!(page.starts_with(&format!("# {id} ")), "the heading of {id}");
        let description =
            page.split("\n## Wrong").next().unwrap_or_default().lines().skip(2).map(str::len).sum::<usize>();
        assert!(description > 60, "the description of {id}");
    }
}

#[test]
fn each_syntax_page_has_a_wrong_and_a_right_section() {
    for code in Code::ALL.iter().filter(|code| code.id().starts_with("E01")) {
        let page = code.page();
        assert!(page.contains("\n## Wrong\n") && page.contains("\n## Right\n"), "the sections of {}", code.id());
    }
}
