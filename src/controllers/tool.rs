//! Tools: `Ready` once what they say makes sense. Whether the far side answers is found out by calls, as in Ark.

use std::sync::Arc;
use std::time::Duration;

use kube::ResourceExt;
use tokio_util::sync::CancellationToken;

use super::follow::{Told, follow};
use super::queue::{Queue, work};
use super::{ControllerDeps, patch};
use crate::resources::tool::{Tool, ToolSpec, ToolStatus, ToolType};

/// Tools at once.
const AT_ONCE: usize = 4;

/// Runs the controller.
pub(super) async fn run(deps: ControllerDeps, shutdown: CancellationToken) {
    let queue: Arc<Queue> = Arc::default();
    let key = |tool: &Tool| (tool.namespace().unwrap_or_default(), tool.name_any());
    let follower = follow(&deps.tools, &shutdown, |told| match told {
        Told::All(tools) => tools.iter().for_each(|tool| queue.add(key(tool))),
        Told::Changed { old, new } => {
            if old.is_none_or(|old| old.metadata.generation != new.metadata.generation) {
                queue.add(key(&new));
            }
        }
        Told::Gone(_) => {}
    });
    let worker = work(&queue, AT_ONCE, &shutdown, |key| {
        let deps = deps.clone();
        async move {
            let Some(tool) = deps.tools.get(&key.0, &key.1) else { return Ok(None) };
            let after = plan(&tool);
            if tool.status.as_ref() != Some(&after) {
                patch::status(&deps.client, &*tool, &after).await?;
            }
            Ok::<_, kube::Error>(None::<Duration>)
        }
    });
    tokio::join!(follower, worker);
}

fn plan(tool: &Tool) -> ToolStatus {
    let mut status = tool.status.clone().unwrap_or_default();
    let (state, message) = match validate(&tool.spec) {
        Ok(()) => ("Ready", "The tool can be called.".to_owned()),
        Err(why) => ("Pending", why),
    };
    state.clone_into(&mut status.state);
    status.message = message;
    status
}

/// What the schema cannot check.
fn validate(spec: &ToolSpec) -> Result<(), String> {
    if let (ToolType::Http, Some(http)) = (spec.type_, &spec.http) {
        // Placeholders are no part of a URL until they are filled.
        let url = http.url.replace(['{', '}'], "");
        url.parse::<http::Uri>().map_err(|error| {
            format!("spec.http.url is no URL: {error}. Write it like https://api.example.com/{{id}}.")
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_url_with_placeholders_is_fine_and_a_wrong_one_is_told() {
        let tool = |url: &str| -> Tool {
            let json = json!({"apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Tool", "metadata": {"name": "tides"},
                "spec": {"type": "http", "http": {"url": url}}});
            serde_json::from_value(json).unwrap()
        };
        assert_eq!(plan(&tool("https://tides.example/{port}?day={day}")).state, "Ready");
        let wrong = plan(&tool("https://tides example/"));
        assert_eq!(wrong.state, "Pending");
        assert!(wrong.message.contains("spec.http.url"), "{}", wrong.message);
    }
}
