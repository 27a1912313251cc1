//! Drafts: listeners of the command line, the local Lambda, and what a broken revision leaves in force.

use super::*;
use dialect::resolve::Environment;
use dialect::{Dialect, Faith, Lowered, Place, ReadError};
use model::Secret;
use model::id::TableId;
use model::listener::{Limits, Listener};
use model::table::Table;
use model::tls::{Certificate, ServerTls};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use store::memory::MemoryStore;

fn listener(address: &str, tables: &[&str], chain: Option<&str>) -> Listener {
    let tls = chain.map(|chain| ServerTls {
        certificates: vec![Certificate { hosts: vec![], chain: chain.into(), key: Secret::new("k") }],
        ..ServerTls::default()
    });
    Listener {
        address: address.parse().unwrap(),
        tables: tables.iter().map(|table| TableId::new(*table)).collect(),
        tls,
        http2: true,
        proxy_protocol: false,
        trusted_proxies: vec![],
        client_address: Default::default(),
        limits: Limits::default(),
    }
}

fn shown(gateway: &Gateway) -> Vec<String> {
    let one = |listener: &Listener| {
        let tables: Vec<&str> = listener.tables.iter().map(TableId::as_str).collect();
        let chains: Vec<&str> =
            listener.tls.iter().flat_map(|tls| &tls.certificates).map(|c| c.chain.as_str()).collect();
        format!("{} {} {}", listener.address, tables.join(","), chains.join(",")).trim_end().to_owned()
    };
    gateway.listeners.iter().map(one).collect()
}

#[test]
fn listeners_of_the_command_line_replace_those_of_their_kind() {
    let plain = || vec![listener("1.1.1.1:1", &["a"], None), listener("1.1.1.1:2", &["b", "a"], None)];
    let tls = || vec![listener("1.1.1.1:3", &["b"], Some("x")), listener("1.1.1.1:4", &["a"], Some("y"))];
    type Case<'a> = (Vec<Listener>, &'a [&'a str], &'a [&'a str], Option<&'a [&'a str]>);
    let cases: [Case<'_>; 6] = [
        (plain(), &[], &[], Some(&["1.1.1.1:1 a", "1.1.1.1:2 b,a"])),
        (plain(), &["2.2.2.2:5"], &[], Some(&["2.2.2.2:5 a,b"])),
        (plain(), &["2.2.2.2:5", "2.2.2.2:6"], &[], Some(&["2.2.2.2:5 a,b", "2.2.2.2:6 a,b"])),
        (plain(), &[], &["2.2.2.2:5"], None),
        (tls(), &["2.2.2.2:5"], &[], Some(&["2.2.2.2:5 a,b", "1.1.1.1:3 b x", "1.1.1.1:4 a y"])),
        (tls(), &[], &["2.2.2.2:5"], Some(&["2.2.2.2:5 b,a x,y"])),
    ];
    for (listeners, listen, tls_listen, expected) in cases {
        let read = |all: &[&str]| all.iter().map(|address| address.parse().unwrap()).collect();
        let overrides = Overrides { listen: read(listen), tls_listen: read(tls_listen) };
        let tables = ["a", "b"].map(|table| Table::new(TableId::new(table))).into();
        let mut gateway = Gateway { listeners, tables, ..Gateway::default() };
        let done = overrides.apply(&mut gateway).is_ok();
        let seen = shown(&gateway);
        assert_eq!(done.then_some(seen), expected.map(|e| e.iter().map(|s| (*s).to_owned()).collect()));
    }
}

/// A language for tests: a document is a table of that name, unless it begins with `!`, or names a file that is not good.
struct Toy(Arc<Mutex<BTreeMap<&'static str, &'static str>>>);

impl Dialect for Toy {
    fn name(&self) -> &'static str {
        "toy"
    }

    fn read(&self, _: &Path) -> Result<Vec<dialect::Source>, ReadError> {
        let files = self.0.lock().unwrap();
        Ok(files.iter().map(|(key, text)| dialect::Source { key: (*key).into(), bytes: (*text).into() }).collect())
    }

    fn lower(&self, documents: &Documents, _: &dyn Environment) -> Lowered {
        let mut lowered = Lowered::default();
        let bad = |key: &str| documents.iter().any(|d| d.key == key && d.bytes.starts_with(b"!"));
        for document in documents.iter().filter(|document| document.key != "file") {
            let text = String::from_utf8(document.bytes.to_vec()).unwrap();
            if text.starts_with('!') || (text.ends_with("+file") && bad("file")) {
                let place = Place { document: document.key.clone(), ..Place::default() };
                lowered.findings.push(Finding { faith: Faith::Invalid, place, message: text });
                lowered.broken.push(document.key.clone());
            } else {
                lowered.gateway.tables.push(Table::new(TableId::new(text)));
            }
        }
        lowered
    }
}

/// Over one source.
fn assembler(toy: Toy) -> Assembler {
    let opened = Opened {
        apart: None,
        loaded: Default::default(),
        path: "x".into(),
        dialect: Box::new(toy),
        store: Arc::new(MemoryStore::default()),
        declares: |_, _| vec![],
        accepted: Documents::default(),
        times: BTreeMap::new(),
        newest_apart: (0, 0),
        secrets: Default::default(),
    };
    Assembler { sources: vec![opened], adjustments: Adjustments::default() }
}

#[tokio::test]
async fn of_each_document_the_newest_revision_that_was_understood_is_in_force() {
    let files = Arc::new(Mutex::default());
    let mut assembler = assembler(Toy(files.clone()));
    // files; tables in force after them; findings
    type Step<'a> = (&'a [(&'static str, &'static str)], &'a [&'a str], &'a [&'a str]);
    let steps: [Step<'_>; 6] = [
        (&[("a", "one"), ("b", "two")], &["one", "two"], &[]),
        (&[("a", "!bad"), ("b", "three")], &["one", "three"], &["!bad"]),
        (&[("a", "!bad"), ("b", "three"), ("c", "!new")], &["one", "three"], &["!bad", "!new"]),
        (&[("a", "four+file"), ("file", "good")], &["four+file"], &[]),
        (&[("a", "five+file"), ("b", "six"), ("file", "!")], &["four+file"], &["five+file"]),
        (&[("a", "seven")], &["seven"], &[]),
    ];
    for (texts, tables, findings) in steps {
        *files.lock().unwrap() = texts.iter().copied().collect();
        assembler.read().await.unwrap();
        let draft = assembler.assemble(&assembler.stored().await.unwrap()).unwrap();
        let seen: Vec<&str> = draft.gateway.tables.iter().map(|table| table.id.as_str()).collect();
        let said: Vec<&str> = draft.findings.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!((seen.as_slice(), said.as_slice()), (tables, findings), "{texts:?}");
        assembler.accept(&draft);
    }
}

#[tokio::test]
async fn only_what_changed_gets_a_new_revision() {
    let files = Arc::new(Mutex::new(BTreeMap::from([("a", "one"), ("b", "two")])));
    let mut assembler = assembler(Toy(files.clone()));
    for (text, expected) in [("one", [1, 1]), ("one", [1, 1]), ("three", [2, 1])] {
        files.lock().unwrap().insert("a", text);
        assembler.read().await.unwrap();
        let draft = assembler.assemble(&assembler.stored().await.unwrap()).unwrap();
        assembler.accept(&draft);
        let revisions: Vec<u64> = assembler.in_force().iter().map(|document| document.revision).collect();
        assert_eq!(revisions, expected, "{text}");
    }
    assert_eq!(assembler.files(), ["a", "b", "x"].map(PathBuf::from));
}
