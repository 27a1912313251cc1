//! A fresh connection to an origin: addresses, TCP, TLS, and which HTTP is spoken.

use super::dns::Resolver;
use super::wire::Wire;
use super::{Origin, SendError, SendErrorKind, Sent, http1, http2, outgoing};
use rustls_pki_types::ServerName;
use socket2::{SockRef, TcpKeepalive};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// The next address is tried when the one before has not answered for that long (RFC 8305, section 5).
const STAGGER: Duration = Duration::from_millis(250);

/// Silence after which the system asks whether the peer is still there.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// Connects to one origin.
pub(crate) struct Dialer {
    origin: Origin,
    resolver: Resolver,
    tls: Option<Secure>,
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
        let resolver = Resolver::new(&origin.host, origin.port);
        let tls = origin.tls.as_ref().map(|tls| Secure {
            connector: with_alpn(&tls.config, origin.http2).into(),
            name: server_name(&tls.server_name),
        });
        Self { origin, resolver, tls }
    }

    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Connects, until HTTP can be spoken. Nothing of a request has left when it fails.
    pub(crate) async fn dial(&self) -> Result<Spoken, SendError> {
        let addresses = self.resolver.addresses().await.map_err(|e| self.failure(SendErrorKind::Resolve, &e))?;
        let stream = reach(&addresses).await.map_err(|cause| self.failure(SendErrorKind::Connect, &cause))?;
        let Some(tls) = &self.tls else {
            return speak(Wire::Plain(stream), self.origin.http2).await;
        };
        let stream = tls.handshake(stream).await.map_err(|cause| self.failure(SendErrorKind::Tls, &cause))?;
        let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        speak(Wire::Tls(Box::new(stream)), http2).await
    }

    fn failure(&self, kind: SendErrorKind, cause: &io::Error) -> SendError {
        let Origin { host, port, .. } = &self.origin;
        SendError::new(kind, Sent::Nothing, format!("{host}:{port}: {}", outgoing::chain(cause)))
    }
}

impl Secure {
    async fn handshake(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
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
    SockRef::from(stream).set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEPALIVE))
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
        assert!(SockRef::from(&stream).keepalive().unwrap());
    }
}
