//! Decision 17: the final answer fits the output schema, is asked for once more, or is an error with both.

use serde_json::{Value, json};

use crate::harness::{Deck, content, message, outline, quick, reason, said};
use crate::model_server::{Act, ModelServer};

fn tide() -> Value {
    json!({"type": "object", "required": ["ft"], "properties": {"ft": {"type": "number"}}})
}

async fn deck(dir: &tempfile::TempDir, server: &ModelServer, acts: &[Act], spec: Value) -> Deck {
    server.script("gull", acts);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(server, "gull").await;
    deck.agent("pilot", "gull", spec).await;
    deck.query("q", json!({"input": "How deep?", "target": {"type": "agent", "name": "pilot"}})).await;
    deck
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_fits_is_the_answer() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let fenced = Act::Say("```json\n{\"ft\": 12}\n```");
    let deck = deck(&dir, &server, &[fenced], json!({"outputSchema": tide()})).await;
    let query = deck.ended("q").await;
    assert_eq!((reason(&query).as_str(), content(&query).as_str()), ("QuerySucceeded", "{\"ft\": 12}"));
    let format = &server.requests("gull")[0]["response_format"];
    assert_eq!(
        *format,
        json!({"type": "json_schema", "json_schema": {"name": "namespace-default-agent-pilot", "schema": tide()}})
    );
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_does_not_fit_is_asked_for_once_more_with_the_validators_words() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let acts = [Act::Say("{\"ft\": \"deep\"}"), Act::Say("{\"ft\": 12}")];
    let deck = deck(&dir, &server, &acts, json!({"outputSchema": tide()})).await;
    assert_eq!(content(&deck.ended("q").await), "{\"ft\": 12}");
    let told = said(&server.requests("gull")[1]);
    assert_eq!(told[2], "assistant pilot: {\"ft\": \"deep\"}");
    assert!(
        told[3].starts_with("user: Your answer does not fit") && told[3].contains("at '/ft'"),
        "{}",
        told[3]
    );
    assert_eq!(
        outline(&deck.journal("q").await)[2..],
        [
            "ask 0/model/0 attempt 1",
            "answer 0/model/0 stop",
            "rejected 0/model/0",
            "ask 0/model/1 attempt 1",
            "answer 0/model/1 stop",
            "target done",
            "finished done QuerySucceeded"
        ]
    );
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_answer_that_does_not_fit_is_an_error_with_both() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let acts = [Act::Say("{\"ft\": \"deep\"}"), Act::Say("Twelve feet.")];
    let deck = deck(&dir, &server, &acts, json!({"outputSchema": tide()})).await;
    let query = deck.ended("q").await;
    let told = message(&query);
    assert!(told.starts_with("OutputDoesNotMatchSchema: "), "{told}");
    for part in ["at '/ft'", "it is not JSON", "It said: Twelve feet."] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert_eq!(server.calls("gull"), 2);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn turns_with_tools_are_not_checked_and_terminate_is() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let tools = json!([{"type": "built-in", "name": "noop"}, {"type": "built-in", "name": "terminate"}]);
    let acts = [
        Act::Tools(&[("noop", "{}")]),
        Act::Tools(&[("terminate", r#"{"response": "deep"}"#)]),
        Act::Tools(&[("terminate", r#"{"response": "{\"ft\": 12}"}"#)]),
    ];
    let deck = deck(&dir, &server, &acts, json!({"outputSchema": tide(), "tools": tools})).await;
    assert_eq!(content(&deck.ended("q").await), "{\"ft\": 12}");
    let told = said(&server.requests("gull")[2]);
    assert_eq!(told[told.len() - 2], "tool: deep");
    assert!(told[told.len() - 1].starts_with("user: Your answer does not fit"), "{told:?}");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_is_none_stops_before_the_model_is_asked() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let deck = deck(&dir, &server, &[Act::Say("x")], json!({"outputSchema": {"type": "objekt"}})).await;
    let query = deck.ended("q").await;
    assert!(
        message(&query).starts_with("InvalidOutputSchema: spec.outputSchema of agent 'pilot'"),
        "{}",
        message(&query)
    );
    assert_eq!(server.calls("gull"), 0);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_never_ends_costs_its_run_and_nobody_else() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let mut definitions = serde_json::Map::new();
    for i in 0..40 {
        let next = json!({"$ref": format!("#/$defs/d{}", i + 1)});
        definitions.insert(format!("d{i}"), json!({"allOf": [next, next]}));
    }
    definitions.insert("d40".into(), json!({"type": "string"}));
    let schema = json!({"$defs": definitions, "$ref": "#/$defs/d0"});
    let deck = deck(&dir, &server, &[Act::Say("x")], json!({ "outputSchema": schema })).await;
    let query = deck.ended("q").await;
    assert!(message(&query).starts_with("OutputNotChecked: "), "{}", message(&query));
    // Whichever bound of the child process is reached first.
    let said = message(&query);
    assert!(said.contains("longer than 2 s") || said.contains("MiB of memory"), "{said}");
    deck.query("other", json!({"input": "x", "target": {"type": "model", "name": "gull"}})).await;
    assert_eq!(content(&deck.ended("other").await), "x");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_in_between_repeats_neither_the_answer_nor_the_complaint() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let acts = [Act::Say("Deep."), Act::Silence, Act::Say("{\"ft\": 12}")];
    let first = deck(&dir, &server, &acts, json!({"outputSchema": tide()})).await;
    server.called("gull", 2).await;
    first.stop().await;
    let second = Deck::start(dir.path(), quick()).await;
    assert_eq!(content(&second.ended("q").await), "{\"ft\": 12}");
    let requests = server.requests("gull");
    assert_eq!(requests.len(), 3, "the first answer was not asked for again");
    assert_eq!(said(&requests[1]), said(&requests[2]), "the model is told the same");
    let journal = outline(&second.journal("q").await);
    assert_eq!(journal.iter().filter(|line| line.starts_with("rejected")).count(), 1, "{journal:?}");
    assert!(journal.contains(&"ask 0/model/1 attempt 2".to_owned()), "{journal:?}");
    second.stop().await;
}
