//! Circuits: an endpoint that fails again and again is left alone for a while, so that a provider in trouble is not asked
//! by hundreds, and that runs know at once instead of each finding out in its own time.
//!
//! A circuit opens after [`OPENS_AFTER`] failures in a row that tell of the endpoint: no connection, silence, 5xx, overload,
//! cut answers. After a pause one call is let through: when it succeeds the circuit closes, else it stays open for twice
//! as long. Whatever else the endpoint answers shows that it is there.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use parking_lot::Mutex;
use tokio::sync::broadcast;

use super::{ChatAnswer, ChatRequest, ModelError, ModelErrorCode, OnText, Provider};

/// Failures in a row that open a circuit.
const OPENS_AFTER: u32 = 5;
/// Endpoints that are remembered; beyond, the one that failed longest ago is forgotten, which closes its circuit.
const MAX_CIRCUITS: usize = 1024;
/// Changes that a follower may be behind; beyond, it is told that it missed some.
const BACKLOG: usize = 64;

/// How long a circuit stays open.
#[derive(Debug, Clone, Copy)]
pub struct Pause {
    /// The first time.
    pub first: Duration,
    /// It doubles up to this.
    pub most: Duration,
}

impl Default for Pause {
    fn default() -> Self {
        Self { first: Duration::from_secs(10), most: Duration::from_secs(120) }
    }
}

/// The circuits of a process; cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Circuits {
    pause: Pause,
    circuits: Arc<Mutex<HashMap<String, Circuit>>>,
    changes: broadcast::Sender<String>,
}

#[derive(Debug)]
struct Circuit {
    failures: u32,
    last: Instant,
    /// Set while it is open; from then on one call may try.
    until: Option<Instant>,
    /// How long it is open the next time.
    pause: Duration,
    why: ModelErrorCode,
}

/// Leave to make a call.
#[derive(Debug, PartialEq, Eq)]
struct Leave {
    /// It decides whether the circuit closes.
    trial: bool,
}

/// Why a call may not be made.
#[derive(Debug, PartialEq, Eq)]
struct Refusal {
    failures: u32,
    left: Duration,
    why: ModelErrorCode,
}

impl Circuits {
    pub(super) fn new(pause: Pause) -> Self {
        Self { pause, circuits: Arc::default(), changes: broadcast::Sender::new(BACKLOG) }
    }

    /// Base URLs whose circuits open or close.
    pub(super) fn changes(&self) -> broadcast::Receiver<String> {
        self.changes.subscribe()
    }

    /// May a call be made now? After the pause the first to ask is the one that tries; others wait for another pause.
    fn enter(&self, name: &str, now: Instant) -> Result<Leave, Refusal> {
        let mut circuits = self.circuits.lock();
        let Some(circuit) = circuits.get_mut(name) else { return Ok(Leave { trial: false }) };
        let Some(until) = circuit.until else { return Ok(Leave { trial: false }) };
        if now < until {
            return Err(circuit.refusal(until - now));
        }
        circuit.until = Some(now + circuit.pause);
        Ok(Leave { trial: true })
    }

    /// Whether the circuit is open and its pause not over.
    fn refusal(&self, name: &str, now: Instant) -> Option<Refusal> {
        let circuits = self.circuits.lock();
        let circuit = circuits.get(name)?;
        let left = circuit.until?.checked_duration_since(now).filter(|left| !left.is_zero())?;
        Some(circuit.refusal(left))
    }

    /// What became of a call; whether the circuit opened or closed.
    fn note(&self, name: &str, leave: &Leave, failed: Option<ModelErrorCode>, now: Instant) -> bool {
        let mut circuits = self.circuits.lock();
        let Some(why) = failed else {
            return circuits.remove(name).is_some_and(|circuit| circuit.until.is_some());
        };
        if circuits.len() >= MAX_CIRCUITS && !circuits.contains_key(name) {
            let oldest =
                circuits.iter().min_by_key(|(_, circuit)| circuit.last).map(|(name, _)| name.clone());
            circuits.remove(&oldest.unwrap_or_default());
        }
        let first = self.pause.first;
        let circuit = circuits.entry(name.to_owned()).or_insert_with(|| Circuit {
            failures: 0,
            last: now,
            until: None,
            pause: first,
            why,
        });
        circuit.failures = circuit.failures.saturating_add(1);
        (circuit.last, circuit.why) = (now, why);
        match circuit.until {
            None if circuit.failures >= OPENS_AFTER => {
                circuit.until = Some(now + circuit.pause);
                true
            }
            Some(_) if leave.trial => {
                circuit.pause = circuit.pause.saturating_mul(2).min(self.pause.most);
                circuit.until = Some(now + circuit.pause);
                false
            }
            // Calls that were on their way when it opened do not lengthen it.
            _ => false,
        }
    }
}

impl Circuit {
    fn refusal(&self, left: Duration) -> Refusal {
        Refusal { failures: self.failures, left, why: self.why }
    }
}

/// A model behind its endpoint's circuit.
pub(super) struct Guarded {
    inner: Box<dyn Provider>,
    circuits: Circuits,
    base_url: String,
    /// Address and model: of several models at one address one alone may be in trouble.
    name: String,
}

