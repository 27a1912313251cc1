//! Values that do not change.

use super::{Pen, key, text};
use crate::decode::Pairs;
use crate::entity::constant::{Constant as Written, Constants};
use model::world::Constant;

pub(crate) fn constant(one: &Constant, pen: &mut Pen<'_>) -> Written {
    match one {
        Constant::Null => Written::Null,
        Constant::Text(plain) => Written::Text(text(plain).value),
        Constant::Number(number) => Written::Number(*number),
        Constant::Boolean(flag) => Written::Boolean(*flag),
        Constant::List(list) => Written::List(list.iter().map(|one| constant(one, pen)).collect()),
        Constant::Bean(all) => Written::Fixed(pairs(all.iter(), pen)),
        Constant::Map(all) => Written::Map(pairs(all.iter(), pen)),
        Constant::Secrets(all) => {
            let mut hide = |path: &String, secret| {
                pen.secrets.hide(
                    secret,
                    &format!("SECRET_{path}"),
                    &format!("the secret {path} that expressions ask for"),
                )
            };
            Written::Secrets(Pairs(all.iter().map(|(path, secret)| (key(path), hide(path, secret))).collect()))
        }
    }
}

/// Names with values, unless there are none.
pub(crate) fn in_order(list: &[(String, Constant)], pen: &mut Pen<'_>) -> Option<Constants> {
    (!list.is_empty()).then(|| pairs(list.iter().map(|(name, value)| (name, value)), pen))
}

pub(crate) fn pairs<'a>(all: impl Iterator<Item = (&'a String, &'a Constant)>, pen: &mut Pen<'_>) -> Constants {
    Pairs(all.map(|(name, value)| (key(name), constant(value, pen))).collect())
}
