//! When a node is left alone, and when it is asked again.

use serde::Serialize;
use std::time::Duration;

/// Judges nodes by what they answer to clients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PassiveHealth {
    /// How much it takes to be left alone.
    pub limits: HealthLimits,
    /// For how long; `None`: until active checks find the node well.
    pub pause: Option<Duration>,
}

/// So many failures in a row, and a node is left alone; 0 is never. An answer that is none of them starts anew.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HealthLimits {
    /// Of any kind, counted together.
    pub any: u32,
    /// No connection, or one that broke.
    pub broken: u32,
    /// Time-outs.
    pub timeouts: u32,
    /// Answers with a bad status.
    pub statuses: u32,
    /// Which are bad, as first and last: `(500, 599)`.
    pub bad: Vec<(u16, u16)>,
}

impl HealthLimits {
    /// Whether a response of this status counts.
    pub fn is_bad(&self, status: u16) -> bool {
        self.bad.iter().any(|(first, last)| (*first..=*last).contains(&status))
    }
}

/// Asks nodes by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ActiveHealth {
    /// What is asked.
    pub probe: Probe,
    /// How long an answer may take.
    pub timeout: Duration,
    /// Nodes asked at the same time.
    pub concurrency: usize,
    /// Time between two checks of a well node; `None` never.
    pub well_interval: Option<Duration>,
    /// Time between two checks of a node that is left alone; `None` never.
    pub sick_interval: Option<Duration>,
    /// How much it takes to be left alone.
    pub limits: HealthLimits,
    /// So many good answers in a row, and a node is asked again.
    pub successes: u32,
    /// Which are good, as first and last: `(200, 299)`.
    pub good: Vec<(u16, u16)>,
}

/// What a node is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Probe {
    /// Whether it takes a connection.
    Connect {
        /// Another port than that of the requests.
        port: Option<u16>,
    },
    /// A GET.
    Http {
        /// Its path.
        path: String,
        /// Its `Host`; the node's own without it.
        host: Option<String>,
        /// Further header fields.
        headers: Vec<(String, String)>,
        /// Another port than that of the requests.
        port: Option<u16>,
    },
}
