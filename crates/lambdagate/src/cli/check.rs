//! `lambdagate check`: reads sources and judges them. What passes here also runs.

use super::options::{Keeping, Replaced};
use crate::assemble::{Adjustments, Assembler};
use crate::exit::Exit;
use crate::findings;
use crate::reload::compile;
use clap::Args;
use clap::builder::FalseyValueParser;
use proxy::Shared;
use telemetry::AccessLog;
use telemetry::access::{Format, Sink};

const MORE: &str = "\
Exit codes:
  0  clean
  1  findings that change behaviour: something is ignored, unsupported or invalid
  2  a source cannot be read, or the gateway could not run

Examples:
  lambdagate check
  lambdagate check gateway.yaml && lambdagate run gateway.yaml";

/// Read and judge: findings with file, line and a caret under the place
#[derive(Args, Debug)]
#[command(after_help = MORE)]
pub(crate) struct Check {
    #[command(flatten)]
    keeping: Keeping,

    #[command(flatten)]
    replaced: Replaced,

    /// Taken so that check and run can be given the same flags: check always judges strictly
    #[arg(long, value_parser = FalseyValueParser::new(), env = "LAMBDAGATE_STRICT", hide_env_values = true)]
    strict: bool,
}

impl Check {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let adjustments = Adjustments { overrides: self.replaced.overrides()?, local: None };
        let assembler = Assembler::open(&self.keeping.present()?, adjustments)?;
        let draft = super::runtime()?.block_on(async {
            assembler.read().await?;
            anyhow::Ok(assembler.assemble(&assembler.stored().await?)?)
        })?;
        print!("{}", findings::render(&draft.findings, &draft.texts));
        println!("{}", findings::summary(&draft.findings));
        let exit = findings::judge(&draft.findings, &draft.broken);
        if draft.broken.is_empty() {
            compile(&draft.gateway, &shared()?, None)?;
        }
        Ok(exit)
    }
}

/// The world of a gateway that never runs.
fn shared() -> std::io::Result<Shared> {
    Ok(Shared {
        services: Default::default(),
        metrics: Default::default(),
        access: AccessLog::open(Sink::Off, Format::Text)?,
        upstreams: Default::default(),
        self_made: Default::default(),
    })
}
