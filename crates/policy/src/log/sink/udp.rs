//! A server that takes datagrams. Whether they arrive nobody knows.

use net::client::datagram::Datagrams;

/// The server.
pub(in crate::log) struct Receiver(Datagrams);

impl Receiver {
    pub(super) fn new(host: &str, port: u16) -> Self {
        Self(Datagrams::new(host, port))
    }

    pub(super) async fn send(&self, body: &[u8]) -> Result<(), String> {
        self.0.send(body).await.map_err(|cause| cause.to_string())
    }
}
