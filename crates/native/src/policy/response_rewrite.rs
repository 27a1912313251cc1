//! `response-rewrite`: another status, header or body of a response.

use super::Around;
use super::fields::{self, Fields};
use super::request_text::{self, Holds, Pieces};
use super::substitution;
use crate::decode::{At, Json, OneOrMany, Size, Text, entity, said};
use crate::lower::{Lowering, answer, expression as lower_text};
use crate::write::{Pen, expression as write_text, text, unless};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::policy::{self, Policy};

entity! {
    /// Changes of a response. Of `body` and `base64` it has one at most.
    ResponseRewrite {
        /// Only responses of which this condition on variables is true: `[[status, ">=", 500]]`.
        when: Option<At<Vec<Json>>>,
        /// The status.
        status: Option<At<u16>>,
        /// Header fields.
        headers: Option<Fields>,
        /// The body.
        body: Option<Text>,
        /// The body in base64.
        base64: Option<Text>,
        /// Replacements in the body, one behind the other. A compressed body stays as it is.
        filters: Option<OneOrMany<Filter>>,
        /// A body for filters has at most so many bytes, a longer one stays as it is; the listener's limit without it.
        largest_body: Option<At<Size>>,
    }
}

entity! {
    /// A replacement in a body.
    Filter {
        /// A regular expression, in Perl's manner.
        find: Text,
        /// What stands there instead; `$1` is what the expression captured.
        replace: Pieces,
        /// Whether everything that is found is replaced, not the first alone; false without it.
        everywhere: Option<At<bool>>,
        /// Whether case does not matter; false without it.
        ignore_case: Option<At<bool>>,
    }
}

pub(crate) fn lower(written: &ResponseRewrite, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let filters = written.filters.iter().flat_map(|filters| filters.all());
    Some(Policy::ResponseRewrite(Box::new(policy::ResponseRewrite {
        when: written.when.as_ref().and_then(|when| lower_text::vars(when, at)),
        status: written.status.as_ref().map(|code| answer::status(code, at)),
        headers: fields::lower(&written.headers, Holds::Variables, at),
        body: body(written, at),
        filters: filters.map(|one| filter(one, at)).collect(),
        largest_body: written.largest_body.as_ref().map(|size| size.0),
    })))
}

fn body(written: &ResponseRewrite, at: &mut Lowering<'_>) -> Option<Vec<u8>> {
    let Some(encoded) = &written.base64 else {
        return written.body.as_ref().map(|text| text.value.clone().into_bytes());
    };
    if written.body.is_some() {
        at.invalid(&encoded.spot, "a body stands in \"body\" or in \"base64\", not in both");
    }
    let decoded = STANDARD.decode(encoded.as_bytes()).ok();
    if decoded.is_none() {
        at.invalid(&encoded.spot, "this is no base64");
    }
    decoded
}

fn filter(written: &Filter, at: &mut Lowering<'_>) -> policy::BodyFilter {
    policy::BodyFilter {
        substitution: policy::Substitution {
            regex: substitution::regex(&written.find, at),
            replacement: request_text::lower(&written.replace, Holds::Captures, at),
        },
        everywhere: said(&written.everywhere, false),
        ignore_case: said(&written.ignore_case, false),
    }
}

pub(crate) fn write(one: &policy::ResponseRewrite, pen: &mut Pen<'_>) -> ResponseRewrite {
    let (body, base64) = match one.body.as_deref().map(|body| (str::from_utf8(body), body)) {
        None => (None, None),
        Some((Ok(body), _)) => (Some(text(body)), None),
        Some((Err(_), bytes)) => (None, Some(At::new(STANDARD.encode(bytes)))),
    };
    let filters: Vec<Filter> = one.filters.iter().map(write_filter).collect();
    ResponseRewrite {
        when: one.when.as_ref().map(|when| write_text::vars(when, pen)),
        status: one.status.map(At::new),
        headers: fields::write(&one.headers, Holds::Variables),
        body,
        base64,
        filters: (!filters.is_empty()).then(|| filters.into()),
        largest_body: one.largest_body.map(|bytes| At::new(Size(bytes))),
    }
}

fn write_filter(one: &policy::BodyFilter) -> Filter {
    let substitution::Substitution { find, replace } = substitution::write(&one.substitution);
    let (everywhere, ignore_case) = (unless(one.everywhere, &false), unless(one.ignore_case, &false));
    Filter { find, replace, everywhere, ignore_case }
}
