//! Makes the call and shows what came of it: the reply on standard output, all else on standard error.

use super::aim::Aim;
use crate::exit::Exit;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use lambda::CallError;
use lambda::error::Blame;
use lambda::invoke::{Invoked, Lambda};
use std::io::{IsTerminal, Write};

/// More than a reply can have.
const REPLY_LIMIT: u64 = lambda::event::LIMIT * 2;

/// Calls, and shows status, reply, log tail and report line.
pub(super) async fn call(aim: &Aim) -> anyhow::Result<Exit> {
    let lambda = Lambda::default();
    let function = match lambda.function(&aim.target, aim.timeouts) {
        Ok(function) => function,
        Err(error) => return Ok(failed(&error)),
    };
    lambda.find_region().await;
    let mut invoked = match function.invoke(aim.payload.clone()).await {
        Ok(invoked) => invoked,
        Err(error) => return Ok(failed(&error)),
    };
    let body = std::mem::take(&mut invoked.body).hold(REPLY_LIMIT).await?;
    eprintln!("{}", status(&invoked, function.name()));
    reply(&body)?;
    if let Some(log) = &invoked.log_tail {
        eprint!("{}", log_lines(log));
    }
    Ok(if invoked.function_error.is_some() { Exit::Findings } else { Exit::Clean })
}

pub(super) fn failed(error: &CallError) -> Exit {
    if let Some(payload) = &error.payload {
        let _ = reply(payload); // the error below says more
    }
    eprintln!("error: {}", error.detail);
    if let Some(id) = &error.aws_request_id {
        eprintln!("  request id {id}");
    }
    match error.blame {
        Blame::Function => Exit::Findings,
        Blame::Client | Blame::Aws | Blame::Config => Exit::NotServed,
    }
}

fn status(invoked: &Invoked, function: &str) -> String {
    let mut text = format!("{} {function}", invoked.status);
    let facts = [
        ("version", &invoked.version),
        ("request id", &invoked.aws_request_id),
        ("function error", &invoked.function_error),
    ];
    for (name, value) in facts {
        if let Some(value) = value {
            text.push_str(&format!(", {name} {value}"));
        }
    }
    text
}

fn reply(body: &Bytes) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    if !out.is_terminal() {
        return out.write_all(body).and_then(|()| out.flush());
    }
    match serde_json::from_slice::<serde_json::Value>(body) {
        Ok(value) => writeln!(out, "{value:#}"),
        // A terminal obeys control characters, and a function may say anything.
        Err(_) => writeln!(out, "{}", printable(&String::from_utf8_lossy(body))),
    }
}

/// The log tail, its report line last.
pub(super) fn log_lines(base64: &str) -> String {
    let Ok(bytes) = STANDARD.decode(base64) else { return "the log tail cannot be read\n".to_owned() };
    let text = String::from_utf8_lossy(&bytes);
    let (report, log): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with("REPORT "));
    log.into_iter().chain(report).map(|line| printable(line) + "\n").collect()
}

pub(super) fn printable(text: &str) -> String {
    let shown = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    text.chars().map(|c| if shown(c) { c } else { '\u{fffd}' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_ends_with_the_report_line() {
        let log = STANDARD.encode("START x\nREPORT RequestId: x\nlate\u{1b}[31m\n");
        assert_eq!(log_lines(&log), "START x\nlate\u{fffd}[31m\nREPORT RequestId: x\n");
        assert_eq!(log_lines("%"), "the log tail cannot be read\n");
    }
}
