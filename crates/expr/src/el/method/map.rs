//! Maps, maps of several values, and header fields.

use super::{Answer, Call};
use crate::lookup::{Kind, Object};
use crate::value::{List, Map, Sequence, Value};
use std::sync::Arc;

pub(super) fn call<'a>(map: &Map<'a>, call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    call.budget.steps(map.len())?;
    let set = |items: Vec<Value<'a>>| Value::List(List::of(Sequence::Set, items));
    Ok(Some(match (call.name, call.arguments) {
        ("size", []) => Value::Int(map.len() as i32),
        ("isEmpty", []) => Value::Bool(map.is_empty()),
        ("get", [key]) => map.get(key).cloned().unwrap_or(Value::Null),
        ("getOrDefault", [key, other]) => map.get(key).unwrap_or(other).clone(),
        ("containsKey", [key]) => Value::Bool(map.get(key).is_some()),
        ("containsValue", [value]) => Value::Bool(map.iter().any(|(_, own)| own.equals(value))),
        ("keySet", []) => set(map.iter().map(|(key, _)| key.clone()).collect()),
        ("values", []) => set(map.iter().map(|(_, value)| value.clone()).collect()),
        ("entrySet", []) => set(map.iter().map(|entry| Value::Entry(Arc::new(entry.clone()))).collect()),
        _ => return Ok(None),
    }))
}

pub(super) fn call_object<'a>(object: Object<'a>, call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    let members = object.members;
    let found = |key: &Value<'a>| match key {
        Value::Str(name) => members.get(name),
        _ => None,
    };
    let several = object.kind != Kind::Map;
    let headers = object.kind == Kind::Headers;
    Ok(Some(match (call.name, call.arguments) {
        ("get", [_]) if headers => object.first(&call.text(0)?),
        ("get", [key]) => found(key).unwrap_or(Value::Null),
        ("getOrDefault", [key, other]) => found(key).unwrap_or_else(|| other.clone()),
        ("containsKey", [key]) => Value::Bool(found(key).is_some()),
        ("getAll", [_]) if headers => members.get(&call.text(0)?).unwrap_or(Value::Null),
        ("contains", [_]) if headers => Value::Bool(members.get(&call.text(0)?).is_some()),
        ("names", []) if headers => {
            let names = members.names().into_iter().map(|name| Value::Str(name.into())).collect();
            Value::List(List::of(Sequence::Set, names))
        }
        ("getFirst", [_]) if several => object.first(&call.text(0)?),
        ("containsAllKeys", [_]) if several => {
            let keys = call.items(0)?;
            Value::Bool(keys.iter().all(|key| found(key).is_some()))
        }
        ("toSingleValueMap", []) if several => {
            let single = |name: std::borrow::Cow<'a, str>| {
                let first = object.first(&name);
                (Value::Str(name.into()), first)
            };
            Value::Map(Map::new(members.names().into_iter().map(single).collect()))
        }
        _ => return self::call(&object.to_map(), call),
    }))
}
