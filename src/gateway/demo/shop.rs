//! The little shop that the demo's tools ask: two orders and three rules.

use axum::Json;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

/// `GET /demo/v1/shop/orders/{id}`.
pub(super) async fn order(Path(id): Path<String>) -> Response {
    let order = match id.as_str() {
        "A-10448" => json!({
            "id": "A-10448", "currency": "EUR", "goods": 129.80, "shipping": 6.90,
            "items": [
                {"sku": "LMP-221", "name": "Lamp shade, clay", "price": 39.90},
                {"sku": "LMP-007", "name": "Lamp foot, oak", "price": 89.90},
            ],
        }),
        "A-10502" => json!({
            "id": "A-10502", "currency": "EUR", "goods": 54.00, "shipping": 4.90,
            "items": [{"sku": "RUG-018", "name": "Rug, wool, small", "price": 54.00}],
        }),
        _ => return unknown(&id),
    };
    Json(order).into_response()
}

/// `GET /demo/v1/shop/orders/{id}/shipment`.
pub(super) async fn shipment(Path(id): Path<String>) -> Response {
    let shipment = match id.as_str() {
        "A-10448" => {
            json!({"promised": "2026-11-09", "delivered": "2026-11-18", "carrier": "DPD", "days_late": 9})
        }
        "A-10502" => {
            json!({"promised": "2026-11-21", "delivered": "2026-11-20", "carrier": "DHL", "days_late": 0})
        }
        _ => return unknown(&id),
    };
    Json(shipment).into_response()
}

/// What is paid back.
#[derive(Deserialize)]
pub(super) struct Refund {
    /// Euros.
    amount: f64,
}

/// `POST /demo/v1/shop/orders/{id}/refunds?amount=`: nothing is paid, as there is no money here.
pub(super) async fn refund(Path(id): Path<String>, Query(refund): Query<Refund>) -> Response {
    match id.as_str() {
        "A-10448" | "A-10502" => {
            Json(json!({"order": id, "paid_back": refund.amount, "currency": "EUR"})).into_response()
        }
        _ => unknown(&id),
    }
}

/// What is looked for.
#[derive(Deserialize)]
pub(super) struct Search {
    /// Words.
    #[serde(default)]
    query: String,
}

/// `GET /demo/v1/shop/policies?query=`: the rules with a word of the query, or all when none has.
pub(super) async fn policies(Query(search): Query<Search>) -> Response {
    let all = [
        ("R-3.1", "Over 7 days late: shipping is paid back."),
        ("R-3.2", "Over 7 days late: 10 % of the goods that are kept are paid back."),
        ("R-4.2", "Damaged on arrival, with a photo: the full price of the item is paid back."),
    ];
    let words: Vec<String> = search.query.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let has =
        |text: &str| words.iter().any(|word| word.len() > 3 && text.to_lowercase().contains(word.as_str()));
    let rule = |(rule, text): &(&str, &str)| json!({"rule": rule, "text": text});
    let mut matches: Vec<Value> = all.iter().filter(|(_, text)| has(text)).map(rule).collect();
    if matches.is_empty() {
        matches = all.iter().map(rule).collect();
    }
    Json(json!({"matches": matches})).into_response()
}

fn unknown(id: &str) -> Response {
    (
        StatusCode::NOT_FOUND,
        Json(json!({"error": format!("There is no order {id}. There are A-10448 and A-10502.")})),
    )
        .into_response()
}
