//! Cases of the store against a real etcd.

use super::testing::Etcd;
use super::*;
use bytes::Bytes;
use net::tls::ClientIdentity;
use std::path::Path;
use std::time::SystemTime;

/// A real etcd; where there is none the test says so and is left out.
macro_rules! etcd {
    () => {{
        if !installed(module_path!()) {
            return;
        }
        Etcd::start()
    }};
}

fn installed(name: &str) -> bool {
    let missing = std::env::var("LAMBDAGATE_TEST_MISSING").unwrap_or_default();
    if !missing.split(',').any(|one| one == "etcd") && Etcd::is_installed() {
        return true;
    }
    eprintln!("left out: {name} (needs etcd)");
    if let Some(file) = std::env::var_os("LAMBDAGATE_TEST_LEFT_OUT") {
        use std::io::Write;
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(file).unwrap();
        writeln!(file, "{name} (needs etcd)").unwrap();
    }
    false
}

fn options(hosts: &[String]) -> EtcdOptions {
    EtcdOptions {
        hosts: hosts.to_vec(),
        prefix: "/apisix".to_owned(),
        root: "entities/",
        wanted: |key| key.starts_with("routes/"),
        coding: None,
        user: None,
        tls: ClientTlsOptions::default(),
        server_name: None,
        patience: Duration::from_secs(10),
        silence: Duration::from_secs(30),
        tries: 1,
        copy: None,
    }
}

fn store(etcd: &Etcd) -> EtcdStore {
    EtcdStore::open(options(&[etcd.url()])).unwrap()
}

fn put(key: &str, text: &'static str) -> Change {
    Change::Put { key: key.into(), bytes: Bytes::from_static(text.as_bytes()), expires: None }
}

fn remove(key: &str) -> Change {
    Change::Remove { key: key.into() }
}

fn seen(all: &Documents) -> Vec<(&str, &[u8])> {
    all.iter().map(|document| (document.key.as_str(), &*document.bytes)).collect()
}

/// The documents once they are these; every change of the store is looked at.
async fn until(store: &EtcdStore, expected: &[(&str, &str)]) -> Revision {
    let expected: Vec<(&str, &[u8])> = expected.iter().map(|(key, text)| (*key, text.as_bytes())).collect();
    let wait = async {
        loop {
            let (all, revision) = store.list().await.unwrap();
            if seen(&all) == expected {
                return revision;
            }
            store.changed(revision).await.unwrap();
        }
    };
    let patience = Duration::from_secs(30);
    let came = tokio::time::timeout(patience, wait).await;
    came.unwrap_or_else(|_| panic!("not {expected:?} but {:?}", store.shared.documents.list()))
}

#[tokio::test]
async fn what_is_there_is_listed_and_what_becomes_of_it_is_told() {
    let etcd = etcd!();
    let first = etcd.put("/apisix/routes/1", "one");
    etcd.put("/apisix/routes/", "init_dir");
    etcd.put("/apisix/data_plane/server_info/x", "unwanted");
    etcd.put("/apisix2/routes/1", "elsewhere");
    let store = store(&etcd);
    let (all, revision) = store.list().await.unwrap();
    let document = Document {
        key: "entities/routes/1".to_owned(),
        bytes: Bytes::from_static(b"one"),
        created: Revision(first),
        modified: Revision(first),
        expires: None,
    };
    assert_eq!(all, [document].into());
    let second = etcd.put("/apisix/routes/2", "two");
    assert_eq!(store.changed(revision).await.unwrap(), Revision(second));
    etcd.put("/apisix/routes/1", "new");
    etcd.delete("/apisix/routes/2");
    until(&store, &[("entities/routes/1", "new")]).await;
    let (all, _) = store.list().await.unwrap();
    let one = all.find("entities/routes/1").unwrap();
    assert_eq!((one.created, one.modified > Revision(second)), (Revision(first), true));
}

#[tokio::test]
async fn a_long_list_comes_in_pages() {
    let etcd = etcd!();
    for part in 0..25 {
        let put = |n: usize| {
            let key = super::wire::coded(format!("/apisix/routes/{:04}", part * 100 + n));
            serde_json::json!({"request_put": {"key": key, "value": key}})
        };
        let puts: Vec<_> = (0..100).map(put).collect();
        etcd.post("/v3/kv/txn", &serde_json::json!({ "success": puts }));
    }
    let store = store(&etcd);
    let (all, _) = follow::list_by(&store.shared, 700).await.unwrap();
    assert_eq!((all.len(), all.find("entities/routes/2499").is_some()), (2500, true));
    assert_eq!(speaks_grpc(&store), [Some(true)]);
}

