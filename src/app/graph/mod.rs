//! A team as a graph: who may speak after whom, what stands out in it, and where a run is on it.
//!
//! Places and lines are computed here, purely; the picture is SVG, and a list says the same in words.

mod arrows;
mod check;
mod drawing;
mod layout;
mod list;
mod paths;
mod picture;
mod pointer;
mod trace;

pub use check::Check;
pub use drawing::{Drawing, Node};
pub use list::{Checks, TurnList};
pub use picture::{GraphEdit, GraphPicture};
pub use trace::{Trace, trace_of};
