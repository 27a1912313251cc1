//! From entities to the model: fills in what was left out, and judges what cannot be meant.

pub(crate) mod answer;
pub(crate) mod aws;
pub(crate) mod constant;
pub(crate) mod consumer;
pub(crate) mod endpoints;
pub(crate) mod expression;
pub(crate) mod file;
pub(crate) mod forward;
pub(crate) mod header;
mod judge;
pub(crate) mod listener;
pub(crate) mod matching;
pub(crate) mod pem;
pub(crate) mod place;
mod policy;
pub(crate) mod rank;
pub(crate) mod route;
mod table;
pub(crate) mod trust;
pub(crate) mod upstream;

use crate::decode::{Decode, Decoder, nearest};
use crate::entity::Config;
use crate::findings::{Findings, Spot};
use crate::names;
use crate::read::named_files;
use crate::sam;
use crate::tree;
use dialect::resolve::Environment;
use dialect::{Lowered, merge::merge};
use model::Gateway;
use model::endpoint::Upstream;
use model::id::UpstreamId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::{Document, Documents};

/// What the documents mean. A document with anything invalid in it means nothing at all: half a configuration could
/// leave a door open that the other half shuts.
pub fn lower(documents: &Documents, environment: &dyn Environment) -> Lowered {
    let files: Files<'_> = documents.iter().map(|d| (d.key.as_str(), &d.bytes[..])).collect();
    let (mut gateways, mut findings, mut broken) = (Vec::new(), Vec::new(), Vec::new());
    for document in main_documents(documents, environment) {
        let mut remarks = Findings::new(&document.key);
        let gateway = lower_document(document, &files, environment, &mut remarks);
        if remarks.any_invalid() {
            broken.push(document.key.clone());
        } else {
            gateways.extend(gateway);
        }
        findings.extend(remarks.into_list());
    }
    Lowered { gateway: merge(gateways), findings, broken }
}

/// The functions that templates among the documents declare; none of a template that [`lower`] takes for broken.
pub fn functions(documents: &Documents, environment: &dyn Environment) -> Vec<sam::Function> {
    let mut functions = Vec::new();
    for document in main_documents(documents, environment) {
        let Ok(text) = std::str::from_utf8(&document.bytes) else { continue };
        let mut remarks = Findings::new(&document.key);
        if sam::is_template(text)
            && let Some(meaning) = sam::lower(text, environment, &mut remarks)
            && !remarks.any_invalid()
        {
            functions.extend(meaning.functions);
        }
    }
    functions
}

/// Documents that are configuration; the others are files that those name.
fn main_documents<'d>(documents: &'d Documents, environment: &dyn Environment) -> Vec<&'d Document> {
    let is_yaml = |d: &&Document| [".yaml", ".yml", ".json"].iter().any(|end| d.key.ends_with(end));
    let named: Vec<&Document> = documents.iter().filter(is_yaml).collect();
    if named.len() > 1 {
        return without_schemas(named, environment);
    }
    if !named.is_empty() {
        return named;
    }
    // A file given by another name: PEM begins a line, where YAML would have to indent or quote it.
    let begins = |d: &Document| String::from_utf8_lossy(&d.bytes).lines().any(|line| line.starts_with("-----BEGIN "));
    documents.iter().filter(|d| !begins(d) && !is_store(&d.bytes)).collect()
}

/// A schema that another document names is none of them, though it ends as they do.
fn without_schemas<'d>(documents: Vec<&'d Document>, environment: &dyn Environment) -> Vec<&'d Document> {
    let files = |d: &&Document| {
        named_files(&d.bytes, environment).into_iter().map(|file| names::beside(&d.key, &file)).collect::<Vec<_>>()
    };
    let schemas: BTreeSet<String> = documents.iter().flat_map(files).collect();
    documents.into_iter().filter(|d| !schemas.contains(&d.key)).collect()
}

/// A PKCS#12 store or a JKS.
fn is_store(bytes: &[u8]) -> bool {
    matches!(bytes, [0x30, 0x80..=0x84, ..] | [0xfe, 0xed, 0xfe, 0xed, ..])
}

fn lower_document(
    document: &Document,
    files: &Files<'_>,
    environment: &dyn Environment,
    findings: &mut Findings,
) -> Option<Gateway> {
    let Ok(text) = std::str::from_utf8(&document.bytes) else {
        findings.invalid(&Spot::default(), "this is no UTF-8 text");
        return None;
    };
    if sam::is_template(text) {
        return sam::lower(text, environment, findings).map(|meaning| meaning.gateway);
    }
    let tree = tree::parse(text, environment, findings)?;
    let config = Config::decode(&tree, &mut Decoder::new(findings))?;
    let mut lowering = Lowering {
        findings,
        files,
        account: aws::Base::default(),
        upstreams: BTreeMap::new(),
        consumers: BTreeSet::new(),
        groups: BTreeSet::new(),
        access: BTreeSet::new(),
    };
    Some(gateway(&config, &mut lowering))
}

/// Contents of the documents by key.
type Files<'a> = BTreeMap<&'a str, &'a [u8]>;

/// What is known while one document is lowered.
pub(crate) struct Lowering<'a> {
    pub(crate) findings: &'a mut Findings,
    files: &'a Files<'a>,
    /// Region and credentials of calls that say nothing else.
    account: aws::Base,
    /// Upstreams so far; routes add their own.
    upstreams: BTreeMap<UpstreamId, Upstream>,
    /// Ids of the known clients.
    pub(crate) consumers: BTreeSet<String>,
    /// Groups that anyone belongs to.
    groups: BTreeSet<String>,
    /// Groups by which anyone may have access.
    pub(crate) access: BTreeSet<String>,
}

impl Lowering<'_> {
    pub(crate) fn invalid(&mut self, spot: &Spot, message: impl Into<String>) {
        self.findings.invalid(spot, message);
    }

    /// Says that a value is wrong, unless that follows from what was said about a part of it.
    pub(crate) fn incomplete(&mut self, spot: &Spot, message: impl Into<String>) {
        if !self.findings.blames(&spot.path) {
            self.findings.invalid(spot, message);
        }
    }

    /// Says that a name is not known, and which one may be meant.
    pub(crate) fn unknown<'k>(
        &mut self,
        spot: &Spot,
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'k str>,
    ) {
        // It may be called by one that could not be read.
        if self.findings.blames(&format!("{what}s")) {
            return;
        }
        let known: Vec<&str> = known.into_iter().collect();
        let hint = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean {near:?}?"),
            None if known.is_empty() => format!("there is no {what} here"),
            None => format!("there are: {}", known.join(", ")),
        };
        self.invalid(spot, format!("no {what} is called {name:?}; {hint}"));
    }
}

fn gateway(config: &Config, at: &mut Lowering<'_>) -> Gateway {
    at.account = aws::base(config.account.as_ref(), at);
    let consumers = consumer::consumers(config, at).into_iter().map(Arc::new).collect();
    for (name, upstream) in config.upstreams.iter().flat_map(|all| &all.0) {
        let upstream = upstream::upstream(upstream, at);
        at.upstreams.insert(UpstreamId::new(names::id("upstream", name)), upstream);
    }
    let tables = table::tables(config, at);
    let ids: Vec<_> = tables.iter().map(|table| table.id.clone()).collect();
    let listeners = listener::listeners(config, &ids, at);
    Gateway { listeners, tables, upstreams: std::mem::take(&mut at.upstreams).into(), consumers }
}
