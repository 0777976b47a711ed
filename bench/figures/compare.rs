//! An experiment of 5,000 items beside its baseline, as the browser paints it (end2end/bench).

use std::time::Duration;

use serde::Deserialize;

use crate::Bench;
use crate::report::Figure;
use crate::samples::Samples;

const LIMIT_MS: f64 = 500.0;
const PAINT: &str = "Compare page of 5,000 items, first paint, p95";

/// Milliseconds from the begin of each navigation.
#[derive(Deserialize)]
struct Visits {
    /// To the first paint with content.
    paint: Vec<f64>,
    /// To the frame that shows the first items.
    items: Vec<f64>,
}

/// Reads what the browser measured; says so when it did not.
pub fn read(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let Some(file) = &bench.compare else {
        return Ok(vec![Figure::plain(PAINT, "not measured", "needs the browser: make bench")]);
    };
    let visits: Visits = serde_json::from_slice(&std::fs::read(file)?)?;
    anyhow::ensure!(!visits.paint.is_empty(), "the browser visited nothing");
    let (paint, items) = (samples(&visits.paint), samples(&visits.items));
    let how = format!(
        "{} visits of an experiment beside the one before, in Chromium with its cache; first contentful paint",
        paint.len()
    );
    Ok(vec![
        Figure::at_most(PAINT, paint.percentile(95.0), LIMIT_MS, "ms", how),
        Figure::plain("… p50", format!("{:.0} ms", paint.percentile(50.0)), "the same"),
        Figure::plain(
            "… to its items, p50",
            format!("{:.0} ms", items.percentile(50.0)),
            "to the frame that has the first rows",
        ),
        Figure::plain("… p95", format!("{:.0} ms", items.percentile(95.0)), "the same"),
    ])
}

fn samples(milliseconds: &[f64]) -> Samples {
    milliseconds.iter().map(|ms| Duration::from_secs_f64(ms.max(0.0) / 1e3)).collect()
}
