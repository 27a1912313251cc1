//! A gateway that is killed leaves nothing behind: neither a function's process nor what that has started.
//!
//! This program is the test, the gateway it kills, and the gateway's guard.

#![allow(clippy::unwrap_used, reason = "a test, though its functions have no test attribute")]

use emulator::{Emulator, Guard, KeyPair, Settings, guard};
use model::Secret;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const FUNCTION: &str = "
import os, socket, subprocess, sys
CHILD = 'import socket, sys, time; s = socket.create_connection((\"127.0.0.1\", PORT)); s.sendall(b\"x\"); time.sleep(600)'
# A child, one that goes away, a child's child, and the function itself: each holds a connection for as long as it lives.
code = CHILD.replace('PORT', os.environ['PORT'])
subprocess.Popen([sys.executable, '-c', code])
# One that leaves the process group, and is nobody's child soon.
subprocess.run(['sh', '-c', 'setsid \"$0\" -c \"$1\" &', sys.executable, code])
subprocess.Popen([sys.executable, '-c', 'import subprocess, sys; subprocess.run([sys.executable, \"-c\", ' + repr(code) + '])'])
exec(code)
def lambda_handler(event, context): pass
";

fn main() {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    match args.first().and_then(|arg| arg.to_str()) {
        Some("guard") => guard::main(args[1..].to_vec()),
        Some("gateway") => gateway(Path::new(&args[1])),
        Some("--list") if args.iter().any(|arg| arg == "--ignored") => {}
        Some("--list") => println!("{NAME}: test"),
        _ => {
            println!("\nrunning 1 test");
            check("killed", |gateway| gateway.kill().unwrap());
            check("told to stop", |gateway| drop(gateway.stdin.take()));
            println!(
                "test {NAME} ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n"
            );
        }
    }
}

/// As test runners know it: they ask with `--list`, and run with `--exact`.
const NAME: &str = "nothing_outlives_a_gateway_that_is_killed_or_stopped";

fn check(case: &str, end: impl Fn(&mut std::process::Child)) {
    let folder = std::env::temp_dir().join(format!("emulator-guard-{:032x}", fastrand::u128(..)));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    std::fs::create_dir_all(folder.join("f")).unwrap();
    std::fs::write(folder.join("f/lambda_function.py"), FUNCTION).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::fs::write(folder.join("f/function.yaml"), format!("environment: {{ PORT: {port} }}")).unwrap();

    let mut gateway = Command::new(std::env::current_exe().unwrap())
        .arg("gateway")
        .arg(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut address = String::new();
    BufReader::new(gateway.stdout.take().unwrap()).read_line(&mut address).unwrap();
    let _call = call(address.trim());
    let mut held: Vec<TcpStream> = (0..4).map(|_| listener.accept().unwrap().0).collect();
    for stream in &mut held {
        stream.read_exact(&mut [0]).unwrap();
    }
    end(&mut gateway);
    gateway.wait().unwrap();
    for stream in &mut held {
        // Ends when its process does; a reset is an end too. The limit only keeps a failure from hanging.
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let ended = match stream.read(&mut [0]) {
            Ok(count) => count == 0,
            Err(error) => error.kind() == ErrorKind::ConnectionReset,
        };
        assert!(ended, "a process outlives a gateway that was {case}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// An emulator on a thread that lives as long as the process; stops in order when its input ends.
fn gateway(folder: &Path) {
    let guard = Guard { program: std::env::current_exe().unwrap(), args: vec!["guard".into()] };
    let settings = Settings {
        listen: "127.0.0.1:0".parse().unwrap(),
        functions: vec![PathBuf::from(folder)],
        declared: Vec::new(),
        warm: 0,
        keys: vec![KeyPair { access_key: "local".into(), secret_key: Secret::new("local"), session_token: None }],
        region: "eu-west-1".into(),
        account: "000000000000".into(),
        guard: Some(guard),
        report: None,
        ..Settings::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let emulator = Emulator::start(settings).await.unwrap();
        println!("{}", emulator.address());
        let ended = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
        ended.await.unwrap().unwrap();
        emulator.stop().await;
    });
}

/// An `Event` needs no answer, only a signature.
fn call(address: &str) -> TcpStream {
    use aws_credential_types::Credentials;
    use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
    use aws_sigv4::sign::v4;
    let path = "/2015-03-31/functions/f/invocations";
    let identity = Credentials::new("local", "local", None, None, "test").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("eu-west-1")
        .name("lambda")
        .time(std::time::SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    let uri = format!("http://{address}{path}");
    let signable = SignableRequest::new("POST", uri, std::iter::empty(), SignableBody::Bytes(b"")).unwrap();
    let (instructions, _) = sign(signable, &params).unwrap().into_parts();
    let mut head = format!("POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\n");
    for (name, value) in instructions.headers() {
        head += &format!("{name}: {value}\r\n");
    }
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "{head}\r\n").unwrap();
    stream
}
