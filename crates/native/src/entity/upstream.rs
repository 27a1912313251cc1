//! Http upstreams as written.

use super::listener::{Pem, PemKey};
use crate::decode::{At, Either, Given, Hidden, Lasting, OneOrMany, Pairs, Text, entity, words};

entity! {
    /// A group of nodes that serve the same.
    Upstream {
        /// `host:port` with a weight, or a list of them; the port is 80, or 443 with TLS, without one.
        nodes: Nodes,
        /// Further nodes, a list of such `nodes`: those of one are asked where none of all before is left to try.
        reserves: Option<Vec<Nodes>>,
        /// Whether all are asked where no node is well; false without it.
        never_empty: Option<At<bool>>,
        /// TLS towards the nodes: `true`, or more about it.
        tls: Option<Either<At<bool>, ClientTls>>,
        /// HTTP/2 towards the nodes; false without it.
        http2: Option<At<bool>>,
        /// The forward proxy on the way: a URL, more about it, `environment`, or `direct`, which is none (without it).
        "proxy" forward: Option<Either<Text, At<Forward>>>,
        /// How a node is chosen.
        balance: Option<Either<At<Balance>, Hashing>>,
        /// How often the next node is tried when nothing was sent yet, a lone one again; 1 without it.
        retries: Option<At<u32>>,
        /// How long things may take.
        timeouts: Option<Timeouts>,
        /// Kept-alive connections.
        keepalive: Option<Keepalive>,
        /// When a failing node is left alone; never without it.
        passive_health: Option<Given<PassiveHealth>>,
        /// When nodes are asked how they are; never without it.
        active_health: Option<Given<ActiveHealth>>,
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
        /// Header fields that it sees beside the usual ones.
        marks: Option<Given<ForwardMarks>>,
        /// A client that asks for a WebSocket gets one, where the node agrees; true without it.
        websocket: Option<At<bool>>,
        /// `host:port` with a weight, or a list of them; the port is 80, or 443 with TLS, without one.
        nodes: Option<Nodes>,
        /// Further nodes, a list of such `nodes`: those of one are asked where none of all before is left to try.
        reserves: Option<Vec<Nodes>>,
        /// Whether all are asked where no node is well; false without it.
        never_empty: Option<At<bool>>,
        /// TLS towards the nodes: `true`, or more about it.
        tls: Option<Either<At<bool>, ClientTls>>,
        /// HTTP/2 towards the nodes; false without it.
        http2: Option<At<bool>>,
        /// The forward proxy on the way: a URL, more about it, `environment`, or `direct`, which is none (without it).
        "proxy" forward: Option<Either<Text, At<Forward>>>,
        /// How a node is chosen.
        balance: Option<Either<At<Balance>, Hashing>>,
        /// How often the next node is tried when nothing was sent yet, a lone one again; 1 without it.
        retries: Option<At<u32>>,
        /// How long things may take.
        timeouts: Option<Timeouts>,
        /// Kept-alive connections.
        keepalive: Option<Keepalive>,
        /// When a failing node is left alone; never without it.
        passive_health: Option<Given<PassiveHealth>>,
        /// When nodes are asked how they are; never without it.
        active_health: Option<Given<ActiveHealth>>,
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
        /// More authorities, out of key stores.
        stores: Option<OneOrMany<At<Store>>>,
        /// The server name to send and check instead of the host's.
        server_name: Option<Text>,
        /// The certificate shown to a peer that asks for one.
        identity: Option<At<Identity>>,
    }
}

entity! {
    /// A key store with certificate authorities: PKCS#12, JKS or PEM.
    Store {
        /// A file beside this document, or the store itself in base64.
        store: Text,
        /// What opens it, best as `${NAME}`; a JKS is read without one too, unchecked.
        password: Option<Hidden>,
    }
}

entity! {
    /// A client's certificate with its key: `chain` and `key`, or `store`.
    Identity {
        /// The chain, leaf first: a PEM file, or PEM itself.
        chain: Option<Pem>,
        /// The private key: a PEM file, or PEM itself; with a password if it is encrypted.
        key: Option<PemKey>,
        /// A key store (PKCS#12, JKS or PEM): a file beside this document, or the store itself in base64.
        store: Option<Text>,
        /// What opens the store, or the encrypted key; best as `${NAME}`.
        password: Option<Hidden>,
        /// What opens the key in a JKS, where that is something else.
        key_password: Option<Hidden>,
        /// The name of the entry in the store; the first with a key without it.
        alias: Option<Text>,
    }
}

entity! {
    /// A forward proxy.
    Forward {
        /// `http://host:port`, `https://…`, `socks5://…` (names are resolved here) or `socks5h://…` (there).
        url: Text,
        /// Who asks.
        user: Option<Text>,
        /// The user's password, best as `${NAME}`.
        password: Option<Hidden>,
        /// TLS towards the proxy itself, when its URL is https.
        tls: Option<ClientTls>,
        /// What is reached without it: hosts with all below, `.suffixes`, networks, each with `:port` if need be; `*`.
        except: Option<OneOrMany<Text>>,
    }
}

words! {
    /// How a node is chosen.
    Balance {
        /// In turn, by weight.
        "round-robin" RoundRobin,
        /// The one with the fewest requests under way for its weight.
        "least-connections" LeastConnections,
        /// The faster of two that are chosen at random.
        "latency" Latency,
    }
}

