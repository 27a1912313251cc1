//! One Redis with its connections: each takes one question at a time, and waits for the next one.

use super::resp::{Answer, answer, command};
use model::policy::RedisStore;
use net::client::OriginTls;
use net::client::line::{Line, Stream};
use net::tls::{ClientIdentity, ClientTlsOptions, TlsError, client_config};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncWriteExt, BufStream};

/// Why a Redis has not answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RedisError {
    /// It cannot be reached, or breaks off.
    #[error("redis: {0}")]
    Broken(String),
    /// It takes too long.
    #[error("redis: no answer in time")]
    Late,
    /// It answers that it cannot.
    #[error("redis refuses: {0}")]
    Refused(String),
}

/// Where it is, and what is said first.
pub(crate) struct Server {
    line: Line,
    name: String,
    /// `AUTH` and `SELECT`, and how many answers they have.
    greeting: (Vec<u8>, usize),
    timeout: Duration,
    /// Connections that wait, by worker: none crosses threads.
    idle: Box<[Mutex<Vec<Connection>>]>,
    /// Whether it was away when it was asked last.
    away: AtomicBool,
}

type Connection = BufStream<Box<dyn Stream>>;

/// Workers beyond that share.
const WORKERS: usize = 64;
/// Connections that wait for each worker.
const IDLE: usize = 32;

impl Server {
    /// Fails where its TLS cannot be made ready.
    pub(crate) fn new(store: &RedisStore) -> Result<Self, TlsError> {
        let tls = store.tls.as_ref().map(|tls| origin_tls(tls, &store.host)).transpose()?;
        Ok(Self {
            line: Line::new(store.host.clone(), store.port, tls),
            name: format!("{}:{}", store.host, store.port),
            greeting: greeting(store),
            timeout: store.timeout,
            idle: (0..WORKERS).map(|_| Mutex::default()).collect(),
            away: AtomicBool::new(false),
        })
    }

    /// Sends a command and reads its answer.
    pub(crate) async fn ask(&self, question: &[u8]) -> Result<Answer, RedisError> {
        let answered = self.asked(question).await;
        match &answered {
            Ok(_) if self.away.swap(false, Ordering::Relaxed) => tracing::info!(redis = self.name, "counts again"),
            Err(why) if !self.away.swap(true, Ordering::Relaxed) => {
                tracing::warn!(redis = self.name, %why, "counts of a rate limit cannot be had");
            }
            Ok(_) | Err(_) => {}
        }
        answered
    }

    async fn asked(&self, question: &[u8]) -> Result<Answer, RedisError> {
        // a connection that waited may have been closed by the other side
        let waiting = self.waiting().pop();
        if let Some(mut connection) = waiting
            && let Ok(answer) = self.exchange(&mut connection, question).await
        {
            return self.judged(connection, answer);
        }
        let mut connection = self.timed(self.connect()).await??;
        let answer = self.exchange(&mut connection, question).await?;
        self.judged(connection, answer)
    }

    /// An answer that was read whole leaves the connection for the next question.
    fn judged(&self, connection: Connection, answer: Answer) -> Result<Answer, RedisError> {
        let mut waiting = self.waiting();
        if waiting.len() < IDLE {
            waiting.push(connection);
        }
        match answer {
            Answer::Error(text) => Err(RedisError::Refused(text)),
            answer => Ok(answer),
        }
    }

    async fn connect(&self) -> Result<Connection, RedisError> {
        let stream = self.line.connect().await.map_err(|error| RedisError::Broken(error.to_string()))?;
        let mut connection = BufStream::new(stream);
        let (said, answers) = &self.greeting;
        write(&mut connection, said).await?;
        for _ in 0..*answers {
            if let Answer::Error(text) = answer(&mut connection).await.map_err(broken)? {
                return Err(RedisError::Refused(text));
            }
        }
        Ok(connection)
    }

    async fn exchange(&self, connection: &mut Connection, question: &[u8]) -> Result<Answer, RedisError> {
        let answered = async {
            write(connection, question).await?;
            answer(connection).await.map_err(broken)
        };
        self.timed(answered).await?
    }

    async fn timed<T>(&self, what: impl Future<Output = T>) -> Result<T, RedisError> {
        tokio::time::timeout(self.timeout, what).await.map_err(|_| RedisError::Late)
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle[net::worker::index() % WORKERS].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn write(connection: &mut Connection, said: &[u8]) -> Result<(), RedisError> {
    connection.write_all(said).await.map_err(broken)?;
    connection.flush().await.map_err(broken)
}

fn broken(error: std::io::Error) -> RedisError {
    RedisError::Broken(error.to_string())
}

fn greeting(store: &RedisStore) -> (Vec<u8>, usize) {
    let (mut said, mut answers) = (Vec::new(), 0);
    if let Some(password) = &store.password {
        let password = password.expose().as_bytes();
        match store.username.as_deref().filter(|user| !user.is_empty()) {
            Some(user) => command(&mut said, &[b"AUTH", user.as_bytes(), password]),
            None => command(&mut said, &[b"AUTH", password]),
        }
        answers += 1;
    }
    if store.database > 0 {
        command(&mut said, &[b"SELECT", store.database.to_string().as_bytes()]);
        answers += 1;
    }
    (said, answers)
}

fn origin_tls(tls: &model::tls::ClientTls, host: &str) -> Result<OriginTls, TlsError> {
    let identity = tls.identity.as_ref().map(|identity| ClientIdentity {
        chain_pem: identity.chain.clone(),
        key_pem: identity.key.expose().to_owned(),
    });
    let options =
        ClientTlsOptions { verify: tls.verify, authorities: tls.authorities.clone(), identity, alpn_h2: false };
    let server_name = tls.server_name.clone().unwrap_or_else(|| host.to_owned());
    Ok(OriginTls { config: client_config(&options)?, server_name })
}
