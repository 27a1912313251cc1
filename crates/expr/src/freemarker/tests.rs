//! Cases of `freemarker`: what templates write, what they refuse, and what ends them.

use super::Template;
use crate::el::Context;
use crate::limits::Limits;
use std::cell::Cell;
use std::time::{Duration, Instant};

const WORLD: &str = r#"{
    "request": {"content": "{\"symbol\": \"EUR\", \"list\": [1, 2.50, true]}", "method": "GET",
                "headers": {"X-A": ["a", "b"]}, "params": {"q": ["1"]}},
    "attributes": {"n": 1234567.8915, "yes": true, "none": null, "list": [1, 2, 3], "empty": [], "text": "Ada L.",
                   "map": {"a": 1, "b": {"c": "deep"}}, "words": ["x", "y"]}
}"#;

/// What it writes, or the code of what it refuses, with the place.
fn written(template: &str) -> String {
    let limits = Limits { time: Duration::from_secs(60), ..Limits::default() };
    let world = Context::over(WORLD, None, &limits).unwrap();
    let made = Template::parse(template).and_then(|template| template.evaluate_within(&world, &limits));
    made.unwrap_or_else(|error| format!("{} at {}", error.code, error.place))
}

fn check(cases: &[(&str, &str)]) {
    let wrong = cases.iter().map(|(template, expected)| (template, written(template), expected));
    let wrong: Vec<_> = wrong.filter(|(_, seen, expected)| seen != **expected).collect();
    assert!(wrong.is_empty(), "template, seen, expected: {wrong:#?}");
}

#[test]
fn interpolations_write_texts_and_numbers() {
    check(&[
        ("", ""),
        ("plain < $ # {x} <b> </a> <# x>", "plain < $ # {x} <b> </a> <# x>"),
        ("<${request.method}>", "<GET>"),
        ("${request.headers['x-a'][1]}${request.headers['X-A']?size}", "b2"),
        ("${request.params.q[0]}${request.params['q']?first}", "11"),
        ("${context.attributes.n} ${context.attributes['n']?c}", "1,234,567.892 1234567.8915"),
        ("${context.attributes.map.b.c} ${context.attributes.map[\"b\"]['c']}", "deep deep"),
        ("${context.attributes.list[0]}${context.attributes.list[2]}", "13"),
        ("${context.attributes.text[0]}${context.attributes.text[4..5]}${context.attributes.text[4..]}", "AL.L."),
        ("${context.attributes.yes}", "ftl-value at 20"),
        ("${context.attributes.yes?c} ${context.attributes.yes?string('on', 'off')}", "true on"),
        ("${context.attributes.map}", "ftl-value at 20"),
        ("${context.attributes.list}", "ftl-value at 20"),
        ("${request}", "ftl-value at 2"),
    ]);
}

#[test]
fn what_is_missing_is_an_error_unless_it_is_asked_for() {
    check(&[
        ("${nope}", "ftl-missing at 2"),
        ("${context.attributes.none}", "ftl-missing at 20"),
        ("[${nope!}] [${nope!'x'}] [${context.attributes.none!\"d\"}]", "[] [x] [d]"),
        ("${nope.a!'x'}", "ftl-missing at 2"),
        ("${(nope.a.b)!'x'} ${(context.attributes.map.z.y)!'z'}", "x z"),
        ("${nope!1 + 2} ${(nope!1) + 2} ${nope!context.attributes.none!'last'}", "3 3 last"),
        ("${nope??c}", "ftl-parse at 8"),
        ("${nope???c} ${request.method???c} ${(a.b.c)???c}", "false true false"),
        ("${a.b??}", "ftl-missing at 2"),
        ("${nope?default('x')} ${nope?default(nope, 'y')} ${(a.b)?default('z')}", "x y z"),
        (
            "${nope?has_content?c} ${''?has_content?c} ${request.method?has_content?c} ${(a.b)?has_content?c}",
            "false false true false",
        ),
        ("${context.attributes.empty?has_content?c} ${context.attributes.list?has_content?c}", "false true"),
        ("${context.attributes.list[7]!'none'}", "none"),
        ("<#list nope! as x>${x}<#else>no</#list>", "no"),
        ("<#if nope?? && nope.a>y<#else>n</#if>", "n"),
        ("${(1 + nope)!'x'}", "x"),
    ]);
}

