//! Names and values of header fields, checked where they are written.

use super::Lowering;
use crate::decode::{OneOrMany, Text};
use crate::findings::Spot;
use http::{HeaderName, HeaderValue};

/// A name as it is written.
pub(crate) fn name(text: &str, spot: &Spot, at: &mut Lowering<'_>) -> String {
    if HeaderName::from_bytes(text.as_bytes()).is_err() {
        at.invalid(spot, format!("{text:?} is no header name: letters, digits and '-'"));
    }
    text.to_owned()
}

/// Names in lower case.
pub(crate) fn names(written: Option<&OneOrMany<Text>>, usual: &[&str], at: &mut Lowering<'_>) -> Vec<String> {
    match written {
        Some(all) => all.all().iter().map(|text| name(text, &text.spot, at).to_ascii_lowercase()).collect(),
        None => usual.iter().map(|&name| name.to_owned()).collect(),
    }
}

/// A value as it is written. It may come from the environment, so no finding repeats it.
pub(crate) fn value(text: &Text, at: &mut Lowering<'_>) -> String {
    if HeaderValue::from_str(text).is_err() {
        at.invalid(&text.spot, "a header value has no line break and no other control character");
    }
    text.value.clone()
}
