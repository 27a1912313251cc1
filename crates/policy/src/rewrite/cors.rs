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
use model::policy::{Cors, CorsManner, Origins};
use net::Body;
use regex::RegexSet;
use std::sync::Arc;

/// Request side: answers preflights, which never reach anyone behind.
pub(crate) struct Preflight(pub(crate) Arc<Rules>);

/// Response side: tells the browser who may read.
pub(crate) struct Share(pub(crate) Arc<Rules>);

/// The rules with their values read.
pub(crate) struct Rules {
    origins: ReadyOrigins,
    methods: Option<HeaderValue>,
    headers: Option<HeaderValue>,
    exposed: Option<HeaderValue>,
    credentials: bool,
    max_age: Option<HeaderValue>,
    private_network: bool,
    preflight_on: bool,
    timing: Option<ReadyOrigins>,
    manner: CorsManner,
}

enum ReadyOrigins {
    Any,
    /// Named on every response.
    Sole(HeaderValue),
    Some {
        texts: Vec<String>,
        patterns: RegexSet,
    },
}

/// What is said to an origin.
struct Said {
    /// `None` shuts it out.
    origin: Option<HeaderValue>,
    /// Whether another origin is told something else.
    varies: bool,
}

impl ReadyOrigins {
    /// What is said to an origin that may.
    fn named(&self, origin: Option<&HeaderValue>) -> Option<HeaderValue> {
        match self {
            Self::Any => Some(HeaderValue::from_static("*")),
            Self::Sole(sole) => Some(sole.clone()),
            Self::Some { texts, patterns } => {
                let known = |origin: &&HeaderValue| {
                    let text = origin.to_str().unwrap_or("");
                    texts.iter().any(|known| known == text) || patterns.is_match(text)
                };
                origin.filter(known).cloned()
            }
        }
    }
}

const TIMING_ALLOW_ORIGIN: HeaderName = HeaderName::from_static("timing-allow-origin");
const REQUEST_PRIVATE: HeaderName = HeaderName::from_static("access-control-request-private-network");
const ALLOW_PRIVATE: HeaderName = HeaderName::from_static("access-control-allow-private-network");

impl Rules {
    /// Fails with the value that cannot be sent, or the pattern that cannot be read.
    pub(crate) fn compile(cors: &Cors) -> Result<Self, String> {
        Ok(Self {
            origins: origins(&cors.origins, cors.manner.names_sole_origin)?,
            methods: list(&cors.methods, cors.manner.dense)?,
            headers: list(&cors.headers, cors.manner.dense)?,
            exposed: list(&cors.exposed, cors.manner.dense)?,
            credentials: cors.credentials,
            max_age: cors.max_age.map(|time| HeaderValue::from(time.as_secs())),
            private_network: cors.private_network,
            preflight_on: cors.preflight_on,
            timing: cors.timing.as_ref().map(|timing| origins(timing, false)).transpose()?,
            manner: cors.manner.clone(),
        })
    }

    fn say(&self, origin: Option<&HeaderValue>) -> Said {
        match &self.origins {
            // with credentials a browser takes no `*`
            ReadyOrigins::Any if self.credentials => match origin {
                None if self.manner.star_without_origin => {
                    Said { origin: Some(HeaderValue::from_static("*")), varies: true }
                }
                origin => Said { origin: origin.cloned(), varies: true },
            },
            ReadyOrigins::Any => Said { origin: Some(HeaderValue::from_static("*")), varies: false },
            // Kong says so where one origin is named, too
            ReadyOrigins::Sole(origin) => Said { origin: Some(origin.clone()), varies: true },
            some @ ReadyOrigins::Some { .. } => Said { origin: some.named(origin), varies: true },
        }
    }

    /// Whose pages may measure.
    fn time(&self, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
        if let Some(origin) = self.timing.as_ref().and_then(|timing| timing.named(origin)) {
            headers.insert(TIMING_ALLOW_ORIGIN, origin);
        }
    }

