//! What can be set about the engine, and what it is given.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use super::providers::{Environment, Limits, Pause, Reach};
use super::sandbox::Sandbox;
use super::world::Readers;
use crate::store::Store;

/// Settings of the engine. Every one has a default that suits a machine with two cores.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Runs at once; more wait. 32 as in Ark: runs mostly wait for models, and 32 streams keep one core a third busy.
    pub max_running: usize,
    /// Weight of namespaces in the queue; others weigh 1.
    pub weights: HashMap<String, u32>,
    /// Tokens of a conversation's history that a run is told, about; older turns are left out. 16,000 leave room for prompt,
    /// tools and answer in models with a context of 32,000, and keep the price of each further turn within bounds.
    pub history_tokens: usize,
    /// Attempts of one model call, the first included.
    pub max_attempts: u32,
    /// Pause before the second attempt; it doubles, up to [`MAX_BACKOFF`].
    pub backoff: Duration,
    /// Patience with silent peers.
    pub limits: Limits,
    /// How long an endpoint that fails again and again is left alone.
    pub circuit_pause: Pause,
    /// Where calls may go.
    pub reach: Reach,
    /// Where clouds tell this program who it is.
    pub environment: Environment,
    /// Domain of Services, as `cluster.local`.
    pub cluster_domain: String,
    /// The program that children of the [`sandbox`](super::sandbox) are: this one.
    pub program: PathBuf,
    /// How long running runs may go on after [`shutdown`](super::Engine::shutdown) was asked for.
    pub drain: Duration,
}

/// The longest pause between two attempts that nobody asked for.
pub const MAX_BACKOFF: Duration = Duration::from_secs(8);

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_running: 32,
            weights: HashMap::new(),
            history_tokens: 16_000,
            max_attempts: 3,
            backoff: Duration::from_millis(500),
            limits: Limits::default(),
            circuit_pause: Pause::default(),
            reach: Reach::ALL,
            environment: Environment::process(),
            cluster_domain: "cluster.local".into(),
            program: Sandbox::own_program(),
            drain: Duration::from_secs(2),
        }
    }
}

/// What one run may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Its time, waiting included.
    pub timeout: Duration,
    /// How often each of its agents may ask its model for one answer (`TooManyIterations` beyond).
    pub iterations: u32,
}

/// What the engine is given at its start.
pub struct EngineDeps {
    /// The database.
    pub store: Store,
    /// The client that the engine writes with.
    pub client: kube::Client,
    /// Whose rights runs read with.
    pub readers: Readers,
    /// Settings.
    pub settings: Settings,
}
