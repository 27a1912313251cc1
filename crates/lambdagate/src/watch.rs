//! Watching files: the folders they lie in, since editors and mounted volumes replace files rather than write them,
//! and a look at each file every second, since not every file system tells of changes.

use notify::event::ModifyKind;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};

/// After a change nothing is said until it has been quiet for so long: a save is often several changes.
const QUIET: Duration = Duration::from_millis(200);
/// But a folder that never rests delays nothing for longer than this.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often files are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Watches files until dropped.
pub(crate) struct Watch {
    files: Arc<Files>,
    changed: Arc<Notify>,
    task: JoinHandle<()>,
    watcher: Option<RecommendedWatcher>,
    folders: BTreeSet<PathBuf>,
}

/// What is watched, and how it looked.
#[derive(Default)]
struct Files(Mutex<Vec<(PathBuf, Look)>>);

/// How a file looked: device, number, length, time of change. Links are followed.
type Look = Option<(u64, u64, u64, i64, i64)>;

impl Watch {
    /// Begins. Whatever changed before counts as changed.
    pub(crate) fn start(files: &[PathBuf]) -> Self {
        let (known, changed, stirred) = (Arc::new(Files::default()), Arc::new(Notify::new()), Arc::new(Notify::new()));
        let watcher = watcher(known.clone(), stirred.clone());
        let task = tokio::spawn(observe(known.clone(), stirred, changed.clone()));
        let mut watch = Self { files: known, changed, task, watcher, folders: BTreeSet::new() };
        watch.follow(files);
        watch.changed.notify_one();
        watch
    }

    /// From now on watches these files.
    pub(crate) fn follow(&mut self, files: &[PathBuf]) {
        self.files.set(files);
        let Some(watcher) = &mut self.watcher else { return };
        let folders: BTreeSet<PathBuf> = files.iter().map(|file| folder(file)).collect();
        for gone in self.folders.difference(&folders) {
            let _ = watcher.unwatch(gone); // a folder that is gone is not watched any more
        }
        for new in folders.difference(&self.folders) {
            if let Err(error) = watcher.watch(new, RecursiveMode::NonRecursive) {
                tracing::debug!(%error, folder = %new.display(), "folder is looked at every second only");
            }
        }
        self.folders = folders;
    }

    /// Waits for a change. Cancel-safe: a change that nobody waits for is told to the next who does.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn watcher(files: Arc<Files>, stirred: Arc<Notify>) -> Option<RecommendedWatcher> {
    let told = move |event: notify::Result<Event>| match event {
        Ok(event) if files.concerned(&event) => stirred.notify_one(),
        Ok(_) => {}
        Err(_) => stirred.notify_one(), // something was missed: look
    };
    let watcher = notify::recommended_watcher(told);
    watcher.inspect_err(|error| tracing::warn!(%error, "files are looked at every second only")).ok()
}

/// Tells of changes once they are over.
async fn observe(files: Arc<Files>, stirred: Arc<Notify>, changed: Arc<Notify>) {
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stirred.notified() => {}
            _ = looks.tick() => if !files.differ() { continue },
        }
        let end = Instant::now() + PATIENCE;
        while timeout_at(end.min(Instant::now() + QUIET), stirred.notified()).await.is_ok() {}
        files.look();
        changed.notify_one();
    }
}

impl Files {
    fn set(&self, files: &[PathBuf]) {
        *self.lock() = files.iter().map(|file| (file.clone(), look(file))).collect();
    }

    fn look(&self) {
        self.lock().iter_mut().for_each(|(file, before)| *before = look(file));
    }

    fn differ(&self) -> bool {
        self.lock().iter().any(|(file, before)| look(file) != *before)
    }

    /// Whether an event may mean a change of these files. What is only written to must be one of them (a log may lie
    /// beside them); what comes, goes or is renamed may be a link on the way to one.
    fn concerned(&self, event: &Event) -> bool {
        let named = |path: &PathBuf| self.lock().iter().any(|(file, _)| file.file_name() == path.file_name());
        match event.kind {
            EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_)) => false,
            EventKind::Modify(ModifyKind::Data(_)) => event.paths.iter().any(named),
            EventKind::Any | EventKind::Other | EventKind::Create(_) | EventKind::Remove(_) | EventKind::Modify(_) => {
                true
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(PathBuf, Look)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn look(file: &Path) -> Look {
    let seen = fs::metadata(file).ok()?;
    Some((seen.dev(), seen.ino(), seen.len(), seen.mtime(), seen.mtime_nsec()))
}

/// Where changes of a file show: the folder itself, or the one it lies in.
fn folder(file: &Path) -> PathBuf {
    if file.is_dir() {
        return file.to_owned();
    }
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{AccessKind, CreateKind, DataChange, MetadataKind, RenameMode};

    #[test]
    fn only_events_that_can_mean_a_change_are_followed() {
        let files = Files::default();
        files.set(&["conf/lambdagate.yaml".into()]);
        let written = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        let cases = [
            (written, "/somewhere/conf/lambdagate.yaml", true),
            (written, "/somewhere/conf/access.log", false),
            (EventKind::Create(CreateKind::File), "/somewhere/conf/other.yaml", true),
            (EventKind::Modify(ModifyKind::Name(RenameMode::To)), "/somewhere/conf/..data", true),
            (EventKind::Access(AccessKind::Any), "/somewhere/conf/lambdagate.yaml", false),
            (EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any)), "/somewhere/conf/lambdagate.yaml", false),
        ];
        for (kind, path, expected) in cases {
            let event = Event::new(kind).add_path(path.into());
            assert_eq!(files.concerned(&event), expected, "{kind:?} {path}");
        }
    }

    #[tokio::test]
    async fn a_replaced_file_is_told_of() {
        let folder = std::env::temp_dir().join(format!("lambdagate-watch-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (file, fresh) = (folder.join("a.yaml"), folder.join("fresh"));
        fs::write(&file, "1").unwrap();
        let watch = Watch::start(std::slice::from_ref(&file));
        watch.changed().await; // the beginning counts as a change
        fs::write(&fresh, "2").unwrap();
        fs::rename(&fresh, &file).unwrap();
        watch.changed().await;
        fs::remove_dir_all(&folder).unwrap();
    }
}
