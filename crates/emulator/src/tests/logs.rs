//! Reading along with what a function prints.

use super::site::{Site, python, send};
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

#[tokio::test]
async fn lines_are_told_and_followed() {
    let site = Site::python("    print('line', event)").await;
    site.call("1").await;
    let path = "/_lambdagate/logs/f";
    let told = send(site.emulator.address(), site.request("GET", path, "").unsigned()).await;
    let text = String::from_utf8(told.body.to_vec()).unwrap();
    assert!(
        told.status == 200
            && text.starts_with("INIT_START Runtime Version: python:local\t")
            && text.contains("\nline 1\n"),
        "{text}"
    );

    let mut body = follow(&site, &format!("{path}?follow=1")).await;
    let mut seen = String::new();
    read_until(&mut body, &mut seen, "REPORT RequestId: ").await;
    assert_eq!(seen.matches("REPORT ").count(), 1, "{seen}");
    site.call("2").await;
    read_until(&mut body, &mut seen, "\nline 2\n").await;
    site.stop().await;
}

async fn follow(site: &Site, path: &str) -> Incoming {
    let stream = TcpStream::connect(site.emulator.address()).await.unwrap();
    let (mut client, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get(path).header("host", "localhost").body(Full::<bytes::Bytes>::default()).unwrap();
    client.send_request(request).await.unwrap().into_body()
}

/// The limit only keeps a failure from hanging.
async fn read_until(body: &mut Incoming, seen: &mut String, wanted: &str) {
    while !seen.contains(wanted) {
        let frame = timeout(Duration::from_secs(60), body.frame()).await;
        let frame = frame.unwrap_or_else(|_| panic!("no {wanted:?} in {seen}")).unwrap().unwrap();
        seen.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap());
    }
}

#[tokio::test]
async fn only_this_machine_reads_logs() {
    let site = Site::start().await;
    site.write("f/lambda_function.py", &python("    pass"));
    for (method, host, name, status) in [
        ("GET", "localhost:1", "f", 200),
        ("GET", "127.0.0.1", "f", 200),
        ("GET", "[::1]:1", "f", 200),
        ("GET", "gateway.example", "f", 403),
        ("GET", "10.0.0.1:1", "f", 403),
        ("GET", "localhost", "absent", 404),
        ("GET", "localhost", "..", 404),
        ("POST", "localhost", "f", 405),
    ] {
        let mut ask = site.request(method, &format!("/_lambdagate/logs/{name}"), "");
        ask.host = host.to_owned();
        let told = send(site.emulator.address(), ask.unsigned()).await;
        assert_eq!(told.status, status, "{method} {host} {name}");
    }
    site.stop().await;
}
