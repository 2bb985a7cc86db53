//! What a subscription needs of the world, and what is left to do when it ends.

use std::sync::Arc;
use std::time::Duration;

use vestibule_broker::{Announcement, Broker, BrokerError, WorkerId};
use vestibule_doors::contract::{Fault, Following, Recover, Recovery, Subscribed};
use vestibule_model::{ChannelKey, ClientInfo, HistoryQuery, Now, Position};

use super::{Steward, fault, recovery};

/// A subscription that is to stand.
pub struct NewSubscription {
    /// In which channel.
    pub channel: ChannelKey,
    /// What its end will bring about, and its beginning has to.
    pub departure: Departure,
    /// The worker that needs the channel's deliveries from now on, if none of its subscriptions there stands yet.
    pub deliver_to: Option<WorkerId>,
    /// How it follows the stream, if it does.
    pub following: Option<Following>,
}

/// What has to happen in the world when a subscription ends, however it ends.
#[derive(Clone, Debug)]
pub struct Departure {
    /// Who leaves.
    pub info: Arc<ClientInfo>,
    /// It was counted as present.
    pub presence: bool,
    /// Others are told.
    pub announces: bool,
}

impl Departure {
    /// Whether anything has to be done at all.
    pub(super) fn concerns_others(&self) -> bool {
        self.presence || self.announces
    }
}

impl Steward {
    /// Makes a subscription stand: deliveries, position, what was missed, presence, and the news for the others.
    ///
    /// # Errors
    /// Nothing stands then, but for the worker's deliveries, which end with its last subscription.
    pub async fn subscribe(self, new: NewSubscription, now: Now) -> Result<Subscribed, Fault> {
        let NewSubscription { channel, departure, deliver_to, following } = new;
        let broker = self.broker();
        if let Some(worker) = deliver_to {
            broker.subscribe(worker, &channel).await.map_err(fault)?;
        }
        // Read after deliveries began: whatever is published from here on is either in what is read or held aside.
        let subscribed = match following {
            Some(following) => self.follow(&channel, following, now).await?,
            None => Subscribed::default(),
        };
        if departure.presence {
            broker.enter(&channel, &departure.info, now).await.map_err(fault)?;
        }
        let Departure { info, presence, announces } = departure;
        if announces
            && let Err(error) = broker.announce(&channel, Announcement::Join(Arc::clone(&info))).await
        {
            if presence {
                let _expires = broker.leave(&channel, info.client).await;
            }
            return Err(fault(error));
        }
        Ok(subscribed)
    }

    async fn follow(
        &self,
        channel: &ChannelKey,
        following: Following,
        now: Now,
    ) -> Result<Subscribed, Fault> {
        let Some(wish) = following.recover else {
            let top = self.stands(channel, following.meta_ttl, now).await?;
            return Ok(Subscribed { position: Some(top), recovery: None });
        };
        let (position, recovery) = self.recover(channel, &wish, following.meta_ttl, now).await?;
        if wish.strict && !recovery.recovered {
            return Err(Fault::Unrecoverable);
        }
        Ok(Subscribed { position: Some(position), recovery: Some(recovery) })
    }

    async fn recover(
        &self,
        channel: &ChannelKey,
        wish: &Recover,
        meta_ttl: Duration,
        now: Now,
    ) -> Result<(Position, Recovery), Fault> {
        match self.broker().history(channel, &recovery::query(wish), meta_ttl, now).await {
            Ok(page) => Ok((page.top.clone(), recovery::recover(wish, page))),
            Err(BrokerError::Unrecoverable) => {
                let top = self.stands(channel, meta_ttl, now).await?;
                Ok((top, Recovery { recovered: false, publications: Vec::new() }))
            }
            Err(error) => Err(fault(error)),
        }
    }

    async fn stands(&self, channel: &ChannelKey, meta_ttl: Duration, now: Now) -> Result<Position, Fault> {
        let page = self.broker().history(channel, &HistoryQuery::POSITION, meta_ttl, now).await;
        page.map(|page| page.top).map_err(fault)
    }

    /// Undoes what a subscription did in the world. A broker that cannot be reached now forgets by itself, so its
    /// errors are nobody's business.
    pub(super) async fn depart(
        &self,
        channel: &ChannelKey,
        departure: Option<Departure>,
        worker: Option<WorkerId>,
    ) {
        let broker = self.broker();
        if let Some(worker) = worker {
            let _forgotten = broker.unsubscribe(worker, channel).await;
        }
        let Some(departure) = departure else { return };
        if departure.presence {
            let _expires = broker.leave(channel, departure.info.client).await;
        }
        if departure.announces {
            let _at_most_once = broker.announce(channel, Announcement::Leave(departure.info)).await;
        }
    }
}
