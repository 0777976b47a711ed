//! The HTTP server: router, sessions, CSRF, CSP, live stream, health.
