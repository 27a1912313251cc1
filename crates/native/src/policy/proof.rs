//! What tells whether a token is good: a key, the keys of a server, or a server's word.

use super::server::{self, Asked};
use crate::decode::{At, Either, Hidden, Lasting, OneOrMany, Pairs, Text, entity, meant, said, words};
use crate::entity::consumer::Algorithm;
use crate::entity::listener::Pem;
use crate::findings::Spot;
use crate::lower::{Lowering, header, pem};
use crate::write::{self, Pen, listener, some, text, texts, unless, word_unless};
use model::consumer::{self, Verifier};
use model::policy::{self, Believed, ClientLogin, TokenProof, TokenSpot};
use std::time::Duration;

entity! {
    /// What tells whether a token is good; one of these.
    Proof {
        /// The key that signs all tokens: a secret for HS256, best as `${NAME}`, or more about it.
        key: Option<Either<Hidden, TokenKey>>,
        /// Keys by the issuer (`iss`) of a token.
        issuers: Option<Issuers>,
        /// Keys that a server has (JWKS): its URL, or more about it.
        keys: Option<Either<Text, KeySet>>,
        /// A server that says what a token is worth (RFC 7662).
        introspection: Option<Introspection>,
    }
}

entity! {
    /// A key that signs tokens; one of `secret` and `public_key`.
    TokenKey {
        /// How tokens are signed; `HS256` without it.
        algorithm: Option<At<Algorithm>>,
        /// The secret of an algorithm that begins with `HS`, best as `${NAME}`.
        secret: Option<Hidden>,
        /// The public key of another algorithm: a PEM file, or PEM itself.
        public_key: Option<Pem>,
    }
}

entity! {
    /// Keys by issuer.
    Issuers {
        /// How tokens are signed; `RS256` without it.
        algorithm: Option<At<Algorithm>>,
        /// A key for each issuer; a list where one has several.
        keys: Pairs<IssuerKey>,
    }
}

entity! {
    /// A key of an issuer; one of `secret` and `public_key`.
    IssuerKey {
        /// The secret of an algorithm that begins with `HS`, best as `${NAME}`.
        secret: Option<Hidden>,
        /// The public key of another algorithm: a PEM file, or PEM itself.
        public_key: Option<Pem>,
    }
}

entity! {
    /// Keys that a server has. While it is away the last ones count.
    KeySet {
        /// Who has them: a URL, or more about it.
        server: Asked,
        /// Whether that is a discovery document, which tells where the keys are (`jwks_uri`); false without it.
        discovery: Option<At<bool>>,
        /// Whether tokens may be of another issuer than the document's; false without it.
        any_issuer: Option<At<bool>>,
        /// How tokens may be signed; as the keys say without it.
        algorithms: Option<OneOrMany<At<Algorithm>>>,
        /// How long keys are fresh; 5m without it.
        fresh: Option<At<Lasting>>,
    }
}

entity! {
    /// A server that says what a token is worth.
    Introspection {
        /// Who is asked: a URL, or more about it.
        server: Asked,
        /// Whether that is a discovery document, which tells where to ask (`introspection_endpoint`); false without it.
        discovery: Option<At<bool>>,
        /// How is asked; `POST` without it.
        method: Option<At<Method>>,
        /// Where the token stands; in `token` of the form without it.
        token: Option<OneOrMany<Spots>>,
        /// How the gateway shows who it is; not at all without it.
        login: Option<Login>,
        /// Header fields of the client that go along.
        along: Option<OneOrMany<Text>>,
        /// Whether an answer without `active` means that the token is; false without it.
        silent_is_active: Option<At<bool>>,
        /// Whether an answer counts for one request alone; false without it.
        once: Option<At<bool>>,
        /// How long an answer is believed, and never beyond the token's `exp`; until then without it.
        believed: Option<At<Lasting>>,
    }
}

