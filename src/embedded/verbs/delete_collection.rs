//! `deletecollection`: every object that a list with the same parameters shows.

use axum::response::Response;
use futures::{StreamExt, TryStreamExt, stream};

use super::{Call, DeleteOptions, delete, list, remove};
use crate::embedded::render;
use crate::embedded::status::ApiError;

/// Deletions under way at once, so that they share commits.
const PARALLEL: usize = 32;

/// `DELETE` of a collection.
pub(super) async fn delete_collection(call: &Call<'_>) -> Result<Response, ApiError> {
    let options = delete::options(call)?;
    let page = list::page(call)?;
    stream::iter(page.items.clone())
        .map(|stored| {
            let options = DeleteOptions { uid: Some(stored.uid.to_string()), ..options.clone() };
            async move {
                match remove(call.server, call.served, &stored.key, &options).await {
                    // Gone already, or another one by the same name: not ours to delete.
                    Err(error) if error.code() == http::StatusCode::NOT_FOUND => Ok(()),
                    Err(error) if error.code() == http::StatusCode::CONFLICT => Ok(()),
                    Err(error) => Err(error),
                    Ok(_) => Ok(()),
                }
            }
        })
        .buffer_unordered(PARALLEL)
        .try_collect::<()>()
        .await?;
    Ok(render::list(call, page))
}
