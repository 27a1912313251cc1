//! `request-size`: a bound on bodies, below the listener's.

use super::Around;
use super::refusals::{self, Refusals};
use crate::decode::{At, Either, Size, entity, said};
use crate::lower::Lowering;
use crate::write::unless;
use model::policy::{self, Case, Policy};

entity! {
    /// How large a body may be.
    RequestSize {
        /// Bytes of the body.
        bytes: At<Size>,
        /// Whether a body without `Content-Length` is refused, instead of counted as it comes; false without it.
        length_required: Option<At<bool>>,
        /// What a refusal says: `too_large` (413), `too_large_asked` (417), `no_length` (411).
        refusals: Option<Refusals>,
    }
}

type Written = Either<At<Size>, At<RequestSize>>;

const CASES: &[Case] = &[Case::TooLarge, Case::TooLargeAsked, Case::NoLength];

pub(crate) fn lower(written: &Written, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let size = match written {
        Either::First(bytes) => {
            policy::RequestSize { bytes: bytes.0, length_required: false, refusals: policy::Refusals::default() }
        }
        Either::Second(written) => policy::RequestSize {
            bytes: written.bytes.0,
            length_required: said(&written.length_required, false),
            refusals: refusals::lower(&written.refusals, CASES, at),
        },
    };
    Some(Policy::RequestSize(size))
}

pub(crate) fn write(one: &policy::RequestSize) -> Written {
    let bytes = At::new(Size(one.bytes));
    if !one.length_required && one.refusals.0.is_empty() {
        return Either::First(bytes);
    }
    Either::Second(At::new(RequestSize {
        bytes,
        length_required: unless(one.length_required, &false),
        refusals: refusals::write(&one.refusals),
    }))
}
