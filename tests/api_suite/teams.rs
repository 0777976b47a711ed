//! Teams that answer: the order of turns, what each member is told, how a team ends.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::harness::{Deck, content, message, outline, quick, reason, said};
use crate::model_server::{Act, ModelServer};

/// A deck with agents that have the names of their models.
async fn crew(server: &ModelServer, dir: &tempfile::TempDir, agents: &[(&str, &[Act])]) -> Deck {
    let deck = Deck::start(dir.path(), quick()).await;
    for (name, acts) in agents {
        server.script(name, *acts);
        deck.model(server, name).await;
        let tools = json!([{"type": "built-in", "name": "terminate"}, {"type": "built-in", "name": "noop"}]);
        deck.agent(name, name, json!({"prompt": format!("You are {name}."), "tools": tools})).await;
    }
    deck
}

fn members(names: &[&str]) -> Value {
    names.iter().map(|name| json!({"type": "agent", "name": name})).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sequence_speaks_in_order_and_each_hears_those_before() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let call = [Act::Tools(&[("noop", r#"{"message": "a"}"#)]), Act::Say("Low.")];
    let deck = crew(&server, &dir, &[("writer", &call), ("reviewer", &[Act::Say("Low at noon.")])]).await;
    deck.team("desk", json!({"strategy": "sequential", "members": members(&["writer", "reviewer"])})).await;
    deck.available("Team", "desk", "Available").await;
    let query = deck.ask_team("desk", "How is the tide?").await;

    assert_eq!((reason(&query).as_str(), content(&query).as_str()), ("QuerySucceeded", "Low at noon."));
    let status = query.status.clone().unwrap();
    assert_eq!(status.token_usage.unwrap().total_tokens, 42, "three calls, each counted once");
    let raw: Value = serde_json::from_str(&status.response.unwrap().raw).unwrap();
    assert_eq!(raw.as_array().unwrap().len(), 4, "{raw}");
    assert_eq!(
        said(&server.requests("reviewer")[0]),
        [
            "system: You are reviewer.",
            "assistant writer: ",
            r#"tool: {"message":"a"}"#,
            "assistant writer: Low.",
            "user: How is the tide?"
        ],
        "the question comes last, after the colleagues' answers"
    );
    assert_eq!(
        outline(&deck.journal("ask-desk").await),
        [
            "started 1",
            "target team desk",
            "turn 0/turn/0 writer by order",
            "ask 0/turn/0/model/0 attempt 1",
            "answer 0/turn/0/model/0 tool_calls",
            "call 0/turn/0/tool/0/0 noop",
            "result 0/turn/0/tool/0/0 error=false",
            "ask 0/turn/0/model/1 attempt 1",
            "answer 0/turn/0/model/1 stop",
            "turn done 0/turn/0",
            "turn 0/turn/1 reviewer by order",
            "ask 0/turn/1/model/0 attempt 1",
            "answer 0/turn/1/model/0 stop",
            "turn done 0/turn/1",
            "team desk ended after 2: complete",
            "target done",
            "finished done QuerySucceeded"
        ]
    );
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cap_on_turns_is_a_normal_end_with_a_notice() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let deck =
        crew(&server, &dir, &[("a", &[Act::Say("A1"), Act::Say("A2")]), ("b", &[Act::Say("B")])]).await;
    let loops =
        json!({"strategy": "sequential", "loops": true, "maxTurns": 3, "members": members(&["a", "b"])});
    deck.team("loops", loops).await;
    let query = deck.ask_team("loops", "Go.").await;
    assert_eq!((reason(&query).as_str(), content(&query).as_str()), ("QuerySucceeded", "A2"));
    let raw = query.status.unwrap().response.unwrap().raw;
    assert!(raw.contains("Team conversation reached maximum turns limit (3)"), "{raw}");
    let journal = outline(&deck.journal("ask-loops").await);
    assert!(journal.contains(&"team loops ended after 3: maxTurns".to_owned()), "{journal:?}");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn terminate_ends_the_innermost_team_and_the_outer_one_goes_on() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let end = [Act::Tools(&[("terminate", r#"{"response": "That is all."}"#)])];
    let deck =
        crew(&server, &dir, &[("a", &[Act::Say("A")]), ("b", &end), ("last", &[Act::Say("The end.")])]).await;
    deck.team("inner", json!({"strategy": "round-robin", "members": members(&["a", "b"])})).await;
    let outer = json!([{"type": "team", "name": "inner"}, {"type": "agent", "name": "last"}]);
    deck.team("outer", json!({"strategy": "sequential", "members": outer})).await;

    let inner = deck.ask_team("inner", "Go.").await;
    assert_eq!((reason(&inner).as_str(), content(&inner).as_str()), ("QuerySucceeded", "That is all."));
    let outer = deck.ask_team("outer", "Go.").await;
    assert_eq!(content(&outer), "The end.");
    let heard = said(&server.requests("last")[0]);
    assert!(heard.contains(&"tool: That is all.".to_owned()), "the inner team's words are heard: {heard:?}");
    let journal = outline(&deck.journal("ask-outer").await);
    for expected in [
        "turn 0/turn/0 inner by order",
        "turn 0/turn/0/turn/1 b by order",
        "team inner ended after 2: terminated",
        "turn 0/turn/1 last by order",
        "team outer ended after 2: complete",
    ] {
        assert!(journal.iter().any(|line| line == expected), "{expected}: {journal:?}");
    }
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_graph_goes_where_its_edges_lead() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let deck =
        crew(&server, &dir, &[("a", &[Act::Say("A")]), ("b", &[Act::Say("B")]), ("c", &[Act::Say("C")])])
            .await;
    let edges = json!([{"from": "a", "to": "c"}, {"from": "c", "to": "b"}]);
    let spec = json!({"strategy": "graph", "members": members(&["a", "b", "c"]), "graph": {"edges": edges}});
    deck.team("ways", spec).await;
    assert_eq!(content(&deck.ask_team("ways", "Go.").await), "B");
    let journal = outline(&deck.journal("ask-ways").await);
    assert!(journal.contains(&"turn 0/turn/1 c by edge".to_owned()), "{journal:?}");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_fails_is_named_and_ends_the_team() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let deck = crew(&server, &dir, &[("a", &[Act::Say("A")]), ("b", &[Act::Status(401, &[], "{}")])]).await;
    deck.team("desk", json!({"strategy": "sequential", "members": members(&["a", "b"])})).await;
    let query = deck.ask_team("desk", "Go.").await;
    assert_eq!(reason(&query), "QueryErrored");
    let text = message(&query);
    assert!(text.starts_with("ModelUnauthorized: Turn 2 of team 'desk', agent 'b': "), "{text}");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn teams_that_contain_each_other_are_found_at_load_and_never_begun() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let deck = crew(&server, &dir, &[("a", &[Act::Say("A")])]).await;
    let with = |team: &str| json!([{"type": "agent", "name": "a"}, {"type": "team", "name": team}]);
    deck.team("east", json!({"strategy": "sequential", "members": with("west")})).await;
    deck.team("west", json!({"strategy": "sequential", "members": with("east")})).await;
    for team in ["east", "west"] {
        deck.available("Team", team, "MemberCycle").await;
    }
    let query = deck.ask_team("east", "Go.").await;
    assert!(message(&query).starts_with("MemberCycle: Teams contain each other: "), "{}", message(&query));
    assert_eq!(server.calls("a"), 0, "nothing was paid for");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resumed_team_goes_on_at_its_turn_with_the_members_it_had_chosen() {
    let (dir, server, gate) =
        (tempfile::tempdir().unwrap(), ModelServer::start().await, Arc::new(Semaphore::new(0)));
    let cut = [Act::Hold("Cut", gate, ""), Act::Say("Second.")];
    let deck = crew(
        &server,
        &dir,
        &[
            ("chooser", &[Act::Say("b"), Act::Say("TERMINATE: Third.")]),
            ("a", &[Act::Say("No.")]),
            ("b", &cut),
        ],
    )
    .await;
    let spec = json!({"strategy": "selector", "maxTurns": 5, "selector": {"model": "chooser"},
        "members": members(&["a", "b"])});
    deck.team("desk", spec).await;
    deck.query("q", json!({"input": "Go.", "target": {"type": "team", "name": "desk"}})).await;
    server.called("b", 1).await;
    deck.stop().await;

    let deck = Deck::start(dir.path(), quick()).await;
    let query = deck.ended("q").await;
    assert_eq!((reason(&query).as_str(), content(&query).as_str()), ("QuerySucceeded", "Third."));
    assert_eq!(server.calls("chooser"), 2, "who speaks was not asked again");
    assert_eq!(server.calls("b"), 2, "the call that was cut was made again");
    let journal = outline(&deck.journal("q").await);
    let turns: Vec<_> = journal.iter().filter(|line| line.starts_with("turn 0/")).collect();
    assert_eq!(turns, ["turn 0/turn/0 b by choice"], "{journal:?}");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_beside_other_targets_has_its_own_response() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let deck = crew(&server, &dir, &[("a", &[Act::Say("A")]), ("b", &[Act::Say("B")])]).await;
    deck.team("desk", json!({"strategy": "sequential", "members": members(&["a", "b"])})).await;
    let targets = json!([{"type": "model", "name": "a"}, {"type": "team", "name": "desk"},
        {"type": "team", "name": "ghost"}]);
    deck.query("q", json!({"input": "Go.", "targets": targets})).await;
    let query = deck.ended("q").await;
    assert_eq!(content(&query), "B", "a team comes before a model");
    let responses = query.status.unwrap().responses;
    let told: Vec<_> =
        responses.iter().map(|one| (one.content.as_str(), one.phase.as_str().to_owned())).collect();
    assert_eq!(told[..2], [("A", "done".to_owned()), ("B", "done".to_owned())]);
    assert!(told[2].0.starts_with("There is no Team 'ghost'"), "{told:?}");
    deck.stop().await;
}
