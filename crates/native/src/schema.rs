//! The JSON Schema of the language, made from the entities, for editors.

use crate::entity::Config;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// The schema as text, as it stands in `lambdagate.schema.json`.
pub fn schema() -> String {
    let mut text = serde_json::to_string_pretty(&value()).expect("a schema is made of maps with text keys");
    text.push('\n');
    text
}

/// The schema as a value.
pub(crate) fn value() -> Value {
    let schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Config>();
    let mut value = schema.to_value();
    if let Some(map) = value.as_object_mut() {
        map.insert("title".to_owned(), "lambdagate".into());
    }
    value
}
