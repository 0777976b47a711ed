//! A text that must not be seen: keys of models. Exists for the length of a call.

use std::fmt;

/// A secret; shows as `[secret]` in logs and errors.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the header that it goes into.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Takes the secret out of a text from outside, which may quote it.
    pub fn scrub(&self, text: &mut String) {
        // Shorter ones would blank half of any sentence, and protect nothing.
        const WORTH_HIDING: usize = 6;
        if self.0.len() >= WORTH_HIDING && text.contains(&self.0) {
            *text = text.replace(&self.0, "[secret]");
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_does_not_show() {
        let secret = Secret::new("sk-harbour-1234");
        let mut text = "Incorrect API key provided: sk-harbour-1234.".to_owned();
        secret.scrub(&mut text);
        assert_eq!(format!("{secret:?} {text}"), "[secret] Incorrect API key provided: [secret].");
    }
}
