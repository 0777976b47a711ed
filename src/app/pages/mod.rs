//! Pages.

pub mod figures;
pub mod run;
