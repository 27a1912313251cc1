//! Smooth weighted round robin: the order is laid out once, and a request takes the next place in it.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// An endless order of nodes in which each stands as often as its weight says, spread evenly.
pub(super) struct Rotation {
    order: Vec<u16>,
    next: AtomicUsize,
}

/// The longest order laid out; larger sums of weights are scaled down to it.
const LONGEST: u64 = 4096;

impl Rotation {
    /// Weights by node; a node of weight 0 does not stand in it.
    pub(super) fn new(weights: &[u32]) -> Self {
        let mut weights: Vec<u64> = weights.iter().map(|weight| u64::from(*weight)).collect();
        let common = weights.iter().copied().filter(|weight| *weight > 0).fold(0, greatest_common_divisor).max(1);
        weights.iter_mut().for_each(|weight| *weight /= common);
        let sum: u64 = weights.iter().sum();
        if sum > LONGEST {
            weights
                .iter_mut()
                .filter(|weight| **weight > 0)
                .for_each(|weight| *weight = (*weight * LONGEST / sum).max(1));
        }
        Self { order: lay_out(&weights), next: AtomicUsize::new(0) }
    }

    /// Nodes in the order they should be tried by one request: the next one first, each at most once.
    pub(super) fn take(&self) -> impl Iterator<Item = usize> + '_ {
        let start = if self.order.is_empty() { 0 } else { self.next.fetch_add(1, Relaxed) % self.order.len() };
        let (before, from) = self.order.split_at(start.min(self.order.len()));
        let all = from.iter().chain(before).map(|node| usize::from(*node));
        all.clone()
            .enumerate()
            .filter(move |(at, node)| !all.clone().take(*at).any(|seen| seen == *node))
            .map(|(_, n)| n)
    }
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// Each step raises every node by its weight and takes the highest, which falls by the sum.
fn lay_out(weights: &[u64]) -> Vec<u16> {
    let sum: u64 = weights.iter().sum();
    let mut current = vec![0i64; weights.len()];
    let mut order = Vec::with_capacity(sum as usize);
    for _ in 0..sum {
        for (value, weight) in current.iter_mut().zip(weights) {
            *value += *weight as i64;
        }
        let candidates = (0..weights.len()).filter(|node| weights[*node] > 0);
        let Some(best) = candidates.max_by_key(|node| (current[*node], std::cmp::Reverse(*node))) else { break };
        current[best] -= sum as i64;
        order.push(best as u16);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(rotation: &Rotation, count: usize) -> Vec<usize> {
        (0..count).filter_map(|_| rotation.take().next()).collect()
    }

    #[test]
    fn each_node_has_its_share_spread_evenly() {
        let cases: &[(&[u32], &[usize])] = &[
            (&[1], &[0, 0, 0]),
            (&[1, 1], &[0, 1, 0, 1]),
            (&[5, 1, 1], &[0, 0, 1, 0, 2, 0, 0, 0]),
            (&[200, 100], &[0, 1, 0, 0]),
            (&[0, 3], &[1, 1]),
            (&[0, 0], &[]),
            (&[], &[]),
        ];
        for (weights, expected) in cases {
            assert_eq!(first(&Rotation::new(weights), expected.len()), *expected, "{weights:?}");
        }
    }

    #[test]
    fn all_nodes_are_offered_once_beginning_with_the_next() {
        let rotation = Rotation::new(&[2, 1, 1]);
        assert_eq!(rotation.take().collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(rotation.take().collect::<Vec<_>>(), [1, 2, 0]);
    }

    #[test]
    fn huge_weights_are_scaled_and_nobody_is_lost() {
        let rotation = Rotation::new(&[1_000_000_007, 1]);
        assert!(rotation.order.len() <= LONGEST as usize + 1);
        assert!(rotation.order.contains(&1));
    }
}
