//! White space that tags bring with them and that is not written: the indentation and the line end of lines that hold
//! only tags and comments, and what stands between assignments.
//!
//! The first text of a template keeps its indentation, as in the original.

use super::cut::{Directive, Kind, Piece};
use std::ops::Range;

/// Shortens the texts among the pieces.
pub(super) fn strip(template: &str, pieces: &mut [Piece]) {
    let nests = nests(template, pieces);
    for at in 0..pieces.len() {
        if pieces[at].kind != Kind::Text {
            continue;
        }
        let all = Pieces { template, pieces, nests: &nests };
        let kept = all.kept(at);
        pieces[at].inner = kept;
    }
}

/// How deep in other directives each piece stands.
fn nests(template: &str, pieces: &[Piece]) -> Vec<usize> {
    let mut depth = 0_usize;
    let nest = |piece: &Piece| {
        if matches!(piece.kind, Kind::Close(_)) {
            depth = depth.saturating_sub(1);
        }
        let own = depth;
        let opens = match piece.kind {
            Kind::Open(Directive::If | Directive::List | Directive::Items) => true,
            Kind::Open(Directive::Assign) => piece.captures(template),
            _ => false,
        };
        depth += usize::from(opens);
        own
    };
    pieces.iter().map(nest).collect()
}

struct Pieces<'p> {
    template: &'p str,
    pieces: &'p [Piece],
    nests: &'p [usize],
}

impl Pieces<'_> {
    /// What of a text is kept.
    fn kept(&self, at: usize) -> Range<usize> {
        let range = self.pieces[at].inner.clone();
        if self.is_ignorable(at) {
            return range.start..range.start;
        }
        if at == 0 {
            return range;
        }
        let end = range.end - self.indentation(at);
        let start = (range.start + self.line_end(at)).min(end);
        start..end
    }

    fn text(&self, at: usize) -> &str {
        &self.template[self.pieces[at].inner.clone()]
    }

    /// White space between what writes nothing: assignments, comments, the ends of the template.
    fn is_ignorable(&self, at: usize) -> bool {
        let text = self.text(at);
        if !text.trim().is_empty() {
            return false;
        }
        let silent = |piece: Option<&Piece>| match piece.map(|piece| piece.kind) {
            None => self.nests[at] == 0,
            Some(Kind::Comment) => true,
            Some(Kind::Open(Directive::Assign)) => piece.is_some_and(|piece| !piece.captures(self.template)),
            Some(Kind::Text | Kind::Interpolation | Kind::Open(_) | Kind::Close(_)) => false,
        };
        silent(at.checked_sub(1).map(|before| &self.pieces[before])) && silent(self.pieces.get(at + 1))
    }

    /// Bytes at its begin that end a line of tags.
    fn line_end(&self, at: usize) -> usize {
        let text = self.text(at);
        let Some(newline) = text.find(['\n', '\r']) else { return 0 };
        let length = if text[newline..].starts_with("\r\n") { newline + 2 } else { newline + 1 };
        let line = self.pieces[at].whole.start;
        let mut before = (0..at).rev().take_while(|before| !self.breaks(self.pieces[*before].whole.end, line));
        let blank = text[..length].trim().is_empty() && !before.any(|before| self.shows_at_end(before));
        if blank { length } else { 0 }
    }

    /// Bytes at its end that indent a line of tags.
    fn indentation(&self, at: usize) -> usize {
        let text = self.text(at);
        let begin = match text.rfind(['\n', '\r']) {
            Some(newline) => newline + 1,
            None if self.begins_line(self.pieces[at].whole.start) => 0,
            None => return 0,
        };
        let line = self.pieces[at].whole.end;
        let mut behind =
            (at + 1..self.pieces.len()).take_while(|behind| !self.breaks(line, self.pieces[*behind].whole.start));
        let blank = text[begin..].trim().is_empty() && !behind.any(|behind| self.shows_at_begin(behind));
        if blank { text.len() - begin } else { 0 }
    }

    fn begins_line(&self, place: usize) -> bool {
        self.template[..place].is_empty() || self.template[..place].ends_with(['\n', '\r'])
    }

    /// Whether a line ends between two places.
    fn breaks(&self, from: usize, to: usize) -> bool {
        self.template[from..to].contains(['\n', '\r'])
    }

    /// Whether the last line of a piece has something to show.
    fn shows_at_end(&self, at: usize) -> bool {
        let last = |text: &str| text.rsplit(['\n', '\r']).next().is_some_and(|line| !line.trim().is_empty());
        self.shows(at, |text| last(text) || !text.contains(['\n', '\r']))
    }

    /// Whether the first line of a piece has something to show.
    fn shows_at_begin(&self, at: usize) -> bool {
        let first = |text: &str| text.split(['\n', '\r']).next().is_some_and(|line| !line.trim().is_empty());
        self.shows(at, |text| first(text) || !text.contains(['\n', '\r']))
    }

    fn shows(&self, at: usize, line: impl Fn(&str) -> bool) -> bool {
        match self.pieces[at].kind {
            Kind::Interpolation => true,
            Kind::Text => !self.text(at).is_empty() && !self.is_ignorable(at) && line(self.text(at)),
            Kind::Comment | Kind::Open(_) | Kind::Close(_) => false,
        }
    }
}
