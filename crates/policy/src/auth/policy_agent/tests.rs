//! Cases of `policy-agent`.

use super::*;
use crate::exchange::testing;
use crate::server::testing::Double;
use serde_json::json;

fn data(double: &Double) -> Data {
    let upstream = vec!["x-user".to_owned(), "x-scope".to_owned()];
    Data { server: double.data.clone(), route: false, service: false, consumer: true, upstream }
}

async fn judge(data: &Data) -> (Outcome, Exchange) {
    let request = http::Request::get("/a%20b?c=d&c=e").header("host", "Shop.test:80").header("x-user", "forged");
    let mut exchange = testing::of(request.header("accept", "a").header("accept", "b"));
    let outcome = PolicyAgent::compile(data).unwrap().judge(&mut exchange).await;
    (outcome, exchange)
}

#[tokio::test]
async fn the_agent_is_told_of_the_request() {
    let double = Double::answering(200, r#"{"result": {"allow": true, "headers": {"X-Scope": [1, "b"]}}}"#).await;
    let (outcome, exchange) = judge(&data(&double)).await;
    assert!(matches!(outcome, Outcome::Continue));
    let headers = &exchange.request.headers;
    let scopes: Vec<_> = headers.get_all("x-scope").iter().map(|value| value.to_str().unwrap()).collect();
    assert_eq!((headers.get("x-user"), scopes), (None, vec!["1", "b"]));

    let asked = double.asked.lock().unwrap().pop().unwrap();
    let (head, body) = asked.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /x") && head.contains("content-type: application/json"), "{head}");
    let input = &serde_json::from_str::<Value>(body).unwrap()["input"];
    let request = &input["request"];
    assert_eq!(request["path"], "/a b");
    assert_eq!(request["query"], json!({"c": ["d", "e"]}));
    assert_eq!((&request["host"], &request["method"]), (&json!("shop.test"), &json!("GET")));
    assert_eq!(request["headers"], json!({"host": "Shop.test:80", "x-user": "forged", "accept": ["a", "b"]}));
    assert_eq!(input["var"]["remote_addr"], "127.0.0.1");
    assert_eq!(input.get("consumer"), None, "nobody is known");
}

/// Status, body and the field `x-why` of the answer; `None` where the request passes.
async fn answer(said: &str) -> Option<(u16, String, Option<String>)> {
    let double = Double::answering(200, said).await;
    match judge(&data(&double)).await.0 {
        Outcome::Continue => None,
        Outcome::Respond(response) => {
            let why = response.headers().get("x-why").map(|value| value.to_str().unwrap().to_owned());
            let status = response.status().as_u16();
            let body = response.into_body().hold(99).await.unwrap();
            Some((status, String::from_utf8(body.to_vec()).unwrap(), why))
        }
        Outcome::Fail(failure) => {
            let why = failure.headers.iter().find(|(name, _)| name == "x-why");
            Some((failure.status.unwrap(), String::new(), why.map(|(_, value)| value.to_str().unwrap().to_owned())))
        }
    }
}

#[tokio::test]
async fn only_a_decision_that_allows_lets_pass() {
    let refused = |status: u16, body: &str, why: Option<&str>| Some((status, body.to_owned(), why.map(str::to_owned)));
    for (said, expected) in [
        (r#"{"result": {"allow": true}}"#, None),
        (r#"{"result": {"allow": false}}"#, refused(403, "", None)),
        (r#"{"result": {}}"#, refused(403, "", None)),
        (r#"{"result": {"allow": "yes"}}"#, refused(403, "", None)),
        (r#"{"result": {"allow": false, "status_code": 302, "headers": {"X-Why": 7}}}"#, refused(302, "", Some("7"))),
        (r#"{"result": {"allow": false, "status_code": 99, "reason": "no"}}"#, refused(403, "no", None)),
        (
            r#"{"result": {"reason": {"code": 1}, "status_code": 401, "headers": {"x-why": "a", "content-length": "1"}}}"#,
            refused(401, r#"{"code":1}"#, Some("a")),
        ),
        (r#"{"result": true}"#, refused(503, "", None)),
        (r#"{"allow": true}"#, refused(503, "", None)),
        ("nonsense", refused(503, "", None)),
    ] {
        assert_eq!(answer(said).await, expected, "{said}");
    }
}

#[tokio::test]
async fn without_an_agent_nobody_passes() {
    let double = Double::answering(200, "").await;
    let nowhere = model::server::Server { url: "http://127.0.0.1:1/".to_owned(), ..double.data.clone() };
    let (outcome, _) = judge(&Data { server: nowhere, ..data(&double) }).await;
    assert!(matches!(outcome, Outcome::Fail(failure) if failure.status == Some(403)));
}
