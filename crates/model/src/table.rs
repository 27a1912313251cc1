//! A table: the routes of one source, and what surrounds them all.

use crate::answer::Answers;
use crate::chain::{Overlay, OverlayEntry, Step};
use crate::id::TableId;
use crate::quirk::Marks;
use crate::route::Route;
use pieces::Pieces;
use serde::Serialize;
use std::sync::Arc;

/// The routes of one source.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table {
    /// Its name, with the source's origin.
    pub id: TableId,
    /// How a path is made comparable before routes are tried.
    pub normalization: PathNormalization,
    /// Routes; among those that match, the highest rank wins, then the earlier one. Shared, so that what does not change
    /// from one gateway to the next need not be made again.
    pub routes: Pieces<Arc<Route>>,
    /// The outer ring: steps around every route, and around the answer when no route is found.
    pub global: Vec<Step>,
    /// The ring's request side leaves alone what no route takes; its response side runs all the same.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ring_needs_route: bool,
    /// Patches of the chain for known clients.
    pub overlays: Vec<Overlay>,
    /// When an overlay takes effect after the client became known.
    pub overlay_entry: OverlayEntry,
    /// What is said when nothing else answered.
    pub answers: Answers,
    /// What every response shows of the gateway; `None`: nothing.
    pub marks: Option<Marks>,
}

impl Table {
    /// An empty table with the native language's rules.
    pub fn new(id: TableId) -> Self {
        Self {
            id,
            normalization: PathNormalization::default(),
            routes: Pieces::new(),
            global: Vec::new(),
            ring_needs_route: false,
            overlays: Vec::new(),
            overlay_entry: OverlayEntry::NextStep,
            answers: Answers::default(),
            marks: None,
        }
    }
}

/// What happens to a request's path before it is compared. The path that is forwarded is told by the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PathNormalization {
    /// `%41` and other needless escapes are decoded (RFC 3986 6.2.2.2); reserved ones stay.
    pub decode_unreserved: bool,
    /// All escapes are decoded, before anything else: `%2F` is a slash, and patterns stand for themselves, without
    /// escapes. Where such a path is sent on as compared, it is escaped again.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub decode_all: bool,
    /// `.` and `..` segments are resolved (RFC 3986 5.2.4).
    pub resolve_dots: bool,
    /// `//` becomes `/`.
    pub merge_slashes: bool,
    /// An escaped slash stays one where all other escapes are decoded: `%2F`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub keep_escaped_slashes: bool,
    /// A slash at the end means nothing, but for the root's.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cut_end_slash: bool,
    /// What follows a `;` in a segment means nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cut_parameters: bool,
}

impl PathNormalization {
    /// The path as the client sent it.
    pub const NONE: Self = Self {
        decode_unreserved: false,
        decode_all: false,
        resolve_dots: false,
        merge_slashes: false,
        keep_escaped_slashes: false,
        cut_end_slash: false,
        cut_parameters: false,
    };
}

impl Default for PathNormalization {
    fn default() -> Self {
        Self { decode_unreserved: true, resolve_dots: true, ..Self::NONE }
    }
}
