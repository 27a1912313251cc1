//! Responses that are kept, and answer later requests.

mod control;
mod key;
mod media;
mod store;
mod tee;

pub(crate) use store::Caches;

use crate::build::{BuildCause, header_name};
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::rewrite::texts::fill;
use crate::text::ReadyText;
use crate::world::World;
use crate::{Outcome, Policy, Running, query};
use control::Control;
use http::header::{AGE, AUTHORIZATION, CONTENT_TYPE, SET_COOKIE, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use key::ReadyKey;
use model::policy::{Cache as Data, Lifetime, RequestText};
use net::Body;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};
use store::{Entry, Found, Store};

/// What both sides know.
pub(crate) struct Rules {
    data: Data,
    key: ReadyKey,
    store: Arc<Store>,
    status: Option<HeaderName>,
    shown_key: Option<HeaderName>,
    age: HeaderName,
    tells_age: bool,
    words: Words,
    hidden: Vec<HeaderName>,
    steer: Option<HeaderName>,
    condition: Option<ReadyText>,
}

struct Words {
    hit: HeaderValue,
    miss: HeaderValue,
    bypass: HeaderValue,
    method: HeaderValue,
    stale: HeaderValue,
    expired: HeaderValue,
    unkept: HeaderValue,
}

/// Request side: answers with what is kept.
pub(crate) struct AnswerKept {
    pub(crate) rules: Arc<Rules>,
    pub(crate) slot: usize,
}

/// Response side: keeps what may be kept, and tells what was done.
pub(crate) struct Keep {
    pub(crate) rules: Arc<Rules>,
    pub(crate) slot: usize,
}

/// What the request side found.
struct Asked {
    /// What is said of it.
    word: HeaderValue,
    /// Under which key the response may be kept.
    key: Option<String>,
    /// The response is one that was kept.
    kept: bool,
}

impl Rules {
    pub(crate) fn compile(data: &Data, caches: &Caches) -> Result<Self, BuildCause> {
        let name = |name: &Option<String>| name.as_deref().map(header_name).transpose();
        let word = |text: &str| HeaderValue::try_from(text).map_err(|_| BuildCause::Header { text: text.to_owned() });
        let (told, words) = (&data.told, &data.told.words);
        let hidden = data.hidden.iter().map(|name| header_name(name)).collect::<Result<_, _>>()?;
        Ok(Self {
            key: ReadyKey::compile(&data.key)?,
            store: caches.zone(&data.zone),
            status: name(&told.status)?,
            shown_key: name(&told.key)?,
            age: name(&told.age)?.unwrap_or(AGE),
            tells_age: told.age.is_some(),
            words: Words {
                hit: word(&words.hit)?,
                miss: word(&words.miss)?,
                bypass: word(&words.bypass)?,
                method: word(&words.method)?,
                stale: word(&words.stale)?,
                expired: word(&words.expired)?,
                unkept: word(&words.unkept)?,
            },
            hidden,
            steer: data.steer.as_ref().map(|steer| header_name(&steer.header)).transpose()?,
            condition: data.condition.as_ref().map(ReadyText::compile),
            data: data.clone(),
        })
    }

    /// Looks for a kept response. `Ok` with one; else what stands in its place, for the response side.
    fn look(&self, exchange: &Exchange) -> Result<Look, Box<Failure>> {
        let head = &exchange.request;
        if self.data.purge && head.method.as_str() == "PURGE" {
            return Ok(Look::Done(self.purge(exchange)?));
        }
        if !self.data.methods.iter().any(|method| method == head.method.as_str()) {
            return Ok(Look::pass(&self.words.method));
        }
        let steered = self.steered(exchange);
        let control = if self.data.obeys.request { Control::of(&head.headers) } else { Control::default() };
        let passes = control.no_store
            || control.no_cache
            || self.data.obeys.authorization && head.headers.contains_key(AUTHORIZATION)
            || steered.as_deref().is_some_and(|word| self.data.steer.as_ref().is_some_and(|one| one.bypass == word))
            || says_yes(&self.data.bypass, exchange);
        if passes {
            return Ok(Look::pass(&self.words.bypass));
        }
        let key = self.key.of(exchange, head.method.as_str())?;
        let refresh = self.data.steer.as_ref().and_then(|steer| steer.refresh.as_deref());
        if steered.is_some() && steered.as_deref() == refresh {
            return Ok(Look::Miss { word: self.words.stale.clone(), key });
        }
        let now = now(exchange);
        let word = match self.store.get(&key, now, &head.headers) {
            Found::Nothing | Found::Expired if control.only_if_cached => {
                return Ok(Look::Done(StatusCode::GATEWAY_TIMEOUT));
            }
            Found::Nothing => &self.words.miss,
            Found::Expired => &self.words.expired,
            Found::Entry(entry) if self.too_old(&entry, &control, now) => &self.words.stale,
            Found::Entry(entry) => return Ok(Look::Hit { entry, key }),
        };
        Ok(Look::Miss { word: word.clone(), key })
    }

