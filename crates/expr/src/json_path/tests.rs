//! Paths and what they lead to, as Jayway's library has it with missing leaves read as null.

use super::*;
use crate::limits::Limits;
use crate::value::java_text;

const STORE: &str = r#"{"store": {"book": [
  {"category": "reference", "author": "Rees", "title": "Sayings", "price": 8.95},
  {"category": "fiction", "author": "Waugh", "title": "Honour", "price": 12.99},
  {"category": "fiction", "author": "Melville", "title": "Moby", "isbn": "0-553", "price": 8.99},
  {"category": "fiction", "author": "Tolkien", "title": "Rings", "isbn": "0-395", "price": 22.99}],
  "bicycle": {"color": "red", "price": 19.95}}, "expensive": 10, "n": null, "a.b": "dotted", "words": ["x", "y"],
  "numbers": [1, 2, 3, 4], "deep": [[1], [2, 3]], "t": "10", "flags": [true, false]}"#;

fn seen(path: &str) -> String {
    let limits = Limits::default();
    let mut budget = Budget::new(&limits);
    let compiled = match Path::read(path) {
        Ok(compiled) => compiled,
        Err(error) => return error.code.to_owned(),
    };
    let text = Text::Borrowed(STORE);
    let along = compiled.evaluate_text(&text, &mut budget);
    let whole = json::read(&text, &mut budget).and_then(|document| compiled.evaluate(&document, &mut budget));
    let mut shown = |value: Result<Value<'_>, Error>| match value {
        Ok(value) => java_text(&value, &mut budget).unwrap(),
        Err(error) => error.code.to_owned(),
    };
    let (along, whole) = (shown(along), shown(whole));
    assert_eq!(along, whole, "{path}: what lies beside the path made a difference");
    whole
}

