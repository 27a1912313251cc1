//! `/tags`: which entities have which tags.

use super::book::Book;
use super::reply::Reply;
use crate::entity::Collection;
use serde_json::{Value, json};

/// All tags, or the entities with one of them.
pub(super) fn list(book: &Book, wanted: Option<&str>) -> Reply {
    let mut data = Vec::new();
    for collection in Collection::ALL.iter().copied() {
        for entity in book.of_collection(collection) {
            let tags = entity.object.get("tags").and_then(Value::as_array).into_iter().flatten();
            let tags = tags.filter(|tag| wanted.is_none_or(|wanted| *tag == wanted));
            data.extend(
                tags.map(|tag| json!({"tag": tag, "entity_name": collection.name(), "entity_id": entity.id()})),
            );
        }
    }
    Reply::ok(json!({ "data": data, "next": null }))
}
