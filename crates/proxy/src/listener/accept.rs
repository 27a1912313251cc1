//! Accepting: one loop for each worker and listener.

use super::{ListenerState, connection};
use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Accepts until the listener is stopped. Then no new client may begin, and those who are in the middle of it are
/// still let in: nobody who was let in is turned away.
pub(crate) async fn accept_until_stopped(listener: TcpListener, state: Arc<ListenerState>) {
    let mut stopped = state.stop.subscribe();
    tokio::select! {
        biased;
        () = told(&mut stopped) => {}
        () = accept(&listener, &state) => {}
    }
    if !state.inherited {
        if let Err(error) = net::listen::turn_away(&listener) {
            tracing::debug!(%error, listener = %state.bound, "who connects in the last moment may be cut off");
        }
        let _ = tokio::time::timeout(HANDSHAKE, accept(&listener, &state)).await; // it never ends by itself
    }
    while let Some(Ok(stream)) = waiting(&listener).await {
        serve(stream, &state);
    }
}

/// How long a handshake that has begun may take to come through once the listener is stopped.
const HANDSHAKE: Duration = Duration::from_millis(200);

async fn accept(listener: &TcpListener, state: &Arc<ListenerState>) {
    loop {
        match next(listener, state).await {
            Ok(stream) => serve(stream, state),
            Err(error) => wait_out(&error).await,
        }
    }
}

async fn told(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await; // a sender that is gone is a listener that is
}

async fn next(listener: &TcpListener, state: &ListenerState) -> io::Result<TcpStream> {
    let limit = state.view.load().plan().limits.connections;
    state.at_most(limit.saturating_sub(1)).await;
    listener.accept().await.map(|(stream, _)| stream)
}

/// A connection that waits in the accept queue right now.
async fn waiting(listener: &TcpListener) -> Option<io::Result<TcpStream>> {
    poll_fn(|cx| {
        Poll::Ready(match listener.poll_accept(cx) {
            Poll::Ready(accepted) => Some(accepted.map(|(stream, _)| stream)),
            Poll::Pending => None,
        })
    })
    .await
}

fn serve(stream: TcpStream, state: &Arc<ListenerState>) {
    let guest = state.enter();
    let state = state.clone();
    tokio::spawn(async move {
        connection::serve(stream, &state).await;
        drop(guest);
    });
}

/// A peer that left while it waited is no matter; running out of descriptors or memory is, and trying at once
/// again would only burn the processor.
async fn wait_out(error: &io::Error) {
    if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) {
        return;
    }
    tracing::error!(%error, "cannot accept connections; raise the limit of open files (ulimit -n) if that is the cause");
    tokio::time::sleep(Duration::from_millis(100)).await;
}
