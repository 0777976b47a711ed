//! Evaluations: scores of answers, made in this process by measures, by a model as judge, by rules over what happened, or by
//! an evaluator's service over HTTP, as Ark made them.
//!
//! [`Scorer`] is the face. What costs something, a judge's verdict or a service's answer, is kept under its step before
//! anything follows from it ([`Steps`]), so that no restart pays twice. What cannot be measured scores 0 and says why: a missing
//! value is not a pass.

pub mod annotations;
pub mod compare;
pub mod datasets;
pub mod experiment;
mod finding;
mod golden;
pub mod groups;
mod judge;
mod metrics;
pub mod misread;
pub mod namespaces;
pub mod online;
mod protocol;
mod rules;
mod score;
mod settings;
pub mod statistics;
mod steps;
mod subject;
mod trace;

pub use finding::{Finding, written};
pub use metrics::check as check_metric;
pub use rules::INVALID_RULE;
pub use score::{ScoreError, Scored, Scorer, Work, steps as steps_of};
pub use settings::{CRITERIA, Parameters, Settings, SettingsError};
pub use steps::Steps;
