//! Tables: the routes of a document, and what surrounds them.

use super::place::{Holder, Places};
use super::{Lowering, answer, judge, policy, route};
use crate::decode::{At, OneOrMany, Text};
use crate::entity::Config;
use crate::entity::table::{
    Entry, Marks as WrittenMarks, Normalization, Overlay as WrittenOverlay, Table as WrittenTable,
};
use crate::names;
use crate::policy::Step;
use model::chain::{Overlay, OverlayEntry, Phase, Who};
use model::id::{ConsumerId, GroupId, RouteId, TableId};
use model::quirk::{Charset, Marks};
use model::table::{PathNormalization, Table};
use std::sync::Arc;

/// The document's own table, and those in `tables`.
pub(super) fn tables(config: &Config, at: &mut Lowering<'_>) -> Vec<Table> {
    let own = WrittenTable {
        routes: config.routes.clone(),
        policies: config.policies.clone(),
        policies_need_route: config.policies_need_route.clone(),
        answers: config.answers.clone(),
        messages: config.messages.clone(),
        keyed_answers: config.keyed_answers.clone(),
        failures_run_all: config.failures_run_all.clone(),
        marks: config.marks.clone(),
        path_normalization: config.path_normalization.clone(),
        overlays: config.overlays.clone(),
        overlay_entry: config.overlay_entry.clone(),
    };
    let says_nothing = own.routes.is_none()
        && own.policies.is_none()
        && own.policies_need_route.is_none()
        && own.answers.is_none()
        && own.messages.is_none()
        && own.keyed_answers.is_none()
        && own.failures_run_all.is_none()
        && own.marks.is_none()
        && own.path_normalization.is_none()
        && own.overlays.is_none()
        && own.overlay_entry.is_none()
        && config.name.is_none();
    let mut tables = Vec::new();
    if config.tables.is_none() || !says_nothing {
        let name = config.name.as_ref().map_or("main", |name| name);
        tables.push(table(name, &own, at));
    }
    for (name, written) in config.tables.iter().flat_map(|tables| &tables.0) {
        let table = table(name, written, at);
        if tables.iter().any(|other: &Table| other.id == table.id) {
            at.invalid(&name.spot, format!("the table {:?} stands twice", name.value));
        }
        tables.push(table);
    }
    if let Some(first) = tables.first_mut() {
        let overlays = personal(config, first, at);
        first.overlays.extend(overlays);
    }
    tables
}

fn table(name: &str, written: &WrittenTable, at: &mut Lowering<'_>) -> Table {
    let (routes, spots) = route::routes(written.routes.as_deref().unwrap_or_default(), at);
    judge::shadowed(&routes, &spots, at);
    let mut table = Table::new(TableId::new(names::id("table", name)));
    table.normalization = normalization(written.path_normalization.as_ref());
    table.routes = routes.into_iter().map(Arc::new).collect();
    let id = table.id.to_string();
    table.global = list(written.policies.as_deref(), Holder::table(&id), at);
    table.ring_needs_route = written.policies_need_route.as_ref().is_some_and(|flag| flag.value);
    table.overlay_entry = entry(written.overlay_entry.as_ref().map(|entry| entry.value));
    table.answers = answer::answers(written.answers.as_ref(), at);
    table.answers.messages = written.messages.as_ref().map(|written| answer::message::messages(written, at));
    table.answers.keyed =
        written.keyed_answers.as_ref().map(|written| Box::new(answer::keyed::answers_by_key(written, at)));
    table.answers.all_steps = written.failures_run_all.as_ref().is_some_and(|flag| flag.value);
    table.marks = written.marks.as_ref().map(|written| marks(&written.0));
    for written in written.overlays.iter().flatten() {
        let overlay = overlay(written, &table, at);
        table.overlays.extend(overlay);
    }
    table
}

fn list(written: Option<&[At<Step>]>, holder: Holder<'_>, at: &mut Lowering<'_>) -> Vec<model::chain::Step> {
    policy::steps(written.unwrap_or_default(), holder, &mut Places::default(), at)
}

fn marks(written: &WrittenMarks) -> Marks {
    let said = |text: &Option<Text>| text.as_ref().map(|text| text.value.clone());
    Marks {
        server: said(&written.server),
        via_call: said(&written.via_call),
        via_upstream: said(&written.via_upstream),
        request_id: said(&written.request_id),
        own_latency: said(&written.own_latency),
        proxy_latency: said(&written.proxy_latency),
        upstream_latency: said(&written.upstream_latency),
        upstream_status: said(&written.upstream_status),
        upstream_error: said(&written.upstream_error),
        server_everywhere: written.server_everywhere.as_ref().is_some_and(|flag| flag.value),
        charset: written.charset.as_ref().map(|one| Charset {
            name: one.name.value.clone(),
            media_types: one.types.all().iter().map(|text| text.to_ascii_lowercase()).collect(),
        }),
    }
}

