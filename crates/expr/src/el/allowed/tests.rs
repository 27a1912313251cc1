//! Cases of `allowed`.

use super::*;
use crate::el::{Template, Wanted};
use crate::lookup::Lookup;

struct World(Allowed);

impl Lookup for World {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        (name == "text").then_some(Value::Str("a b".into()))
    }

    fn allowed(&self) -> Option<&Allowed> {
        Some(&self.0)
    }
}

#[test]
fn only_what_a_line_names_can_be_called() {
    for (lines, allowed, refused) in [
        (&[][..], &["{#text}", "{(1 + 1)}", "{#jsonEscape('a')}", "{('a'.empty)}"][..], &["{#text.length()}"][..]),
        (
            &["class java.lang.String"],
            &["{#text.length()}", "{#text.toString()}", "{(T(String).valueOf(1))}", "{(new String('a'))}"],
            &["{({1}.size())}", "{({1}[0].toString())}", "{(T(Math).abs(1))}", "{(new Double('1'))}"],
        ),
        (
            &["method java.lang.String length", "method java.lang.String substring int"],
            &["{#text.length()}", "{#text.substring(1)}"],
            &["{#text.substring(1, 2)}", "{#text.trim()}", "{(new String('a'))}"],
        ),
        (
            &["class java.util.Collection", "class java.util.Map"],
            &["{({1}.size())}", "{({a: 1}.get('a'))}", "{({a: 1}.size())}"],
            &["{({1}.get(0))}", "{({a: 1}.toString())}"],
        ),
        (
            &["method java.lang.Object toString"],
            &["{(T(java.util.UUID))}", "{#text.toString()}", "{({1}[0].toString())}"],
            &["{#text.equals('a')}", "{(T(java.util.UUID).randomUUID())}"],
        ),
        (
            &["new java.lang.Double java.lang.String", "class java.lang.Math"],
            &["{(new Double('1'))}", "{(T(Math).max(1, 2))}"],
            &["{(new Integer('1'))}", "{(new Double('1').intValue())}"],
        ),
    ] {
        let world = World(Allowed::of(lines.iter().map(|line| Permit::read(line).unwrap())));
        let value = |text: &str| {
            let template = Template::parse(text).unwrap();
            template.evaluate(&world, Wanted::Any).map(|_| ()).map_err(|error| error.code)
        };
        for text in allowed {
            assert_eq!(value(text), Ok(()), "{text} with {lines:?}");
        }
        for text in refused {
            let code = if text.contains("new ") && !text.contains("intValue") { "EL1003E" } else { "EL1004E" };
            assert_eq!(value(text), Err(code), "{text} with {lines:?}");
        }
    }
}

#[test]
fn a_line_that_names_what_is_not_here_permits_nothing() {
    for (line, expected) in [
        ("class java.lang.Math", None),
        ("method java.util.Map get java.lang.Object", None),
        ("method java.util.Map$Entry getKey", None),
        ("method java.util.Collections max java.util.Collection", None),
        ("method java.net.URLEncoder encode java.lang.String java.lang.String", None),
        ("method io.gravitee.gateway.api.http.HttpHeaders getFirst java.lang.String", None),
        ("method java.util.UUID randomUUID", None),
        ("new java.lang.Long java.lang.String", None),
        ("method java.util.UUID fromString java.lang.String", Some(NoPermit::NotHere)),
        ("method java.lang.String nothing", Some(NoPermit::NotHere)),
        ("method java.util.Map put java.lang.Object java.lang.Object", Some(NoPermit::NotHere)),
        ("class java.lang.Runtime", Some(NoPermit::NotHere)),
        ("method java.lang.Runtime getRuntime", Some(NoPermit::NotHere)),
        ("new java.io.File java.lang.String", Some(NoPermit::NotHere)),
        ("method java.lang.String x)} {(1", Some(NoPermit::NotHere)),
        ("class", Some(NoPermit::NoWord)),
        ("class ", Some(NoPermit::NoName)),
        ("method java.lang.String", Some(NoPermit::NoName)),
        ("# class java.lang.Math", Some(NoPermit::NoWord)),
        ("annotation java.lang.Math", Some(NoPermit::NoWord)),
    ] {
        assert_eq!(Permit::read(line).err(), expected, "{line}");
    }
}

/// The original's own list: what of it can be called here stays in when a configuration says it again.
#[test]
fn of_the_usual_list_all_is_here_but_this() {
    let usual = include_str!("usual.txt").lines().filter(|line| !line.is_empty());
    let absent: Vec<&str> = usual.filter(|line| Permit::read(line).is_err()).collect();
    let expected = [
        "class java.text.ChoiceFormat",
        "class java.text.MessageFormat",
        "class java.util.Calendar",
        "method java.util.Comparator compare java.lang.Object java.lang.Object",
        "method java.util.Deque getFirst",
        "method java.util.Random nextInt",
        "method java.util.TimeZone getTimeZone java.lang.String",
    ];
    assert_eq!(absent, expected);
}
