//! How many processes there are, which one is called, and when they end.

use super::site::{Ask, Site, python};
use serde_json::json;
use std::fs;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Connects to the port in the event, says its process, and answers when it is told to.
const HOLD: &str = "
    import os, socket
    with socket.create_connection(('127.0.0.1', event)) as held:
        held.sendall(os.getpid().to_bytes(4, 'big'))
        held.recv(1)
    return os.getpid()";

fn spawn(ask: Ask) -> tokio::task::JoinHandle<super::site::Told> {
    tokio::spawn(async move { ask.send().await })
}

#[tokio::test]
async fn instances_grow_with_load_up_to_the_concurrency() {
    let mut site = Site::python(HOLD).await;
    site.write("f/function.yaml", "concurrency: 3\ntimeout: 60");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let calls: Vec<_> = (0..3).map(|_| spawn(site.ask("f", port.clone()))).collect();
    let mut held = Vec::new();
    let mut processes = Vec::new();
    for _ in 0..3 {
        let mut stream = listener.accept().await.unwrap().0;
        processes.push(i64::from(stream.read_u32().await.unwrap()));
        held.push(stream);
    }
    processes.iter().for_each(|process| site.expect_end_of(*process));

    let told = site.call(port.clone()).await;
    assert_eq!((told.status, told.header("x-amzn-errortype")), (429, Some("TooManyRequestsException")));
    assert_eq!(told.header("retry-after"), Some("1"));
    let reason = "ReservedFunctionConcurrentInvocationLimitExceeded";
    assert_eq!(told.json(), json!({"Reason": reason, "Type": "User", "message": "Rate Exceeded."}));
    assert_eq!(site.reports.recv().await.unwrap().status, 429);

    for stream in &mut held {
        stream.write_all(b"x").await.unwrap();
    }
    let mut answered = Vec::new();
    for call in calls {
        answered.push(call.await.unwrap().json().as_i64().unwrap());
        assert!(site.reports.recv().await.unwrap().cold);
    }
    answered.sort();
    processes.sort();
    assert_eq!(answered, processes);
    // The next one is served warm.
    let next = spawn(site.ask("f", port));
    listener.accept().await.unwrap().0.write_all(b"x").await.unwrap();
    assert!(processes.contains(&next.await.unwrap().json().as_i64().unwrap()));
    assert!(!site.reports.recv().await.unwrap().cold);
    site.stop().await;
}

#[tokio::test]
async fn one_process_serves_calls_that_follow_one_another() {
    let python = Site::python("    import os\n    return os.getpid()").await;
    let node = Site::node("  return process.pid;").await;
    for site in [python, node] {
        let first = site.value("").await;
        for _ in 0..50 {
            assert_eq!(site.value("").await, first);
        }
        site.expect_end_of(first.as_i64().unwrap());
        site.stop().await;
    }
}

#[tokio::test]
async fn changed_code_is_run_and_what_is_older_retires() {
    let site = Site::python(HOLD).await;
    site.write("f/function.yaml", "concurrency: 1\ntimeout: 60");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let call = spawn(site.ask("f", listener.local_addr().unwrap().port().to_string()));
    let mut held = listener.accept().await.unwrap().0;
    let old = held.read_u32().await.unwrap();

    site.write("f/lambda_function.py", &python("    from other import answer\n    return answer"));
    site.write("f/other.py", "answer = 1");
    until(&site, "1").await;
    site.write("f/other.py", "answer = 2");
    until(&site, "2").await;
    site.write("f/lambda_function.py", "nonsense(");
    assert_eq!(site.call("0").await.function_error().0, "Runtime.UserCodeSyntaxError");
    site.write("f/lambda_function.py", &python("    return 3"));
    until(&site, "3").await;

    // The call that was running ends as it began, and its process after it: nothing is written to it any more.
    held.write_all(b"x").await.unwrap();
    assert_eq!(call.await.unwrap().json(), json!(old));
    site.expect_end_of(old.into());
    site.stop().await;
}

