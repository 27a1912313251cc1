//! What a refused client is told to show: `WWW-Authenticate`.

use crate::decode::{Either, Text, entity};
use crate::lower::{Lowering, header};
use crate::write::text;
use model::policy;

entity! {
    /// `WWW-Authenticate` of a refusal, as it is sent; an empty text sends none.
    Challenge {
        /// To who shows nothing.
        absent: Text,
        /// To who shows something that is not good enough.
        wrong: Text,
    }
}

/// One for everybody, or more about it.
pub type Challenged = Either<Text, Challenge>;

/// What a scheme says of a realm.
pub(crate) type OfRealm = fn(&str) -> policy::Challenge;

/// What those who want a token behind `Bearer` say of a realm.
pub(crate) fn bearer(realm: &str) -> policy::Challenge {
    let absent = format!("Bearer realm=\"{realm}\"");
    policy::Challenge { wrong: format!("{absent}, error=\"invalid_token\""), absent }
}

/// What `realm` and `challenge` say together.
pub(crate) fn lower(
    realm: &Option<Text>,
    written: &Option<Challenged>,
    (usual, of_realm): (policy::Challenge, OfRealm),
    at: &mut Lowering<'_>,
) -> policy::Challenge {
    if let (Some(realm), Some(_)) = (realm, written) {
        at.invalid(&realm.spot, "\"challenge\" says all, so \"realm\" says nothing; write one of them");
    }
    match (written, realm) {
        (Some(Either::First(same)), _) => policy::Challenge::of(header::value(same, at)),
        (Some(Either::Second(both)), _) => {
            policy::Challenge { absent: header::value(&both.absent, at), wrong: header::value(&both.wrong, at) }
        }
        (None, Some(realm)) => {
            if realm.contains(['"', '\\']) {
                at.invalid(&realm.spot, "a realm has neither quotes nor backslashes");
            }
            of_realm(&header::value(realm, at))
        }
        (None, None) => usual,
    }
}

/// `realm` where it says all, else `challenge`, unless it is the usual one.
pub(crate) fn write(
    one: &policy::Challenge,
    (usual, of_realm): (policy::Challenge, OfRealm),
) -> (Option<Text>, Option<Challenged>) {
    if *one == usual {
        return (None, None);
    }
    let realm = one.absent.split_once(" realm=\"").and_then(|(_, rest)| rest.split_once('"'));
    if let Some((realm, _)) = realm.filter(|(realm, _)| !realm.contains('\\') && of_realm(realm) == *one) {
        return (Some(text(realm)), None);
    }
    let challenge = match one.absent == one.wrong {
        true => Either::First(text(&one.absent)),
        false => Either::Second(Challenge { absent: text(&one.absent), wrong: text(&one.wrong) }),
    };
    (None, Some(challenge))
}
