//! A run: journal, scheduler, agent loop, providers, templates.

pub mod journal;
pub mod providers;
pub mod scheduler;
pub mod secret;
pub mod timers;
