//! `make bench`: measures the figures of docs/benchmarks.md on the release binary, from outside, over its own doors.
//!
//! `bench [--pixel FILE] [--only NAME]`: FILE holds what the browser measured (end2end/bench). Results go to
//! docs/benchmarks.md, with the hand-written bench/notes.md below them.

mod cluster;
mod figures;
mod machine;
mod model;
mod process;
mod report;
mod samples;

use std::path::PathBuf;

use anyhow::Context;

use report::Figure;

/// Everything the figures share.
pub struct Bench {
    /// The release binary.
    pub binary: PathBuf,
    /// Its assets, as `make build` left them.
    pub site: PathBuf,
    /// What the browser measured, if it did.
    pub pixel: Option<PathBuf>,
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
        cluster: root.join("tests/cluster/run"),
    };
    let mut only = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--pixel" => bench.pixel = arguments.next().map(PathBuf::from),
            "--only" => only = arguments.next(),
            other => anyhow::bail!("unknown argument {other}: bench [--pixel FILE] [--only NAME]"),
        }
    }
    anyhow::ensure!(bench.binary.exists(), "{} is missing: run `make build`", bench.binary.display());

    let wanted = |name: &str| only.as_deref().is_none_or(|only| only == name);
    let mut found: Vec<Figure> = Vec::new();
    if wanted("start") {
        found.extend(figures::start::measure(&bench).await.context("start-up")?);
    }
    if wanted("memory") {
        found.extend(figures::memory::measure(&bench).await.context("idle memory")?);
    }
    if wanted("query") {
        found.extend(figures::query::measure(&bench).await.context("latency of a query")?);
    }
    if wanted("run") {
        found.extend(figures::run::measure(&bench).await.context("the run itself")?);
    }
    if wanted("turns") {
        found.extend(figures::turns::measure(&bench).await.context("turns of a team")?);
    }
    if wanted("burst") {
        found.extend(figures::burst::measure(&bench).await.context("the burst")?);
    }
    if wanted("cluster") {
        found.extend(figures::burst::on_cluster(&bench).await.context("the burst on a cluster")?);
    }
    if wanted("evaluations") {
        found.extend(figures::evaluations::measure(&bench).await.context("experiments")?);
    }
    if wanted("streams") {
        found.extend(figures::streams::measure(&bench).await.context("watched streams")?);
    }
    if wanted("pixel") {
        found.extend(figures::pixel::read(&bench).context("status write to pixel")?);
    }
    if wanted("objects") {
        found.extend(figures::objects::measure(&bench).await.context("lists and creates")?);
    }
    if wanted("assets") {
        found.extend(figures::assets::measure(&bench).context("assets")?);
    }
    let text =
        report::render(&found, &std::fs::read_to_string(root.join("bench/notes.md")).unwrap_or_default());
    if only.is_none() {
        std::fs::write(root.join("docs/benchmarks.md"), &text)?;
    }
    println!("{text}");
    Ok(())
}
