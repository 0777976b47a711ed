//! Where the members of a team stand in its picture: in layers from left to right, as its edges lead.
//!
//! Pure, and the same for the same edges: cycles are opened where a walk from the first member closes them, each member
//! stands behind all that lead to it, and within a layer members stand near those that lead to them (barycenters, as in
//! Sugiyama's method). Edges over several layers keep a place free in each. Sizes are those of an SVG's units.

/// Width of a member's box.
pub const WIDTH: f64 = 162.0;
/// Height of a member's box.
pub const HEIGHT: f64 = 54.0;
/// Free space between layers, in which edges run.
pub const GAP: f64 = 52.0;
/// Free space between boxes of a layer.
const ROW_GAP: f64 = 28.0;
/// Space around the picture.
pub const MARGIN: f64 = 16.0;
/// Sweeps over the layers that look for a better order.
const SWEEPS: usize = 6;
/// Boxes of a row where there are no edges that would order them.
const ROW: usize = 4;

/// What has a place in a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    /// A member.
    Member(usize),
    /// The way of an edge, by its place in the list.
    Way(usize),
}

/// Places of members and ways of edges.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layout {
    /// Width of the picture.
    pub width: f64,
    /// Height of the members; what runs back runs below.
    pub height: f64,
    /// Upper left corner of each member.
    pub places: Vec<(f64, f64)>,
    /// For each edge that leads on over several layers: the middles of the places that it keeps free, by layer.
    pub ways: Vec<Vec<(f64, f64)>>,
    /// Layer of each member.
    pub layers: Vec<usize>,
}

/// Places `count` members with `edges` between them, from and to; edges to nowhere are left out by the caller.
pub fn layout(count: usize, edges: &[(usize, usize)]) -> Layout {
    if count == 0 {
        return Layout { ways: vec![Vec::new(); edges.len()], ..Layout::default() };
    }
    if edges.iter().all(|(from, to)| from == to) {
        return rows(count, edges.len());
    }
    let on = forward(count, edges);
    let layers = layers(count, edges, &on);
    let columns = ordered(columns(count, edges, &on, &layers), edges);
    placed(count, edges, columns, layers)
}

/// Members without an order, in rows.
fn rows(count: usize, edges: usize) -> Layout {
    let place = |at: usize| {
        let (column, row) = (at % ROW, at / ROW);
        (MARGIN + to_f64(column) * (WIDTH + GAP), MARGIN + to_f64(row) * (HEIGHT + ROW_GAP))
    };
    let places: Vec<_> = (0..count).map(place).collect();
    let (width, height) = extent(&places);
    Layout { width, height, layers: vec![0; count], ways: vec![Vec::new(); edges], places }
}

/// Which edges lead on: those that a walk from the first member, then from each that it left out, does not meet on
/// its way back.
fn forward(count: usize, edges: &[(usize, usize)]) -> Vec<bool> {
    const NEW: u8 = 0;
    const OPEN: u8 = 1;
    const DONE: u8 = 2;
    let mut next = vec![Vec::new(); count];
    for (at, (from, _)) in edges.iter().enumerate() {
        next[*from].push(at);
    }
    let (mut on, mut state) = (vec![true; edges.len()], vec![NEW; count]);
    for start in 0..count {
        if state[start] != NEW {
            continue;
        }
        state[start] = OPEN;
        let mut stack = vec![(start, 0)];
        while let Some((member, tried)) = stack.last_mut() {
            let Some(&edge) = next[*member].get(*tried) else {
                state[*member] = DONE;
                stack.pop();
                continue;
            };
            *tried += 1;
            let to = edges[edge].1;
            match state[to] {
                NEW => {
                    state[to] = OPEN;
                    stack.push((to, 0));
                }
                OPEN => on[edge] = false,
                _ => {}
            }
        }
    }
    on
}

