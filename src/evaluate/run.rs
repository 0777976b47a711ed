//! A suite is applied, waited for and judged.

use std::time::Duration;

use futures::future::try_join_all;
use kube::Client;

use super::baseline::Baseline;
use super::error::NotRun;
use super::follow::{Progress, ended};
use super::report::Report;
use super::suite::Suite;
use crate::resources::Evaluation;

/// What is asked of a suite.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// Namespace that it is applied in.
    pub namespace: String,
    /// Every score must reach this, from 0 to 1, instead of that every evaluation passes.
    pub fail_under: Option<f64>,
    /// What experiments are compared with: `NAME@3`, or `NAME` for its newest.
    pub baseline: Option<String>,
    /// Time that all of it may take.
    pub timeout: Duration,
}

/// Runs a suite with the rights of `client`, and tells how far its evaluations are.
///
/// # Errors
///
/// It could not be run: it is wrong, the API refuses it, or it did not end in time. What was applied then stays.
pub async fn run(
    client: &Client,
    suite: Suite,
    order: &Order,
    tell: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Report, NotRun> {
    let baseline = order.baseline.as_deref().map(Baseline::parse).transpose()?;
    if baseline.is_some() && !suite.has_experiments() {
        return Err(NotRun::Suite(
            "a baseline was named, and no Evaluation of the suite makes experiments: they need spec.config.dataSet".into(),
        ));
    }
    let all = all(client, suite, order, baseline.as_ref(), tell);
    let evaluations = tokio::time::timeout(order.timeout, all).await.map_err(|_| {
        NotRun::TimedOut(format!(
            "the evaluations did not end within {} s; give them more time, or look at them: kubectl get evaluations -n {}",
            order.timeout.as_secs(),
            order.namespace
        ))
    })??;
    Ok(Report::of(&evaluations, order.fail_under))
}

async fn all(
    client: &Client,
    suite: Suite,
    order: &Order,
    baseline: Option<&Baseline>,
    tell: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Vec<Evaluation>, NotRun> {
    let namespace = &order.namespace;
    suite.apply_what_is_named(client, namespace).await?;
    let (mut names, mut found) = (suite.evaluations(), Vec::new());
    let named = match baseline {
        None => None,
        // One of the suite: its experiment must be there before the others are compared with it.
        Some(baseline) if baseline.number.is_none() && names.len() > 1 && names.contains(&baseline.name) => {
            names.retain(|name| *name != baseline.name);
            suite.apply_evaluation(client, namespace, &baseline.name, None).await?;
            let evaluation = ended(client, namespace, &baseline.name, tell).await?;
            let named = baseline.newest(&evaluation)?;
            found.push(evaluation);
            Some(named)
        }
        Some(baseline) => Some(baseline.named(client, namespace).await?),
    };
    for name in &names {
        suite.apply_evaluation(client, namespace, name, named.as_deref()).await?;
    }
    found.extend(try_join_all(names.iter().map(|name| ended(client, namespace, name, tell))).await?);
    Ok(found)
}
