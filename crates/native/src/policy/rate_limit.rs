//! `rate-limit`: so many requests in a window.

use super::Around;
use super::header_name::{self, HeaderName};
use super::refusals::{self, Refusals};
use super::variables;
use crate::decode::{At, Either, Hidden, Lasting, OneOrMany, Rate, Text, entity, said, words};
use crate::entity::upstream::ClientTls;
use crate::lower::{Lowering, header, trust};
use crate::write::{self, Pen, text, unless};
use model::policy::{self, Case, CounterStore, Policy, RateHeaders, RedisStore};
use model::tls;
use std::time::Duration;

entity! {
    /// How often a client may ask. A request counts before it goes on, in all windows or in none.
    RateLimit {
        /// `100/minute`, or a list of such; all hold. With `second`, `minute`, `hour`, `day`, `month` or `year` windows
        /// follow the calendar, with a duration (`5/10s`) they begin with a client's first request.
        limit: OneOrMany<Rate>,
        /// Whose requests count together; `consumer` without it. Where a client lacks it, its address stands in.
        by: Option<Either<At<By>, At<ByValue>>>,
        /// Limits with the same scope and windows share their counts; each has its own without it.
        scope: Option<Text>,
        /// A Redis where counts stand; in this process without it.
        redis: Option<Redis>,
        /// What clients are told; `false`: nothing.
        headers: Option<Either<At<bool>, Headers>>,
        /// What a refusal says: `too_many`.
        refusals: Option<Refusals>,
        /// One more window, whose bound and length are looked up for each request.
        figures: Option<Figures>,
        /// Further limits, which are asked once this one has granted.
        also: Option<Vec<RateLimit>>,
    }
}

entity! {
    /// A window's bound and length as texts with variables: `$http_x_bound`, `${arg_n ?? 60}`.
    Figures {
        /// Requests in it.
        limit: Text,
        /// Its length in seconds.
        seconds: Text,
        /// Whether a request whose texts are no positive numbers is not counted, instead of failing; false without it.
        optional: Option<At<bool>>,
    }
}

words! {
    /// Whose requests count together.
    By {
        /// The known client's.
        "consumer" Consumer,
        /// Those that show one credential.
        "credential" Credential,
        /// Those from one address.
        "address" Address,
        /// Those to routes of one `service`.
        "service" Service,
        /// All of them.
        "everyone" Everyone,
    }
}

entity! {
    /// Whose requests count together; one of these.
    ByValue {
        /// Those with one value of this header.
        header: Option<Text>,
        /// Those for this path, all together.
        path: Option<Text>,
        /// Those with one value of this text with variables: `$remote_addr $http_x`.
        text: Option<Text>,
        /// Beside `text`: whose a request is of which it says nothing; `address` without it.
        without: Option<At<Without>>,
    }
}

words! {
    /// Whose a request is of which a text says nothing.
    Without {
        /// That of its client's address.
        "address" Address,
        /// Nobody's: it does not count.
        "nobody" Nobody,
    }
}

entity! {
    /// A Redis.
    Redis {
        /// Name or address.
        host: Text,
        /// Port; 6379 without it.
        port: Option<At<u16>>,
        /// User, where it has users.
        username: Option<Text>,
        /// Password, best as `${NAME}`.
        password: Option<Hidden>,
        /// Number of the database; 0 without it.
        database: Option<At<u32>>,
        /// TLS: `true`, or more about it; none without it.
        tls: Option<Either<At<bool>, ClientTls>>,
        /// To connect, and for an answer; 2s without it.
        timeout: Option<At<Lasting>>,
        /// Whether requests pass uncounted while it is away, instead of failing; true without it.
        pass_without: Option<At<bool>>,
    }
}

entity! {
    /// Names of response header fields; `false` for one that is not wanted.
    Headers {
        /// The bound of the window with the least left; `ratelimit-limit` without it.
        limit: Option<HeaderName>,
        /// What is left there; `ratelimit-remaining` without it.
        remaining: Option<HeaderName>,
        /// Seconds until it ends; `ratelimit-reset` without it.
        reset: Option<HeaderName>,
        /// Begins the name of each calendar window's bound, and its period ends it: `x-ratelimit-limit-`; not sent
        /// without it.
        window_limit: Option<HeaderName>,
        /// The same for what is left; not sent without it.
        window_remaining: Option<HeaderName>,
        /// Whether seconds have up to two digits behind the point; false without it.
        fractions: Option<At<bool>>,
        /// Whether a refusal says `Retry-After`; true without it.
        retry_after: Option<At<bool>>,
    }
}

type Written = Either<OneOrMany<Rate>, RateLimit>;

