//! The one table of a source: its routes, what surrounds them, and what it says itself.

use super::objects::Memory;
use super::{Lowering, Said, answers, chain, route};
use model::chain::{OverlayEntry, Phase};
use model::endpoint::Upstream;
use model::id::{TableId, UpstreamId};
use model::table::{PathNormalization, Table};
use std::collections::BTreeMap;

pub(super) fn table(
    at: &mut Lowering<'_>,
    memory: &mut Memory,
    said: &mut Vec<Said>,
) -> (Table, BTreeMap<UpstreamId, Upstream>) {
    let (routes, upstreams) = route::routes(at, memory, said);
    let table = Table {
        normalization: PathNormalization {
            decode_unreserved: true,
            decode_all: true,
            resolve_dots: true,
            merge_slashes: true,
        },
        routes: routes.into(),
        global: chain::global(at, said),
        overlays: chain::overlays(at, said),
        overlay_entry: OverlayEntry::EndOf(Phase::Rewrite),
        answers: answers::answers(),
        marks: Some(answers::marks(at.settings)),
        ..Table::new(TableId::new("apisix/table/main"))
    };
    (table, upstreams)
}
