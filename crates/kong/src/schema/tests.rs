//! Validation texts and defaults, on a small schema.

use super::*;
use serde_json::json;

fn schema() -> Record {
    let config = Record::new(vec![
        string("mode").default("a").one_of(&["a", "b"]),
        integer("port").default(443).optional().between(0, 65535),
        string("key").secret(),
        string("secret").secret(),
        array("list", string("").rule(Rule::Text(text::route_path))),
        set("set", integer("")),
        map("map", array("", string(""))),
        string("needed").required(),
    ]);
    Record::new(vec![nested("config", config), removed("gone", "it is gone")])
        .check(Check::AllOrNone(&["config.key", "config.secret"]))
        .shorthand(Shorthand { name: "short", expand: |value| Ok(vec![("config.needed", value.clone())]) })
}

fn judge(value: Value) -> (Object, Violations) {
    let Value::Object(mut object) = value else { panic!("{value}") };
    let mut found = fill(&schema(), &mut object);
    found.0.extend(check(&schema(), &object).0);
    (object, found)
}

#[test]
fn each_wrong_value_has_its_text() {
    let cases = [
        (json!({"mode": "c"}), json!({"mode": "expected one of: a, b"})),
        (json!({"mode": 1}), json!({"mode": "expected a string"})),
        (json!({"mode": null}), json!({"mode": "required field missing"})),
        (json!({"port": 70000}), json!({"port": "value should be between 0 and 65535"})),
        (json!({"port": "1"}), json!({"port": "expected an integer"})),
        (json!({"port": 1.5}), json!({"port": "expected an integer"})),
        (json!({"list": "x"}), json!({"list": "expected an array"})),
        (
            json!({"list": ["/ok", "no"]}),
            json!({"list": [null, "should start with: / (fixed path) or ~/ (regex path)"]}),
        ),
        (json!({"set": {}}), json!({"set": "expected a set"})),
        (json!({"map": {"a": "b"}}), json!({"map": {"a": "expected an array"}})),
        (json!({"key": ""}), json!({"key": "length must be at least 1"})),
        (json!({"other": 1}), json!({"other": "unknown field"})),
    ];
    for (mut config, expected) in cases {
        config["needed"] = json!("x");
        let (_, found) = judge(json!({ "config": config }));
        assert_eq!(found.fields()["config"], expected, "{config}");
    }
}

#[test]
fn a_message_tells_one_or_several() {
    let (_, found) = judge(json!({"config": {"port": -1}}));
    assert_eq!(
        found.message(),
        "2 schema violations (config.needed: required field missing; config.port: value should be between 0 and 65535)"
    );
    let (_, found) = judge(json!({"config": {"needed": "x", "key": "k"}}));
    let text = "all or none of these fields must be set: 'config.key', 'config.secret'";
    assert_eq!(found.message(), format!("schema violation ({text})"));
    assert_eq!(found.fields(), json!({"@entity": [text]}));
}

#[test]
fn defaults_and_shorthands_are_filled_in_and_references_stand_for_anything() {
    let (object, found) =
        judge(json!({"short": "x", "config": {"key": "{vault://env/A}", "secret": "s", "set": [1, 1]}}));
    assert_eq!(found, Violations::default());
    let config = json!({"mode": "a", "port": 443, "key": "{vault://env/A}", "secret": "s", "list": null, "set": [1],
        "map": null, "needed": "x"});
    assert_eq!(object["config"], config);
    assert!(!object.contains_key("gone"));
}

#[test]
fn texts_are_judged_in_the_originals_words() {
    type Judge = fn(&str) -> text::Judged;
    let cases: &[(Judge, &str, &str)] = &[
        (text::host, "a.test", ""),
        (text::host, "::1", ""),
        (text::host, "a.test:80", "must not have a port"),
        (text::host, "a b", "invalid value: a b"),
        (text::route_host, "*.a.test:8080", ""),
        (text::route_host, "a.*", ""),
        (text::route_host, "*.a.*", "invalid wildcard: must have at most one wildcard"),
        (text::route_host, "a.*.b", "invalid wildcard: must be placed at leftmost or rightmost label"),
        (text::url, "http://a/b", ""),
        (text::url, "http://", "missing host in url"),
        (text::url, "a/b", "missing host in url"),
        (text::route_path, "/a b", ""),
        (text::route_path, "a", "should start with: / (fixed path) or ~/ (regex path)"),
        (text::route_path, "/a//b", "must not have empty segments"),
        (text::route_path, "/a/../b", "non-normalized path, consider use '/b' instead"),
        (text::route_path, "/%7euser", "non-normalized path, consider use '/~user' instead"),
        (text::route_path, "/a%2", "invalid url-encoded value: '%2'"),
        (text::route_path, "~/a(?<id>\\d+)$", ""),
        (
            text::route_path,
            "~/a(",
            "invalid regex: '/a(' (PCRE returned: pcre2_compile() failed: missing closing parenthesis in \"/a(\")",
        ),
        (text::name, "a.b-c_d~é", ""),
        (
            text::name,
            "a b",
            "invalid value 'a b': the only accepted ascii characters are alphanumerics or ., -, _, and ~",
        ),
        (text::method, "get", "invalid value: get"),
        (text::ip_or_cidr, "10.0.0.0/8", ""),
        (text::ip_or_cidr, "x", "invalid ip or cidr range: 'x'"),
        (text::uuid, "1", "expected a valid UUID"),
    ];
    for (judge, text, expected) in cases {
        assert_eq!(judge(text).err().unwrap_or_default(), *expected, "{text}");
    }
}
