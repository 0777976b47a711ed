//! The HTTP request of an http tool.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{duration::GoDuration, header::Header, parameter::Parameter, string_enum::string_enum};

string_enum! {
    /// The method of a request.
    #[derive(Default)]
    pub enum HttpMethod {
        /// Reads.
        #[default]
        Get = "GET",
        /// Sends.
        Post = "POST",
        /// Replaces.
        Put = "PUT",
        /// Deletes.
        Delete = "DELETE",
        /// Changes.
        Patch = "PATCH",
    }
}

/// An HTTP request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["url"])))]
#[serde(rename_all = "camelCase", default)]
pub struct HttpTool {
    /// The URL. '{name}' stands for the argument of that name.
    #[cfg_attr(feature = "ssr", schemars(length(min = 1), extend("pattern" = "^https?://.*")))]
    pub url: String,
    /// The method.
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "GET")))]
    pub method: HttpMethod,
    /// Headers of the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Header>,
    /// How long the request may take: a number with s, m or h; without a unit, seconds. Default: 30s.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(extend("pattern" = "^[0-9]+[smh]?$")))]
    pub timeout: String,
    /// The body of POST, PUT and PATCH: a template in Go's text/template syntax over '.input' (the arguments) and the
    /// body parameters.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// Further variables of the body.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub body_parameters: Vec<Parameter>,
}

impl HttpTool {
    /// Time that a request may take when nobody said.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

    /// Time that the request may take.
    pub fn timeout(&self) -> Duration {
        let seconds = self.timeout.parse::<u64>().ok().map(Duration::from_secs);
        seconds
            .or_else(|| self.timeout.parse::<GoDuration>().ok().map(GoDuration::to_std))
            .filter(|timeout| !timeout.is_zero())
            .unwrap_or(Self::DEFAULT_TIMEOUT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_number_is_seconds_and_nonsense_is_the_default() {
        for (text, seconds) in [("45", 45), ("2m", 120), ("", 30), ("0", 30), ("soon", 30)] {
            let tool = HttpTool { timeout: text.into(), ..Default::default() };
            assert_eq!(tool.timeout(), Duration::from_secs(seconds), "{text}");
        }
    }
}
