//! What older files say in another way.

use crate::entity::path::normalized;
use crate::schema::Object;
use serde_json::{Value, json};

/// Paths of routes in files before 3.0: one with characters that no plain path has is a regular expression.
pub(crate) fn paths(route: &mut Object) {
    let Some(Value::Array(paths)) = route.get_mut("paths") else { return };
    for path in paths {
        let Some(text) = path.as_str() else { continue };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._~/%-".contains(&byte);
        let new = match text.bytes().all(plain) {
            true => normalized(text),
            false if text.starts_with('~') => text.to_owned(),
            false => format!("~{text}"),
        };
        *path = Value::from(new);
    }
}

/// `service_id` is `service: {id: …}` and so on. Tells whether an `api_id` stood there.
pub(crate) fn old_references(object: &mut Object) -> bool {
    for (old, new) in [("service_id", "service"), ("route_id", "route"), ("consumer_id", "consumer")] {
        if let Some(id) = object.remove(old)
            && !id.is_null()
        {
            object.entry(new).or_insert_with(|| json!({ "id": id }));
        }
    }
    object.remove("api_id").is_some_and(|id| !id.is_null())
}
