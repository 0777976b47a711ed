//! The embedded Kubernetes-compatible API: routes, storage with watch, schema, apply, selectors, tables, discovery. Knows no Ark kind by name.

pub mod apply;
pub mod patch;
pub mod schema;
pub mod selector;
