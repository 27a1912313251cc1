//! The Extensions API, beside the Runtime API on the same port.

use super::{Event, Refused};
use crate::instance::runtime_api::reply::{self, failure, json};
use crate::instance::runtime_api::{Answer, Side};
use crate::payload;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use hyper::body::Incoming;
use serde::Deserialize;

/// Versions of the API are dates.
const PREFIX: &str = "/2020-01-01/extension/";
const NAME: &str = "lambda-extension-name";
const IDENTIFIER: &str = "lambda-extension-identifier";
const FEATURES: &str = "lambda-extension-accept-feature";
const ERROR_TYPE: &str = "lambda-extension-function-error-type";
const MAX_NAME: usize = 128;
/// What an extension registers with, or says of its error, is short.
const MAX_BODY: usize = 256 * 1024;

#[derive(Deserialize)]
struct Registration {
    #[serde(default)]
    events: Vec<String>,
}

/// Answers what is asked of this API; nothing if it is not one of its paths.
pub(in crate::instance) async fn answer(side: &Side, head: &Parts, body: Incoming) -> Option<Answer> {
    let path = head.uri.path();
    let Some(operation) = path.strip_prefix(PREFIX) else { return telemetry(&head.method, path, body).await };
    Some(match (&head.method, operation) {
        (&Method::POST, "register") => register(side, &head.headers, body).await.unwrap_or_else(refused),
        (&Method::GET, "event/next") => next(side, &head.headers).await.unwrap_or_else(refused),
        (&Method::POST, "init/error") => {
            error(side, &head.headers, "Extension.InitError", body).await.unwrap_or_else(refused)
        }
        (&Method::POST, "exit/error") => {
            error(side, &head.headers, "Extension.ExitError", body).await.unwrap_or_else(refused)
        }
        _ => reply::not_found(),
    })
}

async fn register(side: &Side, headers: &HeaderMap, body: Incoming) -> Result<Answer, Refused> {
    // Before anything is refused: a connection with an unread body would be closed.
    let body = payload::read(body, MAX_BODY).await.unwrap_or_default();
    let name = text(headers, NAME).filter(|name| name.len() <= MAX_NAME);
    let name = name.ok_or_else(|| Refused::new("Extension.InvalidExtensionName", "Empty extension name".to_owned()))?;
    let wrong = |error: serde_json::Error| Refused::new("InvalidRequestFormat", error.to_string());
    let registration: Registration = serde_json::from_slice(&body).map_err(wrong)?;
    let events = registration.events.iter().map(|event| read(event)).collect::<Result<_, _>>()?;
    let id = side.extensions.register(name, events)?;
    let mut told = serde_json::json!({
        "functionName": &*side.about.function, "functionVersion": &*side.about.version, "handler": side.about.handler,
    });
    if text(headers, FEATURES).is_some_and(|features| features.split(',').any(|name| name.trim() == "accountId")) {
        told["accountId"] = side.about.account.clone().into();
    }
    let mut answer = json(StatusCode::OK, told.to_string().into());
    if let Ok(id) = HeaderValue::from_str(&id) {
        answer.headers_mut().insert(IDENTIFIER, id);
    }
    Ok(answer)
}

async fn next(side: &Side, headers: &HeaderMap) -> Result<Answer, Refused> {
    let id = identifier(headers)?;
    let gone = |_| Refused::new("Extension.InvalidExtensionState", "Another question took this one's place".to_owned());
    let event = side.extensions.next(id)?.await.map_err(gone)?;
    let mut answer = json(StatusCode::OK, event);
    if let Ok(id) = HeaderValue::from_str(id) {
        answer.headers_mut().insert(IDENTIFIER, id);
    }
    Ok(answer)
}

/// An extension that says it has failed takes the instance with it.
async fn error(side: &Side, headers: &HeaderMap, kind: &'static str, body: Incoming) -> Result<Answer, Refused> {
    let told = payload::read(body, MAX_BODY).await.unwrap_or_default();
    let name = side.extensions.name(identifier(headers)?)?;
    let message: Option<String> = serde_json::from_slice::<serde_json::Value>(&told)
        .ok()
        .and_then(|told| Some(told["errorMessage"].as_str()?.to_owned()));
    let own = text(headers, ERROR_TYPE).unwrap_or("Extension.UnknownReason");
    side.failed(kind, &format!("{name}: {own}: {}", message.unwrap_or_default()));
    Ok(reply::accepted())
}

/// Telemetry is not delivered here; a subscriber is told so, in words that extensions know from other emulators.
async fn telemetry(method: &Method, path: &str, body: Incoming) -> Option<Answer> {
    let (kind, name) = match path {
        "/2022-07-01/telemetry" => ("Telemetry.NotSupported", "Telemetry"),
        "/2020-08-15/logs" => ("Logs.NotSupported", "Logs"),
        _ => return None,
    };
    if method != Method::PUT {
        return Some(reply::not_found());
    }
    let _thrown_away = payload::read(body, MAX_BODY).await;
    Some(failure(StatusCode::ACCEPTED, kind, &format!("{name} API is not supported")))
}

fn read(event: &str) -> Result<Event, Refused> {
    match event {
        "INVOKE" => Ok(Event::Invoke),
        "SHUTDOWN" => Ok(Event::Shutdown),
        _ => Err(Refused::new("Extension.InvalidEventType", format!("{event}: no such event"))),
    }
}

fn identifier(headers: &HeaderMap) -> Result<&str, Refused> {
    let missing = || {
        Refused::new("Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header".to_owned())
    };
    text(headers, IDENTIFIER).ok_or_else(missing)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty())
}

fn refused(Refused { kind, message }: Refused) -> Answer {
    failure(StatusCode::FORBIDDEN, kind, &message)
}
