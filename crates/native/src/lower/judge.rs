//! What is well written and cannot be meant.

use super::Lowering;
use crate::findings::Spot;
use crate::names;
use dialect::Faith;
use model::route::Route;
use std::collections::HashMap;

/// Two matches that ask the same: the lower one can never be chosen.
pub(super) fn shadowed(routes: &[Route], spots: &[Vec<Spot>], at: &mut Lowering<'_>) {
    let mut best = HashMap::new();
    for (route, spots) in routes.iter().zip(spots) {
        for (found, spot) in route.matches.iter().zip(spots) {
            if at.findings.blames(&spot.path) {
                continue;
            }
            let question = format!("{:?}", found.predicate);
            let Some((rank, winner, place)) = best.insert(question.clone(), (found.rank, &route.id, spot)) else {
                continue;
            };
            // Of equal ranks the earlier wins.
            let earlier_wins = rank >= found.rank;
            let (loser, name) = if earlier_wins { (spot, winner) } else { (place, &route.id) };
            let name = names::name("route", name.as_str());
            let line = if earlier_wins { place.mark.line } else { spot.mark.line };
            let message = format!("this is never chosen: {name:?} in line {line} asks the same and wins");
            at.findings.say(Faith::Ignored, loser, message);
            if earlier_wins {
                best.insert(question, (rank, winner, place));
            }
        }
    }
}
