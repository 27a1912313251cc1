//! Changes of the query by evaluated texts.

use crate::exchange::Exchange;
use crate::query::Query;
use crate::text::{Asks, ReadyText};
use crate::world::World;
use crate::{Outcome, Policy, Running};
use model::policy::QueryTexts as Data;

/// Changes made ready.
pub(crate) struct QueryTexts {
    clear: bool,
    put: Vec<(String, ReadyText, bool)>,
    remove: Vec<String>,
    asks: Asks,
}

impl QueryTexts {
    pub(crate) fn compile(data: &Data) -> Self {
        let put = data.put.iter().map(|one| (one.name.clone(), ReadyText::compile(&one.value), one.beside));
        let put: Vec<_> = put.collect();
        Self {
            clear: data.clear,
            asks: Asks::of(put.iter().map(|(_, text, _)| text)),
            put,
            remove: data.remove.clone(),
        }
    }

    /// Later texts see what earlier ones have changed.
    fn change(&self, exchange: &mut Exchange) {
        if self.clear {
            write(Query::read(""), exchange);
        }
        for (name, text, beside) in &self.put {
            let value = text.text(&World::of(exchange)).ok().flatten().map(std::borrow::Cow::into_owned);
            let Some(value) = value else { continue };
            let mut query = Query::read(exchange.request.uri.query().unwrap_or_default());
            if !beside {
                query.remove(name);
            }
            query.push_written(name, &value);
            write(query, exchange);
        }
        if !self.remove.is_empty() {
            let mut query = Query::read(exchange.request.uri.query().unwrap_or_default());
            self.remove.iter().for_each(|name| query.remove(name));
            write(query, exchange);
        }
    }

    async fn read_and_change(&self, exchange: &mut Exchange) -> Outcome {
        if let Err(failure) = self.asks.read(exchange).await {
            return Outcome::Fail(failure);
        }
        self.change(exchange);
        Outcome::Continue
    }
}

fn write(query: Query, exchange: &mut Exchange) {
    exchange.received.get_or_insert_with(|| exchange.request.uri.clone());
    query.write(&mut exchange.request.uri);
}

impl Policy for QueryTexts {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if !self.asks.nothing() {
            return Running::Wait(Box::pin(self.read_and_change(exchange)));
        }
        self.change(exchange);
        Running::Done(Outcome::Continue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;
    use model::policy::QueryText;
    use model::text::Text;

    fn check(clear: bool, put: &[(&str, &str, bool)], remove: &[&str], expected: &str) {
        let put = put.iter().map(|(name, value, beside)| QueryText {
            name: (*name).to_owned(),
            value: Text::Expression((*value).to_owned()),
            beside: *beside,
        });
        let remove = remove.iter().map(|name| (*name).to_owned()).collect();
        let policy = QueryTexts::compile(&Data { clear, put: put.collect(), remove });
        let mut exchange = testing::get("/p?a=1&b=2&a=%20");
        assert!(matches!(policy.run(&mut exchange).done(), Outcome::Continue));
        assert_eq!(exchange.request.uri.to_string(), expected);
        assert_eq!(exchange.received.unwrap(), "/p?a=1&b=2&a=%20");
    }

    #[test]
    fn parameters_are_put_in_and_taken_off() {
        check(false, &[("c", "{#request.params['b'][0]}&x y", false)], &[], "/p?a=1&b=2&a=%20&c=2&x%20y");
        check(false, &[("a", "3", false)], &["b"], "/p?a=3");
        check(false, &[("a", "3", true), ("d", "{#nope.nope}", false)], &[], "/p?a=1&b=2&a=%20&a=3");
        check(true, &[], &["a"], "/p");
        check(true, &[("a b", "#\u{e9}%41", false)], &[], "/p?a%20b=%23%C3%A9%41");
    }
}
