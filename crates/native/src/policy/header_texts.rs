//! `header-texts`: changes of header fields by texts with expressions.

use super::Around;
use crate::decode::{OneOrMany, Pairs, Text, entity, values};
use crate::entity::expression::{Expression, Failure};
use crate::lower::{Lowering, expression as lower_text, header};
use crate::write::{Pen, expression as write_text, texts};
use model::policy::{self, Policy};

entity! {
    /// Changes of header fields, in this order. A value that is null leaves its field as it is.
    HeaderTexts {
        /// One field of this name with this value, whatever was there.
        set: Option<Pairs<Expression>>,
        /// One more field.
        append: Option<Pairs<Expression>>,
        /// No field of these names.
        remove: Option<OneOrMany<Text>>,
        /// No field but these; all without it.
        keep: Option<OneOrMany<Text>>,
        /// What a value that cannot be evaluated is.
        failure: Option<Failure>,
    }
}

pub(crate) fn lower(written: &HeaderTexts, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let pairs = [&written.set, &written.append].into_iter().flatten().flat_map(|pairs| &pairs.0);
    let lists = [&written.remove, &written.keep].into_iter().flatten().flat_map(|names| names.all());
    for name in pairs.map(|(name, _)| name).chain(lists) {
        header::name(name, &name.spot, at);
    }
    Some(Policy::HeaderTexts(Box::new(policy::HeaderTexts {
        set: lower_text::texts(&written.set, at),
        append: lower_text::texts(&written.append, at),
        remove: values(&written.remove),
        keep: written.keep.as_ref().map(|_| values(&written.keep)),
        failure: written.failure.as_ref().map_or(lower_text::FAILURE, |one| lower_text::failure(one, at)),
    })))
}

pub(crate) fn write(one: &policy::HeaderTexts, pen: &mut Pen<'_>) -> HeaderTexts {
    HeaderTexts {
        set: write_text::texts(&one.set, pen),
        append: write_text::texts(&one.append, pen),
        remove: texts(&one.remove),
        keep: one.keep.as_ref().map(|names| texts(names).unwrap_or_default()),
        failure: write_text::unusual(&one.failure),
    }
}
