//! Providers and well-known endpoints.

/// A provider that this form edits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provider {
    /// Value in the object.
    pub value: &'static str,
    /// Its name.
    pub title: &'static str,
    /// What it covers.
    pub note: &'static str,
}

/// The providers that have fields here.
pub const PROVIDERS: [Provider; 4] = [
    Provider { value: "openai", title: "OpenAI", note: "and every server that speaks its protocol" },
    Provider { value: "anthropic", title: "Anthropic", note: "and servers that speak its messages API" },
    Provider { value: "azure", title: "Azure OpenAI", note: "with a key or an identity" },
    Provider { value: "bedrock", title: "Amazon Bedrock", note: "with a key, IAM keys or the environment's" },
];

/// An endpoint that many use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// What runs there.
    pub title: &'static str,
    /// Base address.
    pub address: &'static str,
    /// A name of a model there.
    pub model: &'static str,
    /// It needs no key; something must be sent all the same.
    pub keyless: bool,
}

/// A model that the demo endpoint has.
pub const DEMO_MODEL: &str = "demo-writer";

/// OpenAI-compatible endpoints: far ones first, then those on one's own machine.
pub const PRESETS: [Preset; 7] = [
    Preset { title: "OpenAI", address: "https://api.openai.com/v1", model: "gpt-5-mini", keyless: false },
    Preset {
        title: "Mistral",
        address: "https://api.mistral.ai/v1",
        model: "mistral-small-latest",
        keyless: false,
    },
    Preset { title: "OpenRouter", address: "https://openrouter.ai/api/v1", model: "", keyless: false },
    Preset {
        title: "Gemini",
        address: "https://generativelanguage.googleapis.com/v1beta/openai",
        model: "gemini-2.5-flash",
        keyless: false,
    },
    Preset { title: "Ollama", address: "http://127.0.0.1:11434/v1", model: "llama3.2", keyless: true },
    Preset { title: "LM Studio", address: "http://127.0.0.1:1234/v1", model: "", keyless: true },
    Preset { title: "vLLM", address: "http://127.0.0.1:8000/v1", model: "", keyless: true },
];
