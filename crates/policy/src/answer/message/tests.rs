//! Cases of `message`: two families of refusals in their exact forms, as a widely used gateway words them.

use super::super::{Answers, ReadyAnswer, ReadyAnswers};
use crate::exchange::Exchange;
use crate::exchange::testing;
use crate::failure::{Blame, Failure};
use http::header::ACCEPT;
use model::answer::{Answer, AnswerBody, Escape, FailureKind, KindMessage, MessageForm, MessageForms, Piece, Template};

const ID: &str = "0123456789abcdef0123456789abcdef";

const JSON: &str = "{\n  \"message\":\"M\",\n  \"request_id\":\"0123456789abcdef0123456789abcdef\"\n}";
const PLAIN: &str = "M\nrequest_id: 0123456789abcdef0123456789abcdef\n";
const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<error>\n  <message>M</message>\n  \
    <requestid>0123456789abcdef0123456789abcdef</requestid>\n</error>\n";
const HTML: &str = "<!doctype html>\n<html>\n  <head>\n    <meta charset=\"utf-8\">\n    <title>Error</title>\n  \
    </head>\n  <body>\n    <h1>Error</h1>\n    <p>M.</p>\n    \
    <p>request_id: 0123456789abcdef0123456789abcdef</p>\n  </body>\n</html>\n";

/// A form of which `text` is what it makes of the message `M` and the id.
fn form(media_types: &[&str], escape: Escape, text: &str) -> MessageForm {
    let (before, after) = text.split_once('M').unwrap();
    let (between, after) = after.split_once(ID).unwrap();
    let piece = |text: &str| Piece::Text(text.to_owned());
    let pieces = vec![piece(before), Piece::Message, piece(between), Piece::RequestId, piece(after)];
    MessageForm {
        media_types: media_types.iter().map(|media| (*media).to_owned()).collect(),
        content_type: format!("{}; charset=utf-8", media_types[0]),
        template: Template { escape, pieces },
    }
}

fn forms() -> MessageForms {
    let said = |status, message: Option<&str>, unasked: Option<&str>| KindMessage {
        status,
        message: message.map(str::to_owned),
        unasked: unasked.map(str::to_owned),
    };
    MessageForms {
        forms: vec![
            form(&["application/json"], Escape::Json, JSON),
            form(&["text/plain"], Escape::None, PLAIN),
            form(&["text/html"], Escape::Markup, HTML),
            form(&["application/xml", "text/xml"], Escape::Markup, XML),
        ],
        kinds: [
            (FailureKind::NoRoute, said(404, Some("no Route matched with those values"), None)),
            (FailureKind::Throttled, said(500, Some("An unexpected error occurred"), None)),
            (FailureKind::UpstreamTimeout, said(504, Some("The upstream server is timing out"), Some("text/plain"))),
            (FailureKind::Unauthorized, said(401, None, None)),
        ]
        .into(),
        statuses: [(429, "Too many requests".to_owned())].into(),
    }
}

fn answers() -> ReadyAnswers {
    ReadyAnswers::compile(&Answers { messages: Some(forms()), ..Answers::default() }).unwrap()
}

fn asking(accept: Option<&str>) -> Exchange {
    let mut exchange = testing::get("/a?b");
    exchange.id = ID.into();
    if let Some(accept) = accept {
        exchange.request.headers.insert(ACCEPT, accept.parse().unwrap());
    }
    exchange.messages = answers().messages().cloned();
    exchange
}

/// Status, `content-type`, body.
async fn seen(response: http::Response<net::Body>) -> (u16, String, String) {
    let (head, body) = response.into_parts();
    let media = head.headers.get("content-type").map_or("", |value| value.to_str().unwrap()).to_owned();
    (head.status.as_u16(), media, String::from_utf8(body.hold(9999).await.unwrap().to_vec()).unwrap())
}

