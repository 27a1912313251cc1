//! The local Lambda of `dev`: the emulator on a thread of its own, and what is said of each call.

mod account;
mod board;

pub(crate) use account::LocalAccount;
pub(crate) use board::{Board, Premises, distinct};

use crate::exit::Refusal;
use emulator::{Emulator, FunctionInfo, Guard, KeyPair, Report, Settings, StartError};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// The account in the ARNs of local functions.
const ACCOUNT: &str = "000000000000";

/// A running local Lambda.
pub(crate) struct Emulation {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// The functions that were there when it started.
    pub(crate) functions: Vec<FunctionInfo>,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Emulation {
    /// Starts it; it takes calls that are signed with the keys that [`LocalAccount`] has.
    pub(crate) fn start(listen: SocketAddr, folders: Vec<PathBuf>, report: Report) -> Result<Self, Refusal> {
        let settings = settings(listen, folders, report);
        let (tell, told) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let cannot = |error: io::Error| Refusal::new(format!("the local Lambda cannot start: {error}"), "");
        // A thread of its own that lives to the end: functions end with the thread that started them.
        let thread = std::thread::Builder::new()
            .name("local-lambda".to_owned())
            .spawn(move || run(settings, &tell, stopped))
            .map_err(cannot)?;
        let ended = || Refusal::new("the local Lambda ended while it started", "");
        let (address, functions) = told.recv().map_err(|_| ended())?.map_err(refusal)?;
        Ok(Self { address, functions, stop, thread })
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

fn run(settings: Settings, tell: &mpsc::Sender<Started>, stopped: oneshot::Receiver<()>) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return drop(tell.send(Err(Failed::Runtime(error)))),
    };
    runtime.block_on(async {
        match Emulator::start(settings).await {
            Ok(emulator) => {
                let _ = tell.send(Ok((emulator.address(), emulator.functions()))); // who asked is waiting
                let _ = stopped.await; // a sender that is dropped asks for the end too
                emulator.stop().await;
            }
            Err(error) => drop(tell.send(Err(Failed::Start(error)))),
        }
    });
}

fn settings(listen: SocketAddr, functions: Vec<PathBuf>, report: Report) -> Settings {
    let LocalAccount { access_key, secret_key, .. } = LocalAccount::at(listen);
    let guard = std::env::current_exe().ok().map(|program| Guard { program, args: vec!["guard".into()] });
    if guard.is_none() {
        tracing::warn!("this program's own path is not known: functions may outlive it when it is killed");
    }
    Settings {
        listen,
        functions,
        keys: vec![KeyPair { access_key, secret_key }],
        region: LocalAccount::REGION.to_owned(),
        account: ACCOUNT.to_owned(),
        guard,
        report: Some(report),
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