    /// Whether a client that asks so does not take it.
    fn too_old(&self, entry: &Entry, control: &Control, now: Duration) -> bool {
        let age = now.saturating_sub(entry.made);
        if !self.data.obeys.request {
            return age > entry.fresh;
        }
        control.max_age.is_some_and(|most| age > most)
            || control.max_stale.is_some_and(|most| age > entry.fresh + most)
            || control.min_fresh.is_some_and(|least| entry.fresh < age + least)
    }

    fn purge(&self, exchange: &Exchange) -> Result<StatusCode, Box<Failure>> {
        let mut found = false;
        for method in &self.data.methods {
            found |= self.store.forget(&self.key.of(exchange, method)?);
        }
        Ok(if found { StatusCode::OK } else { StatusCode::NOT_FOUND })
    }

    fn steered(&self, exchange: &Exchange) -> Option<String> {
        let (name, steer) = (self.steer.as_ref()?, self.data.steer.as_ref()?);
        let said = exchange.request.headers.get(name).and_then(|value| value.to_str().ok());
        let param = || {
            let value = query::values(exchange.request.uri.query()?, &steer.query).next()?;
            Some(String::from_utf8_lossy(&value).into_owned())
        };
        said.map(str::to_owned).or_else(param)
    }

    /// A kept response, as it is sent.
    fn response(&self, entry: &Entry, exchange: &Exchange) -> Response<Body> {
        let mut response = Response::new(Body::from(entry.body.clone()));
        *response.status_mut() = entry.status;
        *response.headers_mut() = entry.headers.clone();
        if self.tells_age {
            let age = now(exchange).saturating_sub(entry.made).as_secs();
            response.headers_mut().insert(self.age.clone(), age.into());
        }
        response
    }

    /// How long the exchange's response is fresh, if it may be kept.
    fn keeps(&self, exchange: &Exchange) -> Option<Duration> {
        let response = exchange.response.as_ref()?;
        let (status, headers) = (response.status().as_u16(), response.headers());
        let among = || self.data.statuses.iter().any(|(from, to)| (*from..=*to).contains(&status));
        let fits = match &self.condition {
            Some(condition) => condition.holds(&World::of(exchange)).unwrap_or(false),
            None => among(),
        };
        let wanted = fits
            && status != StatusCode::PARTIAL_CONTENT.as_u16()
            && self.data.types.as_ref().is_none_or(|types| media::fits(types, headers.get(CONTENT_TYPE)))
            && (self.data.obeys.cookies || !headers.contains_key(SET_COOKIE))
            && !says_yes(&self.data.skip, exchange);
        if wanted { self.fresh(headers, now(exchange)) } else { None }
    }

    fn fresh(&self, headers: &HeaderMap, now: Duration) -> Option<Duration> {
        let (obeys, control) = (&self.data.obeys, Control::of(headers));
        if obeys.private && (control.private || control.no_store || control.no_cache) || obeys.public && !control.public
        {
            return None;
        }
        let named = || control.lifetime(headers, now);
        let fresh = match obeys.lifetime {
            Lifetime::Ignored => self.data.time,
            Lifetime::Preferred => named().unwrap_or(self.data.time),
            Lifetime::AtMost => named().map_or(self.data.time, |time| time.min(self.data.time)),
            Lifetime::Needed => named()?,
        };
        (!fresh.is_zero()).then_some(fresh)
    }

