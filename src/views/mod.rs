//! What the browser is sent: rows, details, run events. Small, versioned by serde.
