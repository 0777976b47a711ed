//! Experiments: a data set asked of targets, each answer scored, each score kept once.
//!
//! [`Experiments`] keeps them: what was asked, of whom, by whom it was scored, and what came of it. They stay when their Evaluation is
//! gone, so that what comes later can be compared with them.

mod figures;
mod gate;
mod outcome;
mod record;
mod store;
#[cfg(test)]
mod tests;
pub mod trial;

pub use figures::Figures;
pub(in crate::evaluation) use figures::add;
pub use gate::{Against, Condition, GateResult, judge as judge_gate};
pub use outcome::{Outcome, TargetOutcome, outcome};
pub use record::{
    AskedTarget, Experiment, ItemHead, MAX_EXPERIMENTS, MAX_TRIALS, REPLACED, Snapshot, State, baseline,
    own_baseline, run_key,
};
pub(in crate::evaluation) use store::unasked;
pub use store::{Experiments, Place};
pub use trial::{Target, Trial};
