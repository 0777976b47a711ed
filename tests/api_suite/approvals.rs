//! Calls that wait for a person: only they wait, once, whoever decides, across restarts.

use std::time::Duration;

use arkdeck::engine::Settings;
use arkdeck::engine::journal::Event;
use arkdeck::resources::{A2ATask, A2ATaskPhase};
use futures::StreamExt;
use kube::ResourceExt;
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams};
use kube::runtime::wait::await_condition;
use kube::runtime::{WatchStreamExt, watcher};
use serde_json::{Value, json};

use crate::harness::{Deck, NAMESPACE, PATIENCE, content, message, outline, quick, reason, said};
use crate::model_server::{Act, ModelServer};

/// A tool that may not be repeated and needs a person.
const PAY: &str = "pay";

/// Tasks of the deck.
fn tasks(deck: &Deck) -> Api<A2ATask> {
    Api::namespaced(deck.client.clone(), NAMESPACE)
}

/// The task that the query waits for, once it does.
async fn asked(deck: &Deck, query: &str) -> A2ATask {
    another(deck, query, "").await
}

/// The task that the query waits for, once it does, and that is not the one named `known`.
async fn another(deck: &Deck, query: &str, known: &str) -> A2ATask {
    let mut seen = Box::pin(watcher(tasks(deck), watcher::Config::default()).applied_objects());
    let find = async {
        loop {
            let task = seen.next().await.unwrap().unwrap();
            let waits = phase(&task) == Some(A2ATaskPhase::InputRequired);
            if waits && task.spec.query_ref.name == query && task.name_any() != known {
                return task;
            }
        }
    };
    let task = tokio::time::timeout(PATIENCE, find).await.unwrap();
    deck.phase(query, "input-required").await;
    task
}

fn phase(task: &A2ATask) -> Option<A2ATaskPhase> {
    task.status.as_ref().and_then(|status| status.phase)
}

/// Writes `spec.input`, as `kubectl patch` does.
async fn decide(deck: &Deck, task: &A2ATask, input: &Value) {
    let params = PatchParams { field_manager: Some("kubectl-patch".into()), ..PatchParams::default() };
    let patch = json!({"spec": {"input": input.to_string()}});
    tasks(deck).patch(&task.name_any(), &params, &Patch::Merge(&patch)).await.unwrap();
}

/// The task, once its condition has this reason.
async fn task_is(deck: &Deck, name: &str, reason: &'static str) -> A2ATask {
    let wait = await_condition(tasks(deck), name, move |task: Option<&A2ATask>| {
        let conditions = task.and_then(|task| task.status.as_ref()).map(|status| &status.conditions);
        conditions.is_some_and(|all| all.iter().any(|one| one.reason == reason))
    });
    match tokio::time::timeout(PATIENCE, wait).await {
        Ok(found) => found.unwrap().unwrap(),
        Err(_) => panic!("{name} did not get there: {:?}", tasks(deck).get(name).await.map(|t| t.status)),
    }
}

/// A deck with the agent `clerk`, which may call `pay` (with this approval) and `noop`.
async fn desk(dir: &tempfile::TempDir, server: &ModelServer, settings: Settings, approval: Value) -> Deck {
    let deck = Deck::start(dir.path(), settings).await;
    deck.model(server, "clerk").await;
    let url = format!("{}/count/{PAY}", server.url);
    let mut spec = json!({"type": "http", "http": {"url": url, "method": "POST"}});
    spec["approval"] = approval;
    deck.tool(PAY, spec).await;
    let tools = json!([{"type": "http", "name": PAY}, {"type": "built-in", "name": "noop"}]);
    deck.agent("clerk", "clerk", json!({"tools": tools})).await;
    deck
}

async fn ask(deck: &Deck, query: &str, extra: Value) {
    let mut spec = json!({"input": "Pay.", "target": {"type": "agent", "name": "clerk"}});
    spec.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    deck.query(query, spec).await;
}