entity! {
    /// The same node for the same value.
    Hashing {
        /// Whose value: the first of these that has one decides; if none has, nodes are taken in turn.
        hash: OneOrMany<Either<At<HashWord>, At<HashKey>>>,
    }
}

words! {
    /// What decides which node is meant.
    HashWord {
        /// The client's address.
        "address" Address,
        /// The known client.
        "consumer" Consumer,
        /// The path as the client sent it.
        "path" Path,
        /// Path and query as the client sent them.
        "target" Target,
        /// The whole query.
        "query-string" QueryString,
        /// The host, without port.
        "host" Host,
    }
}

entity! {
    /// What decides which node is meant; one of these.
    HashKey {
        /// A header field.
        header: Option<Text>,
        /// A cookie.
        cookie: Option<Text>,
        /// The path for which a client without that cookie is given one; none is given without it.
        set_for: Option<Text>,
        /// An argument of the query.
        query: Option<Text>,
        /// A path parameter.
        param: Option<Text>,
    }
}

entity! {
    /// Header fields that an upstream sees beside the usual ones.
    ForwardMarks {
        /// `X-Forwarded-Path`: the client's target.
        path: Option<At<bool>>,
        /// `X-Forwarded-Prefix`: the part of the path that was taken off.
        prefix: Option<At<bool>>,
        /// `X-Real-IP`: the client's address.
        real_ip: Option<At<bool>>,
        /// The field with the gateway's id of the request.
        request_id: Option<Text>,
        /// What is appended to `Via`.
        via: Option<Text>,
        /// `X-Forwarded-For` is continued although nobody vouches for what it says.
        any_addresses: Option<At<bool>>,
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
    /// What becomes of a path; at most one of `strip` and `prefix`.
    PathRule {
        /// In front of what follows the part that the route matched.
        strip: Option<Text>,
        /// In front of the whole path.
        prefix: Option<Text>,
        /// How the two meet; `slash` without it.
        seam: Option<At<Seam>>,
        /// Whether the path goes on as routes compared it; false without it.
        normalized: Option<At<bool>>,
    }
}

words! {
    /// How a prefix and the rest of a path meet.
    Seam = model::endpoint::Seam {
        /// In one slash; a prefix alone ends without.
        "slash" Slash,
        /// In one slash; a prefix alone ends in one if the client's path does.
        "like-request" LikeRequest,
        /// As they are; two slashes become one.
        "glued" Glued,
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
        /// Kept for each node of an upstream (256 without it), or for each worker that calls functions (1024).
        idle: Option<At<usize>>,
        /// Time an idle one is kept; one minute without it.
        time: Option<At<Lasting>>,
    }
}

entity! {
    /// When a node is left alone.
    PassiveHealth {
        /// After so many failures of any kind in a row; without it 3, or never where one of the next three is said.
        failures: Option<At<u32>>,
        /// After so many times in a row without connection; 0 is never.
        broken: Option<At<u32>>,
        /// After so many times in a row without an answer in time; 0 is never.
        timeouts: Option<At<u32>>,
        /// After so many bad statuses in a row; 0 is never.
        statuses: Option<At<u32>>,
        /// Whether a 5xx response is a bad status; false without it.
        count_5xx: Option<At<bool>>,
        /// Bad statuses: `429`, `500-503`.
        bad: Option<OneOrMany<Text>>,
        /// For how long; 10s without it.
        pause: Option<At<Lasting>>,
        /// Whether it is left alone until active checks find it well instead.
        until_well: Option<At<bool>>,
    }
}

entity! {
    /// How nodes are asked how they are.
    ActiveHealth {
        /// The path of a GET; `/` without it. With `connect: true` nothing is asked.
        path: Option<Text>,
        /// Its `Host`; the node's own without it.
        host: Option<Text>,
        /// Its further header fields.
        headers: Option<Pairs<OneOrMany<Text>>>,
        /// Whether a connection is enough; false without it.
        connect: Option<At<bool>>,
        /// Another port than that of the requests.
        port: Option<At<u16>>,
        /// How long an answer may take; 1s without it.
        timeout: Option<At<Lasting>>,
        /// Nodes asked at the same time; 10 without it.
        concurrency: Option<At<usize>>,
        /// Time between two checks of a well node; 0 is never, 10s without it.
        well_interval: Option<At<Lasting>>,
        /// Time between two checks of a node that is left alone; 0 is never, 10s without it.
        sick_interval: Option<At<Lasting>>,
        /// Left alone after so many failures of any kind in a row; without it 3, or never where one of the next three is said.
        failures: Option<At<u32>>,
        /// After so many times in a row without connection; 0 is never.
        broken: Option<At<u32>>,
        /// After so many times in a row without an answer in time; 0 is never.
        timeouts: Option<At<u32>>,
        /// After so many bad statuses in a row; 0 is never.
        statuses: Option<At<u32>>,
        /// Bad statuses; `500-599` without it.
        bad: Option<OneOrMany<Text>>,
        /// Asked again after so many good answers in a row; 1 without it.
        successes: Option<At<u32>>,
        /// Good statuses; `200-399` without it.
        good: Option<OneOrMany<Text>>,
    }
}