const CASES: &[Case] = &[Case::TooMany];
const NONE: RateHeaders = RateHeaders {
    window_limit: None,
    window_remaining: None,
    limit: None,
    remaining: None,
    reset: None,
    fractions: false,
    retry_after: false,
};

/// What counts together if nobody says: what this list holds under this name.
pub(crate) fn usual_scope(around: &Around<'_>) -> String {
    format!("{}/{}", around.holder.id, around.slot)
}

pub(crate) fn lower(written: &Written, around: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let windows = |rates: &OneOrMany<Rate>| rates.all().iter().map(|rate| rate.0).collect();
    let limit = match written {
        Either::First(rates) => policy::RateLimit {
            scope: usual_scope(around),
            windows: windows(rates),
            by: policy::LimitBy::Consumer,
            store: CounterStore::Local,
            headers: RateHeaders::default(),
            refusals: policy::Refusals::default(),
            figures: None,
            also: Vec::new(),
        },
        Either::Second(written) => full(written, around, at),
    };
    Some(Policy::RateLimit(Box::new(limit)))
}

fn full(written: &RateLimit, around: &Around<'_>, at: &mut Lowering<'_>) -> policy::RateLimit {
    policy::RateLimit {
        scope: scope(&written.scope, around),
        windows: written.limit.all().iter().map(|rate| rate.0).collect(),
        by: by_or_consumer(&written.by, at),
        store: written.redis.as_ref().map_or(CounterStore::Local, |written| redis(written, at)),
        headers: headers(&written.headers, at),
        refusals: refusals::lower(&written.refusals, CASES, at),
        figures: written.figures.as_ref().map(|one| policy::Figures {
            limit: variables::lower(&one.limit),
            seconds: variables::lower(&one.seconds),
            optional: said(&one.optional, false),
        }),
        also: written.also.iter().flatten().map(|one| full(one, around, at)).collect(),
    }
}

/// What counts together.
pub(crate) fn scope(written: &Option<Text>, around: &Around<'_>) -> String {
    written.as_ref().map_or_else(|| usual_scope(around), |text| text.value.clone())
}

/// Whose requests count together.
pub(crate) fn by_or_consumer(written: &Option<Either<At<By>, At<ByValue>>>, at: &mut Lowering<'_>) -> policy::LimitBy {
    written.as_ref().map_or(policy::LimitBy::Consumer, |written| by(written, at))
}

fn by(written: &Either<At<By>, At<ByValue>>, at: &mut Lowering<'_>) -> policy::LimitBy {
    let written = match written {
        Either::First(word) => {
            return match word.value {
                By::Consumer => policy::LimitBy::Consumer,
                By::Credential => policy::LimitBy::Credential,
                By::Address => policy::LimitBy::Address,
                By::Service => policy::LimitBy::Service,
                By::Everyone => policy::LimitBy::Everyone,
            };
        }
        Either::Second(written) => written,
    };
    if let (None, Some(without)) = (&written.text, &written.without) {
        at.invalid(&without.spot, "\"without\" stands beside \"text\"");
    }
    match (&written.header, &written.path, &written.text) {
        (Some(name), None, None) => policy::LimitBy::Header(header::name(name, &name.spot, at).to_ascii_lowercase()),
        (None, Some(path), None) => policy::LimitBy::Path(path.value.clone()),
        (None, None, Some(text)) => policy::LimitBy::Text {
            text: variables::lower(text),
            without: match said(&written.without, Without::Address) {
                Without::Address => policy::WithoutText::Address,
                Without::Nobody => policy::WithoutText::Nobody,
            },
        },
        _ => {
            at.incomplete(
                &written.spot,
                "requests count together by a word, or by one of { header: … }, { path: … } and { text: … }",
            );
            policy::LimitBy::Everyone
        }
    }
}

fn redis(written: &Redis, at: &mut Lowering<'_>) -> CounterStore {
    let tls = match &written.tls {
        None => None,
        Some(Either::First(wanted)) => wanted.value.then(tls::ClientTls::default),
        Some(Either::Second(tls)) => Some(trust::client_tls(tls, at)),
    };
    CounterStore::Redis(Box::new(RedisStore {
        host: written.host.value.clone(),
        port: said(&written.port, 6379),
        username: written.username.as_ref().map(|name| name.value.clone()),
        password: written.password.as_ref().map(Hidden::secret),
        database: said(&written.database, 0),
        tls,
        timeout: written.timeout.as_ref().map_or(Duration::from_secs(2), |time| time.0),
        pass_without: said(&written.pass_without, true),
    }))
}

