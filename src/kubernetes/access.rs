//! Who is asking, and what they may see: the one place where rights are asked.
//!
//! Today everybody who reaches the loopback port is the owner of this process and acts with its rights; logins and
//! access reviews per person come with their issue and change this file, not its callers. What the cluster itself
//! refuses to the process reaches people as `Forbidden`.

use crate::resources::kind::Kind;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// The person at this machine, without a login, over loopback.
    Owner,
}

impl Identity {
    /// Name for people.
    pub fn display(&self) -> &'static str {
        match self {
            Self::Owner => "owner",
        }
    }
}

/// What a person wants to do with objects of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Read many, search, count, follow.
    List,
    /// Read one.
    Get,
    /// Create or change.
    Apply,
    /// Delete.
    Delete,
}

/// Whether `identity` may do this in `namespace` (`None`: in all).
pub fn may(identity: &Identity, _verb: Verb, _kind: Kind, _namespace: Option<&str>) -> bool {
    match identity {
        Identity::Owner => true,
    }
}
