//! Secrets that managers keep: Vault, AWS's and Google's, each played by a server on the loopback.

use crate::gate::Gate;
use crate::site::Site;
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

/// A server that answers each request by its head and body.
fn manager(answer: impl Fn(&str, &str) -> (u16, String) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut stream = BufReader::new(stream);
            let (head, body) = read(&mut stream);
            let (status, text) = answer(&head, &body);
            let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", text.len());
            stream.get_mut().write_all(format!("{head}{text}").as_bytes()).unwrap();
        }
    });
    address
}

fn read(stream: &mut BufReader<TcpStream>) -> (String, String) {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && stream.read_line(&mut head).unwrap() > 0 {}
    let length = head
        .to_lowercase()
        .split("content-length: ")
        .nth(1)
        .map_or(0, |rest| rest.split('\r').next().unwrap().parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    (head, String::from_utf8(body).unwrap())
}

fn vault() -> SocketAddr {
    manager(|head, _| {
        let knows = head.starts_with("GET /v1/kv/apisix/jack/auth ");
        match knows && head.contains("x-vault-token: root\r\n") && head.contains("x-vault-namespace: team\r\n") {
            true => (200, json!({"data": {"text": "from vault", "number": 7}}).to_string()),
            false => (403, json!({"errors": ["permission denied"]}).to_string()),
        }
    })
}

fn signed() -> SocketAddr {
    manager(|head, body| {
        let head = head.to_lowercase();
        let scope = "/eu-west-1/secretsmanager/aws4_request";
        let good = head.starts_with("post / ")
            && head.contains("x-amz-target: secretsmanager.getsecretvalue\r\n")
            && head.contains("content-type: application/x-amz-json-1.1\r\n")
            && head.contains("credential=akid/")
            && head.contains(scope)
            && head.contains("x-amz-security-token: session\r\n")
            && body == r#"{"SecretId":"team/db","VersionStage":"AWSCURRENT"}"#;
        let text = json!({"text": "from aws"}).to_string();
        if good { (200, json!({"SecretString": text}).to_string()) } else { (400, format!("{head}{body}")) }
    })
}

fn google() -> SocketAddr {
    manager(|head, body| {
        if head.starts_with("POST /token ") {
            let good =
                body.starts_with("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=ey");
            return (if good { 200 } else { 400 }, json!({"access_token": "t", "token_type": "Bearer"}).to_string());
        }
        let good = head.starts_with("GET /v1/projects/p/secrets/db/versions/latest:access ")
            && head.contains("authorization: Bearer t\r\n");
        let data = STANDARD.encode(json!({"text": "from google"}).to_string());
        (if good { 200 } else { 404 }, json!({"payload": {"data": data}}).to_string())
    })
}

/// A private key as Google's files have it.
fn private_key() -> String {
    let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let der = STANDARD.encode(key.as_der().unwrap().as_ref());
    format!("-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----\n")
}

fn route(uri: &str, body: &str) -> serde_json::Value {
    json!({"uri": uri, "plugins": {"mocking": {"response_example": "x", "content_type": "text/plain"},
        "response-rewrite": {"body": body}}})
}

#[test]
fn references_become_what_the_managers_keep() {
    let (vault, signed, google) = (vault(), signed(), google());
    let account = json!({"client_email": "a@b", "private_key": private_key(), "project_id": "p",
        "token_uri": format!("http://{google}/token"), "entries_uri": format!("http://{google}/v1/")});
    let objects = json!({
        "secrets": [
            {"id": "vault/1", "uri": format!("http://{vault}"), "prefix": "kv/apisix", "token": "$env://VAULT_TOKEN",
                "namespace": "team"},
            {"id": "vault/2", "uri": format!("http://{vault}"), "prefix": "kv/apisix", "token": "wrong"},
            {"id": "vault/3", "uri": "http://127.0.0.1:1", "prefix": "kv", "token": "t"},
            {"id": "aws/1", "access_key_id": "AKID", "secret_access_key": "s", "session_token": "session",
                "region": "eu-west-1", "endpoint_url": format!("http://{signed}")},
            {"id": "gcp/1", "auth_config": account},
        ],
        "routes": [
            route("/vault", "$secret://vault/1/jack/auth/text"),
            route("/number", "$secret://vault/1/jack/auth/number"),
            route("/aws", "$secret://aws/1/team/db/text"),
            route("/google", "$secret://gcp/1/db/text"),
            route("/member", "$secret://vault/1/jack/auth/none"),
            route("/refused", "$secret://vault/2/jack/auth/text"),
            route("/away", "$secret://vault/3/a/b"),
            route("/nowhere", "$secret://vault/9/a/b"),
        ],
    });
    let site = Site::new("");
    site.write("conf/config.yaml", "deployment: {role: data_plane, role_data_plane: {config_provider: yaml}}");
    site.write("conf/apisix.yaml", &format!("{objects}\n#END\n"));
    let arguments = ["run", "--apisix", "conf", "--listen", "127.0.0.1:0"];
    let gate = Gate::start_with(&site, &arguments, &[("VAULT_TOKEN", "root")]);
    for (path, status, body) in [
        ("/vault", 200, Some("from vault")),
        ("/number", 200, Some("7")),
        ("/aws", 200, Some("from aws")),
        ("/google", 200, Some("from google")),
        ("/member", 503, None),
        ("/refused", 503, None),
        ("/away", 503, None),
        ("/nowhere", 503, None),
    ] {
        let answer = gate.get(path);
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        assert!(body.is_none_or(|body| answer.text() == body), "{path}: {}", answer.text());
    }
    gate.logged(&["answers 403 Forbidden for v1/kv/apisix/jack/auth"]);
}
