//! What a turn of a team adds to the model call that it makes.

use std::pin::pin;
use std::time::Instant;

use kube::api::{PostParams, WatchParams};
use serde_json::json;

use super::{ark, object, openai, until_done};
use crate::Bench;
use crate::model::Models;
use crate::process::Arkdeck;
use crate::report::Figure;
use crate::samples::Samples;

const MEMBERS: usize = 5;
const TURNS: u32 = 10;
const WARM_UP: usize = 5;
const ROUNDS: usize = 50;

/// A round-robin team of five, ten turns, POST to done; what creating, watching and ending the query costs is in it.
pub async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let url = Models::start().await?.now();
    let bare = super::query::bare_calls(&url).await?;
    let arkdeck = Arkdeck::start(bench, false).await?;
    let client = arkdeck.client().await?;
    let post = PostParams::default();
    ark(&client, "Model", "models").create(&post, &object("Model", "bench", openai(&url))?).await?;
    let mut members = Vec::new();
    for number in 0..MEMBERS {
        let name = format!("member-{number}");
        let agent = json!({ "prompt": "You answer.", "modelRef": { "name": "bench" } });
        ark(&client, "Agent", "agents").create(&post, &object("Agent", &name, agent)?).await?;
        members.push(json!({ "type": "agent", "name": name }));
    }
    let team = json!({ "strategy": "round-robin", "maxTurns": TURNS, "members": members });
    ark(&client, "Team", "teams").create(&post, &object("Team", "bench", team)?).await?;

    let queries = ark(&client, "Query", "queries");
    let mut watch = pin!(queries.watch(&WatchParams::default().timeout(290), "0").await?);
    let mut samples = Samples::default();
    for number in 0..WARM_UP + ROUNDS {
        let name = format!("bench-{number}");
        let spec = json!({ "input": "A short question.", "target": { "type": "team", "name": "bench" } });
        let query = object("Query", &name, spec)?;
        let start = Instant::now();
        queries.create(&post, &query).await?;
        until_done(&mut watch, &name).await?;
        if number >= WARM_UP {
            samples.push(start.elapsed());
        }
    }
    let each: Samples = samples.iter().map(|whole| (whole / TURNS).saturating_sub(bare.median())).collect();
    let how = format!(
        "round-robin of {MEMBERS} agents, {TURNS} turns, {ROUNDS} queries one after the other; a tenth of POST to done, less {:.2} ms of the bare call",
        bare.percentile(50.0)
    );
    Ok(vec![
        Figure::at_most("Added time per turn of a team, p50", each.percentile(50.0), 2.0, "ms", how),
        Figure::at_most("Added time per turn of a team, p99", each.percentile(99.0), 2.0, "ms", "the same"),
    ])
}
