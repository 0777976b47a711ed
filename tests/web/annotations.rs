//! What people say of answers, over HTTP: what waits, what is refused, and what the judge said only after they have.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::experiments::kept;
use crate::harness::Server;

fn key(evaluation: &str, number: u32) -> Value {
    json!({"namespace": "default", "evaluation": evaluation, "number": number})
}

async fn queue(server: &Server, evaluation: &str, number: u32) -> Value {
    server.call("experiments/queue", json!({"key": key(evaluation, number)})).await.json()
}

/// What somebody says of an item, with other arguments in the place of the usual ones.
fn said(item: &str, score: f64, passed: bool, other: Value) -> Value {
    let mut arguments = json!({"key": key("nightly", 1), "target": {"kind": "agent", "name": "pilot"}, "item": item,
        "scores": [["overall", score]], "passed": passed, "note": " reads well "});
    arguments.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    arguments
}

/// Item, the judge's score, whether it let it pass, and whether this person has said something.
fn waiting(queue: &Value) -> Vec<(&str, Option<f64>, bool, bool)> {
    let all = queue["waiting"].as_array().unwrap().iter();
    all.map(|one| {
        let item = one["item"].as_str().unwrap();
        (item, one["score"].as_f64(), one["passed"].as_bool().unwrap(), !one["mine"].is_null())
    })
    .collect()
}

#[tokio::test]
async fn the_word_of_the_judge_comes_after_that_of_the_person() {
    let server = Server::start().await;
    kept(&server, "1", 3, [1.0, 0.9, 0.2]).await;
    let first = queue(&server, "nightly", 1).await;
    assert_eq!(first["rubric"][0]["name"], "overall", "its evaluator is gone: there is one criterion");
    assert_eq!(
        (&first["waiting_total"], &first["judged"], &first["agreement"]),
        (&json!(3), &json!(0), &Value::Null)
    );
    // The nearest to 0.7 first, which does not say on which side it is.
    assert_eq!(
        waiting(&first),
        [("b", None, false, false), ("a", None, false, false), ("c", None, false, false)]
    );
    let shown = &first["waiting"][0];
    assert_eq!((&shown["input"], &shown["output"]), (&json!("What of b?"), &json!("It scores 0.9.")));
    // Without a name it is the newest of the namespace, and without a number that of the evaluation.
    for (evaluation, number) in [("", 0), ("nightly", 0)] {
        assert_eq!(queue(&server, evaluation, number).await["waiting"][0]["key"], key("nightly", 1));
    }

    for (item, score, passed, verdict) in
        [("a", 1.0, true, json!([1.0, true])), ("c", 0.75, true, json!([0.2, false]))]
    {
        let answer = server.call("experiments/annotate", said(item, score, passed, json!({}))).await;
        assert_eq!((answer.status, answer.json()), (StatusCode::OK, verdict), "{item}");
    }
    let second = queue(&server, "nightly", 1).await;
    assert_eq!((&second["waiting_total"], &second["judged"]), (&json!(1), &json!(2)));
    let mut told = waiting(&second);
    assert_eq!(told.remove(0), ("b", None, false, false), "what waits comes first, and is still not told");
    told.sort_by_key(|one| one.0);
    assert_eq!(told, [("a", Some(1.0), true, true), ("c", Some(0.2), false, true)]);
    let agreement = &second["agreement"];
    assert_eq!((&agreement["items"], &agreement["share"]), (&json!(2), &json!(0.5)));
    assert_eq!((&agreement["too_kind"], &agreement["too_strict"]), (&json!(0), &json!(1)));
    assert!(agreement["kappa"].is_null(), "the person lets everything pass");

    // Said again, it takes the place of what was said.
    let again = said("c", 0.25, false, json!({"note": "It is late."}));
    assert_eq!(server.call("experiments/annotate", again).await.json(), json!([0.2, false]));
    let third = queue(&server, "nightly", 1).await;
    let agreement = &third["agreement"];
    assert_eq!(
        (&third["judged"], &agreement["items"], &agreement["share"], &agreement["kappa"]),
        (&json!(2), &json!(2), &json!(1.0), &json!(1.0))
    );
    let item = json!({"key": key("nightly", 1), "target": {"kind": "agent", "name": "pilot"}, "base": null, "item": "c"});
    let item = server.call("experiments/item", item).await.json();
    let notes = &item["annotations"];
    assert_eq!(notes.as_array().unwrap().len(), 1);
    assert_eq!(
        (&notes[0]["note"], &notes[0]["passed"], &notes[0]["scores"]),
        (&json!("It is late."), &json!(false), &json!([["overall", 0.25]]))
    );
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused_with_what_to_do_and_nothing_is_kept() {
    let server = Server::start().await;
    assert_eq!(
        queue(&server, "", 0).await["waiting_total"],
        0,
        "a namespace without experiments waits for nobody"
    );
    kept(&server, "1", 3, [1.0, 0.9, 0.2]).await;
    let nobody = json!({"kind": "agent", "name": "nobody"});
    let each = "Judge by each of overall once.";
    let none = "has no experiment 9 (any more).";
    for (other, status, sentence) in [
        (json!({"key": key("nightly", 9)}), StatusCode::NOT_FOUND, none),
        (
            json!({"item": "z"}),
            StatusCode::NOT_FOUND,
            "Experiment 1 has no answer of agent pilot to item 'z'.",
        ),
        (json!({"target": nobody}), StatusCode::NOT_FOUND, "has no answer of agent nobody to item 'a'."),
        (json!({"scores": [["tone", 0.5]]}), StatusCode::UNPROCESSABLE_ENTITY, each),
        (json!({"scores": [["overall", 0.5], ["overall", 1.0]]}), StatusCode::UNPROCESSABLE_ENTITY, each),
        (json!({"scores": [["overall", 1.5]]}), StatusCode::UNPROCESSABLE_ENTITY, "Scores are from 0 to 1."),
        (
            json!({"note": "n".repeat(2_001)}),
            StatusCode::UNPROCESSABLE_ENTITY,
            "Shorten it to 2000 characters.",
        ),
    ] {
        let answer = server.call("experiments/annotate", said("a", 1.0, true, other)).await;
        assert_eq!(answer.status, status, "{sentence}: {}", answer.body);
        assert!(answer.body.contains(sentence), "{}", answer.body);
    }
    let answer = server.call("experiments/queue", json!({"key": key("nightly", 9)})).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.body.contains(none), "{}", answer.body);
    assert_eq!(queue(&server, "gone", 0).await["waiting_total"], 0, "one that never ran waits for nobody");
    let all = queue(&server, "nightly", 1).await;
    assert_eq!((&all["waiting_total"], &all["judged"]), (&json!(3), &json!(0)));
}