fn speaks_grpc(store: &EtcdStore) -> Vec<Option<bool>> {
    store.shared.cluster.members.iter().map(|member| member.speaks_grpc.get().copied()).collect()
}

/// What stands on the way may know HTTP/1.1 alone; that is found out once.
#[tokio::test]
async fn lists_come_as_json_where_grpc_is_not_spoken() {
    const REFUSED: &str = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    for (what, to_http2) in [("it closes", ""), ("it refuses", REFUSED), ("it says anything", "220 mail\r\n")] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let double = tokio::spawn(only_json(listener, to_http2, asked.clone()));
        let store = EtcdStore::open(options(&[format!("http://{address}")])).unwrap();
        for _ in 0..2 {
            let (all, revision) = follow::list_by(&store.shared, 10).await.unwrap();
            assert_eq!((seen(&all), revision), (vec![("entities/routes/1", &b"one"[..])], 7), "{what}");
        }
        assert_eq!(speaks_grpc(&store), [Some(false)], "{what}");
        assert_eq!(*asked.lock().unwrap(), ["PRI *", "POST /v3/kv/range", "POST /v3/kv/range"], "{what}");
        double.abort();
    }
}

/// A server of HTTP/1.1 with one list of one document. What it was asked is noted.
async fn only_json(listener: tokio::net::TcpListener, to_http2: &'static str, asked: Arc<Mutex<Vec<String>>>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    const PAGE: &str = r#"{"header":{"revision":"7"},"kvs":[{"key":"L2FwaXNpeC9yb3V0ZXMvMQ==","value":"b25l"}]}"#;
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut came = Vec::new();
        while !came.ends_with(b"\r\n\r\n") && !came.ends_with(b"}") && !came.starts_with(b"PRI") {
            if stream.read_buf(&mut came).await.unwrap() == 0 {
                break;
            }
        }
        let head = String::from_utf8_lossy(&came).into_owned();
        asked.lock().unwrap().push(head.split(" HTTP/").next().unwrap_or_default().to_owned());
        let json = || format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{PAGE}", PAGE.len());
        let answer = if head.starts_with("PRI") { to_http2.to_owned() } else { json() };
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
}

#[tokio::test]
async fn a_commit_is_in_etcd_and_with_everybody() {
    let etcd = etcd!();
    let (here, there) = (store(&etcd), store(&etcd));
    let (_, revision) = here.list().await.unwrap();
    let changes = vec![put("entities/routes/1", "{}"), put("entities/routes/2", "{}")];
    let committed = here.commit(changes, Some(revision)).await.unwrap();
    let (all, revision) = here.list().await.unwrap();
    let created = all.find("entities/routes/1").unwrap().created;
    assert_eq!((all.len(), revision, created), (2, committed, committed));
    assert_eq!(etcd.find("/apisix/routes/1").unwrap()["value"], "{}");
    until(&there, &[("entities/routes/1", "{}"), ("entities/routes/2", "{}")]).await;
    here.commit(vec![remove("entities/routes/1"), remove("entities/routes/9")], None).await.unwrap();
    assert_eq!(etcd.find("/apisix/routes/1"), None);
    until(&there, &[("entities/routes/2", "{}")]).await;
    let misplaced = here.commit(vec![put("config.yaml", "")], None).await;
    assert!(matches!(misplaced, Err(StoreError::Broken { .. })));
}

#[tokio::test]
async fn who_was_second_is_told_and_may_think_again() {
    let etcd = etcd!();
    etcd.put("/apisix/routes/1", "old");
    let store = store(&etcd);
    let (_, revision) = store.list().await.unwrap();
    etcd.put("/apisix/routes/1", "theirs"); // the watch may tell of it before or after the transaction
    let refused = store.commit(vec![put("entities/routes/1", "mine")], Some(revision)).await;
    assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
    let (all, revision) = store.list().await.unwrap();
    assert_eq!(seen(&all), [("entities/routes/1", &b"theirs"[..])], "a conflict is told with the news that made it");
    store.commit(vec![put("entities/routes/1", "mine")], Some(revision)).await.unwrap();
    assert_eq!(etcd.find("/apisix/routes/1").unwrap()["value"], "mine");
}

