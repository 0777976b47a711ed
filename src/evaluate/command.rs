//! The command `arkdeck evaluate`: its settings, its terminal and its files.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, anyhow};
use parking_lot::Mutex;

use super::child::Embedded;
use super::progress::Board;
use super::report::Format;
use super::run::{Order, run};
use super::suite::Suite;
use crate::cli::EvaluateArgs;
use crate::engine::sandbox::Sandbox;
use crate::kubernetes::Cluster;

/// Runs the suite; whether its gate passes.
pub async fn evaluate(args: EvaluateArgs) -> anyhow::Result<bool> {
    let EvaluateArgs {
        files,
        kubeconfig,
        context,
        embedded,
        namespace,
        fail_under,
        baseline,
        timeout,
        junit,
        markdown,
        json,
    } = args;
    let suite = Suite::read(&files, &Sandbox::new(Sandbox::own_program())).await?;
    let (client, child) = if embedded {
        let child = Embedded::start().await?;
        (Cluster::kubeconfig(Some(&child.kubeconfig()), None).await?.client, Some(child))
    } else if kubeconfig.is_some() || context.is_some() {
        (Cluster::kubeconfig(kubeconfig.as_deref(), context.as_deref()).await?.client, None)
    } else {
        return Err(anyhow!(
            "say where to evaluate: --kubeconfig FILE or --context NAME of a running Arkdeck's API, or --embedded"
        ));
    };
    let order = Order { namespace, fail_under, baseline, timeout: Duration::from_secs(timeout) };
    let board = Mutex::new(Board::default());
    let terminal = std::io::stderr().is_terminal();
    let tell = |progress| {
        if terminal {
            let drawn = board.lock().tell(progress);
            let _ = std::io::stderr().write_all(drawn.as_bytes());
        }
    };
    let report = run(&client, suite, &order, &tell).await?;
    for (path, format) in [(junit, Format::Junit), (markdown, Format::Markdown), (json, Format::Json)] {
        if let Some(path) = path {
            write(&path, &report.written(format))?;
        }
    }
    say(&report.written(Format::Text));
    drop(child);
    Ok(report.passed())
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// A reader that went away (`| head`) is no failure.
fn say(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}