entity! {
    /// Where a token stands in a question; one of these.
    Spots {
        /// A member of the form.
        form: Option<Text>,
        /// A query parameter.
        query: Option<Text>,
        /// A header field.
        header: Option<Text>,
    }
}

entity! {
    /// Id and secret of the gateway.
    Login {
        /// The id.
        id: Text,
        /// The secret, best as `${NAME}`.
        secret: Hidden,
        /// Where they stand; in a header field without it.
        place: Option<At<LoginPlace>>,
        /// The header field; `Authorization` without it.
        header: Option<Text>,
        /// What stands before them in it; `Basic` without it.
        scheme: Option<Text>,
    }
}

words! {
    /// Where the gateway shows who it is.
    LoginPlace {
        /// In a header field, as base64.
        "header" Header,
        /// In the form: `client_id`, `client_secret`.
        "form" Form,
    }
}

words! {
    /// How a server is asked.
    Method {
        /// With a query.
        "GET" Get,
        /// With a form.
        "POST" Post,
    }
}

/// The URL of keys, or more about it.
pub type By = Either<Text, Proof>;

const FRESH: Duration = Duration::from_secs(300);

pub(crate) fn lower(by: &By, at: &mut Lowering<'_>) -> Option<TokenProof> {
    let proof = match by {
        Either::First(url) => return Some(TokenProof::KeySet(Box::new(short(url, at)))),
        Either::Second(proof) => proof,
    };
    match proof {
        Proof { key: Some(key), issuers: None, keys: None, introspection: None } => self::key(key, at),
        Proof { key: None, issuers: Some(issuers), keys: None, introspection: None } => self::issuers(issuers, at),
        Proof { key: None, issuers: None, keys: Some(keys), introspection: None } => {
            let set = match keys {
                Either::First(url) => short(url, at),
                Either::Second(set) => key_set(set, at),
            };
            Some(TokenProof::KeySet(Box::new(set)))
        }
        Proof { key: None, issuers: None, keys: None, introspection: Some(one) } => {
            Some(TokenProof::Introspection(Box::new(introspection(one, at))))
        }
        _ => {
            let text = "tokens are proved in one way: by \"key\", \"issuers\", \"keys\" or \"introspection\"";
            at.incomplete(&Spot::default(), text);
            None
        }
    }
}

fn short(url: &Text, at: &mut Lowering<'_>) -> policy::KeySet {
    let server = server::lower(&Either::First(url.clone()), at);
    policy::KeySet { server, discovery: false, any_issuer: false, algorithms: Vec::new(), fresh: FRESH }
}

fn key(given: &Either<Hidden, TokenKey>, at: &mut Lowering<'_>) -> Option<TokenProof> {
    let (algorithm, verifier) = match given {
        Either::First(secret) => (consumer::Algorithm::HS256, Some(Verifier::Shared(secret.secret()))),
        Either::Second(key) => {
            let algorithm = meant(&key.algorithm, consumer::Algorithm::HS256);
            (algorithm, verifier(algorithm, key.secret.as_ref(), key.public_key.as_ref(), at))
        }
    };
    Some(TokenProof::Key { algorithm, verifier: verifier? })
}

fn issuers(written: &Issuers, at: &mut Lowering<'_>) -> Option<TokenProof> {
    let algorithm = meant(&written.algorithm, consumer::Algorithm::RS256);
    let mut keys = Vec::new();
    for (issuer, key) in &written.keys.0 {
        let verifier = verifier(algorithm, key.secret.as_ref(), key.public_key.as_ref(), at)?;
        keys.push((issuer.value.clone(), verifier));
    }
    Some(TokenProof::Issuers { algorithm, keys })
}

