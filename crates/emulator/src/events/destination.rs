//! The record of a finished event, as AWS sends it to a destination: one line of JSON at the end of a file.

use super::{Event, Past};
use crate::host::Host;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

/// Why an event is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    Success,
    RetriesExhausted,
    EventAgeExceeded,
}

impl Condition {
    /// As AWS spells it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Success => "Success",
            Self::RetriesExhausted => "RetriesExhausted",
            Self::EventAgeExceeded => "EventAgeExceeded",
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    version: &'static str,
    timestamp: String,
    request_context: RequestContext<'a>,
    request_payload: Cow<'a, RawValue>,
    /// That of the last try; none when there was no try.
    #[serde(skip_serializing_if = "Option::is_none")]
    response_context: Option<ResponseContext<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_payload: Option<Cow<'a, RawValue>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'a> {
    request_id: &'a str,
    function_arn: String,
    condition: &'static str,
    approximate_invoke_count: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResponseContext<'a> {
    status_code: u16,
    executed_version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_error: Option<&'static str>,
}

/// Adds the record to the file, which is made if there is none.
pub(super) async fn write(host: &Host, event: &Event, file: PathBuf, condition: Condition, past: &Past) {
    let line = Record::of(host, event, condition, past).line();
    let (path, turn) = (file.clone(), host.destinations.clone());
    let written = tokio::task::spawn_blocking(move || {
        let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        append(&path, &line)
    });
    if let Ok(Err(error)) = written.await {
        let (function, request_id) = (&**event.function.name(), &*event.invocation.request_id);
        tracing::error!(function, request_id, file = %file.display(), %error, "a destination cannot be written to");
    }
}

impl<'a> Record<'a> {
    fn of(host: &Host, event: &'a Event, condition: Condition, past: &'a Past) -> Self {
        let Event { function, version, invocation } = event;
        // Without a qualifier the record names the version that ran.
        let is_qualified = invocation.function_arn.split(':').count() > 7;
        let function_arn = match is_qualified {
            true => invocation.function_arn.to_string(),
            false => host.arn(function.name(), Some(version)),
        };
        Self {
            version: "1.0",
            timestamp: Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            request_context: RequestContext {
                request_id: &invocation.request_id,
                function_arn,
                condition: condition.name(),
                approximate_invoke_count: past.tries,
            },
            request_payload: json(&invocation.event),
            response_context: past.answer.as_ref().map(|answer| ResponseContext {
                status_code: 200,
                executed_version: version,
                function_error: answer.failed.then_some("Unhandled"),
            }),
            response_payload: past.answer.as_ref().map(|answer| json(&answer.payload)),
        }
    }

    fn line(&self) -> Vec<u8> {
        let mut line = serde_json::to_vec(self).expect("a record has only texts, numbers and JSON");
        // JSON may have line breaks between its parts, and only there: as spaces they mean the same.
        line.iter_mut().filter(|byte| matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
        line.push(b'\n');
        line
    }
}

/// As it is; what is no JSON becomes a text.
fn json(payload: &[u8]) -> Cow<'_, RawValue> {
    match serde_json::from_slice(payload) {
        Ok(raw) => Cow::Borrowed(raw),
        Err(_) => {
            let text = serde_json::value::to_raw_value(&String::from_utf8_lossy(payload));
            Cow::Owned(text.expect("a text is JSON"))
        }
    }
}

fn append(path: &Path, line: &[u8]) -> io::Result<()> {
    OpenOptions::new().create(true).append(true).open(path)?.write_all(line)
}
