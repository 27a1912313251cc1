//! How a node is chosen.

use super::super::Lowering;
use crate::decode::{At, Either};
use crate::entity::upstream::{self as entity, HashWord, Hashing};
use model::endpoint::{Balance, HashKey};

pub(super) fn balance(written: Option<&Either<At<entity::Balance>, Hashing>>, at: &mut Lowering<'_>) -> Balance {
    match written {
        None => Balance::RoundRobin,
        Some(Either::First(word)) => match word.value {
            entity::Balance::RoundRobin => Balance::RoundRobin,
            entity::Balance::LeastConnections => Balance::LeastConnections,
            entity::Balance::Latency => Balance::Latency,
        },
        Some(Either::Second(hashing)) => {
            Balance::Hash(hashing.hash.all().iter().filter_map(|one| key(one, at)).collect())
        }
    }
}

fn key(written: &Either<At<HashWord>, At<entity::HashKey>>, at: &mut Lowering<'_>) -> Option<HashKey> {
    let one = match written {
        Either::First(word) => {
            return Some(match word.value {
                HashWord::Address => HashKey::Address,
                HashWord::Consumer => HashKey::Consumer,
                HashWord::Path => HashKey::Path,
                HashWord::Target => HashKey::Target,
                HashWord::QueryString => HashKey::QueryString,
                HashWord::Host => HashKey::Host,
            });
        }
        Either::Second(one) => one,
    };
    if let Some(path) = one.set_for.as_ref().filter(|_| one.cookie.is_none()) {
        at.invalid(&path.spot, "set_for is the path of a cookie");
    }
    match (&one.header, &one.cookie, &one.query, &one.param) {
        (Some(name), None, None, None) => Some(HashKey::Header(name.value.clone())),
        (None, Some(name), None, None) => {
            let set = one.set_for.as_ref().map(|path| path.value.clone());
            Some(HashKey::Cookie { name: name.value.clone(), set })
        }
        (None, None, Some(name), None) => Some(HashKey::Query(name.value.clone())),
        (None, None, None, Some(name)) => Some(HashKey::Param(name.value.clone())),
        _ => {
            at.incomplete(&one.spot, "one thing decides: header, cookie, query or param");
            None
        }
    }
}
