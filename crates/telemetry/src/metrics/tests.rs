//! What a scrape sees.

use super::*;
use std::collections::BTreeMap;

/// Samples by name and sorted labels, read from the text as a scraper reads it.
fn samples(text: &str) -> BTreeMap<String, f64> {
    assert!(text.ends_with("# EOF\n"), "{text}");
    let mut families = Vec::new();
    let mut samples = BTreeMap::new();
    for line in text.lines() {
        if let Some(comment) = line.strip_prefix("# ") {
            if let Some((name, kind)) = comment.strip_prefix("TYPE ").and_then(|rest| rest.split_once(' ')) {
                assert!(!families.contains(&name.to_owned()), "{name} twice");
                assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                families.push(name.to_owned());
            }
            continue;
        }
        let (key, value) = sample(line);
        assert!(key.starts_with(families.last().unwrap().as_str()), "{line} stands outside of its family");
        assert!(samples.insert(key, value).is_none(), "{line} twice");
    }
    samples
}

fn sample(line: &str) -> (String, f64) {
    let name_end = line.find(['{', ' ']).unwrap();
    let (name, mut rest) = line.split_at(name_end);
    assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'), "{line}");
    let mut labels = Vec::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        while !rest.starts_with('}') {
            let (label, quoted) = rest.trim_start_matches(',').split_once("=\"").unwrap();
            let (value, after) = label_value(quoted);
            labels.push(format!("{label}={value:?}"));
            rest = after;
        }
        rest = &rest[1..];
    }
    labels.sort();
    let key = if labels.is_empty() { name.to_owned() } else { format!("{name}{{{}}}", labels.join(",")) };
    (key, rest.trim().parse().unwrap())
}

/// A label's value without escapes, and what follows its closing quote.
fn label_value(quoted: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.push(match characters.next().unwrap().1 {
                'n' => '\n',
                other => other,
            }),
            plain => value.push(plain),
        }
    }
    panic!("{quoted} does not end")
}

const MS: Duration = Duration::from_millis(1);

