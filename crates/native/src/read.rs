//! From the file system: a document, and the files that it names.

use crate::findings::Findings;
use crate::names::{beside, is_pem};
use crate::policy::validate::is_json;
use crate::sam;
use crate::tree::{self, Node, Tree};
use dialect::resolve::{Environment, ProcessEnvironment};
use dialect::{ReadError, Source};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What a folder's configuration is called; the first that is there is taken. The last three are names of SAM templates.
const NAMES: [&str; 5] = ["lambdagate.yaml", "lambdagate.yml", "template.yaml", "template.yml", "template.json"];

/// Reads a file, or the configuration of a folder. A file it names that cannot be read is left to `lower` to tell,
/// which knows the place.
pub fn read(path: &Path) -> Result<Vec<Source>, ReadError> {
    let path = find(path)?;
    let main = source(&path)?;
    let mut sources = Vec::new();
    for file in named_files(&main.bytes, &ProcessEnvironment) {
        let key = beside(&main.key, &file);
        sources.extend(source(Path::new(&key)));
    }
    sources.insert(0, main);
    Ok(sources)
}

fn find(path: &Path) -> Result<PathBuf, ReadError> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    NAMES.iter().map(|name| path.join(name)).find(|file| file.is_file()).ok_or_else(|| ReadError::Nothing {
        path: path.display().to_string(),
        remedy: format!("no {} in this folder; write one, or name another file", NAMES.join(" and no ")),
    })
}

fn source(path: &Path) -> Result<Source, ReadError> {
    let key = path.to_string_lossy().into_owned();
    match std::fs::read(path) {
        Ok(bytes) => Ok(Source { key, bytes }),
        Err(cause) => Err(ReadError::Io { path: key, cause }),
    }
}

/// Files named by certificates, keys, authorities, key stores and schemas.
pub(crate) fn named_files(document: &[u8], environment: &dyn Environment) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    let mut findings = Findings::new("");
    let text = String::from_utf8_lossy(document);
    if sam::is_template(&text) {
        return files; // the code that a template names is no configuration
    }
    if let Some(tree) = tree::parse(&text, environment, &mut findings) {
        gather(&tree, &mut files);
    }
    files
}

fn gather(tree: &Tree, files: &mut BTreeSet<String>) {
    match &tree.node {
        Node::List(items) => items.iter().for_each(|item| gather(item, files)),
        Node::Map(entries) => {
            for (key, value) in entries {
                match key.text.as_str() {
                    "certificates" => each(value, &mut |item| {
                        ["chain", "key"].iter().filter_map(|key| item.get(key)).for_each(|name| add(name, files));
                    }),
                    "authorities" | "known" | "public_key" => each(value, &mut |item| add(item, files)),
                    "stores" => each(value, &mut |item| item.get("store").iter().for_each(|name| add(name, files))),
                    "identity" => ["chain", "key", "store"]
                        .iter()
                        .filter_map(|key| value.get(key))
                        .for_each(|name| add(name, files)),
                    "validate" => {
                        ["header", "body"].iter().filter_map(|key| value.get(key)).for_each(|name| add(name, files))
                    }
                    _ => gather(value, files),
                }
            }
        }
        Node::Null | Node::Scalar(_) | Node::Broken => {}
    }
}

fn each(tree: &Tree, work: &mut dyn FnMut(&Tree)) {
    match &tree.node {
        Node::List(items) => items.iter().for_each(work),
        Node::Null | Node::Scalar(_) | Node::Map(_) | Node::Broken => work(tree),
    }
}

fn add(tree: &Tree, files: &mut BTreeSet<String>) {
    if let Node::Scalar(scalar) = &tree.node
        && !is_pem(&scalar.text)
        && !is_json(&scalar.text)
        && !scalar.text.is_empty()
    {
        files.insert(scalar.text.clone());
    }
}
