//! The Runtime API as a runtime of one's own sees it: a `bootstrap` that hands it over to the test.

use super::site::{Site, Told, send};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use std::net::SocketAddr;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A function whose runtime is the test: its process only says where the Runtime API is, and stays while it is held.
struct Runtime {
    site: Site,
    processes: TcpListener,
    held: BufReader<TcpStream>,
    api: SocketAddr,
    call: JoinHandle<Told>,
}

impl Runtime {
    async fn start() -> Self {
        let site = Site::start().await;
        let processes = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = processes.local_addr().unwrap().port();
        let text = format!(
            "#!/usr/bin/env python3\nimport os, socket\nheld = socket.create_connection(('127.0.0.1', {port}))\n\
             held.sendall(os.environ['AWS_LAMBDA_RUNTIME_API'].encode() + b'\\n')\nheld.recv(1)\n"
        );
        site.write("f/bootstrap", &text);
        site.write("f/function.yaml", "timeout: 60");
        let ask = site.ask("f", r#"{"n":1}"#);
        let call = tokio::spawn(async move { ask.send().await });
        let (held, api) = came_up(&processes).await;
        Self { site, processes, held, api, call }
    }

    /// Takes the call and answers it.
    async fn serve(&self, answer: &'static str) -> Told {
        let next = self.get("invocation/next").await;
        let path = format!("invocation/{}/response", next.header("lambda-runtime-aws-request-id").unwrap());
        assert_eq!(self.post(&path, answer).await.status, 202);
        next
    }

    async fn get(&self, path: &str) -> Told {
        send(self.api, Request::get(format!("/2018-06-01/runtime/{path}")).body(Full::default()).unwrap()).await
    }

    async fn post(&self, path: &str, body: impl Into<Bytes>) -> Told {
        let request = Request::post(format!("/2018-06-01/runtime/{path}"));
        send(self.api, request.body(Full::new(body.into())).unwrap()).await
    }

    fn check(told: &Told, status: u16, kind: &str) {
        assert_eq!((told.status, told.json()["errorType"].as_str()), (status, Some(kind)), "{told:?}");
    }
}

async fn came_up(processes: &TcpListener) -> (BufReader<TcpStream>, SocketAddr) {
    let mut held = BufReader::new(processes.accept().await.unwrap().0);
    let mut line = String::new();
    held.read_line(&mut line).await.unwrap();
    (held, line.trim().parse().unwrap())
}

#[tokio::test]
async fn a_runtime_takes_a_call_and_answers_once() {
    let runtime = Runtime::start().await;
    let next = runtime.get("invocation/next").await;
    assert_eq!((next.status, &next.body[..]), (200, &br#"{"n":1}"#[..]));
    let id = next.header("lambda-runtime-aws-request-id").unwrap();
    let deadline: u128 = next.header("lambda-runtime-deadline-ms").unwrap().parse().unwrap();
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis();
    assert!((now..=now + 60_000).contains(&deadline));
    let arn = "arn:aws:lambda:eu-west-1:000000000000:function:f";
    assert_eq!(next.header("lambda-runtime-invoked-function-arn"), Some(arn));
    assert!(next.header("lambda-runtime-trace-id").unwrap().starts_with("Root=1-"));

    Runtime::check(&runtime.get("invocation/next").await, 403, "InvalidStateTransition");
    Runtime::check(&runtime.post("invocation/other/response", "1").await, 400, "InvalidRequestID");
    Runtime::check(&runtime.post("init/error", "{}").await, 403, "InvalidStateTransition");
    Runtime::check(&runtime.post("nothing", "{}").await, 404, "NotFound");
    let path = format!("invocation/{id}/response");
    let answered = runtime.post(&path, "[2]").await;
    assert_eq!((answered.status, answered.json()["status"].as_str()), (202, Some("OK")));
    Runtime::check(&runtime.post(&path, "[3]").await, 403, "InvalidStateTransition");
    Runtime::check(&runtime.post(&format!("invocation/{id}/error"), "{}").await, 403, "InvalidStateTransition");
    let told = runtime.call.await.unwrap();
    assert_eq!((told.status, &told.body[..]), (200, &b"[2]"[..]));
    assert_eq!(told.header("x-amzn-requestid"), Some(id));
    runtime.site.stop().await;
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_refused_and_the_call_fails() {
    let runtime = Runtime::start().await;
    let next = runtime.get("invocation/next").await;
    let path = format!("invocation/{}/response", next.header("lambda-runtime-aws-request-id").unwrap());
    Runtime::check(&runtime.post(&path, vec![b'1'; 6_291_557]).await, 413, "RequestEntityTooLarge");
    assert_eq!(runtime.call.await.unwrap().function_error().0, "Function.ResponseSizeTooLarge");
    runtime.site.stop().await;
}

#[tokio::test]
async fn an_error_is_passed_on_as_it_is() {
    let runtime = Runtime::start().await;
    let next = runtime.get("invocation/next").await;
    let path = format!("invocation/{}/error", next.header("lambda-runtime-aws-request-id").unwrap());
    let error = r#"{"errorType":"My.Error","errorMessage":"m","own":[1]}"#;
    assert_eq!(runtime.post(&path, error).await.status, 202);
    let told = runtime.call.await.unwrap();
    assert_eq!(told.body, error);
    assert_eq!(told.function_error().0, "My.Error");
    runtime.site.stop().await;
}

#[tokio::test]
async fn an_init_error_is_the_calls_error() {
    let runtime = Runtime::start().await;
    let error = r#"{"errorType":"Runtime.NoSuchHandler","errorMessage":"m"}"#;
    assert_eq!(runtime.post("init/error", error).await.status, 202);
    assert_eq!(runtime.call.await.unwrap().body, error);
    runtime.site.stop().await;
}

#[tokio::test]
async fn a_runtime_that_lost_its_connection_asks_again() {
    let mut runtime = Runtime::start().await;
    runtime.serve("1").await;
    (&mut runtime.call).await.unwrap();
    // Asks, and leaves before there is a call.
    let api = runtime.api;
    let request = Request::get("/2018-06-01/runtime/invocation/next").body(Full::default()).unwrap();
    let left = tokio::spawn(send(api, request));
    tokio::task::yield_now().await;
    left.abort();
    let _gone = left.await;
    let ask = runtime.site.ask("f", r#"{"n":2}"#);
    let call = tokio::spawn(async move { ask.send().await });
    assert_eq!(&runtime.serve("2").await.body[..], br#"{"n":2}"#);
    assert_eq!(&call.await.unwrap().body[..], b"2");
    runtime.site.stop().await;
}

#[tokio::test]
async fn a_process_that_goes_between_calls_costs_no_call() {
    let mut runtime = Runtime::start().await;
    runtime.serve("1").await;
    (&mut runtime.call).await.unwrap();
    let ask = runtime.site.ask("f", "{}");
    let call = tokio::spawn(async move { ask.send().await });
    // Given the call or not yet, the process goes without having asked for it.
    drop(runtime.held);
    (runtime.held, runtime.api) = came_up(&runtime.processes).await;
    runtime.serve("2").await;
    assert_eq!(call.await.unwrap().body, "2");
    runtime.site.stop().await;
}