fn verifier(
    algorithm: consumer::Algorithm,
    secret: Option<&Hidden>,
    public: Option<&Pem>,
    at: &mut Lowering<'_>,
) -> Option<Verifier> {
    match (secret, public) {
        (Some(secret), None) if algorithm.is_shared() && !secret.secret().is_empty() => {
            Some(Verifier::Shared(secret.secret()))
        }
        (None, Some(key)) if !algorithm.is_shared() => Some(Verifier::Public(pem::public_key(key, at))),
        _ => {
            let what = if algorithm.is_shared() { "secret" } else { "public_key" };
            let text = format!("tokens signed with {} are checked with one thing: {what:?}", algorithm.name());
            at.incomplete(&Spot::default(), text);
            None
        }
    }
}

fn key_set(written: &KeySet, at: &mut Lowering<'_>) -> policy::KeySet {
    let algorithms = written.algorithms.iter().flat_map(|all| all.all());
    policy::KeySet {
        server: server::lower(&written.server, at),
        discovery: said(&written.discovery, false),
        any_issuer: said(&written.any_issuer, false),
        algorithms: algorithms.map(|word| word.value.into()).collect(),
        fresh: said(&written.fresh, Lasting(FRESH)).0,
    }
}

fn introspection(written: &Introspection, at: &mut Lowering<'_>) -> policy::Introspection {
    let post = written.method.as_ref().is_none_or(|word| word.value == Method::Post);
    let token = match &written.token {
        Some(spots) => spots.all().iter().filter_map(|one| spot(one, at)).collect(),
        None => vec![TokenSpot::Form("token".to_owned())],
    };
    policy::Introspection {
        server: server::lower(&written.server, at),
        discovery: said(&written.discovery, false),
        post,
        token,
        login: written.login.as_ref().map(|login| self::login(login, at)),
        along: header::names(written.along.as_ref(), &[], at),
        silent_is_active: said(&written.silent_is_active, false),
        believed: match (said(&written.once, false), &written.believed) {
            (true, _) => Believed::Once,
            (false, Some(most)) => Believed::AtMost(most.0),
            (false, None) => Believed::UntilItsEnd,
        },
    }
}

fn spot(written: &Spots, at: &mut Lowering<'_>) -> Option<TokenSpot> {
    match (&written.form, &written.query, &written.header) {
        (Some(name), None, None) => Some(TokenSpot::Form(name.value.clone())),
        (None, Some(name), None) => Some(TokenSpot::Query(name.value.clone())),
        (None, None, Some(name)) => Some(TokenSpot::Header(header::name(name, &name.spot, at).to_ascii_lowercase())),
        _ => {
            at.incomplete(&Spot::default(), "a token stands in one of \"form\", \"query\" and \"header\"");
            None
        }
    }
}

fn login(written: &Login, at: &mut Lowering<'_>) -> ClientLogin {
    let (id, secret) = (written.id.value.clone(), written.secret.secret());
    if written.place.as_ref().is_some_and(|word| word.value == LoginPlace::Form) {
        return ClientLogin::Form { id, secret };
    }
    let field = written.header.as_ref().map(|name| header::name(name, &name.spot, at).to_ascii_lowercase());
    let scheme = written.scheme.as_ref().map(|scheme| scheme.value.clone());
    ClientLogin::Header {
        field: field.unwrap_or_else(|| "authorization".to_owned()),
        scheme: scheme.unwrap_or_else(|| "Basic".to_owned()),
        id,
        secret,
    }
}

