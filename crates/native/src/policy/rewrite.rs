//! `rewrite`: what those behind the gateway see of a request.

use super::Around;
use super::fields::{self, Fields};
use super::request_text::{self, Holds, Pieces};
use super::substitution::{self, Substitution};
use crate::decode::{At, Either, OneOrMany, Text, entity, said};
use crate::lower::{Lowering, matching};
use crate::write::text;
use model::policy::{self, PathSource, Policy};

entity! {
    /// What an upstream sees. Of `path`, `paths` and `received_path` it has one at most; without any the path is the
    /// client's, decoded and escaped again. The client's query stays.
    Rewrite {
        /// The path; it may hold variables, and a query of its own: `/v2$uri`.
        path: Option<Pieces>,
        /// What is made of the path by the first of these that finds something.
        paths: Option<OneOrMany<Substitution>>,
        /// Whether the path is the client's as it was received; false without it.
        received_path: Option<At<bool>>,
        /// The method.
        method: Option<Text>,
        /// The `Host`; it may hold variables.
        host: Option<Pieces>,
        /// Header fields; `$1` is what `paths` captured.
        headers: Option<Fields>,
    }
}

/// The path, or more about it.
pub(crate) type Written = Either<Text, At<Rewrite>>;

pub(crate) fn lower(written: &Written, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let short;
    let written = match written {
        Either::First(path) => {
            short = At {
                value: Rewrite { path: Some(Either::First(path.clone())), ..Rewrite::default() },
                spot: path.spot.clone(),
            };
            &short
        }
        Either::Second(full) => full,
    };
    Some(Policy::Rewrite(Box::new(policy::Rewrite {
        path: path(written, at),
        method: written.method.as_ref().map(|text| matching::method(text, &text.spot, at)),
        host: written.host.as_ref().map(|host| request_text::lower(host, Holds::Variables, at)),
        headers: fields::lower(&written.headers, Holds::Captures, at),
    })))
}

fn path(written: &At<Rewrite>, at: &mut Lowering<'_>) -> PathSource {
    match (&written.path, &written.paths, said(&written.received_path, false)) {
        (None, None, false) => PathSource::Normal,
        (None, None, true) => PathSource::Received,
        (Some(path), None, false) => PathSource::Text(request_text::lower(path, Holds::Variables, at)),
        (None, Some(paths), false) => {
            PathSource::FirstOf(paths.all().iter().map(|one| substitution::lower(one, at)).collect())
        }
        _ => {
            at.incomplete(&written.spot, "a path comes from one of \"path\", \"paths\" and \"received_path\"");
            PathSource::Normal
        }
    }
}

pub(crate) fn write(one: &policy::Rewrite) -> Written {
    let mut written = Rewrite {
        method: one.method.as_deref().map(text),
        host: one.host.as_ref().map(|host| request_text::write(host, Holds::Variables)),
        headers: fields::write(&one.headers, Holds::Captures),
        ..Rewrite::default()
    };
    let only_path = written.method.is_none() && written.host.is_none() && written.headers.is_none();
    match &one.path {
        PathSource::Normal => {}
        PathSource::Received => written.received_path = Some(At::new(true)),
        PathSource::FirstOf(paths) => {
            written.paths = Some(paths.iter().map(substitution::write).collect::<Vec<_>>().into());
        }
        PathSource::Text(path) => match request_text::write(path, Holds::Variables) {
            Either::First(text) if only_path => return Either::First(text),
            pieces => written.path = Some(pieces),
        },
    }
    Either::Second(At::new(written))
}
