//! Ways in by token: one that is signed says itself whose it is, of any other a server tells.

use super::shown::{take_off_token, token};
use super::token::{ReadyTokens, is_in_time};
use super::way::{ReadyWay, Verdict};
use super::{Asked, refusal};
use crate::Outcome;
use crate::auth::introspection::Said;
use crate::auth::jwt::Token;
use crate::auth::token_proof::{ReadyProof, Signed};
use crate::exchange::{Claims, Exchange};
use crate::failure::{Blame, Failure};
use expr::el::content;
use expr::{Text, Value};
use http::header::WWW_AUTHENTICATE;
use model::answer::{FailureKind, Keyed};
use std::sync::Arc;

impl ReadyWay {
    /// What of a token can be told without asking anybody.
    pub(super) fn token(&self, tokens: &ReadyTokens, exchange: &mut Exchange, asked: &mut Asked) -> Verdict {
        let Some(text) = token(exchange) else { return Verdict::IsNotMeant };
        asked.shown = true;
        match tokens.proof.introspection() {
            None => match Token::read(&text) {
                Ok(token) => {
                    let signed = tokens.proof.signed_at_hand(&token);
                    self.signed(tokens, &text, token, signed, exchange, asked)
                }
                Err(_) => Verdict::IsNotMeant,
            },
            Some(_) if !self.is_chosen(exchange, asked) => Verdict::IsNotMeant,
            Some(server) => match server.known(&text, exchange.time) {
                Some(said) => self.said(tokens, &text, said, exchange),
                None => Verdict::Asks(text),
            },
        }
    }

    /// Asks for keys, or what a server says.
    pub(super) async fn ask_of(
        &self,
        tokens: &ReadyTokens,
        text: &str,
        exchange: &mut Exchange,
        asked: &mut Asked,
    ) -> Verdict {
        let Some(server) = tokens.proof.introspection() else {
            let Ok(token) = Token::read(text) else { return Verdict::IsNotMeant };
            let signed = tokens.proof.signed(&token).await;
            return self.signed(tokens, text, token, signed, exchange, asked);
        };
        match ReadyProof::said(server, text, &exchange.request.headers, exchange.time).await {
            Ok(said) => self.said(tokens, text, said, exchange),
            Err(why) => {
                let (request_id, way) = (&*exchange.id, &*self.id);
                tracing::warn!(request_id, way, why, "nobody says what the token is worth");
                asked.undecided = true;
                Verdict::IsNotMeant
            }
        }
    }

    /// A token that says whose it is: only that of a known client is judged.
    fn signed(
        &self,
        tokens: &ReadyTokens,
        text: &str,
        token: Token<'_>,
        signed: Signed,
        exchange: &mut Exchange,
        asked: &mut Asked,
    ) -> Verdict {
        let Some(client) = tokens.client(&token.claims) else { return Verdict::IsNotMeant };
        if !self.is_chosen(exchange, asked) {
            return Verdict::IsNotMeant;
        }
        let Some(subscriber) = self.subscribers.by_client(&client, exchange) else { return Verdict::IsNotMeant };
        let wrong = match signed {
            Signed::Unknown => return Verdict::Asks(text.to_owned()),
            Signed::Good if !is_in_time(&token.claims, exchange.time) => Some(&tokens.data.wrong),
            Signed::Good if !tokens.is_of_type(token.kind()) => Some(&tokens.data.wrong),
            Signed::Good => tokens.unbound(&token.claims, exchange).or_else(|| tokens.insufficient(&token.claims)),
            Signed::Wrong => Some(&tokens.data.wrong),
            Signed::Away(why) => {
                let failure = Failure::keyed(FailureKind::Internal, Blame::Upstream, &tokens.data.away);
                return Verdict::Decides(Outcome::Fail(failure.detail(format!("keys of tokens: {why}"))));
            }
        };
        if let Some(told) = wrong {
            return refuses(tokens, told);
        }
        self.enter(exchange, Some(subscriber));
        tell(tokens, exchange, text, &client, None, Arc::new(token.claims));
        Verdict::fits()
    }

    fn said(&self, tokens: &ReadyTokens, text: &str, said: Said, exchange: &mut Exchange) -> Verdict {
        if !said.active {
            return Verdict::IsNotMeant;
        }
        let Some(client) = tokens.client(&said.claims) else { return Verdict::IsNotMeant };
        let Some(subscriber) = self.subscribers.by_client(&client, exchange) else { return Verdict::IsNotMeant };
        let wrong = tokens.unbound(&said.claims, exchange).or_else(|| tokens.insufficient(&said.claims));
        if let Some(told) = wrong {
            return refuses(tokens, told);
        }
        self.enter(exchange, Some(subscriber));
        tell(tokens, exchange, text, &client, Some(&said.text), said.claims);
        Verdict::fits()
    }
}

fn refuses(tokens: &ReadyTokens, told: &Keyed) -> Verdict {
    let mut failure = refusal(told);
    if let Some(challenge) = &tokens.challenge {
        failure.headers.push((WWW_AUTHENTICATE, challenge.clone()));
    }
    Verdict::Decides(Outcome::Fail(failure))
}

/// Who it is, for steps and expressions.
fn tell(tokens: &ReadyTokens, exchange: &mut Exchange, text: &str, client: &str, said: Option<&str>, claims: Claims) {
    let data = &tokens.data;
    let user = claims.get(&data.user_claim).and_then(serde_json::Value::as_str).map(str::to_owned);
    let json = |value: &serde_json::Value| content::json(&Text::Borrowed(&value.to_string())).to_owned_value();
    let all = data.claims_attribute.as_ref().and_then(|_| json(&serde_json::Value::Object((*claims).clone())));
    let scopes = data.scopes_attribute.as_ref().and_then(|_| json(&tokens.scopes(&claims).into()));
    let told = [
        (&data.token_attribute, Some(Value::text(text))),
        (&data.client_attribute, Some(Value::text(client))),
        (&data.user_attribute, Some(user.map_or(Value::Null, Value::from))),
        (&data.payload_attribute, said.map(Value::text)),
        (&data.scopes_attribute, scopes),
        (&data.claims_attribute, all),
    ];
    for (name, value) in told {
        if let (Some(name), Some(value)) = (name, value) {
            exchange.set_attribute(&name.as_str().into(), value);
        }
    }
    exchange.claims = Some(claims);
    if data.hide {
        take_off_token(exchange);
    }
}