pub(crate) fn write(one: &TokenProof, pen: &mut Pen<'_>) -> By {
    Either::Second(match one {
        TokenProof::Key { algorithm, verifier } => {
            let (secret, public_key) = shown(verifier, pen);
            let algorithm = word_unless(*algorithm, &consumer::Algorithm::HS256);
            let key = match (algorithm, secret, public_key) {
                (None, Some(secret), None) => Either::First(secret),
                (algorithm, secret, public_key) => Either::Second(TokenKey { algorithm, secret, public_key }),
            };
            Proof { key: Some(key), ..Proof::default() }
        }
        TokenProof::Issuers { algorithm, keys } => {
            let of = |(issuer, verifier): &(String, Verifier)| {
                let (secret, public_key) = shown(verifier, pen);
                (write::key(issuer), IssuerKey { secret, public_key })
            };
            let keys = Pairs(keys.iter().map(of).collect());
            let algorithm = word_unless(*algorithm, &consumer::Algorithm::RS256);
            Proof { issuers: Some(Issuers { algorithm, keys }), ..Proof::default() }
        }
        TokenProof::KeySet(set) => {
            let plain = !set.discovery && !set.any_issuer && set.algorithms.is_empty() && set.fresh == FRESH;
            let server = server::write(&set.server, pen);
            if let (true, Either::First(url)) = (plain, &server) {
                return Either::First(url.clone());
            }
            let words: Vec<_> = set.algorithms.iter().map(|one| At::new((*one).into())).collect();
            let set = KeySet {
                server,
                discovery: unless(set.discovery, &false),
                any_issuer: unless(set.any_issuer, &false),
                algorithms: some(words).map(Into::into),
                fresh: unless(Lasting(set.fresh), &Lasting(FRESH)),
            };
            Proof { keys: Some(Either::Second(set)), ..Proof::default() }
        }
        TokenProof::Introspection(one) => {
            Proof { introspection: Some(write_introspection(one, pen)), ..Proof::default() }
        }
    })
}

fn shown(verifier: &Verifier, pen: &mut Pen<'_>) -> (Option<Hidden>, Option<Pem>) {
    match verifier {
        Verifier::Shared(secret) | Verifier::Encoded(secret) => {
            if let Verifier::Encoded(_) = verifier {
                pen.left_out.insert("jwt: a secret in base64 beside the consumers' own");
            }
            (Some(pen.secrets.hide(secret, "TOKEN_SECRET", "the secret that signs tokens")), None)
        }
        Verifier::Public(pem) => (None, Some(listener::pem_marked(pem, "PUBLIC KEY-----"))),
    }
}

fn write_introspection(one: &policy::Introspection, pen: &mut Pen<'_>) -> Introspection {
    let spots: Vec<Spots> = one.token.iter().map(write_spot).collect();
    let usual = one.token == [TokenSpot::Form("token".to_owned())];
    let (once, believed) = match one.believed {
        Believed::Once => (Some(At::new(true)), None),
        Believed::UntilItsEnd => (None, None),
        Believed::AtMost(most) => (None, Some(At::new(Lasting(most)))),
    };
    Introspection {
        server: server::write(&one.server, pen),
        discovery: unless(one.discovery, &false),
        method: (!one.post).then(|| At::new(Method::Get)),
        token: (!usual).then(|| spots.into()),
        login: one.login.as_ref().map(|login| write_login(login, pen)),
        along: texts(&one.along),
        silent_is_active: unless(one.silent_is_active, &false),
        once,
        believed,
    }
}

fn write_spot(one: &TokenSpot) -> Spots {
    match one {
        TokenSpot::Form(name) => Spots { form: Some(text(name)), ..Spots::default() },
        TokenSpot::Query(name) => Spots { query: Some(text(name)), ..Spots::default() },
        TokenSpot::Header(name) => Spots { header: Some(text(name)), ..Spots::default() },
    }
}

fn write_login(one: &ClientLogin, pen: &mut Pen<'_>) -> Login {
    let mut hide = |secret, id: &str| {
        pen.secrets.hide(secret, "CLIENT_SECRET", &format!("the secret with which the gateway is {id} to a server"))
    };
    match one {
        ClientLogin::Form { id, secret } => Login {
            secret: hide(secret, id),
            id: text(id),
            place: Some(At::new(LoginPlace::Form)),
            header: None,
            scheme: None,
        },
        ClientLogin::Header { field, scheme, id, secret } => Login {
            secret: hide(secret, id),
            id: text(id),
            place: None,
            header: (field != "authorization").then(|| text(field)),
            scheme: (scheme != "Basic").then(|| text(scheme)),
        },
    }
}
