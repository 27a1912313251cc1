//! Cases of `tls`.

use super::*;
use crate::Body;
use crate::client::{Origin, OriginTls, Pool, PoolOptions, SendErrorKind, Sent};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};
use tokio_rustls::{TlsAcceptor, TlsConnector};

pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap() }
    }

    fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A certificate for the names, served for `hosts`.
    pub(crate) fn certificate(&self, names: &[&str], hosts: &[&str]) -> ServerCertificate {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(owned(names)).unwrap();
        ServerCertificate {
            hosts: owned(hosts),
            chain_pem: params.signed_by(&key, &self.issuer).unwrap().pem(),
            key_pem: key.serialize_pem(),
        }
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

pub(crate) fn trusting(authority: &Authority, alpn_h2: bool) -> Arc<rustls::ClientConfig> {
    client_config(&ClientTlsOptions { verify: true, authorities: vec![authority.pem()], identity: None, alpn_h2 })
        .unwrap()
}

/// A TLS server on loopback that answers with the HTTP version spoken.
pub(crate) struct Server {
    pub(crate) port: u16,
    connections: Arc<AtomicUsize>,
}

pub(crate) async fn serve(config: Arc<rustls::ServerConfig>) -> Server {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = connections.clone();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            count.fetch_add(1, Ordering::Relaxed);
            let acceptor = TlsAcceptor::from(config.clone());
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let io = TokioIo::new(stream);
                let service = hyper::service::service_fn(|request: http::Request<hyper::body::Incoming>| async move {
                    Ok::<_, hyper::Error>(http::Response::new(Body::from(format!("{:?}", request.version()))))
                });
                let builder = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                let _ = builder.serve_connection(io, service).await;
            });
        }
    });
    Server { port, connections }
}

fn pool(port: u16, config: Arc<rustls::ClientConfig>, name: &str, http2: bool) -> Pool {
    let long = Duration::from_secs(30);
    let tls = Some(OriginTls { config, server_name: name.to_owned() });
    let origin = Origin { host: "127.0.0.1".to_owned(), port, tls, http2, forward: None };
    Pool::new(origin, PoolOptions { idle: 8, idle_time: long, connect: long, write: long, read: long })
}

fn get() -> http::Request<Body> {
    http::Request::get("/").header("host", "unit.test").body(Body::Empty).unwrap()
}

