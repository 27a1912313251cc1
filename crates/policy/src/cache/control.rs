//! What requests and responses say about keeping them.

use http::header::{CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, EXPIRES, TE, TRAILER, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, HeaderName};
use jiff::fmt::rfc2822;
use std::time::Duration;

/// The directives of `Cache-Control` (RFC 9111, 5.2).
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Control {
    pub(super) no_store: bool,
    pub(super) no_cache: bool,
    pub(super) private: bool,
    pub(super) public: bool,
    pub(super) only_if_cached: bool,
    pub(super) max_age: Option<Duration>,
    pub(super) max_stale: Option<Duration>,
    pub(super) min_fresh: Option<Duration>,
    shared: Option<Duration>,
}

impl Control {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let mut control = Self::default();
        let fields = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
        for directive in fields.flat_map(|field| field.split(',')) {
            let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
            let seconds = || value.trim().trim_matches('"').parse().ok().map(Duration::from_secs);
            match name.trim().to_ascii_lowercase().as_str() {
                "no-store" => control.no_store = true,
                "no-cache" => control.no_cache = true,
                "private" => control.private = true,
                "public" => control.public = true,
                "only-if-cached" => control.only_if_cached = true,
                "max-age" => control.max_age = seconds(),
                "s-maxage" => control.shared = seconds(),
                "max-stale" => control.max_stale = seconds(),
                "min-fresh" => control.min_fresh = seconds(),
                _ => {}
            }
        }
        control
    }

    /// How long a response says that it is fresh. `now` is the time since 1970.
    pub(super) fn lifetime(&self, headers: &HeaderMap, now: Duration) -> Option<Duration> {
        let expires = || {
            let text = headers.get_all(EXPIRES).iter().next_back()?.to_str().ok()?;
            let time = rfc2822::parse(text).ok()?.timestamp().as_second();
            Some(Duration::from_secs(u64::try_from(time).unwrap_or(0)).saturating_sub(now))
        };
        self.shared.or(self.max_age).or_else(expires)
    }
}

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_AUTHENTICATE: HeaderName = HeaderName::from_static("proxy-authenticate");

/// Takes off what belongs to one connection. The length of a body that is not there is that of the response to a GET.
pub(super) fn strip(headers: &mut HeaderMap, method: &str) {
    for name in [CONNECTION, KEEP_ALIVE, PROXY_AUTHENTICATE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE] {
        headers.remove(name);
    }
    if method != "HEAD" {
        headers.remove(CONTENT_LENGTH);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        fields.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn directives_are_read_and_a_shared_cache_has_its_own() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        type Case<'a> = (&'a [(&'a str, &'a str)], Option<Duration>);
        let cases: [Case<'_>; 6] = [
            (&[("cache-control", "max-age=5, S-MaxAge=\"7\"")], seconds(7)),
            (&[("cache-control", "public"), ("cache-control", "max-age=5")], seconds(5)),
            (&[("expires", "Tue, 14 Nov 2023 22:13:50 GMT")], seconds(30)),
            (&[("expires", "Tue, 14 Nov 2023 22:13:10 GMT")], seconds(0)),
            (&[("expires", "0")], None),
            (&[("cache-control", "max-age=often")], None),
        ];
        for (fields, expected) in cases {
            let fields = headers(fields);
            let found = Control::of(&fields).lifetime(&fields, Duration::from_secs(1_700_000_000));
            assert_eq!(found, expected, "{fields:?}");
        }
        let control = Control::of(&headers(&[("cache-control", "No-Store, only-if-cached,min-fresh=3,max-stale")]));
        let expected = Control { no_store: true, only_if_cached: true, min_fresh: seconds(3), ..Control::default() };
        assert_eq!(control, expected);
    }
}
