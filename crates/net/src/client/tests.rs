//! Cases of `client`.

use super::*;
use bytes::Bytes;
use http_body::Frame;
use http_body_util::BodyExt;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::pin::Pin;
use std::sync::atomic::AtomicUsize;
use std::task::{Context, Poll};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};

const LONG: Duration = Duration::from_secs(30);

fn options() -> PoolOptions {
    PoolOptions { idle: 8, idle_time: LONG, connect: LONG, write: LONG, read: LONG }
}

fn pool_with(port: u16, http2: bool, options: PoolOptions) -> Pool {
    Pool::new(Origin { host: "127.0.0.1".to_owned(), port, tls: None, http2, forward: None }, options)
}

fn pool(port: u16) -> Pool {
    pool_with(port, false, options())
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).header("host", "unit.test").body(Body::Empty).unwrap()
}

fn post(body: impl Into<Body>) -> Request<Body> {
    Request::post("/").header("host", "unit.test").body(body.into()).unwrap()
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().hold(1 << 30).await.unwrap().to_vec()).unwrap()
}

async fn failed(result: Result<Response<Body>, SendError>) -> (SendErrorKind, Sent) {
    match result {
        Ok(response) => panic!("{}", response.status()),
        Err(error) => (error.kind, error.sent),
    }
}

/// A body fed by hand; its drop ends it, an error breaks it off.
struct Fed(mpsc::UnboundedReceiver<Result<Bytes, crate::BodyError>>);

impl http_body::Body for Fed {
    type Data = Bytes;
    type Error = crate::BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, crate::BodyError>>> {
        self.0.poll_recv(cx).map(|part| part.map(|part| part.map(Frame::data)))
    }
}

type Feeder = mpsc::UnboundedSender<Result<Bytes, crate::BodyError>>;

fn fed() -> (Feeder, Body) {
    let (feeder, parts) = mpsc::unbounded_channel();
    (feeder, Body::stream(Fed(parts)))
}

/// A server of hyper's that counts connections and answers: `/echo` the body as it comes, `/hold` when it is
/// complete, `/size/N` N bytes,
/// `/chunked` some parts of unknown length, `/host` the authority, else the path.
struct Server {
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl Server {
    fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

async fn serve(http2: bool) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = connections.clone();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            count.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(speak(stream, http2));
        }
    });
    Server { port, connections }
}

async fn speak(stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static, http2: bool) {
    let service = service_fn(answer);
    let io = TokioIo::new(stream);
    let _ = if http2 {
        hyper::server::conn::http2::Builder::new(TokioExecutor::new()).serve_connection(io, service).await
    } else {
        hyper::server::conn::http1::Builder::new().serve_connection(io, service).await
    };
}

async fn answer(request: Request<hyper::body::Incoming>) -> hyper::Result<Response<Body>> {
    let path = request.uri().path().to_owned();
    let named = request.headers().get("host").map(|host| host.to_str().unwrap().to_owned());
    let authority = request.uri().authority().map(|authority| authority.to_string());
    Ok(Response::new(match path.as_str() {
        "/hold" => Body::from(request.into_body().collect().await?.to_bytes()),
        "/echo" => request.into_body().into(),
        "/host" => Body::from(format!("{named:?} {authority:?} {:?}", request.headers().get("connection"))),
        "/chunked" => {
            let (feeder, body) = fed();
            for part in ["one", "two", "three"] {
                feeder.send(Ok(Bytes::from(part))).unwrap();
            }
            body
        }
        path => match path.strip_prefix("/size/") {
            Some(size) => Body::from(vec![b'x'; size.parse().unwrap()]),
            None => Body::from(path.to_owned()),
        },
    }))
}

/// A server played by hand.
struct Raw(TcpListener);

impl Raw {
    async fn open() -> (Self, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        (Self(listener), port)
    }

    async fn accept(&self) -> Peer {
        Peer { stream: self.0.accept().await.unwrap().0, read: Vec::new() }
    }
}

struct Peer {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Peer {
    /// A request's header.
    async fn request(&mut self) -> String {
        self.until("\r\n\r\n").await
    }

    /// What comes up to and with `end`; less when the connection ends.
    async fn until(&mut self, end: &str) -> String {
        loop {
            if let Some(at) = self.read.windows(end.len()).position(|window| window == end.as_bytes()) {
                return String::from_utf8(self.read.drain(..at + end.len()).collect()).unwrap();
            }
            if self.stream.read_buf(&mut self.read).await.unwrap() == 0 {
                return String::from_utf8(std::mem::take(&mut self.read)).unwrap();
            }
        }
    }

