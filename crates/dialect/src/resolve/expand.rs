//! `${NAME}` and `${NAME:-default}` inside a text; `$${` stands for the two characters `${` themselves.

use super::Environment;
use std::borrow::Cow;

/// Why a reference has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// Neither set nor given a default.
    #[error("the environment variable {name} is not set; set it, or write ${{{name}:-default}}")]
    Unset {
        /// The variable.
        name: String,
    },
    /// `${NAME` without `}`.
    #[error("\"${{\" without \"}}\"; write $${{ for these characters themselves")]
    Unclosed,
    /// `${}` or `${a b}`.
    #[error("{name:?} is no name of an environment variable: letters, digits and '_', no digit first")]
    BadName {
        /// What stands there.
        name: String,
    },
}

/// The text with every reference replaced, or all that is wrong with it. As in a shell, `:-` also replaces an empty value.
pub fn expand<'a>(text: &'a str, environment: &dyn Environment) -> Result<Cow<'a, str>, Vec<ReferenceError>> {
    if !text.contains("${") {
        return Ok(Cow::Borrowed(text));
    }
    let (mut whole, mut errors, mut rest) = (String::with_capacity(text.len()), Vec::new(), text);
    while let Some(at) = rest.find('$') {
        whole.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("$${") {
            whole.push_str("${");
            rest = after;
        } else if let Some(after) = rest.strip_prefix("${") {
            let Some((inner, after)) = after.split_once('}') else {
                errors.push(ReferenceError::Unclosed);
                break;
            };
            match value(inner, environment) {
                Ok(value) => whole.push_str(&value),
                Err(error) => errors.push(error),
            }
            rest = after;
        } else {
            whole.push('$');
            rest = &rest[1..];
        }
    }
    whole.push_str(rest);
    if errors.is_empty() { Ok(Cow::Owned(whole)) } else { Err(errors) }
}

/// The value of what stands between the braces.
fn value(inner: &str, environment: &dyn Environment) -> Result<String, ReferenceError> {
    let (name, default) = match inner.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (inner, None),
    };
    let mut letters = name.chars();
    let good = letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !good {
        return Err(ReferenceError::BadName { name: name.to_owned() });
    }
    match (environment.variable(name), default) {
        (Some(value), None) => Ok(value),
        (Some(value), Some(_)) if !value.is_empty() => Ok(value),
        (_, Some(default)) => Ok(default.to_owned()),
        (None, None) => Err(ReferenceError::Unset { name: name.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn world() -> BTreeMap<String, String> {
        [("A", "one"), ("EMPTY", ""), ("NESTED", "${A}")].map(|(k, v)| (k.to_owned(), v.to_owned())).into()
    }

    #[test]
    fn references_become_values() {
        let cases = [
            ("plain", "plain"),
            ("cost: $5 $$ {}", "cost: $5 $$ {}"),
            ("${A}", "one"),
            ("<${A}-${A}>", "<one-one>"),
            ("${NONE:-two}", "two"),
            ("${NONE:-}", ""),
            ("${A:-two}", "one"),
            ("${EMPTY:-two}", "two"),
            ("${EMPTY}", ""),
            ("$${A}", "${A}"),
            ("$$${A}", "$${A}"),
            ("$${A} ${A}", "${A} one"),
            ("${NESTED}", "${A}"),
        ];
        for (text, expected) in cases {
            assert_eq!(expand(text, &world()).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn every_problem_is_told() {
        let unset = |name: &str| ReferenceError::Unset { name: name.into() };
        let cases = [
            ("${X} ${A} ${Y}", vec![unset("X"), unset("Y")]),
            ("${A", vec![ReferenceError::Unclosed]),
            ("${}", vec![ReferenceError::BadName { name: String::new() }]),
            ("${1A}", vec![ReferenceError::BadName { name: "1A".into() }]),
            ("${A-b}", vec![ReferenceError::BadName { name: "A-b".into() }]),
        ];
        for (text, expected) in cases {
            assert_eq!(expand(text, &world()), Err(expected), "{text}");
        }
    }
}
