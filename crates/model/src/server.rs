//! An HTTP server that the gateway itself asks for something: keys, what a token is worth, a verdict.

use crate::forward::Forward;
use crate::tls::ClientTls;
use serde::Serialize;
use std::time::Duration;

/// Where it is, and how it is reached.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Server {
    /// `http://` or `https://`, host, port, path and query; never user or password.
    pub url: String,
    /// TLS towards it, where the URL is https.
    pub tls: ClientTls,
    /// The forward proxy on the way.
    pub forward: Forward,
    /// To resolve, connect and shake hands.
    pub connect: Duration,
    /// For one question, from connecting to the last byte of the answer.
    pub time: Duration,
}

impl Server {
    /// The server of this URL, asked as servers usually are.
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            tls: ClientTls::default(),
            forward: Forward::default(),
            connect: Duration::from_secs(2),
            time: Duration::from_secs(5),
        }
    }
}