/// Files are not looked at for a moment after they were; a bounded number of calls later they are.
async fn until(site: &Site, wanted: &str) {
    for _ in 0..2000 {
        if site.call("0").await.body == wanted {
            return;
        }
    }
    panic!("the code was not loaded");
}

#[tokio::test]
async fn functions_come_and_go_with_their_folders() {
    let site = Site::start().await;
    assert_eq!(site.call("0").await.status, 404);
    site.write("f/lambda_function.py", &python("    import os\n    return os.getpid()"));
    site.expect_end_of(site.value("0").await.as_i64().unwrap());
    fs::remove_dir_all(site.folder.join("f")).unwrap();
    assert_eq!(site.call("0").await.status, 404);
    site.write("f/index.cjs", "exports.handler = async () => 'back';");
    assert_eq!(site.value("0").await, "back");
    site.stop().await;
}

#[tokio::test]
async fn stopping_ends_running_calls_and_what_they_started() {
    let body = "
    import os, subprocess, socket
    other = subprocess.Popen(['sleep', '600'])
    held = socket.create_connection(('127.0.0.1', event))
    held.sendall(os.getpid().to_bytes(4, 'big') + other.pid.to_bytes(4, 'big'))
    other.wait()";
    let site = Site::python(body).await;
    site.write("f/function.yaml", "timeout: 600");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let call = spawn(site.ask("f", listener.local_addr().unwrap().port().to_string()));
    let mut held = listener.accept().await.unwrap().0;
    for _ in 0..2 {
        site.expect_end_of(held.read_u32().await.unwrap().into());
    }
    call.abort();
    site.stop().await;
}

#[tokio::test]
async fn a_caller_who_leaves_does_not_end_the_call() {
    let mut site = Site::python(HOLD).await;
    site.write("f/function.yaml", "timeout: 60");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let call = spawn(site.ask("f", listener.local_addr().unwrap().port().to_string()));
    let mut held = listener.accept().await.unwrap().0;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    held.write_all(b"x").await.unwrap();
    assert_eq!(site.reports.recv().await.unwrap().error, None);
    site.stop().await;
}

#[tokio::test]
async fn an_instance_that_nobody_calls_is_ended() {
    let mut site = Site::python("    import os\n    return os.getpid()").await;
    let process = site.value("").await;
    site.expect_end_of(process.as_i64().unwrap());
    assert!(site.reports.recv().await.unwrap().cold);
    for (minutes, cold) in [(4, false), (6, true)] {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(minutes * 60)).await;
        tokio::time::resume();
        site.value("").await;
        assert_eq!(site.reports.recv().await.unwrap().cold, cold, "after {minutes} minutes");
    }
    site.stop().await;
}

#[tokio::test]
async fn a_process_that_never_asks_for_a_call_is_ended() {
    let site = Site::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let text = format!("import socket\nsocket.create_connection(('127.0.0.1', {port})).recv(1)\n");
    site.write("f/lambda_function.py", &text);
    let call = spawn(site.ask("f", "{}"));
    let mut held = listener.accept().await.unwrap().0;
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(11)).await;
    tokio::time::resume();
    let message = "RequestId Error: Task timed out after 10.00 seconds";
    assert_eq!(call.await.unwrap().function_error(), ("Sandbox.Timedout".into(), message.into()));
    assert!(matches!(held.read(&mut [0]).await, Ok(0) | Err(_)));
    site.stop().await;
}

#[tokio::test]
async fn what_is_warm_is_the_version_that_an_alias_names() {
    let mut site = Site::python("    return context.function_version").await;
    site.write("f/function.yaml", "warm: 1\naliases: { live: 3 }\nversions: [2]");
    site.idle(1).await;
    for (name, version, cold) in [("f:live", "3", false), ("f:2", "2", true)] {
        assert_eq!(site.ask(name, "{}").send().await.json(), version);
        assert_eq!(site.reports.recv().await.unwrap().cold, cold, "{name}");
    }
    site.stop().await;
}
