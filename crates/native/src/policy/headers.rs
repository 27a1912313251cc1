//! `request-headers` and `response-headers`: changes of header fields.

use super::Around;
use crate::decode::{OneOrMany, Pairs, Text, entity};
use crate::lower::{Lowering, header};
use crate::write::{Pen, key, text};
use model::policy::{self, Policy};

/// Changes of header fields: a set, or a list of such where their order matters.
pub type HeaderEdits = OneOrMany<HeaderEdit>;

entity! {
    /// Changes of header fields: first what is removed, then what is set, then what is added.
    HeaderEdit {
        /// No field of these names.
        remove: Option<OneOrMany<Text>>,
        /// One field of this name with this value, whatever was there.
        set: Option<Pairs<Text>>,
        /// One more field.
        add: Option<Pairs<Text>>,
    }
}

pub(crate) fn lower(written: &HeaderEdits, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    Some(Policy::Headers(policy::HeaderEdits { edits: edits(written, at) }))
}

/// The changes, one after the other.
pub(crate) fn edits(written: &HeaderEdits, at: &mut Lowering<'_>) -> Vec<policy::HeaderEdit> {
    let mut edits = Vec::new();
    for written in written.all() {
        for text in written.remove.iter().flat_map(|names| names.all()) {
            edits.push(policy::HeaderEdit::Remove(header::name(text, &text.spot, at)));
        }
        for (name, value) in written.set.iter().flat_map(|pairs| &pairs.0) {
            edits.push(policy::HeaderEdit::Set(header::name(name, &name.spot, at), header::value(value, at)));
        }
        for (name, value) in written.add.iter().flat_map(|pairs| &pairs.0) {
            edits.push(policy::HeaderEdit::Add(header::name(name, &name.spot, at), header::value(value, at)));
        }
    }
    edits
}

/// Edits in sets, each in the order removed, set, added.
pub(crate) fn write(edits: &policy::HeaderEdits, pen: &mut Pen<'_>) -> HeaderEdits {
    let place = |edit: &policy::HeaderEdit| match edit {
        policy::HeaderEdit::Remove(_) => 0,
        policy::HeaderEdit::Set(..) => 1,
        policy::HeaderEdit::Add(..) => 2,
    };
    let sets = edits.edits.chunk_by(|one, next| place(one) <= place(next));
    let sets: Vec<_> = sets.map(|set| edit_set(set, pen)).collect();
    OneOrMany::from(sets)
}

fn edit_set(edits: &[policy::HeaderEdit], pen: &mut Pen<'_>) -> HeaderEdit {
    let (mut remove, mut set, mut add) = (Vec::new(), Vec::new(), Vec::new());
    for edit in edits {
        match edit {
            policy::HeaderEdit::Remove(name) => remove.push(text(name)),
            policy::HeaderEdit::Set(name, value) => set.push((key(name), pen.secrets.header(name, value))),
            policy::HeaderEdit::Add(name, value) => add.push((key(name), pen.secrets.header(name, value))),
        }
    }
    HeaderEdit {
        remove: (!remove.is_empty()).then(|| remove.into()),
        set: (!set.is_empty()).then_some(Pairs(set)),
        add: (!add.is_empty()).then_some(Pairs(add)),
    }
}
