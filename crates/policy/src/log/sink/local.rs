//! The log of this machine: a socket of datagrams in the file system.

use tokio::net::UnixDatagram;

/// The socket, by its path.
pub(in crate::log) struct Socket(String);

impl Socket {
    pub(super) fn new(path: &str) -> Self {
        Self(path.to_owned())
    }

    pub(super) async fn send(&self, body: &[u8]) -> Result<(), String> {
        let sent = async {
            let socket = UnixDatagram::unbound()?;
            socket.send_to(body, &self.0).await.map(drop)
        };
        sent.await.map_err(|cause| cause.to_string())
    }
}
