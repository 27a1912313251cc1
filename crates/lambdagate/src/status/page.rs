//! The pages of the status port.

use super::{Figures, Status};
use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use serde::Serialize;
use std::sync::atomic::Ordering;
use telemetry::book::Page;

const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Answers one request.
pub(super) fn answer<B>(status: &Status, request: &Request<B>) -> Response<Full<Bytes>> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut refusal = response(StatusCode::METHOD_NOT_ALLOWED, TEXT, "only GET and HEAD\n".into());
        refusal.headers_mut().insert(ALLOW, http::HeaderValue::from_static("GET, HEAD"));
        return refusal;
    }
    let serving = status.serving.load(Ordering::Relaxed);
    match request.uri().path() {
        "/healthz" => response(StatusCode::OK, TEXT, "alive\n".into()),
        "/readyz" if serving => response(StatusCode::OK, TEXT, "serving\n".into()),
        "/readyz" => response(StatusCode::SERVICE_UNAVAILABLE, TEXT, "not serving: starting or draining\n".into()),
        "/status" => response(StatusCode::OK, JSON, report(status, serving)),
        "/metrics" => response(StatusCode::OK, OPEN_METRICS, status.metrics.render()),
        path if let Some(page) = book(status, path) => response(StatusCode::OK, Page::CONTENT_TYPE, page),
        _ => response(StatusCode::NOT_FOUND, TEXT, "here are /healthz, /readyz, /status and /metrics\n".into()),
    }
}

/// What is counted under names of the configuration's own: `/metrics/BOOK`.
fn book(status: &Status, path: &str) -> Option<String> {
    let book = status.metrics.known_book(path.strip_prefix("/metrics/")?)?;
    let mut page = Page::default();
    page.book(&book);
    Some(page.text())
}

fn response(code: StatusCode, kind: &'static str, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = code;
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static(kind));
    response.headers_mut().insert(CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
    response
}

#[derive(Serialize)]
struct Report<'a> {
    version: &'static str,
    uptime_seconds: u64,
    serving: bool,
    #[serde(flatten)]
    figures: &'a Figures,
    identities: Vec<super::identities::Row>,
}

fn report(status: &Status, serving: bool) -> String {
    let uptime_seconds = status.started.elapsed().as_secs();
    let figures = status.figures();
    let identities = super::identities::rows(&status.services);
    let report = Report { version: env!("CARGO_PKG_VERSION"), uptime_seconds, serving, figures: &figures, identities };
    let text = serde_json::to_string_pretty(&report).expect("a report has text keys only");
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    async fn ask(status: &Status, method: &str, path: &str) -> (u16, String) {
        let response = answer(status, &Request::builder().method(method).uri(path).body(()).unwrap());
        let code = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (code, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn pages_tell_life_and_readiness_apart() {
        let status = Status::new(Default::default());
        for (serving, ready) in [(false, 503), (true, 200), (false, 503)] {
            status.set_serving(serving);
            let cases = [
                ("GET", "/healthz", 200),
                ("HEAD", "/healthz", 200),
                ("GET", "/readyz", ready),
                ("GET", "/status", 200),
                ("GET", "/metrics", 200),
                ("GET", "/", 404),
                ("POST", "/healthz", 405),
            ];
            for (method, path, code) in cases {
                assert_eq!(ask(&status, method, path).await.0, code, "{method} {path}");
            }
        }
    }

    #[tokio::test]
    async fn status_tells_what_is_served() {
        let status = Status::new(Default::default());
        status.set(Figures { listeners: vec![([127, 0, 0, 1], 80).into()], routes: 3, ..Figures::default() });
        let report: serde_json::Value = serde_json::from_str(&ask(&status, "GET", "/status").await.1).unwrap();
        assert_eq!(report["routes"], 3);
        assert_eq!(report["listeners"][0], "127.0.0.1:80");
        assert_eq!(report["serving"], false);
        assert_eq!(report["version"], env!("CARGO_PKG_VERSION"));
    }
}
