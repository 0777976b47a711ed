//! The Ark custom resources: one file per kind. Types, schema, validation rules and printer columns, shared by server and browser.

pub mod kind;
