//! What a function prints, for people on this machine: `GET /_lambdagate/logs/NAME`, with `?follow=1` as it comes.
//!
//! Wants no signature, and so is only for callers and hosts of the loopback network.

use crate::body::{Body, Cut};
use crate::browser::is_loopback;
use crate::reply::{self, Reply};
use crate::visit::{Visit, authority, without_port};
use bytes::Bytes;
use http::{Method, StatusCode};
use http_body::Frame;
use hyper::body::Incoming;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};

/// Lines that wait for a slow reader, before it misses some.
const WAITING: usize = 64;
const TEXT: &str = "text/plain; charset=utf-8";

/// Answers with the lines that are remembered and, if asked for, with those that come.
pub(crate) fn answer(visit: &Visit<Incoming>, name: &str) -> Reply {
    // A name that leads elsewhere may have been made to lead here, by a page that is not of this machine.
    if !visit.peer.ip().to_canonical().is_loopback() || !is_loopback(without_port(authority(&visit.head))) {
        return reply::of(StatusCode::FORBIDDEN, TEXT, "logs are for this machine only\n");
    }
    if visit.head.method != Method::GET {
        return reply::of(StatusCode::METHOD_NOT_ALLOWED, TEXT, "logs are only read\n");
    }
    let Some(function) =
        Some(name).filter(|name| crate::functions::is_name(name)).and_then(|name| visit.host.functions.find(name))
    else {
        return reply::of(StatusCode::NOT_FOUND, TEXT, format!("there is no function {name}\n"));
    };
    let (lines, coming) = function.journal().follow();
    let kept: Bytes = lines.iter().flat_map(|line| [line, "\n"]).collect::<String>().into();
    let mut reply = reply::of(StatusCode::OK, TEXT, kept.clone());
    if is_followed(visit.head.uri.query()) {
        *reply.body_mut() = Body::flow(Lines::of(kept, coming));
    }
    reply
}

fn is_followed(query: Option<&str>) -> bool {
    query.is_some_and(|query| query.split('&').any(|pair| matches!(pair, "follow=1" | "follow=true" | "follow")))
}

/// Lines as they come; never over by itself.
struct Lines(mpsc::Receiver<Bytes>);

impl Lines {
    fn of(kept: Bytes, coming: broadcast::Receiver<Arc<str>>) -> Self {
        let (sender, lines) = mpsc::channel(WAITING);
        tokio::spawn(pass_on(kept, coming, sender));
        Self(lines)
    }
}

/// Until the reader leaves.
async fn pass_on(kept: Bytes, mut coming: broadcast::Receiver<Arc<str>>, reader: mpsc::Sender<Bytes>) {
    let mut text = kept;
    loop {
        if !text.is_empty() && reader.send(text).await.is_err() {
            return;
        }
        let line = tokio::select! {
            line = coming.recv() => line,
            () = reader.closed() => return,
        };
        text = match line {
            Ok(line) => format!("{line}\n").into(),
            Err(RecvError::Lagged(count)) => format!("({count} lines came too fast and are left out)\n").into(),
            Err(RecvError::Closed) => return,
        };
    }
}

impl http_body::Body for Lines {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        self.0.poll_recv(context).map(|text| text.map(|text| Ok(Frame::data(text))))
    }
}
