//! A fresh connection to an origin: addresses, TCP, the forward proxy on the way, TLS, and which HTTP is spoken.

use super::dns::Resolver;
use super::through::{self, Destination};
use super::wire::Wire;
use super::{Origin, OriginTls, SendError, SendErrorKind, Sent, http1, http2, outgoing};
use crate::forward::{Forward, Scheme};
use http::HeaderValue;
use rustls_pki_types::ServerName;
use socket2::{SockRef, TcpKeepalive};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// The next address is tried when the one before has not answered for that long (RFC 8305, section 5).
const STAGGER: Duration = Duration::from_millis(250);

/// Silence after which the system asks whether the peer is still there. A function may run for 15 minutes without a
/// byte, and what stands on the way (AWS's own balancers and NAT gateways: 350 seconds) forgets silent connections.
const KEEPALIVE: Duration = Duration::from_secs(60);
/// Between two such questions when none is answered.
const KEEPALIVE_AGAIN: Duration = Duration::from_secs(15);
/// As many unanswered ones end the connection.
const KEEPALIVE_TRIES: u32 = 6;

/// Connects to one origin.
pub(crate) struct Dialer {
    origin: Origin,
    /// Of the origin, or of the forward proxy in its place.
    resolver: Resolver,
    tls: Option<Secure>,
    proxy: Option<Proxy>,
}

/// The forward proxy on the way.
struct Proxy {
    forward: Arc<Forward>,
    /// Towards the proxy itself.
    tls: Option<Secure>,
    /// Of the origin, where the proxy leaves that to us.
    origin: Option<Resolver>,
    /// What HTTP/1.1 requests in plain text say in place of a tunnel.
    absolute: Option<Absolute>,
}

/// How a request is written for an HTTP proxy that passes it on itself.
pub(crate) struct Absolute {
    /// Scheme and authority of its target.
    pub(crate) prefix: String,
    /// Who asks.
    pub(crate) authorization: Option<HeaderValue>,
}

/// TLS made ready.
struct Secure {
    connector: TlsConnector,
    /// `None` when the name is none.
    name: Option<ServerName<'static>>,
}

/// A connection, with the HTTP it speaks.
pub(crate) enum Spoken {
    /// One exchange at a time.
    Http1(Box<http1::Connection>),
    /// Many.
    Http2(http2::Sender),
}

impl Dialer {
    pub(crate) fn new(origin: Origin) -> Self {
        let tls = origin.tls.as_ref().map(|tls| Secure::new(tls, origin.http2));
        let proxy = origin.forward.clone().map(|forward| Proxy::new(forward, &origin));
        let resolver = match &proxy {
            Some(proxy) => Resolver::new(&proxy.forward.host, proxy.forward.port),
            None => Resolver::new(&origin.host, origin.port),
        };
        Self { origin, resolver, tls, proxy }
    }

    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// How requests are written that an HTTP proxy passes on itself.
    pub(crate) fn absolute(&self) -> Option<&Absolute> {
        self.proxy.as_ref()?.absolute.as_ref()
    }

    /// Connects, until HTTP can be spoken. Nothing of a request has left when it fails.
    pub(crate) async fn dial(&self) -> Result<Spoken, SendError> {
        if let Some(proxy) = &self.proxy {
            return Box::pin(self.dial_through(proxy)).await;
        }
        let addresses = self.resolver.addresses().await.map_err(|e| self.failure(SendErrorKind::Resolve, &e))?;
        let stream = reach(&addresses).await.map_err(|cause| self.failure(SendErrorKind::Connect, &cause))?;
        let Some(tls) = &self.tls else {
            return speak(Wire::Plain(stream), self.origin.http2).await;
        };
        let stream = tls.handshake(stream).await.map_err(|cause| self.failure(SendErrorKind::Tls, &cause))?;
        let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        speak(Wire::Tls(Box::new(stream)), http2).await
    }

    /// Connects without speaking HTTP, and without a forward proxy.
    pub(crate) async fn wire(&self) -> Result<Wire, SendError> {
        let addresses = self.resolver.addresses().await.map_err(|e| self.failure(SendErrorKind::Resolve, &e))?;
        let stream = reach(&addresses).await.map_err(|cause| self.failure(SendErrorKind::Connect, &cause))?;
        let Some(tls) = &self.tls else { return Ok(Wire::Plain(stream)) };
        let stream = tls.handshake(stream).await.map_err(|cause| self.failure(SendErrorKind::Tls, &cause))?;
        Ok(Wire::Tls(Box::new(stream)))
    }

