//! `api-key`: what a plan of this kind asks for.

use crate::part::Part;
use crate::schema::{Record, flag, text, word};
use crate::settings::Settings;
use model::policy::KeyEntrance;

/// The fields of its configuration.
pub static CONFIG: Record = Record {
    name: "api-key",
    fields: &[
        flag("propagateApiKey"),
        word("source", &["HEADER", "BEARER", "QUERY_PARAMETER"]).default("HEADER"),
        flag("enableCustomApiKeyHeader"),
        text("apiKeyHeader").default("X-Gravitee-Api-Key"),
    ],
};

/// Where the key stands: a plan may name its own header field, else it is that of the settings, then their parameter.
pub(crate) fn entrance(config: &Part<'_>, settings: &Settings) -> KeyEntrance {
    let source = config.word("source").unwrap_or("HEADER");
    let own = config.flag("enableCustomApiKeyHeader").then(|| config.owned("apiKeyHeader")).flatten();
    KeyEntrance {
        header: (source == "HEADER").then(|| own.unwrap_or_else(|| settings.key_header.clone())),
        bearer: source == "BEARER",
        query: (source != "BEARER").then(|| settings.key_param.clone()),
        hide: !config.flag("propagateApiKey"),
        attribute: Some("gravitee.attribute.api-key".to_owned()),
    }
}
