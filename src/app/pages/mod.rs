//! The pages, each a loader, a view model and a component that lays out the component set. The generic ones serve
//! every kind that has no page of its own.

pub mod run;

mod not_found;
mod objects;

pub use not_found::NotFound;
pub use objects::ObjectsPage;
