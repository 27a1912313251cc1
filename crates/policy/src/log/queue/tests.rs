//! Cases of `queue`: a server that refuses at first, and one that is not there.

use super::*;
use crate::exchange::testing;
use crate::log::step::Log as Step;
use crate::{Policy, Running};
use model::Secret;
use model::policy::{HttpSink, Log, LogFact, LogShape, LogValue, TcpSink};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

fn data(url: String, queue: LogQueue) -> Log {
    let sink = HttpSink {
        url: Secret::new(url),
        method: "POST".into(),
        content_type: "application/json".into(),
        headers: vec![("x-key".into(), Secret::new("hush"))],
        timeout: Duration::from_secs(10),
        keepalive: Duration::from_secs(60),
        verify: true,
        taken_below: 300,
    };
    to(LogSink::Http(Box::new(sink)), queue)
}

fn to(sink: LogSink, queue: LogQueue) -> Log {
    let record = LogValue::object([("id", LogFact::RequestId.into())]);
    Log { sink, queue, record, shape: LogShape::Plain, when: None }
}

fn build(data: &Log, queues: &Queues, metrics: &telemetry::Metrics) -> Result<Step, LogError> {
    Step::build(data, queues, metrics, 0)
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
    let step = build(&data(url, LogQueue::default()), &queues, &metrics).unwrap();
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
    let before = build(&data, &queues, &metrics).unwrap();
    log(&before, "one");
    log(&before, "two");
    let after = build(&data, &queues, &metrics).unwrap();
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
    let step = build(&data(url, queue), &queues, &metrics).unwrap();
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
    let step = build(&data, &queues, &metrics).unwrap();
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
    let step = build(&data(url, queue), &queues, &metrics).unwrap();
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
    let step = build(&data(url, LogQueue::default()), &queues, &metrics).unwrap();
    log(&step, "one");
    log(&step, "two");
    queues.flush(Duration::ZERO).await;
    assert!(metrics.render().contains("lambdagate_log_records_lost_total 2\n"), "{}", metrics.render());
}

#[test]
fn an_address_that_is_none_is_told_without_it() {
    for url in ["", "hush", "ftp://hush/", "/hush"] {
        let built = build(&data(url.into(), LogQueue::default()), &Queues::default(), &Default::default());
        let error = built.err().expect(url).to_string();
        assert!(!error.contains("hush"), "{error}");
    }
}

fn lines(entries: usize) -> LogQueue {
    LogQueue { batch: 9, join: LogJoin::Lines, delay: Duration::ZERO, entries, retries: Some(0), ..LogQueue::default() }
}

#[tokio::test]
async fn lines_reach_every_kind_of_sink() {
    let folder = tempfile::tempdir().unwrap();
    let (queues, metrics) = (Queues::default(), telemetry::Metrics::default());
    let tell = async |sink: LogSink| {
        let step = build(&to(sink, lines(9)), &queues, &metrics).unwrap();
        log(&step, "one");
        queues.flush(Duration::from_secs(60)).await;
        log(&step, "two");
        queues.flush(Duration::from_secs(60)).await;
    };
    let expected = ["{\"id\":\"one\"}\n", "{\"id\":\"two\"}\n"];
    let path = |name: &str| folder.path().join(name).display().to_string();

    tell(LogSink::File { path: path("file") }).await;
    assert_eq!(std::fs::read_to_string(path("file")).unwrap(), expected.concat());

    let local = std::os::unix::net::UnixDatagram::bind(path("socket")).unwrap();
    tell(LogSink::Local { path: path("socket") }).await;
    let server = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    tell(LogSink::Udp { host: "127.0.0.1".into(), port: server.local_addr().unwrap().port() }).await;
    for line in expected {
        let mut bytes = [0; 99];
        let length = local.recv(&mut bytes).unwrap();
        assert_eq!(std::str::from_utf8(&bytes[..length]).unwrap(), line);
        let length = server.recv(&mut bytes).unwrap();
        assert_eq!(std::str::from_utf8(&bytes[..length]).unwrap(), line);
    }

    for keepalive in [Some(Duration::from_secs(60)), None] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let tcp = TcpSink { host: "127.0.0.1".into(), port, tls: None, timeout: Duration::from_secs(60), keepalive };
        let reader = tokio::spawn(async move {
            let mut got = Vec::new();
            let mut connections = 0;
            while got.iter().filter(|byte| **byte == b'\n').count() < 2 {
                let (mut socket, _) = listener.accept().await.unwrap();
                connections += 1;
                while got.iter().filter(|byte| **byte == b'\n').count() < 2 {
                    if socket.read_buf(&mut got).await.unwrap() == 0 {
                        break;
                    }
                }
            }
            (String::from_utf8(got).unwrap(), connections)
        });
        tell(LogSink::Tcp(tcp)).await;
        let connections = if keepalive.is_some() { 1 } else { 2 };
        assert_eq!(reader.await.unwrap(), (expected.concat(), connections));
    }
    assert!(metrics.render().contains("lambdagate_log_records_lost_total 0\n"));
}

