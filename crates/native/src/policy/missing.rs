//! `missing`: stands for a policy that is not there, and refuses every request.

use super::Around;
use crate::decode::Text;
use crate::lower::Lowering;
use crate::write::text;
use model::policy::Policy;

pub(crate) fn lower(name: &Text, _: &Around<'_>, _: &mut Lowering<'_>) -> Option<Policy> {
    Some(Policy::Missing { name: name.value.clone() })
}

pub(crate) fn write(name: &str) -> Text {
    text(name)
}