#[test]
fn a_scrape_shows_what_was_counted() {
    let metrics = Metrics::default();
    let (users, nasty) = (metrics.route("users"), metrics.route("a\"b\\c\nd"));
    let function = metrics.call("f");
    users.request(200, MS * 3, 10);
    users.request(200, MS * 2_000, 5);
    users.request(404, MS * 5, 0);
    users.request(999, MS * 1_000_000, 0);
    nasty.request(500, MS, 1);
    function.call("ok", MS * 7);
    function.call("throttled", MS * 8);
    function.call("ok", MS * 9);
    metrics.connections(1);
    metrics.connections(1);
    metrics.connections(-1);
    metrics.reload(true);
    metrics.reload(false);
    let samples = samples(&metrics.render());
    for (key, expected) in [
        ("lambdagate_requests_total{route=\"users\",status=\"200\"}", 2.0),
        ("lambdagate_requests_total{route=\"users\",status=\"404\"}", 1.0),
        ("lambdagate_requests_total{route=\"users\",status=\"other\"}", 1.0),
        ("lambdagate_requests_total{route=\"a\\\"b\\\\c\\nd\",status=\"500\"}", 1.0),
        ("lambdagate_response_bytes_total{route=\"users\"}", 15.0),
        ("lambdagate_request_duration_seconds_count{route=\"users\"}", 4.0),
        ("lambdagate_request_duration_seconds_sum{route=\"users\"}", 1002.008),
        ("lambdagate_request_duration_seconds_bucket{le=\"0.0025\",route=\"users\"}", 0.0),
        ("lambdagate_request_duration_seconds_bucket{le=\"0.005\",route=\"users\"}", 2.0),
        ("lambdagate_request_duration_seconds_bucket{le=\"2.5\",route=\"users\"}", 3.0),
        ("lambdagate_request_duration_seconds_bucket{le=\"900.0\",route=\"users\"}", 3.0),
        ("lambdagate_request_duration_seconds_bucket{le=\"+Inf\",route=\"users\"}", 4.0),
        ("lambdagate_calls_total{function=\"f\",outcome=\"ok\"}", 2.0),
        ("lambdagate_calls_total{function=\"f\",outcome=\"throttled\"}", 1.0),
        ("lambdagate_call_duration_seconds_count{function=\"f\"}", 3.0),
        ("lambdagate_connections_open", 1.0),
        ("lambdagate_connections_total", 2.0),
        ("lambdagate_reloads_total{result=\"accepted\"}", 1.0),
        ("lambdagate_reloads_total{result=\"refused\"}", 1.0),
        ("lambdagate_config_last_reload_success", 0.0),
        ("lambdagate_access_log_lost_total", 0.0),
        ("lambdagate_log_records_lost_total", 0.0),
        (concat!("lambdagate_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"}"), 1.0),
    ] {
        assert_eq!(samples.get(key), Some(&expected), "{key}");
    }
    for key in [
        "lambdagate_config_last_reload_timestamp_seconds",
        "lambdagate_uptime_seconds",
        "process_start_time_seconds",
        "process_cpu_seconds_total",
    ] {
        assert!(samples[key] > 0.0, "{key}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn linux_tells_memory_and_open_files() {
    let samples = samples(&Metrics::default().render());
    assert!(samples["process_resident_memory_bytes"] > 100_000.0);
    assert!(samples["process_open_fds"] >= 3.0);
}

#[test]
fn handles_of_one_name_are_one_and_end_with_their_last_holder() {
    let metrics = Metrics::default();
    let first = metrics.route("a");
    let second = metrics.route("a");
    drop(first);
    second.request(200, MS, 1);
    metrics.route("a").request(200, MS, 1); // as a reload does
    let key = "lambdagate_requests_total{route=\"a\",status=\"200\"}";
    assert_eq!(samples(&metrics.render())[key], 2.0);
    drop(second);
    assert!(!metrics.render().contains("route=\"a\""));
    assert_eq!(metrics.route("a").statuses(), []);
}

#[test]
fn names_out_of_use_are_forgotten_and_too_many_share() {
    let handles = Handles::<RouteMetrics>::default();
    for n in 0..100_000 {
        handles.of(&n.to_string());
    }
    assert!(handles.len() < 200, "{}", handles.len());
    let held: Vec<_> = (0..registry::MOST + 5).map(|n| handles.of(&n.to_string())).collect();
    assert!(Arc::ptr_eq(&held[registry::MOST + 1], &held[registry::MOST + 4]));
    assert!(Arc::ptr_eq(&held[7], &handles.of("7")));
    assert!(Arc::ptr_eq(&held[registry::MOST + 1], &handles.of(registry::OTHER)));
    assert_eq!(handles.in_use().len(), registry::MOST + 1);
}

#[test]
fn lost_lines_of_the_access_log_are_shown() {
    let metrics = Metrics::default();
    let log = AccessLog::open(crate::access::Sink::Off, crate::access::Format::Text).unwrap();
    metrics.watch(&log);
    log.lost_counter().fetch_add(3, Ordering::Relaxed);
    assert_eq!(samples(&metrics.render())["lambdagate_access_log_lost_total"], 3.0);
}

#[test]
fn counting_from_many_threads_loses_nothing() {
    let metrics = Metrics::default();
    let (route, call) = (metrics.route("r"), metrics.call("f"));
    std::thread::scope(|scope| {
        for thread in 0..8_u16 {
            let (route, call) = (&route, &call);
            scope.spawn(move || {
                for n in 0..1000 {
                    route.request(200 + (n + thread) % 3, MS, 1);
                    call.call(["ok", "throttled", "denied"][usize::from((n + thread) % 3)], MS);
                }
            });
        }
    });
    assert_eq!(route.statuses().iter().map(|(_, count)| count).sum::<u64>(), 8000);
    assert_eq!(call.outcomes().len(), 3);
    assert_eq!(call.outcomes().iter().map(|(_, count)| count).sum::<u64>(), 8000);
    assert_eq!((route.bytes(), route.duration().read().1), (8000, 8000));
}

#[test]
fn identities_tell_their_end_and_who_waited() {
    let metrics = Metrics::default();
    assert!(!samples(&metrics.render()).keys().any(|key| key.contains("credentials")));
    metrics.watch_identities(Box::new(|| {
        let expires = Some(UNIX_EPOCH + Duration::from_secs(1000));
        let (fetched, failed, waited_first, waited_renewal) = (5, 2, 1, 0);
        let (identity, provider) = ("surroundings".to_owned(), "container");
        vec![IdentityFigures {
            identity,
            provider,
            usable: true,
            expires,
            fetched,
            failed,
            waited_first,
            waited_renewal,
        }]
    }));
    let samples = samples(&metrics.render());
    for (key, value) in [
        ("lambdagate_credentials_usable{identity=\"surroundings\",provider=\"container\"}", 1.0),
        ("lambdagate_credentials_expiry_timestamp_seconds{identity=\"surroundings\",provider=\"container\"}", 1000.0),
        ("lambdagate_credentials_fetches_total{identity=\"surroundings\",result=\"ok\"}", 5.0),
        ("lambdagate_credentials_fetches_total{identity=\"surroundings\",result=\"failed\"}", 2.0),
        ("lambdagate_credentials_waits_total{for=\"first\",identity=\"surroundings\"}", 1.0),
        ("lambdagate_credentials_waits_total{for=\"renewal\",identity=\"surroundings\"}", 0.0),
    ] {
        assert_eq!(samples.get(key), Some(&value), "{key}");
    }
}
