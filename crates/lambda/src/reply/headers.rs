//! Header fields of a function's reply: checked, and without those that are not the function's to set.

use crate::headers::{is_aws, is_hop_by_hop};
use http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, SET_COOKIE};

/// The default content type.
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// The log tail, as the Invoke API sends it.
pub(super) const LOG_RESULT: HeaderName = HeaderName::from_static("x-amz-log-result");

/// What is wrong with a field.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BadField {
    /// Its name.
    Name,
    /// Its value.
    Value,
}

/// Sets a field. Of several spellings of one name the last wins; cookies add up.
pub(super) fn set(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), BadField> {
    let (name, value) = field(name, value)?;
    if is_ours(&name) {
        return Ok(());
    }
    if name == SET_COOKIE {
        headers.append(name, value);
    } else {
        headers.insert(name, value);
    }
    Ok(())
}

/// Adds a value, unless the field has it already.
pub(super) fn add(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), BadField> {
    let (name, value) = field(name, value)?;
    if !is_ours(&name) && !headers.get_all(&name).iter().any(|known| known == value) {
        headers.append(name, value);
    }
    Ok(())
}

/// Shows the log tail.
pub(super) fn expose(headers: &mut HeaderMap, log_tail: Option<&str>) {
    if let Some(tail) = log_tail.and_then(|tail| HeaderValue::from_str(tail).ok()) {
        headers.insert(LOG_RESULT, tail);
    }
}

fn field(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), BadField> {
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| BadField::Name)?;
    let value = HeaderValue::from_bytes(value.trim().as_bytes()).map_err(|_| BadField::Value)?;
    Ok((name, value))
}

/// Fields that the gateway, the connection or AWS sets, not the function.
fn is_ours(name: &HeaderName) -> bool {
    is_hop_by_hop(name) || is_aws(name) || *name == CONTENT_LENGTH
}
