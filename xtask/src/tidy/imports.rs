//! Which crate of the house may name which: one table, held against Cargo.toml, against paths in code, and against
//! the table that ARCHITECTURE.md shows.

use super::rust::{Source, identifiers};
use super::{Remark, Tree};
use std::collections::BTreeSet;

/// The ground: crates that every crate above them may name.
const GROUND: &[&str] = &["pieces", "expr", "telemetry", "net", "model"];

/// What a crate may name.
enum May {
    /// These and no other.
    Only(&'static [&'static str]),
    /// The ground, and these.
    Ground(&'static [&'static str]),
    /// Every crate of the house.
    All,
}

const TABLE: &[(&str, May)] = &[
    ("pieces", May::Only(&[])),
    ("expr", May::Only(&[])),
    ("telemetry", May::Only(&[])),
    ("net", May::Only(&[])),
    ("model", May::Only(&["pieces", "expr"])),
    ("lambda", May::Ground(&[])),
    ("policy", May::Ground(&["lambda"])),
    ("proxy", May::Ground(&["policy"])),
    ("store", May::Only(&["pieces", "net"])),
    ("dialect", May::Ground(&["store"])),
    ("kong", May::Ground(&["dialect", "store"])),
    ("apisix", May::Ground(&["dialect", "store"])),
    ("gravitee", May::Ground(&["dialect", "store"])),
    ("native", May::Ground(&["dialect", "store"])),
    ("emulator", May::Ground(&["lambda"])),
    ("lambdagate", May::All),
    ("xtask", May::Only(&[])),
];

impl May {
    fn name(&self, krate: &str) -> bool {
        match self {
            Self::Only(list) => list.contains(&krate),
            Self::Ground(list) => GROUND.contains(&krate) || list.contains(&krate),
            Self::All => true,
        }
    }

    /// As the table of ARCHITECTURE.md says it.
    fn text(&self) -> String {
        let quoted = |list: &[&str]| list.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        match self {
            Self::Only([]) => "nothing".to_owned(),
            Self::Only(list) => quoted(list),
            Self::Ground([]) => "ground".to_owned(),
            Self::Ground(list) => format!("ground, {}", quoted(list)),
            Self::All => "all".to_owned(),
        }
    }
}

fn row(krate: &str) -> Option<&'static May> {
    TABLE.iter().find(|(name, _)| *name == krate).map(|(_, may)| may)
}

fn is_house(krate: &str) -> bool {
    row(krate).is_some()
}

/// Dependencies in each Cargo.toml follow the table.
pub fn manifests(tree: &Tree) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for (path, text) in tree.with_extension("toml") {
        let Some(krate) = path.strip_suffix("/Cargo.toml").and_then(crate_of_folder) else { continue };
        let Some(may) = row(krate) else {
            remarks.push(Remark {
                path: path.to_owned(),
                line: 1,
                reason: format!(
                    "the crate `{krate}` has no row in the import table, so nobody decided what it may name"
                ),
                remedy: "give it a row in xtask/src/tidy/imports.rs and in ARCHITECTURE.md".to_owned(),
            });
            continue;
        };
        for (line, named) in dependencies(text) {
            if is_house(&named) && !may.name(&named) {
                remarks.push(forbidden(path, line, krate, &named, may));
            }
        }
    }
    remarks
}

/// Paths in code follow the table too, however the dependency came to be there.
pub fn paths(tree: &Tree) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for (path, text) in tree.with_extension("rs") {
        let Some(krate) = crate_of_file(path) else { continue };
        let Some(may) = row(krate) else { continue };
        let source = Source::of(text);
        for (at, line) in source.code.lines().enumerate() {
            for named in heads(line) {
                let foreign = named != krate && is_house(named) && !may.name(named);
                if foreign && !has_module(tree, krate, named, &source.code) {
                    remarks.push(forbidden(path, at + 1, krate, named, may));
                }
            }
        }
    }
    remarks
}

