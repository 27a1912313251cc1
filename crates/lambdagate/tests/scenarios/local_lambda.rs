//! The local Lambda and the processes behind it.

use crate::gate::Gate;
use crate::site::Site;
use std::path::Path;
use std::time::{Duration, Instant};

const CONFIG: &str = "listen: 127.0.0.1:0\nroutes: [{ match: { path: /go }, function: go }]\n";

/// Where the local Lambda listens, as the log says.
pub(crate) fn lambda_address(gate: &Gate) -> String {
    let line = gate.logged(&["local lambda"]);
    let parsed: serde_json::Value = serde_json::from_str(&line).unwrap();
    parsed["fields"]["address"].as_str().or(parsed["address"].as_str()).unwrap().to_owned()
}

/// Functions that write their process id, and that of a child of their own, to a file.
fn family(site: &Site) -> Vec<u32> {
    let text = std::fs::read_to_string(site.path().join("pids")).unwrap();
    text.split_whitespace().map(|pid| pid.parse().unwrap()).collect()
}

fn alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z ")
}

fn wait_gone(pids: &[u32]) {
    let began = Instant::now();
    while pids.iter().any(|pid| alive(*pid)) {
        assert!(began.elapsed() < Duration::from_secs(30), "still there: {pids:?}");
        std::thread::yield_now();
    }
}

fn site_with_a_family() -> Site {
    Site::new(CONFIG).python(
        "go",
        "import subprocess\nchild = subprocess.Popen(['sleep', '1000'])\nopen('../../pids', 'w').write(f'{os.getpid()} {child.pid}')\nreturn 'ok'",
    )
}

#[test]
fn no_process_outlives_the_gateway_killed_or_drained() {
    for signal in ["KILL", "TERM"] {
        let site = site_with_a_family();
        let mut gate = Gate::dev(&site);
        assert_eq!(gate.get("/go").status, 200);
        let pids = family(&site);
        assert!(pids.len() == 2 && pids.iter().all(|pid| alive(*pid)));
        gate.signal(signal);
        gate.wait();
        wait_gone(&pids);
    }
}

#[test]
fn changed_code_is_in_force_at_the_next_call() {
    let site = Site::new(CONFIG).python("go", "return 'old'");
    let gate = Gate::dev(&site);
    assert_eq!(gate.get("/go").text(), "\"old\"");
    let site = site.python("go", "return 'new'");
    let began = Instant::now();
    while gate.get("/go").text() != "\"new\"" {
        assert!(began.elapsed() < Duration::from_secs(30), "the new code never came");
    }
    drop(gate);
    drop(site);
}