#[tokio::test]
async fn what_others_wrote_at_the_same_time_is_not_passed_over() {
    let etcd = etcd!();
    let store = store(&etcd);
    let (_, known) = store.list().await.unwrap();
    // the store has not heard of it when the commit begins: its task runs only while this one waits
    etcd.put("/apisix/routes/theirs", "x");
    let committed = store.commit(vec![put("entities/routes/mine", "y")], Some(known)).await.unwrap();
    assert_eq!(committed, known, "whoever looks from there on sees both");
    assert_eq!(store.list().await.unwrap().0.len(), 2);
}

#[tokio::test]
async fn a_document_with_an_end_is_forgotten_by_etcd() {
    let etcd = etcd!();
    let store = store(&etcd);
    let (key, bytes) = ("entities/routes/1".to_owned(), Bytes::from_static(b"{}"));
    let expires = Some(SystemTime::now() + Duration::from_millis(200));
    let put = Change::Put { key, bytes, expires };
    store.commit(vec![put], None).await.unwrap();
    assert!(etcd.find("/apisix/routes/1").unwrap()["lease"].is_string());
    until(&store, &[]).await;
}

#[tokio::test]
async fn after_a_compaction_everything_is_listed_again() {
    let etcd = etcd!();
    let old = etcd.put("/apisix/routes/gone", "1");
    let store = store(&etcd);
    let shared = &store.shared;
    let mut state = follow::State::at(None);
    let (all, position) = follow::list(shared).await.unwrap();
    shared.replace(all, position);
    etcd.delete("/apisix/routes/gone");
    etcd.put("/apisix/routes/1", "1");
    etcd.compact(etcd.put("/apisix/routes/2", "2"));
    state.position = Some(old);
    state.once(shared).await.unwrap();
    assert_eq!(state.position, None, "what came next is not there any more");
    let again = async {
        until(&store, &[("entities/routes/1", "1"), ("entities/routes/2", "2")]).await;
    };
    again.await; // the store's own task lists, and watches on
    etcd.put("/apisix/routes/3", "3");
    until(&store, &[("entities/routes/1", "1"), ("entities/routes/2", "2"), ("entities/routes/3", "3")]).await;
}

#[tokio::test]
async fn a_watch_survives_that_etcd_ends_and_comes_back() {
    let mut etcd = etcd!();
    etcd.put("/apisix/routes/1", "1");
    let store = store(&etcd);
    store.list().await.unwrap();
    etcd.kill();
    let written = store.commit(vec![put("entities/routes/2", "2")], None).await;
    assert!(matches!(written, Err(StoreError::Broken { .. })), "{written:?}");
    assert_eq!(store.list().await.unwrap().0.len(), 1, "the last documents stay");
    etcd.restart();
    etcd.put("/apisix/routes/2", "2");
    until(&store, &[("entities/routes/1", "1"), ("entities/routes/2", "2")]).await;
}

#[tokio::test]
async fn a_copy_stands_in_for_an_etcd_that_is_away() {
    let mut etcd = etcd!();
    etcd.put("/apisix/routes/1", "1");
    let copied = |prefix: &str, hosts: &[String], folder: &Path| EtcdOptions {
        copy: Some(folder.join("copy.redb")),
        prefix: prefix.to_owned(),
        ..options(hosts)
    };
    let hosts = [etcd.url()];
    let first = EtcdStore::open(copied("/apisix", &hosts, etcd.folder())).unwrap();
    until(&first, &[("entities/routes/1", "1")]).await;
    first.shared.copy.as_ref().unwrap().write().await;
    drop(first);
    etcd.kill();
    tokio::task::yield_now().await; // the tasks of the first let go of the file
    let second = EtcdStore::open(copied("/apisix", &hosts, etcd.folder())).unwrap();
    until(&second, &[("entities/routes/1", "1")]).await;
    etcd.restart();
    etcd.put("/apisix/routes/2", "2");
    until(&second, &[("entities/routes/1", "1"), ("entities/routes/2", "2")]).await;
    drop(second);
    tokio::task::yield_now().await;
    etcd.kill();
    let elsewhere = EtcdStore::open(copied("/other", &hosts, etcd.folder())).unwrap();
    assert!(elsewhere.list().await.is_err(), "a copy of another prefix is none");
}

