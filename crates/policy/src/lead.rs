//! Where steps have led a request, by its attributes, once it is the endpoint's turn.

use crate::exchange::Exchange;
use crate::failure::{Blame, Failure};
use crate::text::ReadyText;
use crate::world::World;
use expr::Value;
use http::Method;
use model::answer::FailureKind;
use model::endpoint::{Lead, LeadManner};

/// What the attributes say.
#[derive(Debug, PartialEq, Eq)]
pub struct Led {
    /// Where to.
    pub to: LedTo,
    /// A path stands for that of the endpoint as well.
    pub instead: bool,
    /// The method that the endpoint sees.
    pub method: Option<Method>,
}

/// Where a request is led.
#[derive(Debug, PartialEq, Eq)]
pub enum LedTo {
    /// Nowhere but where it goes in any case.
    Usual,
    /// To this path of the endpoint whose turn it is.
    Path(String),
    /// To this path of the endpoint or group of this name.
    Named(String, String),
    /// To the endpoint or group of this name, with the path as it is.
    Other(String),
    /// To this URL.
    Url(String),
}

/// What the attributes of an exchange say. Fails where they cannot be read.
pub fn led(lead: &Lead, exchange: &Exchange) -> Result<Led, Box<Failure>> {
    let instead = lead.instead.as_ref().and_then(|name| exchange.attribute(name));
    Ok(Led {
        to: target(lead, exchange)?,
        instead: matches!(instead, Some(Value::Bool(true))),
        method: exchange.attribute(&lead.method).map(|value| method(value, lead)).transpose()?,
    })
}

fn target(lead: &Lead, exchange: &Exchange) -> Result<LedTo, Box<Failure>> {
    let Some(written) = exchange.attribute(&lead.target).filter(|value| !matches!(value, Value::Null)) else {
        return Ok(LedTo::Usual);
    };
    let written = written.to_string();
    match lead.manner {
        LeadManner::Plain => Ok(plain(written)),
        LeadManner::Name => Ok(LedTo::Other(written)),
        LeadManner::Evaluated => {
            let text = ReadyText::of_attribute(&written);
            let value = text.text(&World::of(exchange)).map(|value| value.map(std::borrow::Cow::into_owned));
            Ok(value.map_err(|cause| broken(&cause.to_string()))?.map_or(LedTo::Usual, evaluated))
        }
    }
}

fn evaluated(text: String) -> LedTo {
    if is_url(&text) {
        return LedTo::Url(text);
    }
    match text.split_once(':') {
        Some((name, path)) if !name.is_empty() => LedTo::Named(name.to_owned(), path.to_owned()),
        Some(_) | None => LedTo::Path(text),
    }
}

fn plain(text: String) -> LedTo {
    if is_url(&text) {
        return LedTo::Url(text);
    }
    match text.split_once(':') {
        _ if text.is_empty() || text.starts_with('/') => LedTo::Path(text),
        Some((name, path)) => LedTo::Named(name.to_owned(), path.to_owned()),
        // nothing has this name
        None => LedTo::Named(text, String::new()),
    }
}

fn is_url(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| ["http", "https", "ws", "wss", "grpc", "grpcs"].contains(&scheme))
}

const METHODS: [&str; 9] = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

fn method(value: &Value<'_>, lead: &Lead) -> Result<Method, Box<Failure>> {
    let Some(text) = value.as_str() else {
        return Err(Failure::keyed(FailureKind::BadRequest, Blame::Config, &lead.no_method));
    };
    let known = METHODS.contains(&text).then(|| Method::from_bytes(text.as_bytes()).ok()).flatten();
    known.ok_or_else(|| broken("it is no method"))
}

fn broken(cause: &str) -> Box<Failure> {
    let text = "the attributes that lead requests elsewhere cannot be read";
    Failure::new(FailureKind::Internal, Blame::Config, "").detail(format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;
    use model::answer::Keyed;

    fn check(manner: LeadManner, attributes: &[(&str, Value<'static>)], expected: Option<Led>) {
        let lead = Lead {
            target: "to".to_owned(),
            instead: Some("instead".to_owned()),
            method: "method".to_owned(),
            no_method: Keyed::new(400, "K", "no method"),
            manner,
        };
        let mut exchange = testing::get("/a?q=v");
        for (name, value) in attributes {
            exchange.set_attribute(&(*name).into(), value.clone());
        }
        let seen = led(&lead, &exchange);
        assert_eq!(seen.ok(), expected, "{manner:?} {attributes:?}");
    }

    #[test]
    fn attributes_lead_elsewhere() {
        use LeadManner::{Evaluated, Plain};
        use LedTo::{Named, Path, Url, Usual};
        let to = |to| Some(Led { to, instead: false, method: None });
        let text = |text: &str| Value::text(text.to_owned());
        let named = |name: &str, path: &str| Named(name.into(), path.into());
        check(Evaluated, &[], to(Usual));
        for (manner, written, expected) in [
            (Evaluated, "https://a/b:c", Url("https://a/b:c".into())),
            (Evaluated, "/{#request.params['q'][0]}", Path("/v".into())),
            (Evaluated, "one:/x:y", named("one", "/x:y")),
            (Evaluated, "/x:y", named("/x", "y")),
            (Evaluated, "", Path("".into())),
            (Plain, "grpc://a", Url("grpc://a".into())),
            (Plain, "/x:y", Path("/x:y".into())),
            (Plain, "", Path("".into())),
            (Plain, "one:{#x}", named("one", "{#x}")),
            (Plain, "one", named("one", "")),
        ] {
            check(manner, &[("to", text(written))], to(expected));
        }
        check(LeadManner::Name, &[("to", text("one:/x"))], to(LedTo::Other("one:/x".into())));
        check(Evaluated, &[("to", text("{#nope.nope}"))], None);
        let method = |method| Some(Led { to: Usual, instead: true, method: Some(method) });
        check(Plain, &[("method", text("PUT")), ("instead", Value::Bool(true))], method(Method::PUT));
        check(Plain, &[("instead", text("true"))], to(Usual));
        check(Plain, &[("method", text("put"))], None);
        check(Plain, &[("method", Value::Int(1))], None);
    }
}
