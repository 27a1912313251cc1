//! `access-token`: a token of an identity provider that lets in, whoever the client is.

use super::Around;
use super::challenge::{self, Challenged, OfRealm};
use super::proof::{self, By};
use super::refusals::{self, Refusals};
use crate::decode::{At, Either, Json, OneOrMany, Pairs, Text, entity, said, values, words};
use crate::lower::{Lowering, header};
use crate::write::{Pen, all, key, text, texts, unless};
use model::policy::{self, Case, Challenge, Policy, TokenFact};

entity! {
    /// Where the token is looked for, what must hold of it, and what those behind are told.
    AccessToken {
        /// What tells whether a token is good: the URL of a server's keys (JWKS), or more about it.
        by: By,
        /// Header names, where the token stands behind `Bearer`; `authorization` without it.
        headers: Option<OneOrMany<Text>>,
        /// Headers that are tokens themselves, where none of the others is there.
        bare_headers: Option<OneOrMany<Text>>,
        /// Who may have made it (`iss`); whoever it is proved to be by without it.
        issuers: Option<OneOrMany<Text>>,
        /// Whom it must be for (`aud`), or more about it; anybody without it.
        audience: Option<Either<OneOrMany<Text>, Audience>>,
        /// Scopes that it must have, all of them.
        scopes: Option<OneOrMany<Text>>,
        /// A JSON schema for what it claims.
        schema: Option<Json>,
        /// Whether a request without a token passes; false without it.
        optional: Option<At<bool>>,
        /// Whether the token is taken off before anyone behind sees it; false without it.
        hide: Option<At<bool>>,
        /// What those behind are told, by header. What a client sends under these names is taken off.
        tell: Option<Pairs<Either<At<Told>, NamedClaim>>>,
        /// Further headers that are taken off.
        forget: Option<OneOrMany<Text>>,
        /// What the token is for: `WWW-Authenticate` of a refusal is then `Bearer realm="…"`, else `Bearer`.
        realm: Option<Text>,
        /// `WWW-Authenticate` of a refusal in full; `{}` stands for what is wrong with the token.
        challenge: Option<Challenged>,
        /// What a refusal says: `absent`, `unreadable`, `unknown`, `forbidden`, `away`.
        refusals: Option<Refusals>,
    }
}

entity! {
    /// Whom a token is for.
    Audience {
        /// The claim that says it; `aud` without it.
        claim: Option<Text>,
        /// Whether it must be there; true without it.
        required: Option<At<bool>>,
        /// One of these, where it is there; anybody without it.
        values: Option<OneOrMany<Text>>,
    }
}

entity! {
    /// What a token claims.
    NamedClaim {
        /// The claim: a text, or JSON.
        claim: Text,
    }
}

words! {
    /// What those behind are told of a token.
    Told {
        /// The token.
        "token" Token,
        /// The token behind `Bearer`.
        "bearer" Bearer,
        /// All that it claims: the base64 of a JSON object.
        "claims" Claims,
    }
}

const HEADERS: &[&str] = &["authorization"];
const CASES: &[Case] = &[Case::Absent, Case::Unreadable, Case::Unknown, Case::Forbidden, Case::Away];
const AUDIENCE: &str = "aud";

fn challenges() -> (Challenge, OfRealm) {
    (Challenge { absent: "Bearer".to_owned(), wrong: "Bearer error=\"invalid_token\"".to_owned() }, challenge::bearer)
}

pub(crate) fn lower(written: &At<AccessToken>, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let fact = |fact: &Either<At<Told>, NamedClaim>| match fact {
        Either::First(word) => match word.value {
            Told::Token => TokenFact::Token,
            Told::Bearer => TokenFact::Bearer,
            Told::Claims => TokenFact::Claims,
        },
        Either::Second(claim) => TokenFact::Claim(claim.claim.value.clone()),
    };
    let mut tell = Vec::new();
    for (name, told) in written.tell.iter().flat_map(|tell| &tell.0) {
        tell.push((header::name(name, &name.spot, at).to_ascii_lowercase(), fact(told)));
    }
    let token = policy::AccessToken {
        headers: header::names(written.headers.as_ref(), HEADERS, at),
        bare_headers: header::names(written.bare_headers.as_ref(), &[], at),
        issuers: values(&written.issuers),
        audience: written.audience.as_ref().map(audience),
        scopes: values(&written.scopes),
        schema: written.schema.as_ref().map(|schema| schema.0.to_string()),
        optional: said(&written.optional, false),
        hide: said(&written.hide, false),
        tell,
        forget: header::names(written.forget.as_ref(), &[], at),
        challenge: challenge::lower(&written.realm, &written.challenge, challenges(), at),
        refusals: refusals::lower(&written.refusals, CASES, at),
        ..policy::AccessToken::by(proof::lower(&written.by, at)?)
    };
    Some(Policy::AccessToken(Box::new(token)))
}

fn audience(written: &Either<OneOrMany<Text>, Audience>) -> policy::Audience {
    match written {
        Either::First(values) => policy::Audience {
            claim: AUDIENCE.to_owned(),
            required: true,
            values: values.all().iter().map(|one| one.value.clone()).collect(),
        },
        Either::Second(written) => policy::Audience {
            claim: written.claim.as_ref().map_or_else(|| AUDIENCE.to_owned(), |claim| claim.value.clone()),
            required: said(&written.required, true),
            values: values(&written.values),
        },
    }
}

pub(crate) fn write(one: &policy::AccessToken, pen: &mut Pen<'_>) -> AccessToken {
    let (realm, challenge) = challenge::write(&one.challenge, challenges());
    let fact = |fact: &TokenFact| match fact {
        TokenFact::Token => Either::First(At::new(Told::Token)),
        TokenFact::Bearer => Either::First(At::new(Told::Bearer)),
        TokenFact::Claims => Either::First(At::new(Told::Claims)),
        TokenFact::Claim(claim) => Either::Second(NamedClaim { claim: text(claim) }),
    };
    let tell: Vec<_> = one.tell.iter().map(|(name, told)| (key(name), fact(told))).collect();
    AccessToken {
        by: proof::write(&one.proof, pen),
        headers: all(&one.headers, HEADERS),
        bare_headers: texts(&one.bare_headers),
        issuers: texts(&one.issuers),
        audience: one.audience.as_ref().map(write_audience),
        scopes: texts(&one.scopes),
        schema: one.schema.as_ref().and_then(|schema| serde_json::from_str(schema).ok()).map(Json),
        optional: unless(one.optional, &false),
        hide: unless(one.hide, &false),
        tell: (!tell.is_empty()).then_some(Pairs(tell)),
        forget: texts(&one.forget),
        realm,
        challenge,
        refusals: refusals::write(&one.refusals),
    }
}

fn write_audience(one: &policy::Audience) -> Either<OneOrMany<Text>, Audience> {
    if let (true, AUDIENCE, Some(values)) = (one.required, &*one.claim, texts(&one.values)) {
        return Either::First(values);
    }
    Either::Second(Audience {
        claim: (one.claim != AUDIENCE).then(|| text(&one.claim)),
        required: unless(one.required, &true),
        values: texts(&one.values),
    })
}