/// The longest way to each member along edges that lead on.
fn layers(count: usize, edges: &[(usize, usize)], on: &[bool]) -> Vec<usize> {
    let mut layers = vec![0; count];
    // Without cycles no way is longer than there are members.
    for _ in 0..count {
        let mut moved = false;
        for (edge, (from, to)) in edges.iter().enumerate() {
            if on[edge] && layers[*to] <= layers[*from] {
                layers[*to] = layers[*from] + 1;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    layers
}

fn columns(count: usize, edges: &[(usize, usize)], on: &[bool], layers: &[usize]) -> Vec<Vec<Slot>> {
    let last = layers.iter().copied().max().unwrap_or_default();
    let mut columns = vec![Vec::new(); last + 1];
    for member in 0..count {
        columns[layers[member]].push(Slot::Member(member));
    }
    for (edge, (from, to)) in edges.iter().enumerate().filter(|(edge, _)| on[*edge]) {
        for column in columns.iter_mut().take(layers[*to]).skip(layers[*from] + 1) {
            column.push(Slot::Way(edge));
        }
    }
    columns
}

/// The columns, each in the order of the middles of its neighbours.
fn ordered(mut columns: Vec<Vec<Slot>>, edges: &[(usize, usize)]) -> Vec<Vec<Slot>> {
    for sweep in 0..SWEEPS {
        let back = sweep % 2 == 1;
        for step in 1..columns.len() {
            let at = if back { columns.len() - 1 - step } else { step };
            let beside = if back { at + 1 } else { at - 1 };
            let neighbours = columns[beside].clone();
            let middle = |slot: &Slot, now: usize| {
                let met: Vec<usize> =
                    (0..neighbours.len()).filter(|place| joined(*slot, neighbours[*place], edges)).collect();
                let share = to_f64(neighbours.len().max(1));
                match met.len() {
                    0 => to_f64(now),
                    count => {
                        met.iter().map(|place| to_f64(*place)).sum::<f64>() / to_f64(count) + 0.5 / share
                    }
                }
            };
            let mut column: Vec<(f64, Slot)> =
                columns[at].iter().enumerate().map(|(now, slot)| (middle(slot, now), *slot)).collect();
            column.sort_by(|a, b| a.0.total_cmp(&b.0));
            columns[at] = column.into_iter().map(|(_, slot)| slot).collect();
        }
    }
    columns
}

/// Whether an edge goes from one slot to the other.
fn joined(a: Slot, b: Slot, edges: &[(usize, usize)]) -> bool {
    match (a, b) {
        (Slot::Member(a), Slot::Member(b)) => edges.contains(&(a, b)) || edges.contains(&(b, a)),
        (Slot::Way(a), Slot::Way(b)) => a == b,
        (Slot::Member(member), Slot::Way(edge)) | (Slot::Way(edge), Slot::Member(member)) => {
            edges[edge].0 == member || edges[edge].1 == member
        }
    }
}

fn placed(count: usize, edges: &[(usize, usize)], columns: Vec<Vec<Slot>>, layers: Vec<usize>) -> Layout {
    let most = columns.iter().map(Vec::len).max().unwrap_or_default();
    let pitch = HEIGHT + ROW_GAP;
    let (mut places, mut ways) = (vec![(MARGIN, MARGIN); count], vec![Vec::new(); edges.len()]);
    for (column, slots) in columns.iter().enumerate() {
        let x = MARGIN + to_f64(column) * (WIDTH + GAP);
        // Each column stands in the middle of the picture.
        let top = MARGIN + to_f64(most - slots.len()) * pitch / 2.0;
        for (row, slot) in slots.iter().enumerate() {
            let y = top + to_f64(row) * pitch;
            match slot {
                Slot::Member(member) => places[*member] = (x, y),
                Slot::Way(edge) => ways[*edge].push((x, y + HEIGHT / 2.0)),
            }
        }
    }
    let (width, _) = extent(&places);
    let height = MARGIN + to_f64(most) * pitch - ROW_GAP + MARGIN;
    Layout { width, height, places, ways, layers }
}

fn extent(places: &[(f64, f64)]) -> (f64, f64) {
    let most = |all: &mut dyn Iterator<Item = f64>| all.fold(0.0, f64::max);
    let width = most(&mut places.iter().map(|place| place.0)) + WIDTH + MARGIN;
    let height = most(&mut places.iter().map(|place| place.1)) + HEIGHT + MARGIN;
    (width, height)
}

#[expect(clippy::cast_precision_loss, reason = "places in a list of at most some hundred")]
pub(super) fn to_f64(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlap(layout: &Layout) -> bool {
        let all = &layout.places;
        (0..all.len()).any(|a| {
            (0..a).any(|b| (all[a].0 - all[b].0).abs() < WIDTH && (all[a].1 - all[b].1).abs() < HEIGHT)
        })
    }

    #[test]
    fn a_chain_stands_in_a_line() {
        let chain = layout(3, &[(0, 1), (1, 2)]);
        assert_eq!(chain.layers, [0, 1, 2]);
        assert!(chain.places.iter().all(|place| (place.1 - chain.places[0].1).abs() < 0.1));
        assert!(chain.places[0].0 < chain.places[1].0 && chain.places[1].0 < chain.places[2].0);
    }

    #[test]
    fn a_cycle_begins_with_the_first_member() {
        let cycle = layout(3, &[(2, 0), (0, 1), (1, 2)]);
        assert_eq!(cycle.layers, [0, 1, 2]);
        assert!(cycle.ways.iter().all(Vec::is_empty));
        assert_eq!(layout(2, &[(0, 0), (0, 1), (1, 0)]).layers, [0, 1]);
    }

    #[test]
    fn an_edge_over_several_layers_keeps_places_free() {
        let graph = layout(4, &[(0, 1), (1, 2), (2, 3), (0, 3)]);
        assert_eq!(graph.layers, [0, 1, 2, 3]);
        let way = &graph.ways[3];
        assert_eq!(way.len(), 2);
        let free = way.iter().all(|(x, y)| {
            graph.places.iter().all(|place| *x != place.0 || *y < place.1 || *y > place.1 + HEIGHT)
        });
        assert!(free, "{graph:?}");
    }

    #[test]
    fn branches_do_not_cross_when_they_need_not() {
        // Two arms that are named crosswise: 1 leads to 4, 2 leads to 3.
        let graph = layout(6, &[(0, 1), (0, 2), (1, 4), (2, 3), (3, 5), (4, 5)]);
        let above = |a: usize, b: usize| graph.places[a].1 < graph.places[b].1;
        assert_eq!(above(1, 2), above(4, 3), "{graph:?}");
    }

    #[test]
    fn nothing_overlaps_and_the_same_is_the_same() {
        // A walk over many graphs, the same on every run.
        let mut seed = 7_usize;
        for count in 1..30 {
            let mut edges = Vec::new();
            for _ in 0..count * 2 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                edges.push(((seed >> 33) % count, (seed >> 40) % count));
            }
            let graph = layout(count, &edges);
            assert!(!overlap(&graph), "{count}: {edges:?}");
            assert_eq!(graph, layout(count, &edges));
            let inside =
                graph.places.iter().all(|(x, y)| x + WIDTH < graph.width && y + HEIGHT < graph.height);
            assert!(inside, "{graph:?}");
        }
    }

    #[test]
    fn members_without_edges_stand_in_rows() {
        let rows = layout(5, &[]);
        assert!(!overlap(&rows));
        assert!(rows.places[4].1 > rows.places[0].1);
        assert_eq!(layout(0, &[]).places, []);
    }

    #[test]
    fn the_largest_team_that_the_schema_allows_is_placed_at_once() {
        let edges: Vec<(usize, usize)> = (0..400).map(|at| ((at * 7) % 100, (at * 13 + 1) % 100)).collect();
        let begun = std::time::Instant::now();
        assert_eq!(layout(100, &edges).places.len(), 100);
        assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
    }
}
