//! A stand-in for the Lambda API, for tests of calls.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A peer that gives one prepared answer to every request and keeps what it was sent.
pub(super) struct Peer {
    pub(super) port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    pub(super) async fn answering(answer: String) -> Self {
        Self::with(move |_| Some(answer.clone())).await
    }

    /// One that gives back what it was sent, with a line break behind it.
    pub(super) async fn echoing(status: String, fields: String) -> Self {
        let body = |request: &str| request.split_once("\r\n\r\n").map_or("", |(_, body)| body).to_owned();
        Self::with(move |request| Some(http(&status, &fields, &format!("{}\n", body(request))))).await
    }

    /// One that never answers.
    pub(super) async fn silent() -> Self {
        Self::with(|_| None).await
    }

    pub(super) async fn with(answer: impl Fn(&str) -> Option<String> + Clone + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = seen.clone();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let (answer, kept) = (answer.clone(), kept.clone());
                tokio::spawn(async move {
                    let request = read_request(&mut socket).await;
                    let answer = answer(&request);
                    kept.lock().unwrap().push(request);
                    match answer {
                        Some(answer) => drop(socket.write_all(answer.as_bytes()).await),
                        None => std::future::pending().await,
                    }
                });
            }
        });
        Self { port, seen }
    }

    pub(super) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

async fn read_request(socket: &mut tokio::net::TcpStream) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    loop {
        let count = socket.read(&mut buffer).await.unwrap_or(0);
        text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
        if count == 0 || is_whole(&text) {
            return text;
        }
    }
}

fn is_whole(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0_usize)
}

pub(super) fn http(status: &str, fields: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{fields}\r\n{body}", body.len())
}
