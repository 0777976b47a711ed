//! Experiments: a data set asked of targets, each answer scored, each score kept once.

pub mod trial;

pub use trial::Trial;
