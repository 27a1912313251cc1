//! `lambdagate run`: serves sources with functions in AWS.

use super::options::Serving;
use crate::assemble::Adjustments;
use crate::exit::Exit;
use crate::serve::{Manner, serve};
use clap::Args;
use telemetry::access::Sink;

const MORE: &str = "\
Signals:
  SIGTERM, SIGINT   stop accepting, finish what runs (--drain-time), end; a second one ends at once
  SIGHUP            read the sources again, open the access log again

A changed source is read, checked and brought into force without losing a request. A broken one leaves the \
previous one serving, and the log says why.

Sockets of a service manager (systemd's LISTEN_FDS) are used for listeners of the same address.

Examples:
  lambdagate run
  lambdagate run gateway.yaml --listen :8080 --status :9090
  LAMBDAGATE_LOG_FORMAT=json lambdagate run /etc/lambdagate";

/// Serve
#[derive(Args, Debug)]
#[command(after_help = MORE)]
pub(crate) struct Run {
    #[command(flatten)]
    serving: Serving,
}

impl Run {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        self.serving.start_log();
        let manner = Manner {
            access: Sink::Stdout,
            adjustments: Adjustments { overrides: self.serving.listening.replaced.overrides()?, local: None },
            told: Box::new(|_| ()),
            greeting: None,
        };
        super::runtime()?.block_on(serve(&self.serving, manner))
    }
}
