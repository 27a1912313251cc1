//! Cases of `through`: forward proxies on loopback that speak the protocols.

use crate::Body;
use crate::client::{Origin, OriginTls, Pool, PoolOptions, SendError, SendErrorKind, Sent};
use crate::forward::Forward;
use crate::tls::server_config;
use crate::tls::tests::{Authority, serve, trusting};
use http::Request;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

const LONG: Duration = Duration::from_secs(30);
/// A name that only proxies know; it leads to this host.
const INNER: &str = "inner.invalid";

/// What a proxy was asked, line by line.
type Asked = Arc<Mutex<Vec<String>>>;

/// Says yes to everything, or to `me` with `s3cret` only.
#[derive(Clone, Copy, PartialEq)]
enum Door {
    Open,
    Locked,
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

async fn http_proxy(door: Door, tls: Option<Arc<rustls::ServerConfig>>) -> (u16, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, asked) = (listener.local_addr().unwrap().port(), Asked::default());
    let told = asked.clone();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (told, tls) = (told.clone(), tls.clone());
            tokio::spawn(async move {
                let stream: Box<dyn Stream> = match tls {
                    Some(tls) => match TlsAcceptor::from(tls).accept(stream).await {
                        Ok(stream) => Box::new(stream),
                        Err(_) => return,
                    },
                    None => Box::new(stream),
                };
                pass_on(BufReader::new(stream), door, told).await;
            });
        }
    });
    (port, asked)
}

async fn pass_on(mut stream: BufReader<Box<dyn Stream>>, door: Door, told: Asked) {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await.unwrap_or(0) == 0 {
            return;
        }
    }
    told.lock().unwrap().push(head.clone());
    // me:s3cret
    if door == Door::Locked && !head.contains("proxy-authorization: Basic bWU6czNjcmV0\r\n") {
        let answer =
            "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n";
        let _ = stream.write_all(answer.as_bytes()).await;
        let _ = stream.flush().await;
        return;
    }
    let line = head.lines().next().unwrap().to_owned();
    if let Some(authority) = line.strip_prefix("CONNECT ") {
        let port = authority.split(' ').next().unwrap().rsplit_once(':').unwrap().1.parse::<u16>().unwrap();
        let Ok(mut origin) = TcpStream::connect(("127.0.0.1", port)).await else {
            let _ = stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n").await;
            let _ = stream.flush().await;
            return;
        };
        stream.write_all(b"HTTP/1.1 200 Connection established\r\nvia: test\r\n\r\n").await.unwrap();
        stream.flush().await.unwrap();
        let _ = tokio::io::copy_bidirectional(&mut stream, &mut origin).await;
        return;
    }
    let body = line.split(' ').nth(1).unwrap().to_owned();
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.flush().await;
}

async fn socks_proxy(door: Door) -> (u16, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, asked) = (listener.local_addr().unwrap().port(), Asked::default());
    let told = asked.clone();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let told = told.clone();
            tokio::spawn(async move {
                let _ = socks(stream, door, told).await;
            });
        }
    });
    (port, asked)
}

async fn socks(mut stream: TcpStream, door: Door, told: Asked) -> std::io::Result<()> {
    assert_eq!(stream.read_u8().await?, 5);
    let mut methods = vec![0; usize::from(stream.read_u8().await?)];
    stream.read_exact(&mut methods).await?;
    match door {
        Door::Open => stream.write_all(&[5, 0]).await?,
        Door::Locked if !methods.contains(&2) => return stream.write_all(&[5, 0xff]).await,
        Door::Locked => {
            stream.write_all(&[5, 2]).await?;
            assert_eq!(stream.read_u8().await?, 1);
            let (user, password) = (sized(&mut stream).await?, sized(&mut stream).await?);
            let good = (user.as_slice(), password.as_slice()) == (b"me", b"s3cret");
            stream.write_all(&[1, u8::from(!good)]).await?;
            if !good {
                return Ok(());
            }
        }
    }
    let mut head = [0; 4];
    stream.read_exact(&mut head).await?;
    let host = match head[3] {
        3 => String::from_utf8(sized(&mut stream).await?).unwrap(),
        kind => {
            let mut address = vec![0; if kind == 1 { 4 } else { 16 }];
            stream.read_exact(&mut address).await?;
            format!("{address:?}")
        }
    };
    let port = stream.read_u16().await?;
    told.lock().unwrap().push(host);
    match TcpStream::connect(("127.0.0.1", port)).await {
        Ok(mut origin) => {
            stream.write_all(&[5, 0, 0, 3, 4, b'h', b'o', b's', b't', 0, 1]).await?;
            tokio::io::copy_bidirectional(&mut stream, &mut origin).await.map(drop)
        }
        Err(_) => stream.write_all(&[5, 5, 0, 1, 0, 0, 0, 0, 0, 0]).await,
    }
}

