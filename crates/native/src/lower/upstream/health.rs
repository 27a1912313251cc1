//! When a node is left alone, and when it is asked again.

use super::super::{Lowering, header};
use crate::decode::{At, Lasting, OneOrMany, Text};
use crate::entity::upstream as entity;
use model::endpoint::{ActiveHealth, HealthLimits, PassiveHealth, Probe};
use std::time::Duration;

/// How long a node is left alone, and how often it is checked, if nothing is said.
pub(crate) const USUAL: Duration = Duration::from_secs(10);

pub(super) fn passive(written: &entity::PassiveHealth, at: &mut Lowering<'_>) -> PassiveHealth {
    let mut bad = statuses(written.bad.as_ref(), at);
    if written.count_5xx.as_ref().is_some_and(|count| count.value) {
        bad.push((500, 599));
    }
    let until_well = written.until_well.as_ref().is_some_and(|flag| flag.value);
    if let Some(pause) = written.pause.as_ref().filter(|_| until_well) {
        at.invalid(&pause.spot, "a node is left alone for a time, or until it is well");
    }
    let counts = [&written.failures, &written.broken, &written.timeouts, &written.statuses];
    PassiveHealth {
        limits: limits(counts, bad),
        pause: (!until_well).then(|| written.pause.as_ref().map_or(USUAL, |pause| pause.0)),
    }
}

pub(super) fn active(written: &entity::ActiveHealth, at: &mut Lowering<'_>) -> ActiveHealth {
    let interval = |written: &Option<At<Lasting>>| {
        Some(written.as_ref().map_or(USUAL, |time| time.0)).filter(|time| !time.is_zero())
    };
    let bad = match &written.bad {
        None => vec![(500, 599)],
        listed => statuses(listed.as_ref(), at),
    };
    let good = match &written.good {
        None => vec![(200, 399)],
        listed => statuses(listed.as_ref(), at),
    };
    let counts = [&written.failures, &written.broken, &written.timeouts, &written.statuses];
    ActiveHealth {
        probe: probe(written, at),
        timeout: written.timeout.as_ref().map_or(Duration::from_secs(1), |time| time.0),
        concurrency: written.concurrency.as_ref().map_or(10, |count| count.value),
        well_interval: interval(&written.well_interval),
        sick_interval: interval(&written.sick_interval),
        limits: limits(counts, bad),
        successes: written.successes.as_ref().map_or(1, |count| count.value),
        good,
    }
}

fn probe(written: &entity::ActiveHealth, at: &mut Lowering<'_>) -> Probe {
    let port = written.port.as_ref().map(|port| port.value);
    if written.connect.as_ref().is_some_and(|flag| flag.value) {
        if let Some(text) = written.path.as_ref().or(written.host.as_ref()) {
            at.invalid(&text.spot, "where a connection is enough, nothing is asked");
        }
        return Probe::Connect { port };
    }
    let mut headers = Vec::new();
    for (name, values) in written.headers.iter().flat_map(|headers| &headers.0) {
        let name = header::name(name, &name.spot, at);
        headers.extend(values.all().iter().map(|text| (name.clone(), header::value(text, at))));
    }
    if let Some(path) = written.path.as_ref().filter(|path| !path.starts_with('/')) {
        at.invalid(&path.spot, "a path begins with '/'");
    }
    Probe::Http {
        path: written.path.as_ref().map_or_else(|| "/".to_owned(), |path| path.value.clone()),
        host: written.host.as_ref().map(|host| host.value.clone()),
        headers,
        port,
    }
}

fn limits([any, broken, timeouts, statuses]: [&Option<At<u32>>; 4], bad: Vec<(u16, u16)>) -> HealthLimits {
    let apart = broken.is_some() || timeouts.is_some() || statuses.is_some();
    let count = |written: &Option<At<u32>>, usual| written.as_ref().map_or(usual, |count| count.value);
    HealthLimits {
        any: count(any, if apart { 0 } else { 3 }),
        broken: count(broken, 0),
        timeouts: count(timeouts, 0),
        statuses: count(statuses, 0),
        bad,
    }
}

/// `429`, `500-503`.
pub(crate) fn statuses(written: Option<&OneOrMany<Text>>, at: &mut Lowering<'_>) -> Vec<(u16, u16)> {
    let mut all = Vec::new();
    for text in written.iter().flat_map(|list| list.all()) {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        match (first.trim().parse(), last.trim().parse()) {
            (Ok(first), Ok(last)) if first <= last => all.push((first, last)),
            _ => at.invalid(&text.spot, "these are no statuses; write 503 or 500-599"),
        }
    }
    all
}
