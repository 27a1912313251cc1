//! Another status, header or body of the response.

use super::field_texts::FieldTexts;
use super::substitution::Substitution;
use crate::answer::AnswerError;
use crate::build::BuildCause;
use crate::exchange::Exchange;
use crate::failure::{Blame, Failure};
use crate::predicate::Asked;
use crate::{Outcome, Policy, Running};
use bytes::Bytes;
use expr::vars::ReadyCondition;
use http::header::{self, CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderMap, StatusCode};
use model::answer::FailureKind;
use model::policy::{BodyFilter, ResponseRewrite as Data};
use model::variable::Variable;

/// Changes responses.
pub(crate) struct ResponseRewrite {
    when: Option<ReadyCondition<Variable>>,
    status: Option<StatusCode>,
    headers: FieldTexts,
    body: Option<Bytes>,
    filters: Vec<Filter>,
    largest_body: Option<u64>,
}

struct Filter {
    substitution: Substitution,
    everywhere: bool,
}

/// A body may grow to so many times of what may be held.
const GROWTH: usize = 4;

impl ResponseRewrite {
    pub(crate) fn compile(data: &Data) -> Result<Self, BuildCause> {
        let status = |status: u16| StatusCode::from_u16(status).map_err(|_| AnswerError::Status { status });
        let filter = |filter: &BodyFilter| -> Result<Filter, BuildCause> {
            let substitution = Substitution::compile(&filter.substitution, filter.ignore_case)?;
            Ok(Filter { substitution, everywhere: filter.everywhere })
        };
        Ok(Self {
            when: data.when.as_ref().map(ReadyCondition::new),
            status: data.status.map(status).transpose()?,
            headers: FieldTexts::compile(&data.headers)?,
            body: data.body.clone().map(Bytes::from),
            filters: data.filters.iter().map(filter).collect::<Result<_, _>>()?,
            largest_body: data.largest_body,
        })
    }

    /// Status, a body that is there already, and header.
    fn change(&self, exchange: &mut Exchange) {
        let filled = self.headers.fill(exchange, &[]);
        let Some(response) = &mut exchange.response else { return };
        if let Some(status) = self.status {
            *response.status_mut() = status;
        }
        if let Some(body) = &self.body {
            forget_body(response.headers_mut());
            *response.body_mut() = body.clone().into();
        }
        filled.apply(response.headers_mut());
    }

    async fn filter(&self, exchange: &mut Exchange) -> Outcome {
        let Some(response) = exchange.response.take() else { return Outcome::Continue };
        let limit = self.largest_body.unwrap_or(exchange.body_limit);
        if announced(response.headers()).is_some_and(|bytes| bytes > limit) {
            exchange.response = Some(response);
            self.change(exchange);
            return Outcome::Continue;
        }
        let (mut head, body) = response.into_parts();
        let bytes = match body.hold(limit).await {
            Ok(bytes) => bytes,
            Err(error) => {
                let text = "the response cannot be changed";
                let failure = Failure::new(FailureKind::Internal, Blame::Gateway, text);
                return Outcome::Fail(failure.detail(format!("{text}: {error}")));
            }
        };
        forget_body(&mut head.headers);
        let most = usize::try_from(limit).unwrap_or(usize::MAX).saturating_mul(GROWTH);
        let bytes = self.filtered(bytes, exchange, most);
        exchange.response = Some(http::Response::from_parts(head, bytes.into()));
        self.change(exchange);
        Outcome::Continue
    }

    /// A body that is no text stays as it is.
    fn filtered(&self, bytes: Bytes, exchange: &Exchange, most: usize) -> Bytes {
        let Ok(text) = std::str::from_utf8(&bytes) else { return bytes };
        let mut changed: Option<String> = None;
        for Filter { substitution, everywhere } in &self.filters {
            let now = changed.as_deref().unwrap_or(text);
            let made = match everywhere {
                true => substitution.everywhere(now, exchange, most),
                false => substitution.once(now, exchange).map(|found| found.text),
            };
            changed = made.or(changed);
        }
        changed.map_or(bytes, Bytes::from)
    }
}

impl Policy for ResponseRewrite {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if self.when.as_ref().is_some_and(|when| !when.holds(&Asked::of(exchange))) {
            return Running::Done(Outcome::Continue);
        }
        let encoded = |response: &http::Response<_>| response.headers().contains_key(CONTENT_ENCODING);
        if self.filters.is_empty() || exchange.response.as_ref().is_none_or(encoded) {
            self.change(exchange);
            return Running::Done(Outcome::Continue);
        }
        Running::Wait(Box::pin(self.filter(exchange)))
    }
}

