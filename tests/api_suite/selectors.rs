//! Teams whose next speaker is picked by a model or an agent.

use serde_json::json;

use crate::harness::{Deck, content, outline, quick, reason, said};
use crate::model_server::{Act, ModelServer};

async fn crew(server: &ModelServer, dir: &tempfile::TempDir, picks: &[Act]) -> Deck {
    let deck = Deck::start(dir.path(), quick()).await;
    server.script("chooser", picks);
    deck.model(server, "chooser").await;
    for (name, act) in [("pilot", Act::Say("Low.")), ("mate", Act::Say("Aye.")), ("cook", Act::Say("Soup."))]
    {
        server.script(name, [act]);
        deck.model(server, name).await;
        deck.agent(name, name, json!({"description": format!("the {name} of the ship")})).await;
    }
    deck
}

fn members() -> serde_json::Value {
    json!([{"type": "agent", "name": "pilot"}, {"type": "agent", "name": "mate"}, {"type": "agent", "name": "cook"}])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_picks_by_name_and_its_tokens_count() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let deck = crew(&server, &dir, &[Act::Say("mate"), Act::Say("pilot")]).await;
    let spec = json!({"strategy": "selector", "maxTurns": 2, "selector": {"model": "chooser"}, "members": members()});
    deck.team("ship", spec).await;
    let query = deck.ask_team("ship", "How is the tide?").await;
    assert_eq!((reason(&query).as_str(), content(&query).as_str()), ("QuerySucceeded", "Low."));
    assert_eq!(query.status.unwrap().token_usage.unwrap().total_tokens, 4 * 14);
    let asked = &server.requests("chooser")[1];
    assert!(asked.get("tools").is_none(), "a model picks by words, as in 0.1.31");
    let prompt = &said(asked)[0];
    for part in
        ["mate: the mate of the ship", "pilot, mate, cook", "# user:\nHow is the tide?\n\n# mate:\nAye."]
    {
        assert!(prompt.contains(part), "{part}: {prompt}");
    }
    let journal = outline(&deck.journal("ask-ship").await);
    assert!(journal.contains(&"turn 0/turn/0 mate by choice".to_owned()), "{journal:?}");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_picks_by_a_tool_and_ends_it_by_another() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let picks = [
        Act::Tools(&[("select-next-speaker", r#"{"name": "cook"}"#)]),
        Act::Tools(&[("terminate", r#"{"response": "Dinner is served."}"#)]),
    ];
    let deck = crew(&server, &dir, &picks).await;
    let tools = json!([{"type": "built-in", "name": "noop"}]);
    deck.agent("captain", "chooser", json!({"prompt": "You are the captain.", "tools": tools})).await;
    let selector = json!({"agent": "captain", "selectorPrompt": "Pick of {{ .Participants }} by select-next-speaker.",
        "enableTerminateTool": true, "terminatePrompt": "End it when dinner is ready."});
    let spec = json!({"strategy": "selector", "maxTurns": 9, "selector": selector, "members": members()});
    deck.team("ship", spec).await;
    let query = deck.ask_team("ship", "Dinner?").await;
    assert_eq!((reason(&query).as_str(), content(&query).as_str()), ("QuerySucceeded", "Dinner is served."));
    let asked = &server.requests("chooser")[0];
    assert_eq!(asked["tool_choice"], "required");
    let names: Vec<_> =
        asked["tools"].as_array().unwrap().iter().map(|tool| &tool["function"]["name"]).collect();
    assert_eq!(names, ["select-next-speaker", "terminate"], "its own tools are not offered");
    let heard = said(asked);
    assert_eq!(heard[0], "system: You are the captain.");
    assert!(heard[1].starts_with("system: Pick of pilot, mate, cook by"), "{heard:?}");
    assert!(heard[1].ends_with("End it when dinner is ready."), "{heard:?}");
    let journal = outline(&deck.journal("ask-ship").await);
    assert!(journal.contains(&"team ship ended after 1: terminated".to_owned()), "{journal:?}");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn edges_constrain_the_picker_and_one_edge_asks_nobody() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let deck = crew(&server, &dir, &[Act::Say("pilot"), Act::Say("pilot")]).await;
    // From the pilot only to the mate; from the mate to cook or mate, and the picker then names somebody else.
    let edges = json!([{"from": "pilot", "to": "mate"}, {"from": "mate", "to": "cook"}, {"from": "mate", "to": "mate"}]);
    let spec = json!({"strategy": "selector", "maxTurns": 9, "selector": {"model": "chooser"}, "members": members(),
        "graph": {"edges": edges}});
    deck.team("ship", spec).await;
    let query = deck.ask_team("ship", "Go.").await;
    assert_eq!((reason(&query).as_str(), content(&query).as_str()), ("QuerySucceeded", "Aye."));
    assert_eq!(server.calls("chooser"), 2);
    let journal = outline(&deck.journal("ask-ship").await);
    for expected in
        ["turn 0/turn/0 pilot by choice", "turn 0/turn/1 mate by edge", "team ship ended after 2: noChoice"]
    {
        assert!(journal.iter().any(|line| line == expected), "{expected}: {journal:?}");
    }
    deck.stop().await;
}
