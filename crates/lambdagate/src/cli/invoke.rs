//! `lambdagate invoke`: one call of one function, and everything that AWS says about it.

pub(super) mod aim;
pub(super) mod request;
mod show;
mod stream;

use crate::address::address;
use crate::assemble::{Adjustments, Assembler};
use crate::exit::{Exit, Refusal};
use crate::findings;
use crate::local::LocalAccount;
use crate::source::Sources;
use aim::Aim;
use clap::Args;
use model::Gateway;
use std::io::Read;
use std::net::SocketAddr;

const MORE: &str = "\
The reply goes to standard output, all else to standard error. Exit 1: the function failed.

Region, endpoint and keys are those of the source when one is given, else those of the environment. With --request \
the function gets the event that the route of this request sends.

Examples:
  lambdagate invoke users --payload '{\"id\": 7}'
  lambdagate invoke users --local --payload @event.json
  lambdagate invoke users . --request 'GET /users/7'
  lambdagate invoke counter --local --stream
  echo '{}' | lambdagate invoke users --payload -";

/// Call a function once; print status, reply, log tail and report line
#[derive(Args, Debug)]
#[command(after_help = MORE)]
#[command(mut_arg("source", |arg| arg.help("Configuration whose settings are used; a file or folder")))]
pub(crate) struct Invoke {
    /// Name or ARN of the function; name:qualifier is a name too
    function: String,

    #[command(flatten)]
    sources: Sources,

    /// The payload: text, @FILE, or - for standard input; with --request or --route the request's body
    #[arg(long, value_name = "TEXT|@FILE|-", allow_hyphen_values = true)]
    payload: Option<String>,

    /// Send the event that the route of this request sends; without a source, of this folder's configuration
    #[arg(long, value_name = "'GET /path'")]
    request: Option<String>,

    /// A header field of that request; may be given several times
    #[arg(long, value_name = "'name: value'")]
    header: Vec<String>,

    /// Take this route rather than the one that the request finds
    #[arg(long, value_name = "ROUTE")]
    route: Option<String>,

    /// Version or alias
    #[arg(long, value_name = "VERSION")]
    qualifier: Option<String>,

    /// Print the pieces of a streamed reply as they come
    #[arg(long)]
    stream: bool,

    /// Call the local Lambda of dev
    #[arg(long, value_name = "ADDR:PORT", value_parser = address, num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "127.0.0.1:9001")]
    local: Option<SocketAddr>,
}

impl Invoke {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        crate::panics::log_them();
        super::runtime()?.block_on(self.call())
    }

    async fn call(self) -> anyhow::Result<Exit> {
        let gateway = match self.needs_sources() {
            true => match self.gateway().await? {
                Some(gateway) => gateway,
                None => return Ok(Exit::NotServed),
            },
            false => Gateway::default(),
        };
        let body = self.payload.as_deref().map(payload).transpose()?;
        let mut aim = match (&self.request, &self.route) {
            (None, None) => Aim::by_name(&gateway, &self.function, body.unwrap_or_default()),
            (request, route) => {
                let request = request.as_deref().map(|line| request::read(line, &self.header)).transpose()?;
                Aim::by_route(&gateway, &self.function, route.as_deref(), request, &body.unwrap_or_default())?
            }
        };
        if let Some(qualifier) = &self.qualifier {
            aim.target.qualifier = Some(qualifier.clone());
        }
        if let Some(address) = self.local {
            aim.target.aws = LocalAccount::at(address).aws(aim.target.aws.region.take());
        }
        aim.target.log_tail = true;
        if self.stream { stream::call(&aim).await } else { show::call(&aim).await }
    }

    fn needs_sources(&self) -> bool {
        self.sources.any_given() || self.request.is_some() || self.route.is_some()
    }

    /// What the sources mean; nothing when they are broken, which is said then.
    async fn gateway(&self) -> anyhow::Result<Option<Gateway>> {
        let assembler = Assembler::open(&self.sources.or_this_folder(), Adjustments::default())?;
        assembler.read().await?;
        let draft = assembler.assemble(&assembler.stored().await?)?;
        if draft.broken.is_empty() {
            return Ok(Some(draft.gateway));
        }
        eprint!("{}", findings::render(&draft.findings, &draft.texts));
        eprintln!("error: no call was made: {}", findings::summary(&draft.findings));
        Ok(None)
    }
}

/// Text, `@FILE`, or `-`.
fn payload(written: &str) -> Result<Vec<u8>, Refusal> {
    let cannot = |error: std::io::Error| Refusal::new(format!("--payload {written}: {error}"), "");
    if written == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map_err(cannot)?;
        return Ok(bytes);
    }
    match written.strip_prefix('@') {
        Some(file) => std::fs::read(file).map_err(cannot),
        None => Ok(written.as_bytes().to_vec()),
    }
}
