//! A request's way into a function and back, in each event shape, with Python and Node.

use crate::gate::Gate;
use crate::site::Site;
use serde_json::{Value, json};

const CONFIG: &str = "
listen: 127.0.0.1:0
routes:
  - match: { path: '/v1/{id}' }
    function: { name: echo-python, event: http-v1, reply: raw }
  - match: { path: '/v2/{id}' }
    function: { name: echo-node, event: http-v2, reply: raw }
  - match: { path: '/alb/{id}' }
    function: { name: echo-python, event: alb, reply: raw }
  - match: { path: /raw }
    function: { name: echo-node, event: raw, reply: raw }
  - match: { path: /fields }
    function: { name: echo-python, event: { fields: [] }, reply: raw }
  - match: { path: /binary }
    function: { name: binary }
  - match: { path: /proxy }
    function: { name: proxy }
  - match: { path: /inferred }
    function: { name: inferred }
";

fn site() -> Site {
    Site::new(CONFIG)
        .python("echo-python", "return event")
        .node("echo-node", "return event;")
        .node(
            "binary",
            "const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
             return { statusCode: 200, headers: { 'content-type': 'application/octet-stream' },
                      isBase64Encoded: true, body: Buffer.from(body).reverse().toString('base64') };",
        )
        .python(
            "proxy",
            "return {'statusCode': 201, 'headers': {'x-one': '1'}, 'multiValueHeaders': {'x-many': ['a', 'b']},
                     'cookies': ['a=1', 'b=2'], 'body': 'made', 'unknown': True}",
        )
        .node("inferred", "return { hello: event.queryStringParameters?.name ?? 'world' };")
}

/// Every member of `expected` stands in `actual` with that value.
fn assert_holds(actual: &Value, expected: &Value) {
    match (actual, expected) {
        (Value::Object(actual), Value::Object(expected)) => {
            for (name, value) in expected {
                assert_holds(actual.get(name).unwrap_or_else(|| panic!("no {name} in {actual:?}")), value);
            }
        }
        _ => assert_eq!(actual, expected),
    }
}

#[test]
fn each_event_shape_reaches_real_code() {
    let site = site();
    let gate = Gate::dev(&site);
    let headers = [("x-twice", "1"), ("x-twice", "2"), ("cookie", "k=v; l=w"), ("content-type", "application/json")];
    let target = |path: &str| format!("{path}?q=a%20b&q=c&empty=");
    let ask = |path: &str| gate.request("POST", &target(path), &headers, b"{\"n\":1}").json();

    assert_holds(
        &ask("/v1/7%2F8"),
        &json!({
            "httpMethod": "POST", "path": "/v1/7%2F8", "resource": "/v1/{id}",
            "pathParameters": {"id": "7/8"},
            "multiValueQueryStringParameters": {"q": ["a b", "c"], "empty": [""]},
            "queryStringParameters": {"q": "c"},
            "body": "{\"n\":1}", "isBase64Encoded": false,
            "requestContext": {"identity": {"sourceIp": "127.0.0.1"}, "httpMethod": "POST", "resourcePath": "/v1/{id}"},
        }),
    );
    assert_holds(
        &ask("/v2/7"),
        &json!({
            "version": "2.0", "routeKey": "POST /v2/{id}", "rawPath": "/v2/7", "rawQueryString": "q=a%20b&q=c&empty=",
            "cookies": ["k=v", "l=w"], "queryStringParameters": {"q": "a b,c", "empty": ""}, "pathParameters": {"id": "7"},
            "headers": {"x-twice": "1,2", "content-type": "application/json"},
            "requestContext": {"http": {"method": "POST", "path": "/v2/7", "sourceIp": "127.0.0.1", "protocol": "HTTP/1.1"}},
            "body": "{\"n\":1}", "isBase64Encoded": false,
        }),
    );
    assert_holds(&ask("/alb/7"), &json!({ "httpMethod": "POST", "path": "/alb/7", "body": "{\"n\":1}" }));
    assert_eq!(ask("/raw"), json!({"n": 1}));
    assert_holds(&ask("/fields"), &json!({"n": 1}));
}

#[test]
fn binary_bodies_pass_both_ways() {
    let site = site();
    let gate = Gate::dev(&site);
    let body: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let answer = gate.request("POST", "/binary", &[("content-type", "image/png")], &body);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/octet-stream"));
    assert!(answer.body.iter().eq(body.iter().rev()), "the bytes came back in reverse");
}

#[test]
fn a_proxy_reply_becomes_the_response() {
    let site = site();
    let gate = Gate::dev(&site);
    let answer = gate.get("/proxy");
    assert_eq!((answer.status, answer.text().as_str()), (201, "made"));
    assert_eq!(answer.all("set-cookie"), ["a=1", "b=2"]);
    assert_eq!(answer.all("x-many"), ["a", "b"]);
    assert_eq!(answer.header("x-one"), Some("1"));
    assert!(answer.headers.iter().all(|(name, _)| !name.to_lowercase().starts_with("x-amz")), "{:?}", answer.headers);
    let inferred = gate.get("/inferred?name=you");
    assert_eq!((inferred.status, inferred.json()), (200, json!({"hello": "you"})));
    assert_eq!(inferred.header("content-type"), Some("application/json"));
}
