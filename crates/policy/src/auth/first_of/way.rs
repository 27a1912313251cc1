//! One way in.

use super::Asked;
use super::shown::{bearer, in_header, in_query, take_off_query};
use super::subscriber::{Subscriber, Subscribers};
use super::token::ReadyTokens;
use crate::Outcome;
use crate::auth::tokens::Tokens;
use crate::build::{BuildCause, header_name};
use crate::exchange::Exchange;
use crate::text::ReadyText;
use crate::world::{World, constant};
use expr::Value;
use http::HeaderName;
use http::header::AUTHORIZATION;
use model::policy::{Entrance, KeyEntrance, Way};
use std::sync::Arc;

/// A way, made ready.
pub(super) struct ReadyWay {
    pub(super) id: String,
    entrance: ReadyEntrance,
    rule: Option<ReadyText>,
    attributes: Vec<(Arc<str>, Value<'static>)>,
    pub(super) subscribers: Subscribers,
}

enum ReadyEntrance {
    Open,
    Key { header: Option<HeaderName>, data: KeyEntrance },
    Token(Box<ReadyTokens>),
    Certificate,
}

/// What a way says of a request.
pub(super) enum Verdict {
    /// It is for another way.
    IsNotMeant,
    /// It is for this way.
    Decides(Outcome),
    /// What this token is worth cannot be told without asking.
    Asks(String),
}

impl Verdict {
    /// It may pass.
    pub(super) fn fits() -> Self {
        Self::Decides(Outcome::Continue)
    }
}

impl ReadyWay {
    pub(super) fn compile(way: &Way, tokens: &Tokens) -> Result<Self, BuildCause> {
        let entrance = match &way.entrance {
            Entrance::Open => ReadyEntrance::Open,
            Entrance::Key(data) => {
                let header = data.header.as_deref().map(header_name).transpose()?;
                ReadyEntrance::Key { header, data: data.clone() }
            }
            Entrance::Token(data) => ReadyEntrance::Token(Box::new(ReadyTokens::new(data, tokens)?)),
            Entrance::Certificate => ReadyEntrance::Certificate,
        };
        let attribute = |(name, value): &(String, _)| (Arc::from(name.as_str()), constant(value));
        Ok(Self {
            id: way.id.clone(),
            entrance,
            rule: way.rule.as_ref().map(ReadyText::compile),
            attributes: way.attributes.iter().map(attribute).collect(),
            subscribers: Subscribers::new(&way.subscriptions)?,
        })
    }

    pub(super) fn judge(&self, exchange: &mut Exchange, asked: &mut Asked) -> Verdict {
        match &self.entrance {
            ReadyEntrance::Open => self.open(exchange, asked),
            ReadyEntrance::Key { header, data } => self.key(header.as_ref(), data, exchange, asked),
            ReadyEntrance::Token(tokens) => self.token(tokens, exchange, asked),
            ReadyEntrance::Certificate => self.certificate(exchange, asked),
        }
    }

    /// Asks what a token is worth.
    pub(super) async fn ask(&self, token: String, exchange: &mut Exchange, asked: &mut Asked) -> Verdict {
        match &self.entrance {
            ReadyEntrance::Token(tokens) => self.ask_of(tokens, &token, exchange, asked).await,
            ReadyEntrance::Open | ReadyEntrance::Key { .. } | ReadyEntrance::Certificate => Verdict::IsNotMeant,
        }
    }

    fn open(&self, exchange: &mut Exchange, asked: &mut Asked) -> Verdict {
        if asked.shown || !self.is_chosen(exchange, asked) {
            return Verdict::IsNotMeant;
        }
        self.enter(exchange, None);
        Verdict::fits()
    }

    fn key(
        &self,
        header: Option<&HeaderName>,
        data: &KeyEntrance,
        exchange: &mut Exchange,
        asked: &mut Asked,
    ) -> Verdict {
        let in_field = header.and_then(|name| in_header(exchange, name));
        let behind_bearer = || data.bearer.then(|| bearer(exchange)).flatten();
        let of_query = || data.query.as_ref().and_then(|name| in_query(exchange, name));
        let Some(key) = in_field.or_else(behind_bearer).or_else(of_query) else { return Verdict::IsNotMeant };
        asked.shown = true;
        if !self.is_chosen(exchange, asked) {
            return Verdict::IsNotMeant;
        }
        let Some(subscriber) = self.subscribers.by_key(&key, exchange) else { return Verdict::IsNotMeant };
        if data.hide {
            hide_key(header, data, exchange);
        }
        self.enter(exchange, Some(subscriber));
        if let Some(name) = &data.attribute {
            exchange.set_attribute(&name.as_str().into(), key.into());
        }
        Verdict::fits()
    }

    fn certificate(&self, exchange: &mut Exchange, asked: &mut Asked) -> Verdict {
        let Some(shown) = exchange.client.certificate.clone() else { return Verdict::IsNotMeant };
        asked.shown = true;
        if !self.is_chosen(exchange, asked) {
            return Verdict::IsNotMeant;
        }
        let Some(subscriber) = self.subscribers.by_certificate(&shown, exchange) else { return Verdict::IsNotMeant };
        self.enter(exchange, Some(subscriber));
        Verdict::fits()
    }

    /// Whether its rule holds. One that does not lets the credential count as not shown.
    pub(super) fn is_chosen(&self, exchange: &Exchange, asked: &mut Asked) -> bool {
        let Some(rule) = &self.rule else { return true };
        match rule.holds(&World::of(exchange)) {
            Ok(true) => true,
            Ok(false) => {
                asked.shown = false;
                false
            }
            Err(error) => {
                let (request_id, way) = (&*exchange.id, &*self.id);
                tracing::warn!(request_id, way, %error, "the rule of a way in has no value");
                asked.undecided = true;
                false
            }
        }
    }

    pub(super) fn enter(&self, exchange: &mut Exchange, subscriber: Option<&Subscriber>) {
        let own = subscriber.map_or(&[][..], |subscriber| &subscriber.attributes);
        for (name, value) in self.attributes.iter().chain(own) {
            exchange.set_attribute(name, value.clone());
        }
        if let Some(subscriber) = subscriber {
            exchange.identity = Some(subscriber.identity.clone());
        }
    }
}

fn hide_key(header: Option<&HeaderName>, data: &KeyEntrance, exchange: &mut Exchange) {
    if let Some(name) = header {
        exchange.request.headers.remove(name);
    }
    if data.bearer {
        exchange.request.headers.remove(AUTHORIZATION);
    }
    if let Some(name) = &data.query {
        take_off_query(exchange, name);
    }
}