/// What told of the old body.
fn forget_body(headers: &mut HeaderMap) {
    for name in [CONTENT_LENGTH, CONTENT_ENCODING, header::ETAG, header::LAST_MODIFIED] {
        headers.remove(name);
    }
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;
    use model::policy::{FieldTexts as Fields, RequestText, Substitution as SubstitutionData};

    async fn run(data: &Data, encoding: Option<&str>) -> (u16, HeaderMap, String) {
        let policy = ResponseRewrite::compile(data).unwrap();
        let mut exchange = testing::get("/");
        let mut response = http::Response::builder()
            .header("etag", "e")
            .header("content-length", 11)
            .header("x-a", "1")
            .header("x-b", "2");
        if let Some(encoding) = encoding {
            response = response.header("content-encoding", encoding);
        }
        exchange.response = Some(response.body("hello HELLO".into()).unwrap());
        match policy.run(&mut exchange) {
            Running::Done(outcome) => assert!(matches!(outcome, Outcome::Continue)),
            Running::Wait(future) => assert!(matches!(future.await, Outcome::Continue)),
        }
        let (head, body) = exchange.response.unwrap().into_parts();
        let body = body.hold(99).await.unwrap();
        (head.status.as_u16(), head.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    fn filter(regex: &str, replacement: &str, everywhere: bool, ignore_case: bool) -> BodyFilter {
        let replacement = RequestText::with_captures(replacement);
        BodyFilter { substitution: SubstitutionData { regex: regex.into(), replacement }, everywhere, ignore_case }
    }

    #[tokio::test]
    async fn status_alone_keeps_the_rest() {
        let (status, headers, body) = run(&Data { status: Some(418), ..Data::default() }, None).await;
        assert_eq!((status, &headers["etag"], body.as_str()), (418, &"e".parse().unwrap(), "hello HELLO"));
        for (rules, expected) in [(r#"[["status","==",200]]"#, 418), (r#"[["status","==",404]]"#, 200)] {
            let rules: Vec<serde_json::Value> = serde_json::from_str(rules).unwrap();
            let when = Some(expr::vars::read(&rules, &Variable::of).unwrap());
            assert_eq!(run(&Data { when, status: Some(418), ..Data::default() }, None).await.0, expected);
        }
    }

    #[tokio::test]
    async fn header_fields_are_added_set_and_removed() {
        let text = RequestText::with_variables;
        let headers = Fields {
            add: vec![("x-a".into(), text("$request_method"))],
            set: vec![("x-b".into(), text("")), ("x-c".into(), text("$status"))],
            remove: vec!["etag".into()],
        };
        let (_, headers, _) = run(&Data { headers, ..Data::default() }, None).await;
        let values: Vec<&str> = headers.get_all("x-a").iter().map(|value| value.to_str().unwrap()).collect();
        assert_eq!((values, headers["x-c"].to_str().unwrap()), (vec!["1", "GET"], "200"));
        assert!(!headers.contains_key("x-b") && !headers.contains_key("etag"));
    }

    #[tokio::test]
    async fn another_body_has_nothing_of_the_old_one() {
        let (_, headers, body) = run(&Data { body: Some(b"new".to_vec()), ..Data::default() }, Some("gzip")).await;
        assert_eq!(body, "new");
        assert!(["etag", "content-length", "content-encoding"].iter().all(|name| !headers.contains_key(*name)));
    }

    #[tokio::test]
    async fn filters_replace_what_they_find() {
        for (filters, encoding, expected) in [
            (vec![filter("l", "L", false, false)], None, "heLlo HELLO"),
            (vec![filter("l", "-", true, true)], None, "he--o HE--O"),
            (vec![filter("(h)ello", "$1i", true, true), filter("i H", "o", false, false)], None, "hoi"),
            (vec![filter("z", "y", true, false)], None, "hello HELLO"),
            (vec![filter("l", "L", true, false)], Some("gzip"), "hello HELLO"),
        ] {
            let (_, _, body) = run(&Data { filters: filters.clone(), ..Data::default() }, encoding).await;
            assert_eq!(body, expected, "{filters:?}");
        }
        let long = Data { filters: vec![filter("l", "L", true, false)], largest_body: Some(5), ..Data::default() };
        assert_eq!(run(&long, None).await.2, "hello HELLO");
    }
}