const BOTH: &[(&str, &str)] = &[(PAY, r#"{"amount": 250}"#), ("noop", r#"{"message": "aside"}"#)];

#[tokio::test(flavor = "multi_thread")]
async fn only_the_call_that_needs_it_waits_and_kubectl_approves_it() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("clerk", [Act::Tools(BOTH), Act::Say("Paid.")]);
    let deck = desk(&dir, &server, quick(), json!({"required": true, "timeout": "10m"})).await;
    ask(&deck, "q", json!({})).await;
    let task = asked(&deck, "q").await;
    assert_eq!((task.spec.agent_ref.name.as_str(), task.spec.is_decision()), ("clerk", true));
    assert_eq!(task.name_any(), format!("a2a-task-{}", task.spec.task_id));
    let owner = &task.owner_references()[0];
    assert_eq!((owner.kind.as_str(), owner.name.as_str()), ("Query", "q"));
    let status = task.status.clone().unwrap();
    let calls: Value = serde_json::from_str(&status.protocol_metadata["toolCalls"]).unwrap();
    assert_eq!(calls[0]["function"], json!({"name": PAY, "arguments": r#"{"amount": 250}"#}));
    assert_eq!(status.protocol_metadata["timeout"], "10m0s");
    assert_eq!(status.protocol_metadata["onTimeout"], "reject");
    let query = deck.queries().get("q").await.unwrap();
    assert_eq!(reason(&query), "QueryInputRequired");
    assert!(message(&query).contains("a call of pay needs approval"), "{}", message(&query));
    assert_eq!(server.calls(PAY), 0);

    decide(&deck, &task, &json!({"decision": "approved"})).await;
    let query = deck.ended("q").await;
    assert_eq!((reason(&query).as_str(), content(&query).as_str()), ("QuerySucceeded", "Paid."));
    assert_eq!(server.calls(PAY), 1);
    let journal = outline(&deck.journal("q").await);
    let at = |line: &str| {
        journal.iter().position(|other| other == line).unwrap_or_else(|| panic!("{line}: {journal:?}"))
    };
    let decided = at("decided 0/tool/0/0 approved by kubectl-patch");
    assert!(at("ask a person 0/tool/0/0 pay") < decided && decided < at("call 0/tool/0/0 pay"));
    assert!(at("result 0/tool/0/1 error=false") < decided, "the other call did not wait");
    let task = task_is(&deck, &task.name_any(), "ApprovalGranted").await;
    assert_eq!(phase(&task), Some(A2ATaskPhase::Completed));
    assert_eq!(task.status.unwrap().protocol_metadata["decidedBy"], "kubectl-patch");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_is_told_to_the_model_with_its_reason() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("clerk", [Act::Tools(BOTH), Act::Say("Not paid.")]);
    let deck = desk(&dir, &server, quick(), json!({"required": true})).await;
    ask(&deck, "q", json!({})).await;
    let task = asked(&deck, "q").await;
    // A word that is no decision is said so, and the call waits on.
    decide(&deck, &task, &json!({"decision": "perhaps"})).await;
    let told = task_is(&deck, &task.name_any(), "InvalidApprovalDecision").await;
    assert_eq!(phase(&told), Some(A2ATaskPhase::InputRequired));
    assert!(told.status.unwrap().conditions[0].message.contains("'perhaps'"));
    decide(&deck, &task, &json!({"decision": "rejected", "reason": "Too much.", "by": "ana"})).await;
    assert_eq!(content(&deck.ended("q").await), "Not paid.");
    assert_eq!(server.calls(PAY), 0);
    let told = said(&server.requests("clerk")[1]);
    assert!(told[3].contains("rejected by user") && told[3].contains("Too much."), "{told:?}");
    assert_eq!(told[4], r#"tool: {"message":"aside"}"#);
    let task = task_is(&deck, &task.name_any(), "ApprovalRejected").await;
    assert_eq!(phase(&task), Some(A2ATaskPhase::Failed));
    let journal = outline(&deck.journal("q").await);
    assert!(
        journal.contains(&"decided 0/tool/0/0 rejected by ana (kubectl-patch)".to_owned()),
        "{journal:?}"
    );
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn arguments_may_be_changed_and_the_model_is_told() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    const NOOP: &[(&str, &str)] = &[("noop", r#"{"message": "all of it"}"#)];
    server.script("clerk", [Act::Tools(NOOP), Act::Say("Done.")]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "clerk").await;
    let approval = json!({"required": true, "argumentMatches": [{"argument": "message", "pattern": "^all"}]});
    let tools = json!([{"type": "builtin", "name": "noop", "approval": approval}]);
    deck.agent("clerk", "clerk", json!({"tools": tools})).await;
    ask(&deck, "q", json!({})).await;
    let task = asked(&deck, "q").await;
    assert!(task.status.as_ref().unwrap().protocol_metadata["why"].contains("message matches ^all"));
    decide(&deck, &task, &json!({"decision": "approved", "arguments": {"message": "half of it"}})).await;
    assert_eq!(content(&deck.ended("q").await), "Done.");
    let told = said(&server.requests("clerk")[1]);
    assert!(told[3].contains("A person changed the arguments") && told[3].contains("half of it"), "{told:?}");
    assert!(!told[3].contains("all of it"), "{told:?}");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_no_pattern_matches_do_not_wait() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("clerk", [Act::Tools(BOTH), Act::Say("Paid.")]);
    let matches = json!([{"argument": "amount", "pattern": r"^\d{4,}"}, {"argument": "to", "pattern": "."}]);
    let deck = desk(&dir, &server, quick(), json!({"required": true, "argumentMatches": matches})).await;
    ask(&deck, "q", json!({})).await;
    assert_eq!(content(&deck.ended("q").await), "Paid.");
    assert_eq!(server.calls(PAY), 1);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_nobody_decides_the_tool_says_what_happens() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("clerk", [Act::Tools(BOTH), Act::Say("Went on.")]);
    let deck = desk(&dir, &server, quick(), json!({"required": true, "timeout": "20ms"})).await;
    ask(&deck, "rejects", json!({})).await;
    assert_eq!(content(&deck.ended("rejects").await), "Went on.");
    assert_eq!(server.calls(PAY), 0);
    let told = said(&server.requests("clerk")[1]);
    assert!(told[3].contains("approval timeout exceeded"), "{told:?}");
    server.script("clerk", [Act::Say("unused"), Act::Say("unused"), Act::Tools(BOTH), Act::Say("Went on.")]);
    deck.retarget(PAY, json!({"spec": {"approval": {"onTimeout": "proceed"}}})).await;
    ask(&deck, "proceeds", json!({})).await;
    assert_eq!(content(&deck.ended("proceeds").await), "Went on.");
    assert_eq!(server.calls(PAY), 1);
    let all = tasks(&deck).list(&ListParams::default()).await.unwrap().items;
    let of = |query: &str| all.iter().find(|task| task.spec.query_ref.name == query).unwrap().name_any();
    task_is(&deck, &of("rejects"), "ApprovalTimeoutRejected").await;
    task_is(&deck, &of("proceeds"), "ApprovalTimeoutProceeded").await;
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_timeout_and_deletion_end_the_wait() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("clerk", [Act::Tools(&[(PAY, "{}")])]);
    // One place: a run that kept it would stop the next one.
    let one = Settings { max_running: 1, ..quick() };
    let deck = desk(&dir, &server, one, json!({"required": true})).await;
    ask(&deck, "canceled", json!({})).await;
    let task = asked(&deck, "canceled").await;
    deck.patch("canceled", json!({"spec": {"cancel": true}})).await;
    assert_eq!(reason(&deck.ended("canceled").await), "QueryCanceled");
    let closed = task_is(&deck, &task.name_any(), "TaskCancelled").await;
    assert_eq!(phase(&closed), Some(A2ATaskPhase::Cancelled));

    ask(&deck, "late", json!({"timeout": "300ms"})).await;
    assert_eq!(reason(&deck.ended("late").await), "TimedOutInExecution");

    server.script(
        "clerk",
        [Act::By(|body| match body["messages"].as_array().unwrap().len() {
            2 => Act::Tools(&[(PAY, "{}")]),
            _ => Act::Say("Not paid."),
        })],
    );
    ask(&deck, "gone", json!({})).await;
    let task = asked(&deck, "gone").await;
    tasks(&deck).delete(&task.name_any(), &DeleteParams::default()).await.unwrap();
    assert_eq!(content(&deck.ended("gone").await), "Not paid.");
    assert_eq!(server.calls(PAY), 0);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_holds_no_place() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script(
        "clerk",
        [Act::By(|body| match body["messages"].as_array().unwrap().len() {
            2 => Act::Tools(&[(PAY, "{}")]),
            _ => Act::Say("Paid."),
        })],
    );
    server.script("gull", [Act::Say("Low at six.")]);
    let one = Settings { max_running: 1, ..quick() };
    let deck = desk(&dir, &server, one, json!({"required": true})).await;
    deck.model(&server, "gull").await;
    for query in ["a", "b"] {
        ask(&deck, query, json!({})).await;
    }
    let waiting = [asked(&deck, "a").await, asked(&deck, "b").await];
    deck.query("c", json!({"input": "Tide?", "target": {"type": "model", "name": "gull"}})).await;
    assert_eq!(content(&deck.ended("c").await), "Low at six.");
    for task in &waiting {
        decide(&deck, task, &json!({"decision": "approved"})).await;
    }
    for query in ["a", "b"] {
        assert_eq!(content(&deck.ended(query).await), "Paid.");
    }
    assert_eq!(server.calls(PAY), 2);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_waits_on_without_asking_anew() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("clerk", [Act::Tools(BOTH), Act::Say("Paid.")]);
    let deck = desk(&dir, &server, quick(), json!({"required": true})).await;
    ask(&deck, "q", json!({})).await;
    let task = asked(&deck, "q").await;
    deck.stop().await;

    let deck = Deck::start(dir.path(), quick()).await;
    // The owner changes their mind about the tool meanwhile: what was asked stays asked.
    deck.retarget(PAY, json!({"spec": {"approval": null}})).await;
    let same = asked(&deck, "q").await;
    assert_eq!((same.name_any(), same.uid()), (task.name_any(), task.uid()));
    decide(&deck, &task, &json!({"decision": "approved"})).await;
    assert_eq!(content(&deck.ended("q").await), "Paid.");
    assert_eq!((server.calls("clerk"), server.calls(PAY)), (2, 1));
    let entries = deck.journal("q").await;
    let asked = entries.iter().filter(|entry| matches!(entry.event, Event::ApprovalAsked { .. })).count();
    assert_eq!(asked, 1);
    let began = entries.iter().filter(|entry| matches!(entry.event, Event::Started { .. })).count();
    assert_eq!(began, 2);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_decided_while_nobody_ran_counts() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("clerk", [Act::Tools(BOTH), Act::Say("Paid.")]);
    let deck =
        desk(&dir, &server, Settings { drain: Duration::ZERO, ..quick() }, json!({"required": true})).await;
    ask(&deck, "q", json!({})).await;
    let task = asked(&deck, "q").await;
    let client = deck.engine.clone();
    client.shutdown().await;
    decide(&deck, &task, &json!({"decision": "approved"})).await;
    deck.stop().await;
    let deck = Deck::start(dir.path(), quick()).await;
    assert_eq!(content(&deck.ended("q").await), "Paid.");
    assert_eq!(server.calls(PAY), 1);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn approval_works_in_teams_nested_agents_and_for_tools_that_are_agents_or_the_target() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("clerk", [Act::Tools(BOTH), Act::Say("Paid.")]);
    server.script(
        "lead",
        [Act::Tools(&[("ask-office", r#"{"input": "Pay 250."}"#)]), Act::Say("The office has paid.")],
    );
    let deck = desk(&dir, &server, quick(), json!({"required": true})).await;
    deck.model(&server, "lead").await;
    deck.team("office", json!({"strategy": "sequential", "members": [{"type": "agent", "name": "clerk"}]}))
        .await;
    deck.tool(
        "ask-office",
        json!({"type": "team", "team": {"name": "office"}, "approval": {"required": true}}),
    )
    .await;
    deck.agent("lead", "lead", json!({"tools": [{"type": "team", "name": "ask-office"}]})).await;
    deck.team("house", json!({"strategy": "sequential", "members": [{"type": "agent", "name": "lead"}]}))
        .await;
    deck.query("q", json!({"input": "Pay.", "target": {"type": "team", "name": "house"}})).await;
    let outer = asked(&deck, "q").await;
    assert_eq!(outer.spec.agent_ref.name, "lead");
    decide(&deck, &outer, &json!({"decision": "approved"})).await;
    task_is(&deck, &outer.name_any(), "ApprovalGranted").await;
    let inner = another(&deck, "q", &outer.name_any()).await;
    assert_eq!(inner.spec.agent_ref.name, "clerk");
    decide(&deck, &inner, &json!({"decision": "approved"})).await;
    assert_eq!(content(&deck.ended("q").await), "The office has paid.");
    let journal = outline(&deck.journal("q").await);
    assert!(
        journal.contains(&"ask a person 0/turn/0/tool/0/0/turn/0/tool/0/0 pay".to_owned()),
        "{journal:?}"
    );

    deck.query("direct", json!({"input": "{}", "target": {"type": "tool", "name": PAY}})).await;
    let direct = asked(&deck, "direct").await;
    decide(&deck, &direct, &json!({"decision": "rejected", "reason": "Not today."})).await;
    let query = deck.ended("direct").await;
    assert!(message(&query).contains("Not today."), "{}", message(&query));
    assert_eq!(server.calls(PAY), 1);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_rejected_turns_in_a_row_end_the_query_as_in_ark() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let deck = desk(&dir, &server, quick(), json!({"required": true})).await;
    let call = || Act::Tools(&[(PAY, r#"{"amount": 250}"#)]);
    server.script("clerk", [call(), call(), call(), Act::Say("Never asked.")]);
    ask(&deck, "q", json!({})).await;
    let mut known = String::new();
    for _ in 0..3 {
        let task = another_of(&deck, "q", &known).await;
        decide(&deck, &task, &json!({"decision": "rejected"})).await;
        known = format!("{known} {}", task.name_any());
    }
    let ended = deck.ended("q").await;
    let message = message(&ended);
    assert!(
        message.starts_with("ApprovalLimitReached") && message.contains("limit reached (3)"),
        "{message}"
    );
    assert_eq!((server.calls("clerk"), server.calls(PAY)), (3, 0));
    deck.stop().await;
}

/// The task that the query waits for, once it does, and whose name is not in `known`.
async fn another_of(deck: &Deck, query: &str, known: &str) -> A2ATask {
    let mut seen = Box::pin(watcher(tasks(deck), watcher::Config::default()).applied_objects());
    let find = async {
        loop {
            let task = seen.next().await.unwrap().unwrap();
            let waits = phase(&task) == Some(A2ATaskPhase::InputRequired);
            if waits && task.spec.query_ref.name == query && !known.contains(&task.name_any()) {
                return task;
            }
        }
    };
    tokio::time::timeout(PATIENCE, find).await.unwrap()
}
