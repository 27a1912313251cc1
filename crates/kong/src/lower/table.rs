//! The one table of a source: its routes, what surrounds them, and what it says itself.

use super::scope::Scopes;
use super::{Lowering, answers, route};
use model::chain::OverlayEntry;
use model::id::TableId;
use model::table::{PathNormalization, Table};

pub(super) fn table(at: &mut Lowering<'_>) -> Table {
    let scopes = Scopes::of(at);
    let routes = route::routes(&scopes, at);
    let (global, overlays) = scopes.into_rest();
    Table {
        id: TableId::new("kong/table/main"),
        normalization: PathNormalization {
            decode_unreserved: true,
            decode_all: false,
            resolve_dots: true,
            merge_slashes: true,
            ..PathNormalization::NONE
        },
        routes: routes.into(),
        global,
        // Kong looks for a route before any plugin's access phase; without one it answers 404 at once.
        ring_needs_route: true,
        overlays,
        overlay_entry: OverlayEntry::NextStep,
        answers: answers::answers(at),
        marks: Some(answers::marks(&at.settings.headers)),
    }
}
