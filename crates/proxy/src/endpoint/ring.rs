//! Consistent hashing: each value has its place on a ring of nodes, and keeps it when other nodes come and go.

/// Points on the ring for a node of the smallest weight, if there is room.
const POINTS: u64 = 160;
/// The most points laid out; larger sums of weights are scaled down to it.
const MOST: u64 = 1 << 16;

/// Points in order, each with its node. Built from names alone: every gateway with the same nodes has the same ring.
pub(super) struct Ring {
    points: Vec<(u64, u16)>,
    nodes: usize,
}

impl Ring {
    /// Names and weights of the nodes; one of weight 0 has no place.
    pub(super) fn new<'n>(nodes: impl ExactSizeIterator<Item = (&'n str, u32)> + Clone) -> Self {
        let count = nodes.len();
        let weights = nodes.clone().map(|(_, weight)| u64::from(weight)).filter(|weight| *weight > 0);
        let smallest = weights.clone().min().unwrap_or(1);
        let sum: u64 = weights.sum::<u64>().max(1);
        let share = |weight: u64| (weight * POINTS / smallest).min((weight * MOST / sum).max(1)).max(1);
        let mut points = Vec::new();
        for (at, (name, weight)) in nodes.enumerate().filter(|(_, (_, weight))| *weight > 0) {
            let node = u16::try_from(at).unwrap_or(u16::MAX);
            let base = hash(name.as_bytes());
            points.extend((0..share(u64::from(weight))).map(|point| (mix(base ^ mix(point + 1)), node)));
        }
        points.sort_unstable();
        Self { points, nodes: count }
    }

    /// Nodes in the order they stand on the ring from the value's place on, each once.
    pub(super) fn order(&self, value: &[u8]) -> Vec<usize> {
        let start = self.points.partition_point(|(point, _)| *point < hash(value));
        let (before, from) = self.points.split_at(start);
        let mut seen = vec![false; self.nodes];
        let all = from.iter().chain(before).map(|(_, node)| usize::from(*node));
        all.filter(|node| !std::mem::replace(&mut seen[*node], true)).collect()
    }
}

/// FNV-1a, spread over all bits. Not against ill will: who chooses the value chooses the node.
fn hash(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    mix(bytes.iter().fold(0xcbf2_9ce4_8422_2325, step))
}

fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    x = (x ^ (x >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    x ^ (x >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(nodes: &[(&str, u32)]) -> Ring {
        Ring::new(nodes.iter().copied())
    }

    fn first(ring: &Ring, value: usize) -> usize {
        ring.order(value.to_string().as_bytes())[0]
    }

    #[test]
    fn values_are_shared_by_weight() {
        let ring = ring(&[("a:80", 100), ("b:80", 300), ("c:80", 0)]);
        let mut counts = [0usize; 3];
        for value in 0..10_000 {
            counts[first(&ring, value)] += 1;
        }
        assert_eq!(counts[2], 0, "a node of weight 0 takes none");
        assert!((2000..3000).contains(&counts[0]), "{counts:?}");
    }

    #[test]
    fn a_node_that_goes_moves_only_its_own_values() {
        let with = ring(&[("a:80", 1), ("b:80", 1), ("c:80", 1)]);
        let without = ring(&[("a:80", 1), ("b:80", 1)]);
        for value in 0..1000 {
            let before = first(&with, value);
            if before != 2 {
                assert_eq!(first(&without, value), before, "{value}");
            }
        }
    }

    #[test]
    fn every_node_is_offered_once() {
        let ring = ring(&[("a:80", 1), ("b:80", 1_000_000_007), ("c:80", 2)]);
        assert!(ring.points.len() as u64 <= MOST + 3);
        let mut order = ring.order(b"x");
        assert_eq!(order, ring.order(b"x"), "always the same");
        order.sort_unstable();
        assert_eq!(order, [0, 1, 2]);
        assert!(Ring::new([].into_iter()).order(b"x").is_empty());
    }
}
