//! One function: the generation of its code that is current, and that generation's instances.

mod definition;
mod journal;
mod package;
mod stamp;

use crate::host::Host;
use crate::instance::{Cause, Instance};
use crate::settings::{Declared, FunctionInfo};
use crate::version;
pub use definition::{AuthType, Cors, InvokeMode, Url};
pub(crate) use definition::{Definition, EventSettings, FaultError, Faults, Reason, Runtime, RuntimeClient};
pub(crate) use journal::Journal;
pub(crate) use package::Package;
use stamp::Stamp;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};
use tokio::time::Instant;

/// An instance that nobody has called for so long is ended.
const REST_AFTER: Duration = Duration::from_secs(300);
/// Looking at the files takes at most one part in so many of the time.
const LOOK_SHARE: u32 = 20;

/// A function folder and what runs of it.
pub(crate) struct Function {
    name: Arc<str>,
    folder: PathBuf,
    declared: Option<Declared>,
    journal: Arc<Journal>,
    is_warming: AtomicBool,
    current: Mutex<Current>,
}

struct Current {
    closed: bool,
    stamp: Option<Stamp>,
    next_look: Instant,
    code: Result<Arc<Generation>, NoTurn>,
}

/// The code as it stood at one moment. A changed file makes a new generation; the old one ends with its calls.
pub(crate) struct Generation {
    definition: Arc<Definition>,
    /// One permit a call that may run. Closed when the generation is retired.
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Idle>>,
    /// Calls that have asked for a turn: faults count them.
    asked: AtomicU64,
    /// One that was to be warm did not come up: it is not tried again with the same code.
    is_cold: AtomicBool,
}

struct Idle {
    instance: Instance,
    since: Instant,
}

/// A call's right to an instance.
pub(crate) struct Turn {
    generation: Arc<Generation>,
    _permit: OwnedSemaphorePermit,
}

/// Why there is no turn.
#[derive(Clone, Debug)]
pub(crate) enum NoTurn {
    /// As many calls run as may, or this one is refused on purpose.
    Throttled(Reason),
    /// The folder cannot be understood: why, for people.
    Unusable(String),
    /// The function, or the whole emulator, is gone.
    Gone,
}

impl Function {
    pub(crate) fn new(name: Arc<str>, folder: PathBuf, declared: Option<Declared>) -> Self {
        let current = Current { closed: false, stamp: None, next_look: Instant::now(), code: Err(NoTurn::Gone) };
        let (journal, is_warming) = (Arc::default(), AtomicBool::new(false));
        Self { name, folder, declared, journal, is_warming, current: Mutex::new(current) }
    }

    pub(crate) fn describe(name: String, folder: PathBuf, declared: Option<&Declared>) -> FunctionInfo {
        match Definition::read(&folder, declared) {
            Ok(definition) => FunctionInfo { name, folder, runtime: Some(definition.runtime.name()), problem: None },
            Err(problem) => FunctionInfo { name, folder, runtime: None, problem: Some(problem) },
        }
    }

