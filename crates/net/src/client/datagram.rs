//! Datagrams to a host whose name is looked up like that of any other.

use super::dns::Resolver;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use tokio::net::UdpSocket;

/// Where datagrams go.
pub struct Datagrams {
    resolver: Resolver,
}

impl Datagrams {
    /// Towards this host and port.
    pub fn new(host: &str, port: u16) -> Self {
        Self { resolver: Resolver::new(host, port) }
    }

    /// Sends one datagram. Whether it arrives is not known.
    pub async fn send(&self, bytes: &[u8]) -> io::Result<()> {
        let addresses = self.resolver.addresses().await?;
        let to = addresses.first().ok_or_else(|| io::Error::from(io::ErrorKind::AddrNotAvailable))?;
        let any = match to.ip() {
            IpAddr::V4(_) => IpAddr::from(Ipv4Addr::UNSPECIFIED),
            IpAddr::V6(_) => IpAddr::from(Ipv6Addr::UNSPECIFIED),
        };
        let socket = UdpSocket::bind(SocketAddr::new(any, 0)).await?;
        socket.send_to(bytes, to).await.map(drop)
    }
}
