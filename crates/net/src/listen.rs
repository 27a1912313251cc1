//! Listening sockets.

use socket2::{Domain, Protocol, Socket, Type};
#[cfg(target_os = "linux")]
use socket2::{SockFilter, SockRef};
use std::io;
use std::net::{SocketAddr, TcpListener};

/// Connections the system holds until they are accepted; it may hold fewer (`net.core.somaxconn`).
const BACKLOG: i32 = 4096;

/// Why an address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {}", advice(cause))]
pub struct BindError {
    /// The address.
    pub address: SocketAddr,
    /// What the system says.
    #[source]
    pub cause: io::Error,
}

/// A listening TCP socket, not blocking. `[::]` takes IPv4 as well. With `reuse_port` several sockets may have the
/// address, and the system spreads connections over them.
pub fn bind(address: SocketAddr, reuse_port: bool) -> Result<TcpListener, BindError> {
    open(address, reuse_port).map_err(|cause| BindError { address, cause })
}

fn open(address: SocketAddr, reuse_port: bool) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    if reuse_port {
        socket.set_reuse_port(true)?;
    }
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?; // Linux hands it on to accepted connections
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

fn advice(cause: &io::Error) -> String {
    match cause.kind() {
        io::ErrorKind::AddrInUse => "the address is in use by another process or listener".to_owned(),
        io::ErrorKind::PermissionDenied => {
            "not permitted; ports below 1024 need root or the capability CAP_NET_BIND_SERVICE".to_owned()
        }
        io::ErrorKind::AddrNotAvailable => "this host does not have that address".to_owned(),
        _ => cause.to_string(),
    }
}

/// Lets no new client begin: its SYN is dropped, so that it asks again and finds a successor or nobody. Whoever is in
/// the middle of the handshake comes through; accept for a round-trip's time, and nobody who was let in is cut off.
///
/// The socket's own packet filter does it (`SO_ATTACH_FILTER`): whoever shares the socket turns clients away too.
#[cfg(target_os = "linux")]
pub fn turn_away(socket: &impl std::os::fd::AsFd) -> io::Result<()> {
    const FLAGS: u32 = 13; // offset in the TCP header
    const SYN: u32 = 0x02;
    let filter = [
        SockFilter::new(0x30, 0, 0, FLAGS),    // load the byte of flags
        SockFilter::new(0x45, 0, 1, SYN),      // with SYN go on, else skip one
        SockFilter::new(0x06, 0, 0, 0),        // drop
        SockFilter::new(0x06, 0, 0, u32::MAX), // keep
    ];
    SockRef::from(socket).attach_filter(&filter)
}

/// Systems other than Linux have no such filter: who connects in the last moment may be cut off.
#[cfg(not(target_os = "linux"))]
pub fn turn_away(_: &impl std::os::fd::AsFd) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn any(ip: &str) -> SocketAddr {
        SocketAddr::new(ip.parse().unwrap(), 0)
    }

    #[test]
    fn a_taken_address_is_named_with_the_reason() {
        let first = bind(any("127.0.0.1"), false).unwrap();
        let address = first.local_addr().unwrap();
        let error = bind(address, false).unwrap_err();
        assert_eq!(error.address, address);
        assert_eq!(error.cause.kind(), io::ErrorKind::AddrInUse);
        assert_eq!(error.to_string(), format!("cannot listen on {address}: {}", advice(&error.cause)));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn who_is_turned_away_is_not_let_in() {
        let listener = bind(any("127.0.0.1"), false).unwrap();
        let address = listener.local_addr().unwrap();
        let early = std::net::TcpStream::connect(address).unwrap();
        turn_away(&listener).unwrap();
        let brief = std::time::Duration::from_millis(20);
        let late = std::net::TcpStream::connect_timeout(&address, brief).unwrap_err();
        assert_eq!(late.kind(), io::ErrorKind::TimedOut);
        assert_eq!(listener.accept().unwrap().1, early.local_addr().unwrap(), "who was there before is accepted");
    }

    #[test]
    fn a_foreign_address_is_refused() {
        let error = bind(any("192.0.2.1"), false).unwrap_err();
        assert_eq!(error.cause.kind(), io::ErrorKind::AddrNotAvailable);
    }

    #[test]
    fn several_sockets_share_an_address_if_asked_to() {
        let first = bind(any("127.0.0.1"), true).unwrap();
        bind(first.local_addr().unwrap(), true).unwrap();
    }

    #[tokio::test]
    async fn accepted_connections_do_not_wait_to_fill_packets() {
        let listener = tokio::net::TcpListener::from_std(bind(any("127.0.0.1"), false).unwrap()).unwrap();
        let _client = tokio::net::TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        assert!(listener.accept().await.unwrap().0.nodelay().unwrap());
    }
}
