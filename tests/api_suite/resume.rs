//! A process that ends in the middle: the next one continues where the journal ends, and pays for nothing twice.

use std::sync::Arc;

use serde_json::json;
use tempfile::TempDir;
use tokio::sync::Semaphore;

use crate::harness::{Deck, content, on_both, outline, quick, reason};
use crate::model_server::{Act, ModelServer};
use crate::tool_server::ToolServer;

on_both!(
    a_call_that_was_cut_is_made_again_and_one_that_completed_is_not,
    a_status_that_was_not_written_is_written_from_the_journal,
    a_call_in_flight_is_repeated_only_where_its_tool_says_that_it_may_be,
);

async fn a_call_that_was_cut_is_made_again_and_one_that_completed_is_not(dir: TempDir) {
    let (server, gate) = (ModelServer::start().await, Arc::new(Semaphore::new(0)));
    // The first call of the agent completes and asks for a tool; the second one hangs until the process has ended.
    server.script(
        "gull",
        [Act::Tools(&[("noop", r#"{"message": "a"}"#)]), Act::Hold("Cut", gate, ""), Act::Say("Resumed.")],
    );
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    deck.agent("pilot", "gull", json!({"tools": [{"type": "built-in", "name": "noop"}]})).await;
    deck.query("q", json!({"input": "Go.", "target": {"type": "agent", "name": "pilot"}})).await;
    server.called("gull", 2).await;
    deck.stop().await;

    let deck = Deck::start(dir.path(), quick()).await;
    let query = deck.ended("q").await;
    assert_eq!((reason(&query).as_str(), content(&query).as_str()), ("QuerySucceeded", "Resumed."));
    assert_eq!(server.calls("gull"), 3, "one call completed, one was cut, one was made again");
    assert_eq!(query.status.unwrap().token_usage.unwrap().total_tokens, 28, "tokens from before count once");
    assert_eq!(
        outline(&deck.journal("q").await),
        [
            "started 1",
            "target agent pilot",
            "ask 0/model/0 attempt 1",
            "answer 0/model/0 tool_calls",
            "call 0/tool/0/0 noop",
            "result 0/tool/0/0 error=false",
            "ask 0/model/1 attempt 1",
            "started 2",
            "ask 0/model/1 attempt 2",
            "answer 0/model/1 stop",
            "target done",
            "finished done QuerySucceeded"
        ]
    );
    let messages = server.requests("gull")[2]["messages"].clone();
    assert_eq!(messages[3]["content"], r#"{"message":"a"}"#, "the tool's result came from the journal");
    deck.stop().await;
}

async fn a_status_that_was_not_written_is_written_from_the_journal(dir: TempDir) {
    let server = ModelServer::start().await;
    server.script("gull", [Act::Say("Once.")]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    deck.query("q", json!({"input": "Go.", "target": {"type": "model", "name": "gull"}})).await;
    deck.ended("q").await;
    // As if the process had died between the journal and the status.
    let nothing = json!({"status": {"phase": "running", "response": null, "responses": null}});
    deck.queries()
        .patch_status("q", &kube::api::PatchParams::default(), &kube::api::Patch::Merge(&nothing))
        .await
        .unwrap();
    deck.stop().await;

    let deck = Deck::start(dir.path(), quick()).await;
    let query = deck.ended("q").await;
    assert_eq!(content(&query), "Once.");
    assert_eq!(server.calls("gull"), 1, "the model was not asked again");
    deck.stop().await;
}

async fn a_call_in_flight_is_repeated_only_where_its_tool_says_that_it_may_be(dir: TempDir) {
    let (server, tools) = (ModelServer::start().await, ToolServer::start().await);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    let hints = [("reads", "readOnlyHint"), ("again", "idempotentHint"), ("pays", "destructiveHint")];
    for (name, hint) in hints {
        let http = json!({"url": format!("{}/once/{name}", tools.url)});
        deck.tool(name, json!({"type": "http", "http": http, "annotations": {hint: true}})).await;
    }
    let list: Vec<_> = hints.iter().map(|(name, _)| json!({"type": "http", "name": name})).collect();
    deck.agent("pilot", "gull", json!({ "tools": list })).await;
    server
        .script("gull", [Act::Tools(&[("reads", "{}"), ("again", "{}"), ("pays", "{}")]), Act::Say("Done.")]);
    deck.query("q", json!({"input": "Go.", "target": {"type": "agent", "name": "pilot"}})).await;
    let all = async {
        while tools.asked().len() < 3 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(crate::harness::PATIENCE, all).await.unwrap();
    deck.stop().await;

    let deck = Deck::start(dir.path(), quick()).await;
    assert_eq!(content(&deck.ended("q").await), "Done.");
    let times =
        |name: &str| tools.asked().iter().filter(|asked| asked.uri.path() == format!("/once/{name}")).count();
    assert_eq!((times("reads"), times("again"), times("pays")), (2, 2, 1));
    let last = server.requests("gull").pop().unwrap();
    let told: Vec<String> = last["messages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|message| message["role"] == "tool")
        .map(|message| message["content"].as_str().unwrap().to_owned())
        .collect();
    assert!(told[0].contains("low tide") && told[1].contains("low tide"), "{told:?}");
    assert!(told[2].contains("Whether it took effect is not known"), "{told:?}");
    deck.stop().await;
}
