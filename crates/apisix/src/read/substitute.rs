//! `${{NAME}}` and `${{NAME:=default}}`: values of the environment in files.

use dialect::resolve::Environment;
use dialect::tree::number;
use serde_json::Value;
use std::borrow::Cow;

/// A name that has no value and no default.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {name} is not set; set it, or write ${{{{{name}:=default}}}}")]
pub(crate) struct Unset {
    name: String,
}

/// A text with its references replaced; names without value stay as they are and are told.
pub(crate) fn substitute_text<'t>(text: &'t str, environment: &dyn Environment) -> (Cow<'t, str>, Vec<Unset>) {
    let (mut whole, mut missing, mut rest) = (String::new(), Vec::new(), text);
    while let Some(at) = rest.find("${{") {
        let Some(end) = rest[at..].find("}}") else { break };
        let inner = rest[at + 3..at + end].trim();
        whole.push_str(&rest[..at]);
        let (name, default) = match inner.split_once(":=") {
            Some((name, default)) => (name.trim(), Some(default.trim())),
            None => (inner, None),
        };
        match environment.variable(name).or_else(|| default.map(str::to_owned)) {
            Some(value) => whole.push_str(&value),
            None => {
                missing.push(Unset { name: name.to_owned() });
                whole.push_str(&rest[at..at + end + 2]);
            }
        }
        rest = &rest[at + end + 2..];
    }
    if whole.is_empty() && missing.is_empty() && rest.len() == text.len() {
        return (Cow::Borrowed(text), missing);
    }
    whole.push_str(rest);
    (Cow::Owned(whole), missing)
}

/// Replaces references in the texts and names of a value. What then looks like a number or like true or false becomes
/// one, as in the original.
pub(crate) fn substitute_values(value: &mut Value, environment: &dyn Environment, missing: &mut Vec<Unset>) {
    match value {
        Value::String(text) if text.contains("${{") => {
            let (replaced, unset) = substitute_text(text, environment);
            *value = typed(&replaced);
            missing.extend(unset);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| substitute_values(item, environment, missing)),
        Value::Object(members) => {
            members.values_mut().for_each(|member| substitute_values(member, environment, missing));
            if members.keys().any(|name| name.contains("${{")) {
                let all = std::mem::take(members);
                members.extend(all.into_iter().map(|(name, value)| {
                    let (name, unset) = substitute_text(&name, environment);
                    missing.extend(unset);
                    (name.into_owned(), value)
                }));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn typed(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        text => number(text).map_or_else(|| Value::from(text), Value::Number),
    }
}
