//! `redirect`: sends clients elsewhere.

use super::Around;
use super::request_text::{self, Holds, Pieces};
use super::substitution::{self, Substitution};
use crate::decode::{At, Either, Text, entity, said};
use crate::lower::{Lowering, answer};
use crate::write::{text, unless};
use http::StatusCode;
use model::policy::{self, Policy, RedirectTo};

entity! {
    /// Where clients are sent, and how; one of `to`, `path` and `https`.
    Redirect {
        /// There; it may hold variables: `https://example.com$request_uri`.
        to: Option<Pieces>,
        /// To what this makes of the path; a path in which nothing is found goes on.
        path: Option<Substitution>,
        /// To the same host and target by https: `true`, or more about it. Requests by https go on.
        https: Option<Either<At<bool>, Https>>,
        /// The status; 302 without it. By https GET and HEAD are answered 301 and others 308.
        status: Option<At<u16>>,
        /// What the body says; the status without it.
        message: Option<Text>,
        /// Whether what may not stand in a URL is escaped; false without it.
        escape: Option<At<bool>>,
        /// Whether the request's query is appended; false without it.
        append_query: Option<At<bool>>,
    }
}

entity! {
    /// To https.
    Https {
        /// The port, where it is not the usual one.
        port: Option<At<u16>>,
        /// What the body says with 301; the status without it.
        moved: Option<Text>,
        /// What it says with 308; the status without it.
        kept: Option<Text>,
    }
}

/// Where to, or more about it.
pub(crate) type Written = Either<Text, At<Redirect>>;

const STATUS: u16 = 302;

/// `302 Found`.
fn words(status: u16) -> String {
    StatusCode::from_u16(status).map(|status| status.to_string()).unwrap_or_default()
}

pub(crate) fn lower(written: &Written, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let full = match written {
        Either::First(text) => {
            let to = RedirectTo::Text(request_text::lower(&Either::First(text.clone()), Holds::Variables, at));
            let message = words(STATUS);
            let redirect = policy::Redirect { to, status: STATUS, message, escape: false, append_query: false };
            return Some(Policy::Redirect(Box::new(redirect)));
        }
        Either::Second(full) => full,
    };
    let status = full.status.as_ref().map_or(STATUS, |code| answer::status(code, at));
    Some(Policy::Redirect(Box::new(policy::Redirect {
        to: to(full, at)?,
        status,
        message: value_or(&full.message, status),
        escape: said(&full.escape, false),
        append_query: said(&full.append_query, false),
    })))
}

fn value_or(written: &Option<Text>, status: u16) -> String {
    written.as_ref().map_or_else(|| words(status), |text| text.value.clone())
}

fn to(written: &At<Redirect>, at: &mut Lowering<'_>) -> Option<RedirectTo> {
    let wanted = match &written.https {
        Some(Either::First(flag)) => flag.value,
        Some(Either::Second(_)) => true,
        None => false,
    };
    match (&written.to, &written.path, wanted) {
        (Some(to), None, false) => Some(RedirectTo::Text(request_text::lower(to, Holds::Variables, at))),
        (None, Some(path), false) => Some(RedirectTo::Path(substitution::lower(path, at))),
        (None, None, true) => {
            let (port, moved, kept) = match &written.https {
                Some(Either::Second(https)) => (&https.port, &https.moved, &https.kept),
                _ => (&None, &None, &None),
            };
            let messages = [value_or(moved, 301), value_or(kept, 308)];
            Some(RedirectTo::Https { port: port.as_ref().map(|port| port.value), messages })
        }
        _ => {
            at.incomplete(&written.spot, "clients are sent one way: \"to\", \"path\" or \"https: true\"");
            None
        }
    }
}

pub(crate) fn write(one: &policy::Redirect) -> Written {
    let mut written = Redirect {
        status: unless(one.status, &STATUS),
        message: (one.message != words(one.status)).then(|| text(&one.message)),
        escape: unless(one.escape, &false),
        append_query: unless(one.append_query, &false),
        ..Redirect::default()
    };
    let plain = one.status == STATUS && written.message.is_none() && !one.escape && !one.append_query;
    match &one.to {
        RedirectTo::Text(to) => match request_text::write(to, Holds::Variables) {
            Either::First(text) if plain => return Either::First(text),
            pieces => written.to = Some(pieces),
        },
        RedirectTo::Path(path) => written.path = Some(substitution::write(path)),
        RedirectTo::Https { port, messages: [moved, kept] } => {
            let said = |message: &String, status| (*message != words(status)).then(|| text(message));
            let https = Https { port: port.map(At::new), moved: said(moved, 301), kept: said(kept, 308) };
            let usual = https.port.is_none() && https.moved.is_none() && https.kept.is_none();
            written.https = Some(if usual { Either::First(At::new(true)) } else { Either::Second(https) });
        }
    }
    Either::Second(At::new(written))
}
