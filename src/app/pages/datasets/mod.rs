//! Data sets: questions with what should be answered, in versions.

mod bring;
mod editor;
mod grow;
mod head;
mod item_form;
mod items;
mod list;
mod new;
mod page;
mod past;
mod request;
mod store;
mod versions;

pub use list::DataSetsPage;
pub use new::NewDataSetPage;
pub use page::DataSetPage;
