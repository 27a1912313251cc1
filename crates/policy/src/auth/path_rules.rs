//! Which paths clients may ask for, with which methods.

use crate::exchange::Exchange;
use crate::failure::{Blame, Failure};
use crate::path::ComparablePath;
use crate::rewrite::fail::kind;
use crate::{Outcome, Policy, Running};
use model::answer::Keyed;
use model::policy::{PathMethods, PathRules as Data, Slashes};
use model::table::PathNormalization;
use regex::Regex;
use std::borrow::Cow;

/// Rules made ready.
pub(crate) struct PathRules {
    allow: Vec<Rule>,
    deny: Vec<Rule>,
    normalized: Option<Slashes>,
    no_path: Keyed,
    no_method: Keyed,
}

struct Rule {
    path: Option<Regex>,
    methods: Option<Vec<String>>,
}

const NORMAL: PathNormalization = PathNormalization {
    decode_unreserved: false,
    decode_all: true,
    resolve_dots: true,
    merge_slashes: true,
    cut_end_slash: false,
    cut_parameters: false,
    keep_escaped_slashes: false,
};

impl PathRules {
    pub(crate) fn compile(data: &Data) -> Result<Self, regex::Error> {
        let rule = |rule: &PathMethods| {
            let path = rule.path.as_deref().map(|path| Regex::new(&as_regex(path))).transpose()?;
            Ok(Rule { path, methods: rule.methods.clone() })
        };
        Ok(Self {
            allow: data.allow.iter().map(rule).collect::<Result<_, _>>()?,
            deny: data.deny.iter().map(rule).collect::<Result<_, _>>()?,
            normalized: data.normalized,
            no_path: data.no_path.clone(),
            no_method: data.no_method.clone(),
        })
    }

    fn judge(&self, exchange: &Exchange) -> Result<(), Box<Failure>> {
        let method = exchange.request.method.as_str();
        let paths = [exchange.request.uri.path(), exchange.path_below()].map(|path| self.comparable(path));
        let fits = |rule: &&Rule| rule.is_for(&paths) && rule.takes(method);
        if !self.allow.is_empty() && !self.allow.iter().any(|rule| fits(&rule)) {
            let other = |rule: &Rule| rule.names_methods() && rule.is_for(&paths);
            return Err(self.refusal(self.allow.iter().any(other), exchange));
        }
        if let Some(rule) = self.deny.iter().find(fits) {
            let named = |rule: &Rule| rule.names_methods() && fits(&rule);
            let by_method = named(rule) || self.deny.iter().any(named);
            return Err(self.refusal(by_method, exchange));
        }
        Ok(())
    }

    fn comparable<'p>(&self, path: &'p str) -> Cow<'p, str> {
        let kept = match self.normalized {
            None => return Cow::Borrowed(path),
            Some(Slashes::Decoded) => Cow::Borrowed(path),
            Some(Slashes::Kept) => path.replace("%2F", "%252F").replace("%2f", "%252f").into(),
        };
        ComparablePath::of(&kept, NORMAL).text().to_owned().into()
    }

    fn refusal(&self, by_method: bool, exchange: &Exchange) -> Box<Failure> {
        let told = if by_method { &self.no_method } else { &self.no_path };
        let mut failure = Failure::keyed(kind(told.status), Blame::Client, told);
        if let Some(key) = &mut failure.key {
            let (path, method) = (exchange.request.uri.path().to_owned(), exchange.request.method.to_string());
            key.parameters = vec![("path".to_owned(), path), ("method".to_owned(), method)];
        }
        failure
    }
}

