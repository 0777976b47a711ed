//! `arkdeck evaluate`: applies a suite, waits for its evaluations, says how they went, and passes or fails.
//!
//! A suite is ordinary YAML: whatever kubectl could apply, with at least one Evaluation. A running Arkdeck scores it; with
//! `--embedded` that is a child of this program, with the demo set, a folder of its own and nothing else.

mod child;
mod report;
mod suite;

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, anyhow};
use arkdeck::cli::EvaluateArgs;
use arkdeck::kubernetes::Cluster;
use arkdeck::resources::{Evaluation, EvaluationPhase};
use futures::TryStreamExt;
use futures::future::join_all;
use kube::Client;
use kube::api::Api;
use kube::runtime::{WatchStreamExt, watcher};

use child::Embedded;
use report::Report;

/// Runs the suite; whether its gate passes.
pub async fn evaluate(args: EvaluateArgs) -> anyhow::Result<bool> {
    let EvaluateArgs {
        files,
        kubeconfig,
        context,
        embedded,
        namespace,
        fail_under,
        timeout,
        junit,
        markdown,
        json,
    } = args;
    let suite = suite::read(&files)?;
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
    let all = async {
        let names = suite::apply(&client, &namespace, suite).await?;
        let all = join_all(names.iter().map(|name| ended(&client, &namespace, name))).await;
        all.into_iter().collect::<anyhow::Result<Vec<Evaluation>>>()
    };
    let evaluations = tokio::time::timeout(Duration::from_secs(timeout), all).await.map_err(|_| {
        anyhow!("the evaluations did not end within {timeout} s; raise --timeout, or look at them: kubectl get evaluations -n {namespace}")
    })??;
    let report = Report::of(&evaluations, fail_under);
    for (path, text) in [(junit, report.junit()), (markdown, report.markdown()), (json, report.json())] {
        if let Some(path) = path {
            write(&path, &text)?;
        }
    }
    say(&report.text());
    drop(child);
    Ok(report.passed())
}

/// The evaluation, once it has ended; what it says on the way goes to the terminal.
async fn ended(client: &Client, namespace: &str, name: &str) -> anyhow::Result<Evaluation> {
    let api: Api<Evaluation> = Api::namespaced(client.clone(), namespace);
    let only = watcher::Config::default().fields(&format!("metadata.name={name}"));
    let mut changes = std::pin::pin!(watcher(api, only).default_backoff().applied_objects());
    let mut said = String::new();
    loop {
        match changes.try_next().await {
            Ok(Some(evaluation)) => {
                let status = evaluation.status.clone().unwrap_or_default();
                if status.message != said && std::io::stderr().is_terminal() {
                    eprintln!("{name}: {}", status.message);
                    said = status.message;
                }
                if matches!(
                    status.phase,
                    Some(EvaluationPhase::Done | EvaluationPhase::Error | EvaluationPhase::Canceled)
                ) {
                    return Ok(evaluation);
                }
            }
            Ok(None) => return Err(anyhow!("the watch of Evaluation '{name}' has ended")),
            // The watch goes on by itself, later and later.
            Err(error) => tracing::debug!(%error, "the watch broke off"),
        }
    }
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// A reader that went away (`| head`) is no failure.
fn say(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}
