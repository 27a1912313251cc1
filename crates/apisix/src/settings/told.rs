//! Where the gateway tells of itself: metrics on one port, status on another.

use super::{Reader, yes};
use dialect::Faith;
use std::net::{IpAddr, SocketAddr};

/// A port on which the gateway tells of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToldListen {
    /// Where.
    pub address: SocketAddr,
    /// Somebody wrote it; else it is only usual.
    pub is_written: bool,
}

/// Where the page of metrics is; nowhere where the plugin is not enabled, or the server of its own is off.
pub(super) fn metrics(reader: &mut Reader<'_>) -> Option<ToldListen> {
    let enabled =
        reader.part.value("plugins").is_none() || reader.part.texts("plugins").iter().any(|one| one == "prometheus");
    if !enabled || !yes(reader.part, "plugin_attr.prometheus.enable_export_server") {
        return None;
    }
    told(reader, "plugin_attr.prometheus.export_addr", 9091)
}

/// Where status is told.
pub(super) fn status(reader: &mut Reader<'_>) -> Option<ToldListen> {
    told(reader, "apisix.status", 7085)
}

/// An address with `ip` and `port`, of this machine unless it says otherwise.
fn told(reader: &mut Reader<'_>, path: &str, usual: u16) -> Option<ToldListen> {
    let part = reader.part.part(path);
    let Some(ip) = part.text("ip").map_or(Ok(IpAddr::from([127, 0, 0, 1])), str::parse).ok() else {
        let message = "this is no address: nothing is told there";
        reader.texts.say(Faith::Invalid, &reader.origin, &format!("{path}.ip"), message);
        return None;
    };
    let address = SocketAddr::new(ip, part.status("port").unwrap_or(usual));
    Some(ToldListen { address, is_written: part.is_there() })
}
