//! Clients that the gateway knows.

use super::{Lowering, pem};
use crate::decode::{Either, Hidden, OneOrMany, Text, meant};
use crate::entity::Config;
use crate::entity::consumer::{self as entity, Key, Token};
use crate::findings::Spot;
use crate::names;
use model::Secret;
use model::consumer::{Algorithm, Consumer, Credential, Password, Proof, Verifier};
use model::id::{ConsumerId, GroupId};
use std::collections::HashSet;
use std::time::Duration;

/// What was given out already.
#[derive(Default)]
struct Given {
    keys: HashSet<String>,
    users: HashSet<String>,
    tokens: HashSet<String>,
    signers: HashSet<String>,
}

pub(super) fn consumers(config: &Config, at: &mut Lowering<'_>) -> Vec<Consumer> {
    let mut given = Given::default();
    config.consumers.iter().flatten().map(|written| consumer(written, &mut given, at)).collect()
}

fn consumer(written: &entity::Consumer, given: &mut Given, at: &mut Lowering<'_>) -> Consumer {
    let id = names::id("consumer", written.id.as_ref().unwrap_or(&written.name));
    if !at.consumers.insert(id.clone()) {
        at.invalid(&written.name.spot, format!("the consumer {:?} stands twice", written.name.value));
    }
    let all = |texts: &Option<OneOrMany<Text>>| crate::decode::values(texts);
    let named = all(&written.groups);
    let groups: Vec<String> = named.iter().map(|name| names::id("group", name)).collect();
    let access = written.access.as_ref().map_or(named, |_| all(&written.access));
    at.groups.extend(groups.iter().cloned());
    at.access.extend(access.iter().cloned());
    let mut credentials = keys(written, given, at);
    credentials.extend(passwords(written, given, at));
    credentials.extend(tokens(written, given, at));
    credentials.extend(signers(written, given, at));
    Consumer {
        shown_id: written.shown_id.as_ref().map(|id| id.value.clone()),
        custom_id: written.custom_id.as_ref().map(|id| id.value.clone()),
        access,
        labels: written
            .labels
            .iter()
            .flat_map(|all| &all.0)
            .map(|(name, text)| (name.value.clone(), text.value.clone()))
            .collect(),
        groups: groups.into_iter().map(GroupId::new).collect(),
        credentials,
        ..Consumer::new(ConsumerId::new(id), &written.name.value)
    }
}

/// The place is the consumer's name: a finding never points at a key.
fn keys(written: &entity::Consumer, given: &mut Given, at: &mut Lowering<'_>) -> Vec<Credential> {
    let mut credentials = Vec::new();
    for (number, key) in written.keys.iter().flat_map(|keys| keys.all()).enumerate() {
        let (secret, id) = match key {
            Either::First(key) => (key.secret(), None),
            Either::Second(Key { key, id }) => (key.secret(), id.as_ref().map(|id| id.value.clone())),
        };
        let spot = &written.name.spot;
        if secret.is_empty() {
            at.invalid(spot, format!("keys[{number}] is empty, so that no key at all would be a key"));
        } else if !given.keys.insert(secret.expose().to_owned()) {
            at.invalid(spot, format!("keys[{number}] is a key that was given out already"));
        }
        credentials.push(Credential { id, proof: Proof::Key(secret) });
    }
    credentials
}

fn passwords(written: &entity::Consumer, given: &mut Given, at: &mut Lowering<'_>) -> Vec<Credential> {
    let mut credentials = Vec::new();
    for (name, password) in written.passwords.iter().flat_map(|passwords| &passwords.0) {
        if !given.users.insert(name.value.clone()) {
            at.invalid(&name.spot, format!("the user {:?} stands twice", name.value));
        }
        let (password, id) = match password {
            Either::First(password) => (Some(Password::Plain(there(password, &name.spot, at))), None),
            Either::Second(written) => (self::password(written, &name.spot, at), written.id.as_ref()),
        };
        let id = id.map(|id| id.value.clone());
        let proof = password.map(|password| Proof::Basic { name: name.value.clone(), password });
        credentials.extend(proof.map(|proof| Credential { id, proof }));
    }
    credentials
}

