//! Round trips through what a connection needs.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout, timeout_at};
use vestibule_broker::{Broker, BrokerError};
use vestibule_model::{ChannelKey, Door, HistoryQuery, Publication, PublishOptions, Retention};

use crate::api::{Api, organisations};
use crate::clock::Clock;
use crate::keys::KeyKeeper;
use crate::steward::Steward;
use crate::worker::{Inbox, Inboxes, Mail, Question, Survey};

/// How long each round trip may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// What is kept of the round trips through the broker: the last one, for as long as the slowest of them takes.
const RETENTION: Retention =
    Retention { size: 1, ttl: Duration::from_secs(10), meta_ttl: Duration::from_secs(3600) };

/// Makes the round trips.
pub struct Readiness {
    steward: Steward,
    keys: KeyKeeper,
    /// What the operator has not given.
    missing: Vec<String>,
    inboxes: Inboxes,
    clock: Clock,
    channel: ChannelKey,
}

/// Why a round trip through the broker failed.
enum Broken {
    Refused(BrokerError),
    Lost,
    Slow,
}

impl Readiness {
    /// The round trips of this house.
    pub fn new(api: &Api) -> Self {
        Self {
            steward: api.steward.clone(),
            keys: api.keys.clone(),
            missing: api.issuing.missing().collect(),
            inboxes: api.inboxes.clone(),
            clock: api.clock,
            channel: ChannelKey::new(&organisations::of_the_house(), Door::Centrifuge, "readiness"),
        }
    }

    /// What fails, in words; nothing if the house is ready.
    pub async fn failing(&self) -> Vec<String> {
        let mut failing = Vec::new();
        if let Err(broken) = self.broker().await {
            failing.push(format!("broker: {}", broken.in_words()));
        }
        match timeout(PATIENCE, self.steward.records().ping(self.clock.now().moment)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => failing.push(format!("store: {error}")),
            Err(_) => failing.push("store: does not answer".to_owned()),
        }
        failing.extend(self.missing.iter().cloned());
        // Keys that are merely stale still let everyone in; the metric of their age shows them.
        let keys = self.keys.status(self.clock);
        failing.extend(keys.iter().filter(|keys| !keys.suffices).map(ToString::to_string));
        // All are asked before the first is waited for, so the whole house has one second and not each worker.
        let answers: Vec<_> = self.inboxes.all().iter().map(ask).collect();
        let deadline = Instant::now() + PATIENCE;
        for (index, answer) in answers.into_iter().enumerate() {
            match timeout_at(deadline, answer).await {
                Ok(Ok(_)) => {}
                Ok(Err(_)) => failing.push(format!("worker {index}: has ended")),
                Err(_) => failing.push(format!("worker {index}: does not answer")),
            }
        }
        failing
    }

    async fn broker(&self) -> Result<(), Broken> {
        timeout(PATIENCE, self.round_trip()).await.unwrap_or(Err(Broken::Slow))
    }

    /// What is published must be in the stream, or something that was published after it.
    async fn round_trip(&self) -> Result<(), Broken> {
        let (broker, now) = (self.steward.broker(), self.clock.now());
        let options = PublishOptions { retention: Some(RETENTION), ..PublishOptions::default() };
        let published = broker.publish(&self.channel, Publication::default(), &options, now).await?;
        let page = broker.history(&self.channel, &HistoryQuery::POSITION, RETENTION.meta_ttl, now).await?;
        let arrived = published.position.is_some_and(|published| {
            published.epoch == page.top.epoch && published.offset <= page.top.offset
        });
        if arrived { Ok(()) } else { Err(Broken::Lost) }
    }
}

fn ask(inbox: &Inbox) -> oneshot::Receiver<Survey> {
    let (sender, receiver) = oneshot::channel();
    inbox.send(Mail::Survey(Question::Here, sender));
    receiver
}

impl From<BrokerError> for Broken {
    fn from(error: BrokerError) -> Self {
        Self::Refused(error)
    }
}

impl Broken {
    fn in_words(&self) -> String {
        match self {
            Self::Refused(error) => error.to_string(),
            Self::Lost => "what was published is not there".to_owned(),
            Self::Slow => "does not answer".to_owned(),
        }
    }
}
