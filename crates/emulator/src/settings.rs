//! What an emulator is told, and what it tells.

use model::Secret;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// How a local Lambda is set up.
pub struct Settings {
    /// Where the Invoke API listens; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Folders that hold one folder a function. The first that has a name wins.
    pub functions: Vec<PathBuf>,
    /// Who may call. With no key nobody may: every call is refused. The first is also given to the functions.
    pub keys: Vec<KeyPair>,
    /// The Region in ARNs and in the functions' environment. Calls signed for any Region are taken.
    pub region: String,
    /// The account in ARNs: twelve digits.
    pub account: String,
    /// Starts processes so that they end with the gateway, however it ends. Without one, only an orderly end does.
    pub guard: Option<Guard>,
    /// Is told of every call when it is over.
    pub report: Option<Report>,
}

/// Who is told of finished calls.
pub type Report = Arc<dyn Fn(&CallReport) + Send + Sync>;

/// A key that may sign calls.
#[derive(Clone, Debug)]
pub struct KeyPair {
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_key: Secret,
}

/// A command whose arguments reach [`guard::main`](crate::guard::main): usually this program and a hidden subcommand.
/// `--` and the guard's own arguments are put behind `args`.
#[derive(Clone, Debug)]
pub struct Guard {
    /// The program.
    pub program: PathBuf,
    /// Arguments that lead to the guard.
    pub args: Vec<OsString>,
}

/// One call, told when it is over.
#[derive(Clone, Debug)]
pub struct CallReport {
    /// The function's name.
    pub function: Arc<str>,
    /// `x-amzn-RequestId` of the call.
    pub request_id: Arc<str>,
    /// A process was started for it.
    pub cold: bool,
    /// From being given an instance to the answer; a cold start counts.
    pub milliseconds: f64,
    /// Status of the Invoke API: 200, 202 for a queued one that has run, 429 for a throttled one.
    pub status: u16,
    /// `errorType: errorMessage` when the function failed.
    pub error: Option<String>,
}

/// A function that a folder holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionInfo {
    /// Its name: that of its folder.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// `python`, `node` or `provided`; nothing when the folder cannot be understood.
    pub runtime: Option<&'static str>,
    /// Why the folder cannot be understood.
    pub problem: Option<String>,
}

/// Why an emulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken or not ours.
    #[error("the local Lambda cannot listen on {address}: {source}")]
    Listen {
        /// What was asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The process that ends the others when the gateway is gone did not start.
    #[error("the keeper of processes cannot be started ({program}): {source}")]
    Keeper {
        /// The guard's program.
        program: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
