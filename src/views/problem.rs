//! An error as a person reads it: what failed, why, and the way out.

use std::fmt;

use serde::{Deserialize, Serialize};
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

use super::wire::Wire;

/// Why a use case did not happen. Every server function fails with this and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Its class; decides how the page shows it.
    pub code: ProblemCode,
    /// One sentence: what was attempted, on which object, and why it failed.
    pub message: String,
    /// The way out, where there is one.
    pub next: Option<String>,
    /// Errors that belong to fields of the form or lines of the YAML.
    pub fields: Vec<FieldProblem>,
}

/// Class of a [`Problem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProblemCode {
    /// The input is wrong; `fields` says where.
    Invalid,
    /// No such object.
    NotFound,
    /// An object of this name exists.
    AlreadyExists,
    /// Changed by someone else since it was read.
    Conflict,
    /// The cluster's rights do not allow it.
    Forbidden,
    /// The Kubernetes API, a model or the database did not answer; trying again may help.
    Unavailable,
    /// The connection from the browser failed.
    Network,
    /// A fault of ours.
    Internal,
}

/// An error of one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// Path as Kubernetes writes it, as in `spec.tools[0].type`; empty for the whole object.
    pub field: String,
    /// What is wrong and what is allowed.
    pub message: String,
    /// Line of the YAML that was sent, from 1, where known.
    pub line: Option<u32>,
}

impl Problem {
    /// A problem with no fields and no way out.
    pub fn new(code: ProblemCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), next: None, fields: Vec::new() }
    }

    /// Adds the way out.
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    /// Adds an error of one field.
    pub fn field(mut self, field: impl Into<String>, message: impl Into<String>) -> Self {
        self.fields.push(FieldProblem { field: field.into(), message: message.into(), line: None });
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

impl FromServerFnError for Problem {
    type Encoder = Wire;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(why) => {
                Self::new(ProblemCode::Network, format!("The request did not reach Arkdeck: {why}."))
                    .next("Check that it still runs, then try again.")
            }
            ServerFnErrorErr::Args(why) | ServerFnErrorErr::MissingArg(why) => {
                Self::new(ProblemCode::Invalid, format!("The request could not be read: {why}."))
            }
            other => Self::new(ProblemCode::Internal, format!("Arkdeck could not answer: {other}.")),
        }
    }
}