fn headers(written: &Option<Either<At<bool>, Headers>>, at: &mut Lowering<'_>) -> RateHeaders {
    let usual = RateHeaders::default();
    let written = match written {
        None => return usual,
        Some(Either::First(told)) => return if told.value { usual } else { NONE },
        Some(Either::Second(written)) => written,
    };
    let mut name = |written, usual| header_name::lower(written, usual, at);
    RateHeaders {
        window_limit: name(&written.window_limit, &usual.window_limit),
        window_remaining: name(&written.window_remaining, &usual.window_remaining),
        limit: name(&written.limit, &usual.limit),
        remaining: name(&written.remaining, &usual.remaining),
        reset: name(&written.reset, &usual.reset),
        fractions: said(&written.fractions, false),
        retry_after: said(&written.retry_after, true),
    }
}

pub(crate) fn write(one: &policy::RateLimit, around: &Around<'_>, pen: &mut Pen<'_>) -> Written {
    let written = write_full(one, around, pen);
    let RateLimit { by, scope, redis, headers, refusals, figures, also, .. } = &written;
    let counts = by.is_none() && scope.is_none() && redis.is_none() && figures.is_none() && also.is_none();
    let short = counts && headers.is_none() && refusals.is_none();
    if short { Either::First(written.limit) } else { Either::Second(written) }
}

fn write_full(one: &policy::RateLimit, around: &Around<'_>, pen: &mut Pen<'_>) -> RateLimit {
    let limit = OneOrMany::from(one.windows.iter().map(|window| Rate(*window)).collect::<Vec<_>>());
    let also: Vec<RateLimit> = one.also.iter().map(|one| write_full(one, around, pen)).collect();
    RateLimit {
        by: write_by(&one.by, pen),
        scope: (one.scope != usual_scope(around)).then(|| text(&one.scope)),
        redis: match &one.store {
            CounterStore::Local => None,
            CounterStore::Redis(store) => Some(write_redis(store, pen)),
        },
        headers: write_headers(&one.headers),
        refusals: refusals::write(&one.refusals),
        figures: one.figures.as_ref().map(|one| Figures {
            limit: variables::write(&one.limit, pen),
            seconds: variables::write(&one.seconds, pen),
            optional: unless(one.optional, &false),
        }),
        also: (!also.is_empty()).then_some(also),
        limit,
    }
}

pub(crate) fn write_by(by: &policy::LimitBy, pen: &mut Pen<'_>) -> Option<Either<At<By>, At<ByValue>>> {
    let word = |word| Some(Either::First(At::new(word)));
    match by {
        policy::LimitBy::Consumer => None,
        policy::LimitBy::Credential => word(By::Credential),
        policy::LimitBy::Address => word(By::Address),
        policy::LimitBy::Text { text, without } => {
            let without = match without {
                policy::WithoutText::Address => None,
                policy::WithoutText::Nobody => Some(At::new(Without::Nobody)),
            };
            let text = Some(variables::write(text, pen));
            Some(Either::Second(At::new(ByValue { text, without, ..ByValue::default() })))
        }
        policy::LimitBy::Service => word(By::Service),
        policy::LimitBy::Everyone => word(By::Everyone),
        policy::LimitBy::Header(name) => {
            Some(Either::Second(At::new(ByValue { header: Some(text(name)), ..ByValue::default() })))
        }
        policy::LimitBy::Path(path) => {
            Some(Either::Second(At::new(ByValue { path: Some(text(path)), ..ByValue::default() })))
        }
    }
}

fn write_redis(one: &RedisStore, pen: &mut Pen<'_>) -> Redis {
    let purpose = format!("the password for the Redis on {}", one.host);
    let tls = one.tls.as_ref().map(|tls| match *tls == tls::ClientTls::default() {
        true => Either::First(At::new(true)),
        false => Either::Second(write::trust::client_tls(tls, pen)),
    });
    Redis {
        host: text(&one.host),
        port: unless(one.port, &6379),
        username: one.username.as_deref().map(text),
        password: one.password.as_ref().map(|password| pen.secrets.hide(password, "REDIS_PASSWORD", &purpose)),
        database: unless(one.database, &0),
        tls,
        timeout: unless(Lasting(one.timeout), &Lasting(Duration::from_secs(2))),
        pass_without: unless(one.pass_without, &true),
    }
}

fn write_headers(one: &RateHeaders) -> Option<Either<At<bool>, Headers>> {
    let usual = RateHeaders::default();
    if *one == usual {
        return None;
    }
    if *one == NONE {
        return Some(Either::First(At::new(false)));
    }
    Some(Either::Second(Headers {
        limit: header_name::write(&one.limit, &usual.limit),
        remaining: header_name::write(&one.remaining, &usual.remaining),
        reset: header_name::write(&one.reset, &usual.reset),
        window_limit: header_name::write(&one.window_limit, &usual.window_limit),
        window_remaining: header_name::write(&one.window_remaining, &usual.window_remaining),
        fractions: unless(one.fractions, &false),
        retry_after: unless(one.retry_after, &true),
    }))
}
