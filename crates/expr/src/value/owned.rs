//! Values that outlive the world they came from.

use super::{List, Map, Text, Value};
use crate::lookup::Object;
use std::sync::Arc;

/// So deep are lists and maps copied.
const DEPTH: usize = 64;

impl Value<'_> {
    /// A copy that borrows nothing. Objects with keys become maps; none for an object that is none, or holds one, and
    /// for what nests too deep.
    pub fn to_owned_value(&self) -> Option<Value<'static>> {
        self.copied(DEPTH)
    }

    /// Bytes that the value takes, about.
    pub fn weight(&self) -> usize {
        const EACH: usize = size_of::<Value<'static>>();
        match self {
            Self::Str(text) => EACH + text.len(),
            Self::List(list) => EACH + list.iter().map(Value::weight).sum::<usize>(),
            Self::Map(map) => EACH + map.iter().map(|(key, value)| key.weight() + value.weight()).sum::<usize>(),
            _ => EACH,
        }
    }

    fn copied(&self, depth: usize) -> Option<Value<'static>> {
        let depth = depth.checked_sub(1)?;
        Some(match self {
            Self::Null => Value::Null,
            Self::Bool(one) => Value::Bool(*one),
            Self::Char(one) => Value::Char(*one),
            Self::Int(one) => Value::Int(*one),
            Self::Long(one) => Value::Long(*one),
            Self::Float(one) => Value::Float(*one),
            Self::Double(one) => Value::Double(*one),
            Self::Big(one) => Value::Big(one.clone()),
            Self::Decimal(one) => Value::Decimal(one.clone()),
            Self::Str(text) => Value::Str(owned(text)),
            Self::List(list) => {
                let items = list.iter().map(|item| item.copied(depth)).collect::<Option<_>>()?;
                Value::List(List::of(list.kind, items))
            }
            Self::Map(map) => Value::Map(copied_map(map, depth)?),
            Self::Entry(entry) => Value::Entry(Arc::new((entry.0.copied(depth)?, entry.1.copied(depth)?))),
            Self::Object(object) => Value::Map(of_object(*object, depth)?),
            Self::Class(name) => Value::Class(name),
            Self::Thing(thing) => Value::Thing(thing.clone()),
        })
    }
}

fn of_object(object: Object<'_>, depth: usize) -> Option<Map<'static>> {
    if object.is_map() { copied_map(&object.to_map(), depth) } else { None }
}

fn copied_map(map: &Map<'_>, depth: usize) -> Option<Map<'static>> {
    let entry = |(key, value): &(Value<'_>, Value<'_>)| Some((key.copied(depth)?, value.copied(depth)?));
    map.iter().map(entry).collect::<Option<_>>().map(Map::new)
}

fn owned(text: &Text<'_>) -> Text<'static> {
    match text {
        Text::Borrowed(text) => Text::Made(Arc::from(*text)),
        Text::Made(text) => Text::Made(text.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::el::{Context, Template, Wanted};

    fn check(expression: &str, expected: Option<&str>) {
        let world =
            Context::read(r#"{"request": {"headers": {"A": ["1", "2"]}, "method": "GET"}, "n": null}"#).unwrap();
        let template = Template::parse(expression).unwrap();
        let owned = template.evaluate(&world, Wanted::Any).unwrap().to_owned_value();
        assert_eq!(owned.map(|value| value.to_string()).as_deref(), expected, "{expression}");
    }

    #[test]
    fn values_outlive_their_world_but_not_objects_without_keys() {
        for (expression, expected) in [
            ("{#request.method}", Some("GET")),
            ("{#n}", Some("null")),
            ("{({1, 'a'})}", Some("[1, a]")),
            ("{({b: 2.5})}", Some("{b=2.5}")),
            ("{#request.headers}", Some("{A=[1, 2]}")),
            ("{#request}", None),
            ("{({1, #request})}", None),
        ] {
            check(expression, expected);
        }
    }

    #[test]
    fn long_texts_weigh_more() {
        let short = Value::from("a").weight();
        assert_eq!(Value::from("a".repeat(101)).weight(), short + 100);
        assert!(Value::from(vec![Value::from("a"), Value::Int(1)]).weight() > 2 * short);
    }
}
