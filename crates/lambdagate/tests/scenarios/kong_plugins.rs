//! What plugins of Kong's do at run time, where it takes the whole gateway to see it.

use crate::gate::Gate;
use crate::site::Site;

/// A gateway that serves this declarative file, version line left out.
fn serve(site: &Site, text: &str, more: &[&str]) -> Gate {
    site.write("kong.yml", &format!("_format_version: '3.0'\n{text}"));
    let base = ["run", "--kong", "kong.yml", "--listen", "127.0.0.1:0"];
    Gate::start(site, &[&base[..], more].concat())
}

#[test]
fn without_a_route_only_the_response_side_of_global_plugins_runs() {
    let site = Site::new("");
    let text = "
plugins:
- name: key-auth
- {name: correlation-id, config: {header_name: X-Id, echo_downstream: true}}
- {name: cors, config: {origins: ['https://app.test']}}
- {name: response-transformer, config: {add: {headers: ['x-added:1']}}}
routes:
- {name: r, paths: [/there]}
";
    let gate = serve(&site, text, &[]);
    assert_eq!(gate.get("/there").status, 401);
    let preflight = [("origin", "https://app.test"), ("access-control-request-method", "GET"), ("x-id", "mine")];
    for (method, headers) in [("GET", &preflight[2..]), ("OPTIONS", &preflight[..])] {
        let answer = gate.request(method, "/nowhere", headers, b"");
        assert_eq!((answer.status, answer.header("x-added")), (404, Some("1")), "{method}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.test"), "{method}");
        assert_eq!(answer.header("x-id"), Some("mine"), "{method}");
    }
}
