//! The step that makes a record and leaves it in the queue of its sink. Nothing waits for it.

use super::queue::{Queue, Queues};
use super::record;
use super::shape::ReadyShape;
use super::sink::LogError;
use crate::exchange::Exchange;
use crate::predicate::Asked;
use crate::{Outcome, Policy, Running};
use expr::vars::ReadyCondition;
use model::policy::{Log as Data, LogValue};
use model::variable::Variable;
use std::sync::Arc;

/// Makes records.
pub(crate) struct Log {
    record: LogValue,
    shape: ReadyShape,
    queue: Arc<Queue>,
    slot: usize,
    when: Option<ReadyCondition<Variable>>,
}

impl Log {
    pub(crate) fn build(
        data: &Data,
        queues: &Queues,
        metrics: &telemetry::Metrics,
        slot: usize,
    ) -> Result<Self, LogError> {
        let queue = queues.of(&data.sink, data.queue, metrics)?;
        let when = data.when.as_ref().map(ReadyCondition::new);
        Ok(Self { record: data.record.clone(), shape: ReadyShape::new(&data.shape), queue, slot, when })
    }
}

impl Policy for Log {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        let status = exchange.sent.as_ref().map_or(0, |sent| sent.status);
        let told = self.when.as_ref().is_none_or(|when| when.holds(&Asked::of(exchange)));
        if told && self.shape.tells(status) {
            let record = record::write(&self.record, exchange, self.slot);
            self.queue.push(self.shape.around(record, status, exchange));
        }
        Running::Done(Outcome::Continue)
    }
}
