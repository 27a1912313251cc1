//! Bytes both ways between a client and an upstream that have agreed on another protocol, until both have ended or
//! nothing has moved for too long.

use crate::tail::Life;
use bytes::Bytes;
use net::client::{Switched, Tunnel};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::Instant;

/// Bytes that are on their way in one direction.
const ROOM: usize = 8 * 1024;

/// Among the extensions of a 101: what upstream and gateway have agreed on.
#[derive(Clone)]
pub(crate) struct Agreed {
    pub(crate) switched: Switched,
    /// For so long nothing may move.
    pub(crate) idle: Duration,
}

/// The rest of a request's life once its client has read the 101.
pub(crate) struct Passage {
    upstream: Box<Tunnel>,
    idle: Duration,
    life: Box<Life>,
}

/// What has moved.
struct Traffic {
    began: Instant,
    /// Milliseconds since `began` at which something moved last.
    moved: AtomicU64,
    /// Bytes for the client.
    down: AtomicU64,
}

impl Passage {
    /// Nothing where somebody else took the connection.
    pub(crate) fn new(agreed: &Agreed, life: Box<Life>) -> Option<Self> {
        Some(Self { upstream: agreed.switched.take()?, idle: agreed.idle, life })
    }

    /// Carries bytes. `ahead` was read from the client already.
    pub(crate) async fn run<S: AsyncRead + AsyncWrite + Unpin>(mut self, client: S, ahead: Bytes) {
        let (from_client, mut to_client) = tokio::io::split(client);
        let (from_upstream, mut to_upstream) = tokio::io::split(*self.upstream);
        let traffic = Traffic { began: Instant::now(), moved: AtomicU64::new(0), down: AtomicU64::new(0) };
        let unused = AtomicU64::new(0);
        let up = carry((&*ahead).chain(from_client), &mut to_upstream, &traffic, &unused);
        let down = carry(from_upstream, &mut to_client, &traffic, &traffic.down);
        tokio::select! {
            ended = async { tokio::try_join!(up, down) } => {
                if let Err(cause) = ended {
                    tracing::debug!(%cause, "a connection of another protocol broke off");
                }
            }
            () = traffic.stops(self.idle) => {}
        }
        self.life.carried(traffic.down.load(Relaxed));
    }
}

/// One direction, to its end.
async fn carry(
    mut from: impl AsyncRead + Unpin,
    to: &mut (impl AsyncWrite + Unpin),
    traffic: &Traffic,
    count: &AtomicU64,
) -> io::Result<()> {
    let mut room = vec![0; ROOM];
    loop {
        let bytes = from.read(&mut room).await?;
        if bytes == 0 {
            return to.shutdown().await;
        }
        traffic.moves();
        to.write_all(&room[..bytes]).await?;
        to.flush().await?;
        count.fetch_add(bytes as u64, Relaxed);
    }
}

impl Traffic {
    fn moves(&self) {
        self.moved.store(u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX), Relaxed);
    }

    /// Returns when nothing has moved for so long.
    async fn stops(&self, idle: Duration) {
        loop {
            let end = self.began + Duration::from_millis(self.moved.load(Relaxed)) + idle;
            if Instant::now() >= end {
                return;
            }
            tokio::time::sleep_until(end).await;
        }
    }
}
