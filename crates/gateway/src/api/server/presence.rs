//! `presence` and `presence_stats`: who, and how many, are in a channel.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vestibule_broker::Broker;
use vestibule_model::ChannelKey;

use super::desk::Desk;
use super::payload::Shown;
use super::read::Text;
use super::reply::{Answer, Json, Refusal};

/// The parameters of `presence`.
#[derive(Deserialize)]
pub struct Presence<'a> {
    #[serde(borrow, default)]
    channel: Text<'a>,
}

/// The parameters of `presence_stats`.
#[derive(Deserialize)]
pub struct PresenceStats<'a> {
    #[serde(borrow, default)]
    channel: Text<'a>,
}

#[derive(Serialize)]
struct Present<'a> {
    presence: BTreeMap<String, Shown<'a>>,
}

#[derive(Serialize)]
struct Stats {
    num_clients: u32,
    num_users: u32,
}

impl Presence<'_> {
    /// Lists the clients in the channel by their ids.
    pub async fn perform(self, desk: &Desk<'_>) -> Answer {
        let key = with_presence(&self.channel, desk)?;
        let clients = desk.broker().presence(&key, desk.now).await?;
        let presence = clients.iter().map(|info| (info.client.to_string(), Shown::of(info))).collect();
        Ok(Json::of(&Present { presence }))
    }
}

impl PresenceStats<'_> {
    /// Counts them.
    pub async fn perform(self, desk: &Desk<'_>) -> Answer {
        let key = with_presence(&self.channel, desk)?;
        let stats = desk.broker().presence_stats(&key, desk.now).await?;
        Ok(Json::of(&Stats { num_clients: stats.clients, num_users: stats.users }))
    }
}

fn with_presence(channel: &str, desk: &Desk<'_>) -> Result<ChannelKey, Refusal> {
    let (key, rules) = desk.channel(channel)?;
    if rules.presence { Ok(key) } else { Err(Refusal::NOT_AVAILABLE) }
}