#[test]
fn operators_have_their_order() {
    check(&[
        ("${1 + 2 * 3 - 4 / 2} ${7 % 3} ${-(1 + 2)} ${10 / 3} ${1.50 + 1}", "5 1 -3 3.333 2.5"),
        ("${'a' + 1 + 2} ${1 + 2 + 'a'}", "a12 3a"),
        ("${([1] + [2, 3])?join('-')} ${({'a': 1} + {'b': 2, 'a': 3}).a}", "1-2-3 3"),
        ("${(1 < 2 && 2 lte 2 && !(3 gt 4))?c} ${(1 == 2 || 'a' == 'a')?c} ${('a' != 'b')?c}", "true true true"),
        ("<#if (2 > 1)>y</#if><#if 2 gt 1>y</#if><#if 1 &lt; 2>y</#if>", "yyy"),
        ("<#if 1 = 1>y</#if>", "y"),
        ("${(1 == '1')?c}", "ftl-value at 5"),
        ("${('a' < 'b')?c}", "ftl-value at 7"),
        ("${1 / 0}", "ftl-value at 4"),
        ("${'x' - 1}", "ftl-value at 6"),
        ("${1..3}", "ftl-value at 3"),
        (
            "<#list 1..3 as i>${i}</#list> <#list 3..1 as i>${i}</#list> <#list 1..<1 as i>${i}<#else>-</#list>",
            "123 321 -",
        ),
        ("<#list 5..*2 as i>${i}</#list>${(0..2)[1]}", "561"),
        ("${\"a${1 + 1}b${request.method}\"} ${r'${x}'} ${'it\\'s \\x41 \\\\ \\l'}", "a2bGET ${x} it's A \\ <"),
        ("${'a\\qb'}", "ftl-parse at 4"),
    ]);
}

#[test]
fn directives_choose_and_repeat() {
    check(&[
        ("<#if false>a<#elseif true>b<#else>c</#if>", "b"),
        ("<#if false>a<#elseif false>b</#if>.", "."),
        ("<#if 'x'>a</#if>", "ftl-value at 5"),
        ("<#list context.attributes.list as x>${x}<#sep>, </#list>", "1, 2, 3"),
        ("<#list context.attributes.list as x>${x}<#sep>,</#sep>;</#list>", "1,;2,;3;"),
        ("<#list context.attributes.empty as x>${x}<#else>none</#list>", "none"),
        (
            "<#list context.attributes.words as w>${w?index}${w?counter}${w?has_next?c}${w_index}${w?is_first?c} </#list>",
            "01true0true 12false1false ",
        ),
        ("<#list context.attributes.map?keys as k>${k}</#list>", "ab"),
        ("<#list {'a': 1, 'b': 2} as k, v>${k}=${v}${v?index}<#sep>&</#list>", "a=10&b=21"),
        ("<#list context.attributes.words>[<#items as w>${w}<#sep>,</#items>]<#else>none</#list>", "[x,y]"),
        ("<#list context.attributes.empty>[<#items as w>${w}</#items>]<#else>none</#list>", "none"),
        ("<#list 1..9 as i><#if i == 3><#break></#if><#if i == 1><#continue></#if>${i}</#list>", "2"),
        ("<#list 1..2 as i><#list 1..2 as j>${i}${j} </#list></#list>", "11 12 21 22 "),
        ("<#assign a = 1 b = a + 1>${a}${b}<#assign a += 5>${a}<#assign b++>${b}", "1263"),
        ("<#assign t>x${1 + 1}</#assign>[${t}]", "[x2]"),
        ("<#assign x = nope!'d'>${x}", "d"),
        ("<#assign x = nope>", "ftl-missing at 13"),
        ("a<#-- ${nope} <#if --> b", "a b"),
        ("${i?index}", "ftl-value at 3"),
    ]);
}

