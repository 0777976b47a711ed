use super::*;
use crate::store::testing::{Fresh, on_both};

on_both!(
    what_was_said_is_found_again_once,
    the_oldest_go_when_there_are_too_many,
    messages_go_with_query_and_memory
);

fn key(conversation: &str) -> ConversationKey {
    ConversationKey { memory: "m1".into(), conversation: conversation.into() }
}

fn asked(text: &str) -> Said {
    Said::question(&[Message::user(text)])
}

async fn remember(store: &Store, key: &ConversationKey, query: &str, said: &[&Said]) {
    store.write(Memories::remember(key, query, said).unwrap()).await.unwrap();
}

async fn what_was_said_is_found_again_once(Fresh { store, .. }: Fresh) {
    let (tides, question) = (key("tides\0"), asked("Wann ist Flut? 🌊\0"));
    let answer = Said::answer(0, &[], "Um sechs.");
    for _ in 0..2 {
        remember(&store, &tides, "q1", &[&question, &answer]).await;
    }
    remember(&store, &key("other"), "q2", &[&asked("?")]).await;
    let turns = sql::turns(&store, &tides, "q9").await.unwrap();
    assert_eq!(turns.len(), 1, "one turn, kept once");
    assert_eq!(sql::count(&store, "m1", "tides\0").await.unwrap(), 2);
    assert!(sql::turns(&store, &tides, "q1").await.unwrap().is_empty(), "a query does not hear itself");

    let ids: Vec<i64> = store
        .rows(Statement::new("SELECT id FROM messages ORDER BY id DESC"))
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0).unwrap())
        .collect();
    let texts: Vec<String> =
        sql::messages(&store, "m1", &ids).await.unwrap().iter().map(Message::plain_text).collect();
    assert_eq!(texts, ["?", "Um sechs.", "Wann ist Flut? 🌊\0"], "in the order that was asked for");
    assert!(sql::messages(&store, "m2", &ids).await.unwrap().is_empty(), "of its own memory only");

    assert!(!sql::was_provided(&store, "n1").await.unwrap());
    for _ in 0..2 {
        store.write(vec![sql::provided("n1")]).await.unwrap();
    }
    assert!(sql::was_provided(&store, "n1").await.unwrap());
}

async fn the_oldest_go_when_there_are_too_many(Fresh { store, .. }: Fresh) {
    let conversation = key("long");
    let many = Message::user("x");
    let said = Said { target: Some(0), messages: vec![(true, many); usize::try_from(MAX_KEPT).unwrap()] };
    remember(&store, &conversation, "q1", &[&said]).await;
    remember(&store, &conversation, "q2", &[&asked("the newest")]).await;
    assert_eq!(sql::count(&store, "m1", "long").await.unwrap(), usize::try_from(MAX_KEPT).unwrap());
    assert_eq!(sql::turns(&store, &conversation, "q9").await.unwrap().len(), 2);
}

async fn messages_go_with_query_and_memory(Fresh { store, .. }: Fresh) {
    for query in ["q1", "q2"] {
        remember(&store, &key("tides"), query, &[&asked("?")]).await;
    }
    store.write(vec![sql::forget_query("q1")]).await.unwrap();
    assert_eq!(sql::queries(&store).await.unwrap(), ["q2"]);
    assert_eq!(sql::memories(&store).await.unwrap(), ["m1"]);
    store.write(vec![sql::forget_memory("m1")]).await.unwrap();
    assert!(sql::memories(&store).await.unwrap().is_empty());
}
