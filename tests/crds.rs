//! The chart carries the definitions that the types give.

#![allow(clippy::unwrap_used)] // Helpers of tests count as tests.

use std::{collections::BTreeMap, fs, path::Path};

use arkdeck::resources::crds_files;

/// Where the chart keeps them.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/charts/arkdeck/crds");

fn files_of(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries
        .map(|entry| {
            let path = entry.expect("entry").path();
            let name = path.file_name().expect("name").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("text"))
        })
        .collect()
}

#[test]
fn the_chart_has_the_definitions_of_the_types() {
    let generated: BTreeMap<_, _> = crds_files().expect("YAML").into_iter().collect();
    assert_eq!(generated.len(), 13);
    let committed = files_of(Path::new(FOLDER));
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        names(&committed),
        names(&generated),
        "charts/arkdeck/crds is stale: run `make crds` and commit"
    );
    for (name, text) in &generated {
        assert!(committed[name] == *text, "charts/arkdeck/crds/{name} is stale: run `make crds` and commit");
    }
}