fn normalization(written: Option<&Normalization>) -> PathNormalization {
    let usual = PathNormalization::default();
    let Some(written) = written else { return usual };
    PathNormalization {
        decode_unreserved: written.decode_unreserved.as_ref().map_or(usual.decode_unreserved, |flag| flag.value),
        decode_all: written.decode_all.as_ref().map_or(usual.decode_all, |flag| flag.value),
        resolve_dots: written.resolve_dots.as_ref().map_or(usual.resolve_dots, |flag| flag.value),
        merge_slashes: written.merge_slashes.as_ref().map_or(usual.merge_slashes, |flag| flag.value),
        keep_escaped_slashes: written.keep_escaped_slashes.as_ref().is_some_and(|flag| flag.value),
        cut_end_slash: written.cut_end_slash.as_ref().is_some_and(|flag| flag.value),
        cut_parameters: written.cut_parameters.as_ref().is_some_and(|flag| flag.value),
    }
}

fn entry(written: Option<Entry>) -> OverlayEntry {
    match written {
        None | Some(Entry::NextStep) => OverlayEntry::NextStep,
        Some(Entry::Rewrite) => OverlayEntry::EndOf(Phase::Rewrite),
        Some(Entry::Access) => OverlayEntry::EndOf(Phase::Access),
        Some(Entry::Endpoint) => OverlayEntry::EndOf(Phase::Endpoint),
        Some(Entry::Response) => OverlayEntry::EndOf(Phase::Response),
        Some(Entry::Log) => OverlayEntry::EndOf(Phase::Log),
    }
}

fn overlay(written: &At<WrittenOverlay>, table: &Table, at: &mut Lowering<'_>) -> Option<Overlay> {
    let who = match (&written.consumer, &written.group) {
        (Some(name), None) => consumer(name, at),
        (None, Some(name)) => group(name, at),
        (Some(text), Some(_)) => {
            at.invalid(&text.spot, "an overlay is for a consumer or for a group; write two of them");
            return None;
        }
        (None, None) => {
            at.incomplete(&written.spot, "an overlay says for whom it is: consumer or group");
            return None;
        }
    };
    let routes = written.routes.as_ref().map(|routes| known_routes(routes, table, at));
    let steps = list(written.policies.as_deref(), Holder::client(&who), at);
    Some(Overlay { who, routes, steps })
}

/// What consumers and groups say of themselves, as overlays of the first table.
fn personal(config: &Config, table: &Table, at: &mut Lowering<'_>) -> Vec<Overlay> {
    let mut overlays = Vec::new();
    for (name, written) in config.groups.iter().flat_map(|groups| &groups.0) {
        let who = group(name, at);
        let routes = written.routes.as_ref().map(|routes| known_routes(routes, table, at));
        let steps = list(written.policies.as_deref(), Holder::client(&who), at);
        overlays.push(Overlay { who, routes, steps });
    }
    for written in config.consumers.iter().flatten() {
        let Some(policies) = &written.policies else {
            if let Some(text) = written.routes.as_ref().and_then(|routes| routes.all().first()) {
                at.invalid(&text.spot, "routes says where a consumer's policies hold, and it has none");
            }
            continue;
        };
        let id = names::id("consumer", written.id.as_ref().unwrap_or(&written.name));
        let routes = written.routes.as_ref().map(|routes| known_routes(routes, table, at));
        let who = Who::Consumer(ConsumerId::new(id));
        let steps = list(Some(policies), Holder::client(&who), at);
        overlays.push(Overlay { who, routes, steps });
    }
    overlays
}

fn consumer(name: &Text, at: &mut Lowering<'_>) -> Who {
    let id = names::id("consumer", name);
    if !at.consumers.contains(&id) {
        let known = at.consumers.clone();
        at.unknown(&name.spot, "consumer", name, known.iter().map(|id| names::name("consumer", id)));
    }
    Who::Consumer(ConsumerId::new(id))
}

fn group(name: &Text, at: &mut Lowering<'_>) -> Who {
    let id = names::id("group", name);
    if !at.groups.contains(&id) {
        let message = "no consumer belongs to this group, so its policies never run";
        at.findings.say(dialect::Faith::Ignored, &name.spot, message);
    }
    Who::Group(GroupId::new(id))
}

fn known_routes(written: &OneOrMany<Text>, table: &Table, at: &mut Lowering<'_>) -> Vec<RouteId> {
    let mut routes = Vec::new();
    for name in written.all() {
        let id = RouteId::new(names::id("route", name));
        if !table.routes.iter().any(|route| route.id == id) {
            at.unknown(&name.spot, "route", name, table.routes.iter().map(|r| names::name("route", r.id.as_str())));
        }
        routes.push(id);
    }
    routes
}
