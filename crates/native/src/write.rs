//! From the model to text: what `translate` prints. Reading it back gives the model again.
//!
//! Defaults are left out. A secret becomes a variable, and the top of the text says which ones must be set.

pub(crate) mod answer;
pub(crate) mod aws;
pub(crate) mod constant;
pub(crate) mod consumer;
mod endpoints;
pub(crate) mod expression;
pub(crate) mod forward;
pub(crate) mod listener;
mod matching;
mod policy;
mod route;
mod secrets;
mod table;
pub(crate) mod trust;
pub(crate) mod upstream;

use crate::decode::{At, Pairs, Text};
use crate::entity::Config;
use crate::names;
use model::Gateway;
use model::endpoint::{Endpoint, HttpEndpoint};
use model::id::UpstreamId;
use secrets::Secrets;
pub use secrets::Variable;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A gateway in the native language.
#[derive(Clone, Debug)]
pub struct Written {
    /// The document.
    pub text: String,
    /// The variables that it refers to. Set, they make it mean what was written.
    pub variables: Vec<Variable>,
    /// What of the gateway has no written form; the text names it too.
    pub gaps: Vec<&'static str>,
}

/// Writes a gateway.
pub fn write(gateway: &Gateway) -> Written {
    let mut pen = Pen {
        secrets: Secrets::default(),
        base: aws::most_common(gateway),
        upstreams: &gateway.upstreams,
        uses: uses(gateway),
        inlined: Vec::new(),
        left_out: BTreeSet::new(),
    };
    let config = config(gateway, &mut pen);
    let body = serde_saphyr::to_string(&config).expect("an entity is made of maps with text keys, lists and scalars");
    let variables = pen.secrets.into_variables();
    let text = format!("{}{}{body}", notes(&pen.left_out), head(&variables));
    Written { text, variables, gaps: pen.left_out.into_iter().collect() }
}

/// What writing learns on its way.
pub(crate) struct Pen<'g> {
    pub(crate) secrets: Secrets,
    /// Region and credentials that are written once for all calls.
    base: aws::Base,
    upstreams: &'g model::gateway::Upstreams,
    /// How many routes use each upstream.
    uses: BTreeMap<&'g UpstreamId, usize>,
    /// Upstreams that stand inside their only route.
    inlined: Vec<&'g UpstreamId>,
    /// What has no written form.
    pub(crate) left_out: BTreeSet<&'static str>,
}

/// Nothing is left out in silence.
fn notes(left_out: &BTreeSet<&'static str>) -> String {
    left_out.iter().map(|what| format!("# Not written, for want of a form: {what}\n")).collect()
}

fn head(variables: &[Variable]) -> String {
    if variables.is_empty() {
        return String::new();
    }
    let mut head = String::from("# Secrets are not written here. Set these environment variables:\n");
    for variable in variables {
        head.push_str(&format!("#   {}: {}\n", variable.name, variable.purpose));
    }
    head
}

fn uses(gateway: &Gateway) -> BTreeMap<&UpstreamId, usize> {
    let mut uses = BTreeMap::new();
    for route in gateway.tables.iter().flat_map(|table| &table.routes) {
        for http in endpoints(&route.endpoint) {
            *uses.entry(&http.upstream).or_insert(0) += 1;
        }
    }
    uses
}

/// The upstreams to which an endpoint leads.
fn endpoints(endpoint: &Endpoint) -> Vec<&HttpEndpoint> {
    match endpoint {
        Endpoint::None | Endpoint::Answer(_) => Vec::new(),
        Endpoint::Http(http) => vec![http],
        Endpoint::Groups(all) => all.groups.iter().flat_map(|group| &group.members).map(|one| &one.http).collect(),
    }
}

fn config<'g>(gateway: &'g Gateway, pen: &mut Pen<'g>) -> Config {
    let ids: Vec<_> = gateway.tables.iter().map(|table| table.id.clone()).collect();
    let mut config = Config {
        listen: listener::listeners(&gateway.listeners, &ids, pen),
        account: aws::base_account(pen),
        consumers: some(gateway.consumers.iter().map(|one| consumer::consumer(one, pen)).collect()),
        ..Config::default()
    };
    match gateway.tables.as_slice() {
        [only] => {
            let table = table::table(only, pen);
            let name = names::name("table", only.id.as_str());
            config.name = (name != "main").then(|| text(name));
            config.routes = table.routes;
            config.policies = table.policies;
            config.policies_need_route = table.policies_need_route;
            config.answers = table.answers;
            config.messages = table.messages;
            config.keyed_answers = table.keyed_answers;
            config.failures_run_all = table.failures_run_all;
            config.marks = table.marks;
            config.path_normalization = table.path_normalization;
            config.overlays = table.overlays;
            config.overlay_entry = table.overlay_entry;
        }
        several => {
            let write = |table| (key(names::name("table", ids_of(table))), table::table(table, pen));
            config.tables = Some(Pairs(several.iter().map(write).collect()));
        }
    }
    config.upstreams = upstreams(gateway, pen);
    config
}

fn ids_of(table: &model::table::Table) -> &str {
    table.id.as_str()
}

/// Those that stand inside no route.
fn upstreams(gateway: &Gateway, pen: &mut Pen<'_>) -> Option<Pairs<crate::entity::upstream::Upstream>> {
    let shared: Vec<_> = gateway.upstreams.iter().filter(|(id, _)| !pen.inlined.contains(id)).collect();
    let mut write = |(id, one): (&model::id::UpstreamId, &model::endpoint::Upstream)| {
        (key(names::name("upstream", id.as_str())), upstream::upstream(one, pen))
    };
    let pairs: Vec<_> = shared.into_iter().map(&mut write).collect();
    (!pairs.is_empty()).then_some(Pairs(pairs))
}

/// A text that stands for itself: what looks like a reference is no reference.
pub(crate) fn text(plain: &str) -> Text {
    At::new(plain.replace("${", "$${"))
}

/// A value in which nothing is a reference.
pub(crate) fn escaped(value: Value) -> Value {
    match value {
        Value::String(plain) => text(&plain).value.into(),
        Value::Array(items) => items.into_iter().map(escaped).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, escaped(value))).collect(),
        other => other,
    }
}

/// A key, in which references have no meaning.
pub(crate) fn key(plain: &str) -> Text {
    At::new(plain.to_owned())
}

pub(crate) fn texts(plain: &[String]) -> Option<crate::decode::OneOrMany<Text>> {
    some(plain.iter().map(|plain| text(plain)).collect()).map(Into::into)
}

/// Texts, unless they are the usual ones.
pub(crate) fn all(plain: &[String], usual: &[&str]) -> Option<crate::decode::OneOrMany<Text>> {
    (plain != usual).then(|| plain.iter().map(|plain| text(plain)).collect::<Vec<_>>().into())
}

/// A list, unless it is empty.
pub(crate) fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

/// A value, unless it is the usual one.
pub(crate) fn unless<T: PartialEq>(value: T, usual: &T) -> Option<At<T>> {
    (value != *usual).then(|| At::new(value))
}

/// The word for a value, unless it is the usual one.
pub(crate) fn word_unless<M: PartialEq, W: From<M>>(value: M, usual: &M) -> Option<At<W>> {
    (value != *usual).then(|| At::new(value.into()))
}

#[cfg(test)]
mod tests;
