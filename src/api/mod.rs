//! Server functions: the browser's only way in. Each is: who is asking, one use case, a view.
//!
//! Addresses are stable (`/api/…`): tests and scripts may call them, and two versions of the program can meet
//! during a rollout. Bodies run on the server only; the work is in `serve/`.

pub mod approvals;
pub mod conversations;
pub mod datasets;
pub mod evaluations;
pub mod experiments;
pub mod forms;
pub mod live;
pub mod objects;
pub mod queries;
pub mod wire;

#[cfg(feature = "ssr")]
pub mod serve;
