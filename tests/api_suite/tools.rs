//! Agents and teams as tools of an agent.

use serde_json::json;

use crate::harness::{Deck, content, outline, quick, reason, said};
use crate::model_server::{Act, ModelServer};

async fn deck_with(server: &ModelServer, dir: &tempfile::TempDir, acts: &[Act]) -> Deck {
    let deck = Deck::start(dir.path(), quick()).await;
    server.script("lead", acts);
    server.script("helper", [Act::Say("Twelve feet.")]);
    deck.model(server, "lead").await;
    deck.model(server, "helper").await;
    deck.agent("helper", "helper", json!({"description": "Knows the tides"})).await;
    deck.team("crew", json!({"strategy": "sequential", "members": [{"type": "agent", "name": "helper"}]}))
        .await;
    deck.tool("ask-helper", json!({"type": "agent", "agent": {"name": "helper"}})).await;
    deck.tool("ask-crew", json!({"type": "team", "description": "Asks the crew.", "team": {"name": "crew"}}))
        .await;
    deck.tool("ask-lead", json!({"type": "agent", "agent": {"name": "lead"}})).await;
    let tools = json!([{"type": "agent", "name": "ask-helper"}, {"type": "team", "name": "ask-crew"},
        {"type": "agent", "name": "ask-lead"}]);
    deck.agent("lead", "lead", json!({"tools": tools})).await;
    deck
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_asks_an_agent_and_a_team_side_by_side() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let both: &[(&str, &str)] =
        &[("ask-helper", r#"{"input": "How deep?"}"#), ("ask-crew", r#"{"input": "How deep, crew?"}"#)];
    let deck = deck_with(&server, &dir, &[Act::Tools(both), Act::Say("It is twelve feet.")]).await;
    deck.query("q", json!({"input": "Depth?", "target": {"type": "agent", "name": "lead"}})).await;
    let query = deck.ended("q").await;
    assert_eq!((reason(&query).as_str(), content(&query).as_str()), ("QuerySucceeded", "It is twelve feet."));
    let usage = query.status.unwrap().token_usage.unwrap();
    assert_eq!(usage.total_tokens, 4 * 14, "what a tool costs is the caller's cost");

    let mut asked: Vec<_> = server.requests("helper").iter().map(said).collect();
    asked.sort();
    assert_eq!(
        asked[0],
        ["system: You are a pilot.", "user: How deep, crew?"],
        "nothing of the caller's conversation"
    );
    let told = said(&server.requests("lead")[1]);
    assert_eq!(told[3..], ["tool: Twelve feet.", "tool: Twelve feet."]);
    let offered = &server.requests("lead")[0]["tools"][0]["function"];
    assert_eq!(offered["name"], "ask-helper");
    assert_eq!(offered["parameters"]["required"], json!(["input"]));
    let journal = outline(&deck.journal("q").await);
    for expected in ["ask 0/tool/0/0/model/0 attempt 1", "ask 0/tool/0/1/turn/0/model/0 attempt 1"] {
        assert!(journal.iter().any(|line| line == expected), "{expected}: {journal:?}");
    }
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_would_ask_itself_is_told_and_goes_on() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let calls: &[(&str, &str)] = &[("ask-lead", r#"{"input": "Who am I?"}"#), ("ask-helper", "{}")];
    let deck = deck_with(&server, &dir, &[Act::Tools(calls), Act::Say("I am the lead.")]).await;
    deck.query("q", json!({"input": "Who?", "target": {"type": "agent", "name": "lead"}})).await;
    assert_eq!(content(&deck.ended("q").await), "I am the lead.");
    let told = said(&server.requests("lead")[1]);
    deck.available("Agent", "lead", "MemberCycle").await;
    assert!(told[3].contains("MemberCycle: The agent 'lead' leads back to itself: lead, lead"), "{told:?}");
    assert!(told[4].contains("the argument 'input' is missing"), "{told:?}");
    assert_eq!(server.calls("lead"), 2);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_in_an_asked_agent_is_told_to_the_model() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let ask: &[(&str, &str)] = &[("ask-helper", r#"{"input": "How deep?"}"#)];
    let deck = deck_with(&server, &dir, &[Act::Tools(ask), Act::Say("I do not know.")]).await;
    server.script("helper", [Act::Status(401, &[], "{}")]);
    deck.query("q", json!({"input": "Depth?", "target": {"type": "agent", "name": "lead"}})).await;
    assert_eq!(content(&deck.ended("q").await), "I do not know.");
    let told = said(&server.requests("lead")[1]);
    assert!(told[3].contains("ModelUnauthorized: "), "{told:?}");
    // Asked directly, the same tool is the target.
    deck.query("direct", json!({"input": "How deep?", "target": {"type": "tool", "name": "ask-crew"}})).await;
    assert!(content(&deck.ended("direct").await).contains("ModelUnauthorized"));
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cycle_through_tools_is_told_of_all_in_it_and_goes_with_it() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let deck = deck_with(&server, &dir, &[Act::Say("x")]).await;
    let loop_ = json!({"strategy": "sequential", "members": [{"type": "agent", "name": "lead"}]});
    deck.team("watch", loop_).await;
    deck.tool("ask-watch", json!({"type": "team", "team": {"name": "watch"}})).await;
    deck.agent("mate", "helper", json!({"tools": [{"type": "team", "name": "ask-watch"}]})).await;
    // The lead asks itself; the mate and the watch lead to it, and are in no cycle.
    deck.available("Agent", "lead", "MemberCycle").await;
    deck.available("Team", "watch", "MemberNotAvailable").await;
    deck.available("Agent", "mate", "Available").await;
    // Now the tool leads from the lead to the mate, and so back by the watch.
    deck.retarget("ask-lead", json!({"spec": {"agent": {"name": "mate"}}})).await;
    deck.available("Team", "watch", "MemberCycle").await;
    deck.available("Agent", "mate", "MemberCycle").await;
    deck.retarget("ask-lead", json!({"spec": {"agent": {"name": "helper"}}})).await;
    deck.available("Agent", "lead", "Available").await;
    deck.available("Agent", "mate", "Available").await;
    deck.available("Team", "watch", "Available").await;
    deck.stop().await;
}
