//! `first-of`: several ways in, of which the first that fits decides.

use super::Around;
use super::header_name::{self, HeaderName};
use super::proof::{self, By};
use crate::decode::{At, Either, Given, Hidden, Moment, OneOrMany, Text, entity, said, values};
use crate::entity::constant::Constants;
use crate::entity::expression::{Expression, Failure};
use crate::entity::listener::Pem;
use crate::lower::{Lowering, constant as lower_constant, consumer, expression as lower_text, pem};
use crate::write::{
    Pen, all, constant as write_constant, expression as write_text, listener, some, text, texts, unless,
};
use model::answer::Keyed;
use model::policy::{self, Entrance, KeyEntrance, Policy, Shows, TokenEntrance, TokenTypes};
use std::time::SystemTime;

entity! {
    /// Ways in, and what is said where none of them is for a request.
    FirstOf {
        /// The ways, asked in their order.
        ways: Vec<At<Way>>,
        /// What a request is told that none of them fits; status 401 without it.
        nobody: Option<Failure>,
        /// What it is told where none fits, and a rule had no value; status 503 without it.
        undecided: Option<Failure>,
    }
}

entity! {
    /// A way in: `open`, `key`, `token` or `certificate`. It fits where a request shows its credential, a subscription of it is known,
    /// and its rule holds.
    Way {
        /// Its name, for the log; empty without it.
        name: Option<Text>,
        /// Asks for nothing.
        open: Option<At<bool>>,
        /// Asks for a key.
        key: Option<Given<KeyWay>>,
        /// Asks for a signed token.
        token: Option<At<TokenWay>>,
        /// Asks for a certificate, shown when the connection was made.
        certificate: Option<At<bool>>,
        /// An expression that must be true of the request; one that fails is not.
        rule: Option<Expression>,
        /// Attributes of the exchange once the way is taken.
        attributes: Option<Constants>,
        /// Who may take it; an open way needs none.
        subscriptions: Option<Vec<At<Subscription>>>,
    }
}

entity! {
    /// Where a key stands.
    KeyWay {
        /// The header field; `x-api-key` without it, `false` for none.
        header: Option<HeaderName>,
        /// Whether it stands in `Authorization` behind `Bearer`; false without it.
        bearer: Option<At<bool>>,
        /// The query parameter.
        query: Option<Text>,
        /// Whether the key is taken off before anyone behind sees it; true without it.
        hide: Option<At<bool>>,
        /// The attribute that gets the key.
        key_to: Option<Text>,
    }
}

entity! {
    /// A token, and what must hold of it.
    TokenWay {
        /// What tells whether a token is good: the URL of a server's keys (JWKS), or more about it.
        by: By,
        /// The types of tokens that are taken (`typ` of the head), or more about them; all without it.
        types: Option<Either<OneOrMany<Text>, Types>>,
        /// The token must be bound to the connection's certificate (RFC 8705).
        bound: Option<Given<Bound>>,
        /// The claims that may name the client, the first that is there; `azp`, `aud` and `client_id` without it.
        client_claims: Option<OneOrMany<Text>>,
        /// The claim that names the user; `sub` without it.
        user_claim: Option<Text>,
        /// Scopes, one of which the token must have.
        scopes: Option<OneOrMany<Text>>,
        /// Whether it must have all of them; false without it.
        all_scopes: Option<At<bool>>,
        /// What stands between the scopes of a token, where they are a text; a blank without it.
        scope_separator: Option<Text>,
        /// Whether the token is taken off before anyone behind sees it; true without it.
        hide: Option<At<bool>>,
        /// The attribute that gets the claims.
        claims_to: Option<Text>,
        /// The attribute that gets what a server said of the token, as text.
        payload_to: Option<Text>,
        /// The attribute that gets the token's scopes.
        scopes_to: Option<Text>,
        /// The attribute that gets the token.
        token_to: Option<Text>,
        /// The attribute that gets the client's id.
        client_to: Option<Text>,
        /// The attribute that gets the user.
        user_to: Option<Text>,
        /// What a token is told that is wrong or over; status 401 without it.
        wrong: Option<Failure>,
        /// What one without the scopes is told; status 403 without it.
        insufficient: Option<Failure>,
        /// What is said where a token cannot be judged, since the server is away; status 503 without it.
        away: Option<Failure>,
        /// `WWW-Authenticate` of each of these; none without it.
        challenge: Option<Text>,
    }
}

