//! What ends an evaluation: time, elements, text, depth; and that no text at all makes the parser fall.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use expr::el::{Context, Template, Wanted};
use expr::{Limits, Lookup, Value};
use proptest::prelude::*;
use std::cell::Cell;
use std::time::{Duration, Instant};

fn code(template: &str, context: &str, limits: &Limits) -> String {
    let world = Context::over(context, None, &patient()).unwrap();
    let template = match Template::parse(template) {
        Ok(template) => template,
        Err(error) => return error.code.to_owned(),
    };
    match template.evaluate_within(&world, Wanted::Text, limits) {
        Ok(value) => value.as_str().map_or_else(|| format!("{value:?}"), |text| format!("{} bytes", text.len())),
        Err(error) => error.code.to_owned(),
    }
}

fn check(template: &str, context: &str, expected: &str) {
    let seen = code(template, context, &patient());
    let shown: String = template.chars().take(100).collect();
    assert_eq!(seen, expected, "for {shown}");
}

/// The limits, with time enough for a slow machine.
fn patient() -> Limits {
    Limits { time: Duration::from_secs(60), ..Limits::default() }
}

/// A JSON array of so many small numbers.
fn numbers(count: usize) -> String {
    format!("[{}]", vec!["1"; count].join(","))
}

#[test]
fn ten_thousand_elements_are_the_most() {
    let (most, more) = (numbers(10_000), numbers(10_001));
    let context = |list: &str| format!("{{\"list\": {list}}}");
    for template in ["{(#list.![#this].size())}", "{(#list.?[true].size())}", "{(#jsonPath(#list, '$[*]').size())}"] {
        check(template, &context(&most), "5 bytes");
        check(template, &context(&more), "limit-elements");
    }
    check("{('x'.repeat(20000).split('').length)}", "{}", "limit-elements");
    check("{(new int[20000].length)}", "{}", "limit-elements");
    check("{#xpath(#doc, '//a', 'node_list')}", &format!("{{\"doc\": \"{}\"}}", "<a/>"), "EL1001E");
    let many = format!("{{\"doc\": \"<r>{}</r>\"}}", "<a/>".repeat(10_001));
    check("{#xpath(#doc, '//a', 'node_list')}", &many, "limit-elements");
}

#[test]
fn one_mebibyte_of_text_is_the_most() {
    let mebibyte = 1 << 20;
    check(&format!("{{('x'.repeat({mebibyte}))}}"), "{}", "1048576 bytes");
    check(&format!("{{('x'.repeat({}))}}", mebibyte + 1), "{}", "limit-text");
    check("{('x'.repeat(2147483647))}", "{}", "limit-text");
    check("{(T(String).format('%2147483647d', 1))}", "{}", "limit-text");
    check("{('x'.repeat(1000).replace('x', 'y'.repeat(2000)))}", "{}", "limit-text");
    check("{('x'.repeat(1000).replaceAll('x', 'y'.repeat(2000)))}", "{}", "limit-text");
    check("{(T(String).join('y'.repeat(2000000), 'a', 'b'))}", "{}", "limit-text");
    check("{(T(String).join('y'.repeat(600000), 'a', 'b', 'c'))}", "{}", "limit-text");
    check("{#xmlEscape('&'.repeat(500000))}", "{}", "limit-text");
    check("{#jsonEscape('é'.repeat(300000))}", "{}", "limit-text");
    check("a{('x'.repeat(600000))}b{('x'.repeat(600000))}", "{}", "limit-text");
    check("{(new java.math.BigDecimal('1e9999').pow(1000))}", "{}", "limit-text");
    check("{(2L * new java.math.BigDecimal('9').pow(999999999))}", "{}", "limit-text");
}

#[test]
fn text_of_the_world_passes_whatever_its_length() {
    let context = format!("{{\"request\": {{\"content\": \"{}\"}}}}", "x".repeat(3 << 20));
    check("{#request.content}", &context, "3145728 bytes");
    check("{#request.content.toUpperCase()}", &context, "3145728 bytes");
    check("{#request.content.concat('y')}", &context, "limit-text");
}