    async fn dial_through(&self, proxy: &Proxy) -> Result<Spoken, SendError> {
        let mut wire = self.reach_proxy(proxy).await.map_err(|cause| proxy.failure(&cause))?;
        if proxy.absolute.is_some() {
            return speak(wire, false).await;
        }
        self.tunnel(proxy, &mut wire).await.map_err(|cause| proxy.failure(&cause))?;
        let Some(tls) = &self.tls else { return speak(wire, self.origin.http2).await };
        match wire {
            Wire::Plain(stream) => {
                let stream = tls.handshake(stream).await.map_err(|cause| self.failure(SendErrorKind::Tls, &cause))?;
                let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                speak(Wire::Tls(Box::new(stream)), http2).await
            }
            wire => {
                let stream = tls.handshake(wire).await.map_err(|cause| self.failure(SendErrorKind::Tls, &cause))?;
                let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                speak(Wire::Within(Box::new(stream)), http2).await
            }
        }
    }

    async fn reach_proxy(&self, proxy: &Proxy) -> io::Result<Wire> {
        let addresses = self.resolver.addresses().await?;
        let stream = reach(&addresses).await?;
        match &proxy.tls {
            Some(tls) => Ok(Wire::Tls(Box::new(tls.handshake(stream).await?))),
            None => Ok(Wire::Plain(stream)),
        }
    }

    /// Has the proxy connect to the origin.
    async fn tunnel(&self, proxy: &Proxy, wire: &mut Wire) -> io::Result<()> {
        let Origin { host, port, .. } = &self.origin;
        let literal: Option<IpAddr> = host.parse().ok();
        match (proxy.forward.scheme, literal) {
            (Scheme::Http | Scheme::Https, _) => through::connect(wire, &proxy.forward, host, *port).await,
            (Scheme::Socks5h, None) => through::socks5(wire, &proxy.forward, &Destination::Name(host, *port)).await,
            (Scheme::Socks5 | Scheme::Socks5h, Some(ip)) => {
                through::socks5(wire, &proxy.forward, &Destination::Address(SocketAddr::new(ip, *port))).await
            }
            (Scheme::Socks5, None) => {
                let addresses = match &proxy.origin {
                    Some(resolver) => resolver.addresses().await?,
                    None => [].into(),
                };
                let Some(first) = addresses.iter().find(|address| address.is_ipv4()).or(addresses.first()) else {
                    return Err(io::Error::other("the origin's name has no address"));
                };
                through::socks5(wire, &proxy.forward, &Destination::Address(*first)).await
            }
        }
    }

    fn failure(&self, kind: SendErrorKind, cause: &io::Error) -> SendError {
        let Origin { host, port, .. } = &self.origin;
        let way = self.proxy.as_ref().map(|proxy| format!(" through the forward proxy {}", proxy.forward));
        let way = way.unwrap_or_default();
        SendError::new(kind, Sent::Nothing, format!("{host}:{port}{way}: {}", outgoing::chain(cause)))
    }
}

impl Proxy {
    fn new(forward: Arc<Forward>, origin: &Origin) -> Self {
        let passes_on = forward.is_http() && origin.tls.is_none() && !origin.http2;
        let bracketed = if origin.host.contains(':') { format!("[{}]", origin.host) } else { origin.host.clone() };
        let authorization = through::authorization(&forward).and_then(|text| {
            let mut value = HeaderValue::try_from(text).ok()?;
            value.set_sensitive(true);
            Some(value)
        });
        let prefix = if origin.port == 80 {
            format!("http://{bracketed}")
        } else {
            format!("http://{bracketed}:{}", origin.port)
        };
        Self {
            tls: forward.tls.as_ref().filter(|_| forward.scheme == Scheme::Https).map(|tls| Secure::new(tls, false)),
            origin: (forward.scheme == Scheme::Socks5).then(|| Resolver::new(&origin.host, origin.port)),
            absolute: passes_on.then_some(Absolute { prefix, authorization }),
            forward,
        }
    }

