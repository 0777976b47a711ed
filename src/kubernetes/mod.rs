//! Which Kubernetes API we talk to, and everything read from it or written to it.
//!
//! [`Cluster`] is the connection, [`cache`] what one watch for each kind keeps in memory, [`apply`] server-side apply,
//! [`access`] the one place where rights are asked, [`Accounts`] clients that act as service accounts, [`problem`] the words for what the API refuses. Code above this
//! room never knows whether the API is a cluster or the embedded one.

pub mod access;
mod accounts;
pub mod apply;
pub mod cache;
mod caches;
mod cluster;
mod glance;
mod guard;
pub mod problem;
mod slim;

pub use accounts::Accounts;
pub use cache::{Change, KindCache, Malformed};
pub use caches::Caches;
pub use cluster::{Cluster, ConnectError, Mode};
pub use glance::{Glance, glance};
pub use problem::cause;
pub use slim::Slim;
