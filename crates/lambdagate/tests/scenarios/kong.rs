//! A configuration of Kong's as a source: served, judged, translated, and its routes chosen as Kong chooses.

use crate::gate::{Gate, command};
use crate::site::Site;
use std::path::Path;

/// The example of the documentation.
fn example() -> Site {
    let site = Site::new("listen: 127.0.0.1:0\n");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/kong");
    for file in ["kong.yml", "functions/hello/lambda_function.py", "functions/orders/lambda_function.py"] {
        site.write(file, &std::fs::read_to_string(folder.join(file)).unwrap());
    }
    site
}

fn dev(site: &Site, more: &[&str]) -> Gate {
    let base = ["dev", "--kong", "kong.yml", "--listen", "127.0.0.1:0", "--lambda", "127.0.0.1:0"];
    Gate::start(site, &[&base[..], more].concat())
}

fn said(site: &Site, arguments: &[&str]) -> (Option<i32>, String) {
    let output = command(site).args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_example_is_served() {
    let site = example();
    let gate = dev(&site, &[]);
    assert_eq!(gate.get("/hello?name=you").json(), serde_json::json!({"hello": "you"}));
    let body = br#"{"name": "body"}"#;
    let posted = gate.request("POST", "/hello", &[("content-type", "application/json")], body).json();
    assert_eq!(posted["hello"], "body");
    assert_eq!(gate.get("/orders/7").status, 401);
    let order = gate.request("GET", "/orders/7", &[("apikey", "let-me-in")], b"").json();
    assert_eq!((order["order"].as_str(), order["method"].as_str()), (Some("7"), Some("GET")), "{order}");
    let nobody = gate.get("/nowhere");
    assert_eq!((nobody.status, nobody.json()["message"].as_str()), (404, Some("no Route matched with those values")));
}

#[test]
fn the_example_is_judged_and_translated() {
    let site = example();
    let (code, text) = said(&site, &["check", "--kong", "kong.yml"]);
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = said(&site, &["translate", "--kong", "kong.yml"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(!text.contains("let-me-in"), "{text}");
    site.write("translated.yaml", &text);
    let output = command(&site).args(["check", "translated.yaml"]).env("KEY_OF_ALICE", "k").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn what_is_wrong_is_shown_with_its_line() {
    let site = Site::new("");
    site.write("kong.yml", "_format_version: '3.0'\nservices:\n- name: s\n  host: a.test\n  port: 70000\n");
    let (code, text) = said(&site, &["check", "--kong", "kong.yml"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("kong.yml:5:9: invalid: value should be between 0 and 65535"), "{text}");
}

#[test]
fn a_guard_that_is_not_there_shuts_its_route_unless_it_is_let_go() {
    let text = "
_format_version: '3.0'
routes:
- {name: shut, paths: [/shut], plugins: [{name: openid-connect}]}
- {name: open, paths: [/open], plugins: [{name: request-termination, config: {status_code: 200, message: here}}]}
";
    let site = Site::new("");
    site.write("kong.yml", text);
    let gate = dev(&site, &[]);
    assert_eq!((gate.get("/shut").status, gate.get("/open").status), (503, 200));
    assert!(gate.get("/open").json()["message"] == "here");
    drop(gate);
    let gate = dev(&site, &["--allow-missing", "openid-connect"]);
    let answer = gate.get("/shut");
    assert_eq!(answer.json()["message"], "no Service found with those values");
}

/// A route that calls the function of its own name.
fn calls(name: &str, rest: &str) -> String {
    let plugin = format!("{{name: aws-lambda, config: {{aws_region: us-east-1, function_name: {name}}}}}");
    format!("- {{name: {name}, {rest}, plugins: [{plugin}]}}\n")
}

/// Which route takes a request, by the names of the functions that they call.
fn check(routes: &[(&str, &str)], flavor: &str, target: &str, headers: &[(&str, &str)], expected: &str) {
    let mut site = Site::new("");
    let mut text = "_format_version: '3.0'\nroutes:\n".to_owned();
    for (name, rest) in routes {
        text += &calls(name, rest);
        site = site.python(name, &format!("return {{'name': '{name}'}}"));
    }
    site.write("kong/kong.yml", &text);
    site.write("kong/kong.conf", &format!("router_flavor = {flavor}\nproxy_listen = 127.0.0.1:0\n"));
    let folder = site.path().join("functions");
    let gate = Gate::start(
        &site,
        &["dev", "--kong", "kong", "--functions", folder.to_str().unwrap(), "--lambda", "127.0.0.1:0"],
    );
    let answer = gate.request("GET", target, headers, b"");
    assert_eq!(answer.json()["name"], expected, "{routes:?} {flavor} {target}");
}

const HOST: (&str, &str) = ("host", "any.test");

#[test]
fn routes_are_chosen_as_kong_chooses() {
    let default = "traditional_compatible";
    type Pairs<'a> = &'a [(&'a str, &'a str)];
    let cases: &[(Pairs<'_>, &str, Pairs<'_>, &str)] = &[
        (&[("short", "paths: [/api]"), ("long", "paths: [/api/v1]")], "/api/v1/x", &[HOST], "long"),
        (
            &[("prefix", "paths: [/api/v1/long]"), ("regex", r#"paths: ["~/api/v\\d"]"#)],
            "/api/v1/long",
            &[HOST],
            "regex",
        ),
        (
            &[
                ("low", r#"paths: ["~/api/(\\w+)"], regex_priority: 1"#),
                ("high", r#"paths: ["~/api/v1"], regex_priority: 10"#),
            ],
            "/api/v1",
            &[HOST],
            "high",
        ),
        (
            &[("path", "paths: [/api/v1/deep]"), ("hostpath", "paths: [/], hosts: [any.test]")],
            "/api/v1/deep",
            &[HOST],
            "hostpath",
        ),
        (
            &[("nohdr", "paths: [/x]"), ("hdr", "paths: [/x], headers: {x-version: [V2]}")],
            "/x",
            &[HOST, ("X-Version", "v2")],
            "hdr",
        ),
        (
            &[("hdr", r#"paths: [/x], headers: {x-version: ["~*^v[0-9]+$"]}"#)],
            "/x",
            &[HOST, ("X-Version", "V12")],
            "hdr",
        ),
        (
            &[("rxm", r#"methods: [GET], paths: ["~/g2"]"#), ("host", "hosts: [g2.test]")],
            "/g2",
            &[("host", "G2.test:81")],
            "host",
        ),
        (
            &[
                ("w3", r#"methods: [GET], hosts: [a.g3.test], paths: ["~/g3"]"#),
                ("w4", r#"methods: [GET], hosts: ["*.g3.test"], headers: {x: ["1"]}, paths: [/g3]"#),
            ],
            "/g3",
            &[("host", "a.g3.test"), ("x", "1")],
            "w4",
        ),
        (&[("ported", r#"hosts: ["p.test:8080"]"#), ("rest", "paths: [/]")], "/", &[("host", "p.test:8080")], "ported"),
        (&[("ported", r#"hosts: ["p.test:8080"]"#), ("rest", "paths: [/]")], "/", &[("host", "p.test")], "rest"),
        (
            &[("wild", r#"hosts: ["*.w.test"], paths: [/]"#), ("rest", "paths: [/]")],
            "/",
            &[("host", "a.b.w.test")],
            "wild",
        ),
        (&[("wild", r#"hosts: ["*.w.test"], paths: [/]"#), ("rest", "paths: [/]")], "/", &[("host", "w.test")], "rest"),
        (&[("blank", r#"paths: ["/a b"]"#), ("rest", "paths: [/]")], "/a%20b", &[HOST], "blank"),
    ];
    for (routes, target, headers, expected) in cases {
        check(routes, default, target, headers, expected);
    }
    // the documentation's order, where it is asked for
    let routes = [("rxm", r#"methods: [GET], paths: ["~/g2"]"#), ("host", "hosts: [g2.test]")];
    check(&routes, "traditional", "/g2", &[("host", "g2.test")], "rxm");
    let routes = [
        ("low", r#"expression: 'http.path ^= "/g2"', priority: 1"#),
        ("high", r#"expression: 'http.path ^= "/g2" && any(http.headers.x_tier) == "gold"', priority: 2"#),
    ];
    check(&routes, "expressions", "/g2", &[HOST, ("x-tier", "gold")], "high");
    check(&routes, "expressions", "/g2", &[HOST], "low");
}

#[test]
fn a_route_for_https_sends_clients_there() {
    let site = Site::new("");
    let text = "
_format_version: '3.0'
routes:
- {name: led, protocols: [https], paths: [/led], https_redirect_status_code: 301}
- {name: refused, protocols: [https], paths: [/refused]}
- {name: empty, paths: [/]}
";
    site.write("kong.yml", text);
    let gate = dev(&site, &[]);
    let led = gate.request("GET", "/led?a=1", &[("host", "any.test:81")], b"");
    assert_eq!((led.status, led.header("location")), (301, Some("https://any.test/led?a=1")));
    let refused = gate.get("/refused");
    assert_eq!((refused.status, refused.json()["message"].as_str()), (426, Some("Please use HTTPS protocol")));
    let nothing = gate.get("/");
    assert_eq!((nothing.status, nothing.json()["message"].as_str()), (503, Some("no Service found with those values")));
}

#[test]
fn expressions_say_what_is_taken_off_the_path_and_what_is_captured() {
    let text = r##"
_format_version: '3.0'
routes:
- {name: prefix, expression: 'http.path ^= "/api" && http.method == "GET"', priority: 2, plugins: &call [{name: aws-lambda, config: {aws_region: us-east-1, function_name: shown, awsgateway_compatible: true}}]}
- {name: regex, expression: 'http.path ~ r#"^/v(?<version>\d+)/items"#', priority: 1, plugins: *call}
- {name: kept, expression: 'http.path ^= "/kept"', strip_path: false, plugins: *call}
- {name: unasked, expression: 'http.queries.q == "1"', plugins: *call}
- {name: wrong, expression: 'http.path ^= "/wrong" &&', plugins: *call}
"##;
    let site = Site::new("").python("shown", "return {'path': event['path'], 'params': event['pathParameters']}");
    site.write("kong/kong.yml", text);
    site.write("kong/kong.conf", "router_flavor = expressions\nproxy_listen = 127.0.0.1:0\n");
    let folder = site.path().join("functions");
    let gate = Gate::start(
        &site,
        &["dev", "--kong", "kong", "--functions", folder.to_str().unwrap(), "--lambda", "127.0.0.1:0"],
    );
    for (target, path, params) in [
        ("/api/users", "/users", serde_json::json!({})),
        ("/v12/items/7", "/7", serde_json::json!({"version": "12"})),
        ("/kept/it", "/kept/it", serde_json::json!({})),
        ("/any/path?q=1", "/any/path", serde_json::json!({})),
    ] {
        assert_eq!(gate.get(target).json(), serde_json::json!({"path": path, "params": params}), "{target}");
    }
    assert_eq!(gate.get("/wrong").status, 404);
    let (code, text) = said(&site, &["check", "--kong", "kong"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("kong/kong.yml:8:29: unsupported: Router Expression failed validation: "), "{text}");
}
