use serde_json::{Value, json};

use super::*;
use crate::engine::journal::{ApprovalOutcome, TurnRule, Usage};
use crate::resources::query::QuerySpec;

fn record() -> RunRecord {
    RunRecord {
        id: "uid-1".into(),
        namespace: "lagoon".into(),
        name: "tide".into(),
        created_ms: 1_000,
        finished_ms: None,
    }
}

fn query() -> Query {
    Query::new("tide", QuerySpec { conversation_id: "c-1".into(), ..QuerySpec::default() })
}

fn object(kind: Kind, name: &str) -> ObjectRef {
    ObjectRef { kind, namespace: "lagoon".into(), name: name.into() }
}

fn ask(step: &str, attempt: u32) -> Event {
    Event::ModelRequest {
        step: step.into(),
        model: object(Kind::Model, "gull"),
        agent: Some(object(Kind::Agent, "pilot")),
        messages: 1,
        attempt,
        provider: "openai".into(),
        provider_model: "gull-large".into(),
    }
}

fn answer(step: &str) -> Event {
    Event::ModelResponse {
        step: step.into(),
        content: "Low, says the table.".into(),
        tool_calls: Vec::new(),
        thoughts: Vec::new(),
        usage: Usage { prompt: 10, completion: 4, cached: 6, written: 0 },
        cost: None,
        finish_reason: "stop".into(),
        first_token_ms: None,
        duration_ms: 5,
    }
}

/// A team whose member calls a tool that fails behind an approval.
fn journal() -> Vec<Entry> {
    let call = |is_error| Event::ToolResult {
        step: "0/turn/0/tool/0/0".into(),
        call_id: "c1".into(),
        name: "tides".into(),
        content: "a secret of the harbour".into(),
        is_error,
        duration_ms: 7,
    };
    let events = [
        Event::Started { attempt: 1 },
        Event::TargetStarted { key: object(Kind::Team, "crew") },
        Event::TurnStarted {
            step: "0/turn/0".into(),
            turn: 1,
            team: object(Kind::Team, "crew"),
            member: object(Kind::Agent, "pilot"),
            rule: TurnRule::Order,
            why: "Member 1 of 1.".into(),
        },
        ask("0/turn/0/model/0", 1),
        Event::ModelRetry { step: "0/turn/0/model/0".into(), reason: "busy".into(), delay_ms: 1 },
        ask("0/turn/0/model/0", 2),
        answer("0/turn/0/model/0"),
        Event::ApprovalAsked {
            step: "0/turn/0/tool/0/0".into(),
            call_id: "c1".into(),
            name: "tides".into(),
            arguments: "{}".into(),
            agent: None,
            why: String::new(),
            task: "t".into(),
            deadline_ms: 0,
            on_timeout: crate::resources::approval::OnTimeout::Reject,
        },
        Event::ApprovalDecided {
            step: "0/turn/0/tool/0/0".into(),
            outcome: ApprovalOutcome::Approved,
            by: "ann".into(),
            reason: String::new(),
            arguments: None,
        },
        Event::ToolRequest {
            step: "0/turn/0/tool/0/0".into(),
            call_id: "c1".into(),
            name: "tides".into(),
            repeatable: false,
        },
        call(true),
        ask("0/turn/0/model/1", 1),
        answer("0/turn/0/model/1"),
        Event::TurnDone { step: "0/turn/0".into(), content: "Low.".into() },
        Event::TargetDone { content: "Low.".into() },
        Event::Finished { phase: "done".into(), reason: String::new(), message: String::new() },
    ];
    let concerns = |event: &Event| !matches!(event, Event::Started { .. } | Event::Finished { .. });
    (1..)
        .zip(events)
        .map(|(seq, event)| {
            let target = concerns(&event).then_some(0);
            Entry { seq, at_ms: 1_000 + i64::try_from(seq).unwrap() * 10, target, event }
        })
        .collect()
}

fn fold(found: &[Entry], texts: bool) -> Fold {
    let context = TraceContext::of("uid-1", None, true).unwrap();
    Fold::begin(context, &record(), &query(), texts, found)
}

fn spans(entries: &[Entry]) -> Vec<Value> {
    let mut fold = fold(&[], false);
    entries
        .iter()
        .flat_map(|entry| fold.take(entry))
        .map(|span| serde_json::to_value(span).unwrap())
        .collect()
}

