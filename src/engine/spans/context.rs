//! Which trace a run belongs to, and the ids of its spans: drawn from the run's UID and the steps' ids, so that a run
//! that a restart continues goes on in the same trace.

use sha2::{Digest, Sha256};

/// A run's place in a trace (W3C Trace Context).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::engine) struct TraceContext {
    run: String,
    trace: String,
    parent: Option<String>,
    sampled: bool,
    /// Spans of the run are exported, so that calls are children of them.
    exported: bool,
}

impl TraceContext {
    /// The context of the run `uid`: the caller's where `traceparent` is one, else a trace of its own. `None` when there is
    /// nothing to tell anybody: no caller, and no spans.
    pub(in crate::engine) fn of(uid: &str, traceparent: Option<&str>, exported: bool) -> Option<Self> {
        match traceparent.and_then(parse) {
            Some((trace, parent, sampled)) => {
                let exported = exported && sampled;
                Some(Self { run: uid.to_owned(), trace, parent: Some(parent), sampled, exported })
            }
            None if exported => {
                let trace = hash(uid, "", 16);
                Some(Self { run: uid.to_owned(), trace, parent: None, sampled: true, exported })
            }
            None => None,
        }
    }

    /// Whether spans are made: not when the caller decided against it.
    pub(in crate::engine) fn is_exported(&self) -> bool {
        self.exported
    }

    /// The id of the trace, in hexadecimal.
    pub(super) fn trace(&self) -> &str {
        &self.trace
    }

    /// The caller's span.
    pub(super) fn parent(&self) -> Option<&str> {
        self.parent.as_deref()
    }

    /// The id of the span with this key.
    pub(super) fn span(&self, key: &str) -> String {
        hash(&self.run, key, 8)
    }

    /// The header for a call that is the span with this key; where no spans are made, the caller's own.
    pub(in crate::engine) fn header(&self, key: &str) -> String {
        let span = match &self.parent {
            Some(parent) if !self.exported => parent.clone(),
            _ => self.span(key),
        };
        format!("00-{}-{span}-0{}", self.trace, u8::from(self.sampled))
    }
}

/// Name of the header.
pub(in crate::engine) const TRACEPARENT: &str = "traceparent";

/// The key of an attempt of a model call.
pub(in crate::engine) fn attempt_key(step: &str, attempt: u32) -> String {
    format!("{step}#{attempt}")
}

/// Trace, span and whether it is sampled. Later versions may have more fields; 'ff' is none.
fn parse(text: &str) -> Option<(String, String, bool)> {
    let hex = |text: &str, len: usize| {
        text.len() == len && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let mut fields = text.trim().split('-');
    let (version, trace, span, flags) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let sound = hex(version, 2) && version != "ff" && hex(trace, 32) && hex(span, 16) && hex(flags, 2);
    let nothing = |text: &str| text.bytes().all(|b| b == b'0');
    if !sound || nothing(trace) || nothing(span) || (version == "00" && fields.next().is_some()) {
        return None;
    }
    let flags = u8::from_str_radix(flags, 16).ok()?;
    Some((trace.to_owned(), span.to_owned(), flags & 1 == 1))
}

/// `bytes` bytes in hexadecimal. All zeros, which stand for no id, have a chance of one in 2^64.
fn hash(run: &str, key: &str, bytes: usize) -> String {
    let digest = Sha256::new().chain_update(run).chain_update("\n").chain_update(key).finalize();
    digest.iter().take(bytes).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_run_joins_its_callers_trace_and_has_the_same_ids_again() {
        let of = || TraceContext::of("uid-1", Some(CALLER), true).unwrap();
        assert_eq!(
            (of().trace(), of().parent()),
            ("4bf92f3577b34da6a3ce929d0e0e4736", Some("00f067aa0ba902b7"))
        );
        assert_eq!(of().header("0/model/0#1"), of().header("0/model/0#1"));
        assert_ne!(of().span("0/model/0#1"), of().span("0/model/0#2"));
        assert!(parse(&of().header("0")).is_some());
        let alone = TraceContext::of("uid-1", None, true).unwrap();
        assert_eq!((alone.parent(), alone.trace().len()), (None, 32));
        assert_ne!(alone.trace(), TraceContext::of("uid-2", None, true).unwrap().trace());
    }

    #[test]
    fn without_spans_the_callers_header_is_passed_on_as_it_is() {
        assert_eq!(TraceContext::of("uid", Some(CALLER), false).unwrap().header("0/model/0#1"), CALLER);
        let unsampled = CALLER.replace("-01", "-00");
        let context = TraceContext::of("uid", Some(&unsampled), true).unwrap();
        assert!(!context.is_exported());
        assert_eq!(context.header("0"), unsampled);
        assert_eq!(TraceContext::of("uid", None, false), None);
        for wrong in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
        ] {
            assert_eq!(TraceContext::of("uid", Some(wrong), false), None, "{wrong}");
        }
    }
}
