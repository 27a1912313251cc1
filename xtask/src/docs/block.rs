//! The marked blocks of a Markdown page.

/// A block that says what can be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Where its fence stands, from 1.
    pub line: usize,
    /// What it says.
    pub kind: Kind,
}

/// What a block says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// These commands print this.
    Run(Vec<Command>),
    /// This command goes on; it is ready when it has printed this.
    Background(Command),
    /// This file of the checkout has this text.
    File {
        /// Relative to the root.
        path: String,
        /// Its text.
        text: String,
    },
}

/// A command and what it does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// Where it stands, from 1.
    pub line: usize,
    /// As the shell is given it.
    pub text: String,
    /// The lines it prints.
    pub expected: Vec<String>,
    /// Its exit status.
    pub status: i32,
}

/// Marks of blocks that a test reads in the language they name: policies side by side.
const LANGUAGES: &[&str] = &["lambdagate", "kong", "apisix", "gravitee", "same"];

/// Why a page's marks make no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadBlock {
    /// Where.
    pub line: usize,
    /// Why.
    pub reason: String,
}

/// The marked blocks, in order.
pub fn read(page: &str) -> Result<Vec<Block>, BadBlock> {
    let mut blocks = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let Some((indent, ticks, info)) = fence(line) else { continue };
        let closes = |line: &str| fence(line).is_some_and(|(_, found, info)| found >= ticks && info.is_empty());
        let inner: Vec<(usize, &str)> = lines
            .by_ref()
            .take_while(|(_, line)| !closes(line))
            .map(|(at, line)| (at + 1, dedent(line, indent)))
            .collect();
        blocks.extend(kind(at + 1, info, &inner)?.map(|kind| Block { line: at + 1, kind }));
    }
    Ok(blocks)
}

/// Indent, number of backticks and info string of a fence.
fn fence(line: &str) -> Option<(usize, usize, &str)> {
    let text = line.trim_start();
    let info = text.trim_start_matches('`');
    let ticks = text.len() - info.len();
    (ticks >= 3 && !info.contains('`')).then_some((line.len() - text.len(), ticks, info.trim()))
}

fn dedent(line: &str, indent: usize) -> &str {
    let spaces = line.len() - line.trim_start().len();
    &line[indent.min(spaces)..]
}

fn kind(line: usize, info: &str, inner: &[(usize, &str)]) -> Result<Option<Kind>, BadBlock> {
    let bad = |reason: &str| Err(BadBlock { line, reason: reason.to_owned() });
    let marks: Vec<&str> = info.split_whitespace().skip(1).collect();
    if let Some(path) = marks.iter().find_map(|mark| mark.strip_prefix("file=")) {
        let text = inner.iter().map(|(_, line)| format!("{line}\n")).collect();
        return Ok(Some(Kind::File { path: path.to_owned(), text }));
    }
    if let Some(unknown) =
        marks.iter().find(|mark| !matches!(**mark, "run" | "background") && !LANGUAGES.contains(mark))
    {
        return bad(&format!("the mark `{unknown}` means nothing: `run`, `run background` and `file=PATH` do"));
    }
    if !marks.contains(&"run") {
        return if marks.contains(&"background") { bad("`background` goes with `run`") } else { Ok(None) };
    }
    let mut commands = commands(inner)?;
    match (marks.contains(&"background"), commands.len()) {
        (_, 0) => bad("a block marked as run has no line that begins with `$ `"),
        (false, _) => Ok(Some(Kind::Run(commands))),
        (true, 1) if !commands[0].expected.is_empty() => Ok(Some(Kind::Background(commands.remove(0)))),
        (true, _) => bad("a background block has one command and shows what it prints when it is ready"),
    }
}

fn commands(inner: &[(usize, &str)]) -> Result<Vec<Command>, BadBlock> {
    let mut commands: Vec<Command> = Vec::new();
    let mut in_command = false;
    for &(line, text) in inner {
        if let Some(text) = text.strip_prefix("$ ") {
            commands.push(Command { line, text: text.to_owned(), ..Command::default() });
            in_command = true;
            continue;
        }
        let Some(last) = commands.last_mut() else {
            return Err(BadBlock { line, reason: "output stands before the first `$ ` line".to_owned() });
        };
        match text.strip_prefix("> ").filter(|_| in_command) {
            Some(more) => {
                last.text.push('\n');
                last.text.push_str(more);
            }
            None => {
                in_command = false;
                last.expected.push(text.trim_end().to_owned());
            }
        }
    }
    commands.iter_mut().for_each(take_status);
    Ok(commands)
}

/// Trims blank lines off the end of the output, and reads the exit status from its last line.
fn take_status(command: &mut Command) {
    trim(&mut command.expected);
    let status =
        command.expected.last().and_then(|line| line.strip_prefix("? ")).and_then(|status| status.parse().ok());
    if let Some(status) = status {
        command.status = status;
        command.expected.pop();
        trim(&mut command.expected);
    }
}

fn trim(lines: &mut Vec<String>) {
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
}
