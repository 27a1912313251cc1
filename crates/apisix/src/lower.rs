//! What documents mean: settings and objects become one gateway.

mod answers;
mod at;
mod chain;
mod conf;
mod consumer;
mod judged;
mod listener;
mod matching;
mod objects;
mod route;
mod table;
mod upstream;

pub(crate) use answers::too_large;
pub(crate) use at::At;
pub(crate) use judged::{Remark, in_environment};
pub use objects::Memory;

use crate::read::{FileKind, Origin, Texts, file_kind};
use crate::settings::{File, Settings, settings};
use dialect::Lowered;
use dialect::resolve::Environment;
use ipnet::IpNet;
use model::Gateway;
use objects::Objects;
use std::net::IpAddr;
use store::Documents;

/// What lowering looks at.
pub(crate) struct Lowering<'a> {
    pub(crate) objects: &'a Objects,
    pub(crate) settings: &'a Settings,
    /// Plugins that may be absent although they guard.
    pub(crate) allow_missing: &'a [String],
}

/// What the documents of a source mean. What was made of unchanged objects is taken from the memory, and is what would be
/// made anew.
pub fn lower(
    documents: &Documents,
    environment: &dyn Environment,
    allow_missing: &[String],
    memory: &mut Memory,
) -> Lowered {
    let mut texts = Texts::default();
    let settings = settings(&files(documents), environment, &mut texts);
    memory.settle(&settings, allow_missing, environment.revision());
    let mut objects = Objects::of(documents, &settings, environment, memory, &mut texts);
    let gateway = gateway(&mut objects, &settings, allow_missing, memory);
    let broken = std::mem::take(&mut objects.broken);
    objects.tell(&mut texts);
    Lowered { gateway, findings: texts.into_findings(), broken }
}

/// What the settings of a source say.
pub fn read_settings(documents: &Documents, environment: &dyn Environment) -> Settings {
    settings(&files(documents), environment, &mut Texts::default())
}

/// The files with settings, defaults first.
fn files(documents: &Documents) -> Vec<File<'_>> {
    let of = |kind: FileKind| {
        let all = documents.iter().filter(move |document| file_kind(&document.key) == Some(kind));
        all.filter_map(|document| Some(File { key: &document.key, text: std::str::from_utf8(&document.bytes).ok()? }))
    };
    of(FileKind::Defaults).chain(of(FileKind::Settings)).collect()
}

fn gateway(objects: &mut Objects, settings: &Settings, allow_missing: &[String], memory: &mut Memory) -> Gateway {
    let mut at = Lowering { objects, settings, allow_missing };
    let consumers = consumer::consumers(&at);
    let mut said = Vec::new();
    let (table, upstreams) = table::table(&mut at, memory, &mut said);
    let listeners = listener::listeners(&table.id, &at, &mut said);
    objects.said.extend(said);
    Gateway { listeners, tables: vec![table], upstreams: upstreams.into(), consumers }
}

/// A remark with the object that it is about; without one it is about the source.
pub(crate) type Said = (Option<Origin>, Remark);

/// The name of something of this source in the model.
pub(crate) fn name(kind: &str, id: &str) -> String {
    format!("apisix/{kind}/{id}")
}

/// Networks and single addresses; what is neither is left out, since schemas see to it.
pub(crate) fn networks(texts: &[String]) -> Vec<IpNet> {
    texts.iter().filter_map(|text| text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))).collect()
}

/// A status with its words, as nginx writes them on its pages.
pub(crate) fn status_line(status: u16) -> String {
    let words = match status {
        302 => "Found",
        408 => "Request Time-out",
        413 => "Request Entity Too Large",
        414 => "Request-URI Too Large",
        416 => "Requested Range Not Satisfiable",
        503 => "Service Temporarily Unavailable",
        504 => "Gateway Time-out",
        other => http::StatusCode::from_u16(other).ok().and_then(|status| status.canonical_reason()).unwrap_or(""),
    };
    format!("{status} {words}").trim_end().to_owned()
}
