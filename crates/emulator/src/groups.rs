//! Every process group that lives: killed one by one, or all at once, with those who left it.

use crate::guard;
use crate::settings::{Guard, StartError};
use crate::sweep::sweep;
use std::collections::HashMap;
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::unix::pipe;
use tokio::process::{Child, Command};
use tokio::sync::Notify;

/// A killed process that has not been collected after this long is stuck in the kernel; nobody waits longer for it.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long instances may take to say goodbye: what AWS gives to extensions, and a moment.
const GOODBYE: Duration = Duration::from_millis(2500);

/// The live process groups, known to the keeper too when there is one.
#[derive(Default)]
pub(crate) struct Groups {
    state: Mutex<State>,
    emptied: Notify,
}

#[derive(Default)]
struct State {
    /// With the mark that its processes carry.
    live: HashMap<i32, Arc<str>>,
    goodbyes: usize,
    closed: bool,
    keeper: Option<Keeper>,
}

struct Keeper {
    process: Child,
    lines: pipe::Sender,
}

impl Groups {
    /// Starts the keeper, if there is a guard to start it with.
    pub(crate) fn start(guard: Option<&Guard>) -> Result<Self, StartError> {
        let keeper = guard
            .map(|guard| Keeper::start(guard).map_err(|source| (guard, source)))
            .transpose()
            .map_err(|(guard, source)| StartError::Keeper { program: guard.program.clone(), source })?;
        Ok(Self { state: Mutex::new(State { keeper, ..State::default() }), emptied: Notify::new() })
    }

    /// A group lives. After [`close`](Self::close) it is killed at once.
    pub(crate) fn began(&self, group: i32, mark: &Arc<str>) {
        let mut state = self.state();
        state.live.insert(group, mark.clone());
        state.tell(&format!("+{group} {mark}\n"));
        if state.closed {
            guard::kill(group);
        }
    }

    /// The leader of a group is gone: what it left behind goes too, and if nobody else has its mark, what left it.
    pub(crate) async fn ended(&self, group: i32) {
        guard::kill(group);
        let mark = self.state().mark_of_last(group);
        if let Some(mark) = mark {
            let marks = [mark.to_string()].into();
            let _done = tokio::task::spawn_blocking(move || sweep(&marks)).await;
        }
        let mut state = self.state();
        state.live.remove(&group);
        state.tell(&format!("-{group}\n"));
        if state.live.is_empty() {
            self.emptied.notify_one();
        }
    }

    /// Kills a group if it still lives; [`ended`](Self::ended) follows when it does no more.
    pub(crate) fn kill(&self, group: i32) {
        // Asked under the lock: a number that has ended may belong to somebody else by now.
        let state = self.state();
        if state.live.contains_key(&group) {
            guard::kill(group);
        }
    }

    /// Asks a group to end, if it still lives.
    pub(crate) fn terminate(&self, group: i32) {
        let state = self.state();
        if state.live.contains_key(&group) {
            guard::terminate(group);
        }
    }

    /// An instance says goodbye: [`close`](Self::close) gives it the time until [`said_goodbye`](Self::said_goodbye).
    pub(crate) fn says_goodbye(&self) {
        self.state().goodbyes += 1;
    }

    /// See [`says_goodbye`](Self::says_goodbye).
    pub(crate) fn said_goodbye(&self) {
        let mut state = self.state();
        state.goodbyes -= 1;
        if state.goodbyes == 0 {
            self.emptied.notify_one();
        }
    }

    /// Kills every group, now and from now on.
    pub(crate) fn kill_all(&self) {
        let mut state = self.state();
        state.closed = true;
        for group in state.live.keys() {
            guard::kill(*group);
        }
    }

    /// Kills every group and waits until they and the keeper are gone.
    pub(crate) async fn close(&self) {
        let said = async {
            while self.state().goodbyes > 0 {
                self.emptied.notified().await;
            }
        };
        let _some_take_longer = tokio::time::timeout(GOODBYE, said).await;
        self.kill_all();
        let gone = async {
            while !self.state().live.is_empty() {
                self.emptied.notified().await;
            }
            let keeper = self.state().keeper.take();
            if let Some(Keeper { mut process, lines }) = keeper {
                drop(lines);
                let _status = process.wait().await;
            }
        };
        if tokio::time::timeout(PATIENCE, gone).await.is_err() {
            tracing::warn!("a killed function process is still there");
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The mark of a group, unless another group has it too.
    fn mark_of_last(&self, group: i32) -> Option<Arc<str>> {
        let mark = self.live.get(&group)?;
        let is_shared = self.live.iter().any(|(other, shared)| *other != group && shared == mark);
        (!is_shared).then(|| mark.clone())
    }

    fn tell(&self, line: &str) {
        let Some(keeper) = &self.keeper else { return };
        if !matches!(keeper.lines.try_write(line.as_bytes()), Ok(written) if written == line.len()) {
            tracing::warn!("the keeper of processes does not listen; a killed gateway may leave some behind");
        }
    }
}

impl Keeper {
    fn start(guard: &Guard) -> std::io::Result<Self> {
        let (input, lines) = std::io::pipe()?;
        let process = Command::new(&guard.program)
            .args(&guard.args)
            .args(["--", "keeper"])
            .stdin(input)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self { process, lines: pipe::Sender::from_owned_fd(lines.into())? })
    }
}
