//! Conditions: what a controller last found out about an object, in the form that every Kubernetes tool reads.

use serde::{Deserialize, Serialize};

use super::string_enum::string_enum;

string_enum! {
    /// Whether a condition holds.
    pub enum ConditionStatus {
        /// It holds.
        True = "True",
        /// It does not.
        False = "False",
        /// Not known yet.
        Unknown = "Unknown",
    }
}

/// One condition of an object, as `metav1.Condition`. A type of our own, because the browser has no Kubernetes library.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// The condition's type, in CamelCase.
    #[serde(rename = "type")]
    #[cfg_attr(
        feature = "ssr",
        schemars(length(max = 316), extend("pattern" = r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$"))
    )]
    pub type_: String,
    /// Whether the condition holds: True, False or Unknown.
    pub status: ConditionStatus,
    /// The generation of the object that the condition was found for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(range(min = 0)))]
    pub observed_generation: Option<i64>,
    /// When 'status' last changed, as an RFC 3339 time.
    #[cfg_attr(feature = "ssr", schemars(extend("format" = "date-time")))]
    pub last_transition_time: String,
    /// Why, in one CamelCase word.
    #[cfg_attr(
        feature = "ssr",
        schemars(length(min = 1, max = 1024), extend("pattern" = "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$"))
    )]
    pub reason: String,
    /// Why, in a sentence for people.
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schemars(length(max = 32768)))]
    pub message: String,
}

impl Condition {
    /// A condition found at `now` (RFC 3339) for `generation`.
    pub fn new(
        type_: &str,
        status: ConditionStatus,
        reason: &str,
        message: impl Into<String>,
        generation: Option<i64>,
        now: &str,
    ) -> Self {
        Self {
            type_: type_.into(),
            status,
            observed_generation: generation,
            last_transition_time: now.into(),
            reason: reason.into(),
            message: message.into(),
        }
    }

    /// Whether the condition holds.
    pub fn is_true(&self) -> bool {
        self.status == ConditionStatus::True
    }
}

/// The condition of this type.
pub fn find<'a>(conditions: &'a [Condition], type_: &str) -> Option<&'a Condition> {
    conditions.iter().find(|condition| condition.type_ == type_)
}

/// Whether the condition of this type is there and holds.
pub fn is_true(conditions: &[Condition], type_: &str) -> bool {
    find(conditions, type_).is_some_and(Condition::is_true)
}

/// Puts a condition in its place. The transition time moves only when the status does. Returns whether anything changed,
/// so that a controller writes nothing when it found nothing new.
pub fn set(conditions: &mut Vec<Condition>, mut new: Condition) -> bool {
    let Some(old) = conditions.iter_mut().find(|condition| condition.type_ == new.type_) else {
        conditions.push(new);
        return true;
    };
    if old.status == new.status {
        new.last_transition_time.clone_from(&old.last_transition_time);
    }
    let changed = *old != new;
    *old = new;
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready(status: ConditionStatus, reason: &str, now: &str) -> Condition {
        Condition::new("Ready", status, reason, "", Some(1), now)
    }

    #[test]
    fn the_time_moves_with_the_status_only() {
        let mut list = vec![];
        assert!(set(&mut list, ready(ConditionStatus::False, "A", "t1")));
        assert!(!set(&mut list, ready(ConditionStatus::False, "A", "t2")));
        assert!(set(&mut list, ready(ConditionStatus::False, "B", "t3")));
        assert_eq!(list[0].last_transition_time, "t1");
        assert!(set(&mut list, ready(ConditionStatus::True, "B", "t4")));
        assert_eq!(list[0].last_transition_time, "t4");
        assert_eq!(list.len(), 1);
        assert!(is_true(&list, "Ready"));
        assert!(!is_true(&list, "Available"));
    }
}
