//! An id for each request.

use serde::Serialize;

/// Where the id stands, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequestId {
    /// Header name, lower case.
    pub header: String,
    /// Whether a client's own id is kept.
    pub trust_client: bool,
    /// Whether the response carries it too.
    pub echo: bool,
    /// How a new one is made.
    pub form: IdForm,
    /// Whether it is the exchange's own id from then on, as logs and error bodies show it.
    pub own: bool,
}

/// How an id is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum IdForm {
    /// The exchange's own: 32 hex digits.
    Own,
    /// A random UUID.
    Uuid,
    /// A UUID of this process and a number: `8f6a…#7`.
    UuidCounter,
    /// Address, port, process, connection, number and time: `10.0.0.1-8000-17-3-1-1700000000.123`.
    Tracker,
    /// 21 random characters of letters, digits, `_` and `-`.
    NanoId,
    /// Random characters.
    Range {
        /// So many.
        length: u32,
        /// Out of these, in ASCII.
        characters: String,
    },
    /// Seconds since May 2014 and 128 random bits, in 27 letters and digits that sort by time.
    Ksuid,
    /// A UUID that begins with the time (RFC 9562, version 7).
    TimedUuid,
}
