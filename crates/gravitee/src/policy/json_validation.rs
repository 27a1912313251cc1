//! `json-validation`: bodies that must be JSON of a certain shape.

use super::{Does, Engine, List, Place, When};
use crate::expression;
use crate::lower::Lowering;
use crate::schema::{Record, any, flag, nested, text, word};
use dialect::Faith;
use expr::schema::Judge;
use model::answer::Keyed;
use model::policy::{CheckJson, Policy};

/// The fields of its configuration.
pub(super) static CONFIG: Record = Record {
    name: "json-validation",
    fields: &[
        word("scope", &["REQUEST_CONTENT", "RESPONSE_CONTENT"]).default("REQUEST_CONTENT"),
        text("errorMessage"),
        text("schema"),
        nested("schemaSource", &SOURCE),
        flag("validateUnchecked").accepted("a schema that cannot be read lets no body pass"),
        flag("deepCheck").accepted("the first thing that is wrong is enough"),
        flag("straightRespondMode"),
        any("nativeErrorHandling").accepted("of Kafka's records"),
    ],
};

static SOURCE: Record = Record {
    name: "json-validation schema source",
    fields: &[
        word("sourceType", &["STATIC_SCHEMA", "SCHEMA_REGISTRY_RESOURCE"]).default("STATIC_SCHEMA"),
        text("staticSchema"),
        text("resourceName").unsupported("registries of schemas are not asked: no body passes"),
        text("schemaMapping").unsupported("registries of schemas are not asked: no body passes"),
    ],
};

pub(super) fn lower(place: &Place<'_>, at: &mut Lowering<'_>) -> Does {
    let Some(when) = when(place) else { return Vec::new() };
    let of_response = place.list == List::Response;
    let (status, side, message) =
        if of_response { (500, "RESPONSE_", "Internal Error") } else { (400, "", "Bad Request") };
    let told = |what: &str| Keyed::new(status, format!("JSON_INVALID_{side}{what}"), message);
    let policy = CheckJson {
        schema: schema(place, at),
        shape: told("PAYLOAD"),
        form: told("FORMAT"),
        words: expression::field(&place.config, "errorMessage", at.notes),
        only_logs: of_response && place.config.flag("straightRespondMode"),
    };
    vec![(when, Policy::CheckJson(Box::new(policy)))]
}

/// It has the body, so the older engine runs it behind the steps that take their turn.
fn when(place: &Place<'_>) -> Option<When> {
    if place.engine == Engine::V4 {
        return Some(When::Turn);
    }
    match (place.config.word("scope").unwrap_or("REQUEST_CONTENT"), place.list) {
        ("REQUEST_CONTENT", List::Request) | ("RESPONSE_CONTENT", List::Response) => Some(When::Content),
        _ => None,
    }
}

fn schema(place: &Place<'_>, at: &mut Lowering<'_>) -> String {
    let source = place.config.part("schemaSource");
    let (part, name) = match source.filled("staticSchema") {
        Some(_) => (&source, "staticSchema"),
        None => (&place.config, "schema"),
    };
    let text = part.text(name).unwrap_or_default();
    let json = serde_json::from_str(text).ok();
    match json.as_ref().map(|json| (Judge::read(json), Judge::unknown(json))) {
        Some((Ok(_), unknown)) if unknown.is_empty() => {}
        Some((Ok(_), unknown)) => {
            let remark = format!("not judged of this schema: {}", unknown.join(", "));
            at.notes.say(Faith::Unsupported, part, name, remark);
        }
        Some((Err(error), _)) => {
            at.notes.say(Faith::Unsupported, part, name, format!("no body passes: {error}"));
        }
        None => at.notes.say(Faith::Exact, part, name, "this is no schema: no body passes, as in the original"),
    }
    text.to_owned()
}
