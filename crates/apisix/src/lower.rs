//! What documents mean: settings and objects become one gateway.

mod answers;
mod at;
mod chain;
mod conf;
mod consumer;
mod judged;
mod listener;
mod matching;
mod memory;
mod objects;
mod route;
mod routes;
mod split;
mod table;
mod threads;
mod upstream;

pub(crate) use answers::too_large;
pub(crate) use at::At;
pub(crate) use judged::{Remark, in_environment};
pub(crate) use matching::conditions;
pub use memory::Memory;

use crate::entity::Kind;
use crate::read::{FileKind, Origin, Texts, file_kind};
use crate::settings::{File, Settings, settings};
use dialect::Lowered;
use dialect::resolve::Environment;
use ipnet::IpNet;
use memory::Touched;
use model::Gateway;
use objects::Objects;
use std::net::IpAddr;
use store::{Document, Documents};

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
    let (settings, touched) = memory.follow(documents, environment, allow_missing, &mut texts);
    let (gateway, said) = gateway(memory, &settings, allow_missing, &touched);
    memory.objects.tell(&mut texts);
    said.into_iter().for_each(|said| objects::tell(said, &mut texts));
    Lowered { gateway, findings: texts.into_findings(), broken: memory.objects.broken() }
}

/// What the settings of a source say.
pub fn read_settings(documents: &Documents, environment: &dyn Environment) -> Settings {
    settings(&files(documents.iter()), environment, &mut Texts::default())
}

/// The files with settings, defaults first.
fn files<'d>(documents: impl Iterator<Item = &'d Document> + Clone) -> Vec<File<'d>> {
    let of = |kind: FileKind| {
        let all = documents.clone().filter(move |document| file_kind(&document.key) == Some(kind));
        all.filter_map(|document| Some(File { key: &document.key, text: std::str::from_utf8(&document.bytes).ok()? }))
    };
    of(FileKind::Defaults).chain(of(FileKind::Settings)).collect()
}

fn gateway(
    memory: &mut Memory,
    settings: &Settings,
    allow_missing: &[String],
    touched: &Touched,
) -> (Gateway, Vec<Said>) {
    let Memory { objects, consumers, routes, .. } = memory;
    let at = Lowering { objects, settings, allow_missing };
    if touched.any(&[Kind::Consumers, Kind::Credentials]) {
        *consumers = consumer::consumers(&at);
    }
    routes.follow(&at, touched);
    let mut said: Vec<Said> = routes.said().collect();
    let table = table::table(&at, routes.list().clone(), &mut said);
    let listeners = listener::listeners(&table.id, &at, &mut said);
    let (upstreams, consumers) = (routes.upstreams().clone(), consumers.clone());
    (Gateway { listeners, tables: vec![table], upstreams, consumers }, said)
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
