//! Human approval of tool calls: when it is needed, and what a person answers.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{duration::GoDuration, string_enum::string_enum};

string_enum! {
    /// What happens to a call that nobody decided in time.
    #[derive(Default)]
    pub enum OnTimeout {
        /// The call is refused.
        #[default]
        Reject = "reject",
        /// The call is made.
        Proceed = "proceed",
    }
}

/// When a person must approve a tool call, and what happens if nobody decides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ToolApprovalConfig {
    /// Whether a person must approve a call before it is made.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// How long to wait for a decision, as a duration such as 5m.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "5m")))]
    pub timeout: Option<GoDuration>,
    /// What happens when nobody decides in time: 'reject' refuses the call, 'proceed' makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "reject")))]
    pub on_timeout: Option<OnTimeout>,
    /// Restricts approval to calls with a matching argument. Default: every call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(length(max = 16)))]
    pub argument_matches: Vec<ArgumentMatch>,
}

/// An argument whose value makes a call need approval.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["argument", "pattern"])))]
#[serde(rename_all = "camelCase", default)]
pub struct ArgumentMatch {
    /// The argument's name.
    #[cfg_attr(feature = "ssr", schemars(length(max = 1024)))]
    pub argument: String,
    /// A regular expression (RE2 syntax) that is searched in the argument's value.
    #[cfg_attr(feature = "ssr", schemars(length(max = 1024)))]
    pub pattern: String,
}

impl ToolApprovalConfig {
    /// Time to wait for a decision: 5 minutes unless said otherwise.
    pub fn timeout(&self) -> GoDuration {
        self.timeout.unwrap_or(GoDuration::from_mins(5))
    }

    /// What happens when nobody decides.
    pub fn on_timeout(&self) -> OnTimeout {
        self.on_timeout.unwrap_or_default()
    }
}

string_enum! {
    /// What a person says to a call.
    pub enum Decision {
        /// It may be made.
        Approved = "approved",
        /// It may not.
        Rejected = "rejected",
    }
}

/// Keys of an A2ATask's `status.protocolMetadata` where the task is a person's decision. The first three are Ark's.
pub mod metadata {
    /// The calls that wait, as a JSON array in OpenAI's form.
    pub const TOOL_CALLS: &str = "toolCalls";
    /// How long they wait.
    pub const TIMEOUT: &str = "timeout";
    /// What happens then.
    pub const ON_TIMEOUT: &str = "onTimeout";
    /// Step of the call in the run's journal.
    pub const STEP: &str = "step";
    /// Why it is asked, in a sentence.
    pub const WHY: &str = "why";
    /// When the wait ends, in milliseconds since 1970.
    pub const DEADLINE: &str = "deadline";
    /// Who decided.
    pub const DECIDED_BY: &str = "decidedBy";
    /// What they said about it.
    pub const REASON: &str = "reason";
    /// The arguments in place of the model's.
    pub const ARGUMENTS: &str = "arguments";
}

/// Bytes of a reason at the most.
pub const MAX_REASON: usize = 2 << 10;

/// What `spec.input` of an A2ATask says when it is an answer: `{"decision": "approved"}`, as Ark reads it, and what we
/// read besides.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalAnswer {
    /// Approved or rejected.
    pub decision: Decision,
    /// Why, in words that the model is told when it is a rejection.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Arguments in place of those that the model wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Map<String, Value>>,
    /// Who answers, by their own word.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub by: String,
}

impl ApprovalAnswer {
    /// Reads `spec.input`.
    ///
    /// # Errors
    ///
    /// What is wrong with it and how to write it, in a sentence.
    pub fn parse(input: &str) -> Result<Self, String> {
        const FORM: &str = r#"Write {"decision": "approved"} or {"decision": "rejected", "reason": "…"}."#;
        let Ok(Value::Object(mut fields)) = serde_json::from_str::<Value>(input) else {
            return Err(format!("spec.input is no JSON object. {FORM}"));
        };
        let decision = match fields.get("decision").and_then(Value::as_str).map(str::trim) {
            Some(word) => Decision::from_text(word)
                .ok_or_else(|| format!("spec.input has the decision '{word}'. {FORM}"))?,
            None => return Err(format!("spec.input has no decision. {FORM}")),
        };
        let mut text = |name: &str| match fields.remove(name) {
            None | Some(Value::Null) => Ok(String::new()),
            Some(Value::String(text)) if text.len() <= MAX_REASON => Ok(text.trim().to_owned()),
            Some(Value::String(_)) => {
                Err(format!("spec.input has a {name} of more than {MAX_REASON} bytes. Shorten it."))
            }
            Some(_) => Err(format!("spec.input has a {name} that is no text. {FORM}")),
        };
        let (reason, by) = (text("reason")?, text("by")?);
        let arguments = match fields.remove("arguments") {
            None | Some(Value::Null) => None,
            Some(Value::Object(arguments)) => Some(arguments),
            Some(_) => return Err("spec.input has arguments that are no JSON object.".to_owned()),
        };
        Ok(Self { decision, reason, arguments, by })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_as_ark_writes_it_and_with_what_we_add() {
        let plain = ApprovalAnswer::parse(r#"{"decision":"approved"}"#).unwrap();
        assert_eq!((plain.decision, plain.arguments), (Decision::Approved, None));
        let full =
            r#"{"decision":"rejected","reason":" too much ","arguments":{"amount":5},"by":"ana","x":1}"#;
        let full = ApprovalAnswer::parse(full).unwrap();
        assert_eq!(
            (full.decision, full.reason.as_str(), full.by.as_str()),
            (Decision::Rejected, "too much", "ana")
        );
        assert_eq!(full.arguments.unwrap()["amount"], 5);
    }

    #[test]
    fn a_wrong_answer_says_how_to_write_it() {
        for (input, why) in [
            ("yes", "no JSON object"),
            (r#"{"reason":"x"}"#, "no decision"),
            (r#"{"decision":"approve"}"#, "the decision 'approve'"),
            (r#"{"decision":"approved","arguments":[1]}"#, "no JSON object"),
            (r#"{"decision":"approved","reason":4}"#, "no text"),
        ] {
            let error = ApprovalAnswer::parse(input).unwrap_err();
            assert!(error.contains(why), "{input}: {error}");
        }
    }
}
