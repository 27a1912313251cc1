//! The house rules, checked: who may name whom, how files look, which words stand where, whether links lead somewhere.
//!
//! A rule is a function from the tree of files to remarks; each remark names place, reason and remedy. The rules run
//! with the tests (`xtask/tests/tidy.rs`), which also show each rule a sample that it must refuse.

pub mod files;
pub mod imports;
pub mod links;
pub mod rust;
pub mod tree;
pub mod words;

pub use tree::Tree;

use crate::house::House;
use anyhow::Result;
use std::fmt;

/// Something that is not as the house wants it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// The file, relative to the root.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and why it matters.
    pub reason: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}\n    remedy: {}", self.path, self.line, self.reason, self.remedy)
    }
}

type Rule = fn(&Tree) -> Vec<Remark>;

const RULES: &[Rule] = &[
    imports::manifests,
    imports::paths,
    imports::architecture,
    files::heads,
    files::names,
    files::length,
    words::aws,
    words::dialects,
    words::banned,
    words::machine_paths,
    links::targets,
    links::quoted_paths,
];

/// Every remark of every rule, in order of place.
pub fn inspect(tree: &Tree) -> Vec<Remark> {
    let mut remarks: Vec<Remark> = RULES.iter().flat_map(|rule| rule(tree)).collect();
    remarks.sort();
    remarks.dedup();
    remarks
}

/// Inspects the checkout and prints what was found; tells whether it is tidy.
pub fn run(house: &House) -> Result<bool> {
    let tree = Tree::read(&house.root)?;
    let remarks = inspect(&tree);
    for remark in &remarks {
        println!("{remark}");
    }
    println!("tidy: {} files, {} remarks", tree.len(), remarks.len());
    Ok(remarks.is_empty())
}
