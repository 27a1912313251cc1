//! `lambdagate translate`: prints what sources mean, in the native language.

use crate::assemble::{Adjustments, Assembler};
use crate::exit::Exit;
use crate::findings;
use crate::source::Sources;
use clap::Args;

const MORE: &str = "\
The configuration goes to standard output, findings to standard error. No secret is printed: a variable \
stands in its place, and the head of the text says which ones to set.

Example:
  lambdagate translate gateway.yaml > lambdagate.yaml";

/// Print the configuration in the native language
#[derive(Args, Debug)]
#[command(after_help = MORE)]
pub(crate) struct Translate {
    #[command(flatten)]
    sources: Sources,
}

impl Translate {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let assembler = Assembler::open(&self.sources.or_this_folder(), Adjustments::default())?;
        let draft = super::runtime()?.block_on(async {
            assembler.read().await?;
            anyhow::Ok(assembler.assemble(&assembler.stored().await?)?)
        })?;
        eprint!("{}", findings::render(&draft.findings, &draft.texts));
        if !draft.broken.is_empty() {
            eprintln!("error: nothing to print: {}", findings::summary(&draft.findings));
            return Ok(Exit::NotServed);
        }
        print!("{}", native::write(&draft.gateway).text);
        Ok(findings::judge(&draft.findings, &draft.broken))
    }
}
