//! The path that those behind a route see.

use super::ComparablePath;
use model::endpoint::{PathRewrite, PathRule, Seam};
use model::table::PathNormalization;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::borrow::Cow;

/// Makes it of the request's own path, of which the route's pattern covered `matched` bytes.
pub fn forwarded<'a>(rule: &PathRule, normalization: PathNormalization, path: &'a str, matched: usize) -> Cow<'a, str> {
    if !rule.normalized {
        return rewritten(rule, path, matched);
    }
    let comparable = ComparablePath::of(path, normalization);
    if comparable.changed.is_none() {
        return rewritten(rule, path, matched);
    }
    let compared = rewritten(rule, comparable.text(), comparable.text_bytes(matched));
    if normalization.decode_all {
        return escaped_bare(&compared).into();
    }
    compared.into_owned().into()
}

/// A decoded path as it is sent: what may not stand in a path, or would end it, is escaped.
pub(crate) fn escaped_bare(path: &str) -> String {
    utf8_percent_encode(path, ESCAPED).to_string()
}

/// What stays as it is in a path (RFC 3986 3.3): unreserved characters, those that separate, and the slash.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

fn rewritten<'a>(rule: &PathRule, path: &'a str, matched: usize) -> Cow<'a, str> {
    match (&rule.rewrite, rule.seam) {
        (PathRewrite::Keep, _) => Cow::Borrowed(path),
        (PathRewrite::StripMatched { prefix }, seam) => {
            let rest = path.get(matched.min(path.len())..).unwrap_or(path);
            join(prefix, rest, path, seam).into()
        }
        (PathRewrite::Prepend { prefix }, Seam::Glued) => {
            join(prefix, path.strip_prefix('/').unwrap_or(path), path, Seam::Glued).into()
        }
        (PathRewrite::Prepend { prefix }, seam) => join(prefix, path, path, seam).into(),
    }
}

fn join(prefix: &str, rest: &str, whole: &str, seam: Seam) -> String {
    let bare = prefix.strip_suffix('/').unwrap_or(prefix);
    let inner = rest.strip_prefix('/').unwrap_or(rest);
    match seam {
        Seam::Slash if rest.is_empty() && !bare.is_empty() => bare.to_owned(),
        Seam::LikeRequest if inner.is_empty() => match (bare, whole) {
            ("", _) => "/".to_owned(),
            (_, "/") => prefix.to_owned(),
            (bare, whole) if whole.ends_with('/') => format!("{bare}/"),
            (bare, _) => bare.to_owned(),
        },
        Seam::Slash | Seam::LikeRequest => format!("{bare}/{inner}"),
        Seam::Glued if prefix.ends_with('/') => format!("{prefix}{inner}"),
        Seam::Glued => format!("{prefix}{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: PathNormalization = PathNormalization {
        decode_unreserved: true,
        decode_all: false,
        resolve_dots: true,
        merge_slashes: true,
        ..PathNormalization::NONE
    };

    fn rule(rewrite: PathRewrite, seam: Seam, normalized: bool) -> PathRule {
        PathRule { rewrite, seam, normalized }
    }

    fn strip(prefix: &str) -> PathRewrite {
        PathRewrite::StripMatched { prefix: prefix.to_owned() }
    }

    fn prepend(prefix: &str) -> PathRewrite {
        PathRewrite::Prepend { prefix: prefix.to_owned() }
    }

    #[test]
    fn prefix_and_rest_meet_in_one_slash() {
        for (prefix, path, matched, expected) in [
            ("/", "/a/b", 2, "/b"),
            ("/", "/ab", 2, "/b"),
            ("/", "/a", 2, "/"),
            ("/v1", "/a", 2, "/v1"),
            ("/v1", "/a/", 2, "/v1/"),
            ("/v1/", "/a/b", 2, "/v1/b"),
            ("/v1", "/ab", 2, "/v1/b"),
        ] {
            let found = forwarded(&rule(strip(prefix), Seam::Slash, false), ALL, path, matched);
            assert_eq!(found, expected, "{prefix:?} {path:?}");
        }
    }

    /// Base path, then what `/foo`, `/foo/`, `/foobar` and `/foo/bar/` become when `/foo` is taken off, what `/foo` and
    /// `/foo/` become when nothing is, and what `/` and `/foo` become on a route for `/`.
    #[test]
    fn a_prefix_alone_ends_as_the_request_does() {
        let table = [
            ("/", ["/", "/", "/bar", "/bar/"], ["/foo", "/foo/"], ["/", "/foo"]),
            ("/fee", ["/fee", "/fee/", "/fee/bar", "/fee/bar/"], ["/fee/foo", "/fee/foo/"], ["/fee", "/fee/foo"]),
            ("/fee/", ["/fee", "/fee/", "/fee/bar", "/fee/bar/"], ["/fee/foo", "/fee/foo/"], ["/fee/", "/fee/foo"]),
        ];
        for (base, stripped, whole, root) in table {
            let check = |rewrite: PathRewrite, path: &str, matched: usize, expected: &str| {
                let found = forwarded(&rule(rewrite, Seam::LikeRequest, true), ALL, path, matched);
                assert_eq!(found, expected, "{base} {path} {matched}");
            };
            for (path, expected) in ["/foo", "/foo/", "/foobar", "/foo/bar/"].into_iter().zip(stripped) {
                check(strip(base), path, 4, expected);
            }
            for (path, expected) in ["/foo", "/foo/"].into_iter().zip(whole) {
                check(prepend(base), path, 4, expected);
            }
            for (path, expected) in ["/", "/foo"].into_iter().zip(root) {
                check(strip(base), path, 1, expected);
                check(prepend(base), path, 1, expected);
            }
        }
    }

    #[test]
    fn glued_parts_keep_their_slashes() {
        for (rewrite, path, expected) in [
            (strip("/fee"), "/foobar", "/feebar"),
            (strip("/fee"), "/foo/bar", "/fee/bar"),
            (strip("/fee/"), "/foo/bar", "/fee/bar"),
            (prepend("/fee"), "/foo", "/feefoo"),
            (prepend("/fee/"), "/foo", "/fee/foo"),
            (strip("/"), "/foobar", "/bar"),
            (prepend("/"), "/foo", "/foo"),
        ] {
            assert_eq!(forwarded(&rule(rewrite, Seam::Glued, false), ALL, path, 4), expected, "{path}");
        }
    }

    #[test]
    fn a_normalized_path_goes_on_as_it_was_compared() {
        let keep = rule(PathRewrite::Keep, Seam::LikeRequest, true);
        assert_eq!(forwarded(&keep, ALL, "/a%2Fb//c/./d", 0), "/a%2Fb/c/d");
        assert_eq!(forwarded(&keep, ALL, "/%7Euser", 0), "/~user");
        let plain = PathNormalization { decode_all: true, ..ALL };
        assert_eq!(forwarded(&keep, plain, "/a%2fb/%3Fx%20", 0), "/a/b/%3Fx%20");
        assert_eq!(forwarded(&PathRule::KEEP, ALL, "/%7Euser", 0), "/%7Euser");
        let strip = rule(strip("/fee"), Seam::LikeRequest, true);
        // `/foo` as compared is `//f%6Fo` as sent
        assert_eq!(forwarded(&strip, ALL, "//f%6Fo/x/../b%2fr", 7), "/fee/b%2Fr");
    }
}
