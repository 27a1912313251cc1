//! Cases of `probe`.

use super::*;
use model::endpoint::{Balance, HealthLimits, Keepalive, Node, PassiveHealth, Upstream, UpstreamTimeouts};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering::Relaxed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A node that answers every request with the status of the moment, and keeps what it was asked.
struct Peer {
    port: u16,
    status: Arc<AtomicU16>,
    seen: Arc<Mutex<Vec<String>>>,
}

async fn peer() -> Peer {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (status, seen) = (Arc::new(AtomicU16::new(200)), Arc::new(Mutex::new(Vec::new())));
    let peer = Peer { port, status: status.clone(), seen: seen.clone() };
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut buffer = [0; 2048];
            let count = socket.read(&mut buffer).await.unwrap_or(0);
            seen.lock().unwrap().push(String::from_utf8_lossy(&buffer[..count]).into_owned());
            let answer = format!("HTTP/1.1 {} X\r\ncontent-length: 0\r\n\r\n", status.load(Relaxed));
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    });
    peer
}

fn upstream(port: u16, probe: Probe) -> Arc<ReadyUpstream> {
    let often = Some(Duration::from_millis(10));
    let limits = HealthLimits { any: 2, bad: vec![(500, 599)], ..HealthLimits::default() };
    let ready = ReadyUpstream::new(Upstream {
        forward: model::forward::Forward::Direct,
        tls: None,
        http2: false,
        nodes: vec![Node { host: "127.0.0.1".into(), port, weight: 1 }],
        reserves: vec![],
        never_empty: false,
        balance: Balance::RoundRobin,
        timeouts: UpstreamTimeouts::default(),
        retries: 0,
        keepalive: Keepalive::default(),
        passive_health: Some(PassiveHealth { limits: limits.clone(), pause: None }),
        active_health: Some(ActiveHealth {
            probe,
            timeout: Duration::from_secs(5),
            concurrency: 4,
            well_interval: often,
            sick_interval: often,
            limits,
            successes: 2,
            good: vec![(200, 299)],
        }),
    });
    Arc::new(ready.unwrap())
}

async fn until(what: impl Fn() -> bool) {
    let waiting = async {
        while !what() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(Duration::from_secs(20), waiting).await.expect("it comes to pass");
}

#[tokio::test]
async fn a_node_is_left_alone_and_asked_again_as_its_answers_say() {
    let peer = peer().await;
    let headers = vec![("x-check".to_owned(), "1".to_owned())];
    let probe = Probe::Http { path: "/well?a".into(), host: Some("h.test".into()), headers, port: None };
    let upstream = upstream(peer.port, probe);
    watch(&upstream);
    until(|| peer.seen.lock().unwrap().len() > 2).await;
    assert!(upstream.nodes[0].health.is_well());
    let asked = peer.seen.lock().unwrap()[0].to_lowercase();
    assert!(asked.starts_with("get /well?a http/1.1\r\n"), "{asked}");
    assert!(asked.contains("host: h.test\r\n") && asked.contains("x-check: 1\r\n"), "{asked}");
    peer.status.store(503, Relaxed);
    until(|| !upstream.nodes[0].health.is_well()).await;
    peer.status.store(404, Relaxed);
    let before = peer.seen.lock().unwrap().len();
    until(|| peer.seen.lock().unwrap().len() > before + 4).await;
    assert!(!upstream.nodes[0].health.is_well(), "an answer that is neither good nor bad changes nothing");
    peer.status.store(204, Relaxed);
    until(|| upstream.nodes[0].health.is_well()).await;
}

#[tokio::test]
async fn a_node_that_takes_no_connection_is_left_alone() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let upstream = upstream(port, Probe::Connect { port: None });
    watch(&upstream);
    assert!(listener.accept().await.is_ok());
    assert!(upstream.nodes[0].health.is_well());
    drop(listener);
    until(|| !upstream.nodes[0].health.is_well()).await;
}

#[tokio::test]
async fn checks_end_with_their_upstream() {
    let peer = peer().await;
    let upstream = upstream(peer.port, Probe::Http { path: "/".into(), host: None, headers: Vec::new(), port: None });
    let weak = Arc::downgrade(&upstream);
    watch(&upstream);
    until(|| !peer.seen.lock().unwrap().is_empty()).await;
    drop(upstream);
    until(|| weak.upgrade().is_none()).await;
}
