//! Forms: `config.aws_key=x`, `paths[]=/a`, `paths[1]=/a`, `hosts=a&hosts=b`, `headers[x-a][]=1`.

use crate::schema::Object;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// Deepest nesting of names.
const DEEPEST: usize = 16;

/// Names and values of a query or a form.
pub(in crate::admin) fn pairs(text: &str) -> Vec<(String, String)> {
    let plain = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let all = text.split('&').filter(|pair| !pair.is_empty());
    all.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (plain(name), plain(value)))
        .collect()
}

/// A step of a name.
enum Step {
    Name(String),
    /// `[]`.
    Next,
    /// `[3]`, from 1.
    At(usize),
}

/// What the pairs say together: an empty value is null.
pub(super) fn tree(pairs: Vec<(String, String)>) -> Object {
    let mut root = Value::Object(Map::new());
    for (name, value) in pairs {
        let value = if value.is_empty() { Value::Null } else { Value::String(value) };
        put(&mut root, &steps(&name), value);
    }
    match root {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}

fn steps(name: &str) -> Vec<Step> {
    let mut found = Vec::new();
    for part in name.splitn(DEEPEST, '.') {
        let (first, mut rest) = part.find('[').map_or((part, ""), |at| part.split_at(at));
        found.push(Step::Name(first.to_owned()));
        while let Some((inner, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            found.push(match inner.parse::<usize>() {
                _ if inner.is_empty() => Step::Next,
                Ok(at) if at > 0 => Step::At(at),
                _ => Step::Name(inner.to_owned()),
            });
            rest = after;
        }
    }
    found
}

fn put(target: &mut Value, steps: &[Step], value: Value) {
    let Some((step, rest)) = steps.split_first() else { return set(target, value) };
    match step {
        Step::Name(name) => put(member(target, name), rest, value),
        Step::Next if rest.is_empty() => match (list(target), value) {
            (_, Value::Null) => {} // `name[]=` is an empty list
            (items, value) => items.push(value),
        },
        Step::Next => {
            let items = list(target);
            items.push(Value::Null);
            if let Some(last) = items.last_mut() {
                put(last, rest, value);
            }
        }
        Step::At(at) => {
            let items = list(target);
            // who leaves a gap of thousands means something else
            let at = (*at - 1).min(items.len());
            if at == items.len() {
                items.push(Value::Null);
            }
            put(&mut items[at], rest, value);
        }
    }
}

/// A name that comes again makes a list.
fn set(target: &mut Value, value: Value) {
    match target {
        Value::Null => *target = value,
        Value::Array(items) => items.push(value),
        other => *other = Value::Array(vec![other.take(), value]),
    }
}

fn member<'v>(target: &'v mut Value, name: &str) -> &'v mut Value {
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    match target {
        Value::Object(members) => members.entry(name).or_insert(Value::Null),
        other => other,
    }
}

fn list(target: &mut Value) -> &mut Vec<Value> {
    if !target.is_array() {
        let old = target.take();
        *target = Value::Array(if old.is_null() { Vec::new() } else { vec![old] });
    }
    match target {
        Value::Array(items) => items,
        other => panic!("{other} was made a list in the line above"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_places() {
        let cases = [
            ("name=a+b&config.key=x%2By%2Fz%3D", json!({"name": "a b", "config": {"key": "x+y/z="}})),
            ("paths[]=/a&paths[]=/b", json!({"paths": ["/a", "/b"]})),
            ("paths[1]=/a&paths[2]=/b", json!({"paths": ["/a", "/b"]})),
            ("paths%5B2%5D=/b", json!({"paths": ["/b"]})),
            ("hosts=a&hosts=b", json!({"hosts": ["a", "b"]})),
            ("hosts=a", json!({"hosts": "a"})),
            ("service.id=&path=", json!({"service": {"id": null}, "path": null})),
            ("tags[]=", json!({"tags": []})),
            ("headers[x-a][]=1&headers[x-a][]=2", json!({"headers": {"x-a": ["1", "2"]}})),
            ("headers.x-a=1", json!({"headers": {"x-a": "1"}})),
            ("sources[1].ip=1.2.3.4&sources[1].port=80", json!({"sources": [{"ip": "1.2.3.4", "port": "80"}]})),
        ];
        for (text, expected) in cases {
            assert_eq!(Value::Object(tree(pairs(text))), expected, "{text}");
        }
    }
}
