//! Is the model there? The list of models where there is one, else the smallest question.

use serde_json::Value;

use super::openai::OpenAi;
use super::{ModelError, ModelErrorCode};

/// Names that an error lists.
const NAMED: usize = 5;

pub(super) async fn probe(model: &OpenAi) -> Result<(), ModelError> {
    let Some(url) = model.peer().endpoint.models_url() else { return model.ask_tiny().await };
    match model.peer().get(&url).await {
        Ok(list) => listed(&list, &model.peer().endpoint.model, &url).unwrap_or(Ok(())),
        Err(error) if asking_tells_nothing_new(error.code) => Err(error),
        // Many compatible servers have no list.
        Err(_) => model.ask_tiny().await,
    }
}

/// Whether the list has the model; `None` when the document is no list, which tells nothing.
fn listed(list: &Value, model: &str, url: &str) -> Option<Result<(), ModelError>> {
    let names: Vec<&str> =
        list.get("data")?.as_array()?.iter().filter_map(|m| m.get("id")?.as_str()).collect();
    if names.is_empty() || names.contains(&model) {
        return Some(Ok(()));
    }
    let some = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    let more = if names.len() > NAMED { format!(" and {} more", names.len() - NAMED) } else { String::new() };
    Some(Err(ModelError::new(
        ModelErrorCode::ModelNotFound,
        format!("{url} does not list '{model}'. It lists {some}{more}. Correct spec.model."),
    )))
}

/// No connection, a wrong key or a forbidden address fail every request alike.
pub(super) fn asking_tells_nothing_new(code: ModelErrorCode) -> bool {
    matches!(
        code,
        ModelErrorCode::ModelUnauthorized
            | ModelErrorCode::ModelUnavailable
            | ModelErrorCode::ModelAddressRefused
            | ModelErrorCode::ModelMisconfigured
            | ModelErrorCode::ModelTimedOut
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_list_must_have_the_model() {
        let list = json!({"data": [{"id": "a"}, {"id": "b"}]});
        assert!(listed(&list, "b", "u").unwrap().is_ok());
        let error = listed(&list, "c", "u").unwrap().unwrap_err();
        assert_eq!(error.message, "u does not list 'c'. It lists a, b. Correct spec.model.");
        assert!(listed(&json!({"hello": 1}), "c", "u").is_none());
    }
}
