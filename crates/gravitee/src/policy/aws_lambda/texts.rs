//! The settings that are evaluated for each request: in the newer engine all texts, in the older one the payload alone.

use super::is_expression;
use crate::expression;
use crate::lower::Lowering;
use crate::part::Part;
use crate::policy::Engine;
use model::Secret;
use model::call::{CallTexts, TrustTexts};
use model::text::{Setting, Text};

/// The attribute that stands before a field, for the newer engine.
pub(super) fn attribute(field: &str, engine: Engine) -> Option<String> {
    (engine == Engine::V4).then(|| format!("gravitee.attributes.secret.aws.{field}"))
}

/// What stands before the target that is the same for all requests.
pub(super) fn target(config: &Part<'_>, engine: Engine, at: &mut Lowering<'_>) -> CallTexts {
    if engine == Engine::V3 {
        return CallTexts::default(); // as it is written
    }
    CallTexts {
        function: evaluated(config, "function", at),
        qualifier: evaluated(config, "qualifier", at),
        invocation: strict(config, "invocationType", at),
        log_type: evaluated(config, "logType", at),
        region: evaluated(config, "region", at),
        access_key: secret(config, "accessKey", at),
        secret_key: secret(config, "secretKey", at),
        role: evaluated(config, "roleArn", at),
        session_name: kept(config, "roleSessionName", at),
        ..CallTexts::default()
    }
}

/// The payload; as it is written where the settings want it of the older engine.
pub(super) fn payload(config: &Part<'_>, engine: Engine, at: &mut Lowering<'_>) -> Setting {
    let text = match engine == Engine::V3 && at.settings.verbatim_payload {
        true => config.owned("payload").map(Text::Plain),
        false => expression::field(config, "payload", at.notes),
    };
    Setting { text, attribute: attribute("payload", engine), or_written: engine == Engine::V4 }
}

/// Whom TLS trusts.
pub(super) fn trust(ssl: &Part<'_>, engine: Engine, at: &mut Lowering<'_>) -> TrustTexts {
    let own = |name: &str, text: Option<Text>| Setting {
        text,
        attribute: attribute(&format!("ssl.{name}"), engine),
        or_written: engine == Engine::V4,
    };
    let mut text = |name: &str| match engine {
        Engine::V3 => own(name, ssl.filled(name).map(|text| Text::Plain(text.to_owned()))),
        Engine::V4 => own(name, expression::field(ssl, name, at.notes)),
    };
    TrustTexts {
        kind: text("trustStoreType"),
        path: text("trustStorePath"),
        content: text("trustStoreContent"),
        all: own("trustAll", ssl.flag("trustAll").then(|| Text::Plain("true".to_owned()))),
        password: own("trustStorePassword", ssl.filled("trustStorePassword").map(hidden)),
    }
}

/// A text that the target has already where nothing in it is evaluated.
fn evaluated(config: &Part<'_>, field: &str, at: &mut Lowering<'_>) -> Setting {
    let text = expression::field(config, field, at.notes).filter(|text| is_expression(text.source()));
    Setting { text, attribute: attribute(field, Engine::V4), or_written: true }
}

/// The same for a word: one that is none fails the request.
fn strict(config: &Part<'_>, field: &str, at: &mut Lowering<'_>) -> Setting {
    let text = expression::field(config, field, at.notes).filter(|text| text.source() != "RequestResponse");
    Setting { text, ..evaluated(config, field, at) }
}

/// The text in any case: what else the target has does not say it.
fn kept(config: &Part<'_>, field: &str, at: &mut Lowering<'_>) -> Setting {
    Setting { text: expression::field(config, field, at.notes), ..evaluated(config, field, at) }
}

/// Both keys stand here: an attribute may stand before one of them.
fn secret(config: &Part<'_>, field: &str, at: &mut Lowering<'_>) -> Setting {
    let text = expression::field(config, field, at.notes).map(|text| hidden(text.source()));
    Setting { text, ..evaluated(config, field, at) }
}

fn hidden(text: &str) -> Text {
    Text::Secret(Secret::new(text))
}
