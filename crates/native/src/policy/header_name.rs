//! The name of a header field that may be left out, called as usual, or called otherwise.

use crate::decode::{At, Either, Text};
use crate::lower::{Lowering, header};
use crate::write::text;

/// A name, `false` for no such field, `true` for the usual name.
pub type HeaderName = Either<At<bool>, Text>;

/// The name as it is written.
pub(crate) fn lower(written: &Option<HeaderName>, usual: &Option<String>, at: &mut Lowering<'_>) -> Option<String> {
    match written {
        None => usual.clone(),
        Some(Either::First(flag)) if !flag.value => None,
        Some(Either::First(flag)) => {
            if usual.is_none() {
                at.invalid(&flag.spot, "this field has no usual name; write one");
            }
            usual.clone()
        }
        Some(Either::Second(name)) => Some(header::name(name, &name.spot, at)),
    }
}

/// Nothing, where the name is the usual one.
pub(crate) fn write(name: &Option<String>, usual: &Option<String>) -> Option<HeaderName> {
    match name {
        name if name == usual => None,
        None => Some(Either::First(At::new(false))),
        Some(name) => Some(Either::Second(text(name))),
    }
}
