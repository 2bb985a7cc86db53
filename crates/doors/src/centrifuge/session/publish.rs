//! `publish`.

use std::sync::Arc;

use vestibule_model::{Publication, PublishOptions};

use super::open::Open;
use super::turn::Turn;
use super::verdict::{Errand, Step, Verdict, named};
use crate::centrifuge::codes::ErrorCode;
use crate::centrifuge::wire::{Answer, PublishRequest};
use crate::contract::{Effect, Fault};

impl Open {
    pub(super) fn publish(&mut self, request: PublishRequest, turn: &mut Turn<'_>) -> Verdict {
        let PublishRequest { channel, data, r#type } = request;
        named(&channel)?;
        let rules = turn.rules.channel(&channel)?;
        if r#type != 0 {
            // No namespace holds maps.
            return Err(ErrorCode::PERMISSION_DENIED.into());
        }
        if !rules.publication_data_format.takes(&data) {
            return Err(ErrorCode::BAD_REQUEST.into());
        }
        let subscription = self.subscriptions.get(&channel);
        let allowed = rules.allow_publish.is_given(&self.who.user, subscription.is_some());
        if !allowed && !turn.rules.client.insecure {
            return Err(ErrorCode::PERMISSION_DENIED.into());
        }
        let publication = Publication {
            data,
            info: Some(Arc::clone(subscription.map_or(&self.who, |subscription| &subscription.info))),
            ..Publication::default()
        };
        let options = PublishOptions { retention: rules.retention(), ..PublishOptions::default() };
        let key =
            subscription.map_or_else(|| self.key(&channel), |subscription| subscription.channel.clone());
        let ticket = turn.perform(Effect::Publish { channel: key, publication, options });
        Ok(Step::Waits(ticket, Errand::Publish))
    }

    pub(super) fn published(outcome: Result<(), Fault>) -> Verdict {
        outcome?;
        Ok(Step::Done(Answer::Publish))
    }
}
