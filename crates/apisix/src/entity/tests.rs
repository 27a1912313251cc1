//! What is said about objects, case by case.

use super::Kind;
use serde_json::{Value, json};

fn check(kind: Kind, object: Value, expected: &str) {
    let said = kind.schema().check(&object).err().unwrap_or_default();
    assert_eq!(said, expected, "{} {object}", kind.name());
}

fn upstream() -> Value {
    json!({"type": "roundrobin", "nodes": {"127.0.0.1:8080": 1}})
}

#[test]
fn routes_are_judged_as_the_original_judges_them() {
    let route = |more: Value| {
        let mut route = json!({"uri": "/index.html", "upstream": upstream()});
        let members = route.as_object_mut().unwrap();
        members.extend(more.as_object().unwrap().clone());
        members.retain(|_, value| !value.is_null());
        route
    };
    let none = "object matches none of the required: [\"plugins\",\"uri\"] or [\"upstream\",\"uri\"] or \
                [\"upstream_id\",\"uri\"] or [\"service_id\",\"uri\"] or [\"plugins\",\"uris\"] or \
                [\"upstream\",\"uris\"] or [\"upstream_id\",\"uris\"] or [\"service_id\",\"uris\"] or \
                [\"script\",\"uri\"] or [\"script\",\"uris\"]";
    let id = r#"property "id" validation failed: object matches none of the required"#;
    let address = r#"property "remote_addr" validation failed: object matches none of the required"#;
    let cases = [
        (json!({}), ""),
        (json!({"upstream": null}), none),
        (json!({"id": -100}), id),
        (json!({"id": "*invalid"}), id),
        (json!({"id": "a.b-c_D1"}), ""),
        (json!({"host": "*.foo.com"}), ""),
        (json!({"host": "*"}), ""),
        (
            json!({"host": "a*b"}),
            r#"property "host" validation failed: failed to match pattern "^\\*$|^\\*?[0-9a-zA-Z-._\\[\\]:]+$" with "a*b""#,
        ),
        (json!({"remote_addrs": ["::1/16", "::1", "::", "1.1.1.1", "1.1.1.1/32"]}), ""),
        (json!({"remote_addr": "127.0.0.33333"}), address),
        (
            json!({"uris": ["/"]}),
            "allOf 1 failed: value should match only one schema, but matches both schemas 1 and 2",
        ),
        (
            json!({"labels": {"a": "b c"}}),
            r#"property "labels" validation failed: failed to validate a (matching ".*"): failed to match pattern "^\\S+$" with "b c""#,
        ),
        (
            json!({"methods": ["NOPE"]}),
            r#"property "methods" validation failed: failed to validate item 1: matches none of the enum values"#,
        ),
        (
            json!({"methods": ["GET", "GET"]}),
            r#"property "methods" validation failed: expected unique items but items 1 and 2 are equal"#,
        ),
        (json!({"script": "local _M = {} return _M", "plugins": {}}), "value wasn't supposed to match schema"),
        (json!({"x": 1}), "additional properties forbidden, found x"),
        (
            json!({"timeout": {"connect": 1, "send": 0, "read": 1}}),
            r#"property "timeout" validation failed: property "send" validation failed: expected 0 to be greater than 0"#,
        ),
        (json!({"status": 2}), r#"property "status" validation failed: matches none of the enum values"#),
        (
            json!({"desc": "d".repeat(257)}),
            r#"property "desc" validation failed: string too long, expected at most 256, got 257"#,
        ),
    ];
    for (more, expected) in cases {
        check(Kind::Routes, route(more), expected);
    }
}

#[test]
fn other_objects_are_judged_as_the_original_judges_them() {
    let passive = json!({"nodes": {"a:1": 1}, "checks": {"passive": {}}});
    let needs_active = r#"property "checks" validation failed: object matches none of the required: ["active"] or ["active","passive"]"#;
    let cert = "c".repeat(128);
    let cases = [
        (Kind::Services, json!({}), ""),
        (Kind::Upstreams, json!({}), "value should match only one schema, but matches none"),
        (Kind::Upstreams, json!({"nodes": []}), ""),
        (
            Kind::Upstreams,
            json!({"nodes": {"a": -1}}),
            r#"property "nodes" validation failed: object matches none of the required"#,
        ),
        (Kind::Upstreams, json!({"nodes": [{"host": "a", "weight": 1}]}), ""),
        (Kind::Upstreams, passive, needs_active),
        (Kind::Consumers, json!({"plugins": {}}), r#"property "username" is required"#),
        (
            Kind::Credentials,
            json!({"plugins": {"a": {}, "b": {}}}),
            r#"property "plugins" validation failed: expect object to have at most 1 properties"#,
        ),
        (Kind::GlobalRules, json!({"id": "1"}), r#"property "plugins" is required"#),
        (Kind::Ssls, json!({"cert": cert, "key": cert}), "then clause did not match"),
        (Kind::Ssls, json!({"cert": cert, "key": cert, "type": "client"}), ""),
        (Kind::Ssls, json!({"cert": cert, "key": cert, "sni": "*.a.com"}), ""),
        (Kind::Protos, json!({}), r#"property "content" is required"#),
    ];
    for (kind, object, expected) in cases {
        check(kind, object, expected);
    }
}

#[test]
fn every_schema_can_be_read_and_shown() {
    for kind in Kind::ALL {
        assert!(kind.schema().shown().is_object(), "{}", kind.name());
        assert_eq!(Kind::named(kind.name()), Some(*kind));
    }
    for manager in ["vault", "aws", "gcp"] {
        assert!(super::secret_schema(manager).is_some(), "{manager}");
    }
}
