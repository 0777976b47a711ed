//! The interface: shell, routes, pages, components, the live store.

pub mod pages;