#[tokio::test]
async fn the_form_is_the_one_that_the_client_wants_most() {
    let answer = ReadyAnswer::compile(&Answer::message(403, "M")).unwrap();
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for (accept, media, body) in [
        (None, "application/json; charset=utf-8", JSON),
        (Some("*/*"), "application/json; charset=utf-8", JSON),
        (Some("image/png"), "application/json; charset=utf-8", JSON),
        (Some("nonsense"), "application/json; charset=utf-8", JSON),
        (Some("application/json"), "application/json; charset=utf-8", JSON),
        (Some("application/*"), "application/json; charset=utf-8", JSON),
        (Some("text/plain"), "text/plain; charset=utf-8", PLAIN),
        (Some("text/*"), "text/plain; charset=utf-8", PLAIN),
        (Some("text/html"), "text/html; charset=utf-8", HTML),
        (Some(browser), "text/html; charset=utf-8", HTML),
        (Some("application/xml"), "application/xml; charset=utf-8", XML),
        (Some("text/html;q=0.3, text/xml;q=0.7"), "application/xml; charset=utf-8", XML),
        (Some("text/html;q=0, */*;q=0.1"), "application/json; charset=utf-8", JSON),
    ] {
        let found = seen(answer.render(&asking(accept), None)).await;
        assert_eq!(found, (403, media.to_owned(), body.to_owned()), "{accept:?}");
    }
}

#[tokio::test]
async fn each_kind_has_its_words_its_status_and_its_form_for_who_asks_for_none() {
    let cases = [
        (FailureKind::NoRoute, None, None, (404, JSON, "no Route matched with those values")),
        (FailureKind::Throttled, None, None, (500, JSON, "An unexpected error occurred")),
        (FailureKind::Throttled, Some(429), None, (429, JSON, "Too many requests")),
        (FailureKind::Throttled, Some(418), None, (418, JSON, "own words")),
        (FailureKind::UpstreamTimeout, None, None, (504, PLAIN, "The upstream server is timing out")),
        (FailureKind::UpstreamTimeout, None, Some("*/*"), (504, JSON, "The upstream server is timing out")),
        (FailureKind::Unauthorized, None, None, (401, JSON, "own words")),
        (FailureKind::BodyTooLarge, None, None, (413, JSON, "own words")),
    ];
    for (kind, given, accept, (status, form, message)) in cases {
        let mut failure = Failure::new(kind, Blame::Client, "own words");
        failure.status = given;
        let (found, _, body) = seen(answers().render(&asking(accept), &failure)).await;
        assert_eq!((found, body), (status, form.replacen('M', message, 1)), "{kind:?} {given:?} {accept:?}");
    }
}

#[tokio::test]
async fn what_is_filled_in_stays_text() {
    let odd = "a\"<b>&\\\n";
    let answer = ReadyAnswer::compile(&Answer::message(400, odd)).unwrap();
    let json = seen(answer.render(&asking(None), None)).await.2;
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["message"], odd);
    let html = seen(answer.render(&asking(Some("text/html")), None)).await.2;
    assert!(html.contains("<p>a&quot;&lt;b&gt;&amp;\\\n.</p>"), "{html}");
}

#[tokio::test]
async fn a_message_without_forms_is_told_as_problem_details_where_it_is_one() {
    let mut exchange = asking(None);
    exchange.messages = None;
    let answer = ReadyAnswer::compile(&Answer::message(403, "not for you")).unwrap();
    let (status, media, body) = seen(answer.render(&exchange, None)).await;
    let expected = format!(
        r#"{{"type":"about:blank","title":"Forbidden","status":403,"detail":"not for you","request_id":"{ID}"}}"#
    );
    assert_eq!((status, &*media, body), (403, "application/problem+json", expected));

    let redirect = ReadyAnswer::compile(&Answer::message(302, "it is elsewhere")).unwrap();
    let (status, media, body) = seen(redirect.render(&exchange, None)).await;
    assert_eq!((status, &*media, &*body), (302, "text/plain; charset=utf-8", "it is elsewhere"));
}

#[tokio::test]
async fn a_template_of_an_answer_tells_the_reason() {
    let pieces = vec![Piece::Text("{\"error\":\"".into()), Piece::Reason, Piece::Text("\"}".into())];
    let body = AnswerBody::Template(Template { escape: Escape::Json, pieces });
    let answer = ReadyAnswer::compile(&Answer { body, ..Answer::status(502) }).unwrap();
    let mut failure = Failure::new(FailureKind::MalformedReply, Blame::Function, "public");
    assert_eq!(seen(answer.render(&asking(None), Some(&failure))).await.2, r#"{"error":"public"}"#);
    failure.reason = Some("statusCode validation failed".into());
    let (status, _, body) = seen(answer.render(&asking(None), Some(&failure))).await;
    assert_eq!((status, &*body), (502, r#"{"error":"statusCode validation failed"}"#));
}
