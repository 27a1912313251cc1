//! `lambdagate man`: the manual page, all commands in one.

use super::Cli;
use crate::exit::Exit;
use clap::{Args, Command, CommandFactory};
use std::io::{self, Write};

/// Print the manual page
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  lambdagate man > ~/.local/share/man/man1/lambdagate.1")]
pub(crate) struct Man {}

impl Man {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let page = page()?;
        io::stdout().write_all(&page)?;
        Ok(Exit::Clean)
    }
}

/// The page in roff: the whole, then each command with its options.
pub(super) fn page() -> io::Result<Vec<u8>> {
    let mut whole = Cli::command();
    whole.build();
    let man = clap_mangen::Man::new(whole.clone());
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    for command in whole.get_subcommands().filter(|command| !command.is_hide_set()) {
        section(command, &mut page)?;
    }
    man.render_extra_section(&mut page)?;
    man.render_version_section(&mut page)?;
    Ok(page)
}

fn section(command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    let man = clap_mangen::Man::new(command.clone());
    writeln!(page, ".SH \"{}\"", command.get_name().to_uppercase())?;
    let mut parts = Vec::new();
    man.render_description_section(&mut parts)?;
    man.render_synopsis_section(&mut parts)?;
    man.render_options_section(&mut parts)?;
    man.render_extra_section(&mut parts)?;
    // Sections of their own in a page of their own: here they are parts of one.
    for line in String::from_utf8_lossy(&parts).lines() {
        match line.strip_prefix(".SH ") {
            Some("DESCRIPTION") => {}
            Some(title) => writeln!(page, ".SS {title}")?,
            None => writeln!(page, "{line}")?,
        }
    }
    Ok(())
}
