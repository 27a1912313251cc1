//! Cases of `answer`.

use super::*;
use crate::exchange::testing;
use crate::failure::Blame;

fn text(status: u16, body: &str) -> Answer {
    Answer { body: AnswerBody::Text(body.into()), ..Answer::status(status) }
}

async fn body(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().hold(1000).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn the_first_answer_that_the_client_accepts_is_given() {
    let alternatives =
        vec![("text/html".to_owned(), text(404, "html")), ("application/json".into(), text(404, "json"))];
    let mut with_rest = alternatives.clone();
    with_rest.push(("*/*".into(), text(404, "rest")));
    let cases = [
        (&alternatives, None, "html"),
        (&alternatives, Some("application/json"), "json"),
        (&alternatives, Some("application/json, text/html;q=0.1"), "html"),
        (&alternatives, Some("text/html;q=0, */*"), "json"),
        (&alternatives, Some("Text/*"), "html"),
        (&alternatives, Some("image/png"), "{\"type\""),
        (&with_rest, Some("image/png"), "rest"),
        (&with_rest, Some("nonsense"), "rest"),
    ];
    for (alternatives, accept, expected) in cases {
        let answers = Answers { by_kind: [(FailureKind::NoRoute, alternatives.clone())].into(), ..Answers::default() };
        let mut exchange = testing::get("/");
        if let Some(accept) = accept {
            exchange.request.headers.insert(header::ACCEPT, accept.parse().unwrap());
        }
        let failure = Failure::new(FailureKind::NoRoute, Blame::Client, "nothing here");
        let loose = body(from_answers(&answers, &exchange, &failure)).await;
        let ready = body(ReadyAnswers::compile(&answers).unwrap().render(&exchange, &failure)).await;
        assert!(loose.starts_with(expected), "{accept:?}: {loose}");
        assert_eq!(loose, ready, "{accept:?}");
    }
}

#[tokio::test]
async fn a_failure_becomes_problem_details() {
    let mut exchange = testing::get("/");
    exchange.id = "r1".into();
    let mut failure = Failure::new(FailureKind::Throttled, Blame::Aws, "busy").detail("secret things");
    failure.retry_after = Some(3);
    failure.aws_request_id = Some("a1".into());
    failure.headers.push((header::WWW_AUTHENTICATE, HeaderValue::from_static("Key")));
    let response = from_answers(&Answers::default(), &exchange, &failure);
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    assert_eq!(response.headers()["retry-after"], "3");
    assert_eq!(response.headers()["www-authenticate"], "Key");
    assert_eq!(
        body(response).await,
        r#"{"type":"about:blank","title":"Too Many Requests","status":429,"detail":"busy","code":"throttled","blame":"aws","request_id":"r1","aws_request_id":"a1"}"#
    );
}

#[tokio::test]
async fn the_failing_steps_own_answer_goes_first() {
    let answers = Answers {
        by_kind: [(FailureKind::Denied, vec![("*/*".into(), text(500, "table"))])].into(),
        ..Answers::default()
    };
    let mut failure = Failure::new(FailureKind::Denied, Blame::Config, "no");
    failure.answer = Some(std::sync::Arc::new(ReadyAnswer::compile(&text(555, "own")).unwrap()));
    let response = ReadyAnswers::compile(&answers).unwrap().render(&testing::get("/"), &failure);
    assert_eq!(response.status(), 555);
    assert_eq!(body(response).await, "own");
}

#[test]
fn what_cannot_be_sent_is_told_and_left_out() {
    let header = |name: &str, value: &str| Answer { headers: vec![(name.into(), value.into())], ..Answer::status(200) };
    let cases = [
        (header("x-a", "b\r\nset-cookie: c"), Some(AnswerError::Header { name: "x-a".into() })),
        (header("x a", "b"), Some(AnswerError::Header { name: "x a".into() })),
        (header("content-length", "5"), None),
        (header("Transfer-Encoding", "chunked"), None),
        (Answer::status(101), Some(AnswerError::Status { status: 101 })),
        (Answer::status(1000), Some(AnswerError::Status { status: 1000 })),
    ];
    for (answer, expected) in cases {
        assert_eq!(ReadyAnswer::compile(&answer).err(), expected);
        assert!(render(&answer, &testing::get("/"), None).headers().is_empty());
    }
    let kept = render(&header("x-a", "1"), &testing::get("/"), None);
    assert_eq!(kept.headers()["x-a"], "1");
}

#[test]
fn an_answer_may_lead_to_the_same_place_by_https() {
    for (host, port, target, expected) in [
        ("api.test", None, "/a%20b?c=1", "https://api.test/a%20b?c=1"),
        ("api.test:8000", None, "/", "https://api.test/"),
        ("api.test:8000", Some(8443), "/?", "https://api.test:8443/?"),
        ("[::1]:80", None, "/x", "https://[::1]/x"),
        ("[::1]", None, "/x", "https://[::1]/x"),
    ] {
        let exchange = testing::of(http::Request::get(target).header("host", host));
        let answer = Answer { location: Some(Location::Https(port)), ..Answer::status(301) };
        let response = ReadyAnswer::compile(&answer).unwrap().render(&exchange, None);
        assert_eq!(response.headers()["location"], expected);
    }
}

#[test]
fn a_demand_for_another_protocol_names_it() {
    let upgrade =
        |status| Answer { headers: vec![("upgrade".into(), "TLS/1.2, HTTP/1.1".into())], ..Answer::status(status) };
    let there = |status| {
        let response = ReadyAnswer::compile(&upgrade(status)).unwrap().render(&testing::get("/"), None);
        response.headers().contains_key("upgrade")
    };
    assert!(there(426));
    assert!(!there(200), "in any other answer it would only concern the connection");
}
