//! The page that docs/benchmarks.md becomes.

use std::fmt::Write;

use crate::machine;

/// One measured figure.
pub struct Figure {
    /// What was measured.
    pub name: String,
    /// The figure with its unit.
    pub measured: String,
    /// What was asked for, in the same unit; empty where there is no bound.
    pub target: String,
    /// Whether the bound holds.
    pub met: Option<bool>,
    /// How it was measured.
    pub how: String,
}

impl Figure {
    /// A figure in `unit` that shall not exceed `limit`.
    pub fn at_most(name: &str, value: f64, limit: f64, unit: &str, how: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            measured: format!("{} {unit}", number(value)),
            target: format!("≤ {} {unit}", number(limit)),
            met: Some(value <= limit),
            how: how.into(),
        }
    }

    /// A figure in `unit` that shall reach `limit`.
    pub fn at_least(name: &str, value: f64, limit: f64, unit: &str, how: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            measured: format!("{}{unit}", number(value)),
            target: format!("≥ {}{unit}", number(limit)),
            met: Some(value >= limit),
            how: how.into(),
        }
    }

    /// A figure without a bound of its own.
    pub fn plain(name: &str, measured: impl Into<String>, how: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            measured: measured.into(),
            target: String::new(),
            met: None,
            how: how.into(),
        }
    }
}

/// Three digits that matter are enough.
pub fn number(value: f64) -> String {
    if value >= 100.0 {
        format!("{value:.0}")
    } else if value >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

/// The whole page.
pub fn render(figures: &[Figure], notes: &str) -> String {
    let mut text =
        String::from("# Benchmarks\n\nWritten by `make bench`; the notes are from bench/notes.md.\n\n");
    let _ = writeln!(text, "Machine: {}.\n", machine::describe());
    text.push_str("| Figure | Measured | Asked | Holds | How |\n|---|---|---|---|---|\n");
    for figure in figures {
        let holds = match figure.met {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "",
        };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {holds} | {} |",
            figure.name, figure.measured, figure.target, figure.how
        );
    }
    if !notes.trim().is_empty() {
        let _ = write!(text, "\n{}\n", notes.trim());
    }
    text
}
