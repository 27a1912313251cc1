//! What must hold of a value besides its type.

use serde_json::Value;

/// A rule for one value.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// One of these numbers.
    OneOfNumbers(&'static [i64]),
    /// A number within these bounds.
    Between(i64, i64),
    /// A number above this.
    Above(i64),
    /// A list with at least so many elements.
    AtLeast(usize),
    /// Begins with this.
    StartsWith(&'static str),
    /// A text that this function accepts; else what it says.
    Text(fn(&str) -> Result<(), String>),
    /// A value that this function accepts; else what it says.
    Value(fn(&Value) -> Result<(), String>),
}

impl Rule {
    /// What is wrong with a value, if anything is.
    pub(super) fn broken_by(&self, value: &Value) -> Option<String> {
        match self {
            Self::OneOf(allowed) => {
                let right = value.as_str().is_some_and(|text| allowed.contains(&text));
                (!right).then(|| format!("expected one of: {}", allowed.join(", ")))
            }
            Self::OneOfNumbers(allowed) => {
                let right = value.as_f64().is_some_and(|number| allowed.iter().any(|one| *one as f64 == number));
                let list: Vec<String> = allowed.iter().map(i64::to_string).collect();
                (!right).then(|| format!("expected one of: {}", list.join(", ")))
            }
            Self::Between(least, most) => {
                let right = value.as_f64().is_some_and(|number| number >= *least as f64 && number <= *most as f64);
                (!right).then(|| format!("value should be between {least} and {most}"))
            }
            Self::Above(bound) => {
                let right = value.as_f64().is_some_and(|number| number > *bound as f64);
                (!right).then(|| format!("value must be greater than {bound}"))
            }
            Self::AtLeast(count) => {
                let right = value.as_array().is_none_or(|items| items.len() >= *count);
                (!right).then(|| format!("length must be at least {count}"))
            }
            Self::StartsWith(start) => {
                let right = value.as_str().is_none_or(|text| text.starts_with(start));
                (!right).then(|| format!("should start with: {start}"))
            }
            Self::Text(judge) => value.as_str().and_then(|text| judge(text).err()),
            Self::Value(judge) => judge(value).err(),
        }
    }
}
