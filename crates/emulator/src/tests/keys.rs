//! Who may call: several keys, session tokens, everybody.

use super::site::{Ask, Site, python, send};
use crate::settings::{KeyPair, Settings};
use model::Secret;

fn keys(settings: &mut Settings) {
    settings.keys.push(KeyPair {
        access_key: "temporary".into(),
        secret_key: Secret::new("secret"),
        session_token: Some(Secret::new("token")),
    });
}

#[tokio::test]
async fn a_key_with_a_token_is_taken_only_with_it() {
    let site = Site::with(|_, settings| keys(settings)).await;
    site.write("f/lambda_function.py", &python("    return 1"));
    for (access_key, secret_key, session_token, status) in [
        ("local", "local", None, 200),
        ("local", "local", Some("any"), 200),
        ("temporary", "secret", Some("token"), 200),
        ("temporary", "secret", Some("tokem"), 403),
        ("temporary", "secret", None, 403),
        ("temporary", "local", Some("token"), 403),
    ] {
        let ask = Ask { access_key, secret_key, session_token, ..site.ask("f", "{}") };
        let told = ask.send().await;
        assert_eq!(told.status, status, "{access_key} {session_token:?} {told:?}");
        if session_token != Some("token") && status == 403 {
            assert_eq!(told.header("x-amzn-errortype"), Some("UnrecognizedClientException"));
        }
    }
    site.stop().await;
}

#[tokio::test]
async fn without_auth_everybody_may_do_everything() {
    let site = Site::with(|_, settings| settings.auth = false).await;
    site.write("f/lambda_function.py", &python("    return {'statusCode': 200, 'body': '1'}"));
    site.write("f/function.yaml", "url: { auth: AWS_IAM }");
    for (method, path) in [
        ("POST", "/2015-03-31/functions/f/invocations"),
        ("POST", "/2021-11-15/functions/f/response-streaming-invocations"),
        ("GET", "/2015-03-31/functions"),
        ("GET", "/url/f/"),
        ("GET", "/stage/prod/f/"),
        ("POST", "/?Action=GetCallerIdentity"),
    ] {
        let told = send(site.emulator.address(), site.request(method, path, "").unsigned()).await;
        assert_eq!(told.status, 200, "{path} {told:?}");
        // A signature that is there is not looked at.
        let ask = Ask { secret_key: "wrong", ..site.request(method, path, "") };
        assert_eq!(ask.send().await.status, 200, "{path}");
    }
    site.stop().await;
}

#[tokio::test]
async fn without_auth_pages_of_other_sites_may_still_not_call() {
    let site = Site::with(|_, settings| settings.auth = false).await;
    site.write("f/lambda_function.py", &super::site::python("    return 1"));
    let port = site.emulator.address().port();
    let here = format!("http://localhost:{port}");
    for (name, value, status) in [
        ("origin", "https://evil.example", 403),
        ("origin", "null", 403),
        ("origin", "http://localhost.evil.example", 403),
        ("origin", &*here, 200),
        ("origin", "http://127.0.0.1:3000", 200),
        ("host", "rebound.evil.example", 403),
        ("host", "localhost", 200),
        ("host", "host.docker.internal:9001", 200),
    ] {
        for path in ["/2015-03-31/functions/f/invocations", "/"] {
            let mut ask = site.request("POST", path, if path == "/" { "Action=GetCallerIdentity" } else { "{}" });
            match name {
                "host" => value.clone_into(&mut ask.host),
                name => ask = ask.header(name, value),
            }
            let told = super::site::send(ask.address, ask.unsigned()).await;
            assert_eq!(told.status, status, "{name}: {value} {path} {told:?}");
        }
    }
    site.stop().await;
}
