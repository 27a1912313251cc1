//! Cases of `transform`.

use super::*;
use crate::exchange::testing;
use model::policy::JsonScalar;
use net::Body;

fn pairs(list: &[(&str, &str)]) -> Vec<(String, RequestText)> {
    list.iter().map(|(name, text)| ((*name).to_owned(), RequestText::parse(text).unwrap())).collect()
}

fn changes() -> TextChanges {
    TextChanges {
        remove: vec!["gone".into()],
        rename: vec![("old".into(), "new".into()), ("none".into(), "nothing".into())],
        replace: pairs(&[("kept", "replaced"), ("missing", "x")]),
        add: pairs(&[("kept", "y"), ("added", "$(headers.who)-$(uri_captures.id)")]),
        append: pairs(&[("kept", "appended")]),
    }
}

async fn run(policy: &dyn Policy, exchange: &mut Exchange) {
    let outcome = match policy.run(exchange) {
        Running::Done(outcome) => outcome,
        Running::Wait(future) => future.await,
    };
    assert!(matches!(outcome, Outcome::Continue));
}

fn request(content_type: &str, body: &'static str) -> Exchange {
    let request = http::Request::get("/p?gone=1&old=%20a&kept=1&kept=2&b=%2f")
        .header("content-type", content_type)
        .header("content-length", body.len())
        .header("who", "me")
        .header("gone", "1")
        .header("old", "a")
        .header("kept", "1")
        .header("kept", "2");
    let mut exchange = testing::with_body(request, body);
    exchange.params.push(("id".into(), "7".to_owned()));
    exchange
}

#[tokio::test]
async fn requests_are_changed_in_all_their_parts() {
    let data = RequestData {
        path: Some(RequestText::parse("/new/$(uri_captures.id)").unwrap()),
        method: Some("PUT".into()),
        headers: changes(),
        body: changes(),
        query: changes(),
    };
    let policy = RequestTransform::compile(&data).unwrap();
    let cases = [
        (
            "application/json",
            r#"{"gone":1,"old":{"a":1.0},"kept":1,"b":12345678901234567890.5}"#,
            r#"{"kept":["replaced","appended"],"b":12345678901234567890.5,"new":{"a":1.0},"added":"me-7"}"#,
        ),
        (
            "application/x-www-form-urlencoded",
            "gone=1&old=%20a&kept=1&kept=2",
            "new=%20a&kept=replaced&added=me-7&kept=appended",
        ),
        ("text/plain", "gone=1", "gone=1"),
    ];
    for (content_type, body, expected) in cases {
        let mut exchange = request(content_type, body);
        run(&policy, &mut exchange).await;
        let head = &exchange.request;
        assert_eq!(head.method, "PUT");
        assert_eq!(head.uri, "/p?new=%20a&kept=replaced&b=%2f&added=me-7&kept=appended");
        assert_eq!(exchange.forwarded_path.as_deref(), Some("/new/7"));
        assert_eq!(exchange.received.as_ref().unwrap(), "/p?gone=1&old=%20a&kept=1&kept=2&b=%2f");
        let values = |name: &str| head.headers.get_all(name).iter().map(|v| v.to_str().unwrap()).collect::<Vec<_>>();
        assert_eq!(values("kept"), ["replaced", "appended"]);
        assert_eq!((values("new"), values("added")), (vec!["a"], vec!["me-7"]));
        assert!(["gone", "old", "nothing", "missing"].iter().all(|name| !head.headers.contains_key(*name)));
        let length = values("content-length").join(",");
        let held = exchange.hold_body().await.unwrap();
        assert_eq!(held, expected);
        assert_eq!(length, held.len().to_string());
    }
}

#[test]
fn a_body_that_is_not_changed_is_not_held() {
    let data = RequestData { headers: changes(), ..RequestData::default() };
    let mut exchange = request("application/json", "{}");
    let outcome = RequestTransform::compile(&data).unwrap().run(&mut exchange).done();
    assert!(matches!(outcome, Outcome::Continue));
    assert_eq!(exchange.forwarded_path, None);
    assert_eq!(exchange.request.uri, "/p?gone=1&old=%20a&kept=1&kept=2&b=%2f");
}

#[test]
fn fields_that_frame_the_message_are_not_changed() {
    for name in ["Content-Length", "transfer-encoding", "a b"] {
        let headers = TextChanges { append: pairs(&[(name, "1")]), ..TextChanges::default() };
        assert!(RequestTransform::compile(&RequestData { headers, ..RequestData::default() }).is_err(), "{name}");
    }
}

fn scalars(list: &[(&str, JsonScalar)]) -> Vec<(String, JsonScalar)> {
    list.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

#[tokio::test]
async fn members_of_json_responses_are_changed_and_other_bodies_stay() {
    let text = |text: &str| JsonScalar::Text(text.to_owned());
    let json = JsonChanges {
        remove: vec!["gone".into()],
        rename: vec![("old".into(), "new".into())],
        replace: scalars(&[("kept", JsonScalar::Number("1.50".into())), ("missing", text("x"))]),
        add: scalars(&[("added", JsonScalar::Boolean(true)), ("odd", JsonScalar::Number("1x".into()))]),
        append: scalars(&[("list", text("b")), ("kept", text("c"))]),
    };
    let headers = TextChanges { add: pairs(&[("x-out", "1")]), ..TextChanges::default() };
    let policy = ResponseTransform::compile(&ResponseData { headers, json }).unwrap();
    let body = r#"{"gone":1,"old":2.0,"kept":3,"list":["a"]}"#;
    let changed = r#"{"kept":[1.5,"c"],"list":["a","b"],"new":2.0,"added":true,"odd":"1x"}"#;
    for (content_type, encoding, body, expected) in [
        ("application/json; charset=utf-8", None, body, changed),
        ("text/plain", None, body, body),
        ("application/json", Some("gzip"), body, body),
        ("application/json", None, "[1]", "[1]"),
    ] {
        let mut exchange = testing::get("/");
        let mut response = http::Response::builder().header("content-type", content_type);
        if let Some(encoding) = encoding {
            response = response.header("content-encoding", encoding);
        }
        exchange.response = Some(response.body(Body::from(body)).unwrap());
        run(&policy, &mut exchange).await;
        let response = exchange.response.unwrap();
        assert_eq!(response.headers()["x-out"], "1");
        assert_eq!(response.into_body().hold(9999).await.unwrap(), expected, "{content_type}");
    }
}
