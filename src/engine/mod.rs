//! A run: journal, scheduler, agent loop, providers, templates.

pub mod journal;