#[tokio::test]
async fn a_connection_that_the_other_side_has_ended_is_not_used_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let keepalive = Some(Duration::from_secs(60));
    let tcp = TcpSink { host: "127.0.0.1".into(), port, tls: None, timeout: Duration::from_secs(60), keepalive };
    let (queues, metrics) = (Queues::default(), telemetry::Metrics::default());
    let step = build(&to(LogSink::Tcp(tcp), lines(9)), &queues, &metrics).unwrap();
    for id in ["one", "two"] {
        log(&step, id);
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut got = Vec::new();
        while !got.ends_with(b"\n") {
            socket.read_buf(&mut got).await.unwrap();
        }
        assert_eq!(String::from_utf8(got).unwrap(), format!("{{\"id\":\"{id}\"}}\n"));
        queues.flush(Duration::from_secs(60)).await;
        drop(socket);
        // the end has arrived when the other side of it has
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_full_queue_keeps_the_oldest_where_it_says_so() {
    let folder = tempfile::tempdir().unwrap();
    for (keeps_oldest, expected) in [(true, ["1", "2"]), (false, ["4", "5"])] {
        let path = folder.path().join(format!("{keeps_oldest}")).display().to_string();
        let (queues, metrics) = (Queues::default(), telemetry::Metrics::default());
        let queue = LogQueue { keeps_oldest, delay: Duration::from_secs(600), ..lines(2) };
        let step = build(&to(LogSink::File { path: path.clone() }, queue), &queues, &metrics).unwrap();
        (1..=5).for_each(|id| log(&step, &id.to_string()));
        queues.flush(Duration::from_secs(60)).await;
        let written = std::fs::read_to_string(path).unwrap();
        let kept: Vec<&str> = written.lines().map(|line| &line[7..line.len() - 2]).collect();
        assert_eq!(kept, expected);
        assert!(metrics.render().contains("lambdagate_log_records_lost_total 3\n"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_goes_when_no_record_came_for_a_while() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log").display().to_string();
    let (queues, metrics) = (Queues::default(), telemetry::Metrics::default());
    let (delay, quiet) = (Duration::from_secs(60), Some(Duration::from_secs(5)));
    let queue = LogQueue { delay, quiet, ..lines(99) };
    let step = build(&to(LogSink::File { path: path.clone() }, queue), &queues, &metrics).unwrap();
    let began = Instant::now();
    for id in ["one", "two"] {
        log(&step, id);
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert!(!std::path::Path::new(&path).exists(), "{id} waits");
    }
    while !std::path::Path::new(&path).exists() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(began.elapsed() < delay, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_batch_is_tried_as_often_as_the_queue_says() {
    let (url, mut told) = server(9).await;
    let (queues, metrics) = (Queues::default(), telemetry::Metrics::default());
    let step = build(&data(url, LogQueue { retries: Some(2), ..LogQueue::default() }), &queues, &metrics).unwrap();
    log(&step, "one");
    for _ in 0..3 {
        told.recv().await.unwrap();
    }
    queues.flush(Duration::from_secs(60)).await;
    assert!(told.try_recv().is_err());
    assert!(metrics.render().contains("lambdagate_log_records_lost_total 1\n"));
}
