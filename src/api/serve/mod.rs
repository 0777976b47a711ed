//! The work behind the server functions: who asks, what they may, one use case, a view.

pub mod annotations;
pub mod answers;
pub mod approvals;
pub mod conversations;
pub mod datasets;
pub mod evaluations;
pub mod experiments;
pub mod forms;
pub mod home;
pub mod live;
pub mod objects;
pub mod present;
pub mod queries;
pub mod runs;
mod services;
pub mod tools;
pub mod usage;
pub mod yaml;

pub use services::{Services, asker, services, session};
