//! ECS and EKS Pod Identity.

use super::super::container::Container;
use super::super::source::CredentialSource;
use super::super::surroundings::Surroundings;
use super::double::{Double, answer, field, keys_json};
use super::{Folder, around, key, lack, names};
use std::sync::Arc;

async fn agent(token: &'static str) -> Double {
    Double::start(move |asked| match (asked.uri().path(), field(asked, "authorization")) {
        ("/v2/credentials/7", _) => answer(200, keys_json("ASECS")),
        ("/v1/credentials", Some(given)) if given == token => answer(200, keys_json("ASPOD")),
        ("/v1/credentials", _) => answer(401, r#"{"message":"bad token"}"#),
        ("/odd", _) => answer(200, "<html>"),
        _ => answer(404, ""),
    })
    .await
}

#[tokio::test]
async fn an_ecs_task_asks_the_relative_address() {
    let agent = agent("").await;
    let variables = [("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/7")];
    let container = Container::new(Arc::new(Surroundings { container: agent.url.clone(), ..around(&variables) }));
    let found = container.fetch().await.unwrap();
    assert_eq!(key(&found), ("ASECS", "hush", Some("token of ASECS")));
    assert!(found.keys.expires.is_some() && found.clock.is_some());
    assert_eq!(found.origin, format!("{}/v2/credentials/7", agent.url));
}

#[tokio::test]
async fn pod_identity_sends_the_token_of_the_file_each_time_as_it_is() {
    let agent = agent("second").await;
    let folder = Folder::new("pod");
    let file = folder.write("token", "first\n");
    let url = format!("{}/v1/credentials", agent.url);
    let variables = [
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", url.as_str()),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &file),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "hush, the file goes first"),
    ];
    let container = Container::new(Arc::new(around(&variables)));
    names(&lack(container.fetch().await), &["container", &url, "401", "bad token", "pod identity association"]);
    folder.write("token", "second\n");
    assert_eq!(key(&container.fetch().await.unwrap()).0, "ASPOD");
}

#[tokio::test]
async fn what_cannot_work_names_address_or_file_and_a_remedy() {
    let agent = agent("").await;
    let odd = format!("{}/odd", agent.url);
    let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    let file = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
    for (variables, parts) in [
        (vec![(full, "http://keys.example.com/x")], vec!["keys.example.com", "without TLS", "use https"]),
        (vec![(full, "ftp://127.0.0.1/x")], vec![full, "write https"]),
        (vec![(full, odd.as_str()), (file, "/nonexistent/token")], vec!["/nonexistent/token", "cannot be read", file]),
        (vec![(full, odd.as_str())], vec![odd.as_str(), "no JSON object"]),
        (vec![(full, "http://127.0.0.1:1/x")], vec!["http://127.0.0.1:1/x", "agent"]),
    ] {
        let lack = lack(Container::new(Arc::new(around(&variables))).fetch().await);
        assert!(!lack.absent, "{lack}");
        names(&lack, &parts);
    }
    assert!(lack(Container::new(Arc::new(around(&[]))).fetch().await).absent);
}
