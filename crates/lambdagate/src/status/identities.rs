//! The identities that calls are made with, as status and metrics tell of them: never a key.

use crate::assemble::moment;
use policy::build::{IdentityStatus, Services};
use serde::Serialize;
use telemetry::metrics::IdentityFigures;

/// A row of the report.
#[derive(Serialize)]
pub(super) struct Row {
    identity: String,
    state: &'static str,
    provider: Option<&'static str>,
    origin: Option<String>,
    expires: Option<String>,
    failure: Option<String>,
    fetched: u64,
    failed: u64,
    waited_first: u64,
    waited_renewal: u64,
}

/// All of them, for the report.
pub(super) fn rows(services: &Services) -> Vec<Row> {
    services.identities().into_iter().map(Row::of).collect()
}

impl Row {
    fn of(status: IdentityStatus) -> Self {
        Self {
            identity: status.identity,
            state: status.state.as_str(),
            provider: status.provider,
            origin: status.origin,
            expires: status.expires.map(moment),
            failure: status.failure,
            fetched: status.fetched,
            failed: status.failed,
            waited_first: status.waited_first,
            waited_renewal: status.waited_renewal,
        }
    }
}

/// All of them, for a scrape.
pub(super) fn figures(all: Vec<IdentityStatus>) -> Vec<IdentityFigures> {
    let of = |status: IdentityStatus| IdentityFigures {
        usable: status.is_usable(),
        identity: status.identity,
        provider: status.provider.unwrap_or(""),
        expires: status.expires,
        fetched: status.fetched,
        failed: status.failed,
        waited_first: status.waited_first,
        waited_renewal: status.waited_renewal,
    };
    all.into_iter().map(of).collect()
}
