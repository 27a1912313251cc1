//! An XML body as a map: elements by their name, several of one name as a list, attributes beside them.

use crate::error::Error;
use crate::limits::Budget;
use crate::value::{Map, Value};
use crate::xpath;
use roxmltree::Node;

/// The content as a map. It may have several roots: one is put around them.
pub(super) fn read(text: &str, budget: &mut Budget<'_>) -> Result<Value<'static>, Error> {
    let body = match text.trim_start().strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").map_or("", |(_, body)| body),
        None => text,
    };
    let wrapped = format!("<root>{body}</root>");
    let document = xpath::parsed(&wrapped, budget)?;
    let value = element(document.root_element(), budget)?;
    Ok(if matches!(value, Value::Map(_)) { value } else { Value::Map(Map::new(Vec::new())) })
}

fn element(node: Node<'_, '_>, budget: &mut Budget<'_>) -> Result<Value<'static>, Error> {
    budget.enter()?;
    let mut entries: Vec<(Value<'static>, Value<'static>)> = Vec::new();
    for attribute in node.attributes() {
        put(&mut entries, attribute.name(), Value::text(attribute.value()), budget)?;
    }
    let mut text = String::new();
    for child in node.children() {
        if child.is_element() {
            let value = element(child, budget)?;
            put(&mut entries, child.tag_name().name(), value, budget)?;
        } else if child.is_text() {
            text.push_str(child.text().unwrap_or_default());
        }
    }
    budget.leave();
    if entries.is_empty() {
        return Ok(Value::text(text));
    }
    if !text.trim().is_empty() {
        put(&mut entries, "", Value::text(text), budget)?;
    }
    Ok(Value::Map(Map::new(entries)))
}

fn put(
    entries: &mut Vec<(Value<'static>, Value<'static>)>,
    name: &str,
    value: Value<'static>,
    budget: &mut Budget<'_>,
) -> Result<(), Error> {
    budget.steps(entries.len())?;
    match entries.iter_mut().find(|(key, _)| matches!(key, Value::Str(key) if &**key == name)) {
        Some((_, Value::List(list))) => {
            let mut items = list.to_vec();
            items.push(value);
            *list = crate::List::new(items);
        }
        Some((_, own)) => *own = vec![own.clone(), value].into(),
        None => entries.push((Value::text(name), value)),
    }
    Ok(())
}
