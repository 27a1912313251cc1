//! What an emulator is told, and what it tells.

use crate::caller::Caller;
use crate::function::Url;
use model::Secret;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How a local Lambda is set up.
pub struct Settings {
    /// Where the Invoke API listens; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Folders that hold one folder a function. The first that has a name wins.
    pub functions: Vec<PathBuf>,
    /// Functions that are declared elsewhere than by a folder's name. They win over folders.
    pub declared: Vec<Declared>,
    /// Instances of each function that are started before anyone calls, where its own settings do not say how many.
    pub warm: usize,
    /// Who may call. With no key nobody may: every call is refused. The first is also given to the functions.
    pub keys: Vec<KeyPair>,
    /// Whether a call must show a key at all. Without, everyone who reaches the address may do everything.
    pub auth: bool,
    /// What the stages of `/stage/` take as `x-api-key`.
    pub api_keys: Vec<Secret>,
    /// How long an event waits between its tries.
    pub event_waits: EventWaits,
    /// The Region in ARNs and in the functions' environment. Calls signed for any Region are taken.
    pub region: String,
    /// The account in ARNs: twelve digits.
    pub account: String,
    /// Starts processes so that they end with the gateway, however it ends. Without one, only an orderly end does.
    pub guard: Option<Guard>,
    /// Is told of every call when it is over.
    pub report: Option<Report>,
}

impl Default for Settings {
    /// What AWS has, for the rest what is safe: no function, no key, and so no call that is not refused.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 9001)),
            functions: Vec::new(),
            declared: Vec::new(),
            warm: 0,
            keys: Vec::new(),
            auth: true,
            api_keys: vec![Secret::new("local")],
            event_waits: EventWaits::default(),
            region: "us-east-1".to_owned(),
            account: "000000000000".to_owned(),
            guard: None,
            report: None,
        }
    }
}

/// How long an event waits between its tries. The default is AWS's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventWaits {
    /// After a function's first failure and after its second.
    pub after_failure: [Duration; 2],
    /// After it was throttled; twice as long each time, up to `throttled_most`.
    pub throttled: Duration,
    /// The longest wait after it was throttled.
    pub throttled_most: Duration,
}

impl Default for EventWaits {
    fn default() -> Self {
        Self {
            after_failure: [Duration::from_secs(60), Duration::from_secs(120)],
            throttled: Duration::from_secs(1),
            throttled_most: Duration::from_secs(300),
        }
    }
}

/// A function that something else than its folder declares: an AWS SAM template. What is left out is as AWS has it, and
/// a `function.yaml` in its folder wins over all of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Declared {
    /// Its name.
    pub name: String,
    /// The folder of its code.
    pub folder: PathBuf,
    /// `python3.12`, `nodejs20.x`, `provided.al2023` and their like; left out, the folder's files tell.
    pub runtime: Option<String>,
    /// `module.function`.
    pub handler: Option<String>,
    /// Megabytes.
    pub memory_mb: Option<u32>,
    /// How long a call may take.
    pub timeout: Option<Duration>,
    /// Names and values.
    pub environment: BTreeMap<String, String>,
    /// Calls at once.
    pub concurrency: Option<usize>,
    /// Instances that are started before anyone calls.
    pub warm: Option<usize>,
    /// Its function URL.
    pub url: Option<Url>,
    /// Alias to version.
    pub aliases: BTreeMap<String, String>,
    /// Tries of an event after the first.
    pub retries: Option<u8>,
    /// How old an event may grow.
    pub max_event_age: Option<Duration>,
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
    /// `AWS_SESSION_TOKEN`. A key that has one is taken only together with it.
    pub session_token: Option<Secret>,
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
    /// Where it came from.
    pub caller: Caller,
    /// A process was started for it.
    pub cold: bool,
    /// From being given an instance to the answer; a cold start counts.
    pub milliseconds: f64,
    /// Status of the Invoke API: 200, 202 for a queued one that has run, 429 for a throttled one.
    pub status: u16,
    /// `errorType: errorMessage` when the function failed.
    /// When its code did not load, the file and line are named too.
    pub error: Option<String>,
    /// The function's stack, one entry a line, when its runtime told one.
    pub stack: Option<Vec<String>>,
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
