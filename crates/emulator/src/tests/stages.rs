//! Stages of REST APIs: who may call, events, replies.

use super::site::{Ask, Site, Told, python, send};
use serde_json::{Value, json};

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. \
    Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

fn ask(site: &Site, path: &str) -> Ask {
    Ask { service: "execute-api", ..site.request("GET", path, "") }
}

async fn open(ask: &Ask) -> Told {
    send(ask.address, ask.unsigned()).await
}

#[tokio::test]
async fn a_stage_wants_a_key_or_a_signature() {
    let site = Site::python("    return {'statusCode': 200}").await;
    let missing = "Missing Authentication Token";
    let path = "/stage/prod/f/a";
    let signed = ask(&site, path);
    for (case, told, expected) in [
        ("api key", open(&signed.clone().header("x-api-key", "local")).await, None),
        ("signature", signed.send().await, None),
        ("both", signed.clone().header("x-api-key", "wrong").send().await, None),
        ("wrong api key", open(&signed.clone().header("x-api-key", "wrong")).await, Some("Forbidden")),
        ("half an api key", open(&signed.clone().header("x-api-key", "loca")).await, Some("Forbidden")),
        ("nothing", open(&signed).await, Some(missing)),
        ("bearer", open(&signed.clone().header("authorization", "Bearer x")).await, Some(missing)),
        ("secret", Ask { secret_key: "wrong", ..signed.clone() }.send().await, Some(MISMATCH)),
        (
            "key",
            Ask { access_key: "stranger", ..signed.clone() }.send().await,
            Some("The security token included in the request is invalid."),
        ),
        (
            "service",
            Ask { service: "lambda", ..signed.clone() }.send().await,
            Some("Credential should be scoped to correct service: 'execute-api'. "),
        ),
        ("function", ask(&site, "/stage/prod/absent/a").send().await, Some(missing)),
        ("no function", ask(&site, "/stage/prod").send().await, Some(missing)),
    ] {
        match expected {
            None => assert_eq!(told.status, 200, "{case}: {told:?}"),
            Some(message) => {
                assert_eq!((told.status, told.json()), (403, json!({ "message": message })), "{case}");
                assert!(told.header("x-amzn-errortype").is_some(), "{case}");
            }
        }
    }
    site.stop().await;
}

#[tokio::test]
async fn a_stage_gives_its_function_a_rest_event() {
    let site = Site::python("    import json\n    return {'statusCode': 200, 'body': json.dumps(event)}").await;
    let ask = Ask { method: "POST", body: "text".into(), ..ask(&site, "/stage/prod/f/a%20b/c?x=1&x=2") };
    let told = open(&ask.clone().header("x-api-key", "local")).await;
    let event: Value = told.json();
    for (pointer, expected) in [
        ("/version", None),
        ("/resource", Some(json!("/{proxy+}"))),
        ("/path", Some(json!("/a%20b/c"))),
        ("/httpMethod", Some(json!("POST"))),
        ("/pathParameters", Some(json!({ "proxy": "a b/c" }))),
        ("/queryStringParameters", Some(json!({ "x": "2" }))),
        ("/multiValueQueryStringParameters", Some(json!({ "x": ["1", "2"] }))),
        ("/stageVariables", Some(json!(null))),
        ("/body", Some(json!("text"))),
        ("/isBase64Encoded", Some(json!(false))),
        ("/requestContext/stage", Some(json!("prod"))),
        ("/requestContext/path", Some(json!("/prod/a%20b/c"))),
        ("/requestContext/resourcePath", Some(json!("/{proxy+}"))),
        ("/requestContext/apiId", Some(json!("f"))),
        ("/requestContext/accountId", Some(json!("000000000000"))),
        ("/requestContext/identity/apiKey", Some(json!("local"))),
        ("/requestContext/identity/accessKey", Some(json!(null))),
        ("/requestContext/identity/sourceIp", Some(json!("127.0.0.1"))),
    ] {
        assert_eq!(event.pointer(pointer), expected.as_ref(), "{pointer} {event}");
    }
    let event: Value = Ask { path: "/stage/prod/f".into(), ..ask }.send().await.json();
    assert_eq!((&event["resource"], &event["pathParameters"]), (&json!("/"), &json!(null)), "{event}");
    assert_eq!(event["requestContext"]["identity"]["accessKey"], "local");
    site.stop().await;
}

#[tokio::test]
async fn a_reply_that_means_nothing_is_an_internal_error() {
    for (body, status) in [
        ("{'statusCode': 201, 'body': 'x'}", 201),
        ("{'statusCode': '201'}", 201),
        ("{'statusCode': 200, 'multiValueHeaders': {'x-a': ['b']}, 'isBase64Encoded': False}", 200),
        ("{'statusCode': 200, 'cookies': []}", 502),
        ("{'body': 'x'}", 502),
        ("'text'", 502),
        ("None", 502),
        ("{'statusCode': 200, 'body': {}}", 502),
        ("1 / 0", 502),
    ] {
        let site = Site::python(&format!("    return {body}")).await;
        let told = ask(&site, "/stage/prod/f/").send().await;
        assert_eq!(told.status, status, "{body}");
        if status == 502 {
            assert_eq!(told.body, r#"{"message": "Internal server error"}"#, "{body}");
            assert_eq!(told.header("x-amzn-errortype"), Some("InternalServerErrorException"));
        }
        site.stop().await;
    }
    let site = Site::start().await;
    site.write("f/lambda_function.py", &python("    pass"));
    site.write("f/function.yaml", "faults: { throttle: {} }");
    assert_eq!(ask(&site, "/stage/prod/f/").send().await.status, 500);
    site.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_stage_waits_29_seconds() {
    let site = Site::start().await;
    site.write("f/lambda_function.py", &python("    pass"));
    site.write("f/function.yaml", "faults: { latency: 40s, error: Wanted }");
    let began = tokio::time::Instant::now();
    let told = ask(&site, "/stage/prod/f/").send().await;
    assert_eq!((told.status, began.elapsed().as_secs()), (504, 29));
    assert_eq!(told.body, r#"{"message": "Endpoint request timed out"}"#);
    site.stop().await;
}
