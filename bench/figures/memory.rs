//! Memory of a process that holds a thousand objects and does nothing.

use std::time::Duration;

use kube::api::PostParams;
use serde_json::json;

use super::{ark, object};
use crate::Bench;
use crate::process::Arkdeck;
use crate::report::Figure;

const OBJECTS: usize = 1000;
const LIMIT_MIB: f64 = 64.0;
/// Controllers have looked at everything by then.
const SETTLE: Duration = Duration::from_secs(5);

/// As the objects have been written, and after a start that reads them.
pub async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let arkdeck = Arkdeck::on(bench, folder.path().to_path_buf(), false).await?;
    let agents = ark(&arkdeck.client().await?, "Agent", "agents");
    for number in 0..OBJECTS {
        let agent = object(
            "Agent",
            &format!("agent-{number:04}"),
            json!({ "prompt": "You answer questions about orders and refunds, briefly.", "description": "An agent" }),
        )?;
        agents.create(&PostParams::default(), &agent).await?;
    }
    tokio::time::sleep(SETTLE).await;
    let written = arkdeck.resident_mib()?;
    arkdeck.kill().await?;
    let arkdeck = Arkdeck::on(bench, folder.path().to_path_buf(), false).await?;
    reqwest::get(format!("{}/ns/default/agents", arkdeck.url)).await?.error_for_status()?.bytes().await?;
    tokio::time::sleep(SETTLE).await;
    let read = arkdeck.resident_mib()?;
    Ok(vec![
        Figure::at_most(
            "Idle memory, 1,000 agents just created",
            written,
            LIMIT_MIB,
            "MiB",
            "resident set (VmRSS) 5 s after the last create",
        ),
        Figure::at_most(
            "Idle memory, 1,000 agents after a restart",
            read,
            LIMIT_MIB,
            "MiB",
            "resident set after one list page, 5 s idle",
        ),
    ])
}
