//! From spawning the process to the last byte of its first page.

use crate::Bench;
use crate::process::Arkdeck;
use crate::report::Figure;
use crate::samples::Samples;

const ROUNDS: usize = 10;
const LIMIT_MS: f64 = 500.0;

/// On an empty data folder with the demo set (the first start of all), and again on a folder that is there.
pub async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let (mut first, mut again) = (Samples::default(), Samples::default());
    for _ in 0..ROUNDS {
        let folder = tempfile::tempdir()?;
        for samples in [&mut first, &mut again] {
            let arkdeck = Arkdeck::on(bench, folder.path().to_path_buf(), true).await?;
            let page = reqwest::get(format!("{}/ns/default", arkdeck.url)).await?.error_for_status()?;
            page.bytes().await?;
            samples.push(arkdeck.spawned.elapsed());
            arkdeck.kill().await?;
        }
    }
    let how = format!("process start to the last byte of /ns/default, median of {ROUNDS}");
    Ok(vec![
        Figure::at_most(
            "Start-up to first page, new data, demo set",
            first.percentile(50.0),
            LIMIT_MS,
            "ms",
            &how,
        ),
        Figure::at_most("Start-up to first page, after a kill", again.percentile(50.0), LIMIT_MS, "ms", &how),
    ])
}
