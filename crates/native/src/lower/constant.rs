//! Values that do not change.

use crate::decode::{Hidden, Pairs};
use crate::entity::constant::{Constant as Written, Constants};
use model::Secret;
use model::world::Constant;
use std::collections::BTreeMap;

pub(crate) fn constant(written: &Written) -> Constant {
    match written {
        Written::Null => Constant::Null,
        Written::Text(text) => Constant::Text(text.clone()),
        Written::Number(number) => Constant::Number(*number),
        Written::Boolean(flag) => Constant::Boolean(*flag),
        Written::List(list) => Constant::List(list.iter().map(constant).collect()),
        Written::Fixed(pairs) => Constant::Bean(by_name(pairs)),
        Written::Map(pairs) => Constant::Map(by_name(pairs)),
        Written::Secret(secret) => Constant::Secret(secret.secret()),
        Written::Secrets(pairs) => Constant::Secrets(secrets(pairs)),
    }
}

/// Names with values, by name.
pub(crate) fn by_name(pairs: &Constants) -> BTreeMap<String, Constant> {
    pairs.0.iter().map(|(name, value)| (name.value.clone(), constant(value))).collect()
}

/// Names with values, as they are written.
pub(crate) fn in_order(pairs: &Option<Constants>) -> Vec<(String, Constant)> {
    let all = pairs.iter().flat_map(|pairs| &pairs.0);
    all.map(|(name, value)| (name.value.clone(), constant(value))).collect()
}

fn secrets(pairs: &Pairs<Hidden>) -> BTreeMap<String, Secret> {
    pairs.0.iter().map(|(name, secret)| (name.value.clone(), secret.secret())).collect()
}
