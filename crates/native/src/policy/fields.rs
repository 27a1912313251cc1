//! Changes of header fields by texts, as several policies have them.

use super::request_text::{self, Holds, Pieces};
use crate::decode::{Either, OneOrMany, Pairs, Text, entity};
use crate::lower::{Lowering, header};
use crate::write::{key, texts};
use model::policy::{FieldTexts, RequestText};

entity! {
    /// Changes of header fields, in this order. Texts may hold variables: `$remote_addr`.
    Fields {
        /// One more field; an empty text adds none.
        add: Option<Pairs<Pieces>>,
        /// One field of this name, whatever was there; an empty text takes it off.
        set: Option<Pairs<Pieces>>,
        /// No field of these names.
        remove: Option<OneOrMany<Text>>,
    }
}

pub(crate) fn lower(written: &Option<Fields>, holds: Holds, at: &mut Lowering<'_>) -> FieldTexts {
    let Some(written) = written else { return FieldTexts::default() };
    let names = written.remove.iter().flat_map(|names| names.all());
    FieldTexts {
        remove: names.map(|name| header::name(name, &name.spot, at)).collect(),
        add: pairs(&written.add, holds, at),
        set: pairs(&written.set, holds, at),
    }
}

/// Names of header fields with texts.
pub(crate) fn pairs(
    written: &Option<Pairs<Pieces>>,
    holds: Holds,
    at: &mut Lowering<'_>,
) -> Vec<(String, RequestText)> {
    let all = written.iter().flat_map(|pairs| &pairs.0);
    all.map(|(name, value)| (header::name(name, &name.spot, at), self::value(value, holds, at))).collect()
}

fn value(written: &Pieces, holds: Holds, at: &mut Lowering<'_>) -> RequestText {
    let read = request_text::lower(written, holds, at);
    if let (Some(_), Either::First(text)) = (read.as_plain(), written) {
        header::value(text, at);
    }
    read
}

pub(crate) fn write(one: &FieldTexts, holds: Holds) -> Option<Fields> {
    (*one != FieldTexts::default()).then(|| Fields {
        add: write_pairs(&one.add, holds),
        set: write_pairs(&one.set, holds),
        remove: texts(&one.remove),
    })
}

pub(crate) fn write_pairs(list: &[(String, RequestText)], holds: Holds) -> Option<Pairs<Pieces>> {
    let pairs: Vec<_> = list.iter().map(|(name, value)| (key(name), request_text::write_field(value, holds))).collect();
    (!pairs.is_empty()).then_some(Pairs(pairs))
}
