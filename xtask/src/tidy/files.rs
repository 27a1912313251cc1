//! How files look: what stands in their first line, what they are called, how long they are.

use super::rust::{Source, is_test_file};
use super::{Remark, Tree};

/// Names that say nothing about the idea inside.
const EMPTY_NAMES: &[&str] = &["utils", "util", "common", "helpers", "helper", "manager", "types", "misc"];

/// The longest a file may be without its tests.
const LONGEST: usize = 400;

/// Every Rust file says its idea in the first line.
pub fn heads(tree: &Tree) -> Vec<Remark> {
    let idea = |text: &str| text.lines().next()?.strip_prefix("//!").map(|idea| !idea.trim().is_empty());
    tree.with_extension("rs")
        .filter(|(_, text)| idea(text) != Some(true))
        .map(|(path, _)| Remark {
            path: path.to_owned(),
            line: 1,
            reason: "the file does not begin with `//!`, so nothing says which one idea lives in it".to_owned(),
            remedy: "begin with `//!` and one sentence; if one sentence is not enough, it is two files".to_owned(),
        })
        .collect()
}

/// No `mod.rs`, and no name that could hold anything.
pub fn names(tree: &Tree) -> Vec<Remark> {
    let judge = |path: &str| {
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        let stem = file.trim_end_matches(".rs");
        let (reason, remedy) = if stem == "mod" {
            let name = folder.rsplit('/').next().unwrap_or(folder);
            (
                "a `mod.rs` hides its name in editors and search".to_owned(),
                format!("call it `{name}.rs` beside `{name}/`"),
            )
        } else if let Some(empty) =
            path.split('/').map(|part| part.trim_end_matches(".rs")).find(|p| EMPTY_NAMES.contains(p))
        {
            (format!("`{empty}` names no idea: such a file gathers many"), "name it after what lives in it".to_owned())
        } else {
            return None;
        };
        Some(Remark { path: path.to_owned(), line: 1, reason, remedy })
    };
    tree.with_extension("rs").filter_map(|(path, _)| judge(path)).collect()
}

/// A file stays short enough to be one idea.
pub fn length(tree: &Tree) -> Vec<Remark> {
    tree.with_extension("rs")
        .filter(|(path, _)| !is_test_file(path))
        .filter_map(|(path, text)| {
            let lines = Source::of(text).test_lines.iter().filter(|test| !**test).count();
            (lines > LONGEST).then(|| Remark {
                path: path.to_owned(),
                line: LONGEST,
                reason: format!("{lines} lines without tests, where {LONGEST} are the most: it is more than one idea"),
                remedy: "give each idea a file of its own, in a folder beside this one".to_owned(),
            })
        })
        .collect()
}
