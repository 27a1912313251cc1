//! When a node is left alone, and when it is asked again.

use super::super::{Pen, key, text, unless};
use crate::decode::{At, Lasting, OneOrMany, Pairs, Text};
use crate::entity::upstream as entity;
use crate::lower::upstream::USUAL_TIME;
use model::endpoint::{ActiveHealth, HealthLimits, PassiveHealth, Probe};
use std::time::Duration;

pub(super) fn passive(one: &PassiveHealth) -> entity::PassiveHealth {
    let [failures, broken, timeouts, statuses] = counts(&one.limits);
    let only_5xx = one.limits.bad == [(500, 599)];
    entity::PassiveHealth {
        failures,
        broken,
        timeouts,
        statuses,
        count_5xx: unless(only_5xx, &false),
        bad: (!only_5xx && !one.limits.bad.is_empty()).then(|| ranges(&one.limits.bad)),
        pause: one.pause.and_then(|pause| unless(Lasting(pause), &Lasting(USUAL_TIME))),
        until_well: one.pause.is_none().then(|| At::new(true)),
    }
}

pub(super) fn active(one: &ActiveHealth, pen: &mut Pen<'_>) -> entity::ActiveHealth {
    let [failures, broken, timeouts, statuses] = counts(&one.limits);
    let interval = |time: Option<Duration>| unless(Lasting(time.unwrap_or(Duration::ZERO)), &Lasting(USUAL_TIME));
    let mut written = entity::ActiveHealth {
        timeout: unless(Lasting(one.timeout), &Lasting(Duration::from_secs(1))),
        concurrency: unless(one.concurrency, &10),
        well_interval: interval(one.well_interval),
        sick_interval: interval(one.sick_interval),
        failures,
        broken,
        timeouts,
        statuses,
        bad: (one.limits.bad != [(500, 599)]).then(|| ranges(&one.limits.bad)),
        successes: unless(one.successes, &1),
        good: (one.good != [(200, 399)]).then(|| ranges(&one.good)),
        ..entity::ActiveHealth::default()
    };
    match &one.probe {
        Probe::Connect { port } => {
            written.connect = Some(At::new(true));
            written.port = port.map(At::new);
        }
        Probe::Http { path, host, headers, port } => {
            written.path = (path != "/").then(|| text(path));
            written.host = host.as_deref().map(text);
            written.headers = fields(headers, pen);
            written.port = port.map(At::new);
        }
    }
    written
}

fn fields(headers: &[(String, String)], pen: &mut Pen<'_>) -> Option<Pairs<OneOrMany<Text>>> {
    let value = |(name, value): &(String, String)| (key(name), OneOrMany::One(pen.secrets.header(name, value)));
    let pairs: Vec<_> = headers.iter().map(value).collect();
    (!pairs.is_empty()).then_some(Pairs(pairs))
}

/// Together, broken, timeouts, statuses: as little as says the same.
fn counts(limits: &HealthLimits) -> [Option<At<u32>>; 4] {
    let apart = limits.broken > 0 || limits.timeouts > 0 || limits.statuses > 0;
    let usual = if apart { 0 } else { 3 };
    [unless(limits.any, &usual), unless(limits.broken, &0), unless(limits.timeouts, &0), unless(limits.statuses, &0)]
}

/// Ranges of statuses: `429`, `500-503`.
pub(crate) fn ranges(all: &[(u16, u16)]) -> OneOrMany<Text> {
    let one =
        |(first, last): &(u16, u16)| At::new(if first == last { first.to_string() } else { format!("{first}-{last}") });
    all.iter().map(one).collect::<Vec<_>>().into()
}
