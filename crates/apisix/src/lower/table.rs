//! The one table of a source: its routes, what surrounds them, and what it says itself.

use super::{Lowering, Said, answers, chain};
use model::chain::{OverlayEntry, Phase};
use model::id::TableId;
use model::route::Route;
use model::table::{PathNormalization, Table};
use pieces::Pieces;
use std::sync::Arc;

pub(super) fn table(at: &Lowering<'_>, routes: Pieces<Arc<Route>>, said: &mut Vec<Said>) -> Table {
    Table {
        normalization: PathNormalization {
            decode_unreserved: true,
            decode_all: true,
            resolve_dots: true,
            merge_slashes: true,
        },
        routes,
        global: chain::global(at, said),
        overlays: chain::overlays(at, said),
        overlay_entry: OverlayEntry::EndOf(Phase::Rewrite),
        answers: answers::answers(),
        marks: Some(answers::marks(at.settings)),
        ..Table::new(TableId::new("apisix/table/main"))
    }
}
