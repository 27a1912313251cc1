//! Limits of API definitions, seen by clients: what a refusal says, whose requests count together, and what happens
//! while the store of counts is away.

use crate::client::Answer;
use crate::gate::Gate;
use crate::needs::needs;
use crate::redis::Redis;
use crate::site::Site;
use serde_json::{Value, json};
use std::net::TcpListener;

/// An API that answers for itself, behind these limits.
fn api(steps: &[Value]) -> Value {
    let mut request = steps.to_vec();
    request.push(json!({"policy": "mock", "enabled": true, "configuration": {
        "status": "200", "content": "left {#context.attributes['quota.remaining']}"}}));
    json!({
        "id": "a", "name": "a", "definitionVersion": "4.0.0", "type": "proxy",
        "listeners": [{"type": "http", "paths": [{"path": "/a"}]}],
        "endpointGroups": [{"endpoints": [{"configuration": {"target": "http://127.0.0.1:1"}}]}],
        "plans": [{"id": "p", "security": {"type": "KEY_LESS"}, "status": "PUBLISHED"}],
        "flows": [{"selectors": [{"type": "http", "path": "/"}], "request": request}],
        "responseTemplates": {"SPIKE_ARREST_TOO_MANY_REQUESTS": {"*/*": {
            "status": 420,
            "body": "{#parameters['slice_limit']} in {#parameters['slice_period_time']} of {#parameters['limit']} {#parameters['period_unit']}"}}},
    })
}

fn limit(policy: &str, configuration: Value) -> Value {
    json!({"policy": policy, "enabled": true, "configuration": configuration})
}

fn serve(site: &Site, steps: &[Value], settings: &str) -> Gate {
    site.write("apis/a.json", &api(steps).to_string());
    site.write("config/gravitee.yml", settings);
    Gate::start(site, &["run", "--gravitee", ".", "--listen", "127.0.0.1:0"])
}

fn ask(gate: &Gate, who: &str) -> Answer {
    gate.request("GET", "/a", &[("x-who", who), ("accept", "application/json")], b"")
}

#[test]
fn a_refusal_says_what_the_original_says() {
    let by = "{#request.headers['X-Who'][0]}";
    let site = Site::new("");
    let rate =
        json!({"addHeaders": true, "rate": {"limit": 1, "periodTime": 30, "periodTimeUnit": "MINUTES", "key": by}});
    let gate = serve(&site, &[limit("rate-limit", rate)], "");
    let first = ask(&gate, "bob");
    assert_eq!(
        (first.status, first.header("x-rate-limit-limit"), first.header("x-rate-limit-remaining")),
        (200, Some("1"), Some("0"))
    );
    assert!(first.header("x-rate-limit-reset").unwrap().parse::<u64>().unwrap() > 1_700_000_000_000);
    let second = ask(&gate, "bob");
    let message = "Rate limit exceeded! You reached the limit of 1 requests per 30 minutes";
    assert_eq!((second.status, second.json()), (429, json!({"message": message, "http_status_code": 429})));
    assert_eq!(second.header("x-rate-limit-remaining"), Some("0"));
    assert_eq!(ask(&gate, "eve").status, 200);
}

#[test]
fn later_steps_and_templates_learn_of_a_limit() {
    let site = Site::new("");
    let steps = [
        limit("quota", json!({"quota": {"dynamicLimit": "{(2 + 3)}", "periodTimeUnit": "DAYS"}})),
        limit("spike-arrest", json!({"spike": {"limit": 2, "periodTime": 60, "periodTimeUnit": "MINUTES"}})),
    ];
    let gate = serve(&site, &steps, "");
    let first = ask(&gate, "bob");
    assert_eq!((first.status, first.text().as_str(), first.header("x-quota-limit")), (200, "left 4", Some("5")));
    let second = ask(&gate, "bob");
    assert_eq!((second.status, second.text().as_str()), (420, "1 in 1800000 of 2 MINUTES"));
}

#[test]
fn gateways_that_share_a_redis_count_together() {
    if !needs("gravitee_limits::gateways_that_share_a_redis_count_together", &["redis-server"]) {
        return;
    }
    let redis = Redis::start(&["--requirepass", "open"]);
    let settings =
        format!("ratelimit: {{type: redis, redis: {{host: 127.0.0.1, port: {}, password: open}}}}", redis.port);
    let steps = [limit("quota", json!({"quota": {"limit": 2}}))];
    let (site, other) = (Site::new(""), Site::new(""));
    let gates = [serve(&site, &steps, &settings), serve(&other, &steps, &settings)];
    let seen = [0, 1, 0].map(|at| ask(&gates[at], "bob").status);
    assert_eq!(seen, [200, 200, 429]);
}

#[test]
fn without_its_redis_a_limit_lets_pass_or_blocks_as_it_says() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let settings = format!("ratelimit: {{type: redis, redis: {{host: 127.0.0.1, port: {closed}}}}}");
    let rate = |strategy: &str| {
        limit("rate-limit", json!({"errorStrategy": strategy, "addHeaders": true, "rate": {"limit": 1}}))
    };
    let site = Site::new("");
    let gate = serve(&site, &[rate("FALLBACK_PASS_TROUGH")], &settings);
    for _ in 0..2 {
        let passed = ask(&gate, "bob");
        let told = ["limit", "remaining", "reset"].map(|name| passed.header(&format!("x-rate-limit-{name}")));
        assert_eq!((passed.status, told), (200, [Some("1"), Some("1"), Some("-1")]));
    }
    let site = Site::new("");
    let gate = serve(&site, &[rate("BLOCK_ON_INTERNAL_ERROR")], &settings);
    let blocked = ask(&gate, "bob");
    assert_eq!(
        (blocked.status, blocked.json()["message"].as_str()),
        (429, Some("Rate limit blocked the query due to internal error"))
    );
}
