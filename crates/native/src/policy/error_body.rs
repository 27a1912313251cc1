//! `error_body`: another body for what a policy refuses with; it stands beside the policy.

use crate::decode::{Either, Text, entity};
use crate::lower::{Lowering, header};
use crate::write::text;
use model::policy::{Policy, Refusing};

entity! {
    /// The body of every answer of the policy's own that has a status of 400 or more.
    ErrorBody {
        /// The body.
        body: Text,
        /// Its `content-type`; `text/plain; charset=utf-8` without it.
        content_type: Option<Text>,
    }
}

/// The body, or more about it.
pub(crate) type Written = Either<Text, ErrorBody>;

const PLAIN: &str = "text/plain; charset=utf-8";

/// A policy with what stands beside it.
pub(crate) fn lower(policy: Policy, written: &Option<Written>, at: &mut Lowering<'_>) -> Policy {
    let (body, content_type) = match written {
        None => return policy,
        Some(Either::First(body)) => (body, None),
        Some(Either::Second(full)) => (&full.body, full.content_type.as_ref()),
    };
    let content_type = content_type.map_or_else(|| PLAIN.to_owned(), |text| header::value(text, at));
    Policy::Refusing(Box::new(Refusing { policy, body: body.value.clone(), content_type }))
}

pub(crate) fn write(one: &Refusing) -> Written {
    let body = text(&one.body);
    match one.content_type.as_str() {
        PLAIN => Either::First(body),
        other => Either::Second(ErrorBody { body, content_type: Some(text(other)) }),
    }
}