impl Guarded {
    pub(super) fn new(inner: Box<dyn Provider>, circuits: Circuits, base_url: String, model: &str) -> Self {
        Self { inner, circuits, name: format!("{base_url} {model}"), base_url }
    }

    fn refused(&self, refusal: &Refusal) -> ModelError {
        let seconds = refusal.left.as_secs_f64().ceil();
        let mut error = ModelError::passing(
            ModelErrorCode::ModelCircuitOpen,
            format!(
                "{} failed {} times in a row ({}), so it is left alone for another {seconds:.0} s. Check the \
                 provider's state, or use another Model.",
                self.base_url,
                refusal.failures,
                refusal.why.as_str(),
            ),
        );
        error.retry_after = Some(refusal.left);
        error
    }
}

#[async_trait]
impl Provider for Guarded {
    async fn chat(&self, request: &ChatRequest, on_text: OnText<'_>) -> Result<ChatAnswer, ModelError> {
        let leave =
            self.circuits.enter(&self.name, Instant::now()).map_err(|refusal| self.refused(&refusal))?;
        let outcome = self.inner.chat(request, on_text).await;
        let code = outcome.as_ref().err().map(|error| error.code);
        if code.is_none_or(reached) {
            let failed = code.filter(|code| in_trouble(*code));
            if self.circuits.note(&self.name, &leave, failed, Instant::now()) {
                // Nobody may be listening.
                let _ = self.circuits.changes.send(self.base_url.clone());
            }
        }
        outcome
    }

    /// Asks whether or not the circuit is open; but a model whose calls fail does not answer, whatever it lists.
    async fn probe(&self) -> Result<(), ModelError> {
        self.inner.probe().await?;
        self.circuits
            .refusal(&self.name, Instant::now())
            .map_or(Ok(()), |refusal| Err(self.refused(&refusal)))
    }
}

/// The endpoint is in trouble.
fn in_trouble(code: ModelErrorCode) -> bool {
    matches!(
        code,
        ModelErrorCode::ModelUnavailable
            | ModelErrorCode::ModelOverloaded
            | ModelErrorCode::ModelTimedOut
            | ModelErrorCode::ModelStreamCut
    )
}

/// The endpoint was asked at all.
fn reached(code: ModelErrorCode) -> bool {
    !matches!(code, ModelErrorCode::ModelMisconfigured | ModelErrorCode::ModelAddressRefused)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOWN: Option<ModelErrorCode> = Some(ModelErrorCode::ModelUnavailable);

    fn circuits() -> Circuits {
        Circuits::new(Pause { first: Duration::from_secs(10), most: Duration::from_secs(25) })
    }

    fn fail(circuits: &Circuits, now: Instant, times: u32) -> bool {
        let leave = Leave { trial: false };
        (0..times).fold(false, |_, _| circuits.note("gull", &leave, DOWN, now))
    }

    #[test]
    fn it_opens_lets_one_try_and_closes() {
        let (circuits, start) = (circuits(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        assert!(!fail(&circuits, start, OPENS_AFTER - 1));
        assert_eq!(circuits.enter("gull", start), Ok(Leave { trial: false }), "not yet");
        assert!(fail(&circuits, start, 1), "it opens");
        let refusal = circuits.enter("gull", at(4)).unwrap_err();
        assert_eq!((refusal.failures, refusal.left), (5, Duration::from_secs(6)));
        assert_eq!(circuits.enter("tern", at(4)), Ok(Leave { trial: false }), "others are not concerned");

        let trial = circuits.enter("gull", at(10)).unwrap();
        assert!(trial.trial);
        assert!(circuits.enter("gull", at(10)).is_err(), "one alone tries");
        assert!(!circuits.note("gull", &trial, DOWN, at(11)));
        assert_eq!(
            circuits.enter("gull", at(11)).unwrap_err().left,
            Duration::from_secs(20),
            "twice as long"
        );
        let trial = circuits.enter("gull", at(31)).unwrap();
        circuits.note("gull", &trial, DOWN, at(31));
        assert_eq!(
            circuits.enter("gull", at(31)).unwrap_err().left,
            Duration::from_secs(25),
            "within bounds"
        );
        assert!(circuits.refusal("gull", at(31)).is_some() && circuits.refusal("gull", at(56)).is_none());

        let trial = circuits.enter("gull", at(56)).unwrap();
        assert!(circuits.note("gull", &trial, None, at(57)), "it closes");
        assert_eq!(circuits.enter("gull", at(57)), Ok(Leave { trial: false }));
    }

    #[test]
    fn a_success_starts_the_count_anew_and_late_failures_lengthen_nothing() {
        let (circuits, start) = (circuits(), Instant::now());
        fail(&circuits, start, OPENS_AFTER - 1);
        circuits.note("gull", &Leave { trial: false }, None, start);
        assert!(!fail(&circuits, start, OPENS_AFTER - 1));
        assert!(fail(&circuits, start, 1));
        assert!(!fail(&circuits, start + Duration::from_secs(1), 3));
        assert_eq!(circuits.enter("gull", start).unwrap_err().left, Duration::from_secs(10));
    }
}