/// ARCHITECTURE.md shows the same table.
pub fn architecture(tree: &Tree) -> Vec<Remark> {
    const PAGE: &str = "ARCHITECTURE.md";
    let Some(text) = tree.text(PAGE) else { return Vec::new() };
    let missing = |krate: &str, may: &May| {
        let wanted = format!("| `{krate}` | {} |", may.text());
        (!text.lines().any(|line| line.starts_with(&wanted))).then(|| Remark {
            path: PAGE.to_owned(),
            line: 1,
            reason: format!("the code map does not say what `{krate}` may name as the import table does"),
            remedy: format!("its row begins with `{wanted}`"),
        })
    };
    TABLE.iter().filter_map(|(krate, may)| missing(krate, may)).collect()
}

fn forbidden(path: &str, line: usize, krate: &str, named: &str, may: &May) -> Remark {
    Remark {
        path: path.to_owned(),
        line,
        reason: format!("`{krate}` names `{named}`; the import table lets it name: {}", may.text()),
        remedy: format!(
            "take what is needed as a value or a trait that both may name; or, if the plan itself is \
                         wrong, change the rows in xtask/src/tidy/imports.rs and ARCHITECTURE.md for `{krate}`"
        ),
    }
}

fn crate_of_folder(folder: &str) -> Option<&str> {
    match folder.split_once('/') {
        None if folder == "xtask" => Some(folder),
        Some(("crates", krate)) if !krate.contains('/') => Some(krate),
        _ => None,
    }
}

fn crate_of_file(path: &str) -> Option<&str> {
    let mut parts = path.split('/');
    match parts.next()? {
        "crates" => parts.next(),
        "xtask" => Some("xtask"),
        _ => None,
    }
}

/// The packages that a Cargo.toml depends on, with their lines.
fn dependencies(manifest: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut inside = false;
    for (at, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_end_matches(']');
            inside = section.ends_with("dependencies");
            if let Some((kind, name)) = section.rsplit_once('.')
                && kind.ends_with("dependencies")
            {
                found.push((at + 1, name.to_owned()));
            }
            continue;
        }
        if inside && let Some((key, value)) = line.split_once('=') {
            let name = key.split('.').next().unwrap_or(key).trim().trim_matches('"');
            found.push((at + 1, renamed(value).unwrap_or(name).to_owned()));
        }
    }
    found
}

/// `model` of `{ package = "model", path = "…" }`.
fn renamed(value: &str) -> Option<&str> {
    let (_, rest) = value.split_once("package")?;
    rest.trim_start().strip_prefix('=')?.trim_start().strip_prefix('"')?.split('"').next()
}

/// The first segments of paths: `model` of `model::call::Call` and of `use model;`.
fn heads(line: &str) -> impl Iterator<Item = &str> {
    identifiers(line).filter_map(move |(start, word)| {
        let before = line[..start].trim_end();
        let after = line[start + word.len()..].trim_start();
        let at_head = !before.ends_with("::") || before.trim_end_matches("::").ends_with([' ', '(', '<', '{', ',']);
        let at_head = at_head && !before.ends_with('.');
        let imported = before.ends_with("extern crate") || (before == "use" && after.starts_with(';'));
        ((after.starts_with("::") && at_head) || imported).then_some(word)
    })
}

/// Whether the crate has a module of its own with that name, which such a path then means.
fn has_module(tree: &Tree, krate: &str, name: &str, code: &str) -> bool {
    let declared: BTreeSet<String> = [format!("mod {name} {{"), format!("mod {name};")].into();
    let folder = if krate == "xtask" { "xtask/src".to_owned() } else { format!("crates/{krate}/src") };
    let is_file = |path: &str| path.starts_with(&folder) && path.ends_with(&format!("/{name}.rs"));
    declared.iter().any(|text| code.contains(text)) || tree.files().any(|(path, _)| is_file(path))
}
