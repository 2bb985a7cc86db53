//! What becomes of a command.

use vestibule_model::Close;

use super::joining::Joining;
use crate::centrifuge::codes::{ErrorCode, disconnect};
use crate::centrifuge::rules::NotAChannel;
use crate::centrifuge::wire::{Answer, NotJson, SubscribeRequest};
use crate::contract::{Fault, Ticket};

/// What becomes of a command.
pub(super) type Verdict = Result<Step, Denied>;

/// A command that is not refused.
#[derive(Debug)]
pub(super) enum Step {
    /// It is done, and this is the answer.
    Done(Answer),
    /// It is done and has no answer.
    Quiet,
    /// The house has to do something first.
    Waits(Ticket, Errand),
}

/// A command that is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Denied {
    /// The peer is told why and may go on.
    Error(ErrorCode),
    /// The connection ends.
    Close(Close),
    /// The peer is told why, and the connection ends.
    ErrorAndClose(ErrorCode, Close),
}

/// What the house is doing for a command, with what is needed to go on afterwards.
#[derive(Debug)]
pub(super) enum Errand {
    /// Reading the subscription token of this request.
    Authorise(Box<SubscribeRequest>),
    /// Making this subscription.
    Subscribe(Box<Joining>),
    /// Publishing.
    Publish,
    /// Looking who is in a channel.
    Presence,
    /// Counting who is in a channel.
    PresenceStats,
    /// Reading a channel's past.
    History,
    /// Reading a new connection token.
    Refresh,
    /// Reading a new subscription token for this channel.
    SubRefresh(Box<str>),
}

impl From<ErrorCode> for Denied {
    fn from(error: ErrorCode) -> Self {
        Self::Error(error)
    }
}

impl From<Close> for Denied {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

impl From<NotAChannel> for Denied {
    fn from(reason: NotAChannel) -> Self {
        Self::Error(reason.into())
    }
}

impl From<Fault> for Denied {
    fn from(fault: Fault) -> Self {
        Self::Error(fault.into())
    }
}

impl From<NotJson> for Denied {
    fn from(not_json: NotJson) -> Self {
        Self::Close(not_json.into())
    }
}

/// Every command but the first names a channel where it needs one, or is no command.
pub(super) fn named(channel: &str) -> Result<(), Denied> {
    if channel.is_empty() { Err(disconnect::BAD_REQUEST.into()) } else { Ok(()) }
}
