//! `lambdagate explain`: as whom and where a route calls, why so, and whether it may. Nothing is changed by it, and no
//! function runs.

mod report;

use super::invoke::aim::Aim;
use super::invoke::request;
use super::options::Keeping;
use crate::assemble::{Adjustments, Assembler, function_calls};
use crate::exit::{Exit, Refusal};
use crate::findings;
use clap::Args;
use lambda::invoke::Lambda;
use model::Gateway;
use model::call::{CallTimeouts, FunctionTarget};
use report::Report;
use std::time::Duration;

const MORE: &str = "\
For each function: the region and where it is said, the endpoint and its address, which source gives the credentials and \
why each one before it does not, until when they are good, whose they are (sts get-caller-identity), and whether they may \
call the function (a dry run, which starts nothing). With --request also the event that the request would send.

Offline it tells what can be known here. Keys are never printed.

Exit codes:
  0  every call would be made
  1  something stands in the way: no credentials, no region, no permission, nobody there
  2  a source cannot be read

Examples:
  lambdagate explain .
  lambdagate explain gateway.yaml users
  lambdagate explain . --request 'GET /users/7'";

/// How long the endpoint may take for a dry run.
const PATIENCE: CallTimeouts = CallTimeouts { connect: Duration::from_secs(5), total: Duration::from_secs(15) };
/// Functions that are asked about without a route being named.
const MOST: usize = 50;

/// Say as whom and where a route calls its function, why so, and whether it may
#[derive(Args, Debug)]
#[command(after_help = MORE)]
#[command(mut_arg("source", |arg| arg.index(1).num_args(1).action(clap::ArgAction::Set).help("Configuration: a file or folder; this folder without it")))]
pub(crate) struct Explain {
    #[command(flatten)]
    keeping: Keeping,

    /// The route, by name; without it the one that the request finds, or all
    #[arg(index = 2)]
    route: Option<String>,

    /// Show the event that this request would send
    #[arg(long, value_name = "'GET /path'")]
    request: Option<String>,

    /// A header field of that request; may be given several times
    #[arg(long, value_name = "'name: value'", requires = "request")]
    header: Vec<String>,

    /// Ask nobody but the sources of credentials: neither STS nor the endpoint
    #[arg(long)]
    offline: bool,
}

/// What is explained: a call, where it stands, and what would be sent.
struct Subject {
    route: String,
    target: FunctionTarget,
    /// The event, or why there is none.
    event: Option<Result<bytes::Bytes, String>>,
}

impl Explain {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        crate::panics::log_them();
        super::runtime()?.block_on(self.explain())
    }

    async fn explain(self) -> anyhow::Result<Exit> {
        let Some(gateway) = self.gateway().await? else { return Ok(Exit::NotServed) };
        let subjects = self.subjects(&gateway)?;
        let lambda = Lambda::default();
        let mut held = Vec::new();
        let mut exit = Exit::Clean;
        for subject in &subjects {
            // made ready first: who has no region makes it be looked for
            held.push(lambda.function(&subject.target, PATIENCE).ok());
            lambda.find_region().await;
            let report = Report::make(&lambda, subject, self.offline).await;
            print!("{report}");
            if report.stands_in_the_way {
                exit = Exit::Findings;
            }
        }
        Ok(exit)
    }

    /// What the sources mean; nothing when they are broken, which is said then.
    async fn gateway(&self) -> anyhow::Result<Option<Gateway>> {
        let assembler = Assembler::open(&self.keeping.present()?, Adjustments::default())?;
        assembler.read().await?;
        let draft = assembler.assemble(&assembler.stored().await?)?;
        if draft.broken.is_empty() {
            return Ok(Some(draft.gateway));
        }
        eprint!("{}", findings::render(&draft.findings, &draft.texts));
        eprintln!("error: nothing can be explained: {}", findings::summary(&draft.findings));
        Ok(None)
    }

    fn subjects(&self, gateway: &Gateway) -> Result<Vec<Subject>, Refusal> {
        let request = || self.request.as_deref().map(|line| request::read(line, &self.header)).transpose();
        match (&self.route, request()?) {
            (None, None) => all(gateway),
            (route, Some(request)) => {
                let (route, aim) = Aim::of_route(gateway, None, route.as_deref(), Some(request), b"")?;
                Ok(vec![Subject { route, target: aim.target, event: Some(Ok(aim.payload)) }])
            }
            (Some(name), None) => named(gateway, name),
        }
    }
}

/// The calls of every route, each function with its settings once.
fn all(gateway: &Gateway) -> Result<Vec<Subject>, Refusal> {
    let mut subjects: Vec<Subject> = Vec::new();
    let mut left_out = 0;
    for (route, target) in function_calls(gateway) {
        if subjects.iter().any(|known| known.target == *target) {
            continue;
        }
        if subjects.len() >= MOST {
            left_out += 1;
            continue;
        }
        subjects.push(Subject { route: route.id.to_string(), target: target.clone(), event: None });
    }
    if left_out > 0 {
        eprintln!("{left_out} more functions are not explained: name a route");
    }
    if subjects.is_empty() {
        return Err(Refusal::new("no route calls a function by name", ""));
    }
    Ok(subjects)
}

/// The calls of one route; with the event, if the route says the whole request.
fn named(gateway: &Gateway, name: &str) -> Result<Vec<Subject>, Refusal> {
    let is_it = |id: &str| id == name || id.rsplit('/').next() == Some(name);
    let of_route: Vec<_> = function_calls(gateway).filter(|(route, _)| is_it(route.id.as_str())).collect();
    if of_route.is_empty() {
        let (_, aim) = Aim::of_route(gateway, None, Some(name), None, b"")?; // says what is wrong
        return Ok(vec![Subject { route: name.to_owned(), target: aim.target, event: Some(Ok(aim.payload)) }]);
    }
    let subject = |(route, target): &(&model::route::Route, &FunctionTarget)| {
        let event = Aim::of_route(gateway, Some(&target.function), Some(name), None, b"");
        let event = event.map(|(_, aim)| aim.payload).map_err(|refusal| refusal.to_string().replace('\n', ";"));
        Subject { route: route.id.to_string(), target: (*target).clone(), event: Some(event) }
    };
    Ok(of_route.iter().map(subject).collect())
}
