//! What every part of one emulator shares.

use crate::functions::Functions;
use crate::groups::Groups;
use crate::settings::{CallReport, EventWaits, Guard, KeyPair, Report, Settings};
use model::Secret;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::sync::{Semaphore, watch};

/// Room for events that wait, in kilobytes; each takes at least one.
pub(crate) const EVENT_ROOM_KB: usize = 64 * 1024;

/// One emulator, seen from inside.
pub(crate) struct Host {
    address: SocketAddr,
    pub(crate) region: String,
    pub(crate) account: String,
    pub(crate) keys: Vec<KeyPair>,
    /// Whether a call must show a key.
    pub(crate) auth: bool,
    pub(crate) api_keys: Vec<Secret>,
    pub(crate) event_waits: EventWaits,
    pub(crate) guard: Option<Guard>,
    /// Instances of each function that are kept started, unless it says otherwise.
    pub(crate) warm: usize,
    pub(crate) functions: Functions,
    pub(crate) groups: Groups,
    /// Kilobytes that events may still take while they wait or run.
    pub(crate) event_room: Arc<Semaphore>,
    /// Held while a destination's file is written to, so that records do not mix.
    pub(crate) destinations: Arc<Mutex<()>>,
    /// Becomes true when everything ends.
    pub(crate) closed: watch::Sender<bool>,
    report: Option<Report>,
}

impl Host {
    /// What there is to share once `address` listens.
    pub(crate) fn new(settings: Settings, groups: Groups, address: SocketAddr) -> Self {
        Self {
            address,
            region: settings.region,
            account: settings.account,
            keys: settings.keys,
            auth: settings.auth,
            api_keys: settings.api_keys,
            event_waits: settings.event_waits,
            guard: settings.guard,
            warm: settings.warm,
            functions: Functions::new(settings.functions, settings.declared),
            groups,
            event_room: Arc::new(Semaphore::new(EVENT_ROOM_KB)),
            destinations: Arc::default(),
            closed: watch::Sender::new(false),
            report: settings.report,
        }
    }

    /// The port that every API listens on.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The ARN of a function, with its qualifier if one was given.
    pub(crate) fn arn(&self, name: &str, qualifier: Option<&str>) -> String {
        let (region, account) = (&self.region, &self.account);
        match qualifier {
            Some(qualifier) => format!("arn:aws:lambda:{region}:{account}:function:{name}:{qualifier}"),
            None => format!("arn:aws:lambda:{region}:{account}:function:{name}"),
        }
    }

    /// Turns everyone away from now on, and ends those who wait.
    pub(crate) fn close(&self) {
        self.closed.send_replace(true);
        self.functions.close();
    }

    pub(crate) fn report(&self, call: &CallReport) {
        if let Some(report) = &self.report {
            report(call);
        }
    }
}
