//! What every part of one emulator shares.

use crate::functions::Functions;
use crate::groups::Groups;
use crate::settings::{CallReport, Guard, KeyPair, Report, Settings};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Room for events that wait, in kilobytes; each takes at least one.
pub(crate) const EVENT_ROOM_KB: usize = 64 * 1024;

/// One emulator, seen from inside.
pub(crate) struct Host {
    pub(crate) region: String,
    pub(crate) account: String,
    pub(crate) keys: Vec<KeyPair>,
    pub(crate) guard: Option<Guard>,
    pub(crate) functions: Functions,
    pub(crate) groups: Groups,
    /// Kilobytes that events may still take while they wait or run.
    pub(crate) event_room: Arc<Semaphore>,
    report: Option<Report>,
}

impl Host {
    pub(crate) fn new(settings: Settings, groups: Groups) -> Self {
        Self {
            region: settings.region,
            account: settings.account,
            keys: settings.keys,
            guard: settings.guard,
            functions: Functions::new(settings.functions),
            groups,
            event_room: Arc::new(Semaphore::new(EVENT_ROOM_KB)),
            report: settings.report,
        }
    }

    /// The ARN of a function, with its qualifier if one was given.
    pub(crate) fn arn(&self, name: &str, qualifier: Option<&str>) -> String {
        let (region, account) = (&self.region, &self.account);
        match qualifier {
            Some(qualifier) => format!("arn:aws:lambda:{region}:{account}:function:{name}:{qualifier}"),
            None => format!("arn:aws:lambda:{region}:{account}:function:{name}"),
        }
    }

    pub(crate) fn report(&self, call: &CallReport) {
        if let Some(report) = &self.report {
            report(call);
        }
    }
}