#[test]
fn functions_do_what_the_manual_says() {
    check(&[
        ("${'aB ç'?upper_case} ${'aB'?lower_case} ${' x '?trim}. ${' ab'?cap_first}", "AB Ç ab x.  Ab"),
        (
            "${'abc'?length} ${'abc'?contains('b')?c} ${'abc'?starts_with('b')?c} ${'abc'?index_of('c')}",
            "3 true false 2",
        ),
        ("${'a,b,c'?split(',')?join('|')} ${'a-b'?replace('-', '+')} ${'abcd'?substring(1, 3)}", "a|b|c a+b bc"),
        ("${'12.50'?number + 1} ${'x'?number}", "ftl-value at 27"),
        ("${'12.50'?number + 1} ${2.5?round} ${(-2.5)?round} ${2.4?ceiling} ${-2.4?int}", "13.5 3 -2 3 -2"),
        ("${[1, 2]?size} ${[]?size} ${{'a': 1}?size} ${[3, 4]?last} ${[1, 2]?reverse?join('')}", "2 0 1 4 21"),
        ("${[1, 2]?seq_contains(2)?c} ${true?then('a', nope)} ${'true'?boolean?c}", "true a true"),
        (
            "${'x'?is_string?c}${1?is_number?c}${[]?is_sequence?c}${{}?is_hash?c}${request?is_hash?c}",
            "truetruetruetruetrue",
        ),
        ("${'<a href=\"x\">&\\'</a>'?html}", "&lt;a href=&quot;x&quot;&gt;&amp;&#39;&lt;/a&gt;"),
        ("${'a\"b\\\\c\\n\\x1f/</x> ]]>é'?json_string}", "a\\\"b\\\\c\\n\\u001F/<\\/x> ]]\\u003Eé"),
        ("${\"'x'\"?js_string} ${\"'x'\"?json_string}", "\\'x\\' 'x'"),
        ("${1?string} ${1000?string} ${true?string} ${'s'?string}", "1 1,000 true s"),
        ("<#assign body = request.content?eval>${body.symbol} ${body.list[1]} ${body.list[2]?c}", "EUR 2.5 true"),
        ("${'1 +'?eval}", "ftl-parse at 2"),
        ("${[nope!'x', 1][0]}", "x"),
        ("${'x'?size}", "ftl-value at 5"),
    ]);
}

#[test]
fn lines_of_tags_leave_nothing_behind() {
    check(&[
        ("a\n<#if true>\n  b\n</#if>\nc", "a\n  b\nc"),
        ("a\n  <#if true>  \n  b\n  </#if>\r\nc", "a\n    b\nc"),
        ("<#list 1..2 as i>\n  ${i}\n</#list>\nend", "  1\n  2\nend"),
        ("x\n<#if true><#list [1] as i>\n${i}\n</#list></#if>\ny", "x\n1\ny"),
        ("x\n<#if true> <#list [1] as i>\n${i}\n</#list></#if>\ny", "x\n \n1\ny"),
        ("<#if true>x</#if>\ny", "x\ny"),
        ("<#assign a = 1>\n\n<#-- note -->\n<#assign b = 2>\n${a}${b}", "12"),
        ("  <#assign a = 1>\n${a}", "1"),
        ("{\n  <#if true>\n  \"a\": 1\n  </#if>\n}", "{\n    \"a\": 1\n}"),
        ("[\n<#list [1, 2] as x>\n  ${x}<#sep>,</#sep>\n</#list>\n]", "[\n  1,\n  2\n]"),
        ("${1}\n<#-- c -->\n${2}", "1\n2"),
    ]);
}

#[test]
fn what_is_no_template_or_not_supported_says_where() {
    check(&[
        ("ab <#macro x></#macro>", "ftl-unsupported at 3"),
        ("<#include 'x'>", "ftl-unsupported at 0"),
        ("<#nonsense>", "ftl-unsupported at 0"),
        ("<@m/>", "ftl-unsupported at 0"),
        ("#{1}", "ftl-unsupported at 0"),
        ("${.now}", "ftl-unsupported at 2"),
        ("${x?api}", "ftl-unsupported at 4"),
        ("${'freemarker.template.utility.Execute'?new()}", "ftl-unsupported at 40"),
        ("${request.getClass()}", "ftl-unsupported at 18"),
        ("${1?string('0.00')}", "ftl-parse at 4"),
        ("${1?string.computer}", "ftl-unsupported at 4"),
        ("${x", "ftl-parse at 0"),
        ("${}", "ftl-parse at 2"),
        ("${a b}", "ftl-parse at 4"),
        ("<#if true>x", "ftl-parse at 0"),
        ("x</#if>", "ftl-parse at 1"),
        ("<#if true></#list>", "ftl-parse at 0"),
        ("<#else>", "ftl-parse at 0"),
        ("<#list x y></#list>", "ftl-parse at 9"),
        ("<#if x", "ftl-parse at 0"),
        ("<#-- x", "ftl-parse at 0"),
        ("<#assign x>", "ftl-parse at 0"),
        ("<#assign x 1>", "ftl-parse at 11"),
        ("${'a}", "ftl-parse at 0"),
        ("${x;y}", "ftl-parse at 3"),
        ("${x^y}", "ftl-parse at 3"),
        ("${'${'}", "ftl-parse at 2"),
    ]);
}

