//! `lambdagate logs`: what a function of the local Lambda prints.

use crate::address::address;
use crate::exit::{Exit, Refusal};
use clap::Args;
use http::header::HOST;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use net::client::{Origin, Pool, PoolOptions};
use net::{Body, BodyError};
use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::time::Duration;

/// Much longer than anybody reads along.
const FOR_EVER: Duration = Duration::from_secs(365 * 24 * 3600);
const PATIENCE: Duration = Duration::from_secs(10);
/// Characters that a name may have; none of them means anything in a path.
const OTHERS: &str = "-_.";

const MORE: &str = "\
The last lines that all instances of the function have printed, with the START, END and REPORT lines of its calls. \
With --follow, those that come too, until Ctrl-C or the end of the local Lambda.

Examples:
  lambdagate logs hello
  lambdagate logs hello -f
  lambdagate logs hello -f --local :9002 | grep REPORT";

/// Show what a function of the local Lambda printed
#[derive(Args, Debug)]
#[command(after_help = MORE)]
pub(crate) struct Logs {
    /// Name of the function
    function: String,

    /// Go on with what it prints from now on
    #[arg(short, long)]
    follow: bool,

    /// Where the local Lambda listens
    #[arg(long, value_name = "ADDR:PORT", value_parser = address, default_value = "127.0.0.1:9001")]
    local: SocketAddr,
}

impl Logs {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        crate::panics::log_them();
        let good = |c: char| c.is_ascii_alphanumeric() || OTHERS.contains(c);
        if self.function.is_empty() || !self.function.chars().all(good) {
            let what = format!("{:?} is no name of a local function", self.function);
            return Err(Refusal::new(what, "give the name alone, without ARN and qualifier").into());
        }
        super::runtime()?.block_on(self.show())
    }

    async fn show(self) -> anyhow::Result<Exit> {
        let follow = if self.follow { "?follow=1" } else { "" };
        let request = Request::builder()
            .uri(format!("/_lambdagate/logs/{}{follow}", self.function))
            .header(HOST, self.local.to_string())
            .body(Body::Empty)?;
        let response = pool(self.local, self.follow).send(request).await.map_err(|error| {
            let what = format!("no local Lambda answers on {}: {error}", self.local);
            Refusal::new(what, "start it with lambdagate dev; --local ADDR:PORT says where it listens")
        })?;
        match response.status() {
            StatusCode::OK => print(response.into_body()).await,
            StatusCode::NOT_FOUND => {
                let what = format!("the local Lambda on {} knows no function {}", self.local, self.function);
                Err(Refusal::new(what, "its greeting names those that are there").into())
            }
            other => Err(Refusal::new(format!("the local Lambda on {} answered {other}", self.local), "").into()),
        }
    }
}

fn pool(address: SocketAddr, follow: bool) -> Pool {
    let origin =
        Origin { host: address.ip().to_string(), port: address.port(), tls: None, http2: false, forward: None };
    let read = if follow { FOR_EVER } else { PATIENCE };
    Pool::new(origin, PoolOptions { idle: 0, idle_time: PATIENCE, connect: PATIENCE, write: PATIENCE, read })
}

/// Prints pieces as they come. Whoever reads them may leave: that is an end like any other.
async fn print(mut body: Body) -> anyhow::Result<Exit> {
    let safe = std::io::stdout().is_terminal();
    while let Some(frame) = body.frame().await {
        let piece = match frame {
            Ok(frame) => frame.into_data().unwrap_or_default(),
            // It was ended while somebody read along.
            Err(BodyError::Broken(_)) => return Ok(Exit::Clean),
            Err(error) => return Err(error.into()),
        };
        let mut out = std::io::stdout().lock();
        let written = match safe {
            true => out.write_all(printable(&String::from_utf8_lossy(&piece)).as_bytes()),
            false => out.write_all(&piece),
        };
        if written.and_then(|()| out.flush()).is_err() {
            return Ok(Exit::Clean);
        }
    }
    Ok(Exit::Clean)
}

/// A terminal obeys control characters, and a function may say anything.
fn printable(text: &str) -> String {
    let shown = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    text.chars().map(|c| if shown(c) { c } else { '\u{fffd}' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_are_taken() {
        for (name, good) in [("hello", true), ("a.b-c_1", true), ("", false), ("a/b", false), ("a:live", false)] {
            let logs = Logs { function: name.into(), follow: false, local: ([127, 0, 0, 1], 1).into() };
            let said = logs.run().unwrap_err().to_string();
            assert_eq!(said.contains("no local Lambda answers"), good, "{name:?}: {said}");
        }
    }
}
