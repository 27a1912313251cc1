//! Paths and their places, case by case.

use super::*;
use crate::schema::Object;
use serde_json::json;

fn route(uri: &str, more: serde_json::Value) -> Object {
    let mut object = json!({"uri": uri}).as_object().unwrap().clone();
    object.extend(more.as_object().unwrap().clone());
    object
}

fn shown(uri: &str, router: Router) -> String {
    let object = route(uri, json!({}));
    let found = matches(Part::of(&object), Part::of_value(None), router);
    format!("{:?}", found[0].predicate.path.as_ref().unwrap())
}

#[test]
fn paths_are_whole_prefixes_or_expressions() {
    let cases = [
        ("/a", r#"Exact("/a")"#, r#"Exact("/a")"#),
        ("/a*", r#"Prefix("/a")"#, r#"Prefix("/a")"#),
        ("/a/*", r#"Prefix("/a/")"#, r#"Prefix("/a/")"#),
        ("/a:b", r#"Exact("/a:b")"#, r#"Regex("/a:b$")"#),
        ("/a/*/b", r#"Regex("/a/(?P<ext>(?s:.*))/b$")"#, r#"Regex("/a/(?P<ext>(?s:.*))/b$")"#),
        ("/a/*/m/*", r#"Regex("/a/(?s:.*)/m/(?P<ext>(?s:.*))$")"#, r#"Regex("/a/(?s:.*)/m/(?P<ext>(?s:.*))$")"#),
        ("/u/:id/*", r#"Prefix("/u/:id/")"#, r#"Regex("/u/(?P<id>[^/]+)/(?P<ext>(?s:.*))$")"#),
        ("/u/:id", r#"Exact("/u/:id")"#, r#"Regex("/u/(?P<id>[^/]+)$")"#),
    ];
    for (uri, usual, with_parameter) in cases {
        assert_eq!(shown(uri, Router::HostUri), usual, "{uri}");
        assert_eq!(shown(uri, Router::UriWithParameter), with_parameter, "{uri}");
    }
}

/// The uri, host and priority of the winner, then of the loser.
#[test]
fn routes_stand_in_the_order_of_the_router() {
    let rank = |(uri, host, priority): (&str, &str, i64), router| {
        let more =
            if host.is_empty() { json!({"priority": priority}) } else { json!({"priority": priority, "host": host}) };
        let object = route(uri, more);
        matches(Part::of(&object), Part::of_value(None), router)[0].rank
    };
    let by_host = [
        (("/*", "a.com", 0), ("/a", "", 9)),
        (("/*", "x.a.com", 0), ("/a", "*.a.com", 9)),
        (("/*", "*.x.a.com", 0), ("/a", "*.a.com", 9)),
        (("/*", "*.a.com", 0), ("/a", "*", 9)),
        (("/*", "*", 0), ("/a", "", 9)),
    ];
    let by_path = [
        (("/a", "", 0), ("/a*", "", 9)),
        (("/a/b*", "", 0), ("/a/*", "", 9)),
        (("/a/*", "", 1), ("/a/*", "", 0)),
        (("/a/*", "", 0), ("/a/*", "", -1)),
        (("/a/*/bc", "", 0), ("/a/*", "", 0)),
    ];
    for (winner, loser) in by_host {
        assert!(rank(winner, Router::HostUri) > rank(loser, Router::HostUri), "{winner:?} {loser:?}");
    }
    for (winner, loser) in by_path {
        for router in [Router::HostUri, Router::Uri, Router::UriWithParameter] {
            assert!(rank(winner, router) > rank(loser, router), "{winner:?} {loser:?}");
        }
    }
    assert!(rank(("/a", "", 0), Router::Uri) > rank(("/*", "a.com", 0), Router::Uri));
}
