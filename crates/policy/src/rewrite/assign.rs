//! Attributes of the exchange, from evaluated texts.

use crate::exchange::Exchange;
use crate::text::{Asks, ReadyText};
use crate::world::World;
use crate::{Outcome, Policy, Running};
use expr::el::Wanted;
use model::policy::Assign as Data;
use std::sync::Arc;

/// Attributes to set, in order.
pub(crate) struct Assign {
    attributes: Vec<(Arc<str>, ReadyText)>,
    asks: Asks,
}

impl Assign {
    pub(crate) fn compile(data: &Data) -> Self {
        let ready = |(name, text): &(String, _)| (Arc::from(name.as_str()), ReadyText::compile(text));
        let attributes: Vec<_> = data.attributes.iter().map(ready).collect();
        Self { asks: Asks::of(attributes.iter().map(|(_, text)| text)), attributes }
    }

    /// Each sees what those before it have set.
    fn assign(&self, exchange: &mut Exchange) {
        for (name, text) in &self.attributes {
            let value = text.value(&World::of(exchange), Wanted::Any).map(|value| value.to_owned_value());
            match value {
                Ok(Some(value)) => exchange.set_attribute(name, value),
                Ok(None) => {
                    let (request_id, attribute) = (&*exchange.id, &**name);
                    tracing::warn!(
                        request_id,
                        attribute,
                        "an object cannot be an attribute, this one is left as it is"
                    );
                }
                Err(error) => {
                    let (request_id, attribute) = (&*exchange.id, &**name);
                    tracing::warn!(request_id, attribute, %error, "an attribute has no value, it is left as it is");
                }
            }
        }
    }

    async fn read_and_assign(&self, exchange: &mut Exchange) -> Outcome {
        if let Err(failure) = self.asks.read(exchange).await {
            return Outcome::Fail(failure);
        }
        self.assign(exchange);
        Outcome::Continue
    }
}

impl Policy for Assign {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if !self.asks.nothing() {
            return Running::Wait(Box::pin(self.read_and_assign(exchange)));
        }
        self.assign(exchange);
        Running::Done(Outcome::Continue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;
    use model::text::Text;

    #[tokio::test]
    async fn attributes_keep_their_type_and_see_earlier_ones() {
        let text = |text: &str| Text::Expression(text.to_owned());
        let attributes = vec![
            ("n".to_owned(), text("{(6 * 7)}")),
            ("broken".to_owned(), text("{#nope.nope}")),
            ("unreadable".to_owned(), text("{#a +}")),
            ("object".to_owned(), text("{#request}")),
            ("m".to_owned(), text("{#context.attributes['n'] + 1}")),
            ("first".to_owned(), text("{#request.jsonContent.items[0]}")),
            ("plain".to_owned(), Text::Plain("{#request.method}".to_owned())),
        ];
        let assign = Assign::compile(&Data { attributes });
        let mut exchange = testing::with_body(http::Request::post("/"), r#"{"items": ["a", "b"]}"#);
        match assign.run(&mut exchange) {
            Running::Wait(future) => drop(future.await),
            Running::Done(_) => panic!("the body has to be read"),
        }
        let seen = ["n", "broken", "unreadable", "object", "m", "first", "plain"]
            .map(|name| exchange.attribute(name).map(ToString::to_string).unwrap_or_default());
        assert_eq!(seen, ["42", "", "", "", "43", "a", "{#request.method}"]);
        assert!(matches!(exchange.attribute("m"), Some(expr::Value::Int(43))));
    }
}