fn text<'a>(span: &'a Value, key: &str) -> Option<&'a str> {
    let all = span["attributes"].as_array()?;
    let value = &all.iter().find(|attribute| attribute["key"] == key)?["value"];
    value["stringValue"].as_str().or(value["intValue"].as_str())
}

#[test]
fn a_run_is_a_tree_of_spans_by_the_conventions() {
    let all = spans(&journal());
    let names: Vec<_> = all.iter().map(|span| span["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "chat gull-large",
            "chat gull-large",
            "approval tides",
            "execute_tool tides",
            "chat gull-large",
            "invoke_agent pilot",
            "invoke_workflow crew",
            "query tide",
        ]
    );
    let parent = |of: usize| {
        let id = all[of]["parentSpanId"].as_str()?;
        all.iter().position(|span| span["spanId"] == id)
    };
    assert_eq!(
        (0..8).map(parent).collect::<Vec<_>>(),
        [Some(5), Some(5), Some(5), Some(5), Some(5), Some(6), Some(7), None]
    );
    let failed = &all[0];
    assert_eq!(
        (&failed["status"], failed["kind"].as_u64()),
        (&json!({"code": 2, "message": "busy"}), Some(3))
    );
    let chat = &all[1];
    for (key, value) in [
        ("gen_ai.operation.name", "chat"),
        ("gen_ai.request.model", "gull-large"),
        ("gen_ai.provider.name", "openai"),
        ("gen_ai.agent.name", "pilot"),
        ("gen_ai.usage.input_tokens", "10"),
        ("gen_ai.usage.output_tokens", "4"),
        ("gen_ai.usage.cache_read.input_tokens", "6"),
        ("ark.attempt", "2"),
    ] {
        assert_eq!(text(chat, key), Some(value), "{key}");
    }
    assert_eq!((&chat["status"], &chat["startTimeUnixNano"]), (&json!({}), &json!("1060000000")));
    assert_eq!(text(&all[3], "error.type"), Some("tool_error"));
    assert_eq!(text(&all[5], "ark.team.rule"), Some("order"));
    assert_eq!(text(&all[7], "gen_ai.conversation.id"), Some("c-1"));
    assert_eq!(all[7]["startTimeUnixNano"], "1000000000", "the wait in the queue is part of it");
    let whole = serde_json::to_string(&all).unwrap();
    assert!(!whole.contains("secret of the harbour") && !whole.contains("says the table"), "{whole}");
}

#[test]
fn a_restart_goes_on_in_the_trace_and_repeats_no_span() {
    let entries = journal();
    let whole = spans(&entries);
    for cut in 0..entries.len() {
        let before = spans(&entries[..cut]);
        let mut fold = fold(&entries[..cut], false);
        let after = entries[cut..].iter().flat_map(|entry| fold.take(entry));
        let after = after.map(|span| serde_json::to_value(span).unwrap());
        assert_eq!(before.into_iter().chain(after).collect::<Vec<_>>(), whole, "killed after entry {cut}");
    }
}

#[test]
fn what_was_cut_ends_as_an_error_and_texts_are_told_where_they_are_asked_for() {
    let mut fold = fold(&[], true);
    let entry = |event| Entry { seq: 1, at_ms: 2_000, target: Some(0), event };
    fold.take(&entry(Event::TargetStarted { key: object(Kind::Agent, "pilot") }));
    fold.take(&entry(ask("0/model/0", 1)));
    let cut = fold.take(&entry(ask("0/model/0", 2)));
    assert_eq!((cut.len(), cut[0].status.code), (1, Some(2)));
    let said = fold.take(&entry(answer("0/model/0")));
    let said = serde_json::to_value(&said[0]).unwrap();
    assert!(text(&said, "gen_ai.output.messages").unwrap().contains("says the table"));
    fold.take(&entry(ask("0/model/1", 1)));
    let failed =
        fold.take(&entry(Event::TargetFailed { code: "Canceled".into(), message: "Stopped.".into() }));
    let ended: Vec<_> = failed.iter().map(|span| (span.name.as_str(), span.status.code)).collect();
    assert_eq!(ended, [("chat gull-large", Some(2)), ("invoke_agent pilot", Some(2))]);
}
