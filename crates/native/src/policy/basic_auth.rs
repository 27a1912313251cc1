//! `basic-auth`: name and password that name the client.

use super::Around;
use super::challenge::{self, Challenged, OfRealm};
use super::identity::{self, Told};
use super::refusals::{self, Refusals};
use crate::decode::{At, Given, OneOrMany, Text, entity, said};
use crate::lower::{Lowering, header};
use crate::write::{all, unless};
use model::policy::{self, Case, Challenge, Policy};

entity! {
    /// Where name and password are looked for, and what follows.
    BasicAuth {
        /// Header names in order, the first that is there counts; `authorization` without it.
        headers: Option<OneOrMany<Text>>,
        /// Whether the credential is taken off before anyone behind sees it; true without it.
        hide: Option<At<bool>>,
        /// Whether an `OPTIONS` request needs a credential too; true without it.
        preflight: Option<At<bool>>,
        /// The consumer that a client without a valid credential is; without it such a client is refused.
        anonymous: Option<Text>,
        /// How those behind learn who it is; `false`: not at all.
        identity: Option<Told>,
        /// What name and password are for: `WWW-Authenticate` of a refusal is `Basic realm="…"`; `service` without it.
        realm: Option<Text>,
        /// `WWW-Authenticate` of a refusal in full.
        challenge: Option<Challenged>,
        /// What a refusal says: `absent`, `unreadable`, `unknown`.
        refusals: Option<Refusals>,
    }
}

const HEADERS: &[&str] = &["authorization"];
const CASES: &[Case] = &[Case::Absent, Case::Unreadable, Case::Unknown];

fn challenges() -> (Challenge, OfRealm) {
    let of_realm: OfRealm = |realm| Challenge::of(format!("Basic realm=\"{realm}\""));
    (of_realm("service"), of_realm)
}

pub(crate) fn lower(written: &Given<BasicAuth>, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let written = &written.0;
    let auth = policy::BasicAuth {
        headers: header::names(written.headers.as_ref(), HEADERS, at),
        hide: said(&written.hide, true),
        preflight: said(&written.preflight, true),
        anonymous: identity::stand_in(&written.anonymous, at),
        identity: identity::lower(&written.identity, at),
        challenge: challenge::lower(&written.realm, &written.challenge, challenges(), at),
        refusals: refusals::lower(&written.refusals, CASES, at),
    };
    Some(Policy::BasicAuth(Box::new(auth)))
}

pub(crate) fn write(one: &policy::BasicAuth) -> BasicAuth {
    let (realm, challenge) = challenge::write(&one.challenge, challenges());
    BasicAuth {
        headers: all(&one.headers, HEADERS),
        hide: unless(one.hide, &true),
        preflight: unless(one.preflight, &true),
        anonymous: identity::write_stand_in(&one.anonymous),
        identity: identity::write(&one.identity),
        realm,
        challenge,
        refusals: refusals::write(&one.refusals),
    }
}
