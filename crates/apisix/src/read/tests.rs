//! Files become objects.

use super::{FileKind, Texts, file_kind, objects, substitute_values};
use serde_json::json;
use std::collections::BTreeMap;

fn environment() -> BTreeMap<String, String> {
    [("URI", "/env"), ("PORT", "9090"), ("FLAG", "true")].map(|(k, v)| (k.to_owned(), v.to_owned())).into()
}

fn read(kind: FileKind, text: &str) -> (Option<Vec<String>>, Vec<String>) {
    let mut texts = Texts::default();
    let found = objects("apisix.yaml", kind, text, &environment(), &mut texts);
    let shown = found.map(|all| {
        let one = |found: &super::Found| format!("{} {}", found.place, json!(found.object));
        all.iter().map(one).collect()
    });
    (shown, texts.into_findings().iter().map(ToString::to_string).collect())
}

#[test]
fn files_are_told_by_their_names() {
    let cases = [
        ("conf/config.yaml", Some(FileKind::Settings)),
        ("conf/config-dev.yaml", Some(FileKind::Settings)),
        ("conf/config-default.yaml", Some(FileKind::Defaults)),
        ("apisix.yaml", Some(FileKind::Yaml)),
        ("rules.yml", Some(FileKind::Yaml)),
        ("apisix.json", Some(FileKind::Json)),
        ("routes/1", None),
    ];
    for (key, expected) in cases {
        assert_eq!(file_kind(key), expected, "{key}");
    }
}

#[test]
fn lists_of_a_file_become_objects_with_ids() {
    let text = "
routes:
  - uri: /a
  - id: 7
    uri: ${{URI}}
    timeout: ${{NONE:=2000}}
    name: \"${{NONE:=2000}}\"
consumers:
  - username: jack
  - id: jack/credentials/c1
    plugins: {key-auth: {key: k}}
plugin_metadata:
  - id: limit-count
    limit_header: X
secrets:
  - id: vault/1
    uri: http://v
plugins: [{name: cors}]
#END
";
    let expected = [
        r#"routes/arr_1 {"uri":"/a"}"#,
        r#"routes/7 {"id":7,"uri":"/env","timeout":2000,"name":"2000"}"#,
        r#"consumers/jack {"username":"jack"}"#,
        r#"consumers/jack/credentials/c1 {"plugins":{"key-auth":{"key":"k"}}}"#,
        r#"plugin_metadata/limit-count {"limit_header":"X"}"#,
        r#"secrets/vault/1 {"uri":"http://v"}"#,
    ];
    assert_eq!(read(FileKind::Yaml, text), (Some(expected.map(str::to_owned).to_vec()), vec![]));
    let json = r#"{"routes": [{"uri": "${{URI}}", "priority": "${{PORT}}"}]}"#;
    assert_eq!(read(FileKind::Json, json).0.unwrap(), [r#"routes/arr_1 {"uri":"/env","priority":9090}"#]);
}

#[test]
fn a_file_that_cannot_be_used_says_why() {
    let cases = [
        ("routes:\n  - uri: /a\n", "does not end with the line #END", false),
        ("#END\n", "there is nothing in it", false),
        ("routes: [\n#END\n", "apisix.yaml", false),
        ("routes: 5\nservices: []\n#END", "routes is a list of objects", true),
        ("routes: [5]\n#END", "this is no object", true),
        ("nothing: []\n#END", "no kind of object", true),
        ("routes: [{uri: \"${{NONE}}\"}]\n#END", "NONE is not set", true),
    ];
    for (text, word, used) in cases {
        let (found, said) = read(FileKind::Yaml, text);
        assert_eq!(found.is_some(), used, "{text}");
        assert!(said.len() == 1 && said[0].contains(word), "{text}: {said:?}");
    }
}

#[test]
fn values_of_the_environment_get_the_type_they_look_like() {
    let mut value = json!({"a": "${{PORT}}", "b": "x${{PORT}}", "c": ["${{FLAG}}"], "${{URI}}": "${{NONE:=d}}"});
    let mut missing = Vec::new();
    substitute_values(&mut value, &environment(), &mut missing);
    assert_eq!(value, json!({"a": 9090, "b": "x9090", "c": [true], "/env": "d"}));
    assert!(missing.is_empty());
}
