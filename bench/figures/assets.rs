//! What a browser loads before a page works.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;

use crate::Bench;
use crate::report::{Figure, number};

const LIMIT_KB: f64 = 300.0;
/// The list of the files of each part, as cargo-leptos writes it.
const MANIFEST: &str = "__wasm_split_manifest.";

/// The brotli files that every page loads, which are all that home needs, and with those of each part of the
/// interface (`src/app/parts.rs`).
pub fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let folder = bench.site.join("pkg");
    let (mut base, mut kinds, mut manifest) = (0.0, Vec::new(), None);
    for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with(MANIFEST) && name.ends_with(".json") {
            manifest = Some(name);
        } else if name.ends_with(".br") && (name.starts_with("arkdeck.") || name.starts_with("__wasm_split."))
        {
            let size = kilobytes(&folder.join(&name))?;
            base += size;
            let kind = name.trim_end_matches(".br").rsplit('.').next().unwrap_or_default();
            kinds.push(format!("{kind} {}", number(size)));
        }
    }
    let manifest =
        manifest.with_context(|| format!("no {MANIFEST}…json in {}: run `make build`", folder.display()))?;
    let parts: BTreeMap<String, Vec<String>> =
        serde_json::from_slice(&std::fs::read(folder.join(&manifest))?)
            .with_context(|| format!("reading {manifest}"))?;
    kinds.sort();
    let mut found = vec![Figure::at_most(
        "WASM, JS and CSS in brotli: home, and what every page needs",
        base,
        LIMIT_KB,
        "kB",
        kinds.join(", "),
    )];
    for (part, files) in parts {
        let mut own = 0.0;
        for file in &files {
            own += kilobytes(&folder.join(format!("{file}.wasm.br")))?;
        }
        let how = format!("{} more in {} files; fetched while another page stands", number(own), files.len());
        found.push(Figure::at_most(&format!("… {part}"), base + own, LIMIT_KB, "kB", how));
    }
    Ok(found)
}

fn kilobytes(path: &Path) -> anyhow::Result<f64> {
    let length = path.metadata().with_context(|| path.display().to_string())?.len();
    #[expect(clippy::cast_precision_loss, reason = "files are far below 2^53 bytes")]
    Ok(length as f64 / 1000.0)
}
