//! Files that came as documents of their own, named beside the document that names them.

use super::Lowering;
use crate::names::beside;

/// The text of a file; `None`: it is not there, or is no text.
pub(crate) fn text<'a>(name: &str, at: &Lowering<'a>) -> Option<&'a str> {
    let key = beside(at.findings.document(), name);
    at.files.get(key.as_str()).and_then(|bytes| std::str::from_utf8(bytes).ok())
}
