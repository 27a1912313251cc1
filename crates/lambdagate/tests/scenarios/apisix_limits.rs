//! Limits of APISIX's plugins that several gateways count together in a Redis.

use crate::gate::Gate;
use crate::needs::needs;
use crate::redis::Redis;
use crate::site::Site;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

fn serve(site: &Site, routes: &str) -> Gate {
    let settings = "deployment: {role: data_plane, role_data_plane: {config_provider: yaml}}\n";
    site.write("conf/config.yaml", settings);
    site.write("conf/apisix.yaml", &format!("routes:\n{routes}\n#END\n"));
    Gate::start(site, &["run", "--apisix", "conf", "--listen", "127.0.0.1:0"])
}

/// An upstream whose requests wait until the test answers them.
fn upstream() -> (u16, Receiver<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let asked = lines.take_while(|line| !line.is_empty()).count();
            if asked > 0 && tell.send(stream).is_err() {
                return;
            }
        }
    });
    (port, told)
}

fn answer(mut stream: TcpStream) {
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok").unwrap();
}

fn routes(plugin: &str, conf: &str, redis: u16, upstream: u16, more: &str) -> String {
    format!(
        "- {{uri: /a, plugins: {{{plugin}: {{{conf}, key: http_x_who, policy: redis, redis_host: 127.0.0.1, redis_port: {redis}{more}}}}}, \
         upstream: {{nodes: {{'127.0.0.1:{upstream}': 1}}}}}}"
    )
}

fn ask(gate: &Gate, who: &str) -> u16 {
    gate.request("GET", "/a", &[("x-who", who)], b"").status
}

#[test]
fn gateways_that_share_a_redis_count_together() {
    if !needs("apisix_limits::gateways_that_share_a_redis_count_together", &["redis-server"]) {
        return;
    }
    let redis = Redis::start(&["--requirepass", "open"]);
    let login = ", redis_password: open, redis_database: 2";
    for (plugin, conf) in [
        ("limit-count", "count: 2, time_window: 3600, rejected_code: 429"),
        ("limit-req", "rate: 0.0001, burst: 1, nodelay: true, rejected_code: 429"),
    ] {
        let (port, asked) = upstream();
        std::thread::spawn(move || asked.into_iter().for_each(answer));
        let text = routes(plugin, conf, redis.port, port, login);
        let (site, other) = (Site::new(""), Site::new(""));
        let gates = [serve(&site, &text), serve(&other, &text)];
        let seen = [0, 1, 0].map(|at| ask(&gates[at], "bob"));
        assert_eq!(seen, [200, 200, 429], "{plugin}");
        assert_eq!(ask(&gates[1], "eve"), 200, "{plugin}");
    }
}

#[test]
fn requests_under_way_at_any_gateway_count() {
    if !needs("apisix_limits::requests_under_way_at_any_gateway_count", &["redis-server"]) {
        return;
    }
    let redis = Redis::start(&[]);
    let (port, asked) = upstream();
    let conf = "conn: 1, burst: 0, default_conn_delay: 0.1, rejected_code: 429";
    let text = routes("limit-conn", conf, redis.port, port, "");
    let (site, other) = (Site::new(""), Site::new(""));
    let gates = [serve(&site, &text), serve(&other, &text)];
    std::thread::scope(|scope| {
        let first = scope.spawn(|| ask(&gates[0], "bob"));
        let waiting = asked.recv().unwrap();
        assert_eq!(ask(&gates[1], "bob"), 429);
        answer(waiting);
        assert_eq!(first.join().unwrap(), 200);
    });
    // the place is given back behind the answer
    while !redis.cli(&["keys", "*"]).trim().is_empty() {
        std::thread::yield_now();
    }
    std::thread::scope(|scope| {
        let next = scope.spawn(|| ask(&gates[1], "bob"));
        answer(asked.recv().unwrap());
        assert_eq!(next.join().unwrap(), 200);
    });
}

#[test]
fn without_its_redis_a_limit_lets_pass_or_fails_as_it_says() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (plugin, conf) in [
        ("limit-count", "count: 1, time_window: 60"),
        ("limit-req", "rate: 1, burst: 0"),
        ("limit-conn", "conn: 1, burst: 0, default_conn_delay: 0.1"),
    ] {
        for (degrades, expected) in [("true", 200), ("false", 500)] {
            let (port, asked) = upstream();
            std::thread::spawn(move || asked.into_iter().for_each(answer));
            let site = Site::new("");
            let gate = serve(&site, &routes(plugin, conf, closed, port, &format!(", allow_degradation: {degrades}")));
            assert_eq!([ask(&gate, "bob"), ask(&gate, "bob")], [expected; 2], "{plugin}");
        }
    }
}

#[test]
fn an_upstream_that_fails_has_a_rest_and_large_bodies_are_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty()).for_each(drop);
            let _ = stream.write_all(b"HTTP/1.1 500 No\r\ncontent-length: 4\r\nconnection: close\r\n\r\nfail");
        }
    });
    let breaker = "api-breaker: {break_response_code: 599, break_response_body: rest, unhealthy: {failures: 2}}";
    let route = format!(
        "- {{uri: /a, plugins: {{{breaker}, client-control: {{max_body_size: 3}}}}, upstream: {{nodes: {{'127.0.0.1:{port}': 1}}}}}}"
    );
    let site = Site::new("");
    let gate = serve(&site, &route);
    let first = gate.get("/a");
    assert_eq!((first.status, first.text().as_str()), (500, "fail"));
    // an answer is taken down once its last byte has left
    let rest = std::iter::repeat_with(|| gate.get("/a")).find(|answer| answer.status != 500).unwrap();
    assert_eq!((rest.status, rest.text().as_str()), (599, "rest"));
    assert_eq!(gate.request("POST", "/a", &[], b"four").status, 413);
}
