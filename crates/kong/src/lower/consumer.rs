//! Clients with their credentials and groups.

use super::{Lowering, name};
use crate::entity::{Collection, Entity};
use model::consumer::{Algorithm, Consumer, Credential, Password, Proof, Verifier};
use model::id::ConsumerId;
use model::secret::Secret;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

pub(super) fn consumers(at: &mut Lowering<'_>) -> Vec<Arc<Consumer>> {
    let belongings = Belongings::of(at);
    let all = at.entities.of(Collection::Consumers).iter();
    all.map(|entity| Arc::new(consumer(entity, &belongings))).collect()
}

/// What belongs to consumers, by their ids.
#[derive(Default)]
struct Belongings<'a> {
    groups: BTreeMap<&'a str, Vec<String>>,
    credentials: BTreeMap<&'a str, Vec<Credential>>,
}

impl<'a> Belongings<'a> {
    fn of(at: &Lowering<'a>) -> Self {
        let mut found = Self::default();
        for entity in at.entities.of(Collection::Acls) {
            if let (Some(consumer), Some(group)) = (entity.reference("consumer"), entity.text("group")) {
                found.groups.entry(consumer).or_default().push(group.to_owned());
            }
        }
        type Read = fn(&Entity) -> Option<Proof>;
        let kinds: [(Collection, Read); 4] = [
            (Collection::KeyauthCredentials, key),
            (Collection::BasicauthCredentials, password),
            (Collection::JwtSecrets, token),
            (Collection::HmacauthCredentials, signer),
        ];
        for (collection, proof) in kinds {
            for entity in at.entities.of(collection) {
                if let (Some(consumer), Some(proof)) = (entity.reference("consumer"), proof(entity)) {
                    // those behind learn a key's id, a user's name, a token's key
                    let id = matches!(proof, Proof::Key(_)).then(|| entity.id().to_owned());
                    found.credentials.entry(consumer).or_default().push(Credential { id, proof });
                }
            }
        }
        found
    }
}

/// A text that is there. What a reference did not find is empty, and proves nothing.
fn text<'e>(entity: &'e Entity, name: &str) -> Option<&'e str> {
    entity.text(name).filter(|text| !text.is_empty())
}

fn key(entity: &Entity) -> Option<Proof> {
    text(entity, "key").map(|key| Proof::Key(Secret::new(key)))
}

fn password(entity: &Entity) -> Option<Proof> {
    let (name, password) = (text(entity, "username")?.to_owned(), Secret::new(text(entity, "password")?));
    let password = match (entity.stored, entity.reference("consumer")) {
        (true, Some(consumer)) => Password::Sha1 { salt: consumer.to_owned(), digest: password },
        _ => Password::Plain(password),
    };
    Some(Proof::Basic { name, password })
}

fn token(entity: &Entity) -> Option<Proof> {
    let key = text(entity, "key")?.to_owned();
    let algorithm = Algorithm::from_name(entity.text("algorithm").unwrap_or("HS256"))?;
    let verifier = match algorithm.is_shared() {
        true => Verifier::Shared(Secret::new(text(entity, "secret")?)),
        false => Verifier::Public(text(entity, "rsa_public_key")?.to_owned()),
    };
    Some(Proof::Token { key, algorithm, verifier, grace: Duration::ZERO })
}

fn signer(entity: &Entity) -> Option<Proof> {
    let (name, secret) = (text(entity, "username")?.to_owned(), Secret::new(text(entity, "secret")?));
    Some(Proof::Signer { name, secret })
}

fn consumer(entity: &Entity, belongings: &Belongings<'_>) -> Consumer {
    let shown = entity.text("username").unwrap_or_default();
    Consumer {
        shown_id: Some(entity.id().to_owned()),
        custom_id: entity.text("custom_id").map(str::to_owned),
        access: belongings.groups.get(entity.id()).cloned().unwrap_or_default(),
        credentials: belongings.credentials.get(entity.id()).cloned().unwrap_or_default(),
        ..Consumer::new(ConsumerId::new(name("consumer", entity)), shown)
    }
}