#[test]
fn sixty_four_levels_are_the_deepest() {
    let nested = |levels: usize| format!("{{{}1{}}}", "(".repeat(levels), ")".repeat(levels));
    check(&nested(60), "{}", "1 bytes");
    check(&nested(65), "{}", "limit-depth");
    check(&nested(4000), "{}", "limit-depth");
    check(&format!("{{({}1)}}", "-".repeat(2000)), "{}", "limit-depth");
    check(&format!("{{({}true)}}", "!".repeat(2001)), "{}", "limit-depth");
    let json = |levels: usize| format!("{{\"j\": \"{}1{}\"}}", "[".repeat(levels), "]".repeat(levels));
    check("{#jsonPath(#j, '$.length()')}", &json(64), "1 bytes");
    check("{#jsonPath(#j, '$.length()')}", &json(65), "limit-depth");
    check("{#jsonPath(#j, '$.length()')}", &json(100_000), "limit-depth");
    let xml = format!("{{\"x\": \"{}\"}}", "<a>".repeat(100_000));
    check("{#xpath(#x, '/a')}", &xml, "limit-depth");
    check(&format!("{{#xpath('<a/>', '{}1{}')}}", "(".repeat(500), ")".repeat(500)), "{}", "limit-depth");
    check(&format!("{{#jsonPath('{{}}', '$[?({}@.a{})]')}}", "(".repeat(500), ")".repeat(500)), "{}", "limit-depth");
}

#[test]
fn long_sums_are_not_deep() {
    let sum = format!("{{(0{})}}", " + 1".repeat(2000));
    check(&sum, "{}", "4 bytes");
}

thread_local! {
    static LOOKS: Cell<u32> = const { Cell::new(0) };
}

/// A clock on which each look takes a millisecond.
fn slow_clock() -> Instant {
    let start = *START.get_or_init(Instant::now);
    LOOKS.with(|looks| {
        looks.set(looks.get() + 1);
        start + Duration::from_millis(looks.get().into())
    })
}

static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();

#[test]
fn fifty_milliseconds_are_the_longest() {
    let limits = Limits { now: slow_clock, ..Limits::default() };
    assert_eq!(limits.time, Duration::from_millis(50));
    let list = format!("{{\"l\": {}}}", numbers(500));
    // Every element asks every element: a quarter of a million steps, and the clock is looked at on the way.
    let quadratic = "{#l.![#l.?[#this > 0 && false].size()].size()}";
    assert_eq!(code(quadratic, &list, &limits), "limit-time");
    assert_eq!(code("{#l.size()}", &list, &limits), "3 bytes");
}

/// A world without anything.
struct Nothing;

impl Lookup for Nothing {
    fn get(&self, _: &str) -> Option<Value<'_>> {
        None
    }
}

/// Parses, and evaluates what could be parsed; all that matters is that both return.
fn survives(text: &str) {
    if let Ok(template) = Template::parse(text) {
        for wanted in [Wanted::Text, Wanted::Boolean, Wanted::Integer, Wanted::List] {
            let _ = template.evaluate(&Nothing, wanted);
        }
    }
}

const PIECES: [&str; 52] = [
    "{#",
    "{(",
    "{T",
    "}",
    "{",
    "(",
    ")",
    "[",
    "]",
    "'a'",
    "\"b\"",
    "1",
    "2L",
    "0x1F",
    "1.5",
    "3f",
    "1e9",
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "==",
    "<",
    ">=",
    "&&",
    "||",
    "!",
    "?",
    ":",
    "?:",
    ".",
    "?.",
    ".![",
    ".?[",
    ".^[",
    "#this",
    "#jsonPath(",
    "#xpath(",
    "T(java.lang.Math)",
    "abs",
    "new ",
    "null",
    "true",
    " matches ",
    " between ",
    " instanceof ",
    ",",
    "é",
    "😀",
    "\\",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn arbitrary_text_is_read_or_refused(text in "\\PC{0,80}") {
        survives(&text);
        survives(&format!("{{#{text}}}"));
    }

    #[test]
    fn arbitrary_tokens_are_read_or_refused(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..24)) {
        survives(&pieces.concat());
        survives(&format!("{{({})}}", pieces.concat()));
    }

    #[test]
    fn arbitrary_documents_and_paths_are_read_or_refused(json in "[\\[\\]{}:,\"'a-c0-9.eE\\\\ -]{0,40}", path in "[$@.\\[\\]()?*'a-c0-9:,<=>&|!/~ -]{0,30}", xml in "[<>/a-c=\"'!? -]{0,30}") {
        let context = serde_json::json!({ "json": json, "path": path, "xml": xml }).to_string();
        let world = Context::read(&context).unwrap();
        for template in ["{#jsonPath(#json, #path)}", "{#xpath(#xml, #path)}", "{('abc'.replaceAll(#path, #json))}", "{(T(String).format(#path, 1, 'a', 2.5))}", "{(#json.split(#path))}"] {
            let _ = Template::parse(template).unwrap().evaluate(&world, Wanted::Text);
        }
    }
}
