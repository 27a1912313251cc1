//! Cases of `redis`: what it is asked, what its answers mean, and what happens when it is away.

use super::*;
use model::Secret;
use model::policy::RedisStore;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

const NOON: Duration = Duration::from_millis(1_700_000_020_500);

fn store(port: u16) -> RedisStore {
    RedisStore {
        host: "127.0.0.1".into(),
        port,
        username: Some("gate".into()),
        password: Some(Secret::new("hush")),
        database: 2,
        tls: None,
        timeout: Duration::from_secs(30),
        pass_without: false,
    }
}

fn counter(port: u16) -> RedisCounter {
    let windows = vec![
        Window { span: Span::Calendar(Period::Minute), limit: 5 },
        Window { span: Span::FromFirst(Duration::from_secs(90)), limit: 9 },
    ];
    let server = Arc::new(Server::new(&store(port)).unwrap());
    RedisCounter::new("limit:r".into(), windows, server, false)
}

/// Takes connections one after the other, says what the test says, and tells what it was told.
async fn redis(said: &'static [&'static [&'static str]]) -> (u16, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        for answers in said {
            let (mut socket, _) = listener.accept().await.unwrap();
            for answer in *answers {
                let mut read = vec![0; 4096];
                let count = socket.read(&mut read).await.unwrap();
                tell.send(String::from_utf8_lossy(&read[..count]).into_owned()).unwrap();
                socket.write_all(answer.as_bytes()).await.unwrap();
            }
        }
    });
    (port, told)
}

#[tokio::test]
async fn windows_are_counted_under_names_that_others_know() {
    const TAKEN: &str = "*5\r\n:1\r\n:3\r\n:19000\r\n:1\r\n:80000\r\n";
    const REFUSED: &str = "*5\r\n:0\r\n:5\r\n:19000\r\n:8\r\n:70000\r\n";
    // the second connection comes when the first is closed
    let (port, mut told) = redis(&[&["+OK\r\n+OK\r\n", TAKEN], &["+OK\r\n+OK\r\n", REFUSED]]).await;
    let counter = counter(port);
    let left = |limit, remaining, reset| {
        let length = Duration::from_secs(if limit == 5 { 60 } else { 90 });
        Left { limit, remaining, reset: Duration::from_millis(reset), length }
    };
    let first = counter.take("bob", 1, NOON).await.unwrap();
    let windows = [left(5, 2, 19_500), left(9, 8, 80_000)].into_iter().collect();
    assert_eq!(first, Allowance { granted: true, windows });
    assert_eq!(
        told.recv().await.unwrap(),
        "*3\r\n$4\r\nAUTH\r\n$4\r\ngate\r\n$4\r\nhush\r\n*2\r\n$6\r\nSELECT\r\n$1\r\n2\r\n"
    );
    let asked = told.recv().await.unwrap();
    for part in [
        "limit:r:bob:1699999980000:minute\r\n",
        "limit:r:bob:90000\r\n",
        "$1\r\n1\r\n$1\r\n5\r\n$5\r\n19500\r\n$1\r\n9\r\n$5\r\n90000\r\n",
    ] {
        assert!(asked.contains(part), "{part} in {asked}");
    }
    let second = counter.take("bob", 1, NOON).await.unwrap();
    let windows = [left(5, 0, 19_500), left(9, 1, 70_000)].into_iter().collect();
    assert_eq!(second, Allowance { granted: false, windows });
}

#[tokio::test]
async fn what_a_redis_refuses_or_cannot_say_is_told_without_secrets() {
    let (port, _told) = redis(&[&["-WRONGPASS no\r\n+OK\r\n"], &["+OK\r\n+OK\r\n", "+PONG\r\n"]]).await;
    let counter = counter(port);
    assert!(matches!(counter.take("bob", 1, NOON).await, Err(RedisError::Refused(text)) if text == "WRONGPASS no"));
    assert!(matches!(counter.take("bob", 1, NOON).await, Err(RedisError::Broken(_))));
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    assert!(
        matches!(self::counter(closed).take("bob", 1, NOON).await, Err(RedisError::Broken(text)) if !text.contains("hush"))
    );
}
