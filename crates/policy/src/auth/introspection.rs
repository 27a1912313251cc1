//! What a server says of tokens (RFC 7662), remembered for a while and never beyond a token's end.

use super::discovery::Place;
use crate::server::{Answered, Question, Server, ServerError, escaped};
use arc_swap::ArcSwapOption;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use model::policy::{Believed, ClientLogin, Introspection as Data, TokenSpot};
use serde_json::{Map, Value};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Answers that are remembered; of more the oldest are forgotten.
const MOST: usize = 10_000;
/// Bytes that a remembered answer may have.
const LARGEST: usize = 64 * 1024;

/// A server that is asked about tokens, shared by all steps that name it.
pub(crate) struct Introspection {
    data: Data,
    place: Place,
    /// What the discovery document said.
    found: ArcSwapOption<Server>,
    remembered: Mutex<Remembered>,
}

/// What a server says of a token.
#[derive(Clone)]
pub(crate) struct Said {
    pub(crate) active: bool,
    pub(crate) claims: Arc<Map<String, Value>>,
    /// As it was sent.
    pub(crate) text: Arc<str>,
}

#[derive(Default)]
struct Remembered {
    answers: HashMap<[u8; 32], (SystemTime, Said)>,
    order: VecDeque<[u8; 32]>,
}

impl Introspection {
    pub(crate) fn new(data: &Data) -> Result<Self, ServerError> {
        let place = Place::new(&data.server, data.discovery.then_some("introspection_endpoint"))?;
        Ok(Self { data: data.clone(), place, found: ArcSwapOption::empty(), remembered: Mutex::default() })
    }

    /// What was said of it before and still counts.
    pub(crate) fn known(&self, token: &str, now: SystemTime) -> Option<Said> {
        let remembered = self.lock();
        let (until, said) = remembered.answers.get(&name(token))?;
        (now < *until).then(|| said.clone())
    }

    /// What the server says of it. The error is for the log.
    pub(crate) async fn ask(&self, token: &str, client: &HeaderMap, now: SystemTime) -> Result<Said, String> {
        let question = question(&self.data, token, client)?;
        let answered = self.server().await?.ask(question).await.inspect_err(|_| self.found.store(None))?;
        let said = self.read(&answered)?;
        // what is over is not active, whatever the server says
        let active = said.active && until(&said.claims).is_none_or(|end| now < end);
        let said = Said { active, ..said };
        if said.active {
            self.remember(token, &said, now);
        }
        Ok(said)
    }

    async fn server(&self) -> Result<Arc<Server>, String> {
        if let Some(server) = self.found.load_full() {
            return Ok(server);
        }
        let server = self.place.find().await?.server;
        self.found.store(Some(server.clone()));
        Ok(server)
    }

    fn read(&self, answered: &Answered) -> Result<Said, String> {
        if !answered.status.is_success() {
            return Err(format!("status {}", answered.status.as_u16()));
        }
        let text = std::str::from_utf8(&answered.body).map_err(|_| "its answer is no text")?;
        let claims: Map<String, Value> =
            serde_json::from_str(text).map_err(|_| "its answer is no JSON object".to_owned())?;
        let active = claims.get("active").map_or(self.data.silent_is_active, |active| match active {
            Value::Bool(active) => *active,
            Value::String(text) => text.eq_ignore_ascii_case("true"),
            Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => false,
        });
        Ok(Said { active, claims: Arc::new(claims), text: text.into() })
    }

    fn remember(&self, token: &str, said: &Said, now: SystemTime) {
        let end = until(&said.claims);
        let until = match (self.data.believed, end) {
            (Believed::Once, _) | (Believed::UntilItsEnd, None) => return,
            (Believed::UntilItsEnd, Some(end)) => end,
            (Believed::AtMost(most), end) => {
                let most = now + most;
                end.map_or(most, |end| end.min(most))
            }
        };
        if said.text.len() <= LARGEST && now < until {
            self.lock().put(name(token), until, said.clone());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Remembered {
    fn put(&mut self, name: [u8; 32], until: SystemTime, said: Said) {
        if self.answers.insert(name, (until, said)).is_none() {
            self.order.push_back(name);
        }
        while self.order.len() > MOST {
            if let Some(oldest) = self.order.pop_front() {
                self.answers.remove(&oldest);
            }
        }
    }
}

/// Tokens are not kept: who reads memory finds no key to anything.
fn name(token: &str) -> [u8; 32] {
    let mut name = [0; 32];
    name.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    name
}

/// When a token ends.
fn until(claims: &Map<String, Value>) -> Option<SystemTime> {
    let seconds = claims.get("exp")?.as_f64()?.max(0.0);
    UNIX_EPOCH.checked_add(Duration::try_from_secs_f64(seconds).ok()?)
}

fn question(data: &Data, token: &str, client: &HeaderMap) -> Result<Question, String> {
    let bad = |_| "the question cannot be sent: a field has characters that none may have".to_owned();
    let (mut form, mut query) = (Vec::new(), Vec::new());
    let mut headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    for field in &data.along {
        if let Ok(name) = HeaderName::from_bytes(field.as_bytes())
            && let Some(value) = client.get(&name)
        {
            headers.insert(name, value.clone());
        }
    }
    for spot in &data.token {
        match spot {
            TokenSpot::Form(name) => form.push(format!("{}={}", escaped(name), escaped(token))),
            TokenSpot::Query(name) => query.push(format!("{}={}", escaped(name), escaped(token))),
            TokenSpot::Header(name) => drop(headers.insert(
                HeaderName::from_bytes(name.as_bytes()).map_err(|_| "no such header field".to_owned())?,
                HeaderValue::from_str(token).map_err(bad)?,
            )),
        }
    }
    match &data.login {
        Some(ClientLogin::Header { field, scheme, id, secret }) => {
            let both = STANDARD.encode(format!("{id}:{}", secret.expose()));
            let text = if scheme.is_empty() { both } else { format!("{scheme} {both}") };
            let name = HeaderName::from_bytes(field.as_bytes()).map_err(|_| "no such header field".to_owned())?;
            let mut value = HeaderValue::from_str(&text).map_err(bad)?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Some(ClientLogin::Form { id, secret }) => {
            form.push(format!("client_id={}", escaped(id)));
            form.push(format!("client_secret={}", escaped(secret.expose())));
        }
        None => {}
    }
    if data.post {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    }
    Ok(Question {
        method: if data.post { Method::POST } else { Method::GET },
        headers,
        body: if data.post { Bytes::from(form.join("&")) } else { Bytes::new() },
        query: query.join("&"),
    })
}

#[cfg(test)]
mod tests;
