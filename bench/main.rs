//! `make bench`: measures the figures of docs/benchmarks.md on the release binary, from outside, over its own doors.
//!
//! `bench [--pixel FILE] [--compare FILE] [--only NAME]`: the files hold what the browser measured (end2end/bench). Results go to
//! docs/benchmarks.md, with the hand-written bench/notes.md below them.

mod cluster;
mod figures;
mod machine;
mod model;
mod process;
mod report;
mod samples;

use std::path::PathBuf;

use report::Figure;

/// How the line of a figure begins that could not be measured.
const FAILED: &str = "Not measured";

/// Everything the figures share.
pub struct Bench {
    /// The release binary.
    pub binary: PathBuf,
    /// Its assets, as `make build` left them.
    pub site: PathBuf,
    /// What the browser measured of a change, if it did.
    pub pixel: Option<PathBuf>,
    /// What it measured of a comparison.
    pub compare: Option<PathBuf>,
    /// Starts etcd and kube-apiserver.
    pub cluster: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Two crates may bring a TLS provider each; rustls wants to be told.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut bench = Bench {
        binary: root.join("target/release/arkdeck"),
        site: root.join("target/site"),
        pixel: None,
        compare: None,
        cluster: root.join("tests/cluster/run"),
    };
    let mut only = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--pixel" => bench.pixel = arguments.next().map(PathBuf::from),
            "--compare" => bench.compare = arguments.next().map(PathBuf::from),
            "--only" => only = arguments.next(),
            other => {
                anyhow::bail!("unknown argument {other}: bench [--pixel FILE] [--compare FILE] [--only NAME]")
            }
        }
    }
    anyhow::ensure!(bench.binary.exists(), "{} is missing: run `make build`", bench.binary.display());

    let wanted = |name: &str| only.as_deref().is_none_or(|only| only == name);
    let mut found: Vec<Figure> = Vec::new();
    if wanted("start") {
        take(&mut found, "start-up", figures::start::measure(&bench).await);
    }
    if wanted("memory") {
        take(&mut found, "idle memory", figures::memory::measure(&bench).await);
    }
    if wanted("query") {
        take(&mut found, "latency of a query", figures::query::measure(&bench).await);
    }
    if wanted("run") {
        take(&mut found, "the run itself", figures::run::measure(&bench).await);
    }
    if wanted("turns") {
        take(&mut found, "turns of a team", figures::turns::measure(&bench).await);
    }
    if wanted("burst") {
        take(&mut found, "the burst", figures::burst::measure(&bench).await);
    }
    if wanted("cluster") {
        take(&mut found, "the burst on a cluster", figures::burst::on_cluster(&bench).await);
    }
    if wanted("evaluations") {
        take(&mut found, "experiments", figures::evaluations::measure(&bench).await);
    }
    if wanted("compare") {
        take(&mut found, "the compare page", figures::compare::read(&bench));
    }
    if wanted("streams") {
        take(&mut found, "watched streams", figures::streams::measure(&bench).await);
    }
    if wanted("pixel") {
        take(&mut found, "status write to pixel", figures::pixel::read(&bench));
    }
    if wanted("objects") {
        take(&mut found, "lists and creates", figures::objects::measure(&bench).await);
    }
    if wanted("assets") {
        take(&mut found, "assets", figures::assets::measure(&bench));
    }
    let failed = found.iter().filter(|figure| figure.name.starts_with(FAILED)).count();
    let text =
        report::render(&found, &std::fs::read_to_string(root.join("bench/notes.md")).unwrap_or_default());
    if only.is_none() {
        std::fs::write(root.join("docs/benchmarks.md"), &text)?;
    }
    println!("{text}");
    anyhow::ensure!(failed == 0, "{failed} of the figures could not be measured: see above");
    Ok(())
}

/// Keeps what was measured; what could not be is a line of its own, and costs the others nothing.
fn take(found: &mut Vec<Figure>, what: &str, measured: anyhow::Result<Vec<Figure>>) {
    match measured {
        Ok(figures) => found.extend(figures),
        Err(error) => {
            eprintln!("{what}: {error:#}");
            found.push(Figure::plain(
                &format!("{FAILED}: {what}"),
                "-",
                format!("{error:#}").replace('\n', " "),
            ));
        }
    }
}
