//! What a run reads, it reads as its query's service account (decision 25). The embedded API refuses nobody, so there is
//! nothing to see there.

use serde_json::json;

use crate::harness::{Deck, content, message, quick, reason};
use crate::model_server::{Act, ModelServer};

#[tokio::test(flavor = "multi_thread")]
async fn a_run_reads_what_its_service_account_may_read_and_nothing_else() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("soundings", [Act::Say("Clear water.")]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "soundings").await;
    deck.agent("pilot", "soundings", json!({})).await;
    let ask = json!({"input": "How deep?", "target": {"type": "agent", "name": "pilot"}});

    // The chart gives the namespace's own account what a query needs.
    deck.query("trusted", ask.clone()).await;
    assert_eq!(content(&deck.ended("trusted").await), "Clear water.");
    if deck.is_embedded() {
        return deck.stop().await;
    }

    let mut by_stranger = ask;
    by_stranger["serviceAccount"] = json!("stranger");
    deck.query("by-stranger", by_stranger).await;
    let refused = deck.ended("by-stranger").await;
    assert_eq!(reason(&refused), "QueryErrored");
    let said = message(&refused);
    assert!(
        said.contains("service account 'stranger'") && said.contains("kubectl create rolebinding"),
        "{said}"
    );
    assert_eq!(server.calls("soundings"), 1, "nothing was asked for the stranger");
    deck.stop().await;
}
