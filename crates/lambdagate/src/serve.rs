//! The life of a serving process: read, check, bind, serve, reload, drain. `run` and `dev` share it.

use crate::admin::{self, Counter};
use crate::assemble::{Adjustments, Assembler, Draft};
use crate::cli::options::Serving;
use crate::exit::{Exit, Refusal};
use crate::findings;
use crate::reload::{Reload, compile};
use crate::signals::{Asked, Signals};
use crate::status::{self, Status};
use crate::watch::Watch;
use anyhow::Result;
use dialect::admin::{AdminApi, AdminPort, Desk, Proposal};
use listenfd::ListenFd;
use net::tls::ServerTls;
use proxy::{Server, ServerOptions, Shared, Upstreams};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};
use telemetry::AccessLog;
use telemetry::access::Sink;
use tokio::sync::mpsc;

/// Changes of Admin APIs that wait for their turn; more wait with their clients.
const PROPOSALS: usize = 64;

/// What `run` and `dev` differ in.
pub(crate) struct Manner {
    /// Where the access log goes when the command line does not say.
    pub(crate) access: Sink,
    /// What is changed in every gateway.
    pub(crate) adjustments: Adjustments,
    /// Is told of every gateway that comes into force.
    pub(crate) told: Box<dyn Fn(&Draft)>,
    /// Is told of the addresses once they are listened on, in place of the log.
    pub(crate) greeting: Option<Greeting>,
}

/// Says where everything is.
pub(crate) type Greeting = Box<dyn Fn(&[SocketAddr])>;

/// Serves until a signal asks for the end.
pub(crate) async fn serve(serving: &Serving, manner: Manner) -> Result<Exit> {
    let mut signals = Signals::listen()?;
    let inherited = inherited();
    let (mut reload, greeting) = open(serving, manner).await?;
    let draft = reload.draft().await?;
    if let Some(exit) = judge(&draft, serving) {
        return Ok(exit);
    }
    let status_socket = serving.listening.status.map(status::bind).transpose()?;
    let mut admin_sockets = bind_admin(&reload, &draft, serving.listening.replaced.admin)?;
    admin_sockets.extend(bind_ports(&reload, &draft)?);
    let server = start(&draft, serving, inherited, &mut reload)?;
    reload.status.set_serving(true);
    answer_status(status_socket, &reload)?;
    let proposals = answer_admin(admin_sockets, &reload)?;
    match greeting {
        Some(greeting) => greeting(&server.addresses()),
        None => announce(&reload),
    }
    let number = follow(&mut reload, &server, &mut signals, proposals).await;
    Ok(drain(server, reload, &mut signals, number, serving.drain_time).await)
}

async fn open(serving: &Serving, manner: Manner) -> Result<(Reload, Option<Greeting>)> {
    let assembler = Assembler::open(&serving.keeping.sources()?, manner.adjustments)?;
    assembler.read().await?;
    let format = serving.log_format.format();
    let sink = serving.access_log.clone().unwrap_or(manner.access);
    let access = AccessLog::open(sink.clone(), format).map_err(|error| {
        Refusal::new(format!("the access log cannot be opened ({sink:?}): {error}"), "see --access-log")
    })?;
    let metrics = telemetry::Metrics::default();
    let services = policy::build::Services { metrics: metrics.clone(), ..Default::default() };
    let status = Status::new(services.clone());
    metrics.watch(&access);
    let upstreams = Upstreams::default();
    let watched = upstreams.clone();
    metrics.watch_nodes(Box::new(move || watched.nodes()));
    let shared = Shared { services, metrics, access, upstreams, self_made: Default::default() };
    let strict = serving.strict;
    let reload = Reload { assembler, shared, status, strict, format, told: manner.told, seen: Vec::new() };
    Ok((reload, manner.greeting))
}

/// Says the findings; a reason not to serve is an exit.
fn judge(draft: &Draft, serving: &Serving) -> Option<Exit> {
    let findings = &draft.findings;
    findings::tell(findings, &draft.texts, serving.log_format.format());
    if !draft.broken.is_empty() {
        eprintln!("error: not serving: {}", findings::summary(findings));
        return Some(Exit::NotServed);
    }
    if serving.strict && findings::change_behaviour(findings) {
        eprintln!("error: not serving, since --strict is given: {}", findings::summary(findings));
        return Some(Exit::Findings);
    }
    None
}

fn start(draft: &Draft, serving: &Serving, inherited: Vec<TcpListener>, reload: &mut Reload) -> Result<Server> {
    let snapshot = compile(&draft.gateway, &reload.shared, None)?;
    let wanted: Vec<SocketAddr> = snapshot.listeners().collect();
    if wanted.is_empty() {
        let remedy = "write listen: 127.0.0.1:8000, or give --listen";
        return Err(Refusal::new("the configuration has no listener", remedy).into());
    }
    for socket in &inherited {
        let address = socket.local_addr()?;
        if !wanted.contains(&address) {
            tracing::warn!(%address, "this inherited socket is no listener's address and is not used");
        }
    }
    let routes = snapshot.routes();
    let options = ServerOptions { workers: serving.workers(), inherited, drain: serving.drain_time };
    let server = Server::start(snapshot, options)?;
    reload.in_force(draft, routes, &server);
    Ok(server)
}

