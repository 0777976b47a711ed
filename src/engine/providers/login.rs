//! Models whose key is not written down: an identity is shown to a cloud first, for every call, from what is kept.

use async_trait::async_trait;

use super::endpoint::{Api, AwsAccess, is_aws};
use super::identity::AwsKeys;
use super::{
    ChatAnswer, ChatRequest, ModelEndpoint, ModelError, ModelErrorCode, OnText, Outbound, Provider, bedrock,
    openai,
};
use crate::engine::secret::Secret;

/// The key of Bedrock in the environment, as AWS's SDKs read it.
const BEDROCK_TOKEN: &str = "AWS_BEARER_TOKEN_BEDROCK";

/// A model that is logged in to.
pub(super) struct Login {
    outbound: Outbound,
    endpoint: ModelEndpoint,
}

#[async_trait]
impl Provider for Login {
    async fn chat(&self, request: &ChatRequest, on_text: OnText<'_>) -> Result<ChatAnswer, ModelError> {
        let outcome = self.provider().await?.chat(request, on_text).await;
        self.judge(outcome).await
    }

    async fn probe(&self) -> Result<(), ModelError> {
        let outcome = self.provider().await?.probe().await;
        self.judge(outcome).await
    }
}

impl Login {
    pub(super) fn new(outbound: Outbound, endpoint: ModelEndpoint) -> Self {
        Self { outbound, endpoint }
    }

    async fn provider(&self) -> Result<Box<dyn Provider>, ModelError> {
        let (outbound, mut endpoint) = (self.outbound.clone(), self.endpoint.clone());
        let identities = self.outbound.identities();
        match &self.endpoint.api {
            Api::Azure { identity: Some(identity), .. } => {
                endpoint.key = identities.azure(&self.outbound, identity, &endpoint.base_url).await?;
                Ok(Box::new(openai::OpenAi::new(outbound, endpoint)))
            }
            Api::Bedrock { region, access } => {
                let (keys, key) = self.aws(region, access).await?;
                let region = region.clone();
                if let Some(key) = key {
                    endpoint.key = key;
                    endpoint.api = Api::Bedrock { region: region.clone(), access: AwsAccess::Key };
                } else if let Some(keys) = &keys {
                    // Not sent; so that it is taken out of whatever is quoted.
                    endpoint.key = keys.secret.clone();
                }
                Ok(Box::new(bedrock::Bedrock::new(outbound, endpoint, region, keys)))
            }
            _ => Ok(Box::new(openai::OpenAi::new(outbound, endpoint))),
        }
    }

    /// What requests to Bedrock are signed with, or the key that they carry.
    async fn aws(
        &self,
        region: &str,
        access: &AwsAccess,
    ) -> Result<(Option<AwsKeys>, Option<Secret>), ModelError> {
        let identities = self.outbound.identities();
        match access {
            AwsAccess::Key => Ok((None, Some(self.endpoint.key.clone()))),
            AwsAccess::Keys(keys) => Ok((Some(keys.clone()), None)),
            AwsAccess::Chain => {
                // Unlike a signature, a key could be used by whoever gets it: it is shown to AWS only.
                let key =
                    identities.environment().get(BEDROCK_TOKEN).filter(|_| is_aws(&self.endpoint.base_url));
                match key {
                    Some(key) => Ok((None, Some(Secret::new(key)))),
                    None => Ok((Some(identities.aws(&self.outbound, region).await?), None)),
                }
            }
        }
    }

    /// What was kept may have been withdrawn.
    async fn judge<T>(&self, outcome: Result<T, ModelError>) -> Result<T, ModelError> {
        if outcome.as_ref().is_err_and(|error| error.code == ModelErrorCode::ModelUnauthorized) {
            self.outbound.identities().forget().await;
        }
        outcome
    }
}
