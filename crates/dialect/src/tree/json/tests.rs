//! Trees and places of JSON, and what is said of what is no JSON.

use super::*;

fn read(text: &str) -> (Option<Tree>, Vec<String>) {
    let mut findings = Findings::new("f");
    let tree = parse_json(text, &mut findings);
    let found = findings.into_list().into_iter();
    let found = found.map(|f| format!("{}:{} {}", f.place.line, f.place.column, f.message));
    (tree, found.collect())
}

#[test]
fn json_is_read_with_places() {
    let (tree, found) =
        read("{\n\t\"a\": [1, -2.5e3, true, null, \"x\\u00e9\\/\"],\n \"b\": {}, \"a\": [\"\\ud83d\\ude00\"]\n}\n");
    assert!(found.is_empty(), "{found:?}");
    let tree = tree.unwrap();
    let Some(Tree { node: Node::List(items), mark }) = tree.get("a") else { panic!("{tree:?}") };
    assert_eq!((mark.line, mark.column), (3, 17));
    let Node::Scalar(scalar) = &items[0].node else { panic!("{items:?}") };
    assert_eq!((scalar.text.as_str(), scalar.plain), ("\u{1f600}", false));
    let (tree, _) = read("{\"a\": [1, -2.5e3, true, null, \"x\\u00e9\\/\"]}");
    let Some(Tree { node: Node::List(items), .. }) = tree.as_ref().unwrap().get("a") else { panic!("{tree:?}") };
    let shown: Vec<String> = items
        .iter()
        .map(|item| match &item.node {
            Node::Scalar(scalar) => format!("{}{}", scalar.text, if scalar.plain { "" } else { "'" }),
            Node::Null | Node::List(_) | Node::Map(_) | Node::Broken => item.kind().to_owned(),
        })
        .collect();
    assert_eq!(shown, ["1", "-2.5e3", "true", "nothing", "xé/'"]);
}

#[test]
fn long_texts_may_hold_line_ends() {
    let (tree, found) = read("{\"a\": \"one\n\ttwo\"}");
    assert!(found.is_empty(), "{found:?}");
    let tree = tree.unwrap();
    let Some(Tree { node: Node::Scalar(scalar), .. }) = tree.get("a") else { panic!("{tree:?}") };
    assert_eq!(scalar.text, "one\n\ttwo");
}

#[test]
fn what_is_no_json_says_where() {
    for (text, expected) in [
        ("", "1:1 this is no JSON: the text ends where"),
        ("{\"a\" 1}", "1:6 this is no JSON: a colon"),
        ("{\"a\": 1,}", "1:9 this is no JSON: a key in quotes"),
        ("[1 2]", "1:4 this is no JSON: a comma"),
        ("{a: 1}", "1:2 this is no JSON: a key in quotes"),
        ("{\"a\":\n\"b}", "2:1 this is no JSON: the text ends before"),
        ("[\"\\q\"]", "1:2 this is no JSON: an escape"),
        ("[nope]", "1:2 this is no JSON: this is neither"),
        ("{} x", "1:4 this is no JSON: something stands behind"),
    ] {
        let (tree, found) = read(text);
        assert!(tree.is_none(), "{text}");
        assert!(found.len() == 1 && found[0].starts_with(expected), "{text}: {found:?}");
    }
    let deep = "[".repeat(100_000);
    assert!(read(&deep).1[0].contains("too deep"));
}
