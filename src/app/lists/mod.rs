//! Live lists of objects: what is asked for is in the address, the rows live by the stream.
//!
//! A page of a kind makes a [`ListStore`] and lays out [`ListView`] (toolbar, table and all its states), or uses
//! the store alone with rows of its own:
//!
//! ```ignore
//! let request = use_list_request(kind, namespace);
//! let list = ListStore::new(request);
//! view! { <ListView list=list title=… /> }
//! ```

mod cancel;
mod cell;
mod collect;
mod facets;
mod request;
mod row;
pub mod scroll;
mod store;
mod table;
mod toolbar;
mod view;

pub use cell::cell_view;
pub use request::{
    ListAddress, read as read_request, use_evaluations_within, use_list_address, use_list_address_within,
};
pub use store::{Entry, ListStore};
pub use table::Table;
pub use toolbar::{Toolbar, state_word, summary_line};
pub use view::ListView;