#[test]
fn paths_lead_where_they_should() {
    let cases = [
        ("$.store.book[*].author", "[Rees, Waugh, Melville, Tolkien]"),
        ("$..author", "[null, null, Rees, Waugh, Melville, Tolkien, null]"),
        (
            "$.store.*",
            "[[{category=reference, author=Rees, title=Sayings, price=8.95}, {category=fiction, author=Waugh, title=Honour, price=12.99}, {category=fiction, author=Melville, title=Moby, isbn=0-553, price=8.99}, {category=fiction, author=Tolkien, title=Rings, isbn=0-395, price=22.99}], {color=red, price=19.95}]",
        ),
        ("$.store.book[2].title", "Moby"),
        ("$.store.book[-2].title", "Moby"),
        ("$.store.book[0,1].title", "[Sayings, Honour]"),
        ("$.store.book[:2].title", "[Sayings, Honour]"),
        ("$.store.book[1:2].title", "[Honour]"),
        ("$.store.book[-2:].title", "[Moby, Rings]"),
        ("$.store.book[2:].title", "[Moby, Rings]"),
        ("$.store.book[:-3].title", "[Sayings]"),
        ("$.store.book[-3:-1].title", "[Honour, Moby]"),
        ("$.store.book[?(@.isbn)].title", "[Moby, Rings]"),
        ("$.store.book[?(!@.isbn)].title", "[Sayings, Honour]"),
        ("$.store.book[?(@.price < 10)].title", "[Sayings, Moby]"),
        ("$.store.book[?(@.price <= $.expensive)].title", "[Sayings, Moby]"),
        ("$.store.book[?(@['price'] > 10 && @.category == 'fiction')].title", "[Honour, Rings]"),
        ("$.store.book[?(@.price < 9 || @.author == 'Tolkien')].title", "[Sayings, Moby, Rings]"),
        ("$.store.book[?(!(@.price < 9))].title", "[Honour, Rings]"),
        ("$.store.book[?(@.author =~ /.*REES/i)].title", "[Sayings]"),
        ("$.store.book[?(@.author =~ /Re/)].title", "[]"),
        ("$.store.book[?(@.category in ['reference', 'x'])].title", "[Sayings]"),
        ("$.store.book[?(@.category nin ['reference'])].author", "[Waugh, Melville, Tolkien]"),
        ("$.store.book[?(@.title contains 'in')].title", "[Sayings, Rings]"),
        ("$.store.book[?(@.title size 4)].title", "[Moby]"),
        ("$.store.book[?(@.isbn == null)].title", "[Sayings, Honour]"),
        ("$.store.book[?('Rees' == @.author)].title", "[Sayings]"),
        (
            "$[?(@.t == 10)]",
            "[{store={book=[{category=reference, author=Rees, title=Sayings, price=8.95}, {category=fiction, author=Waugh, title=Honour, price=12.99}, {category=fiction, author=Melville, title=Moby, isbn=0-553, price=8.99}, {category=fiction, author=Tolkien, title=Rings, isbn=0-395, price=22.99}], bicycle={color=red, price=19.95}}, expensive=10, n=null, a.b=dotted, words=[x, y], numbers=[1, 2, 3, 4], deep=[[1], [2, 3]], t=10, flags=[true, false]}]",
        ),
        ("$.numbers[?(@ > 2)]", "[3, 4]"),
        ("$.numbers[?(@ == 2.0)]", "[2]"),
        ("$.flags[?(@ == true)]", "[true]"),
        ("$.deep[?(@ size 2)]", "[[2, 3]]"),
        ("$.deep[?(2 in @)]", "[[2, 3]]"),
        ("$['store']['bicycle']['color']", "red"),
        ("$.store['bicycle','nothing'].color", "[red]"),
        ("$.store.bicycle['color','price','x']", "{color=red, price=19.95, x=null}"),
        ("$['a.b']", "dotted"),
        ("$.missing", "null"),
        ("$.missing.leaf", "EL1023E"),
        ("$.n", "null"),
        ("$.n.leaf", "EL1023E"),
        ("$.n[0]", "EL1023E"),
        ("$.words[5]", "EL1023E"),
        ("$.words[-5]", "EL1023E"),
        ("$.words[*].x", "[]"),
        ("$.words.length()", "2"),
        ("$.store.length()", "2"),
        ("$.store.book[0].length()", "4"),
        ("$.t.length()", "null"),
        ("$.store.book[*].length()", "[4, 4, 5, 5]"),
        ("$.numbers.sum()", "10.0"),
        ("$.numbers.avg()", "2.5"),
        ("$.numbers.min()", "1.0"),
        ("$.numbers.max()", "4.0"),
        ("$.numbers.stddev()", "1.118033988749895"),
        ("$.numbers.first()", "1"),
        ("$.numbers.last()", "4"),
        ("$.numbers.index(1)", "2"),
        ("$.numbers.index(9)", "EL1023E"),
        ("$.sum($.numbers[0], 4)", "5.0"),
        ("$.sum($..price)", "73.87"),
        ("$.words.concat(\"-\", $.t)", "xy-10"),
        ("$.words.append(1)", "[x, y, 1]"),
        ("$.store.keys()", "[book, bicycle]"),
        ("$.words.sum()", "EL1023E"),
        ("$.words.nope()", "EL1023E"),
        ("$..book.length()", "4"),
        ("$..price.sum()", "73.87"),
        ("expensive", "10"),
        ("store.bicycle.color", "red"),
        ("$..[?(@.color)].price", "[19.95]"),
        ("$.deep[*][0]", "[1, 2]"),
        ("$.deep.*.*", "[1, 2, 3]"),
        ("$.words[*]", "[x, y]"),
        ("$.t[*]", "[]"),
        ("$.t[?(@.x)]", "EL1023E"),
        ("$.", "EL1023E"),
        ("$..", "EL1023E"),
        ("$...x", "EL1023E"),
        ("$.a b", "EL1023E"),
        ("$.words[", "EL1023E"),
        ("$.words[x]", "EL1023E"),
        ("$.words['x]", "EL1023E"),
        ("$.words[(@.length-1)]", "EL1023E"),
        ("$x", "EL1023E"),
        ("$.words[?(@ ==)]", "EL1023E"),
        ("$.words[:]", "EL1023E"),
    ];
    for (path, expected) in cases {
        assert_eq!(seen(path), expected, "for {path}");
    }
}
