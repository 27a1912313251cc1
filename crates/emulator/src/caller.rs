//! Who makes a call: told to people, known to nobody else.
//!
//! A gateway says which of its routes calls by the path it puts before that of the API: [`path`]. Signatures cover it.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::fmt;
use std::sync::Arc;

const PREFIX: &str = "/_lambdagate/route/";
/// A name longer than this is cut off.
const MAX_LENGTH: usize = 200;

/// Where a call comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Caller {
    /// Somebody who speaks Lambda's own API.
    #[default]
    Api,
    /// A gateway, which says that this route of it calls.
    Route(Arc<str>),
    /// The function's URL.
    Url,
    /// This stage.
    Stage(Arc<str>),
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api => f.write_str("called directly"),
            Self::Route(route) => f.write_str(route),
            Self::Url => f.write_str("function URL"),
            Self::Stage(stage) => write!(f, "stage {stage}"),
        }
    }
}

/// What a gateway puts behind the local Lambda's address so that its calls are told as those of this route.
pub fn path(route: &str) -> String {
    let route: String = route.chars().take(MAX_LENGTH).collect();
    format!("{PREFIX}{}", utf8_percent_encode(&route, NON_ALPHANUMERIC))
}

/// Takes the caller's name off a path.
pub(crate) fn split(path: &str) -> (Caller, &str) {
    let Some(rest) = path.strip_prefix(PREFIX) else { return (Caller::Api, path) };
    let (name, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let name = percent_decode_str(name).decode_utf8_lossy();
    (Caller::Route(name.chars().take(MAX_LENGTH).collect::<String>().into()), path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_told_by_the_path() {
        let long = "x".repeat(1000);
        for (route, expected) in [("/users/{id}", "/users/{id}"), ("a b%/é", "a b%/é"), ("", ""), (&long, &long[..200])]
        {
            let called = format!("{}/2015-03-31/functions/f/invocations", path(route));
            let (caller, rest) = split(&called);
            assert_eq!((caller, rest), (Caller::Route(expected.into()), "/2015-03-31/functions/f/invocations"));
        }
        assert_eq!(split("/2015-03-31/functions"), (Caller::Api, "/2015-03-31/functions"));
        assert_eq!(split("/_lambdagate/logs/f"), (Caller::Api, "/_lambdagate/logs/f"));
        assert_eq!(split(&path("/a")).1, "");
    }
}
