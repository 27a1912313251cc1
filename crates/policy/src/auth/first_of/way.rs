//! One way in.

use super::shown::{bearer, in_header, in_query, take_off_query};
use super::subscriber::{Subscriber, Subscribers};
use super::token::ReadyTokens;
use super::{Asked, refusal};
use crate::auth::jwt::Token;
use crate::build::{BuildCause, header_name};
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::text::ReadyText;
use crate::world::{World, constant};
use expr::el::content;
use expr::{Text, Value};
use http::HeaderName;
use http::header::AUTHORIZATION;
use model::policy::{Entrance, KeyEntrance, Way};
use serde_json::Map;
use std::sync::Arc;

/// A way, made ready.
pub(super) struct ReadyWay {
    id: String,
    entrance: ReadyEntrance,
    rule: Option<ReadyText>,
    attributes: Vec<(Arc<str>, Value<'static>)>,
    subscribers: Subscribers,
}

enum ReadyEntrance {
    Open,
    Key { header: Option<HeaderName>, data: KeyEntrance },
    Token(Box<ReadyTokens>),
}

/// What a way says of a request.
pub(super) enum Verdict {
    /// It is for another way.
    IsNotMeant,
    /// It may pass.
    Fits,
    /// It is for this way, and may not.
    Refuses(Box<Failure>),
}

const ACCESS_TOKEN: &str = "access_token";

impl ReadyWay {
    pub(super) fn compile(way: &Way) -> Result<Self, BuildCause> {
        let entrance = match &way.entrance {
            Entrance::Open => ReadyEntrance::Open,
            Entrance::Key(data) => {
                let header = data.header.as_deref().map(header_name).transpose()?;
                ReadyEntrance::Key { header, data: data.clone() }
            }
            Entrance::Token(data) => ReadyEntrance::Token(Box::new(ReadyTokens::new(data))),
        };
        let attribute = |(name, value): &(String, _)| (Arc::from(name.as_str()), constant(value));
        Ok(Self {
            id: way.id.clone(),
            entrance,
            rule: way.rule.as_ref().map(ReadyText::compile),
            attributes: way.attributes.iter().map(attribute).collect(),
            subscribers: Subscribers::new(&way.subscriptions),
        })
    }

    pub(super) fn judge(&self, exchange: &mut Exchange, asked: &mut Asked) -> Verdict {
        match &self.entrance {
            ReadyEntrance::Open => self.open(exchange, asked),
            ReadyEntrance::Key { header, data } => self.key(header.as_ref(), data, exchange, asked),
            ReadyEntrance::Token(tokens) => self.token(tokens, exchange, asked),
        }
    }

    fn open(&self, exchange: &mut Exchange, asked: &mut Asked) -> Verdict {
        if asked.shown || !self.is_chosen(exchange, asked) {
            return Verdict::IsNotMeant;
        }
        self.enter(exchange, None);
        Verdict::Fits
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
        Verdict::Fits
    }

    fn token(&self, tokens: &ReadyTokens, exchange: &mut Exchange, asked: &mut Asked) -> Verdict {
        let Some(text) = bearer(exchange).or_else(|| in_query(exchange, ACCESS_TOKEN)) else {
            return Verdict::IsNotMeant;
        };
        asked.shown = true;
        let Ok(token) = Token::read(&text) else { return Verdict::IsNotMeant };
        let Some(client) = tokens.client(&token.claims) else { return Verdict::IsNotMeant };
        if !self.is_chosen(exchange, asked) {
            return Verdict::IsNotMeant;
        }
        let Some(subscriber) = self.subscribers.by_client(&client, exchange) else { return Verdict::IsNotMeant };
        if !tokens.holds(&token, exchange.time) {
            return Verdict::Refuses(refusal(&tokens.data().wrong));
        }
        let claims = token.claims;
        self.enter(exchange, Some(subscriber));
        tell_token(tokens, exchange, &text, client, claims);
        Verdict::Fits
    }

    /// Whether its rule holds. One that does not lets the credential count as not shown.
    fn is_chosen(&self, exchange: &Exchange, asked: &mut Asked) -> bool {
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

    fn enter(&self, exchange: &mut Exchange, subscriber: Option<&Subscriber>) {
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

/// Who it is, for steps and expressions.
fn tell_token(
    tokens: &ReadyTokens,
    exchange: &mut Exchange,
    text: &str,
    client: String,
    claims: Map<String, serde_json::Value>,
) {
    let data = tokens.data();
    let user = claims.get(&data.user_claim).and_then(serde_json::Value::as_str).map(str::to_owned);
    let written = serde_json::to_string(&claims).unwrap_or_default();
    let all = data.claims_attribute.as_ref().and_then(|_| content::json(&Text::Borrowed(&written)).to_owned_value());
    let told = [
        (&data.token_attribute, Some(Value::text(text))),
        (&data.client_attribute, Some(client.into())),
        (&data.user_attribute, Some(user.map_or(Value::Null, Value::from))),
        (&data.claims_attribute, all),
    ];
    for (name, value) in told {
        if let (Some(name), Some(value)) = (name, value) {
            exchange.set_attribute(&name.as_str().into(), value);
        }
    }
    if let Some(identity) = &mut exchange.identity {
        identity.claims = Some(Arc::new(claims));
    }
    if data.hide {
        exchange.request.headers.remove(AUTHORIZATION);
        take_off_query(exchange, ACCESS_TOKEN);
    }
}
