//! Cases of conditions on variables.

use super::*;
use serde_json::{Value, json};
use std::collections::HashMap;

struct World(HashMap<&'static str, Fact<'static>>);

impl Variables<String> for World {
    fn fact(&self, variable: &String) -> Option<Fact<'_>> {
        self.0.get(variable.as_str()).cloned()
    }
}

fn world() -> World {
    let list = Fact::List(vec![Fact::from("a"), Fact::Number(2.0)]);
    World(HashMap::from([
        ("age", Fact::from("18")),
        ("hex", Fact::from(" 0x10 ")),
        ("name", Fact::from("Jack")),
        ("empty", Fact::from("")),
        ("flag", Fact::Bool(true)),
        ("count", Fact::Number(3.0)),
        ("list", list),
        ("addr", Fact::from("127.0.0.9")),
        ("addr6", Fact::from("fe80::1")),
    ]))
}

fn parsed(rules: &Value) -> Result<Condition<String>, VarsError> {
    read(rules.as_array().unwrap(), &str::to_owned)
}

#[test]
fn conditions_hold_as_the_original_has_them() {
    let cases = [
        (json!([]), true),
        (json!([["age", "==", "18"]]), true),
        (json!([["age", "==", 18]]), true),
        (json!([["age", "==", 18.0]]), true),
        (json!([["name", "==", 18]]), false),
        (json!([["name", "~=", 18]]), true),
        (json!([["age", "!", "==", 18]]), false),
        (json!([["none", "==", null]]), true),
        (json!([["none", "~=", null]]), false),
        (json!([["name", "~=", null]]), true),
        (json!([["none", "~=", "x"]]), true),
        (json!([["none", "==", "x"]]), false),
        (json!([["none", "=="]]), true),
        (json!([["empty", "==", ""]]), true),
        (json!([["flag", "==", "true"]]), false),
        (json!([["flag", "==", true]]), true),
        (json!([["count", "==", "3"]]), false),
        (json!([["count", "==", 3]]), true),
        (json!([["age", ">", 17]]), true),
        (json!([["age", ">", "17"]]), true),
        (json!([["age", ">", 18]]), false),
        (json!([["age", ">=", 18]]), true),
        (json!([["age", "<", "18.5"]]), true),
        (json!([["age", "<=", 17]]), false),
        (json!([["hex", "==", 16]]), true),
        (json!([["name", ">", 1]]), false),
        (json!([["name", "<", 1]]), false),
        (json!([["none", "<", 1]]), false),
        (json!([["age", "<", "x"]]), false),
        (json!([["name", "~~", "^Ja"]]), true),
        (json!([["name", "~~", "^ja"]]), false),
        (json!([["name", "~*", "^ja(?=c)"]]), true),
        (json!([["name", "~~", "("]]), false),
        (json!([["none", "~~", ".*"]]), false),
        (json!([["age", "~~", 8]]), true),
        (json!([["name", "IN", ["x", "Jack"]]]), true),
        (json!([["age", "in", [18]]]), false),
        (json!([["age", "in", "18"]]), false),
        (json!([["none", "in", [null]]]), false),
        (json!([["name", "!", "in", ["x"]]]), true),
        (json!([["list", "has", "a"]]), true),
        (json!([["list", "HAS", 2]]), true),
        (json!([["list", "has", "2"]]), false),
        (json!([["name", "has", "J"]]), false),
        (json!([["addr", "ipmatch", ["10.0.0.1", "127.0.0.0/8"]]]), true),
        (json!([["addr", "!", "ipmatch", "127.0.0.9"]]), false),
        (json!([["addr6", "ipmatch", "fe80::/32"]]), true),
        (json!([["name", "ipmatch", "fe80::/32"]]), false),
        (json!([["age", "18"]]), true),
        (json!([["name", "Jack"]]), false),
        (json!([["age", 18]]), true),
        (json!([["age", "==", 18], ["name", "==", "x"]]), false),
        (json!(["OR", ["age", "==", 1], ["name", "==", "Jack"]]), true),
        (json!(["or", ["age", "==", 1], ["name", "==", "x"]]), false),
        (json!(["!OR", ["age", "==", 1], ["name", "==", "x"]]), true),
        (json!(["!AND", ["age", "==", 18], ["name", "==", "x"]]), true),
        (json!(["AND", ["age", "==", 18], ["OR", ["name", "==", "x"], ["flag", "==", true]]]), true),
        (json!([["age", "==", 18], ["!OR", ["name", "==", "x"], ["flag", "==", false]]]), true),
        (json!([[["age", "==", 18], ["name", "==", "Jack"]]]), true),
    ];
    let world = world();
    for (rules, expected) in cases {
        let condition = parsed(&rules).unwrap_or_else(|error| panic!("{rules}: {error}"));
        assert_eq!(ReadyCondition::new(&condition).holds(&world), expected, "{rules}");
    }
}

#[test]
fn what_is_no_condition_says_so_in_the_originals_words() {
    let mut deep = json!(["a", "==", 1]);
    for _ in 0..100 {
        deep = json!([deep]);
    }
    for (rules, expected) in [
        (json!([["k", "=", "v"]]), "invalid operator '='"),
        (json!([["k", "LIKE", "v"]]), "invalid operator 'like'"),
        (json!([["k"]]), "invalid expression"),
        (json!([[]]), "rule too short"),
        (json!([{}]), "rule too short"),
        (json!([["!", "k", "==", "1"]]), "bad 'not' expression"),
        (json!(["OR", ["w", ">", 10]]), "rule too short"),
        (json!(["OR", ["w", ">", 10], ["AND"]]), "rule too short"),
        (json!(["k", "==", "v"]), "rule should be wrapped inside brackets"),
        (json!([1]), "rule should be wrapped inside brackets"),
        (json!(["OR", "a", "b"]), "invalid expression"),
        (json!([[1, "==", 1]]), "invalid expression"),
        (json!([["k", [], 1]]), "invalid expression"),
        (json!([["k", "ipmatch"]]), "invalid ip address"),
        (json!([["k", "ipmatch", []]]), "invalid ip address"),
        (json!([["k", "ipmatch", "1.1.1.1/33"]]), "invalid ip address: 1.1.1.1/33"),
        (deep, "invalid expression"),
    ] {
        let error = parsed(&rules).expect_err(&rules.to_string());
        assert_eq!(error.to_string(), expected, "{rules}");
    }
}

#[test]
fn expressions_that_match_nothing_are_told() {
    let condition = parsed(&json!(["OR", ["a", "~~", "("], ["b", "~*", "[a"], ["c", "~~", "ok"]])).unwrap();
    let broken: Vec<String> = condition.broken().into_iter().map(|(regex, _)| regex).collect();
    assert_eq!(broken, ["(", "[a"]);
}

#[test]
fn whoever_reads_freely_takes_what_the_original_finds_too_short() {
    let world = world();
    for (rules, expected) in [
        (json!([]), true),
        (json!(["age", "==", 18]), true),
        (json!(["age", "!", "==", 18]), false),
        (json!(["OR", ["age", "==", 18]]), true),
        (json!(["!OR", ["age", "==", 18]]), false),
        (json!(["OR"]), false),
        (json!([["age", "==", 18], ["AND"]]), true),
    ] {
        let rules = rules.as_array().unwrap();
        let condition = read_freely(rules, &str::to_owned).unwrap();
        assert_eq!(ReadyCondition::new(&condition).holds(&world), expected, "{rules:?}");
    }
    assert_eq!(read_freely(&[json!([])], &str::to_owned), Err(VarsError::TooShort));
}
