//! `assign`: sets attributes of the exchange to texts with expressions.

use super::Around;
use crate::decode::Pairs;
use crate::entity::expression::Expression;
use crate::lower::{Lowering, expression as lower_text};
use crate::write::{Pen, expression as write_text};
use model::policy::{self, Policy};

pub(crate) fn lower(written: &Pairs<Expression>, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let all = written.0.iter();
    let attributes = all.map(|(name, value)| (name.value.clone(), lower_text::text(value, at))).collect();
    Some(Policy::Assign(policy::Assign { attributes }))
}

pub(crate) fn write(one: &policy::Assign, pen: &mut Pen<'_>) -> Pairs<Expression> {
    write_text::texts(&one.attributes, pen).unwrap_or_default()
}
