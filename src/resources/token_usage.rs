//! Tokens that model calls cost.

use serde::{Deserialize, Serialize};

/// Tokens that model calls cost, counted once at the provider call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct TokenUsage {
    /// Tokens sent to models.
    #[serde(skip_serializing_if = "is_zero")]
    pub prompt_tokens: i64,
    /// Tokens that models answered with.
    #[serde(skip_serializing_if = "is_zero")]
    pub completion_tokens: i64,
    /// Both together.
    #[serde(skip_serializing_if = "is_zero")]
    pub total_tokens: i64,
    /// Those of 'promptTokens' that the provider had cached.
    #[serde(skip_serializing_if = "is_zero")]
    pub cached_tokens: i64,
}

fn is_zero(count: &i64) -> bool {
    *count == 0
}

impl std::ops::AddAssign for TokenUsage {
    fn add_assign(&mut self, other: Self) {
        self.prompt_tokens = self.prompt_tokens.saturating_add(other.prompt_tokens);
        self.completion_tokens = self.completion_tokens.saturating_add(other.completion_tokens);
        self.total_tokens = self.total_tokens.saturating_add(other.total_tokens);
        self.cached_tokens = self.cached_tokens.saturating_add(other.cached_tokens);
    }
}
