//! What a port of `status_listen` tells: status, readiness, metrics.

use super::problem::Problem;
use super::reply::{Answer, Reply};
use super::{Admin, info};
use bytes::Bytes;
use dialect::admin::{AdminApi, Answering, Desk, Port};
use http::{Method, Request, StatusCode};
use serde_json::json;
use std::sync::Arc;
use std::time::Instant;

/// One such port.
struct Told {
    admin: Arc<Admin>,
}

/// The ports of a source with this Admin API.
pub(crate) fn ports(admin: Admin) -> Vec<Port> {
    let admin = Arc::new(admin);
    let status = &admin.settings.status;
    let port = |address| {
        let api = Arc::new(Told { admin: admin.clone() });
        Port { name: "status of kong", address, is_written: status.is_written, api }
    };
    status.listens.iter().map(|listen| port(listen.address)).collect()
}

impl Told {
    async fn respond(&self, request: &Request<Bytes>, desk: &Desk) -> Answer {
        let place = request.uri().path().trim_end_matches('/');
        if !["/status", "/status/ready", "/metrics"].contains(&place) {
            return Err(Problem::Nothing);
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Err(Problem::Said(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed".to_owned()));
        }
        let book = self.admin.book(desk).await?;
        match place {
            "/status" => Ok(self.admin.status(&book, &desk.metrics)),
            "/metrics" => Ok(self.admin.metrics(&book, &desk.metrics)),
            _ if !desk.is_serving() => unready("the gateway is starting or draining"),
            _ if !self.admin.kept && info::is_empty(&book) => unready("no configuration available"),
            _ => Ok(Reply::ok(json!({ "message": "ready" }))),
        }
    }
}

fn unready(why: &str) -> Answer {
    Err(Problem::Said(StatusCode::SERVICE_UNAVAILABLE, why.to_owned()))
}

impl AdminApi for Told {
    fn answer<'a>(&'a self, request: Request<Bytes>, desk: &'a Desk) -> Answering<'a> {
        Box::pin(async move {
            let began = Instant::now();
            let reply = self.respond(&request, desk).await.unwrap_or_else(|problem| Reply::of(&problem));
            super::sent(reply, &request, began)
        })
    }
}
