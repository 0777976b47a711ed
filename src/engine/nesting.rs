//! Who asks whom: teams their members, agents the agents and teams that are their tools. None may be led back to.

use std::collections::{HashSet, VecDeque};
use std::hash::Hash;

/// The shortest way from `start` back to it, both ends included; `None` when no way leads back.
pub fn way_back<N: Clone + Eq + Hash>(start: &N, asks: impl Fn(&N) -> Vec<N>) -> Option<Vec<N>> {
    let mut seen = HashSet::new();
    let mut ways = VecDeque::from([vec![start.clone()]]);
    while let Some(way) = ways.pop_front() {
        let Some(last) = way.last() else { continue };
        for next in asks(last) {
            let mut longer = way.clone();
            longer.push(next.clone());
            if next == *start {
                return Some(longer);
            }
            if seen.insert(next) {
                ways.push_back(longer);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_cycle_is_found_and_a_diamond_is_none() {
        let asks = |name: &&'static str| -> Vec<&'static str> {
            match *name {
                "a" => vec!["b", "c"],
                "b" | "c" => vec!["d"],
                "d" => vec!["e"],
                "e" => vec!["d"],
                _ => vec![],
            }
        };
        assert_eq!(way_back(&"d", asks), Some(vec!["d", "e", "d"]));
        assert_eq!(way_back(&"a", asks), None, "a leads to a cycle and is not in it");
    }
}
