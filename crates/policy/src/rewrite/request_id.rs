//! An id for each request, told to those behind the gateway and to the client.

use crate::exchange::Exchange;
use crate::{Outcome, Policy, Running};
use http::{HeaderName, HeaderValue};

/// Request side: takes the client's id where it is trusted, and hands the exchange's id on.
pub(crate) struct RequestId {
    pub(crate) header: HeaderName,
    pub(crate) trust_client: bool,
}

/// Response side: the client learns the id, where it shall.
pub(crate) struct EchoRequestId {
    pub(crate) header: Option<HeaderName>,
}

/// An id ends up in logs and headers: longer ones are nobody's id.
const LONGEST: usize = 128;

impl Policy for RequestId {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        let headers = &exchange.request.headers;
        let theirs = headers.get(&self.header).filter(|_| self.trust_client).and_then(read);
        if let Some(id) = theirs {
            exchange.id = id;
        }
        if let Ok(value) = HeaderValue::from_str(&exchange.id) {
            exchange.request.headers.insert(&self.header, value);
        }
        Running::Done(Outcome::Continue)
    }
}

impl Policy for EchoRequestId {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        let Some(header) = &self.header else { return Running::Done(Outcome::Continue) };
        if let (Some(response), Ok(value)) = (&mut exchange.response, HeaderValue::from_str(&exchange.id)) {
            response.headers_mut().insert(header, value);
        }
        Running::Done(Outcome::Continue)
    }
}

fn read(value: &HeaderValue) -> Option<String> {
    let id = value.to_str().ok()?;
    let sane = !id.is_empty() && id.len() <= LONGEST && id.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
    sane.then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;

    #[test]
    fn an_id_is_kept_only_where_it_is_trusted_and_sane() {
        let long = "x".repeat(129);
        let cases = [
            (true, "abc-1", true),
            (false, "abc-1", false),
            (true, "", false),
            (true, "a b", false),
            (true, &long, false),
        ];
        for (trust_client, theirs, kept) in cases {
            let mut exchange = testing::of(http::Request::get("/").header("x-id", theirs));
            let own = exchange.id.clone();
            let header = HeaderName::from_static("x-id");
            let _ = RequestId { header: header.clone(), trust_client }.run(&mut exchange);
            let expected = if kept { theirs } else { &own };
            assert_eq!(exchange.id, expected);
            assert_eq!(exchange.request.headers["x-id"], expected);
            exchange.response = Some(http::Response::new(net::Body::Empty));
            let _ = EchoRequestId { header: Some(header) }.run(&mut exchange);
            assert_eq!(exchange.response.unwrap().headers()["x-id"], expected);
        }
    }
}
