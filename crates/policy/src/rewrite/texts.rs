//! Texts with parts of the request in them, filled in.

use crate::exchange::Exchange;
use crate::predicate::Asked;
use crate::query;
use expr::vars::{Fact, Variables};
use model::policy::{RequestText, TextPart, TextSource};
use std::borrow::Cow;

/// The text; a part that is not there is left out.
pub(crate) fn fill(text: &RequestText, exchange: &Exchange) -> String {
    if let Some(plain) = text.as_plain() {
        return plain.to_owned();
    }
    fill_with(text, exchange, &[], Escape::None).text
}

/// A text filled in.
pub(crate) struct Filled {
    pub(crate) text: String,
    /// How many places found something.
    pub(crate) places: usize,
}

/// How what fills a place is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escape {
    /// As it is.
    None,
    /// `?` as `%3F`.
    QueryMark,
}

/// The text, with what the step's own expression captured, its whole match first.
pub(crate) fn fill_with(text: &RequestText, exchange: &Exchange, matched: &[Option<&str>], escape: Escape) -> Filled {
    let asked = Asked::of(exchange);
    let mut filled = Filled { text: String::new(), places: 0 };
    for part in &text.parts {
        match part {
            TextPart::Text(text) => filled.text.push_str(text),
            TextPart::FirstOf(sources) => {
                if let Some(found) = sources.iter().find_map(|source| value(source, &asked, exchange, matched)) {
                    match escape {
                        Escape::QueryMark if found.contains('?') => filled.text.push_str(&found.replace('?', "%3F")),
                        Escape::QueryMark | Escape::None => filled.text.push_str(&found),
                    }
                    filled.places += 1;
                }
            }
        }
    }
    filled
}

fn value<'a>(
    source: &'a TextSource,
    asked: &'a Asked<'_>,
    exchange: &'a Exchange,
    matched: &[Option<&'a str>],
) -> Option<Cow<'a, str>> {
    let head = &exchange.request;
    match source {
        TextSource::Header(name) => {
            let named = |found: &str| found.len() == name.len() && found.bytes().zip(name.bytes()).all(same);
            let (_, value) = head.headers.iter().find(|(found, _)| named(found.as_str()))?;
            Some(String::from_utf8_lossy(value.as_bytes()))
        }
        TextSource::Query(name) => {
            let value = query::values(head.uri.query().unwrap_or(""), name).next()?;
            Some(Cow::Owned(String::from_utf8_lossy(&value).into_owned()))
        }
        TextSource::Capture(name) => match name.parse::<usize>() {
            Ok(number) => exchange.params.get(number.checked_sub(1)?).map(|(_, value)| value.as_str().into()),
            Err(_) => {
                exchange.params.iter().find(|(found, _)| **found == **name).map(|(_, value)| value.as_str().into())
            }
        },
        TextSource::Variable(variable) => asked.fact(variable).map(Fact::into_text),
        TextSource::Matched(number) => matched.get(*number).copied().flatten().map(Cow::Borrowed),
        TextSource::Text(text) => Some(Cow::Borrowed(text)),
    }
}

/// Without case, and `_` for `-`: names in such texts have no `-`.
fn same((found, wanted): (u8, u8)) -> bool {
    found.eq_ignore_ascii_case(&wanted) || found == b'-' && wanted == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;

    #[test]
    fn parts_of_the_request_are_filled_in() {
        let mut exchange = testing::of(http::Request::get("/p?q=a%20b&q=c").header("x-val", "1").header("x_b", "2"));
        exchange.params.push(("id".into(), "7".to_owned()));
        exchange.params.push(("rest".into(), "x/y".to_owned()));
        for (text, expected) in [
            ("plain", "plain"),
            ("<$(headers.X_Val)>", "<1>"),
            ("$(headers.x_b)$(headers['x-val'])", "21"),
            ("$(query_params.q)", "a b"),
            ("/u/$(uri_captures.id)/$(uri_captures[2])", "/u/7/x/y"),
            ("$(headers.none)$(query_params.none)$(uri_captures[3])$(uri_captures[0])", ""),
            ("$(headers.none or query_params.none or 'else')", "else"),
            ("$(variables.request_method) $(variables.http_x_val)", "GET 1"),
        ] {
            assert_eq!(fill(&RequestText::parse(text).unwrap(), &exchange), expected, "{text}");
        }
    }
}
