//! Cases of `secrets`: what is asked for when, and what stands meanwhile.

use super::*;
use dialect::{Lowered, ReadError, Source};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

/// A dialect whose references are members of one secret of Vault's.
struct Plain(SocketAddr);

impl Dialect for Plain {
    fn name(&self) -> &'static str {
        "plain"
    }

    fn read(&self, _: &Path) -> Result<Vec<Source>, ReadError> {
        Ok(Vec::new())
    }

    fn lower(&self, _: &Documents, _: &dyn Environment) -> Lowered {
        Lowered::default()
    }

    fn kept_secrets(&self, references: &[String], _: &Documents, _: &dyn Environment) -> Vec<Result<Wanted, String>> {
        let manager = Manager::Vault {
            url: format!("http://{}", self.0),
            prefix: "kv".to_owned(),
            token: Secret::new("t"),
            namespace: None,
        };
        let wanted = |member: &String| match member.as_str() {
            "lost" => Err("it leads nowhere".to_owned()),
            _ => Ok(Wanted { manager: manager.clone(), name: "n".to_owned(), member: member.clone() }),
        };
        references.iter().map(wanted).collect()
    }
}

/// Answers so many requests with texts in turn, and is then away; tells how many came.
fn vault(texts: &'static [&'static str]) -> (Plain, Arc<Mutex<usize>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, asked) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(0)));
    let counted = asked.clone();
    std::thread::spawn(move || {
        for text in texts {
            let mut stream = BufReader::new(listener.accept().unwrap().0);
            let mut line = String::new();
            while stream.read_line(&mut line).unwrap() > 2 {
                line.clear();
            }
            *counted.lock().unwrap() += 1;
            let body = format!("{{\"data\":{{\"a\":\"{text}\",\"b\":\"same\"}}}}");
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            stream.get_mut().write_all(format!("{head}{body}").as_bytes()).unwrap();
        }
    });
    (Plain(address), asked)
}

fn text(secrets: &Secrets, reference: &str) -> String {
    match secrets.secret(reference) {
        Ok(secret) => secret.expose().to_owned(),
        Err(NoSecret::Later) => "later".to_owned(),
        Err(NoSecret::Away(cause)) => format!("away: {cause}"),
    }
}

/// As if the time of everything had come.
fn make_due(secrets: &Secrets) {
    secrets.known().held.values_mut().for_each(|held| held.until = Instant::now());
}

#[tokio::test]
async fn secrets_are_asked_for_once_and_again_when_their_time_has_come() {
    let (vault, asked) = vault(&["one", "one", "two"]);
    let secrets = Secrets::default();
    assert!(!secrets.fetch(&vault, &Documents::default()).await, "nobody has referred to anything");
    let read = || ["a", "b", "lost"].map(|reference| text(&secrets, reference));
    assert_eq!(read(), ["later", "later", "later"]);
    assert!(secrets.fetch(&vault, &Documents::default()).await);
    assert_eq!(read(), ["one", "same", "away: it leads nowhere"]);
    assert_eq!((*asked.lock().unwrap(), secrets.revision()), (1, 1), "one secret is one request");
    assert!(!secrets.fetch(&vault, &Documents::default()).await, "all is here");
    make_due(&secrets);
    assert!(!secrets.fetch(&vault, &Documents::default()).await, "nothing has changed");
    assert_eq!(*asked.lock().unwrap(), 2);
    make_due(&secrets);
    assert!(secrets.fetch(&vault, &Documents::default()).await);
    assert_eq!(read(), ["two", "same", "away: it leads nowhere"]);
    make_due(&secrets);
    assert!(!secrets.fetch(&vault, &Documents::default()).await, "the manager is away");
    assert_eq!((read(), secrets.revision()), (["two", "same", "away: it leads nowhere"].map(str::to_owned), 2));
    assert!(secrets.next().is_some());
}

#[tokio::test]
async fn what_nobody_refers_to_any_more_is_forgotten() {
    let (vault, _) = vault(&["one", "two"]);
    let secrets = Secrets::default();
    let read = |reference: &str| text(&secrets, reference);
    assert_eq!((read("a"), read("b")), ("later".to_owned(), "later".to_owned()));
    assert!(secrets.fetch(&vault, &Documents::default()).await);
    assert_eq!(read("a"), "one");
    secrets.forget_unasked();
    assert_eq!(secrets.known().held.keys().collect::<Vec<_>>(), ["a"]);
}
