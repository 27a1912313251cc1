//! The local Lambda of `dev`: the emulator on a thread of its own, and what is said of each call.

mod account;
mod board;
mod declared;
pub(crate) mod keys;

pub(crate) use account::LocalAccount;
pub(crate) use board::{Board, Premises, distinct};

use crate::exit::Refusal;
use emulator::{Declared, Emulator, FunctionInfo, Guard, KeyPair, Report, Settings, StartError};
use model::Secret;
use native::sam::Function;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread::JoinHandle;
use tokio::sync::{oneshot, watch};

/// The account in the ARNs of local functions.
const ACCOUNT: &str = "000000000000";

/// What a local Lambda is asked for.
pub(crate) struct Wanted {
    pub(crate) listen: SocketAddr,
    /// Folders that hold one folder for each function.
    pub(crate) folders: Vec<PathBuf>,
    /// Functions that the sources declare.
    pub(crate) functions: Vec<Function>,
    /// Keys that it takes beside those of [`LocalAccount`].
    pub(crate) keys: Vec<KeyPair>,
    /// What its stages take beside the usual key.
    pub(crate) api_keys: Vec<Secret>,
    /// Whether signatures are checked.
    pub(crate) checked: bool,
    /// Instances of each function that start before anyone calls.
    pub(crate) warm: usize,
    pub(crate) report: Report,
}

/// Where changed declarations go; only the newest counts.
#[derive(Clone)]
pub(crate) struct Declare(watch::Sender<Vec<Declared>>);

impl Declare {
    /// Hands them over.
    pub(crate) fn functions(&self, functions: &[Function]) {
        let declared = declared::declared(functions);
        self.0.send_if_modified(|before| {
            let changed = *before != declared;
            *before = declared;
            changed
        });
    }
}

/// A running local Lambda.
pub(crate) struct Emulation {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// The functions that were there when it started.
    pub(crate) functions: Vec<FunctionInfo>,
    /// Takes the functions that the sources declare now.
    pub(crate) declare: Declare,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Emulation {
    /// Starts it; it takes calls that are signed with the keys that [`LocalAccount`] has.
    pub(crate) fn start(wanted: Wanted) -> Result<Self, Refusal> {
        let settings = settings(wanted);
        let (declare, changed) = watch::channel(settings.declared.clone());
        let (tell, told) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let cannot = |error: io::Error| Refusal::new(format!("the local Lambda cannot start: {error}"), "");
        // A thread of its own that lives to the end: functions end with the thread that started them.
        let thread = std::thread::Builder::new()
            .name("local-lambda".to_owned())
            .spawn(move || run(settings, &tell, changed, stopped))
            .map_err(cannot)?;
        let ended = || Refusal::new("the local Lambda ended while it started", "");
        let (address, functions) = told.recv().map_err(|_| ended())?.map_err(refusal)?;
        Ok(Self { address, functions, declare: Declare(declare), stop, thread })
    }

    /// Ends it, and waits until no function's process is left.
    pub(crate) fn stop(self) {
        let _ = self.stop.send(()); // a thread that has ended needs no telling
        if self.thread.join().is_err() {
            tracing::error!("the local lambda ended in a panic");
        }
    }
}

enum Failed {
    Runtime(io::Error),
    Start(StartError),
}

type Started = Result<(SocketAddr, Vec<FunctionInfo>), Failed>;

fn run(
    settings: Settings,
    tell: &mpsc::Sender<Started>,
    changed: watch::Receiver<Vec<Declared>>,
    stopped: oneshot::Receiver<()>,
) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return drop(tell.send(Err(Failed::Runtime(error)))),
    };
    runtime.block_on(async {
        match Emulator::start(settings).await {
            Ok(emulator) => {
                let _ = tell.send(Ok((emulator.address(), emulator.functions()))); // who asked is waiting
                tokio::select! {
                    _ = stopped => {} // a sender that is dropped asks for the end too
                    () = follow(&emulator, changed) => {}
                }
                emulator.stop().await;
            }
            Err(error) => drop(tell.send(Err(Failed::Start(error)))),
        }
    });
}

/// Brings changed declarations into force, for ever.
async fn follow(emulator: &Emulator, mut changed: watch::Receiver<Vec<Declared>>) {
    while changed.changed().await.is_ok() {
        let declared = changed.borrow_and_update().clone();
        emulator.declare(declared);
    }
    std::future::pending().await // nobody is left who could declare anything
}

fn settings(wanted: Wanted) -> Settings {
    let LocalAccount { access_key, secret_key, .. } = LocalAccount::at(wanted.listen);
    let mut taken = vec![KeyPair { access_key, secret_key, session_token: None }];
    wanted.keys.into_iter().for_each(|pair| keys::add(&mut taken, pair));
    let usual = Settings::default();
    let guard = std::env::current_exe().ok().map(|program| Guard { program, args: vec!["guard".into()] });
    if guard.is_none() {
        tracing::warn!("this program's own path is not known: functions may outlive it when it is killed");
    }
    Settings {
        listen: wanted.listen,
        functions: wanted.folders,
        declared: declared::declared(&wanted.functions),
        warm: wanted.warm,
        keys: taken,
        auth: wanted.checked,
        api_keys: usual.api_keys.iter().cloned().chain(wanted.api_keys).collect(),
        region: LocalAccount::REGION.to_owned(),
        account: ACCOUNT.to_owned(),
        guard,
        report: Some(wanted.report),
        ..usual
    }
}

fn refusal(failed: Failed) -> Refusal {
    match failed {
        Failed::Runtime(error) => Refusal::new(format!("the local Lambda cannot start: {error}"), ""),
        Failed::Start(error @ StartError::Listen { .. }) => Refusal::new(
            error.to_string(),
            "choose another address with --lambda; --lambda 127.0.0.1:0 takes any free port",
        ),
        Failed::Start(error @ StartError::Keeper { .. }) => Refusal::new(error.to_string(), ""),
    }
}
