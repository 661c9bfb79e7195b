//! Files of lists: which ones the rules and the settings name, and their texts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::input;
use super::settings::Loaded;
use crate::check::{Elsewhere, ListFiles, TextFile, Unreadable};
use crate::settings::ListFile;
use crate::source::{Source, SourceId, Sources};
use crate::syntax::{self, ast};

/// Reads the files of all lists. A path is read from the folder of the file that names it.
pub fn read(parsed: &[(SourceId, syntax::Parsed)], loaded: &Loaded, sources: &mut Sources) -> ListFiles {
    let mut files = ListFiles::default();
    let settings = &loaded.settings;
    let items = parsed.iter().flat_map(|(id, parsed)| parsed.file.items.iter().map(|item| (*id, item)));
    for (id, item) in items {
        let ast::Item::List(list) = item else { continue };
        let name = &list.name.node;
        let set = settings.lists.get(name).and_then(|(_, list)| list.from.file.as_ref());
        let path = match (&list.body, set) {
            // What the settings say of a list in the rule file itself is refused there.
            (ast::ListBody::Inline(_), _) | (ast::ListBody::Watchlist { .. }, None) => continue,
            (ast::ListBody::File { .. } | ast::ListBody::Watchlist { .. }, Some(set)) => loaded.folder.join(&set.value),
            (ast::ListBody::File { path, .. }, None) => beside(&sources.get(id).path, &path.node),
        };
        if !files.lists.contains_key(name) {
            files.lists.insert(name.clone(), text_file(&path, sources));
        }
    }
    for (alias, (_, ListFile { file, .. })) in &settings.watchlists {
        if let Some(file) = file {
            files.watchlists.insert(alias.clone(), text_file(&loaded.folder.join(&file.value), sources));
        }
    }
    files
}

fn beside(rule_file: &str, path: &str) -> PathBuf {
    let folder = if rule_file == input::STDIN { None } else { Path::new(rule_file).parent() };
    folder.unwrap_or(Path::new("")).join(path)
}

fn text_file(path: &Path, sources: &mut Sources) -> TextFile {
    let content = input::read_text(path)
        .map(|text| sources.add(Source::new(input::shown(path), text)))
        .map_err(|problem| Unreadable { reason: problem.message, help: problem.help });
    TextFile { path: input::shown(path), content }
}

/// What the rule files below a folder define: settings may name what a run does not read.
pub fn names_below(folder: &Path) -> Elsewhere {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let (mut found, mut elsewhere) = (BTreeMap::new(), Elsewhere::default());
    if input::collect(folder, &["trail"], &mut found, &mut Vec::new()).is_err() {
        return elsewhere;
    }
    for path in found.into_keys() {
        let Ok(text) = input::read_text(&path) else { continue };
        let mut sources = Sources::default();
        let id = sources.add(Source::new(input::shown(&path), text));
        let parsed = syntax::parse(id, sources.get(id));
        elsewhere.rules.extend(parsed.broken.iter().cloned());
        elsewhere.lists.extend(parsed.broken);
        for item in parsed.file.items {
            match item {
                ast::Item::Rule(rule) => drop(elsewhere.rules.insert(rule.name.node)),
                ast::Item::List(list) => {
                    if let ast::ListBody::Watchlist { alias, .. } = list.body {
                        elsewhere.watchlists.insert(alias.node);
                    }
                    elsewhere.lists.insert(list.name.node);
                }
                ast::Item::View(_) | ast::Item::Test(_) => {}
            }
        }
    }
    elsewhere
}
