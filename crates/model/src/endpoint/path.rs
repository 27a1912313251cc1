//! The path that an upstream sees.

use serde::Serialize;

/// What becomes of the path on its way to an upstream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PathRule {
    /// What is taken off, and what put in front.
    pub rewrite: PathRewrite,
    /// How the two meet.
    pub seam: Seam,
    /// The path goes on as the table's normalization makes it; the query is never touched.
    pub normalized: bool,
}

impl PathRule {
    /// The client's path, byte for byte.
    pub const KEEP: Self = Self { rewrite: PathRewrite::Keep, seam: Seam::Slash, normalized: false };
}

impl From<PathRewrite> for PathRule {
    fn from(rewrite: PathRewrite) -> Self {
        Self { rewrite, ..Self::KEEP }
    }
}

/// The path an upstream sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum PathRewrite {
    /// The client's path.
    Keep,
    /// `prefix` in front of what follows the part that the route matched (all of the path if the route has none).
    StripMatched {
        /// Put in front; `/` at least.
        prefix: String,
    },
    /// `prefix` in front of the whole path.
    Prepend {
        /// Put in front.
        prefix: String,
    },
}

/// How a prefix and the rest of a path meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Seam {
    /// In one slash; a prefix alone ends without.
    Slash,
    /// In one slash; a prefix alone ends in one if the client's path does. The path `/` leaves the prefix as it is.
    LikeRequest,
    /// In as many as they have, two becoming one; the slash at the beginning of a whole path goes.
    Glued,
}