    /// So many bytes behind the header.
    async fn take(&mut self, bytes: usize) {
        while self.read.len() < bytes {
            assert!(self.stream.read_buf(&mut self.read).await.unwrap() > 0, "the body ended");
        }
        self.read.drain(..bytes);
    }

    async fn say(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    /// Waits until the other side closes.
    async fn closed(&mut self) {
        self.stream.read_to_end(&mut self.read).await.ok();
    }
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// Lets the runtime look at its sockets.
async fn look_at_sockets() {
    tokio::task::spawn_blocking(|| ()).await.unwrap();
}

#[tokio::test]
async fn requests_in_turn_share_one_connection() {
    let paths = ["/a", "/size/300000", "/chunked"];
    for http2 in [false, true] {
        let server = serve(http2).await;
        let pool = pool_with(server.port, http2, options());
        for turn in 0..1000 {
            let path = if turn < 30 { paths[turn % 3] } else { paths[0] };
            let answer = text(pool.send(get(path)).await.unwrap()).await;
            match path {
                "/size/300000" => assert_eq!(answer.len(), 300_000),
                "/chunked" => assert_eq!(answer, "onetwothree"),
                _ => assert_eq!(answer, path),
            }
        }
        assert_eq!(server.connections(), 1, "http2: {http2}");
    }
}

/// Counts wakes on their way to a task.
struct Counting(AtomicUsize, std::sync::Mutex<std::task::Waker>);

impl std::task::Wake for Counting {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
        self.1.lock().unwrap().wake_by_ref();
    }
}

#[tokio::test]
async fn a_call_wakes_its_task_to_write_and_to_read() {
    let server = serve(false).await;
    let pool = pool(server.port);
    text(pool.send(get("/a")).await.unwrap()).await;
    let counting = Arc::new(Counting(AtomicUsize::new(0), std::sync::Mutex::new(std::task::Waker::noop().clone())));
    for turn in 1..10 {
        let mut call = std::pin::pin!(async { text(pool.send(get("/a")).await.unwrap()).await });
        std::future::poll_fn(|cx| {
            counting.1.lock().unwrap().clone_from(cx.waker());
            call.as_mut().poll(&mut Context::from_waker(&counting.clone().into()))
        })
        .await;
        assert_eq!(counting.0.load(Ordering::Relaxed), 2 * turn);
    }
}

#[tokio::test]
async fn no_more_than_the_limit_rest() {
    let server = serve(false).await;
    let pool = pool_with(server.port, false, PoolOptions { idle: 2, ..options() });
    for expected in [4, 6] {
        let wave = || async { text(pool.send(get("/a")).await.unwrap()).await };
        tokio::join!(wave(), wave(), wave(), wave());
        assert_eq!(server.connections(), expected);
    }
}

#[tokio::test]
async fn none_rest_when_none_may() {
    let server = serve(false).await;
    let pool = pool_with(server.port, false, PoolOptions { idle: 0, ..options() });
    for expected in [1, 2] {
        text(pool.send(get("/a")).await.unwrap()).await;
        assert_eq!(server.connections(), expected);
    }
}

#[tokio::test]
async fn a_response_without_a_body_frees_its_connection() {
    for response in [
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    ] {
        let (raw, port) = Raw::open().await;
        let server = async {
            let mut peer = raw.accept().await;
            for _ in 0..2 {
                peer.request().await;
                peer.say(response).await;
            }
        };
        let pool = pool(port);
        let client = async {
            for _ in 0..2 {
                assert_eq!(text(pool.send(get("/")).await.unwrap()).await, "");
            }
        };
        tokio::join!(server, client);
    }
}

#[tokio::test]
async fn a_connection_its_server_ends_is_not_used_again() {
    for response in [
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok",
        "HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\n\r\nok", // ends with the connection
    ] {
        let (raw, port) = Raw::open().await;
        let server = async {
            for _ in 0..2 {
                let mut peer = raw.accept().await;
                peer.request().await;
                peer.say(response).await;
            }
        };
        let pool = pool(port);
        let client = async {
            for _ in 0..2 {
                assert_eq!(text(pool.send(get("/")).await.unwrap()).await, "ok");
            }
        };
        tokio::join!(server, client);
    }
}

#[tokio::test]
async fn a_request_goes_out_again_when_its_kept_connection_had_closed() {
    let (raw, port) = Raw::open().await;
    let (answered, go) = oneshot::channel();
    let (gone, closed) = oneshot::channel();
    let server = async {
        let mut first = raw.accept().await;
        first.request().await;
        first.say(OK).await;
        go.await.unwrap();
        drop(first);
        gone.send(()).unwrap();
        let mut second = raw.accept().await;
        assert!(second.request().await.starts_with("POST / HTTP/1.1\r\n"));
        assert_eq!(second.until("0\r\n\r\n").await, "4\r\nbody\r\n0\r\n\r\n");
        second.say(OK).await;
    };
    let pool = pool(port);
    let client = async {
        text(pool.send(get("/")).await.unwrap()).await;
        answered.send(()).unwrap();
        closed.await.unwrap();
        look_at_sockets().await;
        let (feeder, body) = fed();
        feeder.send(Ok(Bytes::from("body"))).unwrap();
        drop(feeder);
        assert_eq!(text(pool.send(post(body)).await.unwrap()).await, "ok");
    };
    tokio::join!(server, client);
}

/// More than the system keeps between two ends of a connection.
const HUGE: usize = 64 << 20;

#[tokio::test]
async fn a_request_cut_before_its_last_byte_goes_out_again_once() {
    // kept: whether a connection was there already; whether the request can be sent again
    for (kept, whole, expected) in
        [(true, true, None), (true, false, Some(Sent::Maybe)), (false, true, Some(Sent::Nothing))]
    {
        let (raw, port) = Raw::open().await;
        let pool = pool(port);
        let seen = Arc::new(AtomicUsize::new(0));
        let count = seen.clone();
        tokio::spawn(async move {
            let mut first = raw.accept().await;
            if kept {
                first.request().await;
                first.say(OK).await;
            }
            first.request().await; // its header; most of the body is still to come
            drop(first);
            let mut second = raw.accept().await;
            second.request().await;
            count.fetch_add(1, Ordering::Relaxed);
            second.take(HUGE).await;
            second.say(OK).await;
        });
        if kept {
            text(pool.send(get("/")).await.unwrap()).await;
        }
        let bytes = Bytes::from(vec![b'x'; HUGE]);
        let (feeder, streamed) = fed();
        feeder.send(Ok(bytes.clone())).unwrap();
        drop(feeder);
        let sent = pool.send(post(if whole { Body::from(bytes) } else { streamed })).await;
        match expected {
            None => assert_eq!(text(sent.unwrap()).await, "ok"),
            Some(expected) => assert_eq!(failed(sent).await, (SendErrorKind::Closed, expected)),
        }
        assert_eq!(seen.load(Ordering::Relaxed), usize::from(expected.is_none()), "kept: {kept}, whole: {whole}");
    }
}

#[tokio::test]
async fn a_request_that_may_have_left_is_never_sent_again() {
    for kept in [false, true] {
        let (raw, port) = Raw::open().await;
        let pool = pool(port);
        let seen = Arc::new(AtomicUsize::new(0));
        let count = seen.clone();
        tokio::spawn(async move {
            loop {
                let mut peer = raw.accept().await;
                if kept {
                    peer.request().await;
                    peer.say(OK).await;
                }
                peer.request().await;
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        if kept {
            text(pool.send(get("/")).await.unwrap()).await;
        }
        assert_eq!(failed(pool.send(post("once")).await).await, (SendErrorKind::Closed, Sent::Maybe));
        look_at_sockets().await;
        assert_eq!(seen.load(Ordering::Relaxed), 1, "kept: {kept}");
    }
}

#[tokio::test]
async fn what_is_not_http_is_told() {
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(300));
    let long = format!("HTTP/1.1 200 OK\r\na: {}\r\n\r\n", "b".repeat(600 * 1024));
    for response in ["SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", &many, &long] {
        let (raw, port) = Raw::open().await;
        let server = async {
            let mut peer = raw.accept().await;
            peer.request().await;
            peer.stream.write_all(response.as_bytes()).await.ok();
        };
        let pool = pool(port);
        let (_, failure) = tokio::join!(server, async { failed(pool.send(get("/")).await).await });
        assert_eq!(failure, (SendErrorKind::Malformed, Sent::Maybe), "{}", &response[..18]);
    }
}

#[tokio::test]
async fn a_body_cut_half_way_is_an_error() {
    for response in [
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\nno size\r\n",
    ] {
        let (raw, port) = Raw::open().await;
        let server = async {
            let mut peer = raw.accept().await;
            peer.request().await;
            peer.say(response).await;
        };
        let pool = pool(port);
        let client = async {
            let mut body = pool.send(get("/")).await.unwrap().into_body();
            assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "half");
            assert!(matches!(body.frame().await, Some(Err(crate::BodyError::Broken(_)))), "{response:?}");
        };
        tokio::join!(server, client);
    }
}

#[tokio::test]
async fn bodies_stream_both_ways_at_once() {
    for http2 in [false, true] {
        let server = serve(http2).await;
        let pool = pool_with(server.port, http2, options());
        let (feeder, body) = fed();
        let request = Request::post("/echo").header("host", "unit.test").body(body).unwrap();
        let mut echo = pool.send(request).await.unwrap().into_body();
        for part in ["first", "second", "third"] {
            feeder.send(Ok(Bytes::from(part))).unwrap();
            assert_eq!(echo.frame().await.unwrap().unwrap().into_data().unwrap(), part);
        }
        drop(feeder);
        assert_eq!(echo.hold(0).await.unwrap(), "");
        text(pool.send(get("/a")).await.unwrap()).await;
        assert_eq!(server.connections(), 1, "http2: {http2}");
    }
}

#[tokio::test]
async fn a_big_body_goes_and_comes_whole() {
    for http2 in [false, true] {
        let server = serve(http2).await;
        let pool = pool_with(server.port, http2, options());
        let sent = Bytes::from(vec![b'z'; 5_000_000]);
        let request = Request::post("/echo").header("host", "unit.test").body(sent.clone().into()).unwrap();
        let echo = pool.send(request).await.unwrap().into_body().hold(5_000_000).await.unwrap();
        assert!(echo == sent, "http2: {http2}");
    }
}

#[tokio::test]
async fn an_answer_that_comes_before_the_bodys_end_is_heard() {
    let (raw, port) = Raw::open().await;
    let pool = pool(port);
    let refusal = "HTTP/1.1 413 Content Too Large\r\ncontent-length: 3\r\n\r\nbig";
    let server = async {
        let mut first = raw.accept().await;
        first.request().await;
        first.say(refusal).await;
        first.closed().await;
        let mut second = raw.accept().await;
        second.request().await;
        second.say(OK).await;
    };
    let client = async {
        let (feeder, body) = fed();
        feeder.send(Ok(Bytes::from("part"))).unwrap();
        let response = pool.send(post(body)).await.unwrap();
        assert_eq!(response.status(), 413);
        assert_eq!(text(response).await, "big");
        drop(feeder);
        assert_eq!(text(pool.send(get("/")).await.unwrap()).await, "ok", "half a request is not followed by another");
    };
    tokio::join!(server, client);
}

/// A body that announces another length than it has.
struct Announced(crate::Body, u64);

impl http_body::Body for Announced {
    type Data = Bytes;
    type Error = crate::BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, crate::BodyError>>> {
        Pin::new(&mut self.0).poll_frame(cx)
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.1)
    }
}

#[tokio::test]
async fn a_body_of_another_length_than_announced_is_the_requests_fault() {
    let server = serve(false).await;
    for (length, fails) in [(3, true), (4, false), (5, true)] {
        let body = crate::Body::stream(Announced(Body::from("four"), length));
        let request = Request::post("/hold").header("host", "unit.test").body(body).unwrap();
        let sent = pool(server.port).send(request).await;
        if fails {
            assert_eq!(failed(sent).await, (SendErrorKind::RequestBody, Sent::Maybe), "{length}");
        } else {
            assert_eq!(text(sent.unwrap()).await, "four");
        }
    }
}

#[tokio::test]
async fn a_header_written_by_its_sender_goes_out_as_it_is() {
    let (raw, port) = Raw::open().await;
    let pool = pool(port);
    for size in [0, 4, 5000] {
        let server = async {
            let mut peer = raw.accept().await;
            assert_eq!(peer.request().await, format!("POST /x HTTP/1.1\r\ncontent-length: {size}\r\n\r\n"));
            let body = "b".repeat(size);
            assert!(size == 0 || peer.until(&body).await == body);
            peer.say("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok").await;
        };
        let header = move |out: &mut Vec<u8>| {
            out.extend_from_slice(format!("POST /x HTTP/1.1\r\ncontent-length: {size}\r\n\r\n").as_bytes());
        };
        let client = async { text(pool.send_written(&header, "b".repeat(size).into()).await.unwrap()).await };
        assert_eq!(tokio::join!(server, client).1, "ok");
    }
}

#[tokio::test]
async fn a_request_body_that_breaks_off_is_the_requests_fault() {
    for http2 in [false, true] {
        let server = serve(http2).await;
        let pool = pool_with(server.port, http2, options());
        let (feeder, body) = fed();
        feeder.send(Ok(Bytes::from("half"))).unwrap();
        feeder.send(Err(crate::BodyError::TooLarge { limit: 4 })).unwrap();
        let request = Request::post("/hold").header("host", "unit.test").body(body).unwrap();
        assert_eq!(failed(pool.send(request).await).await, (SendErrorKind::RequestBody, Sent::Maybe), "http2: {http2}");
    }
}

#[tokio::test]
async fn a_body_dropped_half_read_closes_its_connection() {
    let server = serve(false).await;
    let pool = pool(server.port);
    let mut body = pool.send(get("/size/1000000")).await.unwrap().into_body();
    body.frame().await.unwrap().unwrap();
    drop(body);
    assert_eq!(text(pool.send(get("/a")).await.unwrap()).await, "/a");
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_request_given_up_closes_its_connection() {
    let (raw, port) = Raw::open().await;
    let pool = pool(port);
    let (asked, request) = oneshot::channel();
    let server = async {
        let mut first = raw.accept().await;
        first.request().await;
        asked.send(()).unwrap();
        first.closed().await;
        let mut second = raw.accept().await;
        second.request().await;
        second.say(OK).await;
    };
    let client = async {
        tokio::select! {
            _ = pool.send(get("/")) => panic!("nobody answers"),
            asked = request => asked.unwrap(),
        }
        assert_eq!(text(pool.send(get("/")).await.unwrap()).await, "ok");
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn what_nobody_took_may_go_elsewhere() {
    let (raw, port) = Raw::open().await;
    drop(raw);
    assert_eq!(failed(pool(port).send(get("/")).await).await, (SendErrorKind::Connect, Sent::Nothing));
    let nowhere = Origin { host: "gone.invalid".to_owned(), port, tls: None, http2: false, forward: None };
    let pool = Pool::new(nowhere, options());
    assert_eq!(failed(pool.send(get("/")).await).await, (SendErrorKind::Resolve, Sent::Nothing));
}

#[tokio::test(start_paused = true)]
async fn a_response_that_does_not_come_is_not_waited_for() {
    let (raw, port) = Raw::open().await;
    let pool = pool(port);
    let server = async {
        let mut peer = raw.accept().await;
        peer.request().await;
        peer.closed().await;
    };
    let start = tokio::time::Instant::now();
    let (_, failure) = tokio::join!(server, async { failed(pool.send(get("/")).await).await });
    assert_eq!(failure, (SendErrorKind::ReadTimeout, Sent::Maybe));
    assert_eq!(start.elapsed(), LONG);
}

#[tokio::test(start_paused = true)]
async fn every_part_of_a_body_has_its_time() {
    let (raw, port) = Raw::open().await;
    let pool = pool(port);
    let server = async {
        let mut peer = raw.accept().await;
        peer.request().await;
        peer.say("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n").await;
        for _ in 0..4 {
            tokio::time::sleep(LONG * 2 / 3).await;
            peer.say("part").await;
        }
        peer.closed().await;
    };
    let client = async {
        let mut body = pool.send(get("/")).await.unwrap().into_body();
        for _ in 0..4 {
            assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "part");
        }
        let last = tokio::time::Instant::now();
        assert!(matches!(body.frame().await, Some(Err(crate::BodyError::TimedOut))));
        assert_eq!(last.elapsed(), LONG);
    };
    tokio::join!(server, client);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_nothing_is_not_waited_for() {
    let (raw, port) = Raw::open().await;
    let brief = Duration::from_secs(3);
    let pool = pool_with(port, false, PoolOptions { write: brief, ..options() });
    let (feeder, body) = fed();
    for _ in 0..400 {
        feeder.send(Ok(Bytes::from(vec![0; 1 << 16]))).unwrap();
    }
    for body in [body, Body::from(vec![0; 50_000_000])] {
        let start = tokio::time::Instant::now();
        let (peer, failure) = tokio::join!(raw.accept(), async { failed(pool.send(post(body)).await).await });
        assert_eq!(failure, (SendErrorKind::WriteTimeout, Sent::Maybe));
        assert_eq!(start.elapsed(), brief);
        drop(peer);
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_sender_is_not_the_servers_fault() {
    for http2 in [false, true] {
        let server = serve(http2).await;
        let pool = pool_with(server.port, http2, options());
        let (feeder, body) = fed();
        let sender = async {
            tokio::time::sleep(LONG * 10).await;
            feeder.send(Ok(Bytes::from("late"))).unwrap();
            drop(feeder);
        };
        let request = Request::post("/hold").header("host", "unit.test").body(body).unwrap();
        let (_, response) = tokio::join!(sender, pool.send(request));
        assert_eq!(text(response.unwrap()).await, "late", "http2: {http2}");
    }
}

#[tokio::test(start_paused = true)]
async fn resting_connections_close_by_themselves() {
    let (raw, port) = Raw::open().await;
    let brief = Duration::from_secs(7);
    let pool = pool_with(port, false, PoolOptions { idle_time: brief, ..options() });
    let server = async {
        let mut peer = raw.accept().await;
        peer.request().await;
        peer.say(OK).await;
        let start = tokio::time::Instant::now();
        peer.closed().await;
        start.elapsed()
    };
    let client = async { text(pool.send(get("/")).await.unwrap()).await };
    let (rested, _) = tokio::join!(server, client);
    assert_eq!(rested.as_secs(), brief.as_secs());
}

#[tokio::test(start_paused = true)]
async fn a_shared_connection_closes_when_nobody_uses_it() {
    let server = serve(true).await;
    let pool = pool_with(server.port, true, PoolOptions { idle_time: Duration::from_secs(7), ..options() });
    for expected in [1, 2] {
        text(pool.send(get("/a")).await.unwrap()).await;
        assert_eq!(server.connections(), expected);
        tokio::time::sleep(Duration::from_secs(8)).await;
    }
}

#[tokio::test]
async fn http2_requests_share_one_connection_at_once() {
    let server = serve(true).await;
    let pool = pool_with(server.port, true, options());
    let ask = || async { text(pool.send(get("/host")).await.unwrap()).await };
    let answers = tokio::join!(ask(), ask(), ask(), ask());
    assert_eq!(answers.0, r#"None Some("unit.test") None"#);
    assert_eq!(answers.0, answers.3);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_shared_connection_is_opened_again_when_gone() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let pool = pool_with(listener.local_addr().unwrap().port(), true, options());
    for _ in 0..3 {
        let mut server = tokio::task::JoinSet::new();
        let serve = async { server.spawn(speak(listener.accept().await.unwrap().0, true)) };
        let ask = async { assert_eq!(text(pool.send(get("/a")).await.unwrap()).await, "/a") };
        tokio::join!(serve, ask);
        server.shutdown().await;
        look_at_sockets().await;
    }
}

#[tokio::test]
async fn connection_fields_do_not_go_into_http2() {
    let mut request = Request::get("/p?q=1")
        .header("host", "unit.test:8080")
        .header("connection", "keep-alive")
        .header("transfer-encoding", "chunked")
        .header("te", "gzip")
        .header("x-own", "stays")
        .body(Outgoing::from(Body::Empty))
        .unwrap();
    let origin = Origin { host: "10.0.0.1".to_owned(), port: 80, tls: None, http2: true, forward: None };
    http2::prepare(&mut request, &origin).unwrap();
    assert_eq!(request.uri(), "http://unit.test:8080/p?q=1");
    assert_eq!(request.headers().keys().map(|name| name.as_str()).collect::<Vec<_>>(), ["x-own"]);
    http2::restore_http1(&mut request);
    assert_eq!(request.uri(), "/p?q=1");
    assert_eq!(request.headers()["host"], "unit.test:8080");
}

#[test]
fn each_worker_has_connections_of_its_own() {
    let outer = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (raw, port) = outer.block_on(Raw::open());
    let pool = Arc::new(pool(port));
    let (count, served) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        outer.block_on(async {
            loop {
                let mut peer = raw.accept().await;
                count.send(()).unwrap();
                tokio::spawn(async move {
                    while peer.request().await.ends_with("\r\n\r\n") {
                        peer.say(OK).await;
                    }
                });
            }
        })
    });
    let workers: Vec<_> = (0..2)
        .map(|index| {
            let pool = pool.clone();
            std::thread::spawn(move || {
                worker::enter(index);
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async {
                    for _ in 0..20 {
                        text(pool.send(get("/")).await.unwrap()).await;
                    }
                });
            })
        })
        .collect();
    for worker in workers {
        worker.join().unwrap();
    }
    assert_eq!(served.try_iter().count(), 2);
}
