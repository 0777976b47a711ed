//! The interface: shell, routes, pages, components, the live store.
