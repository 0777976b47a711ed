//! The pages, each a loader, a view model and a component that lays out the component set. The generic ones serve
//! every kind that has no page of its own.

pub mod agent_form;
pub mod agents;
pub mod annotate;
pub mod chat;
pub mod datasets;
pub mod evaluation_form;
pub mod evaluations;
pub mod evaluator_form;
pub mod evaluators;
pub mod experiment;
pub mod form;
pub mod home;
pub mod inbox;
pub mod model_form;
pub mod models;
pub mod query_new;
pub mod run;
pub mod team_form;
pub mod teams;
pub mod tool_form;
pub mod tools;
pub mod usage;

#[cfg(debug_assertions)]
pub mod gallery;
pub mod object;
pub mod yaml;

mod events;
mod not_found;
mod objects;

pub use events::EventsPage;
pub use not_found::NotFound;
pub use objects::ObjectsPage;