    pub(crate) fn name(&self) -> &Arc<str> {
        &self.name
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its files as they are now.
    pub(crate) async fn package(&self) -> Package {
        let folder = self.folder.clone();
        // Fails only when everything ends.
        tokio::task::spawn_blocking(move || Package::of(&folder)).await.unwrap_or_default()
    }

    /// What its instances have printed.
    pub(crate) fn journal(&self) -> &Arc<Journal> {
        &self.journal
    }

    /// How it is run, as its files are now.
    pub(crate) fn definition(&self) -> Result<Arc<Definition>, NoTurn> {
        Ok(self.generation()?.definition.clone())
    }

    /// A turn, if there is one now.
    pub(crate) fn turn(&self) -> Result<Turn, NoTurn> {
        loop {
            let generation = self.generation()?;
            if let Some(reason) = generation.throttles() {
                return Err(NoTurn::Throttled(reason));
            }
            match generation.permits.clone().try_acquire_owned() {
                Ok(permit) => return Ok(Turn { generation, _permit: permit }),
                Err(TryAcquireError::NoPermits) => return Err(NoTurn::Throttled(Reason::default())),
                Err(TryAcquireError::Closed) => {}
            }
        }
    }

    /// A turn, as soon as there is one.
    pub(crate) async fn wait_for_turn(&self) -> Result<Turn, NoTurn> {
        loop {
            let generation = self.generation()?;
            if let Ok(permit) = generation.permits.clone().acquire_owned().await {
                return Ok(Turn { generation, _permit: permit });
            }
        }
    }

    /// Ends instances that nobody has called for a while, but for those that are to be warm.
    pub(crate) fn rest(&self, warm: usize) {
        if let Ok(generation) = &self.current().code {
            generation.rest(warm);
        }
    }

    /// Whether instances are to be kept started, as far as its files are known.
    pub(crate) fn is_warm(&self, unless_written: usize) -> bool {
        // One that nobody has called has not been read yet.
        let is_unread = self.current().stamp.is_none();
        let code = if is_unread { self.generation() } else { self.current().code.clone() };
        code.is_ok_and(|generation| generation.warm(unless_written) > 0)
    }

    /// Instances that wait for a call.
    #[cfg(test)]
    pub(crate) fn idle(&self) -> usize {
        self.current().code.as_ref().map_or(0, |generation| generation.idle().len())
    }

    /// Starts instances until as many are there as are to be warm.
    pub(crate) async fn warm_up(&self, host: &Arc<Host>) {
        if self.is_warming.swap(true, Ordering::Relaxed) {
            return;
        }
        if let Ok(generation) = self.generation() {
            while let Some(version) = generation.lacks_warmth(host.warm) {
                self.start_warm(host, &generation, &version).await;
            }
        }
        self.is_warming.store(false, Ordering::Relaxed);
    }

    async fn start_warm(&self, host: &Arc<Host>, generation: &Generation, version: &Arc<str>) {
        let definition = &generation.definition;
        let failure = match Instance::open(host, self, definition, version, Cause::Warmth).await {
            Err(error) => error.to_string(),
            Ok(mut instance) => match instance.come_up(&self.folder, definition).await {
                Ok(()) => {
                    generation.put(instance);
                    return tracing::info!(function = &*self.name, "an instance is warm");
                }
                Err(failure) => failure.to_string(),
            },
        };
        generation.is_cold.store(true, Ordering::Relaxed);
        self.journal.add(&format!("An instance that was to be warm did not come up: {failure}"));
        tracing::warn!(function = &*self.name, failure, "an instance that was to be warm did not come up");
    }

    /// Ends idle instances and turns away everyone from now on.
    pub(crate) fn close(&self) {
        let mut current = self.current();
        current.closed = true;
        if let Ok(generation) = std::mem::replace(&mut current.code, Err(NoTurn::Gone)) {
            generation.retire();
        }
    }

    /// The generation of the files as they are now.
    fn generation(&self) -> Result<Arc<Generation>, NoTurn> {
        let mut current = self.current();
        let now = Instant::now();
        if current.closed || (current.stamp.is_some() && now < current.next_look) {
            return current.code.clone();
        }
        let written = current.code.as_ref().map(|code| code.definition.event.files()).unwrap_or_default();
        let stamp = Stamp::of(&self.folder, &written);
        current.next_look = now + now.elapsed() * LOOK_SHARE;
        if current.stamp.replace(stamp) == Some(stamp) {
            return current.code.clone();
        }
        let code = Definition::read(&self.folder, self.declared.as_ref())
            .map(|definition| Arc::new(Generation::new(definition)));
        if let Ok(fresh) = &code {
            current.stamp = Some(Stamp::of(&self.folder, &fresh.definition.event.files()));
        }
        if let Ok(old) = std::mem::replace(&mut current.code, code.map_err(NoTurn::Unusable)) {
            tracing::info!(function = &*self.name, "code changed");
            old.retire();
        }
        current.code.clone()
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    pub(crate) fn definition(&self) -> &Definition {
        &self.generation.definition
    }

    /// The instance of this version that was used last, if one is free: those at the bottom of the stack may rest.
    pub(crate) fn take(&self, version: &str) -> Option<Instance> {
        let mut idle = self.generation.idle();
        let last = |idle: &Vec<Idle>| idle.iter().rposition(|idle| idle.instance.version() == version);
        std::iter::from_fn(|| last(&idle).map(|at| idle.remove(at).instance)).find(Instance::lives)
    }

    /// Gives an instance back, as soon as its extensions are done with the call. It ends when they are not in time.
    pub(crate) fn give_back(self, instance: Instance, deadline: Instant) {
        if instance.is_settled() {
            return self.put(instance);
        }
        tokio::spawn(async move {
            if tokio::time::timeout_at(deadline, instance.settled()).await.is_ok() {
                self.put(instance);
            }
        });
    }

    /// Takes the whole turn: a task that used only a part of it would hold only that part.
    fn put(self, instance: Instance) {
        self.generation.put(instance);
    }
}

impl Generation {
    fn new(definition: Definition) -> Self {
        let permits = Arc::new(Semaphore::new(definition.concurrency));
        Self {
            definition: Arc::new(definition),
            permits,
            idle: Mutex::default(),
            asked: AtomicU64::new(0),
            is_cold: AtomicBool::new(false),
        }
    }

    /// An instance is free. That of a retired generation ends here, as does the oldest when there are too many: those
    /// of other versions do not serve the calls that made this one start.
    fn put(&self, instance: Instance) {
        let mut idle = self.idle();
        if instance.lives() && !self.permits.is_closed() {
            idle.push(Idle { instance, since: Instant::now() });
        }
        if idle.len() > self.definition.concurrency {
            idle.remove(0);
        }
    }

    /// Why this call is refused on purpose, if it is.
    fn throttles(&self) -> Option<Reason> {
        let throttle = self.definition.faults.throttle?;
        let asked = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        asked.is_multiple_of(throttle.every).then_some(throttle.reason)
    }

    /// Instances that are kept started.
    fn warm(&self, unless_written: usize) -> usize {
        self.definition.warm.unwrap_or(unless_written).min(self.definition.concurrency)
    }

    /// A version of which an instance is to be started.
    fn lacks_warmth(&self, unless_written: usize) -> Option<Arc<str>> {
        if self.permits.is_closed() || self.is_cold.load(Ordering::Relaxed) {
            return None;
        }
        let (idle, running, warm) = (self.idle(), self.running(), self.warm(unless_written));
        let there = |version: &str| idle.iter().filter(|idle| idle.instance.version() == version).count();
        // Nobody counts of which version those are that run.
        let mut versions = version::warm(&self.definition).take(self.definition.concurrency / warm.max(1));
        versions.find(|version| there(version) + running < warm).map(Arc::from)
    }

    fn rest(&self, unless_written: usize) {
        let mut idle = self.idle();
        let kept = self.warm(unless_written) * version::warm(&self.definition).count();
        let mut spare = (idle.len() + self.running()).saturating_sub(kept);
        idle.retain(|idle| {
            let stays = spare == 0 || idle.since.elapsed() < REST_AFTER;
            spare -= usize::from(!stays);
            stays
        });
    }

    fn running(&self) -> usize {
        self.definition.concurrency.saturating_sub(self.permits.available_permits())
    }

    fn retire(&self) {
        let mut idle = self.idle();
        self.permits.close();
        idle.clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
