//! Cases of `queue`: a server that refuses at first, and one that is not there.

use super::*;
use crate::exchange::testing;
use crate::log::http::HttpLog as Step;
use crate::{Policy, Running};
use model::Secret;
use model::policy::{LogFact, LogValue};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

fn data(url: String, queue: LogQueue) -> HttpLog {
    HttpLog {
        url: Secret::new(url),
        method: "POST".into(),
        content_type: "application/json".into(),
        headers: vec![("x-key".into(), Secret::new("hush"))],
        timeout: Duration::from_secs(10),
        keepalive: Duration::from_secs(60),
        verify: true,
        queue,
        record: LogValue::object([("id", LogFact::RequestId.into())]),
    }
}

fn log(step: &Step, id: &str) {
    let mut exchange = testing::get("/");
    exchange.id = id.to_owned();
    assert!(matches!(step.run(&mut exchange), Running::Done(_)), "nothing waits");
}

/// A server that refuses the first requests and tells of all of them.
async fn server(refuse: usize) -> (String, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/in?a=1", listener.local_addr().unwrap());
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut seen = 0;
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = Vec::new();
            while !is_whole(&request) {
                let mut part = [0; 4096];
                match socket.read(&mut part).await {
                    Ok(1..) => request.extend_from_slice(&part),
                    _ => break,
                }
                while request.last() == Some(&0) {
                    request.pop();
                }
            }
            let status = if seen < refuse { "500 No" } else { "201 Yes" };
            seen += 1;
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            let _ = socket.write_all(answer.as_bytes()).await;
            let _ = tell.send(String::from_utf8_lossy(&request).into_owned());
        }
    });
    (url, told)
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

fn body(request: &str) -> &str {
    request.split_once("\r\n\r\n").unwrap().1
}

#[tokio::test]
async fn records_are_sent_and_tried_again() {
    let (url, mut told) = server(2).await;
    let (queues, metrics) = (Queues::default(), telemetry::Metrics::default());
    let step = Step::build(&data(url, LogQueue::default()), &queues, &metrics).unwrap();
    log(&step, "one");
    for _ in 0..3 {
        let request = told.recv().await.unwrap();
        assert!(request.starts_with("POST /in?a=1 HTTP/1.1\r\n"), "{request}");
        assert!(request.contains("x-key: hush\r\n"));
        assert_eq!(body(&request), r#"{"id":"one"}"#);
    }
    log(&step, "two");
    assert_eq!(body(&told.recv().await.unwrap()), r#"{"id":"two"}"#);
    assert!(metrics.render().contains("lambdagate_log_records_lost_total 0\n"));
}

#[tokio::test]
async fn records_go_in_batches_and_a_reload_keeps_them() {
    let (url, mut told) = server(0).await;
    let queue = LogQueue { batch: 3, delay: Duration::from_secs(600), ..LogQueue::default() };
    let (queues, metrics) = (Queues::default(), telemetry::Metrics::default());
    let data = data(url, queue);
    let before = Step::build(&data, &queues, &metrics).unwrap();
    log(&before, "one");
    log(&before, "two");
    let after = Step::build(&data, &queues, &metrics).unwrap();
    drop(before);
    log(&after, "three");
    assert_eq!(body(&told.recv().await.unwrap()), r#"[{"id":"one"},{"id":"two"},{"id":"three"}]"#);
    log(&after, "four");
    drop(after);
    assert_eq!(body(&told.recv().await.unwrap()), r#"[{"id":"four"}]"#, "what waits is sent when the log goes");
}

#[tokio::test]
async fn what_does_not_fit_or_get_there_is_counted_as_lost() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener); // nobody is there
    let queue = LogQueue { entries: 5, patience: Duration::ZERO, ..LogQueue::default() };
    let (queues, metrics) = (Queues::default(), telemetry::Metrics::default());
    let step = Step::build(&data(url, queue), &queues, &metrics).unwrap();
    for number in 0..100 {
        log(&step, &number.to_string());
    }
    let lost = || metrics.render().contains("lambdagate_log_records_lost_total 100\n");
    let all = async {
        while !lost() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), all).await.expect("95 do not fit, 5 find nobody");
}

#[tokio::test]
async fn what_waits_at_the_end_is_sent_without_delay() {
    let (url, mut told) = server(1).await;
    let queue = LogQueue { batch: 3, delay: Duration::from_secs(600), ..LogQueue::default() };
    let (queues, metrics) = (Queues::default(), telemetry::Metrics::default());
    let data = data(url, queue);
    let step = Step::build(&data, &queues, &metrics).unwrap();
    log(&step, "one");
    queues.flush(Duration::from_secs(60)).await;
    for what in ["refused", "taken"] {
        assert_eq!(body(&told.recv().await.unwrap()), r#"[{"id":"one"}]"#, "{what}");
    }
    assert!(metrics.render().contains("lambdagate_log_records_lost_total 0\n"));
}

#[tokio::test]
async fn a_sender_that_is_cut_off_leaves_its_records_for_the_end() {
    let (url, mut told) = server(0).await;
    let (queues, metrics) = (Queues::default(), telemetry::Metrics::default());
    let queue = LogQueue { batch: 2, delay: Duration::from_secs(600), ..LogQueue::default() };
    let step = Step::build(&data(url, queue), &queues, &metrics).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // a worker with a runtime of its own, which ends
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async { log(&step, "one") });
        });
    });
    queues.flush(Duration::from_secs(60)).await;
    assert_eq!(body(&told.recv().await.unwrap()), r#"[{"id":"one"}]"#);
}

#[tokio::test]
async fn what_cannot_be_sent_in_time_is_counted() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap(); // takes connections and never answers
    let (queues, metrics) = (Queues::default(), telemetry::Metrics::default());
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let step = Step::build(&data(url, LogQueue::default()), &queues, &metrics).unwrap();
    log(&step, "one");
    log(&step, "two");
    queues.flush(Duration::ZERO).await;
    assert!(metrics.render().contains("lambdagate_log_records_lost_total 2\n"), "{}", metrics.render());
}

#[test]
fn an_address_that_is_none_is_told_without_it() {
    for url in ["", "hush", "ftp://hush/", "/hush"] {
        let built = Step::build(&data(url.into(), LogQueue::default()), &Queues::default(), &Default::default());
        let error = built.err().expect(url).to_string();
        assert!(!error.contains("hush"), "{error}");
    }
}
