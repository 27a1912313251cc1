//! Cases of `predicate`.

use super::*;
use crate::exchange::RouteFacts;
use crate::exchange::testing;
use model::id::RouteId;
use model::predicate::{Condition, HeaderPattern, PathTemplate, QueryPattern, TextPattern};
use model::text::Text;
use std::sync::Arc;

fn holds(predicate: &Predicate, exchange: &Exchange) -> bool {
    ReadyPredicate::compile(predicate, PathNormalization::default()).unwrap().holds(exchange).unwrap()
}

#[test]
fn paths_are_compared_after_normalization() {
    let template = |text| PathPattern::Template(PathTemplate::parse(text).unwrap());
    let cases = [
        (PathPattern::Exact("/a".into()), "/a", true),
        (PathPattern::Exact("/a".into()), "/x/../%61", true),
        (PathPattern::Exact("/a".into()), "/a/", false),
        (PathPattern::Exact("/é%2f".into()), "/%c3%a9%2F", true),
        (template("/é/{id}"), "/%C3%A9/1", true),
        (PathPattern::Prefix("/a".into()), "/ab", true),
        (PathPattern::Prefix("/a".into()), "/b/a", false),
        (template("/u/{id}"), "/u/1", true),
        (template("/u/{id}"), "/u/", false),
        (template("/u/{id}"), "/u/1/2", false),
        (template("/u/{id}/x"), "/u/1", false),
        (template("/u/{rest+}"), "/u/1/2", true),
        (template("/u/{rest+}"), "/u/", false),
        (template("/"), "/", true),
        (PathPattern::Regex("/[0-9]+".into()), "/12/x", true),
        (PathPattern::Regex("/[0-9]+".into()), "/x/12", false),
        (PathPattern::Regex("/b|/a/b".into()), "/a/b", true),
    ];
    for (pattern, path, expected) in cases {
        let predicate = Predicate { path: Some(pattern.clone()), ..Predicate::default() };
        assert_eq!(holds(&predicate, &testing::get(path)), expected, "{pattern:?} {path}");
    }
}

#[test]
fn hosts_are_compared_without_case_and_port() {
    let cases = [
        (HostPattern::Exact("a.test".into()), "A.test:80", true),
        (HostPattern::Exact("a.test".into()), "a.test.", true),
        (HostPattern::Exact("[::1]".into()), "[::1]:80", true),
        (HostPattern::Exact("::1".into()), "[::1]", true),
        (HostPattern::Exact("a.test".into()), "a.test.:80", true),
        (HostPattern::Suffix(".test".into()), "b.a.Test", true),
        (HostPattern::Suffix(".test".into()), ".test", false),
        (HostPattern::Prefix("a.".into()), "a.test", true),
        (HostPattern::Prefix("a.".into()), "a.", false),
    ];
    for (pattern, host, expected) in cases {
        let exchange = testing::of(http::Request::get("/").header("host", host));
        let predicate = Predicate { hosts: vec![pattern.clone()], ..Predicate::default() };
        assert_eq!(holds(&predicate, &exchange), expected, "{pattern:?} {host}");
    }
}

#[test]
fn headers_and_query_are_asked_for_any_of_their_values() {
    let request = http::Request::get("/?a=1&a=x%20y").header("x-a", "1").header("x-a", "x y");
    let exchange = testing::of(request);
    let cases = [
        ("a", TextPattern::Present, true),
        ("b", TextPattern::Present, false),
        ("b", TextPattern::Absent, true),
        ("a", TextPattern::Absent, false),
        ("a", TextPattern::OneOf(vec!["z".into(), "x y".into()]), true),
        ("a", TextPattern::OneOf(vec!["x".into()]), false),
        ("a", TextPattern::Regex("^[0-9]$".into()), true),
        ("a", TextPattern::Regex("z".into()), false),
    ];
    for (name, value, expected) in cases {
        let query = vec![QueryPattern { name: name.into(), value: value.clone() }];
        let headers = vec![HeaderPattern { name: format!("x-{name}"), value: value.clone() }];
        assert_eq!(holds(&Predicate { query, ..Predicate::default() }, &exchange), expected, "query {name} {value:?}");
        assert_eq!(holds(&Predicate { headers, ..Predicate::default() }, &exchange), expected, "{name} {value:?}");
    }
}

