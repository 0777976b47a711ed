//! `update`: the whole object, or its status, is replaced.

use axum::response::Response;
use serde_json::Value;

use super::modify::{Wanted, answer, modify};
use super::{Call, create, decode};
use crate::embedded::meta;
use crate::embedded::status::ApiError;

/// `PUT` to an object or its status.
pub(super) async fn update(call: &Call<'_>) -> Result<Response, ApiError> {
    let mut warnings = call.warnings();
    let mut object = decode::object(call, &mut warnings)?;
    set_name(call, &mut object)?;
    create::set_namespace(call, &mut object)?;
    let exists = call.server.storage.get(call.resource().collection, &call.key()).is_some();
    if !exists && call.resource().traits.create_on_update && call.target.subresource.is_none() {
        return create::store(call, object, true, warnings).await;
    }
    let changed = modify(call, |_| Ok(Wanted { object: object.clone(), track: true })).await?;
    Ok(answer(call, changed, warnings))
}

/// The name of the address is the name of the object.
pub(super) fn set_name(call: &Call<'_>, object: &mut Value) -> Result<(), ApiError> {
    let given = meta::text(object, "name");
    match given {
        "" => object["metadata"]["name"] = call.name().into(),
        given if given != call.name() => {
            return Err(ApiError::bad_request(format!(
                "the name of the object ({given}) does not match the name on the URL ({})",
                call.name()
            )));
        }
        _ => {}
    }
    Ok(())
}
