//! Functions on the runtimes that people bring: Rust, Node's streams, Python with packages, AWS's own client.

use crate::gate::{Gate, command};
use crate::local_lambda::lambda_address;
use crate::needs::{needs, python, rust_function};
use crate::site::Site;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/lambda");

/// The example's configuration on a free port, with this function of its functions.
fn site(function: &str) -> Site {
    let config = fs::read_to_string(Path::new(EXAMPLES).join("lambdagate.yaml")).unwrap();
    let site = Site::new(&config.replace("127.0.0.1:8000", "127.0.0.1:0"));
    for entry in fs::read_dir(Path::new(EXAMPLES).join("functions").join(function)).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            let text = fs::read_to_string(entry.path());
            let Ok(text) = text else { continue }; // a bootstrap that somebody has built there
            site.write(&format!("functions/{function}/{}", entry.file_name().to_string_lossy()), &text);
        }
    }
    site
}

/// The environment that the tests' own Python belongs to.
fn environment() -> PathBuf {
    Path::new(&python().unwrap()).parent().and_then(Path::parent).unwrap().to_owned()
}

#[test]
fn a_function_in_rust_on_lambda_runtime_answers() {
    if !needs("a_function_in_rust_on_lambda_runtime_answers", &["rust-function"]) {
        return;
    }
    let site = site("hello-rust");
    fs::copy(rust_function().unwrap(), site.path().join("functions/hello-rust/bootstrap")).unwrap();
    let gate = Gate::dev(&site);
    for (name, cold) in [("you", true), ("them", false)] {
        let answer = gate.get(&format!("/rust/{name}"));
        assert_eq!((answer.status, answer.json()["message"].as_str()), (200, Some(&*format!("Hello, {name}!"))));
        gate.logged(&[&format!("\"cold\":{cold}"), "\"route\":\"/rust/{name}\""]);
    }
    gate.logged(&["greeting them"]);
    let local = format!("--local={}", lambda_address(&gate));
    let output = command(&site).args(["invoke", "hello-rust", &local, "--payload", "{}"]).output().unwrap();
    let report = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && report.contains("Memory Size: 128 MB\tMax Memory Used: "), "{report}");
}

#[test]
fn a_function_in_node_streams() {
    if !needs("a_function_in_node_streams", &["node", "curl"]) {
        return;
    }
    let site = site("stream");
    let gate = Gate::dev(&site);
    let url = format!("http://{}/url/stream/?to=3", lambda_address(&gate));
    // Each line is a chunk of its own: it left when it was written.
    let output = Command::new("curl").args(["-sN", "-i", "--raw", &url]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap().replace('\r', "");
    assert!(text.contains("transfer-encoding: chunked") && text.ends_with("2\n1\n\n2\n2\n\n2\n3\n\n0\n\n"), "{text:?}");
}

#[test]
fn a_function_in_python_finds_its_packages() {
    if !needs("a_function_in_python_finds_its_packages", &["boto3"]) {
        return;
    }
    for lies in ["beside", "in an environment"] {
        let site = site("dates");
        let folder = site.path().join("functions/dates");
        match lies {
            "beside" => copy(&packages().join("humanize"), &folder.join("humanize")),
            _ => symlink(environment(), folder.join(".venv")).unwrap(),
        }
        let gate = Gate::dev(&site);
        let answer = gate.get("/dates/90061");
        let words = "1 day, 1 hour, 1 minute and 1 second";
        assert_eq!((answer.status, answer.json()["words"].as_str()), (200, Some(words)), "{lies}: {}", answer.text());
    }
}

/// Where pip has put the packages.
fn packages() -> PathBuf {
    let lib = fs::read_dir(environment().join("lib")).unwrap().next().unwrap().unwrap().path();
    lib.join("site-packages")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => drop(fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
}

#[test]
fn awss_own_python_client_runs_functions() {
    if !needs("awss_own_python_client_runs_functions", &["awslambdaric"]) {
        return;
    }
    let config = "listen: 127.0.0.1:0\nroutes: [{ match: { path: /go }, function: go }]\n";
    let body = "print('said so')
if 'fail' in event['rawQueryString']: raise ValueError('on purpose')
return {'client': 'awslambdaric' in sys.modules, 'version': context.function_version, 'left': context.get_remaining_time_in_millis() > 0}";
    let site = Site::new(config).python("go", body).settings("go", "runtime_client: official\ntimeout: 20");
    symlink(environment(), site.path().join("functions/go/.venv")).unwrap();
    let gate = Gate::dev(&site);
    for _ in 0..2 {
        let answer = gate.get("/go").json();
        assert_eq!(answer, serde_json::json!({ "client": true, "version": "$LATEST", "left": true }));
    }
    gate.logged(&["said so"]);
    assert_eq!(gate.get("/go?fail").status, 502);
    gate.logged(&["ValueError: on purpose", "\"stack\""]);
}