    /// Lets the response's body pass and keeps what passes.
    fn keep(&self, exchange: &mut Exchange, key: String, fresh: Duration) {
        let made = now(exchange);
        let Some(response) = &mut exchange.response else { return };
        let Some(vary) = varies(response.headers(), &exchange.request.headers) else { return };
        let until = made + self.data.keep.unwrap_or(fresh);
        let mut headers = response.headers().clone();
        control::strip(&mut headers, exchange.request.method.as_str());
        let status = response.status();
        let (store, largest) = (self.store.clone(), self.data.zone.largest);
        let body = std::mem::take(response.body_mut());
        *response.body_mut() = tee::tee(body, largest, move |body| {
            store.put(key, Entry { status, headers, body, vary, made, fresh, until });
        });
    }

    fn hide(&self, headers: &mut HeaderMap) {
        self.hidden.iter().for_each(|name| drop(headers.remove(name)));
    }

    fn tell(&self, headers: &mut HeaderMap, word: &HeaderValue, key: Option<&str>) {
        if let Some(name) = &self.status {
            headers.insert(name, word.clone());
        }
        if let (Some(name), Some(key)) = (&self.shown_key, key)
            && let Ok(value) = HeaderValue::try_from(key::digest(key))
        {
            headers.insert(name, value);
        }
    }
}

/// What was found.
enum Look {
    /// A response that answers.
    Hit { entry: Arc<Entry>, key: String },
    /// None; its own may be kept.
    Miss { word: HeaderValue, key: String },
    /// The cache has no part in this request.
    Pass { word: HeaderValue },
    /// The request was for the cache itself.
    Done(StatusCode),
}

impl Look {
    fn pass(word: &HeaderValue) -> Self {
        Self::Pass { word: word.clone() }
    }
}

impl Policy for AnswerKept {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        let rules = &self.rules;
        let (asked, response) = match rules.look(exchange) {
            Err(failure) => return Running::Done(Outcome::Fail(failure)),
            Ok(Look::Done(status)) => {
                let mut response = Response::new(Body::Empty);
                *response.status_mut() = status;
                return Running::Done(Outcome::Respond(response));
            }
            Ok(Look::Pass { word }) => (Asked { word, key: None, kept: false }, None),
            Ok(Look::Miss { word, key }) => (Asked { word, key: Some(key), kept: false }, None),
            Ok(Look::Hit { entry, key }) => {
                let response = rules.response(&entry, exchange);
                (Asked { word: rules.words.hit.clone(), key: Some(key), kept: true }, Some(response))
            }
        };
        exchange.remember(self.slot, asked);
        Running::Done(match response {
            Some(response) if rules.data.later => {
                exchange.response = Some(response);
                Outcome::Continue
            }
            Some(response) => Outcome::Respond(response),
            None => Outcome::Continue,
        })
    }
}

impl Policy for Keep {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        let Some(asked) = exchange.recall::<Asked>(self.slot) else { return Running::Done(Outcome::Continue) };
        let (mut word, key, kept) = (asked.word.clone(), asked.key.clone(), asked.kept);
        if !kept && let Some(key) = &key {
            match self.rules.keeps(exchange) {
                Some(fresh) => self.rules.keep(exchange, key.clone(), fresh),
                None => word = self.rules.words.unkept.clone(),
            }
        }
        if let Some(response) = &mut exchange.response {
            self.rules.hide(response.headers_mut());
            self.rules.tell(response.headers_mut(), &word, key.as_deref());
        }
        Running::Done(Outcome::Continue)
    }
}

/// What of the request the response depends on by its `Vary`; `None`: nobody knows.
fn varies(response: &HeaderMap, request: &HeaderMap) -> Option<Vec<(HeaderName, Option<HeaderValue>)>> {
    let mut all = Vec::new();
    for field in response.get_all(VARY) {
        for name in field.to_str().ok()?.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let name = HeaderName::from_bytes(name.as_bytes()).ok().filter(|name| name != "*")?;
            all.push((name.clone(), request.get(name).cloned()));
        }
    }
    Some(all)
}

/// Whether texts together are neither empty nor `0`.
fn says_yes(texts: &[RequestText], exchange: &Exchange) -> bool {
    let said: String = texts.iter().map(|text| fill(text, exchange)).collect();
    !matches!(said.as_str(), "" | "0")
}

fn now(exchange: &Exchange) -> Duration {
    exchange.time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests;
