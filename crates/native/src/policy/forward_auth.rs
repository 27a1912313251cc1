//! `forward-auth`: a server that says whether a request may pass.

use super::Around;
use super::fields;
use super::request_text::{Holds, Pieces};
use super::server::{self, Asked};
use crate::decode::{At, OneOrMany, Pairs, Text, entity, said};
use crate::lower::{Lowering, answer, header};
use crate::write::{Pen, texts, unless};
use model::policy::{self, Policy};

entity! {
    /// Who is asked, what he is told, and what becomes of his answer. A status below 300 lets pass.
    ForwardAuth {
        /// Who is asked: a URL, or more about it. He is told method, scheme, host, target and address of the client as
        /// `X-Forwarded-…`.
        server: Asked,
        /// Whether the request's body goes along, by POST; false without it.
        body: Option<At<bool>>,
        /// Headers of the client that go along.
        along: Option<OneOrMany<Text>>,
        /// Further headers; they may hold variables: `$remote_addr`.
        headers: Option<Pairs<Pieces>>,
        /// Headers of the answer that those behind get instead of the client's.
        upstream: Option<OneOrMany<Text>>,
        /// Headers of an answer that refuses, for the client.
        client: Option<OneOrMany<Text>>,
        /// Whether requests pass while nobody answers; false without it.
        open: Option<At<bool>>,
        /// The status of those that do not; 403 without it.
        away: Option<At<u16>>,
    }
}

const AWAY: u16 = 403;

pub(crate) fn lower(written: &At<ForwardAuth>, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    Some(Policy::ForwardAuth(Box::new(policy::ForwardAuth {
        server: server::lower(&written.server, at),
        post: said(&written.body, false),
        along: header::names(written.along.as_ref(), &[], at),
        extra: fields::pairs(&written.headers, Holds::Variables, at),
        upstream: header::names(written.upstream.as_ref(), &[], at),
        client: header::names(written.client.as_ref(), &[], at),
        open: said(&written.open, false),
        away: written.away.as_ref().map_or(AWAY, |code| answer::status(code, at)),
    })))
}

pub(crate) fn write(one: &policy::ForwardAuth, pen: &mut Pen<'_>) -> ForwardAuth {
    ForwardAuth {
        server: server::write(&one.server, pen),
        body: unless(one.post, &false),
        along: texts(&one.along),
        headers: fields::write_pairs(&one.extra, Holds::Variables),
        upstream: texts(&one.upstream),
        client: texts(&one.client),
        open: unless(one.open, &false),
        away: unless(one.away, &AWAY),
    }
}
