//! Who is asked: the named targets and everything that the selector matches.

use kube::ResourceExt;

use super::Run;
use crate::engine::error::{RunError, codes};
use crate::engine::world::{Readable, World};
use crate::resources::agent::Agent;
use crate::resources::model::Model;
use crate::resources::query::{QueryTarget, TargetType};
use crate::resources::selector::{LabelSelector, SelectorOperator};
use crate::resources::team::Team;
use crate::resources::tool::Tool;

/// Targets of one query, those of its selector included.
const MAX_TARGETS: usize = 100;

/// The targets of a run's query. On resume they come from the journal instead, so that nobody joins or leaves midway.
pub(super) async fn resolve(run: &Run) -> Result<Vec<QueryTarget>, RunError> {
    let spec = &run.query.spec;
    let mut targets = spec.targets();
    if let Some(selector) = &spec.selector {
        let labels = text(selector);
        for found in [
            names::<Agent>(&run.world, &run.namespace, &labels, TargetType::Agent).await?,
            names::<Team>(&run.world, &run.namespace, &labels, TargetType::Team).await?,
            names::<Model>(&run.world, &run.namespace, &labels, TargetType::Model).await?,
            names::<Tool>(&run.world, &run.namespace, &labels, TargetType::Tool).await?,
        ] {
            let new: Vec<QueryTarget> =
                found.into_iter().filter(|target| !targets.contains(target)).collect();
            targets.extend(new);
        }
        if targets.is_empty() {
            return Err(RunError::new(
                codes::NO_TARGETS,
                format!(
                    "The selector '{labels}' matches no agent, team, model or tool in namespace '{}'. Label one, or name a target.",
                    run.namespace
                ),
            ));
        }
    }
    match targets.len() {
        0 => Err(RunError::new(
            codes::NO_TARGETS,
            "The query names no target. Set spec.target or spec.selector.",
        )),
        n if n > MAX_TARGETS => Err(RunError::new(
            codes::TOO_MANY_TARGETS,
            format!("The query has {n} targets, more than {MAX_TARGETS}. Narrow spec.selector."),
        )),
        _ => Ok(targets),
    }
}

async fn names<K: Readable>(
    world: &World,
    namespace: &str,
    labels: &str,
    type_: TargetType,
) -> Result<Vec<QueryTarget>, RunError> {
    let found = world.select::<K>(namespace, labels).await?;
    Ok(found.iter().map(|object| QueryTarget::new(type_, object.name_any())).collect())
}

/// The selector as the API takes it: `app=a,tier notin (x, y)`.
fn text(selector: &LabelSelector) -> String {
    let equal = selector.match_labels.iter().map(|(key, value)| format!("{key}={value}"));
    let other = selector.match_expressions.iter().map(|expression| {
        let (key, values) = (&expression.key, expression.values.join(","));
        match expression.operator {
            SelectorOperator::In => format!("{key} in ({values})"),
            SelectorOperator::NotIn => format!("{key} notin ({values})"),
            SelectorOperator::Exists => key.clone(),
            SelectorOperator::DoesNotExist => format!("!{key}"),
        }
    });
    equal.chain(other).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_written_as_the_api_takes_them() {
        let selector: LabelSelector = serde_json::from_value(serde_json::json!({
            "matchLabels": {"app": "tide"},
            "matchExpressions": [
                {"key": "tier", "operator": "In", "values": ["a", "b"]},
                {"key": "old", "operator": "DoesNotExist"},
            ],
        }))
        .unwrap();
        assert_eq!(text(&selector), "app=tide,tier in (a,b),!old");
    }
}
