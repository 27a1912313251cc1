//! Functions at the end of a path: `length()`, `sum()` and the like.

use super::{Miss, Parameter, failed};
use crate::json;
use crate::limits::Budget;
use crate::value::{List, Sequence, Text, Value, java_text};

const NAMES: [&str; 13] =
    ["avg", "stddev", "sum", "min", "max", "concat", "length", "size", "append", "keys", "first", "last", "index"];

pub(super) fn exists(name: &str) -> bool {
    NAMES.contains(&name)
}

pub(super) fn call<'a>(
    name: &str,
    parameters: &[Parameter],
    model: &Value<'a>,
    root: &Value<'a>,
    budget: &mut Budget<'_>,
) -> Result<Value<'a>, Miss> {
    if matches!(name, "length" | "size") {
        return length(parameters, model, root, budget);
    }
    let mut given = Vec::new();
    for parameter in parameters {
        given.push(match parameter {
            Parameter::Path(path) => path.value(root, root, false, budget)?,
            Parameter::Json(text) => owned(json::read(&Text::Borrowed(text), budget)?),
        });
    }
    Ok(match name {
        "keys" => match model {
            Value::Map(map) => Value::List(List::of(Sequence::Set, map.iter().map(|(key, _)| key.clone()).collect())),
            _ => Value::Null,
        },
        "concat" => concat(model, &given, budget)?,
        "append" => match model {
            Value::List(list) => {
                let mut items = list.to_vec();
                items.extend(given);
                budget.elements(items.len())?;
                items.into()
            }
            other => other.clone(),
        },
        "first" | "last" | "index" => element(name, model, &given)?,
        _ => aggregate(name, model, &given)?,
    })
}

/// The length of an array or object; nothing else has one.
fn length<'a>(
    parameters: &[Parameter],
    model: &Value<'a>,
    root: &Value<'a>,
    budget: &mut Budget<'_>,
) -> Result<Value<'a>, Miss> {
    let inner = match parameters.first() {
        Some(Parameter::Path(path)) => Some(path.value(model, root, false, budget)?),
        _ => None,
    };
    Ok(match inner.as_ref().unwrap_or(model) {
        Value::List(list) => Value::Int(list.len() as i32),
        Value::Map(map) => Value::Int(map.len() as i32),
        _ => Value::Null,
    })
}

fn concat<'a>(model: &Value<'a>, given: &[Value<'a>], budget: &mut Budget<'_>) -> Result<Value<'a>, Miss> {
    let mut whole = String::new();
    if let Value::List(list) = model {
        for item in list.iter() {
            if let Value::Str(text) = item {
                whole.push_str(text);
            }
        }
    }
    for value in given {
        for item in flat(value) {
            if !item.is_null() {
                whole.push_str(&java_text(&item, budget)?);
            }
        }
    }
    budget.text(whole.len())?;
    Ok(whole.into())
}

fn element<'a>(name: &str, model: &Value<'a>, given: &[Value<'a>]) -> Result<Value<'a>, Miss> {
    let wanted = match name {
        "first" => 0,
        "last" => -1,
        _ => given.first().and_then(Value::as_i64).ok_or_else(|| failed("index() needs a number"))?,
    };
    let empty = || failed("there is no such element to take");
    let Value::List(list) = model else { return Err(empty().into()) };
    let at = if wanted < 0 { list.len() as i64 + wanted } else { wanted };
    let found = usize::try_from(at).ok().and_then(|at| list.get(at));
    Ok(found.cloned().ok_or_else(empty)?)
}

fn aggregate<'a>(name: &str, model: &Value<'a>, given: &[Value<'a>]) -> Result<Value<'a>, Miss> {
    let mut numbers: Vec<f64> = Vec::new();
    if let Value::List(list) = model {
        numbers.extend(list.iter().filter_map(Value::as_f64));
    }
    numbers.extend(given.iter().flat_map(flat).filter_map(|value| value.as_f64()));
    if numbers.is_empty() {
        return Err(failed(format!("{name}() has no numbers to work on")).into());
    }
    let count = numbers.len() as f64;
    let sum: f64 = numbers.iter().sum::<f64>() + 0.0;
    Ok(Value::Double(match name {
        "sum" => sum,
        "avg" => sum / count,
        "min" => numbers.iter().copied().fold(f64::INFINITY, f64::min),
        "max" => numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        _ => {
            let squares: f64 = numbers.iter().map(|number| number * number).sum();
            (squares / count - sum * sum / count / count).sqrt()
        }
    }))
}

/// The elements of a list, or the value alone.
fn flat<'a>(value: &Value<'a>) -> Vec<Value<'a>> {
    match value {
        Value::List(list) => list.to_vec(),
        other => vec![other.clone()],
    }
}

/// A value that borrows nothing from the path.
fn owned<'a>(value: Value<'_>) -> Value<'a> {
    match value {
        Value::Str(text) => Value::text(&*text),
        Value::List(list) => list.iter().cloned().map(owned).collect::<Vec<_>>().into(),
        Value::Map(map) => {
            let entries = map.iter().cloned().map(|(key, value)| (owned(key), owned(value))).collect();
            Value::Map(crate::value::Map::new(entries))
        }
        Value::Bool(b) => Value::Bool(b),
        Value::Int(n) => Value::Int(n),
        Value::Long(n) => Value::Long(n),
        Value::Float(n) => Value::Float(n),
        Value::Double(n) => Value::Double(n),
        Value::Big(n) => Value::Big(n),
        Value::Decimal(n) => Value::Decimal(n),
        _ => Value::Null,
    }
}
