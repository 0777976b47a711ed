//! Who this program is to a cloud that gives it no key: AWS by its chain, Azure by an identity. What is obtained is kept
//! in memory until shortly before it ends, and nowhere else.

mod aws;
mod azure;
mod door;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

pub use azure::AzureIdentity;
pub(super) use door::Way;

use super::{Environment, ModelError, Outbound};
use crate::engine::secret::Secret;

/// Obtained anew this long before the end, so that a long request does not outlive it.
const MARGIN: Duration = Duration::from_secs(300);
/// Identities that are remembered; beyond, those that end first are forgotten.
const MAX_KEPT: usize = 256;

/// Keys that requests to AWS are signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsKeys {
    /// Which key.
    pub access_key_id: String,
    /// The key.
    pub secret: Secret,
    /// Of temporary keys.
    pub session_token: Option<Secret>,
}

/// What a cloud gave.
#[derive(Debug, Clone)]
enum Grant {
    Token(Secret),
    Keys(AwsKeys),
}

/// With the time from which it is not used any more.
#[derive(Debug, Clone)]
struct Kept {
    grant: Grant,
    until: Instant,
}

/// The process's identities; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Identities {
    environment: Environment,
    // One lock while one is obtained: a hundred runs that begin together ask once.
    kept: Arc<Mutex<HashMap<String, Kept>>>,
}

impl Identities {
    /// Told apart by the variables of `environment`.
    pub fn new(environment: Environment) -> Self {
        Self { environment, kept: Arc::default() }
    }

    /// The environment that tells who we are.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Keys by AWS's chain.
    pub(super) async fn aws(&self, outbound: &Outbound, region: &str) -> Result<AwsKeys, ModelError> {
        if let Some(keys) = aws::from_environment(&self.environment) {
            return Ok(keys);
        }
        let name = format!("aws {region}");
        let obtain = aws::obtain(outbound, &self.environment, region);
        match self.kept(&name, async { obtain.await.map(|(keys, life)| (Grant::Keys(keys), life)) }).await? {
            Grant::Keys(keys) => Ok(keys),
            Grant::Token(_) => Err(door::odd("AWS")),
        }
    }

    /// A token for Azure's models at `base_url`.
    pub(super) async fn azure(
        &self,
        outbound: &Outbound,
        identity: &AzureIdentity,
        base_url: &str,
    ) -> Result<Secret, ModelError> {
        let audience = azure::audience(base_url)?;
        let name = format!("{identity:?} {audience}");
        let obtain = azure::obtain(outbound, &self.environment, identity, audience);
        match self
            .kept(&name, async { obtain.await.map(|(token, life)| (Grant::Token(token), life)) })
            .await?
        {
            Grant::Token(token) => Ok(token),
            Grant::Keys(_) => Err(door::odd("Azure")),
        }
    }

    /// Forgets everything: a provider refused what it was shown.
    pub(super) async fn forget(&self) {
        self.kept.lock().await.clear();
    }

    async fn kept(
        &self,
        name: &str,
        obtain: impl Future<Output = Result<(Grant, Duration), ModelError>>,
    ) -> Result<Grant, ModelError> {
        let mut kept = self.kept.lock().await;
        let now = Instant::now();
        if let Some(found) = kept.get(name).filter(|found| found.until > now) {
            return Ok(found.grant.clone());
        }
        let (grant, life) = obtain.await?;
        kept.retain(|_, other| other.until > now);
        while kept.len() >= MAX_KEPT {
            let first = kept.iter().min_by_key(|(_, other)| other.until).map(|(name, _)| name.clone());
            kept.remove(&first.unwrap_or_default());
        }
        let until = now + life.saturating_sub(MARGIN);
        kept.insert(name.to_owned(), Kept { grant: grant.clone(), until });
        Ok(grant)
    }
}