impl Rule {
    fn is_for(&self, paths: &[Cow<'_, str>]) -> bool {
        self.path.as_ref().is_none_or(|regex| paths.iter().any(|path| regex.is_match(path)))
    }

    fn takes(&self, method: &str) -> bool {
        let methods = self.methods.as_deref().unwrap_or_default();
        methods.is_empty() || methods.iter().any(|one| one == method)
    }

    fn names_methods(&self) -> bool {
        self.methods.as_ref().is_some_and(|methods| !methods.is_empty())
    }
}

/// How many slashes stand between segments does not matter; whether one stands at the end does.
fn as_regex(pattern: &str) -> String {
    let segments: Vec<&str> = pattern.split('/').filter(|segment| !segment.is_empty()).collect();
    let mut regex = String::from("^");
    for (at, segment) in segments.iter().enumerate() {
        match *segment {
            "**" => regex.push_str("(?:/+[^/]+)*"),
            // the last one may be empty where there is a slash
            "*" if at + 1 == segments.len() => regex.push_str("/+[^/]*"),
            segment => {
                regex.push_str("/+");
                segment.chars().for_each(|character| match character {
                    '*' => regex.push_str("[^/]*"),
                    '?' => regex.push_str("[^/]"),
                    other => regex.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
                });
            }
        }
    }
    regex.push_str(match segments.last() {
        Some(&"**") => "/*$",
        _ if pattern.ends_with('/') => "/+$",
        _ => "$",
    });
    regex
}

impl Policy for PathRules {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        Running::Done(match self.judge(exchange) {
            Ok(()) => Outcome::Continue,
            Err(failure) => Outcome::Fail(failure),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;

    #[test]
    fn patterns_are_those_of_ants() {
        for (pattern, path, expected) in [
            ("/a", "/a", true),
            ("/a", "/a/", false),
            ("/a/", "/a/", true),
            ("/a?c", "/abc", true),
            ("/a*c", "/abbc", true),
            ("/a*c", "/a/c", false),
            ("/a/*", "/a/", true),
            ("/a/*", "/a", false),
            ("/a/*", "/a/b/c", false),
            ("/a/**", "/a", true),
            ("/a/**", "/a/b/c/", true),
            ("/a/**", "/ab", false),
            ("/**/c", "/a/b/c", true),
            ("/**", "", true),
            ("/a.b", "/axb", false),
            ("a//b", "/a/b", true),
        ] {
            assert_eq!(Regex::new(&as_regex(pattern)).unwrap().is_match(path), expected, "{pattern} {path}");
        }
    }

    fn check(allow: &[(&str, &[&str])], deny: &[(&str, &[&str])], request: &str, expected: u16) {
        let rules = |all: &[(&str, &[&str])]| {
            let rule = |(path, methods): &(&str, &[&str])| PathMethods {
                path: Some((*path).to_owned()),
                methods: (!methods.is_empty()).then(|| methods.iter().map(|one| (*one).to_owned()).collect()),
            };
            all.iter().map(rule).collect()
        };
        let keyed = |status| Keyed { status, key: None, message: None };
        let (no_path, no_method) = (keyed(403), keyed(405));
        let (allow, deny) = (rules(allow), rules(deny));
        let data = Data { allow, deny, normalized: Some(Slashes::Kept), no_path, no_method };
        let (method, path) = request.split_once(' ').unwrap();
        let mut exchange = testing::of(http::Request::builder().method(method).uri(path));
        let status = match PathRules::compile(&data).unwrap().run(&mut exchange).done() {
            Outcome::Fail(failure) => failure.status.unwrap_or_default(),
            _ => 200,
        };
        assert_eq!(status, expected, "{request}");
    }

    #[test]
    fn paths_and_methods_are_judged() {
        let allow: &[(&str, &[&str])] = &[("/a/**", &["GET"]), ("/b", &[])];
        check(allow, &[], "GET /a/x", 200);
        check(allow, &[], "POST /a/x", 405);
        check(allow, &[], "POST /b", 200);
        check(allow, &[], "GET /c", 403);
        check(allow, &[], "GET /a/../c", 403);
        let deny: &[(&str, &[&str])] = &[("/admin/**", &[]), ("/b", &["DELETE"])];
        check(&[], deny, "GET /a", 200);
        check(&[], deny, "GET /admin/x", 403);
        check(&[], deny, "GET /%61dmin//x", 403);
        check(&[], deny, "DELETE /b", 405);
        check(&[], deny, "GET /b", 200);
        check(&[], &[("/a/b", &[])], "GET /a%2Fb", 200);
    }
}
