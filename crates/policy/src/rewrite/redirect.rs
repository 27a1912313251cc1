//! Sending clients elsewhere.

use super::substitution::Substitution;
use super::texts::{Escape, fill, fill_with};
use crate::answer::ReadyAnswer;
use crate::build::BuildCause;
use crate::exchange::Exchange;
use crate::path::{decoded, escaped_bare};
use crate::{Outcome, Policy, Running};
use http::header::LOCATION;
use http::{HeaderValue, Method};
use model::answer::Answer;
use model::policy::{Redirect as Data, RedirectTo, RequestText};

/// Answers with a `Location`.
pub(crate) struct Redirect {
    to: To,
    answer: ReadyAnswer,
    escape: bool,
    append_query: bool,
}

enum To {
    Text(RequestText),
    Path(Substitution),
    Https { port: Option<u16>, other: ReadyAnswer },
}

impl Redirect {
    pub(crate) fn compile(data: &Data) -> Result<Self, BuildCause> {
        let answer = |status, message: &str| ReadyAnswer::compile(&Answer::message(status, message));
        let (to, status, message) = match &data.to {
            RedirectTo::Text(text) => (To::Text(text.clone()), data.status, &data.message),
            RedirectTo::Path(substitution) => {
                (To::Path(Substitution::compile(substitution, false)?), data.status, &data.message)
            }
            RedirectTo::Https { port, messages: [moved, other] } => {
                (To::Https { port: *port, other: answer(308, other)? }, 301, moved)
            }
        };
        Ok(Self { to, answer: answer(status, message)?, escape: data.escape, append_query: data.append_query })
    }

    /// Where to, and what is said; `None`: the request goes on.
    fn location(&self, exchange: &Exchange) -> Option<(String, &ReadyAnswer)> {
        let uri = &exchange.request.uri;
        let (location, answer) = match &self.to {
            To::Text(text) => (fill_with(text, exchange, &[], Escape::None).text, &self.answer),
            To::Path(substitution) => (substitution.once(&decoded(uri.path()), exchange)?.text, &self.answer),
            To::Https { .. } if exchange.client.https => return None,
            To::Https { port, other } => {
                let target = fill(&RequestText::with_variables("$request_uri"), exchange);
                let port = port.filter(|port| *port != 443).map_or(String::new(), |port| format!(":{port}"));
                let kept = matches!(exchange.request.method, Method::GET | Method::HEAD);
                let location = format!("https://{}{port}{target}", exchange.host_name().to_ascii_lowercase());
                (location, if kept { &self.answer } else { other })
            }
        };
        let mut location = if self.escape { escaped_bare(&location) } else { location };
        if let Some(query) = uri.query().filter(|query| self.append_query && !query.is_empty()) {
            location.push(if location.contains('?') { '&' } else { '?' });
            location.push_str(query);
        }
        Some((location, answer))
    }
}

impl Policy for Redirect {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        let Some((location, answer)) = self.location(exchange) else { return Running::Done(Outcome::Continue) };
        let mut response = answer.render(exchange, None);
        // a line end in what a client sent must not begin a field of its own
        if let Ok(value) = HeaderValue::try_from(location) {
            response.headers_mut().insert(LOCATION, value);
        }
        Running::Done(Outcome::Respond(response))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;
    use model::policy::Substitution as SubstitutionData;

    fn check(data: &Data, method: &str, target: &str, https: bool, expected: Option<(u16, &str)>) {
        let request = http::Request::builder().method(method).uri(target).header("host", "A.test:81");
        let mut exchange = testing::of(request);
        exchange.client.https = https;
        let found = match Redirect::compile(data).unwrap().run(&mut exchange).done() {
            Outcome::Respond(response) => {
                let location = response.headers()[LOCATION].to_str().unwrap().to_owned();
                Some((response.status().as_u16(), location))
            }
            _ => None,
        };
        assert_eq!(found.as_ref().map(|(status, location)| (*status, location.as_str())), expected, "{target}");
    }

    #[test]
    fn clients_are_sent_where_it_says() {
        let of = |to| Data { to, status: 302, message: "Found".into(), escape: false, append_query: false };
        let text = |text: &str| of(RedirectTo::Text(RequestText::with_variables(text)));
        check(&text("$uri/test/${arg_name}"), "GET", "/a?name=j", false, Some((302, "/a/test/j")));
        check(&text("https://$host$request_uri"), "GET", "/a?b=1", false, Some((302, "https://a.test/a?b=1")));
        let with_query = Data { append_query: true, status: 301, ..text("/new") };
        check(&with_query, "GET", "/a?b=%20", false, Some((301, "/new?b=%20")));
        check(&Data { append_query: true, ..text("/new?x") }, "GET", "/a?b", false, Some((302, "/new?x&b")));
        check(&with_query, "GET", "/a", false, Some((301, "/new")));
        check(&Data { escape: true, ..text("$uri") }, "GET", "/a%20%C3%A9", false, Some((302, "/a%20%C3%A9")));
        let regex = of(RedirectTo::Path(SubstitutionData {
            regex: "^/t/(.*)/x$".into(),
            replacement: RequestText::with_captures("http://h/$1"),
        }));
        check(&regex, "GET", "/t/a%20b/x?q", false, Some((302, "http://h/a b")));
        check(&regex, "GET", "/t/a", false, None);
        let messages = || ["Moved".to_owned(), "Moved".to_owned()];
        let https = |port| of(RedirectTo::Https { port, messages: messages() });
        check(&https(None), "GET", "/a?b", false, Some((301, "https://a.test/a?b")));
        check(&https(Some(9443)), "POST", "/a?b", false, Some((308, "https://a.test:9443/a?b")));
        check(&https(None), "GET", "/a", true, None);
    }
}
