//! `sub_refresh`: a new token for a subscription.

use vestibule_model::SubscriptionGrant;

use super::joining::info_in_channel;
use super::open::Open;
use super::profile;
use super::turn::Turn;
use super::verdict::{Errand, Step, Verdict, named};
use crate::centrifuge::codes::{ErrorCode, UnsubscribeCode, disconnect};
use crate::centrifuge::wire::{Answer, SubRefreshRequest};
use crate::contract::{Effect, Refusal, Token};

impl Open {
    pub(super) fn sub_refresh(&mut self, request: SubRefreshRequest, turn: &mut Turn<'_>) -> Verdict {
        let SubRefreshRequest { channel, token, .. } = request;
        named(&channel)?;
        let subscription = self.subscriptions.get(&channel).ok_or(ErrorCode::PERMISSION_DENIED)?;
        if subscription.origin.is_server_side() {
            return Err(disconnect::BAD_REQUEST.into());
        }
        if token.is_empty() {
            return Err(ErrorCode::BAD_REQUEST.into());
        }
        let ticket = turn.perform(Effect::Authorise(Token(token.into())));
        Ok(Step::Waits(ticket, Errand::SubRefresh(channel.into())))
    }

    pub(super) fn sub_refreshed(
        &mut self,
        channel: &str,
        grant: Result<Box<SubscriptionGrant>, Refusal>,
        turn: &mut Turn<'_>,
    ) -> Verdict {
        let grant = match grant {
            Ok(grant) => grant,
            Err(Refusal::Expired) => return self.expired_refresh(channel, ErrorCode::TOKEN_EXPIRED, turn),
            Err(Refusal::Unavailable) => return Err(ErrorCode::INTERNAL.into()),
            Err(Refusal::Missing | Refusal::Malformed | Refusal::Invalid | Refusal::Anonymous) => {
                return Err(disconnect::INVALID_TOKEN.into());
            }
        };
        self.check_grant(&grant, channel)?;
        if let Some(over) = turn.over(grant.expires) {
            return self.expired_refresh(channel, profile::at_end(over), turn);
        }
        let expires = grant.expires.map(|expires| turn.believed(expires.at()));
        // Meanwhile it may have ended.
        let subscription = self.subscriptions.get_mut(channel).ok_or(ErrorCode::PERMISSION_DENIED)?;
        turn.regrant(&subscription.channel, grant.credential);
        subscription.expires = expires;
        if subscription.info.channel != grant.info {
            subscription.info = info_in_channel(&self.who, grant.info);
        }
        self.arrange_tick(turn);
        Ok(Step::Done(Answer::SubRefresh(expires.and_then(|expires| turn.ttl(expires)))))
    }

    /// An error alone would make the client give the subscription up for good. It is told first that the
    /// subscription has ended, so that it subscribes anew with a fresh token; the error then means nothing to it.
    fn expired_refresh(&mut self, channel: &str, error: ErrorCode, turn: &mut Turn<'_>) -> Verdict {
        self.unsubscribe_for(UnsubscribeCode::EXPIRED, channel, turn)?;
        Err(error.into())
    }
}
