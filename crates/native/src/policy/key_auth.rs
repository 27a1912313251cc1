//! `key-auth`: a key that names the client.

use super::Around;
use super::challenge::{self, Challenged, OfRealm};
use super::identity::{self, Told};
use super::refusals::{self, Refusals};
use crate::decode::{At, Given, OneOrMany, Text, entity, said, values};
use crate::lower::{Lowering, header};
use crate::write::{all, texts, unless};
use model::policy::{self, Case, Challenge, Policy};

entity! {
    /// Where the key is looked for, and what follows.
    KeyAuth {
        /// Header names in order; `x-api-key` without it.
        headers: Option<OneOrMany<Text>>,
        /// Query parameters in order, after the headers.
        query: Option<OneOrMany<Text>>,
        /// Members of a form or JSON object in the body, in order, after the parameters.
        body: Option<OneOrMany<Text>>,
        /// Whether the places of one name are looked at together, then those of the next name; false without it.
        by_name: Option<At<bool>>,
        /// Whether the key is taken off before anyone behind sees it; true without it.
        hide: Option<At<bool>>,
        /// Whether an `OPTIONS` request needs a key too; true without it.
        preflight: Option<At<bool>>,
        /// The consumer that a client without a valid key is; without it such a client is refused.
        anonymous: Option<Text>,
        /// How those behind learn who it is; `false`: not at all.
        identity: Option<Told>,
        /// What the key is for: `WWW-Authenticate` of a refusal is then `Key realm="…"`, else `Key`.
        realm: Option<Text>,
        /// `WWW-Authenticate` of a refusal in full.
        challenge: Option<Challenged>,
        /// What a refusal says: `absent`, `several`, `unknown`.
        refusals: Option<Refusals>,
    }
}

const HEADERS: &[&str] = &["x-api-key"];
const CASES: &[Case] = &[Case::Absent, Case::Several, Case::Unknown];

fn challenges() -> (Challenge, OfRealm) {
    (Challenge::of("Key"), |realm| Challenge::of(format!("Key realm=\"{realm}\"")))
}

pub(crate) fn lower(written: &Given<KeyAuth>, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let written = &written.0;
    let auth = policy::KeyAuth {
        headers: header::names(written.headers.as_ref(), HEADERS, at),
        query: values(&written.query),
        body: values(&written.body),
        by_name: said(&written.by_name, false),
        hide: said(&written.hide, true),
        preflight: said(&written.preflight, true),
        anonymous: identity::stand_in(&written.anonymous, at),
        identity: identity::lower(&written.identity, at),
        challenge: challenge::lower(&written.realm, &written.challenge, challenges(), at),
        refusals: refusals::lower(&written.refusals, CASES, at),
    };
    Some(Policy::KeyAuth(Box::new(auth)))
}

pub(crate) fn write(one: &policy::KeyAuth) -> KeyAuth {
    let (realm, challenge) = challenge::write(&one.challenge, challenges());
    KeyAuth {
        headers: all(&one.headers, HEADERS),
        query: texts(&one.query),
        body: texts(&one.body),
        by_name: unless(one.by_name, &false),
        hide: unless(one.hide, &true),
        preflight: unless(one.preflight, &true),
        anonymous: identity::write_stand_in(&one.anonymous),
        identity: identity::write(&one.identity),
        realm,
        challenge,
        refusals: refusals::write(&one.refusals),
    }
}
