//! Asking who one is.

use super::site::{Ask, Site, send};

#[tokio::test]
async fn a_caller_is_told_who_it_is() {
    let site = Site::start().await;
    let question = "Action=GetCallerIdentity&Version=2011-06-15";
    let sts = |access_key, body: &'static str| Ask { service: "sts", access_key, ..site.request("POST", "/", body) };
    let arn = "<Arn>arn:aws:iam::000000000000:user/local</Arn>";
    let other = Ask { service: "lambda", ..sts("local", question) };
    let wrong = Ask { secret_key: "wrong", ..sts("local", question) };
    let get = Ask { method: "GET", path: format!("/?{question}"), ..sts("local", "") };
    for (case, ask, status, text) in [
        ("post", sts("local", question), 200, arn),
        ("get", get, 200, arn),
        ("account", sts("local", question), 200, "<Account>000000000000</Account>"),
        ("stranger", sts("stranger", question), 403, "<Code>InvalidClientTokenId</Code>"),
        ("secret", wrong, 403, "<Code>SignatureDoesNotMatch</Code>"),
        ("service", other, 403, "scoped to correct service: 'sts'"),
        ("action", sts("local", "Action=AssumeRole<"), 400, "Could not find operation AssumeRole&lt; for version"),
    ] {
        let told = ask.send().await;
        let body = String::from_utf8(told.body.to_vec()).unwrap();
        assert_eq!((told.status, told.header("content-type")), (status, Some("text/xml")), "{case}: {body}");
        assert!(body.contains(text), "{case}: {body}");
        assert!(body.contains(told.header("x-amzn-requestid").unwrap()), "{case}: {body}");
    }
    let told = send(site.emulator.address(), sts("local", question).unsigned()).await;
    let body = String::from_utf8(told.body.to_vec()).unwrap();
    assert!(told.status == 403 && body.contains("<Code>MissingAuthenticationToken</Code>"), "{body}");
    site.stop().await;
}
