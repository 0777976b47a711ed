//! Server-side apply and `metadata.managedFields`: who owns which field, and what an apply may change.
//!
//! The semantics are those of `sigs.k8s.io/structured-merge-diff` and
//! `k8s.io/apimachinery/pkg/util/managedfields`. An object is compared as a tree of path elements ([`path`]);
//! owners hold sets of paths ([`set`]). The schema says which lists and maps have parts that can be owned one by
//! one; what it calls atomic is owned as a whole, and so are lists it does not describe.

mod compare;
mod error;
mod fields;
mod managed;
mod merge;
mod owners;
mod path;
mod prune;
mod server_side;
mod set;
#[cfg(test)]
mod tests;
mod update;

pub use error::{ApplyError, Conflict};
pub use managed::Operation;
pub use server_side::server_side_apply;
pub use update::track_update;

/// Who writes, and through which endpoint.
#[derive(Debug, Clone, Copy)]
pub struct Manager<'a> {
    /// The `fieldManager` of the request; `unknown` if empty.
    pub name: &'a str,
    /// Of the object as written: `ark.mckinsey.com/v1alpha1`.
    pub api_version: &'a str,
    /// `Some("status")` when written through that subresource.
    pub subresource: Option<&'a str>,
    /// Time of the write, RFC 3339 with seconds: `2026-11-24T15:02:04Z`.
    pub now: &'a str,
}
