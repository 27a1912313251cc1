//! `cache`: responses that are kept, and answer later requests.

mod key;
mod told;

use super::Around;
use super::request_text::{self, Holds, Pieces};
use crate::decode::{At, Either, Lasting, OneOrMany, Size, Text, entity, meant, said, words};
use crate::entity::expression::Expression;
use crate::lower::{Lowering, expression, header};
use crate::write::{self, Pen, text, texts, unless, word_unless};
use key::Key;
use model::policy::{self, CacheRules, CacheZone, Lifetime, Policy, RequestText};
use told::{Steer, Told};

entity! {
    /// Responses that are kept, and answer later requests. What a response's `Vary` names must be the same in both;
    /// `Vary: *`, a part of a body (206) and one that breaks off are never kept.
    Cache {
        /// How long a response is fresh.
        time: At<Lasting>,
        /// How long it is kept; as long as it is fresh without it.
        keep: Option<At<Lasting>>,
        /// Methods; `GET` and `HEAD` without it.
        methods: Option<OneOrMany<Text>>,
        /// Statuses of responses that are kept; `200`, `301` and `404` without it.
        statuses: Option<OneOrMany<Text>>,
        /// Media types of responses that are kept, `*` for any part; all without it.
        types: Option<OneOrMany<Text>>,
        /// What requests have in common that one response is for, beside the method.
        key: Option<At<Key>>,
        /// Room for kept responses; policies with the same zone share it.
        zone: Option<Zone>,
        /// What of clients and upstreams is obeyed.
        obeys: Option<Obeys>,
        /// A request for which these texts with variables together are neither empty nor `0` is not answered from here.
        bypass: Option<Vec<Pieces>>,
        /// Nor is its response kept where these are so.
        skip: Option<Vec<Pieces>>,
        /// An expression: a response is kept where it is true, whatever its status.
        condition: Option<Expression>,
        /// How clients steer; they do not without it.
        steer: Option<Steer>,
        /// What clients are told; `false`: nothing.
        headers: Option<Either<At<bool>, Told>>,
        /// Response header fields that clients do not see.
        hidden: Option<OneOrMany<Text>>,
        /// Whether `PURGE` forgets what is kept for a target; false without it.
        purge: Option<At<bool>>,
        /// Whether a kept response stands in the endpoint's place, so that later steps still run; false without it.
        later: Option<At<bool>>,
    }
}

entity! {
    /// Room for kept responses.
    Zone {
        /// Its name; `default` without it.
        name: Option<Text>,
        /// All responses together; 64MiB without it.
        bytes: Option<At<Size>>,
        /// Responses; 100000 without it.
        entries: Option<At<u64>>,
        /// The largest body that is kept; 1MiB without it.
        largest: Option<At<Size>>,
    }
}

entity! {
    /// What of clients and upstreams is obeyed.
    Obeys {
        /// `Cache-Control` of requests; false without it.
        request: Option<At<bool>>,
        /// Whether requests with `Authorization` pass by; true without it.
        authorization: Option<At<bool>>,
        /// Whether responses with `private`, `no-store` or `no-cache` are not kept; true without it.
        private: Option<At<bool>>,
        /// Whether only responses with `public` are kept; false without it.
        public: Option<At<bool>>,
        /// What becomes of the time that a response names; `preferred` without it.
        lifetime: Option<At<Life>>,
        /// Whether responses with `Set-Cookie` are kept; false without it.
        cookies: Option<At<bool>>,
    }
}

words! {
    /// What becomes of the time that a response names: `s-maxage`, `max-age` or `Expires`.
    Life = Lifetime {
        /// Nothing.
        "ignored" Ignored,
        /// It goes before `time`.
        "preferred" Preferred,
        /// It goes before `time`, where it is shorter.
        "at-most" AtMost,
        /// Only responses that name one are kept.
        "needed" Needed,
    }
}

type Written = Either<At<Lasting>, At<Cache>>;

const METHODS: [&str; 2] = ["GET", "HEAD"];
const STATUSES: [(u16, u16); 3] = [(200, 200), (301, 301), (404, 404)];
const OBEYS: CacheRules = CacheRules {
    request: false,
    authorization: true,
    private: true,
    public: false,
    lifetime: Lifetime::Preferred,
    cookies: false,
};

fn usual_zone() -> CacheZone {
    CacheZone { name: "default".to_owned(), bytes: 64 << 20, entries: 100_000, largest: 1 << 20 }
}