async fn ask(pool: &Pool) -> String {
    let response = pool.send(get()).await.unwrap();
    String::from_utf8(response.into_body().hold(100).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn both_sides_agree_on_the_http_version() {
    let authority = Authority::new();
    for (client, server, spoken) in
        [(true, true, "HTTP/2.0"), (true, false, "HTTP/1.1"), (false, true, "HTTP/1.1"), (false, false, "HTTP/1.1")]
    {
        for offered in [client, !client] {
            let config = server_config(&[authority.certificate(&["unit.test"], &[])], server).unwrap();
            let server = serve(config).await;
            let pool = pool(server.port, trusting(&authority, offered), "unit.test", client);
            for _ in 0..20 {
                assert_eq!(ask(&pool).await, spoken, "client {client}, configured for {offered}");
            }
            assert_eq!(server.connections.load(Ordering::Relaxed), 1);
        }
    }
}

#[tokio::test]
async fn who_is_not_known_is_not_trusted() {
    let (known, stranger) = (Authority::new(), Authority::new());
    let config = server_config(&[known.certificate(&["unit.test"], &[])], false).unwrap();
    let server = serve(config).await;
    let unverified = ClientTlsOptions { verify: false, ..Default::default() };
    let system = client_config(&ClientTlsOptions::default()).unwrap();
    for (case, config, name, trusted) in [
        ("its authority is given", trusting(&known, false), "unit.test", true),
        ("another name", trusting(&known, false), "other.test", false),
        ("another authority", trusting(&stranger, false), "unit.test", false),
        ("the system's authorities", system, "unit.test", false),
        ("no verification", client_config(&unverified).unwrap(), "other.test", true),
        ("no name at all", trusting(&known, false), "not a name", false),
    ] {
        let pool = pool(server.port, config, name, false);
        match pool.send(get()).await {
            Ok(_) => assert!(trusted, "{case}"),
            Err(error) => {
                assert!(!trusted, "{case}: {error}");
                assert_eq!((error.kind, error.sent), (SendErrorKind::Tls, Sent::Nothing), "{case}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_stalls_is_not_waited_for() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    for http2 in [false, true] {
        let pool = pool(port, trusting(&Authority::new(), http2), "unit.test", http2);
        let start = tokio::time::Instant::now();
        let Err(error) = pool.send(get()).await else { panic!("nobody answers") };
        assert_eq!((error.kind, error.sent), (SendErrorKind::ConnectTimeout, Sent::Nothing));
        assert_eq!(start.elapsed(), Duration::from_secs(30));
    }
}

/// The leaf that a client asking for `name` is shown.
async fn shown(server: &Arc<rustls::ServerConfig>, name: &str) -> Vec<u8> {
    let client = client_config(&ClientTlsOptions { verify: false, ..Default::default() }).unwrap();
    let (near, far) = tokio::io::duplex(1 << 14);
    let name = rustls_pki_types::ServerName::try_from(name.to_owned()).unwrap();
    let (server, client) =
        tokio::join!(TlsAcceptor::from(server.clone()).accept(far), TlsConnector::from(client).connect(name, near));
    drop(server.unwrap());
    client.unwrap().get_ref().1.peer_certificates().unwrap()[0].to_vec()
}

#[tokio::test]
async fn the_name_chooses_the_certificate() {
    let authority = Authority::new();
    let certificates = [
        authority.certificate(&["default.test"], &["default.test"]),
        authority.certificate(&["*.wild.test", "Own.test"], &[]),
        authority.certificate(&["ignored.test"], &["Exact.wild.test", "*.deep.wild.test"]),
        authority.certificate(&["own.test"], &["own.test"]),
    ];
    let leaves: Vec<_> = certificates.iter().map(|c| pem::certificates(&c.chain_pem).unwrap()[0].to_vec()).collect();
    let config = server_config(&certificates, true).unwrap();
    for (name, expected) in [
        ("default.test", 0),
        ("a.wild.test", 1),
        ("A.WILD.TEST", 1),
        ("exact.wild.test", 2),
        ("b.deep.wild.test", 2),
        ("deep.wild.test", 1),
        ("a.b.wild.test", 0),
        ("wild.test", 0),
        ("own.test", 1),
        ("ignored.test", 0),
        ("127.0.0.1", 0),
    ] {
        let shown = shown(&config, name).await;
        assert_eq!(leaves.iter().position(|leaf| *leaf == shown), Some(expected), "{name}");
    }
}

#[tokio::test]
async fn sessions_are_resumed() {
    let authority = Authority::new();
    let server = server_config(&[authority.certificate(&["unit.test"], &[])], false).unwrap();
    let client = trusting(&authority, false);
    for expected in [rustls::HandshakeKind::Full, rustls::HandshakeKind::Resumed] {
        let (near, far) = tokio::io::duplex(1 << 14);
        let name = rustls_pki_types::ServerName::try_from("unit.test").unwrap();
        let serve = async {
            let mut stream = TlsAcceptor::from(server.clone()).accept(far).await.unwrap();
            tokio::io::AsyncWriteExt::write_all(&mut stream, b"x").await.unwrap();
            tokio::io::AsyncReadExt::read(&mut stream, &mut [0]).await.ok();
        };
        let ask = async {
            let mut stream = TlsConnector::from(client.clone()).connect(name, near).await.unwrap();
            tokio::io::AsyncReadExt::read_exact(&mut stream, &mut [0]).await.unwrap();
            stream.get_ref().1.handshake_kind()
        };
        assert_eq!(tokio::join!(serve, ask).1, Some(expected));
    }
}

#[test]
fn what_is_wrong_with_a_certificate_is_said() {
    let authority = Authority::new();
    let good = || authority.certificate(&["good.test"], &["good.test"]);
    let other = || authority.certificate(&["a.test"], &["a.test", "b.test"]);
    let no_key = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let broken = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    for (second, problem) in [
        (ServerCertificate { key_pem: good().key_pem, ..other() }, "the private key does not belong to"),
        (ServerCertificate { key_pem: String::new(), ..other() }, "no PEM private key found"),
        (ServerCertificate { key_pem: no_key.to_owned(), ..other() }, "no PEM private key found"),
        (ServerCertificate { key_pem: encrypted.to_owned(), ..other() }, "the private key is encrypted"),
        (ServerCertificate { key_pem: broken.to_owned(), ..other() }, "the private key cannot be used"),
        (ServerCertificate { chain_pem: String::new(), ..other() }, "no PEM certificate found"),
        (ServerCertificate { chain_pem: no_key.to_owned(), ..other() }, "not an X.509 certificate"),
    ] {
        let error = server_config(&[good(), second], false).unwrap_err().to_string();
        assert!(error.starts_with(&format!("certificate 2 (a.test, b.test): {problem}")), "{error}");
    }
    let bad_host = ServerCertificate { hosts: owned(&["a b"]), ..other() };
    let error = server_config(&[bad_host], false).unwrap_err().to_string();
    assert!(error.ends_with("\"a b\" is neither a host name nor a wildcard like *.example.com"), "{error}");
    assert!(matches!(server_config(&[], false), Err(TlsError::NoCertificate)));
}

#[test]
fn what_is_wrong_with_an_authority_is_said() {
    for (text, problem) in [
        ("", "no PEM certificate found"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "not a certificate authority's certificate"),
    ] {
        let authorities = vec![Authority::new().pem(), text.to_owned()];
        let error = client_config(&ClientTlsOptions { authorities, ..Default::default() }).unwrap_err().to_string();
        assert!(error.starts_with(&format!("certificate authority 2: {problem}")), "{error}");
    }
}

const KEYS: ClientIdentityFiles = ClientIdentityFiles {
    authority: include_str!("store/fixtures/authority.pem"),
    client: include_str!("store/fixtures/client.pem"),
    expired: include_str!("store/fixtures/expired.pem"),
    key: include_str!("store/fixtures/client.key"),
};

struct ClientIdentityFiles {
    authority: &'static str,
    client: &'static str,
    expired: &'static str,
    key: &'static str,
}

fn identity(chain: &str, key: &str) -> Option<ClientIdentity> {
    Some(ClientIdentity { chain_pem: chain.to_owned(), key_pem: key.to_owned() })
}

/// A server that takes nobody without a certificate of the authority of the test stores.
async fn strict(authority: &Authority) -> Server {
    let ServerCertificate { chain_pem, key_pem, .. } = authority.certificate(&["unit.test"], &[]);
    let mut roots = rustls::RootCertStore::empty();
    roots.add(pem::certificates(KEYS.authority).unwrap().remove(0)).unwrap();
    let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider());
    let config = rustls::ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier.build().unwrap())
        .with_single_cert(pem::certificates(&chain_pem).unwrap(), pem::key(&key_pem).unwrap())
        .unwrap();
    serve(Arc::new(config)).await
}

#[tokio::test]
async fn a_server_that_wants_a_certificate_gets_it() {
    let authority = Authority::new();
    let server = strict(&authority).await;
    for (case, identity, taken) in [
        ("none", None, false),
        ("ours", identity(KEYS.client, KEYS.key), true),
        ("with its authority", identity(&[KEYS.client, KEYS.authority].concat(), KEYS.key), true),
        ("an expired one", identity(KEYS.expired, KEYS.key), false),
    ] {
        let options = ClientTlsOptions { authorities: vec![authority.pem()], identity, ..Default::default() };
        let pool = pool(server.port, client_config(&options).unwrap(), "unit.test", false);
        assert_eq!(pool.send(get()).await.is_ok(), taken, "{case}");
    }
}

#[test]
fn what_is_wrong_with_a_client_certificate_is_said() {
    let other = KeyPair::generate().unwrap().serialize_pem();
    for (chain, key, problem) in [
        ("", KEYS.key, "no PEM certificate found"),
        (KEYS.client, "", "no PEM private key found"),
        (KEYS.client, &other, "the private key does not belong to"),
    ] {
        let options = ClientTlsOptions { identity: identity(chain, key), ..Default::default() };
        let text = client_config(&options).unwrap_err().to_string();
        assert!(text.starts_with(&format!("client certificate: {problem}")), "{text}");
    }
    let ends = |chain| check_identity(&identity(chain, KEYS.key).unwrap()).unwrap().unwrap();
    assert!(ends(KEYS.expired) < ends(KEYS.client));
    assert!(!format!("{:?}", identity(KEYS.client, KEYS.key)).contains("PRIVATE"));
}

/// What a server that asks for certificates knows of a client that shows this one; `None`: it may not connect.
async fn known_of(
    server: &ServerTls,
    host: &str,
    authority: &Authority,
    identity: Option<ClientIdentity>,
) -> Option<Option<PeerCertificate>> {
    let options = ClientTlsOptions { authorities: vec![authority.pem()], identity, ..Default::default() };
    let client = TlsConnector::from(client_config(&options).unwrap());
    let (near, far) = tokio::io::duplex(1 << 14);
    let name = rustls_pki_types::ServerName::try_from(host.to_owned()).unwrap();
    let (accepted, connected) = tokio::join!(server.accept(far), client.connect(name, near));
    let accepted = accepted.ok()?;
    drop(connected.unwrap());
    Some(accepted.certificate.map(|certificate| (*certificate).clone()))
}

#[tokio::test]
async fn clients_are_asked_for_certificates_by_the_host_they_name() {
    let (ours, other) = (Authority::new(), Authority::new());
    let certificates = [ours.certificate(&["open.test", "asks.test", "takes.test", "wants.test"], &[])];
    let asked = |host: &str, trusted, required, known: &str| ClientCertificates {
        hosts: owned(&[host]),
        authorities: vec![KEYS.authority.to_owned()],
        known: [known].into_iter().filter(|known| !known.is_empty()).map(str::to_owned).collect(),
        required,
        trusted,
    };
    let stranger = other.certificate(&["stranger"], &[]);
    let clients = [
        asked("asks.test", false, false, ""),
        asked("*.test", true, true, ""),
        asked("takes.test", true, false, &stranger.chain_pem),
    ];
    // a wildcard is for hosts that no other names
    let server = ServerTls::new(&certificates, &clients[..], true).unwrap();
    let stranger = || identity(&stranger.chain_pem, &stranger.key_pem);
    let (good, old) = (|| identity(KEYS.client, KEYS.key), || identity(KEYS.expired, KEYS.key));
    for (host, shown, expected) in [
        ("asks.test", None, Some(None)),
        ("asks.test", good(), Some(Some(""))),
        ("asks.test", stranger(), Some(Some("UnknownIssuer"))),
        ("asks.test", old(), Some(Some("xpired"))),
        ("takes.test", None, Some(None)),
        ("takes.test", good(), Some(Some(""))),
        ("takes.test", stranger(), Some(Some(""))),
        ("takes.test", old(), None),
        ("wants.test", None, None),
        ("wants.test", good(), Some(Some(""))),
        ("wants.test", stranger(), None),
        ("wants.test", old(), None),
    ] {
        let found = known_of(&server, host, &ours, shown).await;
        let told = found.as_ref().map(|one| one.as_ref().map(|one| one.distrust.as_deref().unwrap_or("")));
        let fits = match (told, expected) {
            (Some(Some(told)), Some(Some(words))) => told.contains(words) && told.is_empty() == words.is_empty(),
            (told, expected) => told == expected,
        };
        assert!(fits, "{host}: {told:?}, not {expected:?}");
    }
    let nobody_asked = ServerTls::new(&certificates, &[], true).unwrap();
    assert_eq!(known_of(&nobody_asked, "open.test", &ours, good()).await, Some(None));
}

#[tokio::test]
async fn a_certificate_counts_for_a_while() {
    let authority = Authority::new();
    let certificates = [authority.certificate(&["unit.test"], &[])];
    let server = ServerTls::new(&certificates, &[ClientCertificates::default()], false).unwrap();
    for (chain, counts) in [(KEYS.client, true), (KEYS.expired, false)] {
        let shown = known_of(&server, "unit.test", &authority, identity(chain, KEYS.key)).await.unwrap().unwrap();
        assert_eq!(shown.leaf(), &*super::certificates(chain).unwrap()[0]);
        assert_eq!(shown.counts(SystemTime::now()), counts);
    }
}
