//! The lines of edges through the places of a layout: on to the right by curves, back through lanes under the members.

use std::fmt::Write as _;

use super::layout::{GAP, HEIGHT, Layout, MARGIN, WIDTH, to_f64};

/// Space between two lanes.
const LANE: f64 = 16.0;
/// Radius of a lane's corners.
const CORNER: f64 = 8.0;

/// The line of an edge.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// As the `d` of an SVG path.
    pub d: String,
    /// Where a word about the edge stands.
    pub middle: (f64, f64),
}

/// The line of each edge, and the height of the picture with what runs back.
pub fn lines(layout: &Layout, edges: &[(usize, usize)]) -> (Vec<Line>, f64) {
    let mut lanes = 0;
    let mut lines = Vec::with_capacity(edges.len());
    for (edge, (from, to)) in edges.iter().enumerate() {
        if from == to {
            lines.push(own(layout.places[*from]));
        } else if layout.layers[*from] < layout.layers[*to] {
            lines.push(on(layout, edge, *from, *to));
        } else {
            lines.push(back(layout, *from, *to, lanes));
            lanes += 1;
        }
    }
    let below = if lanes == 0 { 0.0 } else { to_f64(lanes) * LANE + MARGIN / 2.0 };
    (lines, layout.height + below)
}

/// Out at the right of one box, in at the left of another, through the places that are kept free between.
fn on(layout: &Layout, edge: usize, from: usize, to: usize) -> Line {
    let (start, end) = (layout.places[from], layout.places[to]);
    let mut at = (start.0 + WIDTH, start.1 + HEIGHT / 2.0);
    let mut d = format!("M{} {}", at.0, at.1);
    let goal = (end.0, end.1 + HEIGHT / 2.0);
    let first = layout.ways[edge].first().copied().unwrap_or(goal);
    let middle = ((at.0 + first.0) / 2.0, (at.1 + first.1) / 2.0);
    for way in &layout.ways[edge] {
        curve(&mut d, at, *way);
        at = (way.0 + WIDTH, way.1);
        let _ = write!(d, "H{}", at.0);
    }
    curve(&mut d, at, goal);
    Line { d, middle }
}

/// A curve that leaves and arrives level.
fn curve(d: &mut String, from: (f64, f64), to: (f64, f64)) {
    let half = (to.0 - from.0) / 2.0;
    let _ = write!(d, "C{} {} {} {} {} {}", from.0 + half, from.1, to.0 - half, to.1, to.0, to.1);
}

/// Down at the right of a box, along a lane under all members, and up to the left of another.
fn back(layout: &Layout, from: usize, to: usize, lane: usize) -> Line {
    let (start, end) = (layout.places[from], layout.places[to]);
    // Lanes side by side in the gaps too, so that two of them are two lines.
    let shift = to_f64(lane % 4) * 5.0;
    let (out, into) = (start.0 + WIDTH + GAP / 4.0 + shift, end.0 - GAP / 4.0 - shift);
    let (out_y, into_y) = (start.1 + HEIGHT * 0.72, end.1 + HEIGHT * 0.72);
    let below = layout.height + to_f64(lane) * LANE;
    let into = into.max(2.0);
    let mut d = format!("M{} {out_y}", start.0 + WIDTH);
    let _ = write!(d, "H{}Q{out} {out_y} {out} {}", out - CORNER, out_y + CORNER);
    let _ = write!(d, "V{}Q{out} {below} {} {below}", below - CORNER, out - CORNER);
    let _ = write!(d, "H{}Q{into} {below} {into} {}", into + CORNER, below - CORNER);
    let _ = write!(d, "V{}Q{into} {into_y} {} {into_y}H{}", into_y + CORNER, into + CORNER, end.0);
    Line { d, middle: ((out + into) / 2.0, below) }
}

/// Out of a box and into it again, over it.
fn own(place: (f64, f64)) -> Line {
    let (x, y) = (place.0 + WIDTH * 0.7, place.1);
    let d = format!("M{x} {y}C{} {} {} {} {} {y}", x - 4.0, y - 18.0, x + 36.0, y - 18.0, x + 32.0);
    Line { d, middle: (x + 16.0, y - 12.0) }
}

#[cfg(test)]
mod tests {
    use super::super::layout::layout;
    use super::*;

    #[test]
    fn edges_lead_on_by_curves_and_back_below() {
        let edges = [(0, 1), (1, 2), (2, 0), (0, 2), (1, 1)];
        let places = layout(3, &edges);
        let (lines, height) = lines(&places, &edges);
        assert_eq!(lines.len(), edges.len());
        assert!(height > places.height, "a lane needs room");
        assert!(lines[2].middle.1 >= places.height, "{:?}", lines[2]);
        assert!(lines[3].d.contains('H'), "through the place kept free: {:?}", lines[3]);
        assert!(lines.iter().all(|line| line.d.starts_with('M') && !line.d.contains("NaN")));
    }

    #[test]
    fn nothing_runs_back_in_a_chain() {
        let places = layout(2, &[(0, 1)]);
        assert_eq!(lines(&places, &[(0, 1)]).1, places.height);
    }
}
