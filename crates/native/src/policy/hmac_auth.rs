//! `hmac-auth`: a request that its client has signed.

use super::Around;
use super::challenge::{self, Challenged, OfRealm};
use super::identity::{self, Told};
use super::refusals::{self, Refusals};
use crate::decode::{At, Given, Lasting, OneOrMany, Text, entity, meant, said, values, words};
use crate::lower::{Lowering, header};
use crate::write::{all, texts, unless, word_unless};
use model::policy::{self, BodyDigest, Case, Challenge, HmacAlgorithm, Policy, SignatureForm};

entity! {
    /// Where the signature stands, what must be signed, and what follows. Whose secrets sign is said by `signers` of the
    /// consumers.
    HmacAuth {
        /// How signatures are written; `key-id` without it.
        form: Option<At<SigningForm>>,
        /// Headers, the first with a signature counts; `authorization` without it.
        headers: Option<OneOrMany<Text>>,
        /// Headers that say when the request was made; `date` and `x-date` without it.
        dates: Option<OneOrMany<Text>>,
        /// Whether one of those that is near enough is enough; else, and without it, the first that is there counts.
        any_date: Option<At<bool>>,
        /// How far that may be from now; 5m without it.
        skew: Option<At<Lasting>>,
        /// How may be signed; all but `hmac-sha1` without it.
        algorithms: Option<OneOrMany<At<SignatureAlgorithm>>>,
        /// Headers, as clients write them, that must be signed.
        signed: Option<OneOrMany<Text>>,
        /// Whether the body must be that of the header `Digest`; `ignored` without it.
        body: Option<At<Body>>,
        /// Whether the signature is taken off before anyone behind sees it; false without it.
        hide: Option<At<bool>>,
        /// The consumer that a client without a valid signature is; without it such a client is refused.
        anonymous: Option<Text>,
        /// How those behind learn who it is; `false`: not at all.
        identity: Option<Told>,
        /// What the signature is for: `WWW-Authenticate` of a refusal is then `Signature realm="…"`, else `Signature`.
        realm: Option<Text>,
        /// `WWW-Authenticate` of a refusal in full.
        challenge: Option<Challenged>,
        /// What a refusal says: `absent`, `unreadable`, `clock`, `unknown`, `signature`.
        refusals: Option<Refusals>,
    }
}

words! {
    /// How signatures are written, and what is signed.
    SigningForm = SignatureForm {
        /// `hmac username="…", algorithm="…", headers="…", signature="…"`: each header is a line.
        "username" Username,
        /// `Signature keyId="…",algorithm="…",headers="…",signature="…"`: the key's name is the first line.
        "key-id" KeyId,
    }
}

words! {
    /// How a request is signed.
    SignatureAlgorithm = HmacAlgorithm {
        /// HMAC with SHA-1. Not for new clients.
        "hmac-sha1" Sha1,
        /// HMAC with SHA-256.
        "hmac-sha256" Sha256,
        /// HMAC with SHA-384.
        "hmac-sha384" Sha384,
        /// HMAC with SHA-512.
        "hmac-sha512" Sha512,
    }
}

words! {
    /// Whether the body must be that of the header `Digest`.
    Body = BodyDigest {
        /// It need not.
        "ignored" Ignored,
        /// It must; a request without a body has no `Digest`.
        "of-bodies" OfBodies,
        /// It must, and the header must be there.
        "always" Always,
    }
}

const CASES: &[Case] = &[Case::Absent, Case::Unreadable, Case::Clock, Case::Unknown, Case::Signature];

fn challenges() -> (Challenge, OfRealm) {
    (policy::HmacAuth::default().challenge, |realm| Challenge::of(format!("Signature realm=\"{realm}\"")))
}

const HEADERS: &[&str] = &["authorization"];
const DATES: &[&str] = &["date", "x-date"];

pub(crate) fn lower(written: &Given<HmacAuth>, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let (written, usual) = (&written.0, policy::HmacAuth::default());
    let algorithms = |all: &OneOrMany<At<SignatureAlgorithm>>| all.all().iter().map(|word| word.value.into()).collect();
    let hmac = policy::HmacAuth {
        form: meant(&written.form, SignatureForm::KeyId),
        headers: header::names(written.headers.as_ref(), HEADERS, at),
        dates: header::names(written.dates.as_ref(), DATES, at),
        any_date: said(&written.any_date, false),
        skew: said(&written.skew, Lasting(usual.skew)).0,
        algorithms: written.algorithms.as_ref().map_or(usual.algorithms, algorithms),
        signed: values(&written.signed),
        body: meant(&written.body, BodyDigest::Ignored),
        hide: said(&written.hide, false),
        anonymous: identity::stand_in(&written.anonymous, at),
        identity: identity::lower(&written.identity, at),
        challenge: challenge::lower(&written.realm, &written.challenge, challenges(), at),
        refusals: refusals::lower(&written.refusals, CASES, at),
    };
    Some(Policy::HmacAuth(Box::new(hmac)))
}

pub(crate) fn write(one: &policy::HmacAuth) -> HmacAuth {
    let usual = policy::HmacAuth::default();
    let (realm, challenge) = challenge::write(&one.challenge, challenges());
    let words = || OneOrMany::from(one.algorithms.iter().map(|one| At::new((*one).into())).collect::<Vec<_>>());
    HmacAuth {
        form: word_unless(one.form, &SignatureForm::KeyId),
        headers: all(&one.headers, HEADERS),
        dates: all(&one.dates, DATES),
        any_date: unless(one.any_date, &false),
        skew: unless(Lasting(one.skew), &Lasting(usual.skew)),
        algorithms: (one.algorithms != usual.algorithms).then(words),
        signed: texts(&one.signed),
        body: word_unless(one.body, &BodyDigest::Ignored),
        hide: unless(one.hide, &false),
        anonymous: identity::write_stand_in(&one.anonymous),
        identity: identity::write(&one.identity),
        realm,
        challenge,
        refusals: refusals::write(&one.refusals),
    }
}
