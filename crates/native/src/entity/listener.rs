//! A listener as written.

use crate::decode::{At, Either, Hidden, Lasting, OneOrMany, Size, Text, entity, words};

entity! {
    /// A socket on which clients connect.
    Listener {
        /// Address and port: `127.0.0.1:8000`, `[::]:8000`, `:8000` for all addresses.
        address: Text,
        /// The tables asked for a route, in this order; all of them without it.
        tables: Option<OneOrMany<Text>>,
        /// TLS with these certificates; plain text without it.
        tls: Option<ServerTls>,
        /// HTTP/2: by ALPN on TLS, by prior knowledge on plain text; true without it.
        http2: Option<At<bool>>,
        /// Whether a PROXY protocol header (v1 or v2) must come first.
        proxy_protocol: Option<At<bool>>,
        /// Networks whose proxies are believed about their clients: what client_address names, and `X-Forwarded-Proto`.
        trusted_proxies: Option<OneOrMany<Text>>,
        /// Where they tell the client's address; in `X-Forwarded-For` without it.
        client_address: Option<ClientAddress>,
        /// What a client may send, and how long it may take.
        limits: Option<Limits>,
    }
}

entity! {
    /// Where trusted proxies tell the client's address.
    ClientAddress {
        /// The header field, a list of addresses; `X-Forwarded-For` without it, and `none` for none at all.
        header: Option<Text>,
        /// Whether the list is read from its end past all trusted addresses, true without it; else its last one counts.
        past_trusted: Option<At<bool>>,
        /// Whether trusted proxies are believed about the address alone, not about `X-Forwarded-Proto`; false without it.
        alone: Option<At<bool>>,
    }
}

entity! {
    /// TLS towards clients.
    ServerTls {
        /// Certificates, chosen by server name; the first serves clients that name no known host. With `[]` one is made
        /// at each start that nobody vouches for.
        certificates: Vec<Certificate>,
        /// Certificates that clients are asked for; none without it.
        clients: Option<OneOrMany<ClientCertificates>>,
    }
}

entity! {
    /// Certificates that clients are asked for.
    ClientCertificates {
        /// Server names of which this is true: exact names before `*.` ones, those before every host; all without it.
        hosts: Option<OneOrMany<Text>>,
        /// Authorities whose certificates are trusted: PEM files, or PEM itself.
        authorities: Option<OneOrMany<Pem>>,
        /// Certificates that are trusted whoever made them: PEM files, or PEM itself.
        known: Option<OneOrMany<Pem>>,
        /// Who may connect; those with a trusted certificate without it.
        demand: Option<At<ClientDemand>>,
    }
}

words! {
    /// Which clients may connect where certificates are asked for.
    ClientDemand {
        /// All: what they show is for policies to judge.
        "any" Any,
        /// Those without a certificate, and those with a trusted one.
        "trusted" Trusted,
        /// Those with a trusted one.
        "required" Required,
    }
}

entity! {
    /// A certificate chain with its key.
    Certificate {
        /// The chain, leaf first: a PEM file, or PEM itself.
        chain: Pem,
        /// The private key: a PEM file, or PEM itself.
        key: PemKey,
        /// Server names it serves; without it those in the certificate.
        hosts: Option<OneOrMany<Text>>,
    }
}

/// PEM, or the file that holds it, relative to the document.
pub type Pem = Either<Text, PemText>;

/// The same for a private key.
pub type PemKey = Either<At<Hidden>, PemSecret>;

entity! {
    /// PEM as it stands here, whatever it looks like.
    PemText {
        /// The text.
        pem: Text,
    }
}

entity! {
    /// A private key as it stands here, whatever it looks like.
    PemSecret {
        /// The text, best as `${NAME}`.
        pem: Hidden,
    }
}

entity! {
    /// Bounds on what a client can make grow.
    Limits {
        /// Request line and header fields together, else 431; 32KiB without it.
        header_bytes: Option<At<Size>>,
        /// Number of header fields, else 431; 100 without it.
        header_count: Option<At<usize>>,
        /// The request body, else 413; 100MiB without it.
        body_bytes: Option<At<Size>>,
        /// Time for the header to arrive, else 408; 30s without it.
        header_time: Option<At<Lasting>>,
        /// Time between two requests of a connection; 75s without it.
        idle_time: Option<At<Lasting>>,
        /// Time for the whole request to arrive, else 408; 5m without it.
        request_time: Option<At<Lasting>>,
        /// Connections open at once; 65536 without it.
        connections: Option<At<usize>>,
    }
}
