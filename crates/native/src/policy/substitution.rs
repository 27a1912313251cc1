//! What a regular expression finds, replaced.

use super::request_text::{self, Holds, Pieces};
use crate::decode::{Text, entity};
use crate::lower::Lowering;
use crate::write::text;
use model::policy;

entity! {
    /// A replacement. What stands around that which is found stays.
    Substitution {
        /// A regular expression, in Perl's manner.
        find: Text,
        /// What stands there instead; `$1` is what the expression captured, `$remote_addr` a variable.
        replace: Pieces,
    }
}

pub(crate) fn lower(written: &Substitution, at: &mut Lowering<'_>) -> policy::Substitution {
    policy::Substitution {
        regex: regex(&written.find, at),
        replacement: request_text::lower(&written.replace, Holds::Captures, at),
    }
}

/// A regular expression in Perl's manner.
pub(crate) fn regex(text: &Text, at: &mut Lowering<'_>) -> String {
    if let Some(cause) = expr::vars::regex_error(text) {
        at.invalid(&text.spot, format!("this is no regular expression: {}", cause.lines().last().unwrap_or_default()));
    }
    text.value.clone()
}

pub(crate) fn write(one: &policy::Substitution) -> Substitution {
    Substitution { find: text(&one.regex), replace: request_text::write(&one.replacement, Holds::Captures) }
}
