//! The documents tell the truth: blocks marked as run are run, and what they print is compared with what they show.
//!
//! A block is marked in its info string, after the language, where readers do not see it:
//!
//! - `console run`: each line after `$ ` is a command (lines after `> ` continue it); below it stands what it prints,
//!   stdout and stderr together. A line `...` stands for any lines, `[..]` in a line for any text, and `? 1` at the
//!   end for that exit status.
//! - `console run background`: one command that goes on. It is ready when it has printed what the block shows, and
//!   it is ended, with every process it started, at the end of the file.
//! - `file=PATH`: the block is that file of the checkout, to the letter.
//! - the name of a language, or `same`: a scenario reads it in that language (`side_by_side`).
//!
//! Commands run in the root of the checkout, with the built `lambdagate` on the PATH, a home of their own and none of
//! the caller's AWS settings. Files run one after the other; within a file blocks run in order.

pub mod block;
pub mod compare;
pub mod shell;

use crate::house::House;
use anyhow::{Context, Result, bail};
use block::{Block, Kind};
use shell::{Running, Shell};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds the binary and runs the documents, or the named files only. Tells whether all of them told the truth.
pub fn run(house: &House, files: &[String]) -> Result<bool> {
    let built = Command::new("cargo").args(["build", "--quiet"]).current_dir(&house.root).status();
    if !built.context("cargo could not be started")?.success() {
        bail!("the binary does not build");
    }
    let pages =
        if files.is_empty() { pages(&house.root)? } else { files.iter().map(|file| house.root.join(file)).collect() };
    let shell = Shell::new(house)?;
    let mut score = Score::default();
    for page in pages {
        let text = std::fs::read_to_string(&page).with_context(|| format!("cannot read {}", page.display()))?;
        let name = page.strip_prefix(&house.root).unwrap_or(&page).display().to_string();
        check_page(&shell, &house.root, &name, &text, &mut score);
    }
    match score.passed + score.failed {
        0 => println!("docs: no block is marked as run"),
        _ => println!("docs: {} passed, {} failed", score.passed, score.failed),
    }
    Ok(score.failed == 0)
}

/// How many blocks told the truth, and how many did not.
#[derive(Debug, Default)]
pub struct Score {
    /// They did.
    pub passed: usize,
    /// They did not.
    pub failed: usize,
}

/// Runs the marked blocks of one page. What a background block started ends with the page.
pub fn check_page(shell: &Shell, root: &Path, name: &str, text: &str, score: &mut Score) {
    let blocks = match block::read(text) {
        Ok(blocks) => blocks,
        Err(error) => {
            println!("FAIL {name}:{}: {}", error.line, error.reason);
            score.failed += 1;
            return;
        }
    };
    if let Some(port) = blocks.iter().flat_map(ports).find(|port| is_taken(*port)) {
        println!(
            "FAIL {name}: port {port} of 127.0.0.1 is taken by another program, and the page needs it: end that one"
        );
        score.failed += 1;
        return;
    }
    let mut servers = Vec::new();
    for block in &blocks {
        match check_block(shell, root, block, &mut servers) {
            Ok(()) => {
                println!("  ok {name}:{}", block.line);
                score.passed += 1;
            }
            Err(Mismatch { line, text }) => {
                println!("FAIL {name}:{line}\n{text}");
                score.failed += 1;
            }
        }
    }
}

/// What a block shows and what came differ.
struct Mismatch {
    line: usize,
    text: String,
}

fn check_block(shell: &Shell, root: &Path, block: &Block, servers: &mut Vec<Running>) -> Result<(), Mismatch> {
    match &block.kind {
        Kind::File { path, text } => {
            let found = std::fs::read_to_string(root.join(path))
                .map_err(|error| Mismatch { line: block.line, text: format!("cannot read {path}: {error}") })?;
            compare::whole(text, &found)
                .map_err(|text| Mismatch { line: block.line, text: format!("is not as {path} is\n{text}") })
        }
        Kind::Run(commands) => commands.iter().try_for_each(|command| {
            let said = shell
                .run(&command.text)
                .map_err(|error| Mismatch { line: command.line, text: format!("{error:#}") })?;
            let text = compare::output(&command.expected, &said.output).err();
            let status = (said.status != command.status)
                .then(|| format!("exit status {} where {} was expected\n{}", said.status, command.status, said.output));
            text.or(status).map_or(Ok(()), |text| {
                Err(Mismatch { line: command.line, text: format!("$ {}\n{text}", command.text) })
            })
        }),
        Kind::Background(command) => {
            let started = shell.start(&command.text, |output| compare::output(&command.expected, output).is_ok());
            match started {
                Ok(running) => {
                    servers.push(running);
                    Ok(())
                }
                Err(error) => {
                    let difference = compare::output(&command.expected, &error.output).err().unwrap_or_default();
                    let text = format!("$ {}\nnever became ready: {}\n{difference}", command.text, error.reason);
                    Err(Mismatch { line: command.line, text })
                }
            }
        }
    }
}

/// README.md first, then docs/ in order of name.
fn pages(root: &Path) -> Result<Vec<PathBuf>> {
    let mut pages = vec![root.join("README.md")];
    let mut folders = vec![root.join("docs")];
    while let Some(folder) = folders.pop() {
        let listing = std::fs::read_dir(&folder).map(|entries| entries.collect::<Result<Vec<_>, _>>());
        for entry in listing.unwrap_or_else(|_| Ok(Vec::new()))? {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages.retain(|page| page.is_file());
    pages[1..].sort();
    Ok(pages)
}

/// The loopback ports that a block's text names.
fn ports(block: &Block) -> Vec<u16> {
    let digits = |text: &str| text.split(|c: char| !c.is_ascii_digit()).next().and_then(|port| port.parse().ok());
    let in_text = |text: &str| {
        ["127.0.0.1:", "localhost:"]
            .iter()
            .flat_map(|host| text.split(host).skip(1).filter_map(digits))
            .collect::<Vec<u16>>()
    };
    match &block.kind {
        Kind::Run(commands) => commands.iter().flat_map(|command| in_text(&command.text)).collect(),
        Kind::Background(command) => in_text(&format!("{}\n{}", command.text, command.expected.join("\n"))),
        Kind::File { .. } => Vec::new(),
    }
}

fn is_taken(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err()
}

#[cfg(test)]
mod tests;
