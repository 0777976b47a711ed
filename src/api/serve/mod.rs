//! The work behind the server functions.

pub mod forms;
pub mod home;
pub mod live;
pub mod objects;
pub mod queries;
pub mod yaml;
