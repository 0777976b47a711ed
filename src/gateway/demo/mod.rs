//! The demo model: an OpenAI-compatible endpoint of this process that answers from a script, so that everything can be
//! shown without a key. It says so in [`router`]'s index, in `system_fingerprint`, in the label `arkdeck.dev/demo` of its
//! objects, and in its answers; pages say so too.

mod answer;
mod chat;
mod experiment;
mod refunds;
mod schema;
mod script;
mod seed;
mod shop;
mod topics;

use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

pub use experiment::{EXPERIMENT_NAMESPACE, run_experiment};
pub use seed::{SeedError, Seeded, seed};

/// Label of every object of the demo set.
pub const LABEL: &str = "arkdeck.dev/demo";
/// Field manager that applies the demo set.
pub const MANAGER: &str = "arkdeck-demo";
/// Path of the model's API below the address that we listen at.
pub const PATH: &str = "/demo/v1";
/// What answers carry, as OpenAI's carry the version of the backend.
const FINGERPRINT: &str = "arkdeck-demo";

/// The models, with how they behave.
const MODELS: [(&str, &str); 4] = [
    ("demo-writer", "Answers in words, at the pace of a person who reads along."),
    ("demo-fast", "Answers in words, at once."),
    ("demo-strict", "Answers in JSON by the schema that it is given."),
    ("demo-broken", "Fails: every question gets status 500."),
];

/// Routes to be nested at [`PATH`]: the index, `models`, `chat/completions`, and the little shop that the demo's tools ask.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/", get(index))
        .route("/models", get(models))
        .route("/chat/completions", post(chat::completions))
        .route("/shop/orders/{id}", get(shop::order))
        .route("/shop/orders/{id}/shipment", get(shop::shipment))
        .route("/shop/orders/{id}/refunds", post(shop::refund))
        .route("/shop/policies", get(shop::policies))
}

async fn index() -> impl IntoResponse {
    let models: serde_json::Map<String, Value> =
        MODELS.iter().map(|(name, text)| ((*name).to_owned(), json!(text))).collect();
    Json(json!({
        "name": "Arkdeck demo model",
        "scripted": true,
        "about": "Answers come from a script inside this program. No language model is asked, and nothing leaves this machine.",
        "models": models,
    }))
}

async fn models() -> impl IntoResponse {
    let data: Vec<Value> = MODELS
        .iter()
        .map(|(name, _)| json!({"id": name, "object": "model", "created": 0, "owned_by": FINGERPRINT}))
        .collect();
    Json(json!({"object": "list", "data": data}))
}
