//! Tables.

use super::{Pen, answer, policy, route, some, text, unless};
use crate::decode::{At, Given};
use crate::entity::table::{
    Charset, Entry, Marks as WrittenMarks, Normalization, Overlay as WrittenOverlay, Table as Written,
};
use crate::lower::place::{Holder, Places};
use crate::names;
use crate::policy::Step;
use model::chain::{self, Overlay, OverlayEntry, Phase, Who};
use model::quirk::Marks;
use model::table::{PathNormalization, Table};

pub(super) fn table<'g>(table: &'g Table, pen: &mut Pen<'g>) -> Written {
    Written {
        routes: some(route::routes(&table.routes, pen)),
        policies: some(steps(&table.global, Holder::table(table.id.as_str()), pen)),
        policies_need_route: unless(table.ring_needs_route, &false),
        answers: answer::answers(&table.answers),
        messages: table.answers.messages.as_ref().map(answer::message::messages),
        keyed_answers: table.answers.keyed.as_ref().map(|one| answer::keyed::answers_by_key(one, pen)),
        failures_run_all: unless(table.answers.all_steps, &false),
        marks: table.marks.as_ref().map(|one| Given(marks(one))),
        path_normalization: normalization(table.normalization),
        overlays: some(table.overlays.iter().map(|one| At::new(overlay(one, pen))).collect()),
        overlay_entry: entry(table.overlay_entry).map(At::new),
    }
}

fn steps(all: &[chain::Step], holder: Holder<'_>, pen: &mut Pen<'_>) -> Vec<At<Step>> {
    policy::steps(all, holder, &mut Places::default(), pen)
}

fn overlay(one: &Overlay, pen: &mut Pen<'_>) -> WrittenOverlay {
    let names = |routes: &Vec<model::id::RouteId>| {
        routes.iter().map(|id| text(names::name("route", id.as_str()))).collect::<Vec<_>>().into()
    };
    let (consumer, group) = match &one.who {
        Who::Consumer(id) => (Some(text(names::name("consumer", id.as_str()))), None),
        Who::Group(id) => (None, Some(text(names::name("group", id.as_str())))),
    };
    WrittenOverlay {
        consumer,
        group,
        routes: one.routes.as_ref().map(names),
        policies: Some(steps(&one.steps, Holder::client(&one.who), pen)),
    }
}

fn marks(one: &Marks) -> WrittenMarks {
    let said = |plain: &Option<String>| plain.as_deref().map(text);
    WrittenMarks {
        server: said(&one.server),
        via_call: said(&one.via_call),
        via_upstream: said(&one.via_upstream),
        request_id: said(&one.request_id),
        own_latency: said(&one.own_latency),
        proxy_latency: said(&one.proxy_latency),
        upstream_latency: said(&one.upstream_latency),
        upstream_status: said(&one.upstream_status),
        upstream_error: said(&one.upstream_error),
        server_everywhere: unless(one.server_everywhere, &false),
        charset: one.charset.as_ref().map(|one| Charset {
            name: text(&one.name),
            types: one.media_types.iter().map(|name| text(name)).collect::<Vec<_>>().into(),
        }),
    }
}

fn normalization(one: PathNormalization) -> Option<Normalization> {
    let usual = PathNormalization::default();
    (one != usual).then(|| Normalization {
        decode_unreserved: unless(one.decode_unreserved, &usual.decode_unreserved),
        decode_all: unless(one.decode_all, &usual.decode_all),
        resolve_dots: unless(one.resolve_dots, &usual.resolve_dots),
        merge_slashes: unless(one.merge_slashes, &usual.merge_slashes),
        keep_escaped_slashes: unless(one.keep_escaped_slashes, &false),
        cut_end_slash: unless(one.cut_end_slash, &false),
        cut_parameters: unless(one.cut_parameters, &false),
    })
}

fn entry(entry: OverlayEntry) -> Option<Entry> {
    match entry {
        OverlayEntry::NextStep => None,
        OverlayEntry::EndOf(Phase::Rewrite) => Some(Entry::Rewrite),
        OverlayEntry::EndOf(Phase::Access) => Some(Entry::Access),
        OverlayEntry::EndOf(Phase::Endpoint) => Some(Entry::Endpoint),
        OverlayEntry::EndOf(Phase::Response) => Some(Entry::Response),
        OverlayEntry::EndOf(Phase::Log) => Some(Entry::Log),
    }
}
