//! Golden cases of a dialect: documents, a line of dashes, the model they mean, a line of dashes, the findings about them.
//!
//! `=== NAME` begins a further document, `# env NAME=value` sets a variable. What an empty source means is left out of the
//! model, and so is what is like everywhere. `UPDATE_GOLDEN=1` rewrites the cases.

#![allow(clippy::unwrap_used, reason = "a test stops at what is not there")]

mod show;

use crate::{Lowered, Source};
use model::Gateway;
use serde::Serialize;
use show::Show;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use store::{Document, Documents, Revision};

const DASHES: &str = "----------------------------------------";

/// The cases of a folder and the language they are written in.
pub struct Golden<'g> {
    /// The folder of the `.case` files.
    pub folder: &'g Path,
    /// The fewest there are: a folder that was lost is not a test that passes.
    pub least: usize,
    /// What the language reads when nobody wrote anything.
    pub empty: &'g [Source],
    /// The documents of a case, which are files as they stand there.
    pub read: &'g dyn Fn(&str) -> Vec<Source>,
    /// What documents mean.
    pub lower: &'g dyn Fn(&World) -> Lowered,
    /// What more is to be shown of a case behind its model, and asserted about it.
    pub also: &'g dyn Fn(&World, &Lowered) -> Result<String, String>,
}

/// What a case is about.
pub struct World {
    /// Its file name.
    pub name: String,
    /// Its text.
    pub input: String,
    /// Its documents.
    pub documents: Documents,
    /// Its variables.
    pub environment: BTreeMap<String, String>,
}

impl World {
    /// The values of lines such as `# allow-missing opa`.
    pub fn words<'w>(&'w self, key: &'w str) -> impl Iterator<Item = &'w str> {
        self.input.lines().filter_map(move |line| line.strip_prefix("# ")?.strip_prefix(key)?.strip_prefix(' '))
    }
}

/// Those of the names that stand in no case of a folder.
pub fn without_case<'n>(folder: &Path, names: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
    let cases = std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap());
    let inputs: Vec<String> = cases.map(|case| case.split(DASHES).next().unwrap_or_default().to_owned()).collect();
    let stands = |name: &str| inputs.iter().any(|input| input.contains(name));
    names.into_iter().filter(|name| !stands(name)).collect()
}

/// A document as a store holds it.
pub fn document(source: &Source) -> Document {
    let revision = Revision::default();
    Document {
        key: source.key.clone(),
        bytes: source.bytes.clone().into(),
        created: revision,
        modified: revision,
        expires: None,
    }
}

/// The files of a case: the first has this name, the others say theirs.
pub fn files(input: &str, main: &str) -> Vec<Source> {
    let mut parts = input.split("\n=== ");
    let mut sources = vec![source(main, parts.next().unwrap_or_default())];
    sources.extend(parts.map(|part| {
        let (key, text) = part.split_once('\n').unwrap_or((part, ""));
        source(key, text)
    }));
    sources
}

/// A whole model as text.
pub fn show(gateway: &Gateway) -> String {
    Show::without(&Gateway::default()).text(gateway)
}

/// Something beside the model as text, under its name; nothing when it is empty.
pub fn show_more(name: &str, value: impl Serialize) -> String {
    show::more(name, value)
}

/// A file.
pub fn source(key: &str, text: &str) -> Source {
    Source { key: key.to_owned(), bytes: text.as_bytes().to_vec() }
}

impl Golden<'_> {
    /// Every case means what it says, or a panic that shows those that do not.
    pub fn check(&self) {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(self.folder).unwrap().map(|e| e.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|end| end == "case"));
        paths.sort();
        assert!(paths.len() >= self.least, "only {} cases", paths.len());
        let usual = self.lowered(&self.world("empty", "", self.empty.to_vec()));
        let wrong: Vec<String> = paths.iter().filter_map(|path| self.case(path, &usual).err()).collect();
        assert!(wrong.is_empty(), "{}\n\nUPDATE_GOLDEN=1 rewrites the cases", wrong.join("\n\n"));
    }

    fn case(&self, path: &Path, usual: &Lowered) -> Result<(), String> {
        let current = std::fs::read_to_string(path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy();
        let input = current.split(&format!("\n{DASHES}\n")).next().unwrap().trim_end();
        let world = self.world(&name, input, (self.read)(input));
        let lowered = self.lowered(&world);
        let meaning = Show::without(&usual.gateway).text(&lowered.gateway) + &(self.also)(&world, &lowered)?;
        let made = format!("{input}\n{DASHES}\n{meaning}{DASHES}\n{}", findings(&lowered, usual, &world.documents));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(path, &made).unwrap();
            return Ok(());
        }
        if current == made { Ok(()) } else { Err(format!("{name} is now:\n{made}")) }
    }

    fn world(&self, name: &str, input: &str, sources: Vec<Source>) -> World {
        let set = input.lines().filter_map(|line| line.strip_prefix("# env ")?.split_once('='));
        World {
            name: name.to_owned(),
            input: input.to_owned(),
            documents: sources.iter().map(document).collect(),
            environment: set.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        }
    }

    fn lowered(&self, world: &World) -> Lowered {
        let lowered = (self.lower)(world);
        let again = (self.lower)(world);
        assert_eq!(lowered.gateway, again.gateway, "{}: lowering is not pure", world.name);
        lowered
    }
}

fn findings(lowered: &Lowered, usual: &Lowered, documents: &Documents) -> String {
    let mut text = String::new();
    let is_usual = |message: &str| usual.findings.iter().any(|usual| usual.message == message);
    for finding in lowered.findings.iter().filter(|finding| !is_usual(&finding.message)) {
        let source = documents.find(&finding.place.document);
        text.push_str(&finding.render(source.and_then(|source| std::str::from_utf8(&source.bytes).ok())));
        if !finding.place.path.is_empty() {
            text.push_str(&format!("\n     at {}", finding.place.path));
        }
        text.push('\n');
    }
    text
}
