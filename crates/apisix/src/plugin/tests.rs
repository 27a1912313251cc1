//! What plugins complain about, and what they mean.

use super::*;
use model::call::UrlPath;
use std::collections::BTreeMap;

#[test]
fn plugins_stand_in_the_order_of_their_priorities() {
    let priorities: Vec<i64> = Plugin::ALL.iter().map(|plugin| plugin.priority()).collect();
    assert!(priorities.windows(2).all(|pair| pair[0] > pair[1]), "{priorities:?}");
    for plugin in Plugin::ALL {
        assert!(absent(plugin.name()).is_none(), "{} is there", plugin.name());
        assert!(plugin.schema(Side::Route).shown().is_object());
    }
}

#[test]
fn configurations_are_judged_in_the_words_of_the_original() {
    let none = "value should match only one schema, but matches none";
    for (name, conf, expected) in [
        ("limit-req", json!({"rate": 1, "burst": 0}), r#"property "key" is required"#),
        (
            "limit-req",
            json!({"rate": 0, "burst": 0, "key": "uri"}),
            r#"property "rate" validation failed: expected 0 to be greater than 0"#,
        ),
        ("limit-conn", json!({"conn": 1, "burst": 0, "default_conn_delay": 0.1}), r#"property "key" is required"#),
        (
            "limit-count",
            json!({"count": 1, "time_window": 1, "rules": [{"count": 1, "time_window": 1, "key": "a"}]}),
            "value should match only one schema, but matches both schemas 1 and 2",
        ),
        ("redirect", json!({}), none),
        (
            "redirect",
            json!({"http_to_https": true, "append_query_string": true}),
            "only one of `http_to_https` and `append_query_string` can be configured.",
        ),
        (
            "redirect",
            json!({"uri": "/a", "regex_uri": ["a", "b"]}),
            "value should match only one schema, but matches both schemas 1 and 2",
        ),
        ("mocking", json!({"response_example": "x", "content_type": "image/png"}), "unsupported content type!"),
        (
            "fault-injection",
            json!({"abort": {}}),
            r#"property "abort" validation failed: property "http_status" is required"#,
        ),
        (
            "fault-injection",
            json!({"abort": {"http_status": 200, "vars": [["a", "==", "b"]]}}),
            "rule should be wrapped inside brackets",
        ),
        ("fault-injection", json!({"delay": {"duration": 1, "vars": [[["a", "=", "b"]]]}}), "invalid operator '='"),
        ("proxy-rewrite", json!({"regex_uri": ["a", "b", "c"]}), "The length of regex_uri should be an even number"),
        ("proxy-rewrite", json!({"headers": {"a b": "x"}}), "invalid field character in header"),
        ("response-rewrite", json!({"body": "", "body_base64": true}), "invalid base64 content"),
        (
            "response-rewrite",
            json!({"vars": [["a", "=", 1]]}),
            "failed to validate the 'vars' expression: invalid operator '='",
        ),
        ("ua-restriction", json!({}), none),
        (
            "referer-restriction",
            json!({"whitelist": ["a.com"], "blacklist": ["a.com"]}),
            "value should match only one schema, but matches both schemas 1 and 2",
        ),
        ("uri-blocker", json!({}), r#"property "block_rules" is required"#),
        (
            "request-validation",
            json!({}),
            "object matches none of the required: [\"header_schema\"] or [\"body_schema\"]",
        ),
    ] {
        let said = Plugin::named(name).unwrap().check(Side::Route, &conf).err();
        assert_eq!(said.as_deref(), Some(expected), "{name} {conf}");
    }
}

/// The steps as data, and the remarks.
fn lowered(name: &str, mut conf: Value) -> (String, Vec<String>) {
    let plugin = Plugin::named(name).unwrap();
    plugin.check(Side::Route, &conf).unwrap_or_else(|error| panic!("{name}: {error}"));
    plugin.schema(Side::Route).fill(&mut conf);
    let (mut remarks, settings) =
        (Vec::new(), crate::read_settings(&Default::default(), &BTreeMap::<String, String>::new()));
    let mut at = At {
        plugin,
        counter: "routes/1",
        metadata: None,
        attr: Part::of_value(None),
        consumers: &mut |_| true,
        url_path: UrlPath::Fixed,
        settings: &settings,
        remarks: &mut remarks,
    };
    let steps = plugin.lower(Part::of_value(Some(&conf)), &mut at);
    let texts = steps.iter().map(|(phase, policy)| format!("{phase:?} {}", serde_json::to_string(policy).unwrap()));
    (texts.collect::<Vec<_>>().join("\n"), remarks.into_iter().map(|remark| remark.message).collect())
}

#[test]
fn plugins_mean_steps() {
    for (name, conf, fragments) in [
        (
            "limit-req",
            json!({"rate": 2, "burst": 1, "key": "remote_addr", "rejected_msg": "slow"}),
            &["Access", r#""rate":2.0,"burst":1.0,"waits":true,"by":"Address""#, r#""status":503"#, "error_msg"][..],
        ),
        (
            "limit-req",
            json!({"rate": 2, "burst": 1, "key": "http_x", "nodelay": true}),
            &[r#""waits":false"#, r#"{"Variable":"http_x"},{"Text":""}"#],
        ),
        (
            "limit-conn",
            json!({"conn": 1, "burst": 2, "default_conn_delay": 0.3, "key": "$uri $arg_a",
            "key_type": "var_combination"}),
            &[r#""limit":1,"burst":2"#, r#""nanos":300000000"#, r#"{"Variable":"arg_a"}"#],
        ),
        (
            "limit-count",
            json!({"count": 2, "time_window": 60}),
            &[
                "Access",
                "\nResponse",
                r#""by":"Address""#,
                r#""fractions":true,"retry_after":false"#,
                "X-RateLimit-Reset",
            ],
        ),
        (
            "limit-count",
            json!({"count": "${http_n ?? 3}", "time_window": 60}),
            &[r#""windows":[]"#, r#"{"Variable":"http_n"},{"Text":"3"}"#, r#""optional":false"#],
        ),
        (
            "limit-count",
            json!({"rules": [
            {"count": 1, "time_window": 1, "key": "$arg_a"},
            {"count": "$arg_n", "time_window": 1, "key": "k", "header_prefix": "K"}]}),
            &["X-1-RateLimit-Limit", "X-K-RateLimit-Limit", r#""without":"Nobody""#, r#""optional":true"#],
        ),
        ("consumer-restriction", json!({"whitelist": ["jack"]}), &["Access"]),
        (
            "ua-restriction",
            json!({"denylist": ["bot"]}),
            &["Access", r#"{"Matches":{"regex":"bot","ignore_case":false}}"#],
        ),
        ("referer-restriction", json!({"whitelist": ["*.a.com"]}), &[r"[^/:?#]*\\.a\\.com"]),
        (
            "uri-blocker",
            json!({"block_rules": ["a", "b"], "case_insensitive": true}),
            &["Rewrite", r#"{"regex":"a|b","ignore_case":true}"#, "403 Forbidden"],
        ),
        ("redirect", json!({"uri": "$uri/x"}), &["Rewrite", r#""status":302"#, "302 Found"]),
        ("redirect", json!({"http_to_https": true}), &[r#""Https":{"port":9443"#, "308 Permanent Redirect"]),
        (
            "fault-injection",
            json!({"abort": {"http_status": 503, "percentage": 5, "vars": [[["arg_a", "==", "1"]]]}}),
            &[r#""percent":5"#, r#""Message":"503 Service Temporarily Unavailable""#, r#""when":{"Any":"#],
        ),
        (
            "mocking",
            json!({"response_schema": {"properties": {"a": {"type": "array", "items": {"type": "integer"}}}},
            "delay": 2}),
            &["Access", r#"{"Object":[["a",{"List":{"Integer":null}}]]}"#, r#""secs":2"#, "APISIX/3.18.0"],
        ),
        (
            "proxy-rewrite",
            json!({"regex_uri": ["^/(.*)", "/$1"], "headers": {"X-A": "$1"}}),
            &["Rewrite", r#"{"Matched":1}"#, r#""set":[["X-A","#],
        ),
        (
            "proxy-rewrite",
            json!({"headers": {"set": {"X-B": ["1", "2"]}}}),
            &[r#"["X-B",{"parts":[{"Text":"1"}]}],["X-B",{"parts":[{"Text":"2"}]}]"#],
        ),
        (
            "proxy-rewrite",
            json!({"uri": "/a", "headers": {"add": {"X-A": 1}, "remove": ["X-C"]}, "method": "PUT"}),
            &[r#""add":[["X-A","#, r#""remove":["X-C"]"#, r#""method":"PUT""#],
        ),
        (
            "response-rewrite",
            json!({"status_code": 201, "headers": {"add": ["X-A: b"], "set": {"X-S": ""}},
            "filters": [{"regex": "a", "replace": "b", "scope": "global", "options": "joi"}]}),
            &["Response", r#""status":201"#, r#"["X-A","#, r#""everywhere":true,"ignore_case":true"#],
        ),
        (
            "request-validation",
            json!({"body_schema": {"type": "object"}, "rejected_msg": "no"}),
            &["Rewrite", r#""largest_body":67108864"#, r#""message":"no""#],
        ),
    ] {
        let (steps, remarks) = lowered(name, conf.clone());
        for fragment in fragments {
            assert!(steps.contains(fragment), "{name} {conf}: {fragment} is not in {steps}");
        }
        assert!(remarks.is_empty(), "{name}: {remarks:?}");
    }
}

#[test]
fn what_is_lost_is_told() {
    for (name, conf, expected) in [
        ("request-validation", json!({"body_schema": {"$ref": "#/a"}}), "not judged of this schema: $ref"),
        (
            "response-rewrite",
            json!({"filters": [{"regex": "a", "replace": "b", "options": "josx"}]}),
            "only i has a meaning",
        ),
    ] {
        let (_, remarks) = lowered(name, conf);
        assert!(remarks.iter().any(|remark| remark.contains(expected)), "{name}: {remarks:?}");
    }
}