#[test]
fn elements_text_and_depth_have_limits() {
    let nested = |count: usize, open: &str, close: &str| format!("{}1{}", open.repeat(count), close.repeat(count));
    let deep_if = format!("{}x{}", "<#if true>".repeat(70), "</#if>".repeat(70));
    check(&[
        ("<#list 1..10001 as i></#list>", "limit-elements at 8"),
        ("<#list 0..999999999999 as i></#list>", "limit-elements at 8"),
        ("<#list 0.. as i></#list>", "limit-elements at 8"),
        ("<#list 1..9999 as i></#list>ok", "ok"),
        ("<#list 1..200 as i><#list 1..200 as j></#list></#list>", "limit-elements at 27"),
        ("<#assign x = [1]><#list 1..100 as i><#assign x = x + x></#list>", "limit-elements at 51"),
        ("<#assign x = 'xxxxxxxxxxxxxxxx'><#list 1..100 as i><#assign x += x></#list>", "limit-text at 65"),
        (
            "<#assign x = 'x'?replace('', 'yyyyyyyy')><#list 1..9000 as i>${request.content}${request.content}${request.content}${request.content}</#list>",
            "limit-text at 106",
        ),
        (&format!("${{{}}}", nested(60, "(", ")")), "1"),
        (&format!("${{{}}}", nested(70, "(", ")")), "limit-depth at 65"),
        (&format!("${{{}}}", nested(70, "!", "")), "limit-depth at 64"),
        (&format!("${{x{}}}", ".a".repeat(70)), "limit-depth at 127"),
        (&deep_if, "limit-depth at 635"),
        (&format!("${{1{}}}", " + 1".repeat(1000)), "1,001"),
    ]);
}

#[test]
fn fifty_milliseconds_are_the_most() {
    assert_eq!(Limits::default().time, Duration::from_millis(50));
    thread_local!(static CLOCK: Cell<u64> = const { Cell::new(0) });
    fn now() -> Instant {
        static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        let ticks = CLOCK.with(|clock| clock.replace(clock.get() + 1));
        *START.get_or_init(Instant::now) + Duration::from_millis(ticks * 20)
    }
    let world = Context::read(WORLD).unwrap();
    let limits = Limits { now, ..Limits::default() };
    let template = Template::parse("<#list 1..100 as i><#list 1..90 as j><#if i == j>x</#if></#list></#list>").unwrap();
    let error = template.evaluate_within(&world, &limits).unwrap_err();
    assert_eq!(error.code, "limit-time");
}

#[test]
fn no_text_makes_the_reader_fall() {
    use proptest::prelude::*;
    let piece = prop::sample::select(vec![
        "${",
        "}",
        "<#if ",
        ">",
        "</#if>",
        "<#list ",
        " as x>",
        "</#list>",
        "<#sep>",
        "<#else>",
        "<#assign a=",
        "'",
        "\"",
        "\\",
        "r'",
        "(",
        ")",
        "[",
        "]",
        "{",
        "!",
        "??",
        "?c",
        "?eval",
        "..",
        "1",
        ".5",
        "a",
        "é",
        " ",
        "\n",
        "<#--",
        "-->",
        "#{",
    ]);
    proptest!(|(parts in prop::collection::vec(piece, 0..24))| {
        let world = Context::read(WORLD).unwrap();
        if let Ok(template) = Template::parse(&parts.concat()) {
            let _ = template.evaluate(&world);
        }
    });
}