entity! {
    /// Types of tokens.
    Types {
        /// As tokens write them.
        names: OneOrMany<Text>,
        /// In any case; false without it.
        any_case: Option<At<bool>>,
        /// Whether a token without a type is taken too; false without it.
        missing: Option<At<bool>>,
    }
}

entity! {
    /// What a token is bound to.
    Bound {
        /// Whether a token that is bound to none is taken too; false without it.
        missing: Option<At<bool>>,
        /// What one that is bound to another certificate is told; status 401 without it.
        wrong: Option<Failure>,
    }
}

entity! {
    /// Somebody who may take a way; shows a `key`, tokens of a `client`, or a `certificate`.
    Subscription {
        /// Shows this key, best as `${NAME}`.
        key: Option<Hidden>,
        /// Shows tokens of the client with this id.
        client: Option<Text>,
        /// Shows this certificate: a PEM file, or PEM itself.
        certificate: Option<Pem>,
        /// Its id; empty without it.
        id: Option<Text>,
        /// The id of the application it belongs to; empty without it.
        application: Option<Text>,
        /// The application's name.
        name: Option<Text>,
        /// It counts from then on.
        from: Option<At<Moment>>,
        /// It counts until then.
        until: Option<At<Moment>>,
        /// Attributes of its exchanges.
        attributes: Option<Constants>,
    }
}

/// The ways alone, or more about them.
type Written = Either<Vec<At<Way>>, FirstOf>;

const NOBODY: (u16, &str) = (401, "Unauthorized");
const UNDECIDED: (u16, &str) = (503, "Service Unavailable");
const FORBIDDEN: (u16, &str) = (403, "Forbidden");
const HEADER: &str = "x-api-key";
const CLIENT_CLAIMS: &[&str] = &["azp", "aud", "client_id"];
const USER_CLAIM: &str = "sub";

pub(crate) fn lower(written: &Written, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let (ways, nobody, undecided) = match written {
        Either::First(ways) => (ways, &None, &None),
        Either::Second(full) => (&full.ways, &full.nobody, &full.undecided),
    };
    Some(Policy::FirstOf(Box::new(policy::FirstOf {
        ways: ways.iter().filter_map(|written| way(written, at)).collect(),
        nobody: lower_text::failure_or(nobody, NOBODY, at),
        undecided: lower_text::failure_or(undecided, UNDECIDED, at),
    })))
}

fn way(written: &At<Way>, at: &mut Lowering<'_>) -> Option<policy::Way> {
    let (open, certificate) = (said(&written.open, false), said(&written.certificate, false));
    let entrance = match (open, &written.key, &written.token, certificate) {
        (true, None, None, false) => Entrance::Open,
        (false, Some(key), None, false) => Entrance::Key(key_way(&key.0, at)),
        (false, None, Some(token), false) => Entrance::Token(Box::new(token_way(token, at)?)),
        (false, None, None, true) => Entrance::Certificate,
        _ => {
            let text = "a way asks for one thing: \"open: true\", \"key\", \"token\" or \"certificate: true\"";
            at.incomplete(&written.spot, text);
            return None;
        }
    };
    let subscriptions = written.subscriptions.iter().flatten();
    Some(policy::Way {
        id: or_empty(&written.name),
        entrance,
        rule: written.rule.as_ref().map(|rule| lower_text::text(rule, at)),
        attributes: lower_constant::in_order(&written.attributes),
        subscriptions: subscriptions.filter_map(|one| subscription(one, at)).collect(),
    })
}

fn key_way(written: &KeyWay, at: &mut Lowering<'_>) -> KeyEntrance {
    KeyEntrance {
        header: header_name::lower(&written.header, &Some(HEADER.to_owned()), at),
        bearer: said(&written.bearer, false),
        query: value(&written.query),
        hide: said(&written.hide, true),
        attribute: value(&written.key_to),
    }
}

