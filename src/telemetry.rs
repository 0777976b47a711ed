//! Logs: to stderr, for people on a terminal, as JSON lines where asked. Never payloads, never secrets.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// What is logged unless `ARKDECK_LOG` or `RUST_LOG` says otherwise. The `off` entries are libraries that log what
/// we log ourselves, better.
const DEFAULT_FILTER: &str = "info,kube_client=off,kube_runtime=off,tower_sessions=warn,tower_http=warn,sqlx=warn,hyper=warn,leptos=warn";

/// Starts logging; a second call does nothing.
///
/// `ARKDECK_LOG` (else `RUST_LOG`) holds a filter as `info,arkdeck::engine=debug`; `ARKDECK_LOG_FORMAT=json` makes
/// each line an object.
pub fn init() {
    let filter = ["ARKDECK_LOG", "RUST_LOG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .and_then(|text| EnvFilter::try_new(text).ok())
        .unwrap_or_else(|| EnvFilter::new(DEFAULT_FILTER));
    let json = std::env::var("ARKDECK_LOG_FORMAT").is_ok_and(|format| format == "json");
    let registry = tracing_subscriber::registry().with(filter);
    let format = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let _ = if json {
        registry.with(format.json()).try_init()
    } else {
        registry.with(format.compact().with_ansi(std::io::stderr().is_terminal())).try_init()
    };
}
