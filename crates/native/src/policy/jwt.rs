//! `jwt`: a signed token that names the client.

use super::Around;
use super::challenge::{self, Challenged, OfRealm};
use super::identity::{self, Told};
use super::refusals::{self, Refusals};
use crate::decode::{At, Given, Lasting, OneOrMany, Text, entity, said, values, words};
use crate::lower::{Lowering, header};
use crate::write::{all, text, texts, unless};
use model::policy::{self, Case, Challenge, Policy, RegisteredClaim};

entity! {
    /// Where the token is looked for, what must hold of it, and what follows. Whose keys sign is said by `tokens` of
    /// the consumers.
    Jwt {
        /// Header names, where the token stands behind `Bearer`; `authorization` without it.
        headers: Option<OneOrMany<Text>>,
        /// Query parameters.
        query: Option<OneOrMany<Text>>,
        /// Cookies.
        cookies: Option<OneOrMany<Text>>,
        /// Whether header fields, query and cookies are looked through in this order and the first token counts; without
        /// it, or if false, there may be but one.
        in_order: Option<At<bool>>,
        /// Whether a header field without `Bearer` is a token too; false without it.
        bare: Option<At<bool>>,
        /// The claim, or field of the token's head, that names the key; `iss` without it.
        key_claim: Option<Text>,
        /// Whether shared secrets are written in base64; false without it.
        base64_secrets: Option<At<bool>>,
        /// Claims about time that must be there and hold; `exp` without it. Those that are there hold in any case.
        claims: Option<OneOrMany<At<Claim>>>,
        /// Whether no other claim is looked at than those in `claims`; false without it.
        lenient: Option<At<bool>>,
        /// The longest time that a token may still be valid; any without it.
        longest: Option<At<Lasting>>,
        /// Whether the token is taken off before anyone behind sees it; false without it.
        hide: Option<At<bool>>,
        /// Whether an `OPTIONS` request needs a token too; true without it.
        preflight: Option<At<bool>>,
        /// The consumer that a client without a valid token is; without it such a client is refused.
        anonymous: Option<Text>,
        /// How those behind learn who it is; `false`: not at all.
        identity: Option<Told>,
        /// What the token is for: `WWW-Authenticate` of a refusal is then `Bearer realm="…"`, else `Bearer`.
        realm: Option<Text>,
        /// `WWW-Authenticate` of a refusal in full.
        challenge: Option<Challenged>,
        /// What a refusal says: `absent`, `several`, `unreadable`, `no_key_claim`, `bad_key_claim`, `unknown_key`,
        /// `algorithm`, `bad_key`, `signature`, `claims`.
        refusals: Option<Refusals>,
    }
}

words! {
    /// A claim about time.
    Claim = RegisteredClaim {
        /// Not after.
        "exp" Expires,
        /// Not before.
        "nbf" NotBefore,
    }
}

const HEADERS: &[&str] = &["authorization"];
const CASES: &[Case] = &[
    Case::Absent,
    Case::Several,
    Case::Unreadable,
    Case::NoKeyClaim,
    Case::BadKeyClaim,
    Case::UnknownKey,
    Case::Algorithm,
    Case::BadKey,
    Case::Signature,
    Case::Claims,
];

fn challenges() -> (Challenge, OfRealm) {
    (policy::Jwt::default().challenge, challenge::bearer)
}

pub(crate) fn lower(written: &Given<Jwt>, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let (written, usual) = (&written.0, policy::Jwt::default());
    let claims = |claims: &OneOrMany<At<Claim>>| claims.all().iter().map(|word| word.value.into()).collect();
    let claims = written.claims.as_ref().map_or(usual.claims, claims);
    if let Some(longest) = written.longest.as_ref().filter(|_| !claims.contains(&RegisteredClaim::Expires)) {
        at.invalid(&longest.spot, "only tokens that end can be judged by it; let \"claims\" have exp");
    }
    let jwt = policy::Jwt {
        headers: header::names(written.headers.as_ref(), HEADERS, at),
        query: values(&written.query),
        cookies: values(&written.cookies),
        in_order: said(&written.in_order, false),
        bare: said(&written.bare, false),
        key_claim: written.key_claim.as_ref().map_or(usual.key_claim, |name| name.value.clone()),
        base64_secrets: said(&written.base64_secrets, false),
        claims,
        lenient: said(&written.lenient, false),
        longest: written.longest.as_ref().map(|longest| longest.0),
        hide: said(&written.hide, false),
        preflight: said(&written.preflight, true),
        anonymous: identity::stand_in(&written.anonymous, at),
        identity: identity::lower(&written.identity, at),
        challenge: challenge::lower(&written.realm, &written.challenge, challenges(), at),
        refusals: refusals::lower(&written.refusals, CASES, at),
    };
    Some(Policy::Jwt(Box::new(jwt)))
}

pub(crate) fn write(one: &policy::Jwt) -> Jwt {
    let usual = policy::Jwt::default();
    let (realm, challenge) = challenge::write(&one.challenge, challenges());
    let claims = || OneOrMany::from(one.claims.iter().map(|one| At::new((*one).into())).collect::<Vec<_>>());
    Jwt {
        headers: all(&one.headers, HEADERS),
        query: texts(&one.query),
        cookies: texts(&one.cookies),
        in_order: unless(one.in_order, &false),
        bare: unless(one.bare, &false),
        key_claim: (one.key_claim != usual.key_claim).then(|| text(&one.key_claim)),
        base64_secrets: unless(one.base64_secrets, &false),
        claims: (one.claims != usual.claims).then(claims),
        lenient: unless(one.lenient, &false),
        longest: one.longest.map(|longest| At::new(Lasting(longest))),
        hide: unless(one.hide, &false),
        preflight: unless(one.preflight, &true),
        anonymous: identity::write_stand_in(&one.anonymous),
        identity: identity::write(&one.identity),
        realm,
        challenge,
        refusals: refusals::write(&one.refusals),
    }
}
