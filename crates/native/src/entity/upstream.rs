//! Http upstreams as written.

use super::listener::Pem;
use crate::decode::{At, Either, Given, Lasting, OneOrMany, Pairs, Text, entity, words};

entity! {
    /// A group of nodes that serve the same.
    Upstream {
        /// `host:port` with a weight, or a list of them; the port is 80, or 443 with TLS, without one.
        nodes: Nodes,
        /// TLS towards the nodes: `true`, or more about it.
        tls: Option<Either<At<bool>, ClientTls>>,
        /// HTTP/2 towards the nodes; false without it.
        http2: Option<At<bool>>,
        /// How a node is chosen.
        balance: Option<At<Balance>>,
        /// How often another node is tried when nothing was sent yet; 1 without it.
        retries: Option<At<u32>>,
        /// How long things may take.
        timeouts: Option<Timeouts>,
        /// Kept-alive connections.
        keepalive: Option<Keepalive>,
        /// When a failing node is left alone; never without it.
        passive_health: Option<Given<PassiveHealth>>,
    }
}

entity! {
    /// An upstream as a route uses it: one with a name, or one of its own.
    RouteUpstream {
        /// The name of one of `upstreams`; then nothing but `path` and `host` stands beside it.
        "use" named: Option<Text>,
        /// `keep` (without it), `strip` what the route matched, or `strip` or `prefix` with a path to put in front.
        path: Option<Either<At<PathWord>, At<PathRule>>>,
        /// Which `Host` it sees: `node` (without it), `client`, or a name.
        host: Option<Either<Text, FixedHost>>,
        /// `host:port` with a weight, or a list of them; the port is 80, or 443 with TLS, without one.
        nodes: Option<Nodes>,
        /// TLS towards the nodes: `true`, or more about it.
        tls: Option<Either<At<bool>, ClientTls>>,
        /// HTTP/2 towards the nodes; false without it.
        http2: Option<At<bool>>,
        /// How a node is chosen.
        balance: Option<At<Balance>>,
        /// How often another node is tried when nothing was sent yet; 1 without it.
        retries: Option<At<u32>>,
        /// How long things may take.
        timeouts: Option<Timeouts>,
        /// Kept-alive connections.
        keepalive: Option<Keepalive>,
        /// When a failing node is left alone; never without it.
        passive_health: Option<Given<PassiveHealth>>,
    }
}

/// Nodes by `host:port` with their weights, or a list of them with weight 1.
pub type Nodes = At<Either<Pairs<At<u32>>, OneOrMany<Text>>>;

entity! {
    /// TLS towards an upstream, a URL or an AWS endpoint.
    ClientTls {
        /// Whether the peer's certificate is checked; true without it.
        verify: Option<At<bool>>,
        /// Private certificate authorities beside the system's: PEM files, or PEM itself.
        authorities: Option<OneOrMany<Pem>>,
        /// The server name to send and check instead of the host's.
        server_name: Option<Text>,
    }
}

words! {
    /// How a node is chosen.
    Balance {
        /// In turn, by weight.
        "round-robin" RoundRobin,
    }
}

words! {
    /// What happens to the path.
    PathWord {
        /// It stays as it came.
        "keep" Keep,
        /// The part that the route matched is taken off.
        "strip" Strip,
    }
}

entity! {
    /// A path to put in front; one of these.
    PathRule {
        /// In front of what follows the part that the route matched.
        strip: Option<Text>,
        /// In front of the whole path.
        prefix: Option<Text>,
    }
}

entity! {
    /// A `Host` that is called `node` or `client`.
    FixedHost {
        /// The name.
        fixed: Text,
    }
}

entity! {
    /// How long an upstream may take; each one minute without it.
    Timeouts {
        /// To open a connection, TLS included.
        connect: Option<At<Lasting>>,
        /// Between two writes of the request.
        write: Option<At<Lasting>>,
        /// Until the response header, and between two reads of the body.
        read: Option<At<Lasting>>,
    }
}

entity! {
    /// Idle connections.
    Keepalive {
        /// Kept for each node; 256 without it.
        idle: Option<At<usize>>,
        /// Time an idle one is kept; one minute without it.
        time: Option<At<Lasting>>,
    }
}

entity! {
    /// When a node is left alone.
    PassiveHealth {
        /// After so many failures in a row; 3 without it.
        failures: Option<At<u32>>,
        /// Whether a 5xx response counts; false without it.
        count_5xx: Option<At<bool>>,
        /// For how long; 10s without it.
        pause: Option<At<Lasting>>,
    }
}
