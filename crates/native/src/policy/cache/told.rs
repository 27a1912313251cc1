//! What clients are told of a cache, and how they steer it, as written.

use crate::decode::{At, Either, Text, entity};
use crate::lower::{Lowering, header};
use crate::policy::header_name::{self, HeaderName};
use crate::write::text;
use model::policy::{CacheSteer, CacheTold, CacheWords};

entity! {
    /// Names of response header fields, `false` for one that is not wanted, and what is said in them.
    Told {
        /// What the cache did; `x-cache` without it.
        status: Option<HeaderName>,
        /// The key, as SHA-256; not sent without it.
        key: Option<HeaderName>,
        /// How old a kept response is, in seconds; `age` without it.
        age: Option<HeaderName>,
        /// The cache answered; `hit` without it.
        hit: Option<Text>,
        /// There was nothing; `miss` without it.
        miss: Option<Text>,
        /// The request passed by; `bypass` without it.
        bypass: Option<Text>,
        /// Its method is none of the cache's; `bypass` without it.
        method: Option<Text>,
        /// What was there is older than the client takes, or than it is fresh; `stale` without it.
        stale: Option<Text>,
        /// What was there is not kept any longer; `miss` without it.
        expired: Option<Text>,
        /// There was nothing, and the response is not kept; `miss` without it.
        unkept: Option<Text>,
    }
}

entity! {
    /// How clients steer: a header field, else a parameter of the query.
    Steer {
        /// The field.
        header: Text,
        /// The parameter.
        query: Text,
        /// Its value for a request that passes by.
        bypass: Text,
        /// Its value for a request whose response is kept anew; there is none without it.
        refresh: Option<Text>,
    }
}

fn usual() -> CacheTold {
    let name = |name: &str| Some(name.to_owned());
    CacheTold { status: name("x-cache"), key: None, age: name("age"), words: CacheWords::default() }
}

pub(super) fn lower(written: &Option<Either<At<bool>, Told>>, at: &mut Lowering<'_>) -> CacheTold {
    let usual = usual();
    let written = match written {
        None => return usual,
        Some(Either::First(told)) => return if told.value { usual } else { CacheTold::default() },
        Some(Either::Second(written)) => written,
    };
    let word = |written: &Option<Text>, usual: String| written.as_ref().map_or(usual, |word| word.value.clone());
    let words = usual.words;
    CacheTold {
        status: header_name::lower(&written.status, &usual.status, at),
        key: header_name::lower(&written.key, &usual.key, at),
        age: header_name::lower(&written.age, &usual.age, at),
        words: CacheWords {
            hit: word(&written.hit, words.hit),
            miss: word(&written.miss, words.miss),
            bypass: word(&written.bypass, words.bypass),
            method: word(&written.method, words.method),
            stale: word(&written.stale, words.stale),
            expired: word(&written.expired, words.expired),
            unkept: word(&written.unkept, words.unkept),
        },
    }
}

pub(super) fn write(one: &CacheTold) -> Option<Either<At<bool>, Told>> {
    let usual = usual();
    if *one == usual {
        return None;
    }
    if *one == CacheTold::default() {
        return Some(Either::First(At::new(false)));
    }
    let word = |word: &String, usual: &String| (word != usual).then(|| text(word));
    let (words, others) = (&one.words, &usual.words);
    Some(Either::Second(Told {
        status: header_name::write(&one.status, &usual.status),
        key: header_name::write(&one.key, &usual.key),
        age: header_name::write(&one.age, &usual.age),
        hit: word(&words.hit, &others.hit),
        miss: word(&words.miss, &others.miss),
        bypass: word(&words.bypass, &others.bypass),
        method: word(&words.method, &others.method),
        stale: word(&words.stale, &others.stale),
        expired: word(&words.expired, &others.expired),
        unkept: word(&words.unkept, &others.unkept),
    }))
}

pub(super) fn steer(written: &Steer, at: &mut Lowering<'_>) -> CacheSteer {
    CacheSteer {
        header: header::name(&written.header, &written.header.spot, at),
        query: written.query.value.clone(),
        bypass: written.bypass.value.clone(),
        refresh: written.refresh.as_ref().map(|word| word.value.clone()),
    }
}

pub(super) fn write_steer(one: &CacheSteer) -> Steer {
    Steer {
        header: text(&one.header),
        query: text(&one.query),
        bypass: text(&one.bypass),
        refresh: one.refresh.as_deref().map(text),
    }
}
