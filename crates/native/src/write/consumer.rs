//! Known clients with what proves who they are.

use super::{Pen, key, listener, some, text, unless, word_unless};
use crate::decode::{At, Either, Hidden, Lasting, Pairs, Text};
use crate::entity::consumer::{self as entity, Algorithm, Key, Signer, Token};
use crate::names;
use model::Secret;
use model::consumer::{self, Consumer, Credential, Password, Proof, Verifier};
use std::time::Duration;

pub(super) fn consumer(one: &Consumer, pen: &mut Pen<'_>) -> entity::Consumer {
    let id = one.id.as_str();
    let groups: Vec<Text> = one.groups.iter().map(|group| text(names::name("group", group.as_str()))).collect();
    let is_usual = one.access.iter().eq(one.groups.iter().map(|group| names::name("group", group.as_str())));
    let access = || one.access.iter().map(|name| text(name)).collect::<Vec<_>>().into();
    let mut written = entity::Consumer {
        name: text(&one.name),
        id: (names::id("consumer", &one.name) != id).then(|| text(names::name("consumer", id))),
        shown_id: one.shown_id.as_deref().map(text),
        custom_id: one.custom_id.as_deref().map(text),
        groups: some(groups).map(Into::into),
        access: (!is_usual).then(access),
        labels: some(one.labels.iter().map(|(name, label)| (key(name), text(label))).collect()).map(Pairs),
        ..entity::Consumer::default()
    };
    let (mut keys, mut passwords, mut tokens, mut signers) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for credential in &one.credentials {
        match &credential.proof {
            Proof::Key(secret) => keys.push(self::key_of(secret, credential, one, pen)),
            Proof::Basic { name, password } => {
                passwords.push((key(name), self::password(password, name, credential, pen)));
            }
            Proof::Signer { name, secret } => signers.push((key(name), signer(name, secret, credential, pen))),
            Proof::Token { key: name, algorithm, verifier, grace } => {
                tokens.push((key(name), token(name, *algorithm, (verifier, *grace), credential, pen)));
            }
        }
    }
    written.keys = some(keys).map(Into::into);
    written.passwords = some(passwords).map(Pairs);
    written.tokens = some(tokens).map(Pairs);
    written.signers = some(signers).map(Pairs);
    written
}

fn key_of(secret: &Secret, credential: &Credential, one: &Consumer, pen: &mut Pen<'_>) -> Either<Hidden, Key> {
    let purpose = format!("the key of the consumer {}", one.name);
    let key = pen.secrets.hide(secret, &format!("KEY_OF_{}", one.name), &purpose);
    match &credential.id {
        None => Either::First(key),
        Some(id) => Either::Second(Key { key, id: Some(text(id)) }),
    }
}

fn password(
    password: &Password,
    name: &str,
    credential: &Credential,
    pen: &mut Pen<'_>,
) -> Either<Hidden, entity::Password> {
    let (hint, purpose) = (format!("PASSWORD_OF_{name}"), format!("the password of the user {name}"));
    let id = credential.id.as_deref().map(text);
    match password {
        Password::Plain(secret) => {
            let password = pen.secrets.hide(secret, &hint, &purpose);
            match id {
                None => Either::First(password),
                id => Either::Second(entity::Password { password: Some(password), id, ..entity::Password::default() }),
            }
        }
        Password::Sha1 { salt, digest } => {
            let purpose = format!("the SHA-1 of {purpose}, with its salt");
            let sha1 = Some(pen.secrets.hide(digest, &hint, &purpose));
            Either::Second(entity::Password { password: None, sha1, salt: Some(text(salt)), id })
        }
    }
}

fn signer(name: &str, secret: &Secret, credential: &Credential, pen: &mut Pen<'_>) -> Either<Hidden, Signer> {
    let purpose = format!("the secret that signs requests of {name}");
    let secret = pen.secrets.hide(secret, &format!("SIGNER_SECRET_OF_{name}"), &purpose);
    match &credential.id {
        None => Either::First(secret),
        Some(id) => Either::Second(Signer { secret, id: Some(text(id)) }),
    }
}

fn token(
    name: &str,
    algorithm: consumer::Algorithm,
    (verifier, grace): (&Verifier, Duration),
    credential: &Credential,
    pen: &mut Pen<'_>,
) -> Either<Hidden, Token> {
    let grace = unless(Lasting(grace), &Lasting(Duration::ZERO));
    let written = Token { grace, ..checked_with(name, algorithm, verifier, pen) };
    let id = credential.id.as_deref().map(text);
    match written {
        Token { secret: Some(secret), algorithm: None, base64: None, grace: None, .. } if id.is_none() => {
            Either::First(secret)
        }
        // A public key is for another algorithm than the usual one, so that is told even if it is not.
        written if written.public_key.is_some() => {
            let algorithm = written.algorithm.or(Some(At::new(Algorithm::HS256)));
            Either::Second(Token { algorithm, id, ..written })
        }
        written => Either::Second(Token { id, ..written }),
    }
}

/// How tokens of this name are signed, and what signatures are checked with.
pub(crate) fn checked_with(
    name: &str,
    algorithm: consumer::Algorithm,
    verifier: &Verifier,
    pen: &mut Pen<'_>,
) -> Token {
    let algorithm = word_unless(algorithm, &consumer::Algorithm::HS256);
    let base64 = matches!(verifier, Verifier::Encoded(_)).then(|| At::new(true));
    match verifier {
        Verifier::Shared(secret) | Verifier::Encoded(secret) => {
            let purpose = format!("the secret that signs the tokens of {name}");
            let secret = pen.secrets.hide(secret, &format!("TOKEN_SECRET_OF_{name}"), &purpose);
            Token { algorithm, secret: Some(secret), base64, ..Token::default() }
        }
        Verifier::Public(pem) => {
            let public_key = Some(listener::pem_marked(pem, "PUBLIC KEY-----"));
            Token { algorithm, public_key, ..Token::default() }
        }
    }
}
