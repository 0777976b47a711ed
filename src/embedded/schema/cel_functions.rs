//! The functions that rules may call.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use kube_cel::KubeCelExt;
use kube_cel::cel::extractors::This;
use kube_cel::cel::{Context, ExecutionError};
use parking_lot::Mutex;
use regex::Regex;

/// CEL's standard functions and Kubernetes' extensions. Built once: it costs more than most rules.
pub(super) static FUNCTIONS: LazyLock<Context<'static>> = LazyLock::new(|| {
    let mut functions = Context::default().with_all();
    functions.add_function("matches", matches);
    functions
});

/// Patterns kept compiled. They are constants of rules in practice; should a rule build them from data, the cache
/// is emptied when full, and such rules are as slow as without it.
const MAX_PATTERNS: usize = 256;

/// `matches` as in CEL, which would compile the pattern anew each time: hundreds of microseconds.
fn matches(This(text): This<Arc<String>>, pattern: Arc<String>) -> Result<bool, ExecutionError> {
    static PATTERNS: LazyLock<Mutex<HashMap<Arc<String>, Regex>>> = LazyLock::new(Mutex::default);
    if let Some(regex) = PATTERNS.lock().get(&pattern) {
        return Ok(regex.is_match(&text));
    }
    let regex = Regex::new(&pattern).map_err(|e| {
        ExecutionError::function_error("matches", format!("'{pattern}' is no regular expression: {e}"))
    })?;
    let found = regex.is_match(&text);
    let mut patterns = PATTERNS.lock();
    if patterns.len() >= MAX_PATTERNS {
        patterns.clear();
    }
    patterns.insert(pattern, regex);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use kube_cel::cel::{Program, Value};

    use super::*;

    fn run(source: &str) -> Result<Value, ExecutionError> {
        Program::compile(source).unwrap().execute(&FUNCTIONS)
    }

    #[test]
    fn patterns_are_matched_again_and_again() {
        for n in 0..MAX_PATTERNS + 10 {
            assert_eq!(run(&format!("'a{n}'.matches('^a{n}$')")), Ok(Value::Bool(true)));
        }
        assert_eq!(run("'b'.matches('^a')"), Ok(Value::Bool(false)));
        assert_eq!(run("'b'.matches('^a')"), Ok(Value::Bool(false)));
        assert!(run("'b'.matches('(')").is_err());
    }
}
