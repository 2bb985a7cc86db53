//! What a caller wants, read and not yet done.

use super::block::{BlockUser, UnblockUser};
use super::broadcast::Broadcast;
use super::channels::Channels;
use super::desk::Desk;
use super::disconnect::Disconnect;
use super::history::{History, HistoryRemove};
use super::info;
use super::issue_token::IssueToken;
use super::method::Method;
use super::presence::{Presence, PresenceStats};
use super::publish::Publish;
use super::read::{Malformed, Text, read};
use super::refresh::Refresh;
use super::reply::Answer;
use super::revocations::{RemoveRevocation, Revocations};
use super::revoke::Revoke;
use super::rpc::Rpc;
use super::subscribe::{Subscribe, Unsubscribe};

/// A request for each [`Method`].
pub enum Request<'a> {
    Publish(Publish<'a>),
    Broadcast(Broadcast<'a>),
    Subscribe(Subscribe<'a>),
    Unsubscribe(Unsubscribe<'a>),
    Disconnect(Disconnect<'a>),
    Refresh(Refresh<'a>),
    Presence(Presence<'a>),
    PresenceStats(PresenceStats<'a>),
    History(History<'a>),
    HistoryRemove(HistoryRemove<'a>),
    Channels(Channels<'a>),
    Info,
    Rpc(Rpc<'a>),
    Revoke(Revoke<'a>),
    BlockUser(BlockUser<'a>),
    UnblockUser(UnblockUser<'a>),
    Revocations(Revocations<'a>),
    RemoveRevocation(RemoveRevocation<'a>),
    IssueToken(IssueToken<'a>),
}

impl<'a> Request<'a> {
    /// Reads the parameters of a method.
    pub fn read(method: Method, params: &'a [u8]) -> Result<Self, Malformed> {
        Ok(match method {
            Method::Publish => Self::Publish(read(params)?),
            Method::Broadcast => Self::Broadcast(Broadcast::read(params)?),
            Method::Subscribe => Self::Subscribe(read(params)?),
            Method::Unsubscribe => Self::Unsubscribe(read(params)?),
            Method::Disconnect => Self::Disconnect(read(params)?),
            Method::Refresh => Self::Refresh(read(params)?),
            Method::Presence => Self::Presence(read(params)?),
            Method::PresenceStats => Self::PresenceStats(read(params)?),
            Method::History => Self::History(read(params)?),
            Method::HistoryRemove => Self::HistoryRemove(read(params)?),
            Method::Channels => Self::Channels(read(params)?),
            Method::Info => {
                read::<info::Empty>(params)?;
                Self::Info
            }
            Method::Rpc => Self::Rpc(read(params)?),
            Method::Revoke => Self::Revoke(read(params)?),
            Method::BlockUser => Self::BlockUser(read(params)?),
            Method::UnblockUser => Self::UnblockUser(read(params)?),
            Method::Revocations => Self::Revocations(read(params)?),
            Method::RemoveRevocation => Self::RemoveRevocation(read(params)?),
            Method::IssueToken => Self::IssueToken(read(params)?),
        })
    }

    /// What it says of the organisation that it is for, if it may say something: those do that concern the life of
    /// sessions.
    pub fn organisation(&self) -> Option<&Text<'a>> {
        match self {
            Self::Revoke(request) => Some(&request.within),
            Self::BlockUser(request) => Some(&request.within),
            Self::UnblockUser(request) => Some(&request.within),
            Self::Revocations(request) => Some(&request.within),
            Self::RemoveRevocation(request) => Some(&request.within),
            _ => None,
        }
    }

    /// Does it.
    pub async fn perform(self, desk: &Desk<'_>) -> Answer {
        match self {
            Self::Publish(request) => request.perform(desk).await,
            Self::Broadcast(request) => request.perform(desk).await,
            Self::Subscribe(request) => request.perform(desk),
            Self::Unsubscribe(request) => request.perform(desk),
            Self::Disconnect(request) => request.perform(desk),
            Self::Refresh(request) => request.perform(desk),
            Self::Presence(request) => request.perform(desk).await,
            Self::PresenceStats(request) => request.perform(desk).await,
            Self::History(request) => request.perform(desk).await,
            Self::HistoryRemove(request) => request.perform(desk).await,
            Self::Channels(request) => request.perform(desk).await,
            Self::Info => info::perform(desk).await,
            Self::Rpc(request) => request.perform(),
            Self::Revoke(request) => request.perform(desk).await,
            Self::BlockUser(request) => request.perform(desk).await,
            Self::UnblockUser(request) => request.perform(desk).await,
            Self::Revocations(request) => request.perform(desk).await,
            Self::RemoveRevocation(request) => request.perform(desk).await,
            Self::IssueToken(request) => request.perform(desk),
        }
    }
}
