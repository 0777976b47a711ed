//! Protocols that other programs speak to us. Today: the scripted demo model.

pub mod demo;
