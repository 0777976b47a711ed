//! The API-level suite. It runs on the embedded API, and on a real kube-apiserver when `ARKDECK_TEST_KUBECONFIG` names
//! one (`make test-cluster`). Runs through the API: objects are created as anybody would, controllers and engine do the rest, and a model
//! server of our own counts what it is asked.

#![allow(clippy::unwrap_used)] // Helpers of tests count as tests.

mod agents;
mod answers;
mod applying;
mod approvals;
mod bad_peers;
mod builtins;
mod datasets;
mod demo;
mod evaluations;
mod evaluations_batches;
mod evaluations_judged;
mod evaluations_service;
mod evaluations_trials;
mod experiments;
mod failures;
mod following;
mod harness;
mod http_tools;
mod identities;
mod kill_points;
mod limits;
mod manifests;
mod memory;
mod metrics;
mod model_server;
mod online;
mod order;
mod output_schema;
mod panics;
mod plain;
#[path = "../postgres_support/mod.rs"]
mod postgres;
mod probes;
mod providers;
mod reach;
mod resume;
mod rights;
mod sdk;
mod selectors;
mod teams;
mod tool_server;
mod tools;
mod traces;
mod values;
mod verbs;
