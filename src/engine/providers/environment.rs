//! Variables of the process's environment by which clouds tell their programs who they are.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// The environment, or in tests one that is made up: a process has only one.
#[derive(Clone, Default)]
pub struct Environment(Option<Arc<HashMap<String, String>>>);

impl Environment {
    /// That of the process.
    pub fn process() -> Self {
        Self(None)
    }

    /// These variables and no others.
    pub fn of<'a>(variables: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let own = variables.into_iter().map(|(name, value)| (name.to_owned(), value));
        Self(Some(Arc::new(own.collect())))
    }

    /// A variable; an empty one counts as absent.
    pub fn get(&self, name: &str) -> Option<String> {
        let value = match &self.0 {
            Some(own) => own.get(name).cloned(),
            None => std::env::var(name).ok(),
        };
        value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }
}

/// Values may be keys.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment")
    }
}
