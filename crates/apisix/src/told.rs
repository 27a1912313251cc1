//! The ports on which the gateway tells of itself: metrics on one, status on the other.

use crate::entity::Part;
use crate::metrics::{self, Cluster};
use crate::plugin::prefix;
use crate::settings::{Provider, Settings, ToldListen};
use bytes::Bytes;
use dialect::admin::{AdminApi, Answering, Desk, Port};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use std::sync::Arc;
use telemetry::book::Page;

/// One such port.
struct Told {
    page: What,
}

/// What a port tells.
enum What {
    Metrics {
        /// The path of the page.
        uri: String,
        /// What names begin with.
        prefix: String,
        /// Objects come from etcd.
        etcd: bool,
    },
    Status,
}

type Answer = (StatusCode, &'static str, String);

const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";

/// The ports of a source with these settings.
pub(crate) fn ports(settings: &Settings) -> Vec<Port> {
    let attr = Part::of_value(Some(&settings.plugin_attr)).part("prometheus");
    let mut found = Vec::new();
    if let Some(listen) = &settings.metrics {
        let page = What::Metrics {
            uri: attr.owned("export_uri").unwrap_or_else(|| "/apisix/prometheus/metrics".to_owned()),
            prefix: prefix(attr).to_owned(),
            etcd: settings.provider == Provider::Etcd,
        };
        found.push(("metrics of apisix", listen, page));
    }
    found.extend(settings.status.as_ref().map(|listen| ("status of apisix", listen, What::Status)));
    let port = |(name, listen, page): (&'static str, &ToldListen, What)| Port {
        name,
        address: listen.address,
        is_written: listen.is_written,
        api: Arc::new(Told { page }),
    };
    found.into_iter().map(port).collect()
}

impl Told {
    async fn respond(&self, request: &Request<Bytes>, desk: &Desk) -> Answer {
        let nothing = || (StatusCode::NOT_FOUND, TEXT, "404 Not Found\n".to_owned());
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return nothing();
        }
        match (&self.page, request.uri().path()) {
            (What::Metrics { uri, prefix, etcd }, path) if path == uri => {
                let cluster = if *etcd { Some(cluster(desk).await) } else { None };
                let text = metrics::page(&desk.metrics, prefix, &hostname(), cluster.as_ref());
                (StatusCode::OK, Page::CONTENT_TYPE, text)
            }
            (What::Status, "/status/ready") if !desk.is_serving() => {
                let text = r#"{"status":"error","error":"the gateway is starting or draining"}"#;
                (StatusCode::SERVICE_UNAVAILABLE, JSON, text.to_owned())
            }
            (What::Status, "/status" | "/status/ready") => (StatusCode::OK, JSON, r#"{"status":"ok"}"#.to_owned()),
            _ => nothing(),
        }
    }
}

async fn cluster(desk: &Desk) -> Cluster {
    let documents = desk.documents().await.map(|(documents, _)| documents);
    Cluster { reachable: desk.store.is_reachable() && documents.is_ok(), documents: documents.unwrap_or_default() }
}

fn hostname() -> String {
    let told = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    told.or_else(|| std::env::var("HOSTNAME").ok()).map(|name| name.trim().to_owned()).unwrap_or_default()
}

impl AdminApi for Told {
    fn answer<'a>(&'a self, request: Request<Bytes>, desk: &'a Desk) -> Answering<'a> {
        Box::pin(async move {
            let (status, media, text) = self.respond(&request, desk).await;
            let head = *request.method() == Method::HEAD;
            let length = text.len();
            let mut response = Response::new(if head { Bytes::new() } else { Bytes::from(text) });
            *response.status_mut() = status;
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
            if head {
                response.headers_mut().insert(http::header::CONTENT_LENGTH, length.into());
            }
            response
        })
    }
}