fn token_way(written: &TokenWay, at: &mut Lowering<'_>) -> Option<TokenEntrance> {
    let usual = || CLIENT_CLAIMS.iter().map(|claim| (*claim).to_owned()).collect();
    Some(TokenEntrance {
        types: written.types.as_ref().map(types),
        bound: written.bound.as_ref().map(|bound| policy::Bound {
            missing: said(&bound.0.missing, false),
            wrong: lower_text::failure_or(&bound.0.wrong, NOBODY, at),
        }),
        client_claims: written.client_claims.as_ref().map_or_else(usual, |_| values(&written.client_claims)),
        user_claim: value(&written.user_claim).unwrap_or_else(|| USER_CLAIM.to_owned()),
        scopes: values(&written.scopes),
        all_scopes: said(&written.all_scopes, false),
        scope_separator: value(&written.scope_separator).unwrap_or_else(|| " ".to_owned()),
        hide: said(&written.hide, true),
        claims_attribute: value(&written.claims_to),
        payload_attribute: value(&written.payload_to),
        scopes_attribute: value(&written.scopes_to),
        token_attribute: value(&written.token_to),
        client_attribute: value(&written.client_to),
        user_attribute: value(&written.user_to),
        wrong: lower_text::failure_or(&written.wrong, NOBODY, at),
        insufficient: lower_text::failure_or(&written.insufficient, FORBIDDEN, at),
        away: lower_text::failure_or(&written.away, UNDECIDED, at),
        challenge: value(&written.challenge),
        proof: proof::lower(&written.by, at)?,
    })
}

fn types(written: &Either<OneOrMany<Text>, Types>) -> TokenTypes {
    let names = |all: &OneOrMany<Text>| all.all().iter().map(|one| one.value.clone()).collect();
    match written {
        Either::First(all) => TokenTypes { names: names(all), any_case: false, missing: false },
        Either::Second(more) => TokenTypes {
            names: names(&more.names),
            any_case: said(&more.any_case, false),
            missing: said(&more.missing, false),
        },
    }
}

fn subscription(written: &At<Subscription>, at: &mut Lowering<'_>) -> Option<policy::Subscription> {
    let shows = match (&written.key, &written.client, &written.certificate) {
        (Some(key), None, None) => Shows::Key(consumer::there(key, &written.spot, at)),
        (None, Some(client), None) => Shows::Client(client.value.clone()),
        (None, None, Some(shown)) => Shows::Certificate(pem::certificate(shown, at)),
        _ => {
            let text = "a subscription shows a \"key\", tokens of a \"client\", or a \"certificate\"";
            at.incomplete(&written.spot, text);
            return None;
        }
    };
    let moment = |written: &Option<At<Moment>>| written.as_ref().map(|moment| SystemTime::from(moment.0));
    Some(policy::Subscription {
        id: or_empty(&written.id),
        application: or_empty(&written.application),
        name: value(&written.name),
        shows,
        from: moment(&written.from),
        until: moment(&written.until),
        attributes: lower_constant::in_order(&written.attributes),
    })
}

fn value(text: &Option<Text>) -> Option<String> {
    text.as_ref().map(|text| text.value.clone())
}

fn or_empty(text: &Option<Text>) -> String {
    value(text).unwrap_or_default()
}

pub(crate) fn write(one: &policy::FirstOf, pen: &mut Pen<'_>) -> Written {
    let ways = one.ways.iter().map(|way| At::new(write_way(way, pen))).collect();
    let (nobody, undecided) = (unlike(&one.nobody, NOBODY), unlike(&one.undecided, UNDECIDED));
    match (&nobody, &undecided) {
        (None, None) => Either::First(ways),
        _ => Either::Second(FirstOf { ways, nobody, undecided }),
    }
}

/// A failure, unless it is the usual one.
fn unlike(one: &Keyed, usual: (u16, &str)) -> Option<Failure> {
    write_text::unlike(one, usual)
}

