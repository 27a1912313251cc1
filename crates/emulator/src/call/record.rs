//! The lines that AWS puts around a call: START, END, REPORT.

use super::failure::Failure;
use super::{Call, Ended};
use crate::function::Turn;
use crate::instance::{Instance, Outcome};
use jiff::Timestamp;
use std::fmt::Write;
use std::time::Duration;

/// The line before a call.
pub(super) fn start(request_id: &str, version: &str) -> String {
    format!("START RequestId: {request_id} Version: {version}")
}

/// Writes the lines after a call. Gives the end of the log, where the caller asked for it.
pub(super) fn finish(
    ended: &Ended,
    duration: Duration,
    call: &Call,
    turn: &Turn,
    failure: Option<&Failure>,
) -> Option<Vec<u8>> {
    let lines = lines(ended, duration, call, turn, failure);
    match &ended.instance {
        Some(instance) => {
            instance.note(&lines, call.tail);
            call.tail.then(|| instance.take_log())
        }
        None => {
            lines.lines().for_each(|line| call.function.journal().add(line));
            call.tail.then(|| lines.into_bytes())
        }
    }
}

fn lines(ended: &Ended, duration: Duration, call: &Call, turn: &Turn, failure: Option<&Failure>) -> String {
    let id = &call.invocation.request_id;
    let mut lines = String::with_capacity(320);
    if matches!(ended.result, Ok(Outcome::TimedOut)) {
        let seconds = turn.definition().timeout.as_secs_f64();
        let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%3fZ");
        let _infallible = writeln!(lines, "{now} {id} Task timed out after {seconds:.2} seconds\n");
    } else if let Some(failure) = failure.filter(|_| !matches!(ended.result, Ok(Outcome::Error(_)))) {
        let _infallible = writeln!(lines, "{}\n{}", failure.message, failure.kind);
    }
    let _infallible = writeln!(lines, "END RequestId: {id}");
    write_report(&mut lines, ended, duration, call, turn, failure);
    lines
}

/// AWS's fields in AWS's order; every figure is measured, and one that could not be is left out.
fn write_report(
    line: &mut String,
    ended: &Ended,
    duration: Duration,
    call: &Call,
    turn: &Turn,
    failure: Option<&Failure>,
) {
    let ms = |duration: Duration| duration.as_secs_f64() * 1000.0;
    let _infallible = write!(line, "REPORT RequestId: {}", call.invocation.request_id);
    let mut field = |name: &str, value: std::fmt::Arguments<'_>| {
        let _infallible = write!(line, "\t{name}: {value}");
    };
    field("Duration", format_args!("{:.2} ms", ms(duration)));
    // Coming up is billed too.
    field("Billed Duration", format_args!("{:.0} ms", ms(duration + ended.init.unwrap_or_default()).ceil()));
    field("Memory Size", format_args!("{} MB", turn.definition().memory_mb));
    if let Some(peak) = peak_memory_mb(ended, call) {
        field("Max Memory Used", format_args!("{peak} MB"));
    }
    if let Some(init) = ended.init {
        field("Init Duration", format_args!("{:.2} ms", ms(init)));
    }
    match failure {
        Some(_) if matches!(ended.result, Ok(Outcome::TimedOut)) => field("Status", format_args!("timeout")),
        Some(failure) => field("Status", format_args!("error\tError Type: {}", failure.kind)),
        None => {}
    }
    line.push('\t');
}

/// Asking the system is slower than everything else here: it is asked when somebody reads the line.
fn peak_memory_mb(ended: &Ended, call: &Call) -> Option<u64> {
    let is_read = call.tail || call.function.journal().is_followed();
    ended.instance.as_ref().filter(|_| is_read).and_then(Instance::peak_memory_mb)
}
