//! A suite, from YAML to pass or fail: applied, waited for, reported. The command `arkdeck evaluate` and the endpoint
//! `POST /api/evaluate` are two ways to the same [`run`], so that both say the same.
//!
//! A suite is ordinary YAML: whatever kubectl could apply, with at least one Evaluation. An Arkdeck that works on the same API scores it;
//! what it found is read from the statuses, so that nothing but the API is needed.

mod baseline;
mod child;
mod command;
mod error;
mod escape;
mod follow;
mod outcome;
mod progress;
mod report;
mod run;
mod suite;

pub use command::evaluate;
pub use error::NotRun;
pub use follow::Progress;
pub use report::{Format, Report};
pub use run::{Order, run};
pub use suite::{MAX_OBJECTS, Suite};
