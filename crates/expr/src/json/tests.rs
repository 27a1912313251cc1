//! What the lenient reader makes of texts, each as json-smart reads it.

use super::*;
use crate::limits::Limits;
use crate::value::java_text;

fn seen(text: &str) -> String {
    let limits = Limits::default();
    let mut budget = Budget::new(&limits);
    match read(&Text::Borrowed(text), &mut budget) {
        Ok(value) => {
            format!("{} {}", value.class().rsplit('.').next().unwrap(), java_text(&value, &mut budget).unwrap())
        }
        Err(error) => error.code.to_owned(),
    }
}

#[test]
fn texts_are_read_leniently() {
    let cases = [
        ("{a:1}", "LinkedHashMap {a=1}"),
        ("{'a':'b'}", "LinkedHashMap {a=b}"),
        ("[1,,2]", "ArrayList [1, 2]"),
        (r#"{"a":1,}"#, "LinkedHashMap {a=1}"),
        ("hello world", "String hello world"),
        ("{bad", "EL1023E"),
        (r#"{"a":1} trailing"#, "LinkedHashMap {a=1}"),
        ("[1 2]", "ArrayList [1 2]"),
        ("01", "Integer 1"),
        ("1.", "Double 1.0"),
        ("NaN", "Float NaN"),
        ("\"unterminated", "EL1023E"),
        (r#"{"a" 1}"#, "EL1023E"),
        ("tru", "String tru"),
        (r#"{"a":hello world}"#, "LinkedHashMap {a=hello world}"),
        ("12abc", "String 12abc"),
        ("-", "Integer 0"),
        ("123456789012345678901234567890", "BigInteger 123456789012345678901234567890"),
        ("1.123456789012345678901", "BigDecimal 1.123456789012345678901"),
        ("1e5", "Double 100000.0"),
        ("1E400", "Double Infinity"),
        ("\"a\u{1}b\"", "String ab"),
        (" ", "String "),
        (r#"{"a":1,"b":2,"a":3}"#, "LinkedHashMap {a=3, b=2}"),
        ("[", "EL1023E"),
        (r#"{"a":"#, "EL1023E"),
        ("{,}", "LinkedHashMap {}"),
        ("[,]", "ArrayList []"),
        ("2147483648", "Long 2147483648"),
        ("-2147483648", "Integer -2147483648"),
        ("true", "Boolean true"),
        ("null", "null null"),
        ("[1,2", "EL1023E"),
        (r#"{"a":[1,{]}"#, "EL1023E"),
        ("a:b", "String a:b"),
        (r#"{"a":b,"c":d}"#, "LinkedHashMap {a=b, c=d}"),
        (r#""\x""#, "EL1023E"),
        (r#""\u12""#, "EL1023E"),
        ("}", "EL1023E"),
        (",", "String ,"),
        (r#"{"a":1 "b":2}"#, r#"LinkedHashMap {a=1 "b":2}"#),
        ("[1}", "EL1023E"),
        ("+1", "String +1"),
        ("1.5f", "String 1.5f"),
        ("{1:2}", "LinkedHashMap {1=2}"),
        ("{a b:1}", "LinkedHashMap {a b=1}"),
        (r#""a"b"#, "String a"),
        (r#"{"a":"b"c}"#, "EL1023E"),
        ("1 2", "String 1 2"),
        ("[true false]", "ArrayList [true false]"),
        ("-0", "Integer 0"),
        ("-0.0", "Double -0.0"),
        ("0.10", "Double 0.1"),
        ("12345678901234567.5", "BigDecimal 12345678901234567.5"),
        (r#"{"a":}"#, "EL1023E"),
        (r#"{"a":,}"#, "LinkedHashMap {a=}"),
        ("\ttab", "String tab"),
        (r#"{"a":"\/\n\'é😀"}"#, "LinkedHashMap {a=/\n'é😀}"),
        ("{:1}", "EL1023E"),
        ("[:]", "EL1023E"),
    ];
    for (text, expected) in cases {
        assert_eq!(seen(text), expected, "for {text:?}");
    }
}

#[test]
fn deep_nesting_is_refused_and_not_overflowed() {
    assert_eq!(seen(&"[".repeat(100_000)), "limit-depth");
    assert!(seen(&format!("{}{}", "[".repeat(64), "]".repeat(64))).starts_with("ArrayList"));
}

#[test]
fn of_equal_keys_in_a_large_object_the_last_value_stays() {
    let members: Vec<String> = (0..5000).map(|at| format!("\"k{}\":{at}", at % 50)).collect();
    let text = format!("{{{}}}", members.join(","));
    let limits = Limits::default();
    let Value::Map(map) = read(&Text::Borrowed(&text), &mut Budget::new(&limits)).unwrap() else { panic!("a map") };
    assert_eq!(map.len(), 50);
    assert!(matches!(map.get_text("k49"), Some(Value::Int(4999))));
}
