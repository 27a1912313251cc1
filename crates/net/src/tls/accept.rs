//! TLS begun by clients: what they are shown, and asked for, by the server name that they give.

use super::TlsError;
use super::clients::{ClientCertificates, ClientCheck, PeerCertificate};
use super::server::{ByName, Choice, ServerCertificate, config, server_name};
use rustls::ServerConfig;
use rustls::server::{Acceptor, ServerConnection};
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{LazyConfigAcceptor, TlsAcceptor};

/// A listener's TLS, made ready.
pub struct ServerTls {
    usual: Ready,
    /// Where some hosts ask for other certificates than the rest.
    named: Option<ByName<Ready>>,
}

#[derive(Clone)]
struct Ready {
    config: Arc<ServerConfig>,
    check: Option<Arc<ClientCheck>>,
}

/// A connection that speaks TLS.
pub struct Accepted<S> {
    /// The connection.
    pub stream: TlsStream<S>,
    /// What the client showed.
    pub certificate: Option<Arc<PeerCertificate>>,
}

impl ServerTls {
    /// Certificates as [`super::server_config`] takes them, and what clients are asked for. Of several that ask for the
    /// same host the first counts.
    pub fn new(
        certificates: &[ServerCertificate],
        clients: &[ClientCertificates],
        http2: bool,
    ) -> Result<Self, TlsError> {
        let choice = Arc::new(Choice::read(certificates)?);
        let mut usual = None;
        let mut named = ByName::new();
        for (index, asked) in clients.iter().enumerate() {
            let ready = Ready::asking(&choice, asked, http2)?;
            if asked.hosts.is_empty() {
                usual.get_or_insert(ready);
                continue;
            }
            for host in &asked.hosts {
                let bad = |problem| TlsError::Certificate { number: index + 1, hosts: asked.hosts.join(", "), problem };
                named.add(server_name(host).map_err(bad)?, ready.clone());
            }
        }
        let usual = match usual {
            Some(usual) => usual,
            None => Ready { config: config(choice, None, http2)?, check: None },
        };
        Ok(Self { usual, named: clients.iter().any(|asked| !asked.hosts.is_empty()).then_some(named) })
    }

    /// The handshake.
    pub async fn accept<S>(&self, stream: S) -> io::Result<Accepted<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let Some(named) = &self.named else {
            let stream = TlsAcceptor::from(self.usual.config.clone()).accept(stream).await?;
            return self.usual.accepted(stream);
        };
        let hello = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
        let ready = hello.client_hello().server_name().and_then(|name| named.find(name)).unwrap_or(&self.usual);
        let stream = hello.into_stream(ready.config.clone()).await?;
        ready.accepted(stream)
    }
}

impl Ready {
    fn asking(choice: &Arc<Choice>, asked: &ClientCertificates, http2: bool) -> Result<Self, TlsError> {
        let check = Arc::new(ClientCheck::read(asked)?);
        Ok(Self { config: config(choice.clone(), Some(check.clone()), http2)?, check: Some(check) })
    }

    /// A resumed session has the certificate of the first one, which may not count any more.
    fn accepted<S>(&self, stream: TlsStream<S>) -> io::Result<Accepted<S>> {
        let connection: &ServerConnection = stream.get_ref().1;
        let certificate = match (&self.check, connection.peer_certificates()) {
            (Some(check), Some(chain)) => check.peer(chain).map_err(io::Error::other)?,
            (Some(_), None) | (None, _) => None,
        };
        Ok(Accepted { stream, certificate: certificate.map(Arc::new) })
    }
}
