//! `first-of`: several ways in, of which the first that fits decides.

use super::Around;
use super::header_name::{self, HeaderName};
use crate::decode::{At, Either, Given, Hidden, Moment, OneOrMany, Text, entity, said, values};
use crate::entity::constant::Constants;
use crate::entity::consumer::{Algorithm, Token};
use crate::entity::expression::{Expression, Failure};
use crate::entity::listener::Pem;
use crate::lower::{Lowering, constant as lower_constant, consumer, expression as lower_text};
use crate::write::{
    Pen, all, constant as write_constant, consumer as write_consumer, expression as write_text, some, text, texts,
    unless,
};
use model::answer::Keyed;
use model::policy::{self, Entrance, KeyEntrance, Policy, Shows, TokenEntrance};
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
    /// A way in: `open`, `key` or `token`. It fits where a request shows its credential, a subscription of it is known,
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
    /// A token, and what must hold of it; one of `secret` and `public_key`.
    TokenWay {
        /// How tokens are signed; `HS256` without it.
        algorithm: Option<At<Algorithm>>,
        /// The secret of an algorithm that begins with `HS`, best as `${NAME}`.
        secret: Option<Hidden>,
        /// The public key of another algorithm: a PEM file, or PEM itself.
        public_key: Option<Pem>,
        /// The claims that may name the client, the first that is there; `azp`, `aud` and `client_id` without it.
        client_claims: Option<OneOrMany<Text>>,
        /// The claim that names the user; `sub` without it.
        user_claim: Option<Text>,
        /// Scopes, one of which the token must have.
        scopes: Option<OneOrMany<Text>>,
        /// Whether it must have all of them; false without it.
        all_scopes: Option<At<bool>>,
        /// Whether the token is taken off before anyone behind sees it; true without it.
        hide: Option<At<bool>>,
        /// The attribute that gets the claims.
        claims_to: Option<Text>,
        /// The attribute that gets the token.
        token_to: Option<Text>,
        /// The attribute that gets the client's id.
        client_to: Option<Text>,
        /// The attribute that gets the user.
        user_to: Option<Text>,
        /// What a token is told that is wrong or over; status 401 without it.
        wrong: Option<Failure>,
    }
}

entity! {
    /// Somebody who may take a way; shows a `key`, or tokens of a `client`.
    Subscription {
        /// Shows this key, best as `${NAME}`.
        key: Option<Hidden>,
        /// Shows tokens of the client with this id.
        client: Option<Text>,
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
    let entrance = match (said(&written.open, false), &written.key, &written.token) {
        (true, None, None) => Entrance::Open,
        (false, Some(key), None) => Entrance::Key(key_way(&key.0, at)),
        (false, None, Some(token)) => Entrance::Token(Box::new(token_way(token, at)?)),
        _ => {
            at.incomplete(&written.spot, "a way asks for one thing: \"open: true\", \"key\" or \"token\"");
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

fn token_way(written: &At<TokenWay>, at: &mut Lowering<'_>) -> Option<TokenEntrance> {
    let token = Token {
        algorithm: written.algorithm.clone(),
        secret: written.secret.clone(),
        public_key: written.public_key.clone(),
        id: None,
    };
    let (algorithm, verifier) = consumer::checked_with(&token, &written.spot, at);
    let usual = || CLIENT_CLAIMS.iter().map(|claim| (*claim).to_owned()).collect();
    Some(TokenEntrance {
        algorithm,
        verifier: verifier?,
        client_claims: written.client_claims.as_ref().map_or_else(usual, |_| values(&written.client_claims)),
        user_claim: value(&written.user_claim).unwrap_or_else(|| USER_CLAIM.to_owned()),
        scopes: values(&written.scopes),
        all_scopes: said(&written.all_scopes, false),
        hide: said(&written.hide, true),
        claims_attribute: value(&written.claims_to),
        token_attribute: value(&written.token_to),
        client_attribute: value(&written.client_to),
        user_attribute: value(&written.user_to),
        wrong: lower_text::failure_or(&written.wrong, NOBODY, at),
    })
}

fn subscription(written: &At<Subscription>, at: &mut Lowering<'_>) -> Option<policy::Subscription> {
    let shows = match (&written.key, &written.client) {
        (Some(key), None) => Shows::Key(consumer::there(key, &written.spot, at)),
        (None, Some(client)) => Shows::Client(client.value.clone()),
        _ => {
            at.incomplete(&written.spot, "a subscription shows a \"key\", or tokens of a \"client\"");
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
    let (mut open, mut key, mut token) = (None, None, None);
    match &one.entrance {
        Entrance::Open => open = Some(At::new(true)),
        Entrance::Key(one) => key = Some(Given(write_key(one))),
        Entrance::Token(way) => token = Some(At::new(write_token(way, &one.id, pen))),
    }
    Way {
        name: filled(&one.id),
        open,
        key,
        token,
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

fn write_token(one: &TokenEntrance, way: &str, pen: &mut Pen<'_>) -> TokenWay {
    let Token { algorithm, secret, public_key, .. } =
        write_consumer::checked_with(way, one.algorithm, &one.verifier, pen);
    TokenWay {
        algorithm,
        secret,
        public_key,
        client_claims: all(&one.client_claims, CLIENT_CLAIMS),
        user_claim: (one.user_claim != USER_CLAIM).then(|| text(&one.user_claim)),
        scopes: texts(&one.scopes),
        all_scopes: unless(one.all_scopes, &false),
        hide: unless(one.hide, &true),
        claims_to: one.claims_attribute.as_deref().map(text),
        token_to: one.token_attribute.as_deref().map(text),
        client_to: one.client_attribute.as_deref().map(text),
        user_to: one.user_attribute.as_deref().map(text),
        wrong: unlike(&one.wrong, NOBODY),
    }
}

fn write_subscription(one: &policy::Subscription, pen: &mut Pen<'_>) -> Subscription {
    let (key, client) = match &one.shows {
        Shows::Client(client) => (None, Some(text(client))),
        Shows::Key(secret) => {
            let purpose = format!("the key of the subscription {}", one.id);
            (Some(pen.secrets.hide(secret, "KEY_OF_SUBSCRIPTION", &purpose)), None)
        }
    };
    let (from, until) = (moment(one.from, pen), moment(one.until, pen));
    Subscription {
        key,
        client,
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
