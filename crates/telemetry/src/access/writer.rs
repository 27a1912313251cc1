//! The thread that brings lines out.

use super::output::Output;
use super::queue::Queue;
use std::sync::Arc;

/// Starts the writer; it ends when the queue is closed.
pub(super) fn start(queue: Arc<Queue>, output: Output) -> std::io::Result<()> {
    std::thread::Builder::new().name("access-log".into()).spawn(move || run(&queue, output)).map(drop)
}

fn run(queue: &Queue, mut output: Output) {
    queue.become_writer();
    let mut spare = Vec::new();
    loop {
        let orders = queue.orders();
        queue.drain(&mut spare, |lines| queue.lose(output.write(lines)));
        if orders.reopen {
            output.reopen();
        }
        queue.report(&orders);
        if orders.close {
            return;
        }
        queue.rest();
    }
}
