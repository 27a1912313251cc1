//! Changes of header fields by evaluated texts, on either side.

use super::headers::EditError;
use crate::answer::is_framing;
use crate::exchange::Exchange;
use crate::predicate::text_failure;
use crate::text::{Asks, ReadyText, TextError};
use crate::world::World;
use crate::{Outcome, Policy, Running};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use model::answer::Keyed;
use model::policy::HeaderTexts as Data;

/// Changes of one side, made ready.
pub(crate) struct HeaderTexts {
    response: bool,
    set: Vec<(HeaderName, ReadyText)>,
    append: Vec<(HeaderName, ReadyText)>,
    remove: Vec<HeaderName>,
    keep: Option<Vec<HeaderName>>,
    asks: Asks,
    failure: Keyed,
}

type Field = (HeaderName, HeaderValue);

impl HeaderTexts {
    /// Reads names and texts. Names that no field can have, and those that frame the message, are refused.
    pub(crate) fn compile(data: &Data, response: bool) -> Result<Self, EditError> {
        let texts = |fields: &[(String, model::text::Text)]| {
            let ready = |(name, text): &(String, model::text::Text)| Ok((editable(name)?, ReadyText::compile(text)));
            fields.iter().map(ready).collect::<Result<Vec<_>, EditError>>()
        };
        let names = |names: &[String]| names.iter().map(|name| field_name(name)).collect::<Result<Vec<_>, _>>();
        let (set, append) = (texts(&data.set)?, texts(&data.append)?);
        Ok(Self {
            asks: Asks::of(set.iter().chain(&append).map(|(_, text)| text)),
            response,
            remove: names(&data.remove)?.into_iter().filter(|name| !is_framing(name)).collect(),
            keep: data.keep.as_deref().map(names).transpose()?,
            failure: data.failure.clone(),
            set,
            append,
        })
    }

    fn change(&self, exchange: &mut Exchange) -> Outcome {
        match self.evaluated(exchange) {
            Ok((set, append)) => {
                let side = match self.response {
                    true => exchange.response.as_mut().map(http::Response::headers_mut),
                    false => Some(&mut exchange.request.headers),
                };
                if let Some(headers) = side {
                    self.apply(headers, set, append);
                }
                Outcome::Continue
            }
            Err(error) => Outcome::Fail(text_failure(&self.failure, &error)),
        }
    }

    fn evaluated(&self, exchange: &Exchange) -> Result<(Vec<Field>, Vec<Field>), TextError> {
        let world = World::of(exchange);
        let fields = |texts: &[(HeaderName, ReadyText)]| {
            let mut fields = Vec::with_capacity(texts.len());
            for (name, text) in texts {
                // null leaves the field as it is; what cannot be sent is never sent
                let value = text.text(&world)?.and_then(|text| HeaderValue::from_bytes(text.as_bytes()).ok());
                fields.extend(value.map(|value| (name.clone(), value)));
            }
            Ok(fields)
        };
        Ok((fields(&self.set)?, fields(&self.append)?))
    }

    fn apply(&self, headers: &mut HeaderMap, set: Vec<Field>, append: Vec<Field>) {
        for (name, value) in set {
            headers.insert(name, value);
        }
        for (name, value) in append {
            headers.append(name, value);
        }
        for name in &self.remove {
            headers.remove(name);
        }
        if let Some(keep) = &self.keep {
            let stays = |name: &HeaderName| keep.contains(name) || is_framing(name) || *name == header::HOST;
            let gone: Vec<HeaderName> = headers.keys().filter(|name| !stays(name)).cloned().collect();
            for name in gone {
                headers.remove(name);
            }
        }
    }

    async fn read_and_change(&self, exchange: &mut Exchange) -> Outcome {
        match self.asks.read(exchange).await {
            Ok(()) => self.change(exchange),
            Err(failure) => Outcome::Fail(failure),
        }
    }
}

impl Policy for HeaderTexts {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if self.asks.nothing() {
            return Running::Done(self.change(exchange));
        }
        Running::Wait(Box::pin(self.read_and_change(exchange)))
    }
}

fn field_name(name: &str) -> Result<HeaderName, EditError> {
    HeaderName::from_bytes(name.as_bytes()).map_err(|_| EditError::Header { name: name.to_owned() })
}

fn editable(name: &str) -> Result<HeaderName, EditError> {
    let name = field_name(name)?;
    if is_framing(&name) { Err(EditError::Framing { name }) } else { Ok(name) }
}

#[cfg(test)]
mod tests;
