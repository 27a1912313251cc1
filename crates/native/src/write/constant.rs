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
        Constant::Secret(secret) => {
            Written::Secret(pen.secrets.hide(secret, "VALUE", "a value that expressions ask for"))
        }
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

/// A value under a name that may say that it is nobody's business.
fn named(name: &str, one: &Constant, pen: &mut Pen<'_>) -> Written {
    match one {
        Constant::Text(plain) => {
            let purpose = format!("the value {name} that expressions ask for");
            Written::Text(pen.secrets.named(name, plain, &format!("VALUE_{name}"), &purpose).value)
        }
        Constant::Secret(secret) => {
            let purpose = format!("the value {name} that expressions ask for");
            Written::Secret(pen.secrets.hide(secret, &format!("VALUE_{name}"), &purpose))
        }
        other => constant(other, pen),
    }
}

/// Names with values, unless there are none.
pub(crate) fn in_order(list: &[(String, Constant)], pen: &mut Pen<'_>) -> Option<Constants> {
    (!list.is_empty()).then(|| pairs(list.iter().map(|(name, value)| (name, value)), pen))
}

pub(crate) fn pairs<'a>(all: impl Iterator<Item = (&'a String, &'a Constant)>, pen: &mut Pen<'_>) -> Constants {
    Pairs(all.map(|(name, value)| (key(name), named(name, value, pen))).collect())
}
