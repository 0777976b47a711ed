//! What the embedded API refuses besides what the definitions say: rules of an Evaluation that cannot be read.
//!
//! A cluster's API asks nobody; there the controller ends such an Evaluation with the same sentence.

use std::sync::Arc;

use futures::{FutureExt, future};
use serde_json::{Value, json};

use crate::embedded::Check;
use crate::embedded::schema::{CauseReason, FieldError};
use crate::engine::sandbox::Sandbox;
use crate::evaluation::misread::{misread, same_rules};
use crate::resources::kind::Kind;

/// The checks, made by children of `sandbox`.
pub fn checks(sandbox: &Sandbox) -> Vec<Check> {
    let sandbox = sandbox.clone();
    let kind = Kind::Evaluation;
    let group = kind.api_version().split('/').next().unwrap_or_default().to_owned();
    let look = Arc::new(move |object: &Value, live: Option<&Value>| {
        let spec = &object["spec"];
        // What was let in once can still be labelled, and deleted behind its finalizers.
        if live.is_some_and(|live| same_rules(spec, &live["spec"])) {
            return future::ready(Vec::new()).boxed();
        }
        let (sandbox, spec) = (sandbox.clone(), spec.clone());
        async move { refused(&sandbox, &spec).await }.boxed()
    });
    vec![Check { group, kind: kind.name().to_owned(), look }]
}

async fn refused(sandbox: &Sandbox, spec: &Value) -> Vec<FieldError> {
    match misread(sandbox, spec).await {
        Ok(wrong) => wrong
            .into_iter()
            .map(|one| FieldError {
                message: format!("Invalid value: {}: {}", json!(one.expression), one.sentence),
                field: one.field,
                reason: CauseReason::Invalid,
            })
            .collect(),
        // The rules are not at fault; they are read again when the evaluation is scored.
        Err(error) => {
            tracing::warn!(%error, "rules of an Evaluation could not be read before it was stored");
            Vec::new()
        }
    }
}
