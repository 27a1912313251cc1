//! Cross-origin resource sharing, as the Fetch standard defines it.

use crate::exchange::Exchange;
use crate::{Outcome, Policy, Running};
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use model::policy::{Cors, Origins};
use net::Body;
use std::sync::Arc;

/// Request side: answers preflights, which never reach anyone behind.
pub(crate) struct Preflight(pub(crate) Arc<Rules>);

/// Response side: tells the browser who may read.
pub(crate) struct Share(pub(crate) Arc<Rules>);

/// The rules with their values read.
pub(crate) struct Rules {
    /// `None` lets all in.
    origins: Option<Vec<String>>,
    methods: Option<HeaderValue>,
    headers: Option<HeaderValue>,
    exposed: Option<HeaderValue>,
    credentials: bool,
    max_age: Option<HeaderValue>,
}

impl Rules {
    /// Fails with the value that cannot be sent.
    pub(crate) fn compile(cors: &Cors) -> Result<Self, String> {
        Ok(Self {
            origins: match &cors.origins {
                Origins::Any => None,
                Origins::List(origins) => Some(origins.clone()),
            },
            methods: list(&cors.methods)?,
            headers: list(&cors.headers)?,
            exposed: list(&cors.exposed)?,
            credentials: cors.credentials,
            max_age: cors.max_age.map(|time| HeaderValue::from(time.as_secs())),
        })
    }

    /// Whether the answer is another for another origin.
    fn varies(&self) -> bool {
        self.origins.is_some() || self.credentials
    }

    /// What is said to this origin; `None` shuts it out.
    fn allowed(&self, origin: Option<&HeaderValue>) -> Option<HeaderValue> {
        match &self.origins {
            // with credentials a browser takes no `*`
            None if self.credentials => origin.cloned(),
            None => Some(HeaderValue::from_static("*")),
            Some(list) => {
                origin.filter(|origin| list.iter().any(|known| known.as_bytes() == origin.as_bytes())).cloned()
            }
        }
    }

    fn share(&self, request: &Parts, headers: &mut HeaderMap) -> bool {
        if self.varies() {
            vary(headers, ORIGIN);
        }
        let Some(origin) = self.allowed(request.headers.get(ORIGIN)) else {
            // what stands behind has no say: the gateway's rules hold
            headers.remove(ACCESS_CONTROL_ALLOW_ORIGIN);
            headers.remove(ACCESS_CONTROL_ALLOW_CREDENTIALS);
            return false;
        };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if self.credentials {
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        } else {
            headers.remove(ACCESS_CONTROL_ALLOW_CREDENTIALS);
        }
        true
    }

    fn preflight(&self, request: &Parts) -> Response<Body> {
        let mut response = Response::new(Body::Empty);
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        if !self.share(request, headers) {
            return response;
        }
        let granted = [
            (ACCESS_CONTROL_ALLOW_METHODS, &self.methods, ACCESS_CONTROL_REQUEST_METHOD),
            (ACCESS_CONTROL_ALLOW_HEADERS, &self.headers, ACCESS_CONTROL_REQUEST_HEADERS),
        ];
        for (name, configured, asked) in granted {
            if configured.is_none() {
                vary(headers, asked.clone());
            }
            if let Some(value) = configured.as_ref().or_else(|| request.headers.get(asked)) {
                headers.insert(name, value.clone());
            }
        }
        if let Some(max_age) = &self.max_age {
            headers.insert(ACCESS_CONTROL_MAX_AGE, max_age.clone());
        }
        response
    }
}

impl Policy for Preflight {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        Running::Done(match is_preflight(&exchange.request) {
            true => Outcome::Respond(self.0.preflight(&exchange.request)),
            false => Outcome::Continue,
        })
    }
}

impl Policy for Share {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        let Exchange { request, response: Some(response), .. } = exchange else {
            return Running::Done(Outcome::Continue);
        };
        let headers = response.headers_mut();
        let shared = self.0.share(request, headers);
        match &self.0.exposed {
            Some(exposed) if shared && !is_preflight(request) => {
                headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed.clone());
            }
            _ => {}
        }
        Running::Done(Outcome::Continue)
    }
}

fn is_preflight(request: &Parts) -> bool {
    request.method == Method::OPTIONS
        && request.headers.contains_key(ORIGIN)
        && request.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Adds a name to `Vary` unless it stands there.
fn vary(headers: &mut HeaderMap, name: HeaderName) {
    let names = |value: &HeaderValue| {
        let listed =
            |text: &str| text.split(',').any(|one| one.trim() == "*" || one.trim().eq_ignore_ascii_case(name.as_str()));
        value.to_str().is_ok_and(listed)
    };
    if !headers.get_all(VARY).iter().any(names) {
        headers.append(VARY, HeaderValue::from(name));
    }
}

fn list(values: &[String]) -> Result<Option<HeaderValue>, String> {
    if values.is_empty() {
        return Ok(None);
    }
    let text = values.join(", ");
    HeaderValue::from_str(&text).map(Some).map_err(|_| text)
}

#[cfg(test)]
mod tests;
