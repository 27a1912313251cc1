//! What an API says of failures: its response templates, and the usual words where there are none.

use super::Lowering;
use super::api::Api;
use crate::expression;
use crate::part::Part;
use crate::policy::{Engine, request_content_limit};
use crate::read::Version;
use crate::settings::Settings;
use dialect::Faith;
use model::answer::{Answer, AnswerBody, Answers, FailureKind, Keyed, KeyedAnswer, KeyedAnswers, UsualAnswer};
use std::collections::BTreeMap;

/// What is said outside of all APIs.
pub(super) fn outside(settings: &Settings) -> Answers {
    let (message, content_type) = settings.not_found.clone();
    let headers = vec![("content-type".to_owned(), content_type)];
    let answer = Answer { headers, body: AnswerBody::Text(message), ..Answer::status(404) };
    let by_kind = BTreeMap::from([(FailureKind::NoRoute, vec![("*/*".to_owned(), answer)])]);
    Answers { by_kind, keyed: Some(Box::new(keyed(Engine::V4))), ..Answers::default() }
}

/// What an API says.
pub(super) fn of(api: &Api<'_>, at: &mut Lowering<'_>) -> Answers {
    let name = match api.version {
        Version::V2 => "response_templates",
        Version::V4 => "responseTemplates",
    };
    let mut keyed = keyed(api.engine);
    for (key, media) in api.part.members(name) {
        keyed.templates.insert(key.to_owned(), templates(&media, at));
    }
    Answers { keyed: Some(Box::new(keyed)), ..Answers::default() }
}

fn keyed(engine: Engine) -> KeyedAnswers {
    let old = engine == Engine::V3;
    KeyedAnswers {
        kinds: kinds(),
        parents: BTreeMap::new(),
        templates: BTreeMap::new(),
        fallback: Some("DEFAULT".to_owned()),
        usual: UsualAnswer { listed: old, always_close: old },
    }
}

/// Failures that no policy names: those of endpoints have no words.
fn kinds() -> BTreeMap<FailureKind, Keyed> {
    let silent = |status, key: &str| Keyed { status, key: Some(key.to_owned()), message: None };
    BTreeMap::from([
        (FailureKind::BodyTooLarge, Keyed::new(413, request_content_limit::KEY, request_content_limit::MESSAGE)),
        (FailureKind::UpstreamUnreachable, silent(502, "GATEWAY_CLIENT_CONNECTION_ERROR")),
        (FailureKind::UpstreamMalformed, silent(502, "GATEWAY_CLIENT_CONNECTION_ERROR")),
        (FailureKind::UpstreamTimeout, silent(504, "REQUEST_TIMEOUT")),
        (FailureKind::RequestTimeout, silent(504, "REQUEST_TIMEOUT")),
        (FailureKind::UpstreamUnhealthy, silent(503, "NO_ENDPOINT_FOUND")),
        (FailureKind::NoEndpoint, silent(503, "NO_ENDPOINT_FOUND")),
        (FailureKind::Unauthorized, Keyed::new(401, "GATEWAY_PLAN_UNRESOLVABLE", "Unauthorized")),
        (FailureKind::Internal, Keyed { status: 500, key: None, message: Some("Internal Server Error".to_owned()) }),
    ])
}

fn templates(media: &Part<'_>, at: &mut Lowering<'_>) -> Vec<(String, KeyedAnswer)> {
    media.entries().into_iter().map(|(media, part)| (media.to_owned(), template(&part, at))).collect()
}

fn template(part: &Part<'_>, at: &mut Lowering<'_>) -> KeyedAnswer {
    let status = part.count("status").or_else(|| part.count("statusCode"));
    let status = status.and_then(|status| u16::try_from(status).ok()).filter(|status| (100..1000).contains(status));
    if status.is_none() {
        at.notes.on(Faith::Approximate, part, "it has no status: it answers 500");
    }
    KeyedAnswer {
        status: status.unwrap_or(500),
        headers: part.pairs("headers").into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        body: expression::field(part, "body", at.notes),
    }
}
