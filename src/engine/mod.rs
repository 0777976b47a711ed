//! A run: journal, scheduler, agent loop, tools, providers, templates.
//!
//! [`Engine`] is the face: [`submit`](Engine::submit) a query, [`cancel`](Engine::cancel) it, read its
//! [`journal`](Engine::journal). A run waits in the [`scheduler`], is driven by `drive` through `run`, writes its status
//! by `status`, and resumes from its journal after a restart. Nothing here knows who watches.

mod ask;
mod desk;
mod drive;
mod elsewhere;
mod error;
pub mod events;
mod finalizer;
pub mod journal;
mod lane;
pub mod memory;
mod metrics;
mod missing;
pub mod models;
pub mod nesting;
mod patch_status;
pub mod prices;
pub mod providers;
mod registry;
mod replicas;
mod run;
mod runtime;
pub mod sandbox;
pub mod scheduler;
mod scorings;
mod seat;
pub mod secret;
mod settings;
mod spans;
mod status;
pub mod template;
#[cfg(test)]
mod tests;
pub mod timers;
mod told;
mod tools;
mod trial;
pub mod world;

pub use ask::{Asked, Manner};
pub use error::{RunError, codes};
pub use missing::Missing;
pub use patch_status::patch_status;
pub use replicas::Orphan;
pub use runtime::{Engine, EngineError};
pub use scorings::Scorings;
pub use settings::{Budget, EngineDeps, Settings};
pub use trial::Trial;
