//! `Object.toString`: the text of any value, lists and maps included.

use super::{Sequence, Thing, Value, double_text, float_text};
use crate::error::Error;
use crate::limits::Budget;
use std::fmt::Write;

/// The text that Java's `String.valueOf` makes of the value.
pub(crate) fn java_text(value: &Value<'_>, budget: &mut Budget<'_>) -> Result<String, Error> {
    let mut text = String::new();
    write(value, &mut text, budget)?;
    budget.text(text.len())?;
    Ok(text)
}

fn write(value: &Value<'_>, text: &mut String, budget: &mut Budget<'_>) -> Result<(), Error> {
    budget.enter()?;
    if text.len() > budget.text_limit() {
        budget.text(text.len())?;
    }
    match value {
        Value::Null => text.push_str("null"),
        Value::Str(part) => text.push_str(part),
        Value::List(list) => match list.kind {
            Sequence::Array(class) => write!(text, "[L{class};@1b2c3d").unwrap_or_default(),
            Sequence::List | Sequence::Set => joined(list.iter(), ('[', ']'), text, budget, write)?,
        },
        Value::Map(map) => {
            joined(map.iter(), ('{', '}'), text, budget, |entry, text, budget| pair(&entry.0, &entry.1, text, budget))?
        }
        Value::Entry(entry) => pair(&entry.0, &entry.1, text, budget)?,
        Value::Object(object) if object.is_map() => write(&Value::Map(object.to_map()), text, budget)?,
        other => text.push_str(&plain(other)),
    }
    budget.leave();
    Ok(())
}

fn pair(key: &Value<'_>, value: &Value<'_>, text: &mut String, budget: &mut Budget<'_>) -> Result<(), Error> {
    write(key, text, budget)?;
    text.push('=');
    write(value, text, budget)
}

fn joined<T>(
    items: impl Iterator<Item = T>,
    (open, close): (char, char),
    text: &mut String,
    budget: &mut Budget<'_>,
    mut each: impl FnMut(T, &mut String, &mut Budget<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    text.push(open);
    for (at, item) in items.enumerate() {
        if at > 0 {
            text.push_str(", ");
        }
        each(item, text, budget)?;
    }
    text.push(close);
    Ok(())
}

/// The text of a value that holds no other.
fn plain(value: &Value<'_>) -> String {
    match value {
        Value::Bool(b) => b.to_string(),
        Value::Char(c) => c.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Long(n) => n.to_string(),
        Value::Float(n) => float_text(*n),
        Value::Double(n) => double_text(*n),
        Value::Big(n) => n.to_string(),
        Value::Decimal(n) => n.to_string(),
        Value::Class(name) => format!("class {name}"),
        Value::Thing(thing) => thing_text(thing),
        other => format!("{}@1b2c3d", other.class()),
    }
}

fn thing_text(thing: &Thing) -> String {
    match thing {
        Thing::Constant(_, name) => (*name).to_owned(),
        Thing::Node(name, _) => format!("[{name}: null]"),
        Thing::Uuid(text) => text.clone(),
        Thing::Date(date) => date.to_string(),
        Thing::DateTime(at) => crate::el::local_text(*at),
        Thing::Zoned(at) => crate::el::zoned_text(at),
        Thing::Instant(millis) => crate::el::date_text(*millis),
        other => format!("{}@1b2c3d", other.class()),
    }
}
