//! Geometry of the charts, in hundredths of their width and height.

use crate::views::experiments::{BINS, Point};

/// Least height of a bar that stands for something, so that it is seen.
const LEAST: f64 = 2.0;
/// Share of the room of a bin between its left edge and its first bar.
const MARGIN: f64 = 0.08;
/// Share of the room of a bin that one bar takes.
const BAR: f64 = 0.4;
/// Room kept free at the edges, so that points are not cut.
const EDGE: f64 = 2.0;

/// A bar from the bottom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// Left edge.
    pub x: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// Bars of a histogram.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Histogram {
    /// Of what is shown.
    pub here: Vec<Bar>,
    /// Of the baseline.
    pub base: Vec<Bar>,
    /// Items at the top of the axis.
    pub most: usize,
}

/// The bars of bins: (here, baseline).
pub fn histogram(bins: &[(usize, usize)], compared: bool) -> Histogram {
    let most =
        bins.iter().map(|(here, base)| if compared { *here.max(base) } else { *here }).max().unwrap_or(0);
    let top = round_up(most);
    let room = 100.0 / to_f64(BINS);
    let tall = |count: usize| match count {
        0 => 0.0,
        count => (to_f64(count) / to_f64(top) * 100.0).max(LEAST),
    };
    let mut all = Histogram { most: top, ..Histogram::default() };
    let mut left = 0.0;
    for (here, base) in bins {
        let first = left + room * MARGIN;
        if compared {
            all.base.push(Bar { x: first, width: room * BAR, height: tall(*base) });
            let second = first + room * BAR + room * 0.02;
            all.here.push(Bar { x: second, width: room * BAR, height: tall(*here) });
        } else {
            all.here.push(Bar { x: first, width: room * (1.0 - 2.0 * MARGIN), height: tall(*here) });
        }
        left += room;
    }
    all
}

/// The next even number that halves well: the axis names its middle.
fn round_up(most: usize) -> usize {
    let step = match most {
        0..=10 => 2,
        11..=50 => 10,
        51..=200 => 20,
        201..=2_000 => 200,
        _ => 1_000,
    };
    most.max(1).div_ceil(step) * step
}

/// What is drawn across: time or money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Across {
    /// Time of the answer.
    Latency,
    /// Cost of the answer.
    Cost,
}

impl Across {
    /// The value of a point, where it has one.
    pub fn of(self, point: &Point) -> Option<i64> {
        match self {
            Self::Latency => Some(point.latency_ms),
            Self::Cost => point.cost_nanos,
        }
    }
}

/// Points of a scatter as two lines of dots, and the value at the right edge.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scatter {
    /// SVG path of the points that passed.
    pub passed: String,
    /// SVG path of those that did not.
    pub failed: String,
    /// The largest value.
    pub most: i64,
    /// Points that are drawn.
    pub drawn: usize,
}

/// Where a point is: from the left, from the top.
pub fn place(point: &Point, across: Across, most: i64) -> Option<(f64, f64)> {
    let value = across.of(point)?;
    let right = to_f64_signed(value.max(0)) / to_f64_signed(most.max(1));
    let room = 100.0 - 2.0 * EDGE;
    Some((EDGE + right.min(1.0) * room, EDGE + (1.0 - point.score.clamp(0.0, 1.0)) * room))
}

/// Draws points.
pub fn scatter(points: &[Point], across: Across) -> Scatter {
    use std::fmt::Write;
    let most = points.iter().filter_map(|point| across.of(point)).max().unwrap_or(0);
    let mut all = Scatter { most, ..Scatter::default() };
    for point in points {
        let Some((x, y)) = place(point, across, most) else { continue };
        let path = if point.passed { &mut all.passed } else { &mut all.failed };
        // A line of no length has round or square ends only, which keep their shape when the picture is stretched.
        let _ = write!(path, "M{x:.2} {y:.2}h0");
        all.drawn += 1;
    }
    all
}

/// The point next to a place, in hundredths.
pub fn nearest(points: &[Point], across: Across, most: i64, x: f64, y: f64) -> Option<&Point> {
    /// Farther than this is beside all of them.
    const NEAR: f64 = 6.0;
    let distance = |point: &Point| {
        let (left, top) = place(point, across, most)?;
        Some((left - x).hypot(top - y))
    };
    let near = points.iter().filter_map(|point| Some((distance(point)?, point)));
    near.filter(|(far, _)| *far <= NEAR).min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, point)| point)
}

#[expect(clippy::cast_precision_loss, reason = "heights in a picture")]
fn to_f64(number: usize) -> f64 {
    number as f64
}

#[expect(clippy::cast_precision_loss, reason = "places in a picture")]
fn to_f64_signed(number: i64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_begin_at_zero_and_little_is_seen() {
        let mut bins = [(0, 0); BINS];
        bins[9] = (34, 33);
        bins[0] = (1, 0);
        let drawn = histogram(&bins, true);
        assert_eq!(drawn.most, 40);
        assert!((drawn.here[9].height - 85.0).abs() < 0.01);
        assert!((drawn.here[0].height - 2.5).abs() < 0.01);
        assert_eq!(drawn.base[0].height, 0.0);
        assert!(drawn.here[9].x + drawn.here[9].width <= 100.0);
        assert!(histogram(&bins, false).base.is_empty());
        assert_eq!([0, 1, 7, 36, 120, 4_999].map(round_up), [2, 2, 8, 40, 120, 5_000]);
    }

    #[test]
    fn points_are_inside_and_found_again() {
        let point = |item: &str, score, latency_ms, passed| Point {
            item: item.into(),
            score,
            latency_ms,
            passed,
            cost_nanos: None,
        };
        let points = [point("a", 1.0, 0, true), point("b", 0.0, 400, false)];
        let drawn = scatter(&points, Across::Latency);
        assert_eq!((drawn.passed.as_str(), drawn.failed.as_str()), ("M2.00 2.00h0", "M98.00 98.00h0"));
        assert_eq!(
            nearest(&points, Across::Latency, drawn.most, 97.0, 95.0).map(|p| p.item.as_str()),
            Some("b")
        );
        assert_eq!(nearest(&points, Across::Latency, drawn.most, 50.0, 50.0), None);
        assert_eq!(scatter(&points, Across::Cost).drawn, 0);
    }
}
