//! The one table of a source: its routes, what surrounds them, and what it says itself.

use super::{Lowering, Said, answers, chain, listener, matching};
use crate::plugin::words;
use model::chain::{OverlayEntry, Phase, Step, StepRank};
use model::id::{Slot, TableId};
use model::policy::{Case, Policy, Refuse};
use model::predicate::Vars;
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
            keep_escaped_slashes: at.settings.paths.keep_escaped_slashes,
            cut_end_slash: at.settings.paths.cut_end_slash,
            cut_parameters: at.settings.paths.cut_parameters,
        },
        routes,
        global: before(at).into_iter().chain(chain::global(at, said)).collect(),
        overlays: chain::overlays(at, said),
        overlay_entry: OverlayEntry::EndOf(Phase::Rewrite),
        answers: answers::answers(),
        marks: Some(answers::marks(at.settings)),
        ..Table::new(TableId::new("apisix/table/main"))
    }
}

/// What is asked of every request first.
fn before(at: &Lowering<'_>) -> Vec<Step> {
    let paths = at.settings.paths.cut_parameters.then(|| Step {
        slot: Slot::new("normalize_uri_like_servlet"),
        rank: StepRank { phase: Phase::Rewrite, order: i64::MIN },
        precedence: 0,
        predicate: None,
        policy: Policy::Refuse(Box::new(Refuse {
            rules: vec![(veiled(), Case::Invalid)],
            refusals: words::pages([(Case::Invalid, 400)]),
        })),
    });
    listener::demands(at).into_iter().chain(paths).collect()
}

/// A path that would be another one for who cuts parameters off: a segment without name, of dots, or with an escaped
/// separator before its `;`.
fn veiled() -> Vars {
    let pattern = r"/(?:\.{1,2};|;[^/]*/|(?:%2e){1,2};|[^/;]*%(?:2f|5c)[^/;]*;)";
    let rule = serde_json::json!([["uri", "~*", pattern]]);
    matching::conditions(Some(&rule)).expect("the condition is well formed")
}
