//! The page of one object of any kind, alive by the stream. Pages of kinds with more to show use its parts.

mod conditions;
mod events;
mod facts;
mod head;
mod page;
mod relations;
mod tabbed;

pub use conditions::Conditions;
pub use events::EventsTable;
pub use facts::{Blocks, Facts};
pub use head::{Gone, ObjectHead};
pub use page::{ObjectLoader, ObjectPage, ObjectState, Overview};
pub use relations::{Labels, UsedBy};
pub use tabbed::{TabContent, TabbedObject};