async fn sized(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::from(stream.read_u8().await?)];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}

fn pool(forward: Forward, host: &str, port: u16, tls: Option<OriginTls>, http2: bool) -> Pool {
    let origin = Origin { host: host.to_owned(), port, tls, http2, forward: Some(Arc::new(forward)) };
    Pool::new(origin, PoolOptions { idle: 8, idle_time: LONG, connect: LONG, write: LONG, read: LONG })
}

async fn ask(pool: &Pool) -> Result<String, SendError> {
    let request = Request::post("/path?q").header("host", "unit.test").body(Body::from("once")).unwrap();
    let response = pool.send(request).await?;
    Ok(String::from_utf8(response.into_body().hold(1000).await.unwrap().to_vec()).unwrap())
}

fn origin_tls(authority: &Authority, http2: bool) -> Option<OriginTls> {
    Some(OriginTls { config: trusting(authority, http2), server_name: "unit.test".to_owned() })
}

#[tokio::test]
async fn an_https_origin_is_reached_by_tunnel_with_its_own_certificate() {
    let authority = Authority::new();
    let config = |http2| server_config(&[authority.certificate(&["unit.test"], &[])], http2).unwrap();
    for http2 in [false, true] {
        let server = serve(config(http2)).await;
        for (scheme, login) in [
            ("http", ""),
            ("http", "me:s3cret@"),
            ("https", ""),
            ("https", "me:s3cret@"),
            ("socks5h", ""),
            ("socks5h", "me:s3cret@"),
        ] {
            let door = if login.is_empty() { Door::Open } else { Door::Locked };
            let own = (scheme == "https").then(|| config(false));
            let (port, asked) = if scheme == "socks5h" { socks_proxy(door).await } else { http_proxy(door, own).await };
            let mut forward = Forward::read(&format!("{scheme}://{login}127.0.0.1:{port}")).unwrap();
            forward.tls = origin_tls(&authority, false);
            let pool = pool(forward, INNER, server.port, origin_tls(&authority, http2), http2);
            let version = if http2 { "HTTP/2.0" } else { "HTTP/1.1" };
            for _ in 0..3 {
                assert_eq!(ask(&pool).await.unwrap(), version, "{scheme} {login}");
            }
            let asked = asked.lock().unwrap();
            let wanted =
                if scheme == "socks5h" { INNER.to_owned() } else { format!("CONNECT {INNER}:{}", server.port) };
            assert!(asked.len() == 1 && asked[0].starts_with(&wanted), "one tunnel for all: {asked:?}");
        }
    }
}

#[tokio::test]
async fn an_http_origin_is_asked_for_by_its_whole_url() {
    for (door, login) in [(Door::Open, ""), (Door::Locked, "me:s3cret@")] {
        let (port, asked) = http_proxy(door, None).await;
        let forward = Forward::read(&format!("http://{login}127.0.0.1:{port}")).unwrap();
        for (host, origin, url) in [
            (INNER, 8080, "http://inner.invalid:8080/path?q"),
            (INNER, 80, "http://inner.invalid/path?q"),
            ("2001:db8::1", 80, "http://[2001:db8::1]/path?q"),
        ] {
            let pool = pool(forward.clone(), host, origin, None, false);
            assert_eq!(ask(&pool).await.unwrap(), url);
            let header = |out: &mut Vec<u8>| {
                out.extend_from_slice(format!("POST {}/path?q HTTP/1.1\r\n", pool.target_prefix()).as_bytes());
                if let Some(value) = pool.proxy_authorization() {
                    out.extend_from_slice(&[b"proxy-authorization: ", value.as_bytes(), b"\r\n"].concat());
                }
                out.extend_from_slice(b"content-length: 0\r\n\r\n");
            };
            assert_eq!(pool.send_written(&header, bytes::Bytes::new()).await.unwrap().status(), 200);
        }
        assert!(asked.lock().unwrap()[0].contains("host: unit.test\r\n"), "the host that was written is sent");
    }
}

