//! How a gateway offers its own data to expressions: borrowed, and only what is asked for.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use expr::el::{Template, Wanted};
use expr::{Kind, Lookup, Object, Value};
use std::borrow::Cow;

/// A request as a gateway holds it.
struct World {
    method: &'static str,
    headers: Fields,
    secrets: Vault,
}

struct Fields(Vec<(&'static str, &'static str)>);

struct Vault;

impl Lookup for World {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        match name {
            "request" => Some(Value::Object(Object { kind: Kind::Bean, members: &self.headers })),
            "method" => Some(self.method.into()),
            "secrets" => Some(Value::Object(Object { kind: Kind::Secrets, members: &self.secrets })),
            _ => None,
        }
    }
}

impl Lookup for Fields {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        if name == "headers" {
            return Some(Value::Object(Object { kind: Kind::Headers, members: self }));
        }
        let values: Vec<Value<'_>> =
            self.0.iter().filter(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| (*value).into()).collect();
        (!values.is_empty()).then(|| values.into())
    }

    fn names(&self) -> Vec<Cow<'_, str>> {
        self.0.iter().map(|(name, _)| Cow::Borrowed(*name)).collect()
    }
}

impl Lookup for Vault {
    fn get(&self, path: &str) -> Option<Value<'_>> {
        (path == "/aws/lambda:key").then(|| "hush".into())
    }
}

fn check(template: &str, expected: &str) {
    let headers = Fields(vec![("Accept", "a"), ("accept", "b"), ("Host", "h")]);
    let world = World { method: "GET", headers, secrets: Vault };
    let template = Template::parse(template).unwrap();
    let seen = match template.evaluate(&world, Wanted::Text) {
        Ok(value) => value.as_str().unwrap_or("null").to_owned(),
        Err(error) => error.code.to_owned(),
    };
    assert_eq!(seen, expected);
}

#[test]
fn data_is_found_where_the_world_offers_it() {
    check("{#method}", "GET");
    check("{#request.headers.ACCEPT}", "a,b");
    check("{#request.headers['host'][0]}", "h");
    check("{#request.headers.getFirst('accept')}", "a");
    check("{#request.nope}", "EL1008E");
}

#[test]
fn secrets_are_reached_by_get_alone() {
    check("{#secrets.get('/aws/lambda:key')}", "hush");
    check("{#secrets.get('/aws/lambda', 'key')}", "hush");
    check("{#secrets.get('/aws/other')}", "null");
    check("{#secrets['/aws/lambda:key']}", "EL1027E");
    check("{#secrets.keySet()}", "EL1004E");
    check("{#secrets}", "EL1001E");
}

#[test]
fn a_template_says_what_it_will_ask_for() {
    let cases = [
        ("{#request.content}", "request.content", true),
        ("{#request.jsonContent.a}", "request.jsonContent", true),
        ("{#request['content']}", "request.content", true),
        ("{#jsonPath(#request.content, '$.a')}", "request.content", true),
        ("{({1}.![#request.content])}", "request.content", true),
        ("{#request.contentType}", "request.content", false),
        ("{#request.method} {#response.status}", "request.content", false),
        ("{#request}", "request.content", true),
        ("request.content", "request.content", false),
    ];
    for (template, path, expected) in cases {
        assert_eq!(Template::parse(template).unwrap().asks_for(path), expected, "{template} for {path}");
    }
}

#[test]
fn templates_and_values_may_go_to_other_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Template>();
    shared::<Value<'_>>();
}
