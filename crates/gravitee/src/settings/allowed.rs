//! `el.whitelist`: what expressions may call.

use super::Reader;
use dialect::Faith;
use dialect::findings::Spot;
use expr::el::{Allowed, NoPermit, Permit};

const MODE: &str = "el.whitelist.mode";
const LIST: &str = "el.whitelist.list";

impl Reader<'_> {
    /// What the list says, where it stands instead of the usual one; beside the usual one it can add nothing, since all
    /// that can be called here is on that.
    pub(super) fn allowed(&mut self) -> Option<Allowed> {
        let permits: Vec<Permit> = self
            .lines
            .list(self.environment, LIST)
            .iter()
            .enumerate()
            .filter_map(|(at, line)| self.line(at, line))
            .collect();
        // whatever else it says means the same, as in the original
        let appended = self.text(MODE).is_none_or(|mode| mode == "append");
        (!appended).then(|| Allowed::of(permits))
    }

    fn line(&mut self, at: usize, line: &str) -> Option<Permit> {
        let cause = match Permit::read(line.trim()) {
            Ok(permit) => return Some(permit),
            Err(cause) => cause,
        };
        let (faith, lost) = match cause {
            NoPermit::NoWord | NoPermit::NoName => (Faith::Exact, "it permits nothing, as in the original"),
            NoPermit::NotHere => (Faith::Unsupported, "expressions that call it fail"),
        };
        let path = format!("{LIST}[{at}]");
        let mark = self.told(&path).or_else(|| self.told(LIST)).and_then(|told| told.mark).unwrap_or_default();
        self.findings.say(faith, &Spot { mark, path }, format!("{line:?}: {cause}; {lost}"));
        None
    }
}
