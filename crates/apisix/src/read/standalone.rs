//! `apisix.yaml` and `apisix.json`: lists of objects by kind.

use super::{FileKind, Origin, Step, Texts, substitute_text, substitute_values};
use crate::document::Place;
use crate::entity::{Kind, own_id};
use crate::schema::Object;
use dialect::Faith;
use dialect::findings::Findings;
use dialect::resolve::Environment;
use dialect::tree::parse_plain;
use serde_json::Value;

/// An object that was found, with its place.
pub(crate) struct Found {
    pub(crate) place: Place,
    pub(crate) object: Object,
    pub(crate) origin: Origin,
}

/// The line that ends a YAML file. It says that the file was written to its end.
const END: &str = "#END";

/// The objects of a file; nothing when the file as a whole cannot be used.
pub(crate) fn objects(
    key: &str,
    kind: FileKind,
    text: &str,
    environment: &dyn Environment,
    texts: &mut Texts,
) -> Option<Vec<Found>> {
    let whole = Origin::document(key);
    if kind == FileKind::Yaml && !text.trim_end().ends_with(END) {
        let message = "the file does not end with the line #END, so it may be half written: it is not used";
        texts.say(Faith::Invalid, &whole, "", message);
        return None;
    }
    let mut findings = Findings::new(key);
    let (text, missing) = match kind {
        FileKind::Yaml => substitute_text(text, environment),
        FileKind::Json | FileKind::Settings | FileKind::Defaults => (text.into(), Vec::new()),
    };
    let tree = parse_plain(&text, &mut findings);
    let mut value = tree.as_ref().map(dialect::tree::value);
    let mut unset = missing;
    if let (FileKind::Json, Some(value)) = (kind, &mut value) {
        substitute_values(value, environment, &mut unset);
    }
    texts.add(key, tree, findings.into_list());
    for missing in unset {
        texts.say(Faith::Invalid, &whole, "", missing.to_string());
    }
    match value? {
        Value::Object(lists) if !lists.is_empty() => Some(of_lists(key, lists, texts)),
        _ => {
            texts.say(Faith::Invalid, &whole, "", "there is nothing in it: it is not used");
            None
        }
    }
}

fn of_lists(key: &str, lists: Object, texts: &mut Texts) -> Vec<Found> {
    let mut found = Vec::new();
    for (name, list) in lists {
        let origin = Origin { document: key.to_owned(), path: vec![Step::Name(name.clone())] };
        match (Kind::named(&name), list) {
            (_, Value::Null) => {}
            (Some(kind), Value::Array(items)) => {
                for (at, item) in items.into_iter().enumerate() {
                    let mut origin = origin.clone();
                    origin.path.push(Step::At(at));
                    found.extend(object(kind, at, item, origin, texts));
                }
            }
            (Some(_), _) => texts.say(Faith::Invalid, &origin, "", format!("{name} is a list of objects")),
            (None, _) if name == "plugins" || name.ends_with("_conf_version") => {}
            (None, _) => texts.say(Faith::Ignored, &origin, "", format!("{name} is no kind of object that is known")),
        }
    }
    found
}

fn object(kind: Kind, at: usize, item: Value, origin: Origin, texts: &mut Texts) -> Option<Found> {
    let Value::Object(mut object) = item else {
        texts.say(Faith::Invalid, &origin, "", "this is no object: it is left out");
        return None;
    };
    // a consumer's entry may be a credential by its id, and need no name then
    let own = object.get("id").and_then(crate::entity::id_text).filter(|id| id.contains("/credentials/"));
    let id = own.or_else(|| own_id(kind, &object)).unwrap_or_else(|| format!("arr_{}", at + 1));
    let Some(place) = Place::of_file(kind, &id) else {
        texts.say(Faith::Invalid, &origin, "id", format!("{id:?} is no id of {}", kind.name()));
        return None;
    };
    if place.kind == Kind::PluginMetadata || place.parent.is_some() {
        object.shift_remove("id");
    }
    object.shift_remove("modifiedIndex");
    Some(Found { place, object, origin })
}