fn password(written: &entity::Password, spot: &Spot, at: &mut Lowering<'_>) -> Option<Password> {
    match (&written.password, &written.sha1, &written.salt) {
        (Some(password), None, None) => Some(Password::Plain(there(password, spot, at))),
        (None, Some(sha1), salt) => {
            let salt = salt.as_ref().map(|salt| salt.value.clone()).unwrap_or_default();
            Some(Password::Sha1 { salt, digest: there(sha1, spot, at) })
        }
        _ => {
            at.incomplete(spot, "a password stands in \"password\", or hashed in \"sha1\" with its \"salt\"");
            None
        }
    }
}

fn tokens(written: &entity::Consumer, given: &mut Given, at: &mut Lowering<'_>) -> Vec<Credential> {
    let mut credentials = Vec::new();
    for (name, token) in written.tokens.iter().flat_map(|tokens| &tokens.0) {
        if !given.tokens.insert(name.value.clone()) {
            at.invalid(&name.spot, format!("the key {:?} of tokens stands twice", name.value));
        }
        let (algorithm, verifier, written) = match token {
            Either::First(secret) => (Algorithm::HS256, Some(Verifier::Shared(there(secret, &name.spot, at))), None),
            Either::Second(token) => {
                let (algorithm, verifier) = checked_with(token, &name.spot, at);
                (algorithm, verifier, Some(token))
            }
        };
        let id = written.and_then(|token| token.id.as_ref()).map(|id| id.value.clone());
        let grace = written.and_then(|token| token.grace.as_ref()).map_or(Duration::ZERO, |grace| grace.0);
        let proof = verifier.map(|verifier| Proof::Token { key: name.value.clone(), algorithm, verifier, grace });
        credentials.extend(proof.map(|proof| Credential { id, proof }));
    }
    credentials
}

fn signers(written: &entity::Consumer, given: &mut Given, at: &mut Lowering<'_>) -> Vec<Credential> {
    let mut credentials = Vec::new();
    for (name, signer) in written.signers.iter().flat_map(|signers| &signers.0) {
        if !given.signers.insert(name.value.clone()) {
            at.invalid(&name.spot, format!("the signer {:?} stands twice", name.value));
        }
        let (secret, id) = match signer {
            Either::First(secret) => (secret, None),
            Either::Second(signer) => (&signer.secret, signer.id.as_ref().map(|id| id.value.clone())),
        };
        let secret = there(secret, &name.spot, at);
        credentials.push(Credential { id, proof: Proof::Signer { name: name.value.clone(), secret } });
    }
    credentials
}

/// How a token is signed, and what signatures are checked with.
pub(crate) fn checked_with(token: &Token, spot: &Spot, at: &mut Lowering<'_>) -> (Algorithm, Option<Verifier>) {
    let algorithm = meant(&token.algorithm, Algorithm::HS256);
    (algorithm, verifier(token, algorithm, spot, at))
}

fn verifier(token: &Token, algorithm: Algorithm, spot: &Spot, at: &mut Lowering<'_>) -> Option<Verifier> {
    match (&token.secret, &token.public_key) {
        (Some(secret), None) if algorithm.is_shared() => {
            let secret = there(secret, spot, at);
            let encoded = token.base64.as_ref().is_some_and(|flag| flag.value);
            Some(if encoded { Verifier::Encoded(secret) } else { Verifier::Shared(secret) })
        }
        (None, Some(key)) if !algorithm.is_shared() => Some(Verifier::Public(pem::public_key(key, at))),
        _ => {
            let what = if algorithm.is_shared() { "secret" } else { "public_key" };
            at.incomplete(
                spot,
                format!("tokens signed with {} are checked with one thing: {what:?}", algorithm.name()),
            );
            None
        }
    }
}

/// A secret that is there: an empty one would prove nothing.
pub(crate) fn there(secret: &Hidden, spot: &Spot, at: &mut Lowering<'_>) -> Secret {
    let secret = secret.secret();
    if secret.is_empty() {
        at.invalid(spot, "this secret is empty, so that showing nothing would be enough");
    }
    secret
}
