//! What proves who a client is must not belong to two of them.

use super::book::Book;
use super::reply::Problem;
use crate::document::Place;
use crate::entity::Kind;
use memchr::memmem::Finder;
use serde_json::Value;

/// The plugins whose proof is one text, with its member.
const PROOFS: &[(&str, &str)] = &[("key-auth", "key"), ("jwt-auth", "key"), ("basic-auth", "username")];

/// Whether nobody else has what this consumer or credential proves itself by.
pub(super) fn none(book: &Book, place: &Place, value: &Value) -> Result<(), Problem> {
    if !matches!(place.kind, Kind::Consumers | Kind::Credentials) {
        return Ok(());
    }
    for (plugin, member) in PROOFS {
        let proof = |value: &Value| value["plugins"][plugin][member].as_str().map(str::to_owned);
        let Some(own) = proof(value).filter(|own| !own.starts_with('$')) else { continue };
        let written = Value::from(own.as_str()).to_string();
        let needle = Finder::new(&written);
        for kind in [Kind::Consumers, Kind::Credentials] {
            let others = book.all(kind, None, |text| needle.find(text).is_some());
            let same = others.into_iter().find(|other| {
                other.place != *place && proof(&Value::Object(other.object.clone())).as_ref() == Some(&own)
            });
            if let Some(same) = same {
                let name = same.place.parent.unwrap_or(same.place.id);
                return Err(Problem::wrong(format!("duplicate key of plugin {plugin} found with consumer: {name}")));
            }
        }
    }
    Ok(())
}
