//! Where a server is asked: at its address, or where its discovery document says (OpenID Connect Discovery, RFC 8414).

use crate::server::{Question, Server, ServerError};
use http::header::ACCEPT;
use http::{HeaderMap, HeaderValue};
use model::server::Server as Data;
use serde_json::{Map, Value};
use std::sync::Arc;

/// A place to ask.
pub(crate) struct Place {
    data: Data,
    server: Arc<Server>,
    /// The member of the document that has the address.
    member: Option<&'static str>,
}

/// Where to ask, and what the document says beside.
pub(crate) struct Discovered {
    pub(crate) server: Arc<Server>,
    pub(crate) document: Option<Map<String, Value>>,
}

impl Place {
    pub(crate) fn new(data: &Data, member: Option<&'static str>) -> Result<Self, ServerError> {
        Ok(Self { data: data.clone(), server: Arc::new(Server::new(data)?), member })
    }

    /// Where to ask; the document is read anew each time.
    pub(crate) async fn find(&self) -> Result<Discovered, String> {
        let Some(member) = self.member else { return Ok(Discovered { server: self.server.clone(), document: None }) };
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
        let answered = self.server.ask(Question { headers, ..Question::default() }).await?;
        if !answered.status.is_success() {
            return Err(format!("its discovery document: status {}", answered.status.as_u16()));
        }
        let document: Map<String, Value> = serde_json::from_slice(&answered.body)
            .map_err(|_| "its discovery document is no JSON object".to_owned())?;
        let url = document.get(member).and_then(Value::as_str);
        let url = url.ok_or_else(|| format!("its discovery document has no {member}"))?;
        let server = Server::new(&Data { url: url.to_owned(), ..self.data.clone() });
        Ok(Discovered { server: Arc::new(server.map_err(|error| error.to_string())?), document: Some(document) })
    }
}