pub(crate) fn lower(written: &Written, around: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let short;
    let written = match written {
        Either::First(time) => {
            short = Cache { time: time.clone(), ..Cache::default() };
            &short
        }
        Either::Second(written) => &written.value,
    };
    let (bypass, skip) = (filled(&written.bypass, at), filled(&written.skip, at));
    let names = |texts: &Option<OneOrMany<Text>>| -> Option<Vec<String>> {
        texts.as_ref().map(|texts| texts.all().iter().map(|text| text.value.clone()).collect())
    };
    Some(Policy::Cache(Box::new(policy::Cache {
        zone: zone(&written.zone),
        key: key::lower(&written.key, around, at),
        methods: names(&written.methods).unwrap_or_else(|| METHODS.map(str::to_owned).to_vec()),
        statuses: statuses(&written.statuses, at),
        types: names(&written.types),
        time: written.time.0,
        keep: written.keep.as_ref().map(|time| time.0),
        obeys: obeys(&written.obeys),
        bypass,
        skip,
        condition: written.condition.as_ref().map(|text| expression::text(text, at)),
        steer: written.steer.as_ref().map(|steer| told::steer(steer, at)),
        told: told::lower(&written.headers, at),
        hidden: written.hidden.as_ref().map_or_else(Vec::new, |all| header::names(Some(all), &[], at)),
        purge: said(&written.purge, false),
        later: said(&written.later, false),
    })))
}

fn filled(written: &Option<Vec<Pieces>>, at: &mut Lowering<'_>) -> Vec<RequestText> {
    written.iter().flatten().map(|text| request_text::lower(text, Holds::Variables, at)).collect()
}

fn statuses(written: &Option<OneOrMany<Text>>, at: &mut Lowering<'_>) -> Vec<(u16, u16)> {
    match written {
        Some(written) => crate::lower::upstream::statuses(Some(written), at),
        None => STATUSES.to_vec(),
    }
}

fn zone(written: &Option<Zone>) -> CacheZone {
    let usual = usual_zone();
    let Some(written) = written else { return usual };
    CacheZone {
        name: written.name.as_ref().map_or(usual.name, |name| name.value.clone()),
        bytes: said(&written.bytes, Size(usual.bytes)).0,
        entries: said(&written.entries, usual.entries),
        largest: said(&written.largest, Size(usual.largest)).0,
    }
}

fn obeys(written: &Option<Obeys>) -> CacheRules {
    let Some(written) = written else { return OBEYS };
    CacheRules {
        request: said(&written.request, OBEYS.request),
        authorization: said(&written.authorization, OBEYS.authorization),
        private: said(&written.private, OBEYS.private),
        public: said(&written.public, OBEYS.public),
        lifetime: meant(&written.lifetime, OBEYS.lifetime),
        cookies: said(&written.cookies, OBEYS.cookies),
    }
}

pub(crate) fn write(one: &policy::Cache, around: &Around<'_>, pen: &mut Pen<'_>) -> Written {
    let filled = |texts: &[RequestText]| {
        let written = || texts.iter().map(|text| request_text::write(text, Holds::Variables)).collect();
        (!texts.is_empty()).then(written)
    };
    let (bypass, skip) = (filled(&one.bypass), filled(&one.skip));
    Either::Second(At::new(Cache {
        time: At::new(Lasting(one.time)),
        keep: one.keep.map(|time| At::new(Lasting(time))),
        methods: write::all(&one.methods, &METHODS),
        statuses: (one.statuses != STATUSES).then(|| write::upstream::statuses(&one.statuses)),
        types: one.types.as_ref().map(|types| types.iter().map(|one| text(one)).collect::<Vec<_>>().into()),
        key: key::write(&one.key, around, pen).map(At::new),
        zone: write_zone(&one.zone),
        obeys: write_obeys(one.obeys),
        bypass,
        skip,
        condition: one.condition.as_ref().map(|text| write::expression::expression(text, pen)),
        steer: one.steer.as_ref().map(told::write_steer),
        headers: told::write(&one.told),
        hidden: texts(&one.hidden),
        purge: unless(one.purge, &false),
        later: unless(one.later, &false),
    }))
}

fn write_zone(one: &CacheZone) -> Option<Zone> {
    let usual = usual_zone();
    (*one != usual).then(|| Zone {
        name: (one.name != usual.name).then(|| text(&one.name)),
        bytes: unless(Size(one.bytes), &Size(usual.bytes)),
        entries: unless(one.entries, &usual.entries),
        largest: unless(Size(one.largest), &Size(usual.largest)),
    })
}

fn write_obeys(one: CacheRules) -> Option<Obeys> {
    (one != OBEYS).then(|| Obeys {
        request: unless(one.request, &OBEYS.request),
        authorization: unless(one.authorization, &OBEYS.authorization),
        private: unless(one.private, &OBEYS.private),
        public: unless(one.public, &OBEYS.public),
        lifetime: word_unless(one.lifetime, &OBEYS.lifetime),
        cookies: unless(one.cookies, &OBEYS.cookies),
    })
}
