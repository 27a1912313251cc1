//! Whether endpoints are well: checks of their own.

use super::api::Api;
use crate::part::{Part, scalar};
use crate::read::Version;
use dialect::tree::{Node, Tree};
use model::endpoint::{ActiveHealth, HealthLimits, Probe};
use std::time::Duration;

/// How often endpoints are asked where the schedule says it in another way.
const USUAL: Duration = Duration::from_secs(10);

/// The checks of an endpoint: its own, or those of its group or API; `None`: there are none.
pub(super) fn health(api: &Api<'_>, group: &Part<'_>, endpoint: &Part<'_>) -> Option<ActiveHealth> {
    match api.version {
        Version::V2 => {
            let whole = api.part.part("services").part("health-check");
            let own = endpoint.short().is_none().then(|| endpoint.part("healthcheck"));
            v2(&own.filter(|own| own.is_there() && !own.flag("inherit")).unwrap_or(whole))
        }
        Version::V4 => {
            let own = endpoint.part("services").part("healthCheck");
            let whole = group.part("services").part("healthCheck");
            v4(if own.flag("overrideConfiguration") { &own } else { &whole })
        }
    }
}

fn v2(part: &Part<'_>) -> Option<ActiveHealth> {
    if !part.flag("enabled") {
        return None;
    }
    let steps = part.parts("steps");
    let step = steps.first()?;
    let request = step.part("request");
    let assertions = step.part("response").texts("assertions");
    let headers = pairs(request.value("headers"));
    let path = request.text("path").unwrap_or("/").to_owned();
    Some(of(part.text("schedule"), path, headers, good(&assertions), (2, 2)))
}

fn v4(service: &Part<'_>) -> Option<ActiveHealth> {
    if !service.flag("enabled") {
        return None;
    }
    let part = service.part("configuration");
    let assertions: Vec<String> = part.filled("assertion").map(str::to_owned).into_iter().collect();
    let headers = pairs(part.value("headers"));
    let path = part.text("target").unwrap_or("/").to_owned();
    let count = |name: &str| part.count(name).and_then(|count| u32::try_from(count).ok()).unwrap_or(2);
    let thresholds = (count("failureThreshold"), count("successThreshold"));
    Some(of(part.text("schedule"), path, headers, good(&assertions), thresholds))
}

fn of(
    schedule: Option<&str>,
    path: String,
    headers: Vec<(String, String)>,
    good: Vec<(u16, u16)>,
    (failures, successes): (u32, u32),
) -> ActiveHealth {
    let interval = schedule.and_then(interval).unwrap_or(USUAL);
    let path = if path.starts_with('/') { path } else { format!("/{path}") };
    ActiveHealth {
        probe: Probe::Http { path, host: None, headers, port: None },
        timeout: interval.min(USUAL),
        concurrency: 10,
        well_interval: Some(interval),
        sick_interval: Some(interval),
        limits: HealthLimits { any: failures, bad: rest(&good), ..HealthLimits::default() },
        successes,
        good,
    }
}

/// `*/10 * * * * *` is every ten seconds, `0 */5 * * * *` every five minutes.
fn interval(schedule: &str) -> Option<Duration> {
    let units = [1, 60, 3600];
    let step = |(field, unit): (&str, u64)| {
        let step = field.strip_prefix("*/").and_then(|step| step.parse::<u64>().ok());
        step.or((field == "*").then_some(1)).map(|step| Duration::from_secs(step.max(1) * unit))
    };
    schedule.split_whitespace().zip(units).find_map(step)
}

/// `#response.status == 200`, `{#response.status < 400}`: the statuses that are good. What is not understood is 2xx.
fn good(assertions: &[String]) -> Vec<(u16, u16)> {
    let found: Vec<(u16, u16)> = assertions.iter().filter_map(|text| comparison(text)).collect();
    if found.is_empty() { vec![(200, 299)] } else { found }
}

fn comparison(text: &str) -> Option<(u16, u16)> {
    let (_, rest) = text.split_once("#response.status")?;
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !"=<>".contains(c))?;
    let number: u16 = rest[end..].trim_start().split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
    match &rest[..end] {
        "==" => Some((number, number)),
        "<" => Some((100, number.checked_sub(1)?)),
        "<=" => Some((100, number)),
        ">" => Some((number.checked_add(1)?, 599)),
        ">=" => Some((number, 599)),
        _ => None,
    }
}

/// The statuses that are not good.
fn rest(good: &[(u16, u16)]) -> Vec<(u16, u16)> {
    let mut sorted = good.to_vec();
    sorted.sort_unstable();
    let mut from = 100;
    let mut bad = Vec::new();
    for (first, last) in sorted {
        if first > from {
            bad.push((from, first - 1));
        }
        from = from.max(last.saturating_add(1));
    }
    if from <= 599 {
        bad.push((from, 599));
    }
    bad
}

/// Header fields, written as a map or as a list of names and values.
pub(super) fn pairs(tree: Option<&Tree>) -> Vec<(String, String)> {
    let text = |tree: Option<&Tree>| tree.and_then(scalar).map(str::to_owned);
    match tree.map(|tree| &tree.node) {
        Some(Node::List(items)) => {
            items.iter().filter_map(|item| Some((text(item.get("name"))?, text(item.get("value"))?))).collect()
        }
        Some(Node::Map(entries)) => {
            entries.iter().filter_map(|(key, value)| Some((key.text.clone(), text(Some(value))?))).collect()
        }
        Some(Node::Scalar(_) | Node::Null | Node::Broken) | None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_intervals() {
        for (text, seconds) in
            [("*/10 * * * * *", 10), ("0 */5 * * * *", 300), ("* * * * * *", 1), ("0 0 */2 * * *", 7200)]
        {
            assert_eq!(interval(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(interval("15 30 4 * * *"), None);
    }

    #[test]
    fn assertions_are_statuses() {
        for (text, expected, bad) in [
            ("#response.status == 200", (200, 200), vec![(100, 199), (201, 599)]),
            ("{#response.status < 400}", (100, 399), vec![(400, 599)]),
            ("#response.status>=500", (500, 599), vec![(100, 499)]),
            ("#jsonPath(#response.content, '$.ok')", (200, 299), vec![(100, 199), (300, 599)]),
        ] {
            let good = good(&[text.to_owned()]);
            assert_eq!(good, [expected], "{text}");
            assert_eq!(rest(&good), bad, "{text}");
        }
    }
}
