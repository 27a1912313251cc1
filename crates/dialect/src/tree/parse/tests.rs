//! Trees and their places, from small documents.

use super::*;

/// The tree in short: scalars as they are, `~` for nothing, `?` for what is broken.
fn show(tree: &Tree) -> String {
    match &tree.node {
        Node::Null => "~".into(),
        Node::Broken => "?".into(),
        Node::Scalar(scalar) if scalar.plain => scalar.text.clone(),
        Node::Scalar(scalar) => format!("{:?}", scalar.text),
        Node::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(",")),
        Node::Map(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{}:{}", key.text, show(value))).collect();
            format!("{{{}}}", entries.join(","))
        }
    }
}

fn check(text: &str, expected: &str, remarks: &[&str]) {
    let environment = BTreeMap::from([("A".to_owned(), "b: [c".to_owned())]);
    let mut findings = Findings::new("f");
    let tree = parse(text, &environment, &mut findings);
    assert_eq!(tree.as_ref().map_or("none".into(), show), expected, "{text}");
    let found: Vec<String> = findings
        .into_list()
        .into_iter()
        .map(|f| format!("{}:{}+{} {}", f.place.line, f.place.column, f.place.length, f.message))
        .collect();
    assert_eq!(found.len(), remarks.len(), "{found:?}");
    for (found, remark) in found.iter().zip(remarks) {
        assert!(found.starts_with(remark), "{found:?} instead of {remark:?}");
    }
}

#[test]
fn values_keep_their_text_and_order() {
    check("", "{}", &[]);
    check("# only this\n", "{}", &[]);
    check("b: 1\na: [on, '2', ~]\nc:\n", "{b:1,a:[on,\"2\",~],c:~}", &[]);
    check("{\"a\": {\"b\": 1.50}}", "{a:{b:1.50}}", &[]);
}

#[test]
fn aliases_and_merges_are_written_out() {
    check("a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\nc: *x", "{a:{p:1,q:2},b:{q:3,p:1},c:{p:1,q:2}}", &[]);
    check("a: {'<<': 1}", "{a:{<<:1}}", &[]);
    check("a: {<<: 1}", "{a:{}}", &["1:5+2 \"<<\" takes"]);
}

#[test]
fn references_change_values_and_never_the_structure() {
    check("a: ${A}", "{a:b: [c}", &[]);
    check(
        "a: x\nk: [1, '${NO} ${NOT}']",
        "{a:x,k:[1,?]}",
        &["2:8+14 the environment variable NO is not set", "2:8+14 the environment variable NOT is not set"],
    );
}

#[test]
fn what_is_no_yaml_says_where() {
    check("a: [1, 2\nb: 3\n", "none", &["2:2+0 this is no YAML"]);
    check("a: *b", "none", &["1:4+0 this is no YAML"]);
    check("a: 1\n---\nb: 2", "none", &["3:1+0 a second document"]);
    check("a: 1\nb: 2\na: 3", "{a:1,b:2}", &["3:1+1 the key \"a\" stands twice; the first is in line 1"]);
    check("? [a]\n: b", "none", &["1:3+1 a key is a text"]);
}

#[test]
fn aliases_cannot_grow_without_bound() {
    let mut text = String::from("a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n");
    for n in 1..12 {
        let before = n - 1;
        text.push_str(&format!("a{n}: &a{n} [{}]\n", vec![format!("*a{before}"); 10].join(",")));
    }
    check(&text, "none", &["7:"]);
}

#[test]
fn a_tag_is_no_decoration() {
    check("a: !Ref b\nc: !!str 1\nd: ! 2", "{a:?,c:1,d:2}", &["1:9+1 the tag !Ref means nothing here"]);
}

#[test]
fn tags_of_a_template_are_maps_of_one_key() {
    for (text, expected) in [
        ("a: !Ref b", "{a:{Ref:b}}"),
        ("a: !Sub '${B}-c'", "{a:{Fn::Sub:\"${B}-c\"}}"),
        ("a: !If [c, !Ref x, y]", "{a:{Fn::If:[c,{Ref:x},y]}}"),
        ("a: !Not [!Condition c]", "{a:{Fn::Not:[{Condition:c}]}}"),
        ("a: !Transform {Name: n}", "{a:{Fn::Transform:{Name:n}}}"),
        ("a: !!str 1", "{a:1}"),
    ] {
        let mut findings = Findings::new("f");
        let tree = parse_template(text, &mut findings);
        assert_eq!(
            (tree.as_ref().map_or("none".into(), show), findings.into_list()),
            (expected.into(), vec![]),
            "{text}"
        );
    }
}
