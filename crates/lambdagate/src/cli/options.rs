//! Options that several commands share.

use crate::address::{address, duration, sink};
use crate::assemble::Overrides;
use crate::exit::Refusal;
use crate::source::{Language, Source, Sources};
use clap::builder::FalseyValueParser;
use clap::{Args, ValueEnum, ValueHint};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;
use telemetry::access::{Format, Sink};

/// Sources, one of which may keep its entities on this machine.
#[derive(Args, Debug)]
pub(crate) struct Keeping {
    #[command(flatten)]
    pub(crate) sources: Sources,

    /// Keep Kong's entities here, written by the Admin API; --kong PATH is taken in when there are none yet
    #[arg(long, value_parser = FalseyValueParser::new(), env = "LAMBDAGATE_KONG_DB", hide_env_values = true)]
    #[arg(help_heading = "Sources of other languages")]
    kong_db: bool,

    /// Keep Apache APISIX's objects here, written by its Admin API, whatever its settings say
    #[arg(long, value_parser = FalseyValueParser::new(), env = "LAMBDAGATE_APISIX_DB", hide_env_values = true)]
    #[arg(help_heading = "Sources of other languages")]
    apisix_db: bool,

    /// Folder for what sources keep of their own, such as kong.redb [default: $STATE_DIRECTORY, or lambdagate in $XDG_DATA_HOME or ~/.local/share]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    #[arg(env = "LAMBDAGATE_DATA", hide_env_values = true, help_heading = "Running")]
    data: Option<PathBuf>,
}

impl Keeping {
    /// The same for a command that only looks: what is kept must be there already.
    pub(crate) fn present(&self) -> Result<Vec<Source>, Refusal> {
        let kept = [(self.kong_db, "kong"), (self.apisix_db, "apisix")];
        for (_, name) in kept.into_iter().filter(|(kept, _)| *kept) {
            let file = self.data().join(format!("{name}.redb"));
            if !file.is_file() {
                let remedy = format!("`lambdagate run --{name}-db` makes it; --data names another folder");
                return Err(Refusal::new(format!("{} is not there", file.display()), remedy));
            }
        }
        if self.kong_db || self.apisix_db { self.sources() } else { Ok(self.sources.or_this_folder()) }
    }

    /// The sources that are served.
    pub(crate) fn sources(&self) -> Result<Vec<Source>, Refusal> {
        let (mut sources, data) = (self.sources.clone(), self.data());
        if self.kong_db {
            sources = sources.with_kept(Language::Kong, data.join("kong.redb"))?;
        }
        if self.apisix_db {
            sources = sources.with_kept(Language::Apisix, data.join("apisix.redb"))?;
        }
        Ok(sources.served(&data))
    }

    /// Whether any source keeps something.
    fn any(&self) -> bool {
        self.kong_db || self.apisix_db || self.sources.any_keeps()
    }

    fn data(&self) -> PathBuf {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let own = || variable("XDG_DATA_HOME").or_else(|| Some(variable("HOME")?.join(".local/share")));
        let told = self.data.clone().or_else(|| variable("STATE_DIRECTORY"));
        told.or_else(|| Some(own()?.join("lambdagate"))).unwrap_or_else(|| PathBuf::from("/var/lib/lambdagate"))
    }
}

/// Everything that serving takes.
#[derive(Args, Debug)]
pub(crate) struct Serving {
    #[command(flatten)]
    pub(crate) keeping: Keeping,

    #[command(flatten)]
    pub(crate) listening: Listening,

    /// Worker threads [default: one for each core]
    #[arg(long, value_name = "N", env = "LAMBDAGATE_WORKERS", hide_env_values = true, help_heading = "Running")]
    workers: Option<NonZeroUsize>,

    /// How long requests may take to finish after SIGTERM or Ctrl-C; a second signal ends at once
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "25s")]
    #[arg(env = "LAMBDAGATE_DRAIN_TIME", hide_env_values = true, help_heading = "Running")]
    pub(crate) drain_time: Duration,

    /// Do not serve what differs from what is written: findings that change behaviour become exit 1
    #[arg(long, value_parser = FalseyValueParser::new(), env = "LAMBDAGATE_STRICT", hide_env_values = true, help_heading = "Running")]
    pub(crate) strict: bool,

    /// How log and access log are written
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = LogFormat::Text)]
    #[arg(env = "LAMBDAGATE_LOG_FORMAT", hide_env_values = true, help_heading = "Logs")]
    pub(crate) log_format: LogFormat,

    /// Where the access log goes: off, stdout, or a file, which is opened again on SIGHUP [default: stdout; off for dev with text]
    #[arg(long, value_name = "TO", value_parser = sink, value_hint = ValueHint::FilePath)]
    #[arg(env = "LAMBDAGATE_ACCESS_LOG", hide_env_values = true, help_heading = "Logs")]
    pub(crate) access_log: Option<Sink>,
}

impl Serving {
    /// Number of worker threads.
    pub(crate) fn workers(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        self.workers.map_or_else(cores, NonZeroUsize::get)
    }

    /// Starts the process log, and says what of the command line has no effect.
    pub(crate) fn start_log(&self) {
        telemetry::process_log::start(self.log_format.format());
        crate::panics::log_them();
        if let Some(folder) = self.keeping.data.as_ref().filter(|_| !self.keeping.any()) {
            let folder = folder.display();
            tracing::warn!(%folder, "--data has no effect: no source of this kind keeps anything");
        }
    }
}

/// Where is listened, in place of what the sources say.
#[derive(Args, Debug)]
#[command(next_help_heading = "Listening")]
pub(crate) struct Listening {
    #[command(flatten)]
    pub(crate) replaced: Replaced,

    /// Own port for /healthz, /readyz, /status and /metrics
    #[arg(long, value_name = "ADDR:PORT", value_parser = address, env = "LAMBDAGATE_STATUS", hide_env_values = true)]
    pub(crate) status: Option<SocketAddr>,
}

/// Listeners that replace those of the sources.
#[derive(Args, Debug)]
#[command(next_help_heading = "Listening")]
pub(crate) struct Replaced {
    /// Listen here for plain HTTP, in place of all such listeners of the sources; several are separated by commas
    #[arg(long, value_name = "ADDR:PORT", value_parser = address, value_delimiter = ',')]
    #[arg(env = "LAMBDAGATE_LISTEN", hide_env_values = true)]
    listen: Vec<SocketAddr>,

    /// Listen here for HTTPS, in place of all such listeners of the sources; certificates are those of the sources
    #[arg(long, value_name = "ADDR:PORT", value_parser = address, value_delimiter = ',')]
    #[arg(env = "LAMBDAGATE_TLS_LISTEN", hide_env_values = true)]
    tls_listen: Vec<SocketAddr>,

    /// Listen here for the Admin API of the source that has one, in place of its own addresses
    #[arg(long, value_name = "ADDR:PORT", value_parser = address, env = "LAMBDAGATE_ADMIN", hide_env_values = true)]
    pub(crate) admin: Option<SocketAddr>,
}

impl Replaced {
    /// What is changed in a gateway.
    pub(crate) fn overrides(&self) -> Result<Overrides, Refusal> {
        Ok(Overrides { listen: self.listen.clone(), tls_listen: self.tls_listen.clone() })
    }
}

/// How logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people
    Text,
    /// One JSON object a line
    Json,
}

impl LogFormat {
    /// The same, for logs.
    pub(crate) fn format(self) -> Format {
        match self {
            Self::Text => Format::Text,
            Self::Json => Format::Json,
        }
    }
}