#[tokio::test]
async fn values_are_coded_in_etcd_and_in_the_copy() {
    let mut etcd = etcd!();
    let swap = |from: char, to: char| -> Recode {
        Arc::new(move |_, bytes| String::from_utf8_lossy(&bytes).replace(from, &to.to_string()).into())
    };
    let coding = Some(Coding { write: swap('a', 'z'), read: swap('z', 'a') });
    let copy = Some(etcd.folder().join("copy.redb"));
    let options = EtcdOptions { coding, copy, ..options(&[etcd.url()]) };
    etcd.put("/apisix/routes/1", "z");
    let store = EtcdStore::open(options.clone()).unwrap();
    until(&store, &[("entities/routes/1", "a")]).await;
    store.commit(vec![put("entities/routes/2", "aa")], None).await.unwrap();
    assert_eq!(etcd.find("/apisix/routes/2").unwrap()["value"], "zz");
    let both = [("entities/routes/1", "a"), ("entities/routes/2", "aa")];
    until(&store, &both).await;
    let copy = store.shared.copy.as_ref().unwrap();
    copy.write().await;
    assert!(copy.rows.read().unwrap().0.iter().all(|document| document.bytes.iter().all(|byte| *byte == b'z')));
    drop(store);
    etcd.kill();
    tokio::task::yield_now().await;
    until(&EtcdStore::open(options).unwrap(), &both).await;
}

#[tokio::test]
async fn without_etcd_and_copy_the_start_names_who_was_asked() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let store = EtcdStore::open(options(&[format!("http://{unused}")])).unwrap();
    let error = store.list().await.unwrap_err().to_string();
    assert!(error.contains(&unused.to_string()), "{error}");
    for (host, expected) in [("127.0.0.1:2379", "is no URL"), ("tcp://x:1", "tcp is not spoken")] {
        let error = EtcdStore::open(options(&[host.to_owned()])).err().unwrap().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[tokio::test]
async fn another_member_is_asked_when_one_is_not_there() {
    let etcd = etcd!();
    etcd.put("/apisix/routes/1", "1");
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let store = EtcdStore::open(options(&[format!("http://{unused}"), etcd.url()])).unwrap();
    until(&store, &[("entities/routes/1", "1")]).await;
    store.commit(vec![put("entities/routes/1", "2")], None).await.unwrap();
}

#[tokio::test]
async fn a_user_is_known_by_a_token_that_is_renewed() {
    let mut etcd = etcd!();
    etcd.put("/apisix/routes/1", "1");
    etcd.demand("secret");
    let with = |password: &str| {
        let user = Some(EtcdUser { name: "root".to_owned(), password: password.to_owned() });
        EtcdStore::open(EtcdOptions { user, ..options(&[etcd.url()]) }).unwrap()
    };
    let error = with("wrong").list().await.unwrap_err().to_string();
    assert!(error.contains("authentication failed"), "{error}");
    let anonymous = store(&etcd).list().await.unwrap_err().to_string();
    assert!(anonymous.contains("user name is empty"), "{anonymous}");
    let store = with("secret");
    store.list().await.unwrap();
    etcd.restart(); // it has forgotten every token
    let changes = || vec![put("entities/routes/2", "2")];
    store.commit(changes(), None).await.unwrap();
    until(&store, &[("entities/routes/1", "1"), ("entities/routes/2", "2")]).await;
}

#[tokio::test]
async fn members_may_ask_for_a_certificate() {
    if !installed("members_may_ask_for_a_certificate") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (authority, issuer) = authority();
    let (server, client) = (signed(&issuer, "etcd.test"), signed(&issuer, "gateway"));
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let more = [
        "--client-cert-auth".to_owned(),
        format!("--trusted-ca-file={}", file("ca.pem", &authority)),
        format!("--cert-file={}", file("server.pem", &server.chain_pem)),
        format!("--key-file={}", file("server.key", &server.key_pem)),
    ];
    let etcd = Etcd::with("https", &more);
    let tls = ClientTlsOptions { authorities: vec![authority], identity: Some(client), ..Default::default() };
    let server_name = Some("etcd.test".to_owned());
    let store = EtcdStore::open(EtcdOptions { tls, server_name, tries: 100, ..options(&[etcd.url()]) }).unwrap();
    store.list().await.unwrap();
    assert_eq!(speaks_grpc(&store), [Some(true)]);
    store.commit(vec![put("entities/routes/1", "1")], None).await.unwrap();
    let stranger = EtcdStore::open(options(&[etcd.url()])).unwrap();
    assert!(stranger.list().await.is_err());
}

fn authority() -> (String, rcgen::Issuer<'static, rcgen::KeyPair>) {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let pem = params.self_signed(&key).unwrap().pem();
    (pem, rcgen::Issuer::new(params, key))
}

fn signed(issuer: &rcgen::Issuer<'static, rcgen::KeyPair>, name: &str) -> ClientIdentity {
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, issuer).unwrap();
    ClientIdentity { chain_pem: certificate.pem(), key_pem: key.serialize_pem() }
}
