//! How often a client may ask.

mod measured;

pub use measured::{Amount, Letters, LimitFact, Measured, TimeUnit, spread};

use super::{Refusals, RequestText};
use crate::secret::Secret;
use crate::text::Text;
use serde::Serialize;
use std::time::Duration;

/// Bounds on the number of requests in fixed windows. A request counts before it goes on; a refused one does not count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RateLimit {
    /// What counts together: steps with the same scope, windows and store share their counters.
    pub scope: String,
    /// The windows, each with its bound; all hold.
    pub windows: Vec<Window>,
    /// Whose requests count together.
    pub by: LimitBy,
    /// Where counters stand.
    pub store: CounterStore,
    /// What clients are told; the same on the response side.
    pub headers: RateHeaders,
    /// What a refusal says.
    pub refusals: Refusals,
    /// One more window, which begins with a client's first request and is looked up for each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub figures: Option<Figures>,
    /// One window instead of all others, which is evaluated for each request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured: Option<Box<Measured>>,
    /// Further limits, which are asked once this one has granted; the first that refuses says so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<RateLimit>,
}

/// A window's bound and length as texts. Different figures for one client share its count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Requests in it.
    pub limit: RequestText,
    /// Its length in seconds.
    pub seconds: RequestText,
    /// A request whose texts are no positive numbers is not counted, instead of failing.
    pub optional: bool,
}

/// One bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Window {
    /// How long, and where it begins.
    pub span: Span,
    /// Requests in it.
    pub limit: u64,
}

/// A window's length and beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Span {
    /// By the calendar, in UTC: from the full second, minute and so on to the next.
    Calendar(Period),
    /// This long from the first request on.
    FromFirst(Duration),
    /// So many months from the first request on, to the same day and time of the day, in UTC.
    Months(u32),
}

/// A part of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Period {
    /// 1 s.
    Second,
    /// 60 s.
    Minute,
    /// 3600 s.
    Hour,
    /// From midnight to midnight.
    Day,
    /// From the first of the month.
    Month,
    /// From the first of January.
    Year,
}

/// Whose requests count together. Where a client lacks it, its address stands in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub enum LimitBy {
    /// The known client's.
    #[default]
    Consumer,
    /// Those that show one credential.
    Credential,
    /// Those from one address.
    Address,
    /// Those to one service ([`crate::route::Told::service`]).
    Service,
    /// Those with one value of this header, lower case.
    Header(String),
    /// Those for this path, all together.
    Path(String),
    /// Those with one value of this text.
    Text {
        /// The text.
        text: RequestText,
        /// Where none of its places finds anything.
        without: WithoutText,
    },
    /// Those in which each of these is the same.
    Evaluated(Vec<LimitPart>),
    /// All of them.
    Everyone,
}

/// A part of what requests have in common that count together. What is not there counts as empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum LimitPart {
    /// An attribute of the exchange.
    Attribute(String),
    /// An attribute; where there is none, the client's address.
    AttributeOrAddress(String),
    /// An evaluated text; one that cannot be evaluated fails the request.
    Text(Text),
}

/// Whose a request is of which a text says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum WithoutText {
    /// That of its client's address.
    Address,
    /// Nobody's: it does not count.
    Nobody,
}

/// Where counters stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub enum CounterStore {
    /// In this process.
    #[default]
    Local,
    /// In a Redis that several gateways share.
    Redis(Box<RedisStore>),
}

/// A Redis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RedisStore {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// User, where it has users.
    pub username: Option<String>,
    /// Password.
    pub password: Option<Secret>,
    /// Number of the database.
    pub database: u32,
    /// TLS with this server name; verified unless it says otherwise.
    pub tls: Option<crate::tls::ClientTls>,
    /// To connect, and for an answer.
    pub timeout: Duration,
    /// Whether requests pass uncounted while it is away, instead of failing.
    pub pass_without: bool,
}

/// Names of the response header fields, as they are sent; `None`: not sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RateHeaders {
    /// Begins the name of each calendar window's bound; its period ends it: `X-RateLimit-Limit-`.
    pub window_limit: Option<String>,
    /// The same for what is left.
    pub window_remaining: Option<String>,
    /// The bound of the window with the least left.
    pub limit: Option<String>,
    /// What is left there.
    pub remaining: Option<String>,
    /// Seconds until it ends.
    pub reset: Option<String>,
    /// Seconds have up to two digits behind the point.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fractions: bool,
    /// Instead of seconds until it ends it is the moment when it does, in milliseconds since 1970; -1 where that is not
    /// known.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub moment: bool,
    /// How long that window is: `500ms`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<String>,
    /// Whether a refusal says `Retry-After`.
    pub retry_after: bool,
}

impl Default for RateHeaders {
    fn default() -> Self {
        let name = |text: &str| Some(text.to_owned());
        Self {
            window_limit: None,
            window_remaining: None,
            limit: name("ratelimit-limit"),
            remaining: name("ratelimit-remaining"),
            reset: name("ratelimit-reset"),
            fractions: false,
            moment: false,
            length: None,
            retry_after: true,
        }
    }
}
