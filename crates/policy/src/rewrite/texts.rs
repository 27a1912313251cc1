//! Texts with parts of the request in them, filled in.

use crate::exchange::Exchange;
use crate::query;
use model::policy::{RequestText, TextPart, TextSource};

/// The text; a part that is not there is left out.
pub(crate) fn fill(text: &RequestText, exchange: &Exchange) -> String {
    if let Some(plain) = text.as_plain() {
        return plain.to_owned();
    }
    let mut filled = String::new();
    for part in &text.parts {
        match part {
            TextPart::Text(text) => filled.push_str(text),
            TextPart::FirstOf(sources) => {
                let found = sources.iter().find_map(|source| value(source, exchange));
                filled.push_str(&found.unwrap_or_default());
            }
        }
    }
    filled
}

fn value(source: &TextSource, exchange: &Exchange) -> Option<String> {
    let head = &exchange.request;
    match source {
        TextSource::Header(name) => {
            let named = |found: &str| found.len() == name.len() && found.bytes().zip(name.bytes()).all(same);
            let (_, value) = head.headers.iter().find(|(found, _)| named(found.as_str()))?;
            Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
        }
        TextSource::Query(name) => {
            let value = query::values(head.uri.query().unwrap_or(""), name).next()?;
            Some(String::from_utf8_lossy(&value).into_owned())
        }
        TextSource::Capture(name) => match name.parse::<usize>() {
            Ok(number) => exchange.params.get(number.checked_sub(1)?).map(|(_, value)| value.clone()),
            Err(_) => exchange.params.iter().find(|(found, _)| **found == **name).map(|(_, value)| value.clone()),
        },
        TextSource::Text(text) => Some(text.clone()),
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
        ] {
            assert_eq!(fill(&RequestText::parse(text).unwrap(), &exchange), expected, "{text}");
        }
    }
}
