//! The verbs. Each write is the same way: decode, prune, default, mutate, validate, store, publish.

mod admit;
mod create;
mod decode;
mod delete;
mod delete_collection;
mod get;
mod list;
mod modify;
mod patch;
mod update;
mod watch;

use std::sync::Arc;

use axum::response::Response;
use http::Method;

pub use delete::{DeleteOptions, remove};
pub use modify::edit;

use super::meta::Part;
use super::registry::Served;
use super::render::Warnings;
use super::request::{Request, Target};
use super::resource::{Resource, Version};
use super::reviews;
use super::server::Server;
use super::status::ApiError;
use super::storage::Key;

/// A request with everything that its verb needs.
pub struct Call<'a> {
    pub(super) server: &'a Arc<Server>,
    pub(super) served: &'a Served,
    pub(super) target: &'a Target,
    pub(super) request: Request,
}

impl Call<'_> {
    fn resource(&self) -> &Resource {
        &self.served.resource
    }

    fn version(&self) -> &Version {
        self.served.version()
    }

    /// The namespace of the address, empty for cluster-scoped resources.
    fn namespace(&self) -> &str {
        self.target.namespace.as_deref().unwrap_or_default()
    }

    fn name(&self) -> &str {
        self.target.name.as_deref().unwrap_or_default()
    }

    fn key(&self) -> Key {
        Key::new(self.namespace(), self.name())
    }

    /// Which part of the object the address means.
    fn part(&self) -> Part {
        match self.target.subresource {
            Some(_) => Part::Status,
            None => Part::Main,
        }
    }

    /// Warnings that every answer about this version carries.
    pub(super) fn warnings(&self) -> Warnings {
        Warnings::from(self.version().deprecated.clone())
    }
}

/// Finds the resource and the verb.
pub(super) async fn dispatch(
    server: &Arc<Server>,
    target: &Target,
    mut request: Request,
) -> Result<Response, ApiError> {
    if let Some(response) = reviews::answer(target, &request) {
        return response;
    }
    let served = server
        .registry
        .find(&target.group, &target.version, &target.plural)
        .ok_or_else(ApiError::no_such_path)?;
    request.query.watch |= target.watch;
    let method = request.method.clone();
    let call = Call { server, served, target, request };
    check_address(&call)?;
    let writes = method != Method::GET && method != Method::HEAD;
    if writes && !call.resource().traits.writable {
        return Err(ApiError::method_not_allowed(call.resource(), action(&method, target)));
    }
    match (method, &target.name) {
        (Method::GET, _) if call.request.query.watch => watch::watch(&call),
        (Method::GET | Method::HEAD, None) => list::list(&call),
        (Method::GET | Method::HEAD, Some(_)) => get::get(&call),
        (Method::POST, None) => create::create(&call).await,
        (Method::PUT, Some(_)) => update::update(&call).await,
        (Method::PATCH, Some(_)) => patch::patch(&call).await,
        (Method::DELETE, Some(_)) if target.subresource.is_none() => delete::delete(&call).await,
        (Method::DELETE, None) => delete_collection::delete_collection(&call).await,
        (method, _) => Err(ApiError::method_not_allowed(call.resource(), action(&method, target))),
    }
}

/// Whether scope and subresource of the address fit the resource.
fn check_address(call: &Call<'_>) -> Result<(), ApiError> {
    let target = call.target;
    let resource = call.resource();
    if !resource.namespaced && target.namespace.is_some() {
        return Err(ApiError::no_such_path());
    }
    if resource.namespaced && target.namespace.is_none() {
        if target.name.is_some() {
            return Err(ApiError::no_such_path());
        }
        if call.request.method != Method::GET && call.request.method != Method::HEAD {
            return Err(ApiError::method_not_allowed(resource, action(&call.request.method, target)));
        }
    }
    match target.subresource.as_deref() {
        None => Ok(()),
        Some("status") if call.version().status => Ok(()),
        Some(_) => Err(ApiError::not_found(resource, target.name.as_deref().unwrap_or_default())),
    }
}

fn action(method: &Method, target: &Target) -> &'static str {
    match (method.as_str(), &target.name) {
        ("POST", _) => "create",
        ("PUT", _) => "update",
        ("PATCH", _) => "patch",
        ("DELETE", Some(_)) => "delete",
        ("DELETE", None) => "deletecollection",
        _ => "get",
    }
}
