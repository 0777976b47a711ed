//! What a browser loads before the interface works.

use anyhow::Context;

use crate::Bench;
use crate::report::{Figure, number};

const LIMIT_KB: f64 = 300.0;

/// Sum of the brotli files of `pkg/` that every page loads.
pub fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let folder = bench.site.join("pkg");
    let (mut sum, mut parts) = (0.0, Vec::new());
    for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        for kind in ["wasm", "js", "css"] {
            if name.ends_with(&format!(".{kind}.br")) {
                let kilobytes = entry.metadata()?.len() as f64 / 1000.0;
                sum += kilobytes;
                parts.push(format!("{kind} {}", number(kilobytes)));
            }
        }
    }
    anyhow::ensure!(!parts.is_empty(), "no brotli files in {}: run `make build`", folder.display());
    parts.sort();
    let how = format!("{}; the YAML editor is loaded on YAML tabs only", parts.join(", "));
    Ok(vec![Figure::at_most("WASM, JS and CSS in brotli", sum, LIMIT_KB, "kB", how)])
}
