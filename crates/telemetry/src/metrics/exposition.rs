//! The counters as a scrape sees them.

use super::call::CallMetrics;
use super::registry::OTHER;
use super::route::RouteMetrics;
use super::{State, process, unix_seconds};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeGaugeValue, EncodeLabelSet, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use std::fmt::Error;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::SystemTime;

/// The gateway's own metrics.
#[derive(Debug)]
pub(super) struct Gateway(pub(super) Arc<State>);

/// The process's metrics.
#[derive(Debug)]
pub(super) struct Process(pub(super) SystemTime);

impl Collector for Gateway {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        routes(&mut encoder, &self.0.routes.in_use())?;
        calls(&mut encoder, &self.0.calls.in_use())?;
        super::identity::encode(&mut encoder, &self.0.identities)?;
        connections(&mut encoder, &self.0)?;
        reloads(&mut encoder, &self.0)?;
        itself(&mut encoder, &self.0)
    }
}

type Named<T> = [(Box<str>, Arc<T>)];

fn routes(encoder: &mut DescriptorEncoder<'_>, routes: &Named<RouteMetrics>) -> Result<(), Error> {
    let mut requests = encoder.encode_descriptor("requests", "Requests answered", None, MetricType::Counter)?;
    for (route, metrics) in routes {
        for (status, count) in metrics.statuses() {
            let mut buffer = itoa::Buffer::new();
            let status = if status == 0 { OTHER } else { buffer.format(status) };
            counter(&mut requests, &[("route", &**route), ("status", status)], count)?;
        }
    }
    let help = "Seconds from a request's header to the last byte of its response";
    let mut durations = encoder.encode_descriptor("request_duration_seconds", help, None, MetricType::Histogram)?;
    for (route, metrics) in routes {
        histogram(&mut durations, &[("route", &**route)], metrics.duration())?;
    }
    let help = "Bytes of response bodies sent";
    let mut bytes = encoder.encode_descriptor("response_bytes", help, None, MetricType::Counter)?;
    routes.iter().try_for_each(|(route, metrics)| counter(&mut bytes, &[("route", &**route)], metrics.bytes()))
}

fn calls(encoder: &mut DescriptorEncoder<'_>, calls: &Named<CallMetrics>) -> Result<(), Error> {
    let mut outcomes = encoder.encode_descriptor("calls", "Calls of functions", None, MetricType::Counter)?;
    for (function, metrics) in calls {
        for (outcome, count) in metrics.outcomes() {
            counter(&mut outcomes, &[("function", &**function), ("outcome", outcome)], count)?;
        }
    }
    let help = "Seconds a call of a function took";
    let mut durations = encoder.encode_descriptor("call_duration_seconds", help, None, MetricType::Histogram)?;
    let mut each = calls.iter();
    each.try_for_each(|(function, metrics)| histogram(&mut durations, &[("function", &**function)], metrics.duration()))
}

fn connections(encoder: &mut DescriptorEncoder<'_>, state: &State) -> Result<(), Error> {
    let open = state.connections.load(Ordering::Relaxed);
    gauge(encoder, "connections_open", "Client connections open now", open)?;
    let total = state.connections_total.load(Ordering::Relaxed);
    single_counter(encoder, "connections", "Client connections accepted", total)
}

fn reloads(encoder: &mut DescriptorEncoder<'_>, state: &State) -> Result<(), Error> {
    let mut reloads = encoder.encode_descriptor("reloads", "Reloads by result", None, MetricType::Counter)?;
    for (result, count) in ["refused", "accepted"].into_iter().zip(&state.reloads) {
        counter(&mut reloads, &[("result", result)], count.load(Ordering::Relaxed))?;
    }
    let last = *state.last_reload.lock().unwrap_or_else(PoisonError::into_inner);
    let Some((accepted, time)) = last else { return Ok(()) };
    let help = "Whether the last reload was accepted";
    gauge(encoder, "config_last_reload_success", help, i64::from(accepted))?;
    let help = "When the last reload ended, in seconds since 1970";
    gauge(encoder, "config_last_reload_timestamp_seconds", help, unix_seconds(time))
}

fn itself(encoder: &mut DescriptorEncoder<'_>, state: &State) -> Result<(), Error> {
    let lost = state.access_log_lost.lock().unwrap_or_else(PoisonError::into_inner).load(Ordering::Relaxed);
    single_counter(encoder, "access_log_lost", "Lines of the access log dropped or not written", lost)?;
    let lost = state.log_records_lost.load(Ordering::Relaxed);
    single_counter(encoder, "log_records_lost", "Records meant for a server of logs that did not get there", lost)?;
    let uptime = state.started.elapsed().as_secs_f64();
    gauge(encoder, "uptime_seconds", "Seconds since the start", uptime)?;
    // a gauge rather than OpenMetrics' info, which older scrapers do not know
    let mut build = encoder.encode_descriptor("build_info", "The running version", None, MetricType::Gauge)?;
    build.encode_family(&[("version", env!("CARGO_PKG_VERSION"))])?.encode_gauge(&1_i64)
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let help = "When the process started, in seconds since 1970";
        gauge(&mut encoder, "start_time_seconds", help, unix_seconds(self.0))?;
        let mut cpu =
            encoder.encode_descriptor("cpu_seconds", "Processor time spent, in seconds", None, MetricType::Counter)?;
        cpu.encode_counter::<NoLabelSet, _, f64>(&process::cpu_seconds(), None)?;
        if let Some(bytes) = process::resident_bytes() {
            gauge(&mut encoder, "resident_memory_bytes", "Bytes of memory in use", bytes)?;
        }
        if let Some(files) = process::open_files() {
            gauge(&mut encoder, "open_fds", "Open file descriptors", files)?;
        }
        Ok(())
    }
}

fn gauge(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    value: impl EncodeGaugeValue,
) -> Result<(), Error> {
    encoder.encode_descriptor(name, help, None, MetricType::Gauge)?.encode_gauge(&value)
}

fn single_counter(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> Result<(), Error> {
    let mut encoder = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
    encoder.encode_counter::<NoLabelSet, _, f64>(&value, None)
}

fn counter(encoder: &mut MetricEncoder<'_>, labels: &impl EncodeLabelSet, value: u64) -> Result<(), Error> {
    encoder.encode_family(labels)?.encode_counter::<NoLabelSet, _, f64>(&value, None)
}

/// One that has counted nothing is left out: most routes of a large configuration rest.
fn histogram(
    encoder: &mut MetricEncoder<'_>,
    labels: &impl EncodeLabelSet,
    histogram: &super::histogram::Histogram,
) -> Result<(), Error> {
    let (sum, count, buckets) = histogram.read();
    if count == 0 {
        return Ok(());
    }
    encoder.encode_family(labels)?.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
}