    /// Whether the origin may, or learns the rest all the same.
    fn share(&self, request: &Parts, headers: &mut HeaderMap) -> bool {
        let asking = request.headers.get(ORIGIN);
        if self.manner.needs_origin && asking.is_none() {
            return false;
        }
        let said = self.say(asking);
        if said.varies {
            vary(headers, ORIGIN);
        }
        let told = said.origin.is_some() || self.manner.tells_strangers;
        match said.origin {
            Some(origin) => drop(headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin)),
            None if self.manner.keeps => {}
            // what stands behind has no say: the gateway's rules hold
            None => drop(headers.remove(ACCESS_CONTROL_ALLOW_ORIGIN)),
        }
        let star = headers.get(ACCESS_CONTROL_ALLOW_ORIGIN).is_some_and(|origin| origin == "*");
        if self.credentials && told && !star {
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        } else if !self.manner.keeps {
            headers.remove(ACCESS_CONTROL_ALLOW_CREDENTIALS);
        }
        told
    }

    fn preflight(&self, request: &Parts) -> Response<Body> {
        let mut response = Response::new(Body::Empty);
        *response.status_mut() = StatusCode::from_u16(self.manner.preflight_status).unwrap_or(StatusCode::NO_CONTENT);
        let headers = response.headers_mut();
        if self.share(request, headers) {
            self.grant(request, headers);
        }
        response
    }

    /// What a page may do that may call at all.
    fn grant(&self, request: &Parts, headers: &mut HeaderMap) {
        let granted = [
            (ACCESS_CONTROL_ALLOW_METHODS, &self.methods, ACCESS_CONTROL_REQUEST_METHOD),
            (ACCESS_CONTROL_ALLOW_HEADERS, &self.headers, ACCESS_CONTROL_REQUEST_HEADERS),
        ];
        for (name, configured, asked) in granted {
            if configured.is_none() && !self.manner.everywhere {
                vary(headers, asked.clone());
            }
            if let Some(value) = configured.as_ref().or_else(|| request.headers.get(asked)) {
                headers.insert(name, value.clone());
            }
        }
        if self.private_network && request.headers.get(REQUEST_PRIVATE).is_some_and(|asked| asked == "true") {
            headers.insert(ALLOW_PRIVATE, HeaderValue::from_static("true"));
        }
        if let Some(max_age) = &self.max_age {
            headers.insert(ACCESS_CONTROL_MAX_AGE, max_age.clone());
        }
    }

    fn is_preflight(&self, request: &Parts) -> bool {
        is_preflight(request) || self.manner.everywhere && request.method == Method::OPTIONS
    }
}

fn origins(data: &Origins, names_sole: bool) -> Result<ReadyOrigins, String> {
    let sole = |text: &String| HeaderValue::from_str(text).map(ReadyOrigins::Sole).map_err(|_| text.clone());
    let (texts, patterns) = match data {
        Origins::Any => return Ok(ReadyOrigins::Any),
        Origins::List(texts) => match texts.as_slice() {
            [text] if names_sole => return sole(text),
            texts => (texts.to_vec(), Vec::new()),
        },
        Origins::Matching { texts, patterns } => (texts.clone(), patterns.clone()),
    };
    let whole = patterns.iter().map(|pattern| format!("^(?:{pattern})$"));
    let patterns = RegexSet::new(whole).map_err(|error| error.to_string())?;
    Ok(ReadyOrigins::Some { texts, patterns })
}

impl Policy for Preflight {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        Running::Done(match self.0.is_preflight(&exchange.request) && !self.0.preflight_on {
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
        let preflight = self.0.is_preflight(request);
        if preflight && self.0.preflight_on {
            return Running::Done(Outcome::Continue);
        }
        let headers = response.headers_mut();
        self.0.time(request.headers.get(ORIGIN), headers);
        let shared = self.0.share(request, headers);
        if shared && self.0.manner.everywhere {
            self.0.grant(request, headers);
        }
        match &self.0.exposed {
            Some(exposed) if shared && (!preflight || self.0.manner.everywhere) => {
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

fn list(values: &[String], dense: bool) -> Result<Option<HeaderValue>, String> {
    if values.is_empty() {
        return Ok(None);
    }
    let text = values.join(if dense { "," } else { ", " });
    HeaderValue::from_str(&text).map(Some).map_err(|_| text)
}

#[cfg(test)]
mod tests;