#[tokio::test]
async fn plain_http_goes_through_socks_and_http2_through_a_tunnel() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let io = hyper_util::rt::TokioIo::new(stream);
                let service = hyper::service::service_fn(|request: Request<hyper::body::Incoming>| async move {
                    Ok::<_, hyper::Error>(http::Response::new(Body::from(format!("{:?}", request.version()))))
                });
                let builder = hyper_util::server::conn::auto::Builder::new(hyper_util::rt::TokioExecutor::new());
                let _ = builder.serve_connection(io, service).await;
            });
        }
    });
    let (socks, asked) = socks_proxy(Door::Open).await;
    let (http, _) = http_proxy(Door::Open, None).await;
    for (proxy, host, http2, expected) in [
        (format!("socks5h://127.0.0.1:{socks}"), INNER, false, "HTTP/1.1"),
        (format!("socks5://127.0.0.1:{socks}"), "localhost", false, "HTTP/1.1"),
        (format!("socks5h://127.0.0.1:{socks}"), "127.0.0.1", true, "HTTP/2.0"),
        (format!("http://127.0.0.1:{http}"), INNER, true, "HTTP/2.0"),
    ] {
        let pool = pool(Forward::read(&proxy).unwrap(), host, origin, None, http2);
        assert_eq!(ask(&pool).await.unwrap(), expected, "{proxy} {host}");
    }
    let seen = asked.lock().unwrap().clone();
    assert_eq!(seen, [INNER, "[127, 0, 0, 1]", "[127, 0, 0, 1]"], "socks5 resolves here, socks5h there");
}

#[tokio::test]
async fn a_proxy_that_does_not_help_is_named_and_its_password_is_not() {
    let authority = Authority::new();
    let (locked, _) = http_proxy(Door::Locked, None).await;
    let (locked_socks, _) = socks_proxy(Door::Locked).await;
    let (open, _) = http_proxy(Door::Open, None).await;
    let (open_socks, _) = socks_proxy(Door::Open).await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mute = silent.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            drop(silent.accept().await);
        }
    });
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let wants = "wants user and password";
    let rejects = "does not accept user and password";
    for (scheme, login, port, tls, expected) in [
        ("http", "", locked, true, wants),
        ("http", "me:wr0ng@", locked, true, rejects),
        ("http", "", locked, false, wants),
        ("http", "me:wr0ng@", locked, false, rejects),
        ("socks5h", "", locked_socks, true, wants),
        ("socks5h", "me:wr0ng@", locked_socks, true, rejects),
        ("http", "me:wr0ng@", open, true, "refused the tunnel to 127.0.0.1:"),
        ("socks5", "me:wr0ng@", open_socks, true, "connection refused"),
        ("http", "me:wr0ng@", mute, true, ""),
        ("socks5", "me:wr0ng@", mute, true, ""),
        ("http", "me:wr0ng@", closed, true, "refused"),
        ("https", "me:wr0ng@", open, true, ""),
    ] {
        let mut forward = Forward::read(&format!("{scheme}://{login}127.0.0.1:{port}")).unwrap();
        forward.tls = origin_tls(&authority, false);
        let tls = tls.then(|| origin_tls(&authority, false).unwrap());
        let error = ask(&pool(forward, "127.0.0.1", closed, tls, false)).await.unwrap_err();
        let text = error.to_string();
        assert_eq!((error.kind, error.sent), (SendErrorKind::Proxy, Sent::Nothing), "{text}");
        let named = text.contains(&format!("forward proxy {scheme}://127.0.0.1:{port}"));
        assert!(named && text.contains(expected) && !text.contains("wr0ng"), "{scheme} {expected}: {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_proxy_that_stalls_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let authority = Authority::new();
    for scheme in ["http", "socks5", "https"] {
        let mut forward = Forward::read(&format!("{scheme}://127.0.0.1:{port}")).unwrap();
        forward.tls = origin_tls(&authority, false);
        let pool = pool(forward, "192.0.2.1", 443, origin_tls(&authority, false), false);
        let error = ask(&pool).await.unwrap_err();
        assert_eq!((error.kind, error.sent), (SendErrorKind::ConnectTimeout, Sent::Nothing));
        assert!(error.to_string().contains(&format!("{scheme}://127.0.0.1:{port}")), "{error}");
    }
}
