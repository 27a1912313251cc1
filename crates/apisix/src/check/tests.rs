//! What the Admin API says about objects, case by case.

use super::{check, exists};
use crate::document::Place;
use crate::entity::Kind;
use serde_json::{Value, json};

fn say(place: &Place, object: &Value, expected: &str) {
    let said = check(place, object, &exists).err().unwrap_or_default();
    assert_eq!(said, expected, "{place} {object}");
}

#[test]
fn the_call_of_a_function_is_judged_as_the_original_judges_it() {
    let begin = "failed to check the configuration of plugin aws-lambda err: ";
    let iam = |iam: Value| json!({"function_uri": "https://x", "authorization": {"iam": iam}});
    let cases = [
        (json!({"function_uri": ""}), ""),
        (json!({"function_uri": "x", "region": "eu-west-1", "any": [1]}), ""),
        (json!({}), r#"property "function_uri" is required"#),
        (json!([]), r#"property "function_uri" is required"#),
        (
            json!({"function_uri": 1}),
            r#"property "function_uri" validation failed: wrong type: expected string, got number"#,
        ),
        (
            iam(json!({"secretkey": "k"})),
            r#"property "authorization" validation failed: property "iam" validation failed: property "accesskey" is required"#,
        ),
        (
            json!({"function_uri": "x", "timeout": 99}),
            r#"property "timeout" validation failed: expected 99 to be at least 100"#,
        ),
        (
            json!({"function_uri": "x", "timeout": "3000"}),
            r#"property "timeout" validation failed: wrong type: expected integer, got string"#,
        ),
        (
            json!({"function_uri": "x", "timeout": 1.5}),
            r#"property "timeout" validation failed: wrong type: expected integer, got number"#,
        ),
        (
            json!({"function_uri": "x", "authorization": "a"}),
            r#"property "authorization" validation failed: wrong type: expected object, got string"#,
        ),
        (
            json!({"function_uri": "x", "_meta": {"x": 1}}),
            r#"property "_meta" validation failed: additional properties forbidden, found x"#,
        ),
        (json!({"_meta": {"disable": true}}), ""),
        (json!({"function_uri": "$env://URI"}), ""),
    ];
    for (conf, error) in cases {
        let expected = if error.is_empty() { String::new() } else { format!("{begin}{error}") };
        say(&Place::new(Kind::Routes, "1"), &json!({"uri": "/aws", "plugins": {"aws-lambda": conf}}), &expected);
    }
}

#[test]
fn other_objects_are_judged_with_their_plugins_and_upstreams() {
    let route = |plugins: Value| json!({"uri": "/x", "plugins": plugins});
    let chash = |key: Value| json!({"type": "chash", "nodes": {"a:1": 1}, "key": key});
    let hash = "invalid configuration: failed to match pattern \"^((uri|server_name|server_addr|request_uri|remote_port|\
                remote_addr|query_string|host|hostname|mqtt_client_id)|arg_[0-9a-zA-z_-]+)$\" with \"x\"";
    let ip = "failed to check the configuration of plugin ip-restriction err: value should match only one schema, but matches none";
    let routes = Place::new(Kind::Routes, "1");
    let cases = [
        (routes.clone(), route(json!({"no-such-plugin": {}})), "unknown plugin [no-such-plugin]"),
        (routes.clone(), route(json!({"aws-lambda": "str"})), "invalid plugin conf \"str\" for plugin [aws-lambda]"),
        (routes.clone(), route(json!({"ip-restriction": {}})), ip),
        (routes.clone(), route(json!({"hmac-auth": {}})), ""),
        (
            routes,
            json!({"uri": "/x"}).clone(),
            "invalid configuration: object matches none of the required: [\"plugins\",\"uri\"] or [\"upstream\",\"uri\"] or \
             [\"upstream_id\",\"uri\"] or [\"service_id\",\"uri\"] or [\"plugins\",\"uris\"] or [\"upstream\",\"uris\"] or \
             [\"upstream_id\",\"uris\"] or [\"service_id\",\"uris\"] or [\"script\",\"uri\"] or [\"script\",\"uris\"]",
        ),
        (
            Place::new(Kind::Upstreams, "1"),
            json!({"nodes": {"a.com:1": 1}, "pass_host": "rewrite"}),
            "`upstream_host` can't be empty when `pass_host` is `rewrite`",
        ),
        (
            Place::new(Kind::Upstreams, "1"),
            chash(Value::Null),
            "invalid configuration: property \"key\" validation failed: wrong type: expected string, got userdata",
        ),
        (Place::new(Kind::Upstreams, "1"), json!({"type": "chash", "nodes": {"a:1": 1}}), "missing key"),
        (Place::new(Kind::Upstreams, "1"), chash(json!("x")), hash),
        (Place::new(Kind::Upstreams, "1"), chash(json!("arg_x")), ""),
        (Place::new(Kind::GlobalRules, "1"), json!({"plugins": {"request-id": {}}}), ""),
        (Place::new(Kind::PluginConfigs, "1"), json!({"plugins": {}}), ""),
        (
            Place::new(Kind::Consumers, "jack"),
            json!({"username": "jack", "plugins": {"key-auth": {}}}),
            "failed to check the configuration of plugin key-auth err: property \"key\" is required",
        ),
        (
            Place::new(Kind::Consumers, "jack"),
            json!({"id": "jack"}),
            "invalid configuration: property \"username\" is required",
        ),
        (
            Place::credential("jack", "c"),
            json!({"plugins": {"limit-count": {}}}),
            "failed to check the configuration of plugin limit-count err: value should match only one schema, but matches none",
        ),
        (
            Place::credential("jack", "c"),
            json!({"plugins": {"cors": {}}}),
            "only supports auth type plugins in consumer credential",
        ),
        (
            Place::new(Kind::PluginMetadata, "limit-count"),
            json!({"limit_header": 1}),
            "invalid configuration: property \"limit_header\" validation failed: wrong type: expected string, got number",
        ),
        (Place::new(Kind::PluginMetadata, "nobody"), json!({}), "invalid plugin name"),
        (
            Place::secret("vault", "1"),
            json!({"uri": "http://v", "prefix": "p"}),
            "invalid configuration: property \"token\" is required",
        ),
        (Place::secret("aws", "1"), json!({"access_key_id": "a", "secret_access_key": "b"}), ""),
    ];
    for (place, object, expected) in cases {
        say(&place, &object, expected);
    }
}

#[test]
fn consumers_of_tokens_need_what_their_algorithm_needs() {
    let begin = "failed to check the configuration of plugin jwt-auth err: ";
    let cases = [
        (json!({"key": "k", "secret": "s"}), ""),
        (json!({"key": "k"}), r#"property "secret" is required when using HS based algorithms"#),
        (
            json!({"key": "k", "algorithm": "RS256"}),
            r#"failed to validate dependent schema for "algorithm": value should match only one schema, but matches none"#,
        ),
        (json!({"key": "k", "algorithm": "RS256", "public_key": "p"}), ""),
        (
            json!({"key": "k", "secret": "***", "base64_secret": true}),
            "base64_secret required but the secret is not in base64 format",
        ),
    ];
    for (conf, error) in cases {
        let expected = if error.is_empty() { String::new() } else { format!("{begin}{error}") };
        let object = json!({"username": "jack", "plugins": {"jwt-auth": conf}});
        say(&Place::new(Kind::Consumers, "jack"), &object, &expected);
    }
}
