//! Names of files for other machines: below the root of the repository, with forward slashes, as part of a URI.

use std::fmt::Write;

/// The folders that paths are seen from. Both are absolute.
#[derive(Clone, Debug, Default)]
pub struct Folders {
    /// Where the program runs: paths that users give start here.
    pub here: String,
    /// The root of the repository: paths that are written start here.
    pub root: String,
}

/// Where a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum File {
    /// Below the root.
    Below(String),
    /// Anywhere else, from the root of the disk.
    Elsewhere(String),
    /// On no disk: standard input, the command line.
    Nowhere,
}

impl Folders {
    /// Where the file of a path is. Nothing is asked of the disk.
    #[must_use]
    pub fn find(&self, path: &str) -> File {
        if path.starts_with('<') && path.ends_with('>') {
            return File::Nowhere;
        }
        let path = forward(path);
        let absolute = if is_absolute(&path) { path } else { format!("{}/{path}", forward(&self.here)) };
        let root = forward(&self.root);
        let (path, root) = (parts(&absolute), parts(&root));
        match path.strip_prefix(root.as_slice()) {
            Some(rest) if !rest.is_empty() => File::Below(rest.join("/")),
            _ => File::Elsewhere(format!("/{}", path.join("/"))),
        }
    }

    /// The path of a file as GitHub and JUnit take it, where it has one.
    #[must_use]
    pub fn path(&self, path: &str) -> Option<String> {
        match self.find(path) {
            File::Below(path) | File::Elsewhere(path) => Some(path),
            File::Nowhere => None,
        }
    }
}

/// Backslashes part folders on Windows, and are letters like others elsewhere.
fn forward(path: &str) -> String {
    if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() }
}

fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || (cfg!(windows) && path.get(1..3) == Some(":/"))
}

/// The parts of a path without `.` and `..`.
fn parts(path: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts
}

/// A path as part of a URI.
#[must_use]
pub fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn below(path: &str) -> File {
        File::Below(path.to_owned())
    }

    #[test]
    fn paths_start_from_the_root_of_the_repository() {
        let folders = Folders { here: "/builds/repo/siem".to_owned(), root: "/builds/repo/".to_owned() };
        assert_eq!(folders.find("rules/a.trail"), below("siem/rules/a.trail"));
        assert_eq!(folders.find("./rules//x/../a.trail"), below("siem/rules/a.trail"));
        assert_eq!(folders.find("../a.trail"), below("a.trail"));
        assert_eq!(folders.find("/builds/repo/b.trail"), below("b.trail"));
        assert_eq!(folders.find("../../other/a.trail"), File::Elsewhere("/builds/other/a.trail".to_owned()));
        assert_eq!(
            folders.find("/builds/repository/b.trail"),
            File::Elsewhere("/builds/repository/b.trail".to_owned())
        );
        assert_eq!(folders.find("<stdin>"), File::Nowhere);
    }

    #[test]
    fn what_a_uri_may_not_hold_is_encoded_byte_by_byte() {
        assert_eq!(encoded("a b/ü%:#?.trail"), "a%20b/%C3%BC%25%3A%23%3F.trail");
    }
}
