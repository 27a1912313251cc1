//! One function: the generation of its code that is current, and that generation's instances.

mod definition;
mod stamp;

use crate::instance::Instance;
use crate::settings::FunctionInfo;
pub(crate) use definition::{Definition, Runtime};
use stamp::Stamp;
use std::path::{Path, PathBuf};
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
    current: Mutex<Current>,
}

struct Current {
    stamp: Option<Stamp>,
    next_look: Instant,
    code: Result<Arc<Generation>, NoTurn>,
}

/// The code as it stood at one moment. A changed file makes a new generation; the old one ends with its calls.
pub(crate) struct Generation {
    definition: Definition,
    /// One permit a call that may run. Closed when the generation is retired.
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Idle>>,
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
    /// As many calls run as may.
    Throttled,
    /// The folder cannot be understood: why, for people.
    Unusable(String),
    /// The function, or the whole emulator, is gone.
    Gone,
}

impl Function {
    pub(crate) fn new(name: Arc<str>, folder: PathBuf) -> Self {
        let current = Current { stamp: None, next_look: Instant::now(), code: Err(NoTurn::Throttled) };
        Self { name, folder, current: Mutex::new(current) }
    }

    pub(crate) fn describe(name: String, folder: PathBuf) -> FunctionInfo {
        match Definition::read(&folder) {
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

    /// A turn, if there is one now.
    pub(crate) fn turn(&self) -> Result<Turn, NoTurn> {
        loop {
            let generation = self.generation()?;
            match generation.permits.clone().try_acquire_owned() {
                Ok(permit) => return Ok(Turn { generation, _permit: permit }),
                Err(TryAcquireError::NoPermits) => return Err(NoTurn::Throttled),
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

    /// Ends instances that nobody has called for a while.
    pub(crate) fn rest(&self) {
        if let Ok(generation) = &self.current().code {
            generation.idle().retain(|idle| idle.since.elapsed() < REST_AFTER);
        }
    }

    /// Ends idle instances and turns away everyone from now on.
    pub(crate) fn close(&self) {
        if let Ok(generation) = std::mem::replace(&mut self.current().code, Err(NoTurn::Gone)) {
            generation.retire();
        }
    }

    /// The generation of the files as they are now.
    fn generation(&self) -> Result<Arc<Generation>, NoTurn> {
        let mut current = self.current();
        let now = Instant::now();
        if matches!(current.code, Err(NoTurn::Gone)) || (current.stamp.is_some() && now < current.next_look) {
            return current.code.clone();
        }
        let stamp = Stamp::of(&self.folder);
        current.next_look = now + now.elapsed() * LOOK_SHARE;
        if current.stamp.replace(stamp) == Some(stamp) {
            return current.code.clone();
        }
        let code = Definition::read(&self.folder).map(|definition| Arc::new(Generation::new(definition)));
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

    /// The instance that was used last, if one is free: those at the bottom of the stack may rest.
    pub(crate) fn take(&self) -> Option<Instance> {
        let mut idle = self.generation.idle();
        std::iter::from_fn(|| idle.pop()).map(|idle| idle.instance).find(Instance::lives)
    }

    /// Gives an instance back. That of a retired generation ends here.
    pub(crate) fn give_back(&self, instance: Instance) {
        let mut idle = self.generation.idle();
        if instance.lives() && !self.generation.permits.is_closed() {
            idle.push(Idle { instance, since: Instant::now() });
        }
    }
}

impl Generation {
    fn new(definition: Definition) -> Self {
        let permits = Arc::new(Semaphore::new(definition.concurrency));
        Self { definition, permits, idle: Mutex::default() }
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