fn write_way(one: &policy::Way, pen: &mut Pen<'_>) -> Way {
    let (mut open, mut key, mut token, mut certificate) = (None, None, None, None);
    match &one.entrance {
        Entrance::Open => open = Some(At::new(true)),
        Entrance::Key(one) => key = Some(Given(write_key(one))),
        Entrance::Token(way) => token = Some(At::new(write_token(way, pen))),
        Entrance::Certificate => certificate = Some(At::new(true)),
    }
    Way {
        name: filled(&one.id),
        open,
        key,
        token,
        certificate,
        rule: one.rule.as_ref().map(|rule| write_text::expression(rule, pen)),
        attributes: write_constant::in_order(&one.attributes, pen),
        subscriptions: some(one.subscriptions.iter().map(|one| At::new(write_subscription(one, pen))).collect()),
    }
}

fn filled(plain: &str) -> Option<Text> {
    (!plain.is_empty()).then(|| text(plain))
}

fn write_key(one: &KeyEntrance) -> KeyWay {
    KeyWay {
        header: header_name::write(&one.header, &Some(HEADER.to_owned())),
        bearer: unless(one.bearer, &false),
        query: one.query.as_deref().map(text),
        hide: unless(one.hide, &true),
        key_to: one.attribute.as_deref().map(text),
    }
}

fn write_token(one: &TokenEntrance, pen: &mut Pen<'_>) -> TokenWay {
    let name = |attribute: &Option<String>| attribute.as_deref().map(text);
    TokenWay {
        by: proof::write(&one.proof, pen),
        types: one.types.as_ref().map(write_types),
        bound: one
            .bound
            .as_ref()
            .map(|bound| Given(Bound { missing: unless(bound.missing, &false), wrong: unlike(&bound.wrong, NOBODY) })),
        client_claims: all(&one.client_claims, CLIENT_CLAIMS),
        user_claim: (one.user_claim != USER_CLAIM).then(|| text(&one.user_claim)),
        scopes: texts(&one.scopes),
        all_scopes: unless(one.all_scopes, &false),
        scope_separator: (one.scope_separator != " ").then(|| text(&one.scope_separator)),
        hide: unless(one.hide, &true),
        claims_to: name(&one.claims_attribute),
        payload_to: name(&one.payload_attribute),
        scopes_to: name(&one.scopes_attribute),
        token_to: name(&one.token_attribute),
        client_to: name(&one.client_attribute),
        user_to: name(&one.user_attribute),
        wrong: unlike(&one.wrong, NOBODY),
        insufficient: unlike(&one.insufficient, FORBIDDEN),
        away: unlike(&one.away, UNDECIDED),
        challenge: name(&one.challenge),
    }
}

fn write_types(one: &TokenTypes) -> Either<OneOrMany<Text>, Types> {
    let names = OneOrMany::from(one.names.iter().map(|name| text(name)).collect::<Vec<_>>());
    if !one.any_case && !one.missing {
        return Either::First(names);
    }
    Either::Second(Types { names, any_case: unless(one.any_case, &false), missing: unless(one.missing, &false) })
}

fn write_subscription(one: &policy::Subscription, pen: &mut Pen<'_>) -> Subscription {
    let (key, client, certificate) = match &one.shows {
        Shows::Client(client) => (None, Some(text(client)), None),
        Shows::Certificate(pem) => (None, None, Some(listener::pem(pem))),
        Shows::Key(secret) => {
            let purpose = format!("the key of the subscription {}", one.id);
            (Some(pen.secrets.hide(secret, "KEY_OF_SUBSCRIPTION", &purpose)), None, None)
        }
    };
    let (from, until) = (moment(one.from, pen), moment(one.until, pen));
    Subscription {
        key,
        client,
        certificate,
        id: filled(&one.id),
        application: filled(&one.application),
        name: one.name.as_deref().map(text),
        from,
        until,
        attributes: write_constant::in_order(&one.attributes, pen),
    }
}

fn moment(time: Option<SystemTime>, pen: &mut Pen<'_>) -> Option<At<Moment>> {
    let moment = Moment::of(time?).map(At::new);
    if moment.is_none() {
        pen.left_out.insert("moments after the year 9999");
    }
    moment
}
