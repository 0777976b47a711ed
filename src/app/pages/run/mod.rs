//! The page of a run: a query, its journal, its answers as they come.
//!
//! [`fold`] makes turns of the journal; [`store`] moves them by the live stream; the rest draws.

mod acts;
mod answer;
mod approval_view;
mod compare;
mod conversation;
mod earlier;
pub mod fold;
mod follow;
mod head;
pub mod journal;
mod journal_view;
pub mod markdown;
mod memory;
mod nested_view;
mod page;
#[cfg(test)]
mod samples;
pub mod store;
pub mod strip;
mod strip_view;
mod team_view;
pub mod timeline;
mod timeline_view;
mod tool_view;
pub mod turn;
mod turn_view;
mod window;
pub mod work;

pub use compare::diff_view;
pub use conversation::{Asked, Notes, announce_turns};
pub use follow::to_end;
#[cfg(feature = "hydrate")]
pub use follow::{NEAR_END, distance_to_end};
pub use page::RunPage;
pub use team_view::TeamGraph;
pub use timeline_view::TimelineView;
pub use turn_view::{Fault, TurnBody, TurnItem};