    fn failure(&self, cause: &io::Error) -> SendError {
        let detail = format!("forward proxy {}: {}", self.forward, outgoing::chain(cause));
        SendError::new(SendErrorKind::Proxy, Sent::Nothing, detail)
    }
}

impl Secure {
    fn new(tls: &OriginTls, http2: bool) -> Self {
        Self { connector: with_alpn(&tls.config, http2).into(), name: server_name(&tls.server_name) }
    }

    async fn handshake<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S) -> io::Result<TlsStream<S>> {
        let Some(name) = &self.name else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the server name is neither a name nor an address",
            ));
        };
        self.connector.connect(name.clone(), stream).await
    }
}

async fn speak(wire: Wire, http2: bool) -> Result<Spoken, SendError> {
    Ok(if http2 { Spoken::Http2(http2::handshake(wire).await?) } else { Spoken::Http1(http1::Connection::new(wire)) })
}

/// The first of the addresses that accepts.
async fn reach(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let stream = match addresses {
        [only] => TcpStream::connect(only).await.map_err(|cause| told(*only, &cause))?,
        many => race(many).await?,
    };
    prepare(&stream)?;
    Ok(stream)
}

fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let keepalive =
        TcpKeepalive::new().with_time(KEEPALIVE).with_interval(KEEPALIVE_AGAIN).with_retries(KEEPALIVE_TRIES);
    SockRef::from(stream).set_tcp_keepalive(&keepalive)
}

/// Starts with the first address and adds the next when one fails or is slow; dropping it ends all tries.
async fn race(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut left = addresses.iter().copied();
    let mut tries = JoinSet::new();
    let mut failed = io::Error::other("no address");
    let start = |tries: &mut JoinSet<_>, address| {
        tries.spawn(async move { TcpStream::connect(address).await.map_err(|cause| told(address, &cause)) });
    };
    loop {
        let more = left.next();
        if let Some(address) = more {
            start(&mut tries, address);
        }
        let done = match more {
            Some(_) => match tokio::time::timeout(STAGGER, tries.join_next()).await {
                Ok(done) => done,
                Err(_) => continue,
            },
            None => tries.join_next().await,
        };
        match done {
            Some(Ok(Ok(stream))) => return Ok(stream),
            Some(Ok(Err(cause))) => failed = cause,
            Some(Err(_)) => {} // a try cannot panic, and nobody ends it while we wait
            None => return Err(failed),
        }
    }
}

fn told(address: SocketAddr, cause: &io::Error) -> io::Error {
    io::Error::new(cause.kind(), format!("{address}: {cause}"))
}

/// What is offered must be what can be spoken, whatever the configuration was made for.
fn with_alpn(config: &Arc<rustls::ClientConfig>, http2: bool) -> Arc<rustls::ClientConfig> {
    let offers_http2 = config.alpn_protocols.iter().any(|protocol| protocol == b"h2");
    if offers_http2 == http2 {
        return config.clone();
    }
    let mut config = rustls::ClientConfig::clone(config);
    config.alpn_protocols = crate::tls::alpn(http2);
    Arc::new(config)
}

fn server_name(name: &str) -> Option<ServerName<'static>> {
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    ServerName::try_from(bare.to_owned()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn an_address_that_refuses_gives_way_to_the_next() {
        let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let open = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (refusing, accepting) = (gone.local_addr().unwrap(), open.local_addr().unwrap());
        drop(gone);
        let stream = race(&[refusing, refusing, accepting]).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), accepting);
        let error = race(&[refusing, refusing]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        assert!(error.to_string().contains(&refusing.to_string()));
    }

    #[tokio::test]
    async fn connections_send_at_once_and_stay_watched() {
        let open = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(open.local_addr().unwrap()).await.unwrap();
        prepare(&stream).unwrap();
        assert!(stream.nodelay().unwrap());
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().unwrap());
        assert_eq!(socket.tcp_keepalive_time().unwrap(), KEEPALIVE);
        assert_eq!(socket.tcp_keepalive_interval().unwrap(), KEEPALIVE_AGAIN);
        assert_eq!(socket.tcp_keepalive_retries().unwrap(), KEEPALIVE_TRIES);
    }
}
