//! The page of a run.

pub mod fold;
pub mod journal;
pub mod markdown;
pub mod strip;
pub mod turn;