#[test]
fn method_scheme_and_client_are_asked_together() {
    let all = Predicate {
        methods: vec!["PUT".into(), "GET".into()],
        schemes: vec!["http".into()],
        clients: vec!["127.0.0.0/8".parse().unwrap()],
        ..Predicate::default()
    };
    assert!(holds(&all, &testing::get("/")));
    assert!(!holds(&all, &testing::of(http::Request::post("/"))));
    assert!(!holds(&Predicate { schemes: vec!["https".into()], ..all.clone() }, &testing::get("/")));
    assert!(!holds(&Predicate { clients: vec!["10.0.0.0/8".parse().unwrap()], ..all.clone() }, &testing::get("/")));
    let mut mapped = testing::get("/");
    mapped.client.address = "::ffff:127.0.0.1".parse().unwrap();
    assert!(holds(&all, &mapped));
}

#[test]
fn what_cannot_be_read_is_told() {
    let bad_regex = Predicate { path: Some(PathPattern::Regex("(".into())), ..Predicate::default() };
    let name = HeaderPattern { name: "a b".into(), value: TextPattern::Present };
    let bad_name = Predicate { headers: vec![name], ..Predicate::default() };
    let compile = |predicate| ReadyPredicate::compile(predicate, PathNormalization::default());
    assert!(matches!(compile(&bad_regex), Err(PredicateError::Regex { .. })));
    assert!(matches!(compile(&bad_name), Err(PredicateError::Header { .. })));
}

#[test]
fn conditions_on_variables_are_asked_like_the_others() {
    let vars = |text: &str| {
        let rules: Vec<serde_json::Value> = serde_json::from_str(text).unwrap();
        Some(expr::vars::read(&rules, &model::variable::Variable::of).unwrap())
    };
    for (rules, expected) in [
        (r#"[["arg_age",">",17],["http_x","==","1"]]"#, true),
        (r#"[["arg_age",">",18]]"#, false),
        (r#"["OR",["arg_age",">",18],["request_method","in",["GET"]]]"#, true),
        (r#"[["remote_addr","ipmatch",["127.0.0.0/8"]],["what","~=","x"]]"#, true),
        ("[]", true),
    ] {
        let predicate = Predicate { vars: vars(rules), ..Predicate::default() };
        let exchange = testing::of(http::Request::get("/?age=18").header("x", "1"));
        assert_eq!(holds(&predicate, &exchange), expected, "{rules}");
    }
    let ready = |rules| {
        let predicate = Predicate { vars: vars(rules), ..Predicate::default() };
        ReadyPredicate::compile(&predicate, PathNormalization::default()).unwrap()
    };
    assert!(ready(r#"[["post_arg.a","==","1"]]"#).asks_body());
    assert!(!ready(r#"[["arg_a","==","1"]]"#).asks_body());
}

#[test]
fn a_path_may_be_looked_at_below_the_routes_own() {
    for (template, path, matched, pattern, expected) in [
        ("/shop/", "/shop/a", 6, "/a", true),
        ("/shop/", "/shop/", 6, "/", true),
        ("/shop", "/shop", 5, "/?$", true),
        ("/shop", "/shop/a", 5, "/a", true),
        ("/shop", "/shop/a", 5, "/shop", false),
    ] {
        let mut exchange = testing::get(path);
        exchange.route = Some(Arc::new(RouteFacts::plain(RouteId::new("r"), template)));
        exchange.matched = matched;
        let path = Some(PathPattern::Regex(pattern.to_owned()));
        let predicate = Predicate { path, below: true, ..Predicate::default() };
        assert_eq!(holds(&predicate, &exchange), expected, "{template} {pattern}");
    }
}

#[test]
fn conditions_without_value_do_not_hold_or_fail() {
    let told = || Keyed::new(500, "COND", "no");
    let expression = |text: &str, failure| Condition::Expression { text: Text::Expression(text.into()), failure };
    let attribute = |value: &str| Condition::Attribute { name: "plan".into(), value: value.into() };
    for (conditions, expected) in [
        (vec![expression("{#request.method == 'GET'}", None)], Ok(true)),
        (vec![expression("{#request.headers['x']}", None)], Ok(false)),
        (vec![expression("true", None), expression("{#request.nope}", None)], Ok(false)),
        (vec![expression("false", None), expression("{#request.nope}", Some(told()))], Ok(false)),
        (vec![expression("{#request.nope}", Some(told()))], Err("COND")),
        (vec![expression("{#a +}", None)], Ok(false)),
        (vec![attribute("gold")], Ok(true)),
        (vec![attribute("gold"), attribute("silver")], Ok(false)),
    ] {
        let mut exchange = testing::get("/");
        exchange.set_attribute(&"plan".into(), "gold".to_owned().into());
        let predicate = Predicate { conditions: conditions.clone(), ..Predicate::default() };
        let ready = ReadyPredicate::compile(&predicate, PathNormalization::default()).unwrap();
        let seen = ready.holds(&exchange).map_err(|failure| failure.key.unwrap().key.unwrap());
        assert_eq!(seen, expected.map_err(str::to_owned), "{conditions:?}");
    }
}
