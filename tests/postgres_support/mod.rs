//! One PostgreSQL for each test process, one database for each test. Without it the tests fail; they are never skipped.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::{Connection, Executor, PgConnection};

/// The server; it ends when our end of its standard input does, which is when this process ends.
struct Server {
    sockets: String,
    _process: Child,
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/test-postgres");
        let mut process = Command::new(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("scripts/test-postgres could not be started");
        let mut line = String::new();
        let mut output = BufReader::new(process.stdout.take().expect("its output is a pipe"));
        output.read_line(&mut line).expect("its output can be read");
        let sockets = line.trim().to_owned();
        assert!(
            !sockets.is_empty(),
            "there is no PostgreSQL to test on: scripts/test-postgres says above why. `scripts/setup-postgres` fetches one"
        );
        Server { sockets, _process: process }
    })
}

fn address(database: &str) -> String {
    format!("postgres://arkdeck@localhost/{database}?host={}", server().sockets)
}

/// The address of a new, empty database.
pub async fn database() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    tokio::task::spawn_blocking(server).await.expect("the server starts");
    let mut admin = PgConnection::connect(&address("postgres")).await.expect("the test server lets us in");
    // The name is ours.
    admin
        .execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .await
        .expect("a database can be made");
    admin.close().await.expect("the connection closes");
    address(&name)
}
