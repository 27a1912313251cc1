//! Whether entities are what their schemas say; defaults are filled in on the way.

use super::{Manner, Notes};
use crate::entity::{Collection, Entity, LEFT_OUT, REFUSED, misread};
use crate::plugin::Plugin;
use crate::schema::{Record, Violation, check, fill};
use dialect::Faith;

/// The schema of an entity: of a plugin that of its name.
pub fn schema(entity: &Entity, manner: Manner) -> Record {
    let plugin = match entity.collection {
        Collection::Plugins => entity.text("name").and_then(Plugin::named),
        _ => None,
    };
    plugin.map_or_else(|| entity.collection.record(manner.flavor), Plugin::record)
}

/// Fills in the defaults of entities and remarks what is wrong with them. Files may have members that nobody knows:
/// newer versions have more.
pub fn judge(entities: &mut [Entity], manner: Manner, notes: &mut Notes) {
    for entity in entities {
        let record = schema(entity, manner);
        let mut found = fill(&record, &mut entity.object).0;
        found.extend(check(&record, &entity.object).0);
        for violation in found {
            remark(entity, &violation, notes);
        }
        if entity.collection == Collection::Routes {
            left_out(entity, manner, notes);
        }
    }
}

/// What of a route takes no request.
fn left_out(route: &Entity, manner: Manner, notes: &mut Notes) {
    for one in misread(&route.object, manner.flavor) {
        notes.say(Faith::Unsupported, route, &one.field, format!("{REFUSED}{}{LEFT_OUT}", one.why));
    }
}

fn remark(entity: &Entity, violation: &Violation, notes: &mut Notes) {
    let field = if violation.path.is_empty() { String::new() } else { violation.dotted() };
    match violation.text.as_str() {
        text if text.starts_with(REFUSED) => {} // told at its place
        "unknown field" => notes.say(Faith::Ignored, entity, &field, "unknown field: it has no effect"),
        text => notes.say(Faith::Invalid, entity, &field, text),
    }
}
