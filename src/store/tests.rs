use super::testing::{Fresh, on_both};
use super::*;

on_both!(
    a_failed_statement_fails_only_its_own_write,
    what_must_change_something_or_is_not_done,
    values_come_back
);

fn put(key: &'static str) -> Statement {
    Statement::new("INSERT INTO meta (key, value) VALUES ($1, $2)").bind(key).bind("v")
}

async fn keys(store: &Store) -> Vec<String> {
    let rows = store.rows(Statement::new("SELECT key FROM meta ORDER BY key")).await.unwrap();
    rows.iter().map(|row| row.get(0).unwrap()).collect()
}

async fn a_failed_statement_fails_only_its_own_write(Fresh { store, .. }: Fresh) {
    let (a, b, c) = tokio::join!(
        store.write(vec![put("a")]),
        store.write(vec![put("x"), put("x")]),
        store.write(vec![put("c")])
    );
    a.unwrap();
    assert!(matches!(b, Err(StoreError::Sql(_) | StoreError::Refused(_))));
    c.unwrap();
    assert_eq!(keys(&store).await, ["a", "c"]);
}

async fn what_must_change_something_or_is_not_done(Fresh { store, .. }: Fresh) {
    let change = || Statement::new("UPDATE meta SET value = $1 WHERE key = $2").bind("new").bind("a").must();
    let (unmet, other) = tokio::join!(store.write(vec![put("b"), change()]), store.write(vec![put("c")]));
    assert!(matches!(unmet, Err(StoreError::Unmet)));
    other.unwrap();
    assert_eq!(keys(&store).await, ["c"]);
    store.write(vec![put("a"), change()]).await.unwrap();
}

async fn values_come_back(Fresh { store, .. }: Fresh) {
    let insert = Statement::new("INSERT INTO runs (id, namespace, name, created_ms) VALUES ($1, $2, $3, $4)");
    store.write(vec![insert.bind("r").bind("lagoon").bind("Flut für 5 €").bind(i64::MAX)]).await.unwrap();
    let find =
        Statement::new("SELECT name, created_ms, finished_ms FROM runs WHERE created_ms >= $2 AND id = $1");
    let row = store.row(find.bind("r").bind(7)).await.unwrap().unwrap();
    assert_eq!(row.get::<&str>(0).unwrap(), "Flut für 5 €");
    assert_eq!(row.get::<i64>(1).unwrap(), i64::MAX);
    assert_eq!(row.get::<Option<i64>>(2).unwrap(), None);
    store.close().await;
    assert!(matches!(store.write(vec![put("late")]).await, Err(StoreError::Closed)));
}

#[tokio::test]
async fn refuses_a_second_process_and_a_damaged_file() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    assert!(matches!(Store::open(dir.path()).await, Err(StoreError::InUse { .. })));
    store.close().await;
    drop(store);
    std::fs::write(dir.path().join(FILE_NAME), b"this is no database, it is a letter to a friend").unwrap();
    let _ = std::fs::remove_file(dir.path().join("arkdeck.sqlite-wal"));
    assert!(matches!(Store::open(dir.path()).await, Err(StoreError::Corrupt { .. })));
}

/// Both have the same tables and columns, but for what only one of them needs.
#[tokio::test]
async fn one_schema() {
    let (file, server) = (Fresh::file().await, Fresh::server().await);
    let columns = async |store: &Store, statement| {
        let mut all: Vec<String> = Vec::new();
        for row in store.rows(statement).await.unwrap() {
            let (table, column): (String, String) = (row.get(0).unwrap(), row.get(1).unwrap());
            if !matches!(table.as_str(), "_sqlx_migrations" | "sqlite_sequence" | "objects" | "replicas") {
                all.push(format!("{table}.{column}"));
            }
        }
        all.sort();
        all
    };
    let of_file = Statement::new(
        "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'",
    );
    let of_server = Statement::new(
        "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = 'public'",
    );
    assert_eq!(columns(&file.store, of_file).await, columns(&server.store, of_server).await);
}

#[tokio::test]
async fn several_processes_share_a_server_and_wake_each_other() {
    let one = Fresh::server().await;
    // Both bring the schema to this version at once.
    let (other, third) = tokio::join!(one.again(), one.again());
    one.store.write(vec![put("a")]).await.unwrap();
    assert_eq!(keys(&other).await, ["a"]);
    let mut ear = third.shared().unwrap().listen("tide").await.unwrap();
    let messages = ["low".to_owned(), "x".repeat(MAX_MESSAGE)];
    other.shared().unwrap().tell("tide", &messages).await.unwrap();
    assert_eq!(ear.next().await.unwrap().as_deref(), Some("low"));
    assert_eq!(ear.next().await.unwrap().unwrap().len(), MAX_MESSAGE);
}

#[tokio::test]
async fn a_write_survives_connections_that_are_cut() {
    let one = Fresh::server().await;
    one.store.write(vec![put("before")]).await.unwrap();
    let other = one.again().await;
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()";
    other.rows(Statement::new(cut)).await.unwrap();
    one.store.write(vec![put("after")]).await.unwrap();
    assert_eq!(keys(&other).await, ["after", "before"]);
}

#[tokio::test]
async fn no_error_holds_the_password() {
    for (url, word) in [
        ("postgres://tide:moonlight@127.0.0.1:1/harbour", "harbour at 127.0.0.1:1"),
        ("postgres://tide:moonlight@127.0.0.1:ninety/harbour", "--database-url"),
        ("mysql://tide:moonlight@127.0.0.1/harbour", "postgres://"),
        ("postgres://tide:moonlight@[::/harbour", "--database-url"),
        ("postgres://tide:moonlight@127.0.0.1/harbour?sslmode=moonlight", "--database-url"),
    ] {
        let error = Store::connect(url).await.err().unwrap();
        let said = format!("{error} {error:?}");
        assert!(
            said.contains(word) && !said.replace("sslmode=moonlight", "").contains("tide:moonlight"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn a_log_of_full_length_keeps_what_a_kill_leaves_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    let names: Vec<String> = (100..200).map(|number| format!("key-{number}")).collect();
    for name in &names {
        let put =
            Statement::new("INSERT INTO meta (key, value) VALUES ($1, $2)").bind(name.as_str()).bind("v");
        store.write(vec![put]).await.unwrap();
    }
    // What is on disk at this moment, as after a kill.
    let left = tempfile::tempdir().unwrap();
    for name in [FILE_NAME.to_owned(), format!("{FILE_NAME}-wal")] {
        std::fs::copy(dir.path().join(&name), left.path().join(&name)).unwrap();
    }
    let log = std::fs::metadata(left.path().join(format!("{FILE_NAME}-wal"))).unwrap().len();
    assert!(log > 16_000_000, "the log has {log} bytes");
    let again = Store::open(left.path()).await.unwrap();
    assert_eq!(keys(&again).await, names);
    again.close().await;
    store.close().await;
}
