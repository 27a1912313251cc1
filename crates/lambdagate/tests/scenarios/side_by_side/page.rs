//! A Markdown page as text and fenced blocks, and back.

use super::SAME;
use std::path::{Path, PathBuf};

/// A page.
pub(super) struct Page {
    path: PathBuf,
    /// What stands in it, in order.
    pub(super) parts: Vec<Part>,
}

/// A piece of a page.
#[derive(Clone, PartialEq)]
pub(super) enum Part {
    /// Lines outside of blocks.
    Text(String),
    /// A fenced block.
    Block {
        /// What stands behind the fence.
        info: String,
        /// Its lines.
        body: String,
    },
}

impl Part {
    /// The last heading of a section in this text.
    pub(super) fn heading(&self) -> Option<String> {
        let Self::Text(text) = self else { return None };
        text.lines().filter_map(|line| line.strip_prefix("## ")).next_back().map(str::to_owned)
    }
}

impl Page {
    /// Reads a page.
    pub(super) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let (mut parts, mut lines) = (Vec::new(), text.lines());
        let mut plain = String::new();
        while let Some(line) = lines.next() {
            match line.strip_prefix("```") {
                Some(info) => {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                    let body = lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n"));
                    parts.push(Part::Block { info: info.to_owned(), body: body.collect() });
                }
                None => plain.extend([line, "\n"]),
            }
        }
        parts.push(Part::Text(plain));
        Self { path: path.to_owned(), parts }
    }

    /// The made block behind a block, with nothing between them.
    pub(super) fn same_after(&self, at: usize) -> Option<&Part> {
        match self.parts.get(at + 1..at + 3)? {
            [Part::Text(between), block @ Part::Block { info, .. }] if between.trim().is_empty() && info == SAME => {
                Some(block)
            }
            _ => None,
        }
    }

    /// Writes the page with other parts.
    pub(super) fn write(&self, parts: &[Part]) {
        let show = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Block { info, body } => format!("```{info}\n{body}```\n"),
        };
        // Where a made block stood there may be two empty lines now.
        let mut text: String = parts.iter().map(show).collect();
        while text.contains("\n\n\n") {
            text = text.replace("\n\n\n", "\n\n");
        }
        std::fs::write(&self.path, text).unwrap();
    }
}