fn answer_status(socket: Option<TcpListener>, reload: &Reload) -> Result<()> {
    if let Some(socket) = socket {
        let socket = tokio::net::TcpListener::from_std(socket)?;
        tracing::info!(address = %socket.local_addr()?, "status port");
        tokio::spawn(status::serve(socket, reload.status.clone()));
    }
    Ok(())
}

/// An Admin API or another port of a source, and a socket of its own with what it shows where it speaks TLS.
struct AdminSocket {
    name: &'static str,
    source: usize,
    api: Arc<dyn AdminApi>,
    socket: TcpListener,
    tls: Option<Arc<ServerTls>>,
}

/// Opens the ports of all Admin APIs; one address of the command line replaces those of the sources.
fn bind_admin(reload: &Reload, draft: &Draft, replaced: Option<SocketAddr>) -> Result<Vec<AdminSocket>, Refusal> {
    let apis = reload.assembler.admin_apis(draft);
    if replaced.is_some() && apis.len() != 1 {
        let remedy = "give it with one source that has an Admin API, such as --kong";
        return Err(Refusal::new(format!("--admin is for one Admin API, and there are {}", apis.len()), remedy));
    }
    let mut sockets = Vec::new();
    for (source, api) in apis {
        for port in replaced.map_or_else(|| api.ports(), |address| vec![AdminPort { address, tls: None }]) {
            let tls = port.tls.map(|tls| admin::tls(port.address, &tls, &reload.shared)).transpose()?;
            let (api, socket) = (api.clone(), admin::bind(port.address)?);
            sockets.push(AdminSocket { name: "Admin API", source, api, socket, tls });
        }
    }
    Ok(sockets)
}

/// Opens the ports on which sources tell of themselves. A usual one that is somebody else's is left to them.
fn bind_ports(reload: &Reload, draft: &Draft) -> Result<Vec<AdminSocket>, Refusal> {
    let mut sockets = Vec::new();
    for (source, port) in reload.assembler.ports(draft) {
        match admin::bind_port(port.address) {
            Ok(socket) => sockets.push(AdminSocket { name: port.name, source, api: port.api, socket, tls: None }),
            Err(refusal) if port.is_written => return Err(refusal),
            Err(refusal) => tracing::warn!(port = port.name, cause = %refusal, "this port is not opened"),
        }
    }
    Ok(sockets)
}

fn answer_admin(sockets: Vec<AdminSocket>, reload: &Reload) -> Result<mpsc::Receiver<Proposal>> {
    let (changes, proposals) = mpsc::channel(PROPOSALS);
    for AdminSocket { name, source, api, socket, tls } in sockets {
        let socket = tokio::net::TcpListener::from_std(socket)?;
        tracing::info!(address = %socket.local_addr()?, tls = tls.is_some(), "{name}");
        let store = reload.assembler.store(source);
        let (metrics, serving) = (reload.shared.metrics.clone(), reload.status.serving.clone());
        let desk = Desk { store, changes: changes.clone(), source, metrics, serving };
        tokio::spawn(admin::serve(socket, tls, Counter { api, desk }));
    }
    Ok(proposals)
}

fn announce(reload: &Reload) {
    let figures = reload.status.figures();
    for address in &figures.listeners {
        tracing::info!(%address, "listening");
    }
    tracing::info!(routes = figures.routes, "serving");
}

/// Follows sources and signals until one asks for the end.
async fn follow(
    reload: &mut Reload,
    server: &Server,
    signals: &mut Signals,
    mut proposals: mpsc::Receiver<Proposal>,
) -> u8 {
    let mut watch = Watch::start(&reload.assembler.files());
    loop {
        tokio::select! {
            asked = signals.next() => match asked {
                Asked::End(number) => return number,
                Asked::Reload => {
                    reload.shared.access.reopen();
                    reload.read().await;
                }
            },
            () = watch.changed() => {
                reload.read().await;
                continue;
            }
            Some(proposal) = proposals.recv() => {
                reload.propose(proposal, server).await;
                continue;
            }
            () = reload.changed() => {}
            () = reload.ended() => {}
            () = reload.renewed() => {}
        }
        reload.run(server).await;
        watch.follow(&reload.assembler.files());
    }
}

async fn drain(server: Server, reload: Reload, signals: &mut Signals, number: u8, time: Duration) -> Exit {
    let until = Instant::now() + time;
    reload.status.set_serving(false);
    tracing::info!(signal = number, connections = server.connections(), "draining");
    let exit = tokio::select! {
        drained = server.drain() => {
            if drained.cut > 0 {
                tracing::warn!(connections = drained.cut, "drain time is over: connections were cut");
            }
            Exit::Clean
        }
        number = signals.end() => Exit::Signal(number),
    };
    let left = if exit == Exit::Clean { until.saturating_duration_since(Instant::now()) } else { Duration::ZERO };
    reload.shared.services.flush_logs(left).await;
    reload.shared.access.flush();
    tracing::info!("ended");
    exit
}

/// Sockets that a service manager opened for this process.
fn inherited() -> Vec<TcpListener> {
    let mut sockets = ListenFd::from_env();
    (0..sockets.len())
        .filter_map(|at| match sockets.take_tcp_listener(at) {
            Ok(socket) => socket,
            Err(error) => {
                tracing::warn!(%error, socket = at, "this inherited socket is no TCP listener and is not used");
                None
            }
        })
        .collect()
}
