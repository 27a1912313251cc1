//! Cases of `keyed`.

use super::*;
use crate::answer::ReadyAnswers;
use crate::exchange::testing;
use crate::failure::Blame;
use model::answer::Answers;
use model::text::Text;

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> KeyedAnswer {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    KeyedAnswer { status, headers, body: Some(Text::Expression(body.to_owned())) }
}

fn answers(usual: UsualAnswer) -> ReadyAnswers {
    let json = answer(503, &[("x", "json")], r#"{"k":"{#error.key}","s":{#error.statusCode},"p":"{#parameters.who}"}"#);
    let one = |key: &str, by_media: Vec<(&str, KeyedAnswer)>| {
        (key.to_owned(), by_media.into_iter().map(|(media, answer)| (media.to_owned(), answer)).collect())
    };
    let keyed = KeyedAnswers {
        kinds: [(FailureKind::UpstreamUnreachable, Keyed::new(502, "DOWN_HARD", "down"))].into(),
        parents: [("DOWN_HARD".to_owned(), "DOWN".to_owned())].into(),
        templates: [
            one("ONE", vec![("application/json", json), ("*/*", answer(504, &[], "sorry"))]),
            one("NARROW", vec![("application/json", answer(500, &[], "n"))]),
            one("DOWN", vec![("*/*", answer(599, &[("content-type", "a/b")], "{#error.message}"))]),
            one("BROKEN", vec![("*/*", answer(418, &[], "{#error.nope}"))]),
            one("OTHER", vec![("*/*", answer(418, &[], "o"))]),
        ]
        .into(),
        fallback: Some("OTHER".to_owned()),
        usual,
    };
    ReadyAnswers::compile(&Answers { keyed: Some(Box::new(keyed)), ..Answers::default() }).unwrap()
}

fn keyed(key: &str) -> Box<Failure> {
    let mut failure = Failure::keyed(FailureKind::FunctionError, Blame::Function, &Keyed::new(500, key, "no \"luck\""));
    failure.key.as_mut().unwrap().parameters = vec![("who".to_owned(), "me".to_owned())];
    failure
}

/// Status, content type, body, and a mark where the connection ends.
async fn said(answers: &ReadyAnswers, accept: Option<&str>, failure: &Failure) -> String {
    let mut exchange = testing::get("/");
    if let Some(accept) = accept {
        exchange.request.headers.insert(ACCEPT, accept.parse().unwrap());
    }
    let response = answers.render(&exchange, failure);
    let last = if response.extensions().get::<LastOfConnection>().is_some() { " last" } else { "" };
    let media = response.headers().get(CONTENT_TYPE).map_or("-", |value| value.to_str().unwrap()).to_owned();
    let status = response.status().as_u16();
    let body = response.into_body().hold(999).await.unwrap();
    format!("{status} {media} {}{last}", String::from_utf8_lossy(&body))
}

#[tokio::test]
async fn answers_are_chosen_by_key_then_by_media_type() {
    let answers = answers(UsualAnswer::default());
    let json = r#"503 application/json {"k":"ONE","s":500,"p":"me"} last"#;
    for (key, accept, expected) in [
        ("ONE", Some("application/json"), json),
        ("ONE", None, "504 - sorry last"),
        ("ONE", Some("image/png"), "504 image/png sorry last"),
        ("ONE", Some("*/*, Application/JSON;q=0.5"), "504 *//*, Application/JSON;q=0.5 sorry last"),
        ("NARROW", Some("text/html"), "500 text/plain no \"luck\" last"),
        ("UNKNOWN", None, "418 - o last"),
        ("BROKEN", None, "500 -  last"),
    ] {
        let expected = expected.replace("*//*", "*/*");
        assert_eq!(said(&answers, accept, &keyed(key)).await, expected, "{key} {accept:?}");
    }
    let quality = said(&answers, Some("text/html;q=0.9, application/json"), &keyed("ONE")).await;
    assert!(quality.starts_with("503 "), "{quality}");
}

#[tokio::test]
async fn failures_of_the_gateway_have_the_key_of_their_kind() {
    let answers = answers(UsualAnswer::default());
    let down = Failure::new(FailureKind::UpstreamUnreachable, Blame::Upstream, "node n1 is down");
    assert_eq!(said(&answers, None, &down).await, "599 a/b down last");
    let other = Failure::new(FailureKind::UriTooLong, Blame::Client, "too long");
    assert_eq!(said(&answers, None, &other).await, "414 text/plain too long");
}

#[tokio::test]
async fn what_nobody_wrote_an_answer_for_is_told_as_the_client_accepts() {
    let mut plain = Answers { keyed: Some(Box::default()), ..Answers::default() };
    let json = r#"{"message":"no \"luck\"","http_status_code":500}"#;
    let text = "500 text/plain no \"luck\" last";
    for (listed, accept, expected) in [
        (false, Some("application/json"), format!("500 application/json {json} last")),
        (false, Some("text/html, */*;q=0.1"), format!("500 application/json {json} last")),
        (false, Some("application/json-patch"), format!("500 application/json {json} last")),
        (true, Some("application/json-patch"), text.to_owned()),
        (true, Some("text/html, application/json;q=0"), format!("500 application/json {json} last")),
        (true, None, text.to_owned()),
        (false, None, text.to_owned()),
    ] {
        plain.keyed.as_mut().unwrap().usual.listed = listed;
        let ready = ReadyAnswers::compile(&plain).unwrap();
        assert_eq!(said(&ready, accept, &keyed("K")).await, expected, "{listed} {accept:?}");
    }
    plain.keyed.as_mut().unwrap().usual.always_close = true;
    let ready = ReadyAnswers::compile(&plain).unwrap();
    let mute = Failure::keyed(FailureKind::Forbidden, Blame::Client, &Keyed { status: 403, key: None, message: None });
    assert_eq!(said(&ready, Some("*/*"), &mute).await, "403 -  last");
}
