//! Objects that are applied in any order (decision 3).

use serde_json::json;

use crate::harness::{Deck, content, message, quick};
use crate::model_server::{Act, ModelServer};

#[tokio::test(flavor = "multi_thread")]
async fn a_query_may_come_before_its_team_agent_and_model() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Say("All aboard.")]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.query("early", json!({"input": "Ready?", "target": {"type": "team", "name": "crew"}})).await;
    deck.team("crew", json!({"strategy": "sequential", "members": [{"type": "agent", "name": "pilot"}]}))
        .await;
    deck.agent("pilot", "gull", json!({})).await;
    deck.model(&server, "gull").await;
    assert_eq!(content(&deck.ended("early").await), "All aboard.");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_come_is_named_after_a_while() {
    let dir = tempfile::tempdir().unwrap();
    let deck = Deck::start(dir.path(), quick()).await;
    deck.query("lost", json!({"input": "?", "target": {"type": "agent", "name": "nobody"}})).await;
    let said = message(&deck.ended("lost").await);
    assert!(said.contains("There is no Agent 'nobody'"), "{said}");
    deck.stop().await;
}
