//! What a client and the log see when a call fails: each failure its own status, code and blame.

use crate::gate::Gate;
use crate::site::Site;

const CONFIG: &str = "
listen: 127.0.0.1:0
routes:
  - match: { path: /error }
    function: { name: error }
  - match: { path: /crash }
    function: { name: crash }
  - match: { path: /slow }
    function: { name: slow }
  - match: { path: /patience }
    function: { name: patience, timeout: 300ms }
  - match: { path: /one }
    function: { name: one }
  - match: { path: /malformed }
    function: { name: malformed }
  - match: { path: /broken }
    function: { name: broken }
  - match: { path: /absent }
    function: { name: absent }
  - match: { path: /silent }
    function: { name: error, log_tail: ask }
";

fn site() -> Site {
    Site::new(CONFIG)
        .python("error", "print('a line of the log')\nraise ValueError('no such user')")
        .python("crash", "os._exit(7)")
        .node("slow", "await new Promise(done => setTimeout(done, 60000));")
        .settings("slow", "timeout: 0.3\n")
        .node("patience", "await new Promise(done => setTimeout(done, 60000));")
        .settings("patience", "timeout: 60\n")
        .python("one", "open('../../entered', 'a').write('x')\nwhile not os.path.exists('../../leave'): time.sleep(0.01)\nreturn 'done'")
        .settings("one", "concurrency: 1\ntimeout: 60\n")
        .python("malformed", "return {'statusCode': 'many'}")
        .node("broken", "this is not javascript")
}

/// The problem document of a failed request: status, code and blame.
fn check(gate: &Gate, path: &str, expected: (u16, &str, &str)) {
    let answer = gate.get(path);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}: {}", answer.text());
    let problem = answer.json();
    let seen = (answer.status, problem["code"].as_str().unwrap_or(""), problem["blame"].as_str().unwrap_or(""));
    assert_eq!(seen, expected, "{path}: {problem}");
    assert_eq!(problem["status"], answer.status);
    if expected.2 != "client" {
        gate.logged(&[problem["request_id"].as_str().unwrap(), expected.1]);
    }
}

#[test]
fn each_failure_has_its_own_status_and_says_whose_it_is() {
    let site = site();
    let gate = Gate::dev(&site);
    check(&gate, "/error", (502, "function_error", "function"));
    check(&gate, "/crash", (502, "function_error", "function"));
    check(&gate, "/broken", (502, "function_error", "function"));
    check(&gate, "/slow", (504, "call_timeout", "function"));
    check(&gate, "/malformed", (502, "malformed_reply", "function"));
    check(&gate, "/absent", (502, "function_not_found", "config"));
    check(&gate, "/nowhere", (404, "no_route", "client"));
}

#[test]
fn a_call_that_outlasts_the_gateways_patience_is_a_timeout() {
    let site = site();
    let gate = Gate::dev(&site);
    let answer = gate.get("/patience");
    assert_eq!((answer.status, answer.json()["code"].as_str()), (504, Some("call_timeout")), "{}", answer.text());
}

#[test]
fn a_throttled_call_tells_when_to_come_back() {
    let site = site();
    let gate = Gate::dev(&site);
    let mut first = gate.client();
    first.send(b"GET /one HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    let entered = site.path().join("entered");
    while !entered.exists() {
        std::thread::yield_now();
    }
    let answer = gate.get("/one");
    assert_eq!((answer.status, answer.json()["code"].as_str()), (429, Some("throttled")), "{}", answer.text());
    assert!(answer.header("retry-after").is_some_and(|text| text.parse::<u64>().is_ok()), "{:?}", answer.headers);
    site.write("leave", "");
    assert_eq!(first.read(false).unwrap().status, 200);
}

#[test]
fn the_error_of_a_function_stays_in_the_log() {
    let site = site();
    let gate = Gate::dev(&site);
    let answer = gate.get("/silent");
    let everything = format!("{:?} {}", answer.headers, answer.text());
    assert!(!everything.contains("no such user") && !everything.contains("a line of the log"), "{everything}");
    gate.logged(&["function_error", "no such user"]);
}
