//! From a status write to the changed pixel, as the browser measured it (end2end/bench).

use std::time::Duration;

use crate::Bench;
use crate::report::Figure;
use crate::samples::Samples;

const LIMIT_MS: f64 = 100.0;

/// Reads the browser's milliseconds, a JSON array; says so when there are none.
pub fn read(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let Some(file) = &bench.pixel else {
        return Ok(vec![Figure::plain(
            "Status write to pixel, p95",
            "not measured",
            "needs the browser: make bench",
        )]);
    };
    let milliseconds: Vec<f64> = serde_json::from_slice(&std::fs::read(file)?)?;
    let samples: Samples =
        milliseconds.into_iter().map(|ms| Duration::from_secs_f64(ms.max(0.0) / 1e3)).collect();
    let how = format!(
        "{} status patches by API; from before the request to the first frame in Chromium that shows the row's new state",
        samples.len()
    );
    Ok(vec![
        Figure::plain(
            "Status write to pixel, p50",
            format!("{:.1} ms", samples.percentile(50.0)),
            "the same",
        ),
        Figure::at_most("Status write to pixel, p95", samples.percentile(95.0), LIMIT_MS, "ms", how),
    ])
}
