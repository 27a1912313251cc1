//! What the tasks of one worker send leaves together.

/// Lets the worker's other ready tasks get as far as this one before it writes to a socket.
///
/// A peer that sleeps is woken by what arrives, which costs the sender more than the sending itself; once awake it takes
/// everything that follows closely. Written one after the other, with the work for a whole request between them, nearly
/// every write wakes somebody.
pub async fn together() {
    tokio::task::yield_now().await;
}
