//! The HTTP server as browsers and scripts meet it, in one process with the embedded API: the door, sessions, server
//! functions, the live stream.

#![allow(clippy::unwrap_used)] // Helpers of tests count as tests.

mod annotations;
mod datasets;
mod door;
mod evaluate;
mod experiments;
mod functions;
mod harness;
mod live;
