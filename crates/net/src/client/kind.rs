//! What can go wrong while a request is sent.

/// What went wrong while sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendErrorKind {
    /// The name has no address.
    Resolve,
    /// Nobody accepted the connection.
    Connect,
    /// The forward proxy cannot be reached, or does not do what it is asked.
    Proxy,
    /// Nobody accepted the connection in time.
    ConnectTimeout,
    /// The TLS handshake failed.
    Tls,
    /// The request could not be written in time.
    WriteTimeout,
    /// The response header did not come in time.
    ReadTimeout,
    /// The connection ended before the response header.
    Closed,
    /// What came is not HTTP.
    Malformed,
    /// The request's own body failed (the client went away, or sent too much).
    RequestBody,
}

impl std::fmt::Display for SendErrorKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Resolve => "no address",
            Self::Connect => "no connection",
            Self::Proxy => "no way through the forward proxy",
            Self::ConnectTimeout => "no connection in time",
            Self::Tls => "tls handshake failed",
            Self::WriteTimeout => "request not taken in time",
            Self::ReadTimeout => "no response in time",
            Self::Closed => "connection closed before the response",
            Self::Malformed => "response is not http",
            Self::RequestBody => "request body failed",
        })
    }
}
