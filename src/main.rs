//! The `arkdeck` binary: wiring only.

fn main() {}
